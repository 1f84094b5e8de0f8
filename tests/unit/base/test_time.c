#include "check.h"

#include <why502/base/time.h>

#include <limits.h>
#include <stdlib.h>
#include <time.h>

/* Every day of 800 years against the C library's own calendar. */
static void days_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = w5_days(1700, 1, 1); day < w5_days(2500, 1, 1); day++) {
        time_t seconds = (time_t)(day * 86400);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        w5_date date = w5_date_of(day * W5_DAY);
        assert_int_equal(date.year, tm.tm_year + 1900);
        assert_int_equal(date.month, tm.tm_mon + 1);
        assert_int_equal(date.day, tm.tm_mday);
        assert_int_equal(date.weekday, tm.tm_wday);
        assert_true(w5_days(date.year, date.month, date.day) == day);
    }
}

static void dates_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned year, month, day;
        bool ok;
    } cases[] = {
        {2024, 2,  29, true },
        {2023, 2,  29, false},
        {1900, 2,  29, false},
        {2000, 2,  29, true },
        {2026, 2,  30, false},
        {2026, 4,  31, false},
        {2026, 12, 31, true },
        {2026, 13, 1,  false},
        {2026, 0,  1,  false},
        {2026, 1,  0,  false},
        {2026, 1,  32, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(w5_date_ok(cases[i].year, cases[i].month, cases[i].day), cases[i].ok);
        w5_time at = w5_civil(cases[i].year, cases[i].month, cases[i].day, 0, 0, 0, 0);
        assert_int_equal(at != W5_TIME_NONE, cases[i].ok);
    }
    assert_true(w5_civil(2026, 1, 1, 24, 0, 0, 0) == W5_TIME_NONE);
    assert_true(w5_civil(2026, 1, 1, 0, 60, 0, 0) == W5_TIME_NONE);
    assert_true(w5_civil(2026, 1, 1, 0, 0, 61, 0) == W5_TIME_NONE);
    assert_true(w5_civil(10000, 1, 1, 0, 0, 0, 0) == W5_TIME_NONE);
    assert_true(w5_civil(-1, 1, 1, 0, 0, 0, 0) == W5_TIME_NONE);
}

static void a_leap_second_counts_as_the_one_before(void **state)
{
    (void)state;
    assert_true(w5_civil(2016, 12, 31, 23, 59, 60, 0) == w5_civil(2016, 12, 31, 23, 59, 59, 0));
}

static void instants_before_the_epoch_and_after_2038_are_exact(void **state)
{
    (void)state;
    assert_true(w5_civil(1969, 12, 31, 23, 59, 59, 999999) == -1);
    assert_true(w5_civil(2038, 1, 20, 0, 0, 0, 0) == INT64_C(2147558400) * W5_SECOND);
    assert_true(w5_civil(2106, 2, 8, 0, 0, 0, 0) == INT64_C(4295030400) * W5_SECOND);
    w5_date date = w5_date_of(-1);
    assert_int_equal(date.year, 1969);
    assert_int_equal(date.hour, 23);
    assert_int_equal(date.second, 59);
    assert_int_equal(date.micros, 999999);
}

static void months_are_known_as_written(void **state)
{
    (void)state;
    assert_int_equal(w5_month("Jan"), 1);
    assert_int_equal(w5_month("Dec"), 12);
    assert_int_equal(w5_month("dec"), 0);
    assert_int_equal(w5_month("anF"), 0);
    assert_int_equal(w5_month("\0\0\0"), 0);
}

static void offsets_are_taken_in_every_spelling(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        bool ok;
        int seconds;
        w5_str rest;
    } cases[] = {
        {W5_LIT("Z]"),       true,  0,      W5_LIT("]")    },
        {W5_LIT("+0900"),    true,  32400,  W5_LIT("")     },
        {W5_LIT("+09:00 x"), true,  32400,  W5_LIT(" x")   },
        {W5_LIT("-0330"),    true,  -12600, W5_LIT("")     },
        {W5_LIT("-03:30"),   true,  -12600, W5_LIT("")     },
        {W5_LIT("+23:59"),   true,  86340,  W5_LIT("")     },
        {W5_LIT("+2400"),    false, 7,      W5_LIT("+2400")},
        {W5_LIT("+0960"),    false, 7,      W5_LIT("+0960")},
        {W5_LIT("+09:0"),    false, 7,      W5_LIT("+09:0")},
        {W5_LIT("+09"),      false, 7,      W5_LIT("+09")  },
        {W5_LIT("0900"),     false, 7,      W5_LIT("0900") },
        {W5_LIT(""),         false, 7,      W5_LIT("")     },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str s = cases[i].text;
        int seconds = 7;
        assert_int_equal(w5_take_offset(&s, &seconds), cases[i].ok);
        assert_int_equal(seconds, cases[i].seconds);
        assert_str(s, cases[i].rest);
    }
}

static void iso_stamps_are_taken(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        bool ok;
        const char *at;
        int offset;
        unsigned digits;
        w5_str rest;
    } cases[] = {
        {W5_LIT("2026-11-20T16:37:20Z"),               true,  "2026-11-20T16:37:20.000000Z", 0,       0, W5_LIT("")                    },
        {W5_LIT("2026-11-20 16:37:20 [7]"),            true,  "2026-11-20T16:37:20.000000Z", INT_MIN, 0,
         W5_LIT(" [7]")                                                                                                                },
        {W5_LIT("2026-11-20T16:37:20.123456+09:00 x"), true,  "2026-11-20T07:37:20.123456Z", 32400,
         6,                                                                                              W5_LIT(" x")                  },
        {W5_LIT("2026-11-20t16:37:20,123 -"),          true,  "2026-11-20T16:37:20.123000Z", INT_MIN, 3,
         W5_LIT(" -")                                                                                                                  },
        {W5_LIT("2026-11-20T16:37:20.123456789Z"),     true,  "2026-11-20T16:37:20.123456Z", 0,       9,
         W5_LIT("")                                                                                                                    },
        {W5_LIT("2026-11-20  9:05:01 0 [Note]"),       true,  "2026-11-20T09:05:01.000000Z", INT_MIN, 0,
         W5_LIT(" 0 [Note]")                                                                                                           },
        {W5_LIT("2026-11-20T16:37:20.]"),              true,  "2026-11-20T16:37:20.000000Z", INT_MIN, 0,
         W5_LIT(".]")                                                                                                                  },
        {W5_LIT("2026-02-30T16:37:20Z"),               false, "",                            7,       7, W5_LIT("2026-02-30T16:37:20Z")},
        {W5_LIT("2026-11-20T24:00:00Z"),               false, "",                            7,       7, W5_LIT("2026-11-20T24:00:00Z")},
        {W5_LIT("2026-11-20T16:37:2"),                 false, "",                            7,       7, W5_LIT("2026-11-20T16:37:2")  },
        {W5_LIT("2026/11/20 16:37:20"),                false, "",                            7,       7, W5_LIT("2026/11/20 16:37:20") },
        {W5_LIT("2026-11-20_16:37:20"),                false, "",                            7,       7, W5_LIT("2026-11-20_16:37:20") },
        {W5_LIT("2026-11-20T1a:37:20"),                false, "",                            7,       7, W5_LIT("2026-11-20T1a:37:20") },
        {W5_LIT(""),                                   false, "",                            7,       7, W5_LIT("")                    },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str s = cases[i].text;
        w5_time at = 0;
        int offset = 7;
        unsigned digits = 7;
        char text[40];
        assert_int_equal(w5_take_iso(&s, &at, &offset, &digits), cases[i].ok);
        assert_str(s, cases[i].rest);
        if (!cases[i].ok)
            continue;
        w5_time_rfc3339(text, at, 6);
        assert_string_equal(text, cases[i].at);
        assert_int_equal(offset, cases[i].offset);
        assert_int_equal(digits, cases[i].digits);
    }
}

static void times_are_written_in_utc(void **state)
{
    (void)state;
    static const struct {
        w5_time at;
        unsigned digits;
        const char *text;
    } cases[] = {
        {0,                0,  "1970-01-01T00:00:00Z"       },
        {-1,               6,  "1969-12-31T23:59:59.999999Z"},
        {1795183200000000, 0,  "2026-11-20T14:00:00Z"       },
        {1795183200123456, 3,  "2026-11-20T14:00:00.123Z"   },
        {1795183200123456, 1,  "2026-11-20T14:00:00.1Z"     },
        {1795183200123456, 99, "2026-11-20T14:00:00.123456Z"},
        {W5_TIME_MAX,      0,  "9999-12-31T23:59:59Z"       },
        {W5_TIME_NONE,     0,  "0000-01-01T00:00:00Z"       },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[40];
        size_t len = w5_time_rfc3339(text, cases[i].at, cases[i].digits);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(len, strlen(text));
    }
}

static void the_clock_can_be_set_from_outside(void **state)
{
    (void)state;
    setenv("SOURCE_DATE_EPOCH", "1795183200", 1);
    assert_true(w5_now() == INT64_C(1795183200) * W5_SECOND);
    setenv("SOURCE_DATE_EPOCH", "tomorrow", 1);
    assert_true(w5_now() > INT64_C(1700000000) * W5_SECOND);
    unsetenv("SOURCE_DATE_EPOCH");
    assert_true(w5_now() > INT64_C(1700000000) * W5_SECOND);
    w5_time first = w5_monotonic();
    assert_true(w5_monotonic() >= first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_agree_with_the_c_library),
        cmocka_unit_test(dates_that_cannot_be_are_refused),
        cmocka_unit_test(a_leap_second_counts_as_the_one_before),
        cmocka_unit_test(instants_before_the_epoch_and_after_2038_are_exact),
        cmocka_unit_test(months_are_known_as_written),
        cmocka_unit_test(offsets_are_taken_in_every_spelling),
        cmocka_unit_test(iso_stamps_are_taken),
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(the_clock_can_be_set_from_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
