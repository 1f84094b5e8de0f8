#include "stage.h"

/* Pieces shorter than an entry leave none whole in its block: all go the long way. */
enum {
    SHORT = 20
};

static void assert_ways_agree(w5_str text)
{
    assert_true(stage_ways_agree(text, SHORT));
}

#define HEAD                                                                                       \
    "# Time: 2026-11-20T14:00:00.131522Z\n# User@Host: shop[shop] @ localhost []  Id:   397\n"     \
    "# Query_time: 3.000101  Lock_time: 0.000101 Rows_sent: 2  Rows_examined: 131522\n"
static const w5_str plain_entry =
    W5_LIT(HEAD "SET timestamp=1795183200;\nSELECT a FROM t WHERE x = 7 AND y IN ('a', 'b');\n");

/* Every entry between plain ones: what is odd, and where it ends, must not spread. */
static void both_ways_tell_the_same(void **state)
{
    (void)state;
    static const w5_str entries[] = {
        W5_LIT("# Time: 261120 17:46:13\n# User@Host: a[a] @  [10.0.0.1]\n# Query_time: 2 Lock_time: 0\n"
               "use shop;\nSET timestamp=1795183200;\nSELECT 1\n FROM dual;\n"),
        W5_LIT("# User@Host: a[a] @  [10.0.0.1]\n# Query_time: 2  Lock_time: 0\nSELECT 'a;\n"
               "# Time: 261120 17:46:13\n# User@Host: b[b] @ c []\n';\n"),
        W5_LIT("# User@Host: a[a] @  [10.0.0.1]\n# Time: 261120 17:46:14\n# Query_time: 2\nSELECT 1;\n"),
        W5_LIT(HEAD "# administrator command: Quit;\n"),
        W5_LIT(HEAD "SELECT 1 -- it's\n+ 2 /* \"\n # */ + 3;\n"),
        W5_LIT(HEAD "SELECT `a\\`, \"b\\\";\n\", 'c\\\\';\n"),
        W5_LIT(HEAD "SELECT 'no end\\"),
        W5_LIT(HEAD "SELECT 1;\r\n"),
        W5_LIT("# Time: 2026-11-20T14:00:00.131522Z\r\n# User@Host: a[a] @ b []\nSELECT 1;\n"),
        W5_LIT(HEAD "\n\nSELECT 1\n;\n\n"),
        W5_LIT("/usr/sbin/mysqld, Version: 8.0.36 (MySQL). started with:\nTcp port: 3306  Unix socket: x\n"
               "Time                 Id Command    Argument\n"),
        W5_LIT(HEAD "/usr/sbin/mysqld, Version: 8.0.36 (MySQL). started with:\nTcp port: 3306\n"),
        W5_LIT("==> other.log <==\n"),
        W5_LIT(HEAD "SELECT 1;\n==> no header\n"),
        W5_LIT("2026-11-20 14:00:00 7 [Warning] Aborted connection 7 to db\n"),
        W5_LIT("# MariaDB\n# Thread_id: 7  Schema: shop  QC_hit: No\n"),
        W5_LIT("\n"),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(entries); i++)
        for (size_t k = 0; k < COUNT(entries); k++)
            assert_ways_agree(w5_arena_fmt(
                arena, "%.*s%.*s%.*s%.*s%.*s%.*s%.*s", W5_ARG(plain_entry), W5_ARG(plain_entry),
                W5_ARG(entries[i]), W5_ARG(plain_entry), W5_ARG(entries[k]), W5_ARG(plain_entry),
                W5_ARG(plain_entry)));
    w5_arena_free(arena);
}

static char *put(char *to, w5_str s)
{
    memcpy(to, s.ptr, s.len);
    return to + s.len;
}

static void a_byte_more_or_less_is_told_the_same(void **state)
{
    (void)state;
    static const char bytes[] = {'\n', '#', '\'', '"', '\\', ';', ':', '\r', '\0', '-', '*'};
    w5_arena *arena = w5_arena_new();
    size_t len = plain_entry.len;
    char *text = w5_arena_alloc(arena, len * sizeof(bytes) * 3 * (2 * len + 1));
    char *to = text;
    for (size_t at = 0; at < len; at++)
        for (size_t b = 0; b < sizeof(bytes); b++)
            for (size_t way = 0; way < 3; way++) {
                to = put(to, plain_entry);
                to = put(to, w5_str_head(plain_entry, at));
                to = put(to, (w5_str){&bytes[b], way > 0});
                to = put(to, w5_str_skip(plain_entry, at + (way < 2)));
            }
    assert_ways_agree((w5_str){text, (size_t)(to - text)});
    w5_arena_free(arena);
}

static void a_long_statement_is_no_trouble(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    for (size_t size = 59000; size < 140000; size += 1500) {
        char *many = w5_arena_alloc(arena, size);
        memset(many, 'x', size);
        assert_ways_agree(w5_arena_fmt(arena, "%.*s" HEAD "SELECT %.*s;\n%.*s%.*s", W5_ARG(plain_entry),
                                       (int)size, many, W5_ARG(plain_entry), W5_ARG(plain_entry)));
    }
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_tell_the_same),
        cmocka_unit_test(a_byte_more_or_less_is_told_the_same),
        cmocka_unit_test(a_long_statement_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
