#include "entries.h"

static void a_boot_takes_the_time_of_the_line_behind_it(void **state)
{
    (void)state;
    entries told;
    feed_text(&told, w5_wrap_journal_marks,
              W5_STR("-- Boot aa11bb22cc33dd44ee55ff6677889900 --\n"
                     "Mar 15 09:48:10 web-1 systemd[1]: Started shop.\n"
                     "-- Reboot --\n"
                     "Mar 15 09:49:10 web-1 kernel: Linux version 6.1.0\n"
                     "-- Reboot --\n"));
    assert_int_equal(told.n, 3);
    assert_str(told.at[0].inner, W5_STR("-- Boot --"));
    assert_str(told.at[0].host, W5_STR("web-1"));
    assert_int_equal(told.at[0].at, utc(W5_YEARLESS, 3, 15, 9, 48, 10, 0));
    assert_true(told.at[0].year_missing);
    assert_true(told.at[1].nothing); /* the kernel tells it itself */
    assert_int_equal(told.at[2].at, W5_TIME_NONE);
    assert_int_equal(told.refused, 2);
    w5_arena_free(told.arena);
}

static void journalctl_speaks_of_itself(void **state)
{
    (void)state;
    entries told;
    feed_text(
        &told, w5_wrap_journal_marks,
        W5_STR(
            "-- No entries --\n"
            "-- Logs begin at Wed 2016-11-30 08:49:56 CET, end at Thu 2016-12-01 08:49:56 CET. --\n"
            "-- Journal begins at Fri 2021-09-03 05:27:23 CST, ends at Fri 2021-09-03 06:27:23 "
            "CST. --\n"
            "\xE2\x96\x91\xE2\x96\x91 Subject: A start job for unit shop.service has finished\n"
            "-- Subject: Unit shop.service has failed\n-- Defined-By: systemd\n-- \n--\n"
            "Mar 15 09:48:10 web-1 systemd[1]: x\n"));
    assert_int_equal(told.n, 5);
    for (size_t i = 0; i < told.n; i++)
        assert_true(told.at[i].nothing);
    assert_int_equal(told.refused, 1);
    w5_arena_free(told.arena);
}

static void comments_of_sql_are_not_marks(void **state)
{
    (void)state;
    entries told;
    feed_text(&told, w5_wrap_journal_marks,
              W5_STR("-- Boot up the report --\n-- everything --\n--\n-\n\n"));
    assert_int_equal(told.n, 0);
    assert_int_equal(told.refused, 5);
    w5_arena_free(told.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_boot_takes_the_time_of_the_line_behind_it),
        cmocka_unit_test(journalctl_speaks_of_itself),
        cmocka_unit_test(comments_of_sql_are_not_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
