#include "source/folder.h"

#include "scene.h"

static void names_tell_logs_from_other_files(void **state)
{
    static const struct {
        const char *name;
        bool wanted, live;
    } cases[] = {
        {"error.log",               true,  true },
        {"error.log.1",             true,  false},
        {"error.log.12.gz",         true,  false},
        {"error.log-20261120",      true,  false},
        {"error.log-20261120.xz",   true,  false},
        {"error.log-2026-11-20-14", true,  false},
        {"error.log.gz",            true,  false},
        {"app-2026-11-20.log",      true,  true },
        {"db.err",                  true,  true },
        {"events.ndjson.zst",       true,  false},
        {"syslog",                  true,  true },
        {"syslog.2.lz4",            true,  false},
        {"messages-20261120.bz2",   true,  false},
        {"error_log",               true,  true },
        {"access_log.1",            true,  false},
        {"system.journal",          true,  true },
        {".log",                    false, false},
        {"error.log.bak",           false, false},
        {"error.log~",              false, false},
        {"syslogd",                 false, false},
        {"catalog",                 false, false},
        {"dump.sql.gz",             false, false},
        {"1",                       false, false},
        {"-20261120",               false, false},
        {".gz",                     false, false},
        {"",                        false, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (w5_folder_wants(w5_str_of(cases[i].name)) != cases[i].wanted ||
            w5_folder_wants_live(w5_str_of(cases[i].name)) != cases[i].live)
            fail_msg("%s", cases[i].name);
}

static void a_folder_lists_its_logs_sorted_and_no_folders(void **state)
{
    static const char *const want[] = {"a.log", "b.err", "error.log", "error.log.1"};
    scene *s = *state;
    w5_arena *arena = w5_arena_new();
    const w5_str *path;
    size_t count;
    w5_err err;
    put(s, "error.log.1", "x");
    put(s, "error.log", "x");
    put(s, "notes.txt", "x");
    put(s, "b.err", "x");
    assert_int_equal(symlink("error.log", at(s, "a.log")), 0);
    assert_int_equal(mkdir(at(s, "old.log"), 0700), 0);
    assert_int_equal(mkfifo(at(s, "fifo.log"), 0600), 0);
    assert_int_equal(w5_folder_list(arena, s->folder, &path, &count, &err), W5_OK);
    assert_int_equal(count, COUNT(want));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(path[i].ptr, at(s, want[i]));
    w5_arena_free(arena);
}

static void a_folder_that_cannot_be_read_is_said(void **state)
{
    scene *s = *state;
    w5_arena *arena = w5_arena_new();
    const w5_str *path;
    size_t count;
    w5_err err;
    assert_int_equal(w5_folder_list(arena, at(s, "none"), &path, &count, &err), W5_EIO);
    w5_arena_free(arena);
}

static void what_stands_beside_a_log_comes_in_the_order_of_writing(void **state)
{
    static const char *const names[] = {"a.log.2", "a.log-20261120", "a.log.1"};
    scene *s = *state;
    w5_arena *arena = w5_arena_new();
    const w5_str *path;
    size_t count;
    put(s, "a.log", "x");
    put(s, "a.log.3.gz", "x");
    put(s, "a.logs", "x");
    put(s, "b.log.1", "x");
    for (size_t i = 0; i < COUNT(names); i++) {
        struct timespec times[2] = {
            {1795183200 + (time_t)i, 0},
            {1795183200 + (time_t)i, 0}
        };
        put(s, names[i], "x");
        assert_int_equal(utimensat(AT_FDCWD, at(s, names[i]), times, 0), 0);
    }
    assert_int_equal(w5_folder_siblings(arena, at(s, "a.log"), &path, &count), W5_OK);
    assert_int_equal(count, COUNT(names));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(path[i].ptr, at(s, names[i]));
    assert_int_equal(w5_folder_siblings(arena, at(s, "none/a.log"), &path, &count), W5_EIO);
    w5_arena_free(arena);
}

static void a_rotated_name_is_told_from_a_living_one(void **state)
{
    (void)state;
    assert_true(w5_folder_rotated(W5_STR("/var/log/error.log.1")));
    assert_true(w5_folder_rotated(W5_STR("error.log-20261120")));
    assert_true(w5_folder_rotated(W5_STR("error.log.gz")));
    assert_false(w5_folder_rotated(W5_STR("/var/log/error.log")));
    assert_false(w5_folder_rotated(W5_STR("app.1")));
    assert_false(w5_folder_rotated(W5_STR("app-2026-11-20.log")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell_logs_from_other_files),
        TEST(a_folder_lists_its_logs_sorted_and_no_folders),
        TEST(a_folder_that_cannot_be_read_is_said),
        TEST(what_stands_beside_a_log_comes_in_the_order_of_writing),
        cmocka_unit_test(a_rotated_name_is_told_from_a_living_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
