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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_queries_with_other_values_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
