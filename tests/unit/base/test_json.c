#include "check.h"

#include <why502/base/json.h>

static const w5_json *read_json(w5_arena *arena, w5_str text)
{
    const w5_json *value = NULL;
    size_t used = 0;
    if (w5_json_read(arena, text, &used, &value) != W5_OK)
        fail_msg("'%.*s' was not read", W5_ARG(text));
    assert_int_equal(used, text.len);
    return value;
}

static void values_of_every_type_are_read(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    const w5_json *v = read_json(
        arena,
        W5_STR("{\"s\":\"a\\u00e9\\n\",\"i\":-42,\"d\":1.5,\"t\":true,\"f\":false,"
               "\"n\":null,\"a\":[1,\"2\",[]],\"o\":{\"k\":{}},\"digits\":\"1795183200000000\"}"));
    int64_t i = 0;
    double d = 0;
    assert_int_equal(w5_json_what(v), W5_JSON_OBJECT);
    assert_int_equal(w5_json_count(v), 9);
    assert_str(w5_json_str(w5_json_get(v, "s")), W5_STR("a\xc3\xa9\n"));
    assert_true(w5_json_int(w5_json_get(v, "i"), &i) && i == -42);
    assert_true(w5_json_number(w5_json_get(v, "i"), &d) && d == -42.0);
    assert_true(w5_json_number(w5_json_get(v, "d"), &d) && d == 1.5);
    assert_false(w5_json_int(w5_json_get(v, "d"), &i));
    assert_true(w5_json_int(w5_json_get(v, "digits"), &i) && i == INT64_C(1795183200000000));
    assert_true(w5_json_true(w5_json_get(v, "t")));
    assert_false(w5_json_true(w5_json_get(v, "f")));
    assert_int_equal(w5_json_what(w5_json_get(v, "n")), W5_JSON_NULL);
    assert_int_equal(w5_json_count(w5_json_get(v, "a")), 3);
    assert_str(w5_json_str(w5_json_at(w5_json_get(v, "a"), 1)), W5_STR("2"));
    assert_null(w5_json_at(w5_json_get(v, "a"), 3));
    assert_null(w5_json_get(v, "absent"));
    assert_null(w5_json_get(w5_json_get(v, "a"), "s"));
    w5_arena_free(arena);
}

static void members_come_in_their_order(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    const w5_json *v = read_json(arena, W5_STR("{\"z\":1,\"a\":2,\"m\":3}"));
    static const w5_str keys[] = {W5_LIT("z"), W5_LIT("a"), W5_LIT("m")};
    w5_str key;
    const w5_json *value;
    for (size_t i = 0; i < COUNT(keys); i++) {
        int64_t number = 0;
        assert_true(w5_json_member(v, i, &key, &value));
        assert_str(key, keys[i]);
        assert_true(w5_json_int(value, &number) && number == (int64_t)i + 1);
    }
    assert_false(w5_json_member(v, 3, &key, &value));
    assert_false(w5_json_member(NULL, 0, &key, &value));
    w5_arena_free(arena);
}

static void what_stands_behind_the_value_is_left(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        size_t used;
    } cases[] = {
        {W5_LIT("{} {}"),       2},
        {W5_LIT("  [1] x"),     5},
        {W5_LIT("\"a\\\"}\"b"), 6},
        {W5_LIT("17,18"),       2},
        {W5_LIT("null}"),       4},
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const w5_json *value;
        size_t used = 0;
        assert_int_equal(w5_json_read(arena, cases[i].text, &used, &value), W5_OK);
        assert_int_equal(used, cases[i].used);
    }
    w5_arena_free(arena);
}

static void what_is_no_json_is_a_miss(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT(""),
        W5_LIT("   "),
        W5_LIT("{"),
        W5_LIT("{\"a\":1"),
        W5_LIT("{a:1}"),
        W5_LIT("[1,]"),
        W5_LIT("[1 2]"),
        W5_LIT("{\"a\" 1}"),
        W5_LIT("nul"),
        W5_LIT("+1"),
        W5_LIT("01"),
        W5_LIT("\"abc"),
        W5_LIT("\"\\q\""),
        W5_LIT("[}"),
        W5_LIT("{]"),
        W5_LIT("]"),
        W5_LIT("'a'"),
        W5_LIT("1e400"),
        W5_LIT("99999999999999999999"),
        W5_LIT("\"a\nb\""),
        W5_LIT("2026/11/20 14:00:00 [error] 7#7: *1 x"),
        W5_LIT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const w5_json *value = NULL;
        size_t used = 77;
        if (w5_json_read(arena, cases[i], &used, &value) != W5_MISS)
            fail_msg("'%.*s' was read", W5_ARG(cases[i]));
        assert_int_equal(used, 77);
        assert_null(value);
    }
    w5_arena_free(arena);
}

static void a_hundred_thousand_brackets_are_no_danger(void **state)
{
    (void)state;
    static char text[500000];
    w5_arena *arena = w5_arena_new();
    const w5_json *value;
    size_t used;
    memset(text, '[', 100000);
    assert_int_equal(w5_json_read(arena, (w5_str){text, 100000}, &used, &value), W5_MISS);
    for (size_t i = 0; i < sizeof text; i += 5)
        memcpy(text + i, "{\"a\":", 5);
    assert_int_equal(w5_json_read(arena, (w5_str){text, sizeof text}, &used, &value), W5_MISS);
    w5_arena_free(arena);
}

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    const w5_json *v = read_json(arena, W5_STR("{\"m\":\"caf\xe9 \xe6\x97\xa5\"}"));
    assert_str(w5_json_str(w5_json_get(v, "m")), W5_STR("caf\xef\xbf\xbd \xe6\x97\xa5"));
    w5_arena_free(arena);
}

static void a_nul_is_a_character(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    assert_str(w5_json_str(read_json(arena, W5_STR("\"a\\u0000b\""))), W5_STR("a\0b"));
    w5_arena_free(arena);
}

static void questions_to_the_wrong_type_are_answered_no(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    const w5_json *text = read_json(arena, W5_STR("\"12x\""));
    int64_t i = 7;
    double d = 7;
    assert_false(w5_json_int(text, &i));
    assert_false(w5_json_number(text, &d));
    assert_false(w5_json_int(NULL, &i));
    assert_false(w5_json_true(NULL));
    assert_int_equal(w5_json_count(NULL), 0);
    assert_str(w5_json_str(NULL), W5_STR(""));
    assert_int_equal(i, 7);
    assert_true(w5_json_int(read_json(arena, W5_STR("\"-12\"")), &i) && i == -12);
    assert_false(w5_json_int(read_json(arena, W5_STR("\"9223372036854775808\"")), &i));
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_type_are_read),
        cmocka_unit_test(members_come_in_their_order),
        cmocka_unit_test(what_stands_behind_the_value_is_left),
        cmocka_unit_test(what_is_no_json_is_a_miss),
        cmocka_unit_test(a_hundred_thousand_brackets_are_no_danger),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
        cmocka_unit_test(a_nul_is_a_character),
        cmocka_unit_test(questions_to_the_wrong_type_are_answered_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
