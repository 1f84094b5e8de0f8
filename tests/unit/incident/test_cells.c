#include "build.h"

#include "incident/ledger.h"

#define AT(seconds) (NOON + (w5_time)(seconds)*W5_SECOND)

static void error(w5_ledger *l, w5_stream *s, uint64_t line, int second, const char *path)
{
    put(l,
        event(s, line, "premature-close", "HU-EOF", AT(second),
              w5_arena_fmt(made_in,
                           "pid=7|connection=%u|request=GET %s HTTP/1.1|upstream=a:1|text=line %u",
                           (unsigned)line, path, (unsigned)line)
                  .ptr));
}

static uint64_t lines_of(const w5_cell *cell, size_t n)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += cell[i].count;
    return lines;
}

static void what_gives_way_first_is_missed_least(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"),
                      stream(1, "access.log", "nginx-access"), stream(2, "g.log", "gunicorn")};
    const w5_cell *cell;
    l->cells->rows.max = 200;
    for (int i = 0; i < 100; i++) { /* 100 look-alikes, 100 access lines, 20 of the rest */
        put(l, event(s[0], (uint64_t)i + 1, "client-abort", "", AT(i * 60), "client=1.2.3.4"));
        put(l, event(s[1], (uint64_t)i + 1, "access", "", AT(i),
                     w5_arena_fmt(made_in, "status=502|request=GET /%c%c HTTP/1.1", 'a' + i / 10,
                                  'a' + i % 10)
                         .ptr));
    }
    for (int i = 0; i < 20; i++) {
        put(l, event(s[2], (uint64_t)i + 1, "worker-timeout", "", AT(i), "pid=7|subject=19"));
        error(l, s[0], 200 + (uint64_t)i, i, "/x");
    }
    size_t n = w5_ledger_cells(l, &cell);
    assert_true(n <= 200);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (is_class(&cell[i], "worker-timeout") || is_class(&cell[i], "premature-close")) {
            kept++;
            assert_int_equal(cell[i].count, 1);
            assert_true(cell[i].path != W5_INTERN_FULL);
        }
    assert_int_equal(kept, 40);
    w5_ledger_free(l);
}

static void paths_that_cells_lose_are_counted_elsewhere(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    l->cells->rows.max = 50;
    for (int i = 0; i < 60; i++)
        error(l, s, (uint64_t)i + 1, i / 3, i % 3 ? "/often" : "/seldom");
    for (int i = 0; i < 60; i++)
        error(l, s, (uint64_t)i + 100, i / 3, w5_arena_fmt(made_in, "/x%c", 'a' + i % 26).ptr);
    assert_true(w5_cells_pathless(l->cells));
    w5_incidents all = incidents(l, &s, 1);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0]->errors, 120);
    assert_str(all.at[0]->request[0].path, W5_STR("/often"));
    assert_int_equal(all.at[0]->request[0].count, 40);
    assert_int_equal(all.at[0]->request[1].count, 20);
    w5_ledger_free(l);
}

static void runs_join_but_silence_is_never_bridged(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    const w5_cell *cell;
    l->cells->rows.max = 8;
    for (int i = 0; i < 600; i++) { /* ten minutes of errors, five of silence, ten more */
        error(l, s, (uint64_t)i + 1, i, "/a");
        error(l, s, (uint64_t)i + 1000, i + 900, "/a");
    }
    size_t n = w5_ledger_cells(l, &cell);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(cell[i].until - cell[i].at, 599 * W5_SECOND);
    assert_int_equal(lines_of(cell, n), 1200);
    assert_int_equal(incidents(l, &s, 1).n, 2);
    w5_ledger_free(l);
}

static void nothing_is_so_much_that_it_does_not_fit(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    const w5_cell *cell;
    l->cells->rows.max = 4;
    for (int i = 0; i < 3000; i++)
        error(l, s, (uint64_t)i + 1, i * 100000, w5_arena_fmt(made_in, "/%d", i).ptr);
    size_t n = w5_ledger_cells(l, &cell);
    assert_int_equal(n, 1);
    assert_int_equal(cell[0].count, 3000);
    assert_int_equal(cell[0].line, 1);
    assert_int_equal(cell[0].last_line, 3000);
    assert_int_equal(class_count(l, "premature-close"), 3000);
    w5_ledger_free(l);
}

static void excerpts_are_kept_for_the_first_of_a_span(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    const w5_cell *cell;
    size_t texts = 0;
    for (int i = 0; i < 6000; i++)
        error(l, s, (uint64_t)i + 1, i / 2, i % 2 ? "/a" : "/b");
    size_t n = w5_ledger_cells(l, &cell);
    assert_int_equal(n, 6000);
    for (size_t i = 0; i < n; i++) {
        w5_time in_span = (cell[i].at - NOON) % (10 * W5_SECOND);
        bool first = in_span == 0 && cell[i].line % 2 == 1;
        texts += cell[i].text != 0;
        if ((cell[i].text != 0) != first)
            fail_msg("line %ju", (uintmax_t)cell[i].line);
    }
    assert_int_equal(texts, 300);
    w5_ledger_free(l);
}

static void spans_begin_below_also_before_1970(void **state)
{
    (void)state;
    static const struct {
        w5_time at, span, start;
    } table[] = {
        {0,   10, 0  },
        {9,   10, 0  },
        {10,  10, 10 },
        {-1,  10, -10},
        {-10, 10, -10},
        {-11, 10, -20}
    };
    for (size_t i = 0; i < COUNT(table); i++)
        assert_int_equal(w5_span_start(table[i].at, table[i].span), table[i].start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_gives_way_first_is_missed_least),
        cmocka_unit_test(paths_that_cells_lose_are_counted_elsewhere),
        cmocka_unit_test(runs_join_but_silence_is_never_bridged),
        cmocka_unit_test(nothing_is_so_much_that_it_does_not_fit),
        cmocka_unit_test(excerpts_are_kept_for_the_first_of_a_span),
        cmocka_unit_test(spans_begin_below_also_before_1970),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
