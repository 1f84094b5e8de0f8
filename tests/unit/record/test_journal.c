#include "check.h"

#include "record/journal.h"

static void the_first_of_two_equal_fields_counts(void **state)
{
    (void)state;
    w5_journal j = {0};
    *w5_journal_field(&j, W5_STR("MESSAGE")) = W5_STR("");
    assert_null(w5_journal_field(&j, W5_STR("MESSAGE")));
    assert_null(w5_journal_field(&j, W5_STR("_CMDLINE")));
    assert_non_null(w5_journal_field(&j, W5_STR("_PID")));
}

static void an_impossible_time_is_none(void **state)
{
    (void)state;
    w5_wrapped w = {.at = W5_TIME_NONE, .count = 1};
    w5_journal j = {.message = W5_STR("m"), .realtime = W5_STR("99999999999999999999")};
    assert_true(w5_journal_tell(&j, &w));
    assert_int_equal(w.at, W5_TIME_NONE);
    assert_false(w5_journal_tell(&(w5_journal){0}, &w));
}

static void a_growing_text_stops_at_its_bound(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_growing g = {0};
    char *block = w5_arena_alloc(arena, 1 << 20);
    for (int i = 0; i < 6; i++)
        w5_growing_put(&g, arena, (w5_str){block, 1 << 20});
    assert_int_equal(g.len, 4 << 20);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_two_equal_fields_counts),
        cmocka_unit_test(an_impossible_time_is_none),
        cmocka_unit_test(a_growing_text_stops_at_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
