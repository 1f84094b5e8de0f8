#include "check.h"

#include <why502/base/json.h>

#include "base/json_walk.h"

static void members_are_walked_in_place(void **state)
{
    (void)state;
    static const struct {
        w5_str key, raw;
    } expected[] = {
        {W5_LIT("MESSAGE"), W5_LIT("\"a \\\"b\\\\\"") },
        {W5_LIT("_PID"),    W5_LIT("\"7\"")           },
        {W5_LIT("n"),       W5_LIT("-1.5e3")          },
        {W5_LIT("list"),    W5_LIT("[1, [\"]\"], {}]")},
        {W5_LIT("o"),       W5_LIT("{\"x\":\"}\"}")   },
        {W5_LIT("t"),       W5_LIT("true")            },
    };
    w5_json_walk walk;
    w5_str key;
    w5_str raw;
    assert_true(
        w5_json_walk_open(W5_STR(" {\"MESSAGE\":\"a \\\"b\\\\\" , \"_PID\" : \"7\",\"n\":-1.5e3,"
                                 "\"list\":[1, [\"]\"], {}],\"o\":{\"x\":\"}\"},\"t\":true} tail"),
                          &walk));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(w5_json_walk_next(&walk, &key, &raw));
        assert_str(key, expected[i].key);
        assert_str(raw, expected[i].raw);
    }
    assert_false(w5_json_walk_next(&walk, &key, &raw));
    assert_false(walk.broken);
    assert_str(walk.rest, W5_STR(" tail"));
    assert_true(w5_json_walk_open(W5_STR("{}"), &walk));
    assert_false(w5_json_walk_next(&walk, &key, &raw));
    assert_false(walk.broken);
}

static void a_broken_object_ends_the_walk(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT("{"),          W5_LIT("{\"a\""),      W5_LIT("{\"a\":"), W5_LIT("{\"a\":1"),
        W5_LIT("{\"a\":\"x"), W5_LIT("{\"a\" 1}"),   W5_LIT("{a:1}"),   W5_LIT("{1:1}"),
        W5_LIT("{\"a\":[1}"), W5_LIT("{\"a\":1 x}"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_json_walk walk;
        w5_str key;
        w5_str raw;
        assert_true(w5_json_walk_open(cases[i], &walk));
        while (w5_json_walk_next(&walk, &key, &raw))
            ;
        if (!walk.broken)
            fail_msg("'%.*s' was walked to its end", W5_ARG(cases[i]));
        assert_false(w5_json_walk_next(&walk, &key, &raw));
    }
    w5_json_walk walk;
    assert_false(w5_json_walk_open(W5_STR("[1]"), &walk));
    assert_false(w5_json_walk_open(W5_NONE, &walk));
}

static void strings_are_borrowed_or_decoded(void **state)
{
    (void)state;
    static const struct {
        w5_str raw, text;
    } cases[] = {
        {W5_LIT("\"\""),                           W5_LIT("")                           },
        {W5_LIT("\"plain \xff\""),                 W5_LIT("plain \xff")                 },
        {W5_LIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), W5_LIT("\"\\/\b\f\n\r\t")            },
        {W5_LIT("\"a\\u001b[0m\""),                W5_LIT("a\x1b[0m")                   },
        {W5_LIT("\"\\u00E9\\u65e5\""),             W5_LIT("\xc3\xa9\xe6\x97\xa5")       },
        {W5_LIT("\"\\ud83d\\ude00!\""),            W5_LIT("\xf0\x9f\x98\x80!")          },
        {W5_LIT("\"\\ud83dx\""),                   W5_LIT("\xef\xbf\xbdx")              },
        {W5_LIT("\"\\ude00\""),                    W5_LIT("\xef\xbf\xbd")               },
        {W5_LIT("\"\\ud83d\\u0041\""),             W5_LIT("\xef\xbf\xbd"
                                              "A")},
        {W5_LIT("\"a\\u0000b\""),                  W5_LIT("a\0b")                       },
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str text;
        assert_int_equal(w5_json_unquote(arena, cases[i].raw, &text), W5_OK);
        assert_str(text, cases[i].text);
    }
    static const char plain[] = "\"abc\"";
    w5_str text;
    assert_int_equal(w5_json_unquote(arena, W5_STR(plain), &text), W5_OK);
    assert_ptr_equal(text.ptr, plain + 1);
    w5_arena_free(arena);
}

static void what_is_no_string_is_a_miss(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT(""),        W5_LIT("\""),        W5_LIT("12"),          W5_LIT("null"),
        W5_LIT("\"\\q\""), W5_LIT("\"\\u12\""), W5_LIT("\"\\u12x4\""), W5_LIT("\"\\\""),
        W5_LIT("\"a"),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str text = W5_STR("untouched");
        assert_int_equal(w5_json_unquote(arena, cases[i], &text), W5_MISS);
        assert_str(text, W5_STR("untouched"));
    }
    w5_arena_free(arena);
}

static void the_extent_of_a_value_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(w5_json_extent(W5_STR("[[1]]x"), 2), 5);
    assert_int_equal(w5_json_extent(W5_STR("[[1]]x"), 1), 0);
    assert_int_equal(w5_json_extent(W5_STR("\"\\\\\"x"), 0), 4);
    assert_int_equal(w5_json_extent(W5_STR("\"\\\"x"), 0), 0);
    assert_int_equal(w5_json_extent(W5_STR(","), 1), 0);
    assert_int_equal(w5_json_extent(W5_NONE, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_walked_in_place),
        cmocka_unit_test(a_broken_object_ends_the_walk),
        cmocka_unit_test(strings_are_borrowed_or_decoded),
        cmocka_unit_test(what_is_no_string_is_a_miss),
        cmocka_unit_test(the_extent_of_a_value_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
