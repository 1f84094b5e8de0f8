#include "entries.h"

static void a_recorded_journal_reads_like_its_json(void **state)
{
    (void)state;
    entries told;
    w5_arena *arena = w5_arena_new();
    feed_text(&told, w5_wrap_journal_export,
              read_fixture(arena, "fixtures/formats/journal/export.log"));
    check_same_story(&told, false);
    assert_int_equal(told.refused, 0);
    w5_arena_free(told.arena);
    w5_arena_free(arena);
}

#define HEAD "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1773568030000000\n"

/* Ten bytes: the length itself holds a newline (0x0a). */
static void lengths_and_values_may_hold_newlines(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "MESSAGE\n\n\0\0\0\0\0\0\0one\ntwo\n\r\n\n"
             "_COREDUMP\n\3\0\0\0\0\0\0\0x\ny\n_PID=7\n\n" HEAD "MESSAGE=m\n";
    entries told;
    feed_text(&told, w5_wrap_journal_export, (w5_str){text, sizeof text - 1});
    assert_int_equal(told.n, 2);
    assert_str(told.at[0].inner, W5_STR("one\ntwo\n\r\n"));
    assert_str(told.at[0].pid, W5_STR("7"));
    assert_str(told.at[1].inner, W5_STR("m"));
    w5_arena_free(told.arena);
}

static void a_length_beyond_the_end_of_the_input_is_no_harm(void **state)
{
    (void)state;
    static const char text[] = HEAD "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffshort\n\n";
    entries told;
    feed_text(&told, w5_wrap_journal_export, (w5_str){text, sizeof text - 1});
    assert_int_equal(told.n, 1);
    assert_str(told.at[0].inner, W5_STR("short\n\n"));
    w5_arena_free(told.arena);
}

static void a_line_that_is_no_field_ends_the_entry(void **state)
{
    (void)state;
    entries told;
    feed_text(&told, w5_wrap_journal_export, W5_STR(HEAD "MESSAGE=m\n[error] x=y\n"));
    assert_int_equal(told.n, 1);
    assert_int_equal(told.refused, 1);
    w5_arena_free(told.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_journal_reads_like_its_json),
        cmocka_unit_test(lengths_and_values_may_hold_newlines),
        cmocka_unit_test(a_length_beyond_the_end_of_the_input_is_no_harm),
        cmocka_unit_test(a_line_that_is_no_field_ends_the_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
