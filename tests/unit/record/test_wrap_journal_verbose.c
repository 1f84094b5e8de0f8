#include "entries.h"

static void a_recorded_journal_reads_like_its_json(void **state)
{
    (void)state;
    entries told;
    w5_arena *arena = w5_arena_new();
    feed_text(&told, w5_wrap_journal_verbose,
              read_fixture(arena, "fixtures/formats/journal/verbose.log"));
    check_same_story(&told, true);
    assert_int_equal(told.refused, 1); /* the boot mark */
    w5_arena_free(told.arena);
    w5_arena_free(arena);
}

#define HEAD                                                                                       \
    "Sun 2026-03-15 09:47:10.000000 UTC "                                                          \
    "[s=c05ed132;i=1;b=7d3a1f0c5b6e4e1f9a2b3c4d5e6f7081;m=12a05f200;t=64d0cfc69c380;x=1]"

static void the_cursor_tells_the_instant_and_values_may_go_on(void **state)
{
    (void)state;
    entries told;
    feed_text(&told, w5_wrap_journal_verbose,
              W5_STR(HEAD "\r\n"
                          "    _CMDLINE=one\r\n             two\r\n"
                          "    MESSAGE=one\r\n            two\r\n            \r\n"
                          "    PRIORITY=2\r\n"));
    assert_int_equal(told.n, 1);
    assert_int_equal(told.at[0].at, utc(2026, 3, 15, 9, 47, 10, 0));
    assert_str(told.at[0].inner, W5_STR("one\ntwo\n"));
    assert_str(told.at[0].level, W5_STR("crit"));
    w5_arena_free(told.arena);
}

static void what_does_not_belong_ends_the_entry(void **state)
{
    (void)state;
    entries told;
    feed_text(&told, w5_wrap_journal_verbose, W5_STR(HEAD "\n    MESSAGE=m\nsomething else\n"));
    assert_int_equal(told.n, 1);
    assert_int_equal(told.answer[0], W5_PEEL_NEXT);
    assert_int_equal(told.refused, 1);
    w5_arena_free(told.arena);
    feed_text(&told, w5_wrap_journal_verbose,
              W5_STR("Sun 2026-03-15 09:47:10 UTC web-1 gunicorn[1201]: m\n    MESSAGE=m\n"));
    assert_int_equal(told.n, 0);
    w5_arena_free(told.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_journal_reads_like_its_json),
        cmocka_unit_test(the_cursor_tells_the_instant_and_values_may_go_on),
        cmocka_unit_test(what_does_not_belong_ends_the_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
