#include "config/ini.h"

#include "scene.h"

static void pairs_come_with_group_and_line(void **state)
{
    static const struct {
        const char *group, *key, *value;
        unsigned line;
    } want_pairs[] = {
        {"",  "lonely", NULL,        1},
        {"a", "x",      "1",         5},
        {"a", "y",      "two words", 6},
        {"b", "z",      "",          8},
        {"b", "w",      "p=q",       9},
    };
    w5_ini ini = {.text = W5_STR("lonely\n# c = 1\n; d = 1\n[ a ]\nx=1\n y = two words \n[b]\n"
                                 "z =\nw=p=q")};
    w5_str key;
    w5_str value;
    (void)state;
    for (size_t i = 0; i < COUNT(want_pairs); i++) {
        assert_true(w5_ini_next(&ini, &key, &value));
        assert_str(ini.group, w5_str_of(want_pairs[i].group));
        assert_str(key, w5_str_of(want_pairs[i].key));
        assert_int_equal(value.ptr != NULL, want_pairs[i].value != NULL);
        assert_str(value, w5_str_of(want_pairs[i].value));
        assert_int_equal(ini.line, want_pairs[i].line);
    }
    assert_false(w5_ini_next(&ini, &key, &value));
}

static void only_quotes_alike_are_taken_off(void **state)
{
    static const char *const cases[][2] = {
        {"\"a b\"", "a b" },
        {"'a'",     "a"   },
        {"\"a'",    "\"a'"},
        {"\"",      "\""  },
        {"",        ""    },
        {"''",      ""    },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_unquoted(w5_str_of(cases[i][0])), w5_str_of(cases[i][1]));
}

static void a_file_without_end_is_said(void **state)
{
    scene *s = *state;
    char *text = malloc(2 * 5000 + 1);
    for (size_t i = 0; i < 5000; i++)
        memcpy(text + 2 * i, "a\n", 2);
    text[10000] = '\0';
    read_text(s, "my.cnf", w5_arena_fmt(s->arena, "[mysqld]\n%s", text).ptr);
    trouble(s, "more than 4096 settings");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_come_with_group_and_line),
        cmocka_unit_test(only_quotes_alike_are_taken_off),
        TEST(a_file_without_end_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
