#include "check.h"

#include "diagnosis/foreign.h"

#define STRANGE(label, line_text)                                                                  \
    {                                                                                              \
        .name = W5_STR(label), .lines = 1, .not_understood = 1, .unknown = {                       \
            {1, W5_LIT(line_text)}                                                                 \
        }                                                                                          \
    }
#define HAPROXY                                                                                    \
    "203.0.113.9:51442 [20/Nov/2026:10:00:00.123] www~ app/web1 0/0/-1/-1/3 503 217 - - SC-- "     \
    "1/1/0/0/3 0/0 \"GET /items HTTP/1.1\""

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    w5_stream haproxy = STRANGE("lb.log", HAPROXY);
    w5_stream image = STRANGE("logo.png", "\x89PNG\r\x1a\x00\x00\x00");
    w5_stream shopping = STRANGE("list.txt", "milk, bread");
    w5_stream mostly_ours = STRANGE("error.log", "milk, bread");
    mostly_ours.lines = mostly_ours.understood = 9;
    w5_stream syslog = STRANGE("syslog", HAPROXY);
    syslog.lines = syslog.understood = 9;
    w5_stream *streams[] = {&haproxy, &mostly_ours, &image, &shopping, &syslog};
    static const char *const wanted[][2] = {
        {"lb.log",   "has lines of"},
        {"logo.png", "is no text"  },
        {"syslog",   "has lines of"},
    };
    w5_arena *arena = w5_arena_new();
    w5_catalogue *catalogue = w5_catalogue_new(arena);
    w5_err err;
    assert_int_equal(w5_catalogue_load_builtin(catalogue, &err), W5_OK);
    assert_int_equal(w5_catalogue_seal(catalogue, &err), W5_OK);
    w5_timeline t = {.stream = streams, .streams = COUNT(streams), .catalogue = catalogue};
    w5_known k = {.t = &t, .arena = arena};
    w5_sentence all[W5_FOREIGN_MAX];
    size_t n = 0;
    w5_foreign_sources(&k, all, &n);
    assert_int_equal(n, COUNT(wanted));
    for (size_t i = 0; i < n; i++) {
        assert_str(all[i].arg[0], w5_str_of(wanted[i][0]));
        assert_non_null(strstr(all[i].words, wanted[i][1]));
    }
    assert_str(all[0].arg[1], W5_STR("HAProxy"));
    w5_catalogue_free(catalogue);
    w5_arena_free(arena);
}

static void only_some_are_named(void **state)
{
    (void)state;
    w5_stream list = STRANGE("list.txt", "\1\2\3");
    w5_stream *streams[3 * W5_FOREIGN_MAX];
    for (size_t i = 0; i < COUNT(streams); i++)
        streams[i] = &list;
    w5_arena *arena = w5_arena_new();
    w5_timeline t = {
        .stream = streams, .streams = COUNT(streams), .catalogue = w5_catalogue_new(arena)};
    w5_known k = {.t = &t, .arena = arena};
    w5_sentence all[W5_FOREIGN_MAX];
    size_t n = 0;
    w5_foreign_sources(&k, all, &n);
    assert_int_equal(n, W5_FOREIGN_MAX);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(only_some_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
