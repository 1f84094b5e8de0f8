/* test_fingerprint.c -- the rules that pt-query-digest documents, one row each. */
#include "check.h"

#include "record/fingerprint.h"

static void equal_queries_with_other_values_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *shape;
    } rows[] = {
        {"SELECT * FROM t WHERE id = 7", "select * from t where id = ?"},
        {"select name from users where name='O\\'Brien' and x = \"a\"\"b\"",
         "select name from users where name=? and x = ?"},
        {"SELECT  a\n\t,b  FROM t;", "select a ,b from t"},
        {"SELECT /* from the shop */ 1 -- why\nFROM dual", "select ? from dual"},
        {"SELECT 1 # all of it\n", "select ?"},
        {"SELECT\fA,\r\n\vZ FROM AZ", "select a, z from az"},
        {"select * from t where id in (1, 2,3)", "select * from t where id in(?+)"},
        {"insert into t values (1,'a'),(2,'b')", "insert into t values(?+)"},
        {"select * from t limit 10, 20", "select * from t limit ?"},
        {"select * from t limit 5 offset 10", "select * from t limit ?"},
        {"select * from t where a is null and b = true", "select * from t where a is ? and b = ?"},
        {"select * from t where x = -1.5e-3 or y = 0xff", "select * from t where x = ? or y = ?"},
        {"select c from table_2024 where id=1", "select c from table_? where id=?"},
        {"CALL shop.pay(1, 'x')", "call shop.pay"},
        {"use shop", "use ?"},
        {"# administrator command: Prepare;", "administrator command: Prepare"},
        {"SELECT /*!40001 SQL_NO_CACHE */ * FROM `orders`", "mysqldump"},
        {"", ""},
        {"select 'never closed", "select ?"},
        {"select /* never closed", "select"},
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_str(w5_fingerprint(arena, w5_str_of(rows[i].sql)), w5_str_of(rows[i].shape));
    w5_arena_free(arena);
}

/* Statements that differ in a byte, put to the same memory one after the other. */
static void what_is_known_changes_no_answer(void **state)
{
    (void)state;
    static const w5_str statements[] = {
        W5_LIT("SELECT o.id FROM t2 o WHERE o.a = -7.5 AND b IN ('a', \"b\") LIMIT 20, 3;"),
        W5_LIT("SELECT /* 1 */ a1 FROM t WHERE x=1e5+0xff -- 'it''s'\n AND y='a\\'b' # 3"),
        W5_LIT("insert into t values (1,'a'),(2,'b') /*! 5 */ where a=1--2"),
        W5_LIT("CALL shop.pay_all(1, 'x')"),
    };
    static const char bytes[] = {'1', '.', 'e', 'x', '_', '-', '+', '\'', '"', '\\', ' ', '/', '*', '#', '('};
    w5_arena *arena = w5_arena_new();
    w5_fingerprints *known = w5_fingerprints_new();
    for (size_t i = 0; i < COUNT(statements); i++)
        for (size_t at = 0; at < statements[i].len; at++)
            for (size_t b = 0; b < 3 * sizeof(bytes); b++) {
                w5_str s = statements[i];
                size_t way = b % 3;
                w5_str changed = w5_arena_fmt(
                    arena, "%.*s%.*s%.*s", (int)at, s.ptr, way > 0, &bytes[b / 3],
                    W5_ARG(w5_str_skip(s, at + (way < 2))));
                w5_str told = w5_fingerprint_known(known, arena, changed);
                assert_str(told, w5_fingerprint(arena, changed));
                told = w5_fingerprint_known(known, arena, s);
                assert_str(told, w5_fingerprint(arena, s));
            }
    w5_fingerprints_free(known);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_queries_with_other_values_are_one),
        cmocka_unit_test(what_is_known_changes_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
