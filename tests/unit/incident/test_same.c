#include "build.h"

typedef struct line {
    uint32_t stream;
    const char *klass, *fields;
    int second;
} line;

#define TIMEOUT "pid=7|subject=19|text="

static size_t cells_of(const line *lines, size_t n)
{
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "gunicorn.log", "gunicorn"), stream(1, "journal", "gunicorn")};
    for (size_t i = 0; i < n; i++)
        put(l, event(s[lines[i].stream], i + 1, lines[i].klass, "",
                     NOON + lines[i].second * W5_SECOND, lines[i].fields));
    size_t cells = timeline(l, s, 2, NULL)->cells;
    w5_ledger_free(l);
    return cells;
}

static void two_sources_tell_of_one_record(void **state)
{
    (void)state;
    static const struct {
        line lines[2];
        size_t cells;
    } table[] = {
        {{{0, "worker-timeout", TIMEOUT "a", 0},
          {1, "worker-timeout", TIMEOUT "in a journal: a", 0}},
         1                                                                                },
        {{{0, "worker-timeout", TIMEOUT "a", 0}, {1, "worker-timeout", TIMEOUT "a", 1}}, 2},
        {{{0, "worker-timeout", TIMEOUT "a", 0}, {1, "worker-killed", TIMEOUT "a", 0}},  2},
        {{{0, "worker-timeout", "pid=7|subject=19", 0},
          {1, "worker-timeout", "pid=7|subject=20", 0}},
         2                                                                                },
        {{{0, "worker-timeout", "pid=7|subject=19|host=web1", 0},
          {1, "worker-timeout", "pid=7|subject=19|host=web2", 0}},
         2                                                                                },
        {{{0, "worker-timeout", "pid=7|subject=19|host=web1", 0},
          {1, "worker-timeout", "pid=7|subject=19", 0}},
         1                                                                                },
        {{{0, "host-boot", "text=boot", 0}, {1, "host-boot", "text=boot", 0}},           1},
        {{{0, "host-boot", "text=boot", 0}, {1, "host-boot", "text=other", 0}},          2},
        {{{0, "worker-exit", "pid=19|subject=19", 0},
          {1, "worker-exit", "pid=7|subject=19|exit_code=1", 0}},
         1                                                                                },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        size_t cells = cells_of(table[i].lines, 2);
        if (cells != table[i].cells)
            fail_msg("row %zu: %zu cells", i, cells);
    }
}

static void the_fuller_log_is_believed(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"),
                      stream(1, "site-error.log", "nginx-error")};
    for (unsigned i = 0; i < 5; i++)
        for (size_t k = 0; k < (i < 3 ? 2 : 1); k++)
            put(l, event(s[k], i + 1, "premature-close", "HU-EOF", NOON,
                         w5_arena_fmt(made_in,
                                      "pid=7|connection=%u|request=GET /a HTTP/1.1|upstream=a:1", i)
                             .ptr));
    const w5_timeline *t = timeline(l, s, 2, NULL);
    assert_int_equal(t->cells, 1);
    assert_int_equal(t->cell[0].count, 5);
    assert_int_equal(t->cell[0].failed, 5);
    assert_int_equal(t->upstream_errors, 5);
    w5_ledger_free(l);
}

static void what_one_log_leaves_out_the_other_tells(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "a.log", "gunicorn"), stream(1, "journal", "gunicorn")};
    put(l, event(s[0], 1, "worker-timeout", "", NOON, "pid=7|subject=19"));
    put(l, event(s[1], 1, "worker-timeout", "", NOON, "pid=7|subject=19|ident=gunicorn|host=web1"));
    const w5_timeline *t = timeline(l, s, 2, NULL);
    assert_int_equal(t->cells, 1);
    assert_int_equal(t->cell[0].stream, 0);
    assert_str(w5_timeline_str(t, t->cell[0].ident), W5_STR("gunicorn"));
    assert_str(w5_timeline_str(t, t->cell[0].host), W5_STR("web1"));
    w5_ledger_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_sources_tell_of_one_record),
        cmocka_unit_test(the_fuller_log_is_believed),
        cmocka_unit_test(what_one_log_leaves_out_the_other_tells),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
