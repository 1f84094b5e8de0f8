#include "config/reading.h"

#include "scene.h"

static void paths_are_taken_apart_and_joined(void **state)
{
    static const struct {
        const char *path, *folder, *name;
    } cases[] = {
        {"/etc/nginx/nginx.conf", "/etc/nginx", "nginx.conf"},
        {"nginx.conf",            ".",          "nginx.conf"},
        {"/x",                    "/",          "x"         },
        {"a/b",                   "a",          "b"         },
        {"",                      ".",          ""          },
    };
    scene *s = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_str(w5_folder_of(w5_str_of(cases[i].path)), w5_str_of(cases[i].folder));
        assert_str(w5_name_of(w5_str_of(cases[i].path)), w5_str_of(cases[i].name));
    }
    assert_str(w5_below(s->arena, W5_STR("/a"), W5_STR("b")), W5_STR("/a/b"));
    assert_str(w5_below(s->arena, W5_STR("/"), W5_STR("b")), W5_STR("/b"));
    assert_str(w5_below(s->arena, W5_STR("/a"), W5_STR("/b")), W5_STR("/b"));
    assert_str(w5_below(s->arena, W5_NONE, W5_STR("b")), W5_STR("b"));
}

static void lines_lose_their_ends(void **state)
{
    w5_str text = W5_STR("one\r\n\ntwo");
    w5_str line;
    (void)state;
    assert_true(w5_next_line(&text, &line));
    assert_str(line, W5_STR("one"));
    assert_true(w5_next_line(&text, &line));
    assert_str(line, W5_STR(""));
    assert_true(w5_next_line(&text, &line));
    assert_str(line, W5_STR("two"));
    assert_false(w5_next_line(&text, &line));
}

static void patterns_give_sorted_paths(void **state)
{
    scene *s = *state;
    const w5_str *path;
    put(s, "d/b.conf", "");
    put(s, "d/a.conf", "");
    put(s, "d/c.txt", "");
    assert_int_equal(w5_glob(s->config, w5_str_of(at(s, "d/*.conf")), &path), 2);
    assert_string_equal(path[0].ptr, at(s, "d/a.conf"));
    assert_string_equal(path[1].ptr, at(s, "d/b.conf"));
    assert_int_equal(w5_glob(s->config, w5_str_of(at(s, "none/*")), &path), 0);
}

static void a_whole_file_is_read_nuls_and_all(void **state)
{
    scene *s = *state;
    w5_str text;
    w5_err err;
    FILE *f = fopen(at(s, "x"), "w");
    fwrite("a\0b", 1, 3, f);
    fclose(f);
    assert_int_equal(w5_slurp(s->config, at(s, "x"), &text, &err), W5_OK);
    assert_str(text, W5_STR("a\0b"));
    assert_int_equal(truncate(at(s, "x"), 17 << 20), 0);
    assert_int_equal(w5_slurp(s->config, at(s, "x"), &text, &err), W5_EIO);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(paths_are_taken_apart_and_joined),
        cmocka_unit_test(lines_lose_their_ends),
        TEST(patterns_give_sorted_paths),
        TEST(a_whole_file_is_read_nuls_and_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
