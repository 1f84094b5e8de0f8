#include "check.h"

#include <why502/report.h>

static const w5_view narrow = {.width = 80, .top = 10};

static w5_catalogue *built_in(w5_arena *arena)
{
    w5_err err;
    w5_catalogue *c = w5_catalogue_new(arena);
    if (w5_catalogue_load_builtin(c, &err) < 0 || w5_catalogue_seal(c, &err) < 0)
        fail_msg("%s", err.text);
    return c;
}

static bool lists(w5_arena *arena, const w5_catalogue *c, w5_str what, const char *words)
{
    size_t at;
    w5_err err;
    w5_out *out = w5_out_memory();
    if (w5_list_page(c, what, &narrow, out, &err) != W5_OK)
        fail_msg("%s", err.text);
    w5_str page = w5_arena_str(arena, w5_out_bytes(out));
    w5_out_done(out, NULL);
    return w5_str_find(page, w5_str_of(words), &at);
}

static void each_list_holds_its_own(void **state)
{
    (void)state;
    static const struct {
        w5_str what;
        const char *has, *has_not;
    } rows[] = {
        {W5_LIT("formats"),  "nginx-error",                                                           "premature-close"},
        {W5_LIT("formats"),  "\n      [2026-11-20 16:35:22 +0000] [22544] [CRITICAL] WORKER TIMEOUT",
         "HU-EOF"                                                                                                      },
        {W5_LIT("classes"),  "HU-EOF",                                                                "nginx-timeouts" },
        {W5_LIT("causes"),   "worker-oom-kill",                                                       "nginx-timeouts" },
        {W5_LIT("remedies"), "1 \u6700\u512a\u5148",                                                  "premature-close"},
        {W5_LIT(""),         "premature-close",                                                       "(none)"         },
    };
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = built_in(arena);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(lists(arena, c, rows[i].what, rows[i].has));
        assert_false(lists(arena, c, rows[i].what, rows[i].has_not));
    }
    w5_arena_free(arena);
}

static void everything_of_the_catalogue_is_listed(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = built_in(arena);
    const w5_stanza *const *all;
    size_t n = w5_catalogue_stanzas(c, &all);
    for (size_t i = 0; i < n; i++)
        if (!w5_str_eq(all[i]->kind, W5_STR("pattern")) &&
            !lists(arena, c, W5_STR(""), w5_arena_fmt(arena, "\n  %.*s ", W5_ARG(all[i]->id)).ptr))
            fail_msg("'%.*s' is not listed", W5_ARG(all[i]->id));
    w5_arena_free(arena);
}

static void what_was_added_is_listed_with_its_place(void **state)
{
    (void)state;
    static const char mine[] = "-- remedy restart-service\nextend: yes\ncommand: true\n"
                               "-- pattern mine.empty\nformat: gunicorn\nkind: pool-exhausted\n"
                               "starts: pool is empty\nsource: here\n";
    w5_err err;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = w5_catalogue_new(arena);
    assert_int_equal(w5_catalogue_load_builtin(c, &err), W5_OK);
    assert_int_equal(w5_catalogue_load(c, W5_STR("mine.w5"), w5_str_of(mine), &err), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, &err), W5_OK);
    assert_true(lists(arena, c, W5_STR("remedies"), "[mine.w5:1]"));
    assert_false(lists(arena, c, W5_STR("remedies"), "mine.empty"));
    assert_true(lists(arena, c, W5_STR(""), "  mine.empty                 pattern  mine.w5:4\n"));
    assert_false(lists(arena, built_in(arena), W5_STR(""), "added"));
    w5_arena_free(arena);
}

static void another_word_is_refused(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_out *out = w5_out_memory();
    w5_err err;
    assert_int_equal(w5_list_page(built_in(arena), W5_STR("wishes"), &narrow, out, &err),
                     W5_EINVAL);
    assert_string_equal(err.text, "cannot list 'wishes': say formats, classes, causes or remedies");
    w5_out_done(out, NULL);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_list_holds_its_own),
        cmocka_unit_test(everything_of_the_catalogue_is_listed),
        cmocka_unit_test(what_was_added_is_listed_with_its_place),
        cmocka_unit_test(another_word_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
