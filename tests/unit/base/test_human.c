#include "check.h"

#include <why502/base/time.h>

static void durations_are_read_with_and_without_units(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        w5_time length;
    } cases[] = {
        {W5_LIT("90"),        90 * W5_SECOND          },
        {W5_LIT("90s"),       90 * W5_SECOND          },
        {W5_LIT("0"),         0                       },
        {W5_LIT("500ms"),     500000                  },
        {W5_LIT("500us"),     500                     },
        {W5_LIT("10min"),     10 * W5_MINUTE          },
        {W5_LIT("10m"),       10 * W5_MINUTE          },
        {W5_LIT("2h"),        2 * W5_HOUR             },
        {W5_LIT("1d"),        W5_DAY                  },
        {W5_LIT("1w"),        7 * W5_DAY              },
        {W5_LIT("1h30m"),     90 * W5_MINUTE          },
        {W5_LIT("1h 30 min"), 90 * W5_MINUTE          },
        {W5_LIT("1.5h"),      90 * W5_MINUTE          },
        {W5_LIT("0.25"),      250000                  },
        {W5_LIT("2 HOURS"),   2 * W5_HOUR             },
        {W5_LIT(" 5 "),       5 * W5_SECOND           },
        {W5_LIT("100000d"),   INT64_C(100000) * W5_DAY},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_time length = -1;
        w5_err err = {0};
        if (w5_duration(cases[i].text, &length, &err) != W5_OK)
            fail_msg("%s", err.text);
        assert_true(length == cases[i].length);
    }
}

static void what_is_no_duration_is_told(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT(""),           W5_LIT("s"),
        W5_LIT("-1"),         W5_LIT("1x"),
        W5_LIT("1h30"),       W5_LIT("1."),
        W5_LIT("1..5"),       W5_LIT("h1"),
        W5_LIT("1h ago"),     W5_LIT("1\0"),
        W5_LIT("\xff"),       W5_LIT("99999999999999999999s"),
        W5_LIT("200000000w"), W5_LIT("9000000000000s 9000000000000s"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_time length = -1;
        w5_err err;
        assert_int_equal(w5_duration(cases[i], &length, &err), W5_EINVAL);
        assert_non_null(strstr(err.text, "no duration"));
        assert_true(length == -1);
    }
}

/* It is Friday, 2026-11-20 14:30:00 UTC, 23:30 in Tokyo. */
static const w5_time now = INT64_C(1795185000) * W5_SECOND;
static const w5_zone utc = {.fixed = true};
static const w5_zone tokyo = {.fixed = true, .offset = 32400};

static void times_are_read_as_people_type_them(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        const char *utc, *tokyo;
    } cases[] = {
        {W5_LIT("2026-11-20 14:00"),          "2026-11-20T14:00:00Z", "2026-11-20T05:00:00Z"},
        {W5_LIT("2026-11-20 14:00:05"),       "2026-11-20T14:00:05Z", "2026-11-20T05:00:05Z"},
        {W5_LIT("2026-11-20T14:00"),          "2026-11-20T14:00:00Z", "2026-11-20T05:00:00Z"},
        {W5_LIT("2026/11/20 14:00:05"),       "2026-11-20T14:00:05Z", "2026-11-20T05:00:05Z"},
        {W5_LIT("2026-11-20"),                "2026-11-20T00:00:00Z", "2026-11-19T15:00:00Z"},
        {W5_LIT("2026-11-20T14:00:00Z"),      "2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"},
        {W5_LIT("2026-11-20T14:00:00+01:00"), "2026-11-20T13:00:00Z", "2026-11-20T13:00:00Z"},
        {W5_LIT("2026-11-20 14:00 -0500"),    "2026-11-20T19:00:00Z", "2026-11-20T19:00:00Z"},
        {W5_LIT("2026-11-20 14:00 UTC"),      "2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"},
        {W5_LIT("14:00"),                     "2026-11-20T14:00:00Z", "2026-11-20T05:00:00Z"},
        {W5_LIT("14:30"),                     "2026-11-20T14:30:00Z", "2026-11-20T05:30:00Z"},
        {W5_LIT("23:45"),                     "2026-11-19T23:45:00Z", "2026-11-19T14:45:00Z"}, /* not yet today */
        {W5_LIT("9:05"),                      "2026-11-20T09:05:00Z", "2026-11-20T00:05:00Z"},
        {W5_LIT("09:05:07"),                  "2026-11-20T09:05:07Z", "2026-11-20T00:05:07Z"},
        {W5_LIT("now"),                       "2026-11-20T14:30:00Z", "2026-11-20T14:30:00Z"},
        {W5_LIT("today"),                     "2026-11-20T00:00:00Z", "2026-11-19T15:00:00Z"},
        {W5_LIT("Yesterday"),                 "2026-11-19T00:00:00Z", "2026-11-18T15:00:00Z"},
        {W5_LIT("yesterday 14:00"),           "2026-11-19T14:00:00Z", "2026-11-19T05:00:00Z"},
        {W5_LIT("-1h"),                       "2026-11-20T13:30:00Z", "2026-11-20T13:30:00Z"},
        {W5_LIT("-1h30min"),                  "2026-11-20T13:00:00Z", "2026-11-20T13:00:00Z"},
        {W5_LIT("2 hours ago"),               "2026-11-20T12:30:00Z", "2026-11-20T12:30:00Z"},
        {W5_LIT("1 week ago"),                "2026-11-13T14:30:00Z", "2026-11-13T14:30:00Z"},
        {W5_LIT("@1795183200"),               "2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"},
        {W5_LIT("@0"),                        "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {W5_LIT("  14:00  "),                 "2026-11-20T14:00:00Z", "2026-11-20T05:00:00Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_time at;
        w5_err err = {0};
        char text[40];
        if (w5_time_human(cases[i].text, &utc, now, &at, &err) != W5_OK)
            fail_msg("%s", err.text);
        w5_time_rfc3339(text, at, 0);
        assert_string_equal(text, cases[i].utc);
        assert_int_equal(w5_time_human(cases[i].text, &tokyo, now, &at, &err), W5_OK);
        w5_time_rfc3339(text, at, 0);
        assert_string_equal(text, cases[i].tokyo);
    }
}

static void a_fraction_is_kept(void **state)
{
    (void)state;
    w5_time at;
    assert_int_equal(w5_time_human(W5_STR("@1.5"), &utc, now, &at, NULL), W5_OK);
    assert_true(at == 1500000);
    assert_int_equal(w5_time_human(W5_STR("2026-11-20 14:00:00.25"), &utc, now, &at, NULL), W5_OK);
    assert_true(at % W5_SECOND == 250000);
}

static void yesterday_has_the_length_that_the_zone_gives_it(void **state)
{
    (void)state;
    w5_zone berlin;
    w5_time at;
    char text[40];
    assert_int_equal(w5_zone_parse(W5_STR("CET-1CEST,M3.5.0,M10.5.0/3"), &berlin, NULL), W5_OK);
    /* Monday after the change of October: yesterday had 25 hours and began in summer time. */
    w5_time monday = w5_civil(2026, 10, 26, 12, 0, 0, 0);
    assert_int_equal(w5_time_human(W5_STR("yesterday"), &berlin, monday, &at, NULL), W5_OK);
    w5_time_rfc3339(text, at, 0);
    assert_string_equal(text, "2026-10-24T22:00:00Z");
    assert_int_equal(w5_time_human(W5_STR("today"), &berlin, monday, &at, NULL), W5_OK);
    w5_time_rfc3339(text, at, 0);
    assert_string_equal(text, "2026-10-25T23:00:00Z");
}

static void what_is_no_time_is_told(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT(""),
        W5_LIT("soon"),
        W5_LIT("2026-13-01"),
        W5_LIT("2026-02-30"),
        W5_LIT("2026-11-20 25:00"),
        W5_LIT("2026-11-20 14"),
        W5_LIT("24:00"),
        W5_LIT("14:60"),
        W5_LIT("14:00:61"),
        W5_LIT("1h"),
        W5_LIT("-1h ago"),
        W5_LIT("-"),
        W5_LIT("ago"),
        W5_LIT("@"),
        W5_LIT("@x"),
        W5_LIT("@-5"),
        W5_LIT("tomorrowish"),
        W5_LIT("today 25:00"),
        W5_LIT("2026-11-20x14:00"),
        W5_LIT("\x1b[31m"),
        W5_LIT("2026-11/20"),
        W5_LIT("100:00"),
        W5_LIT("-99999999999999999999h"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_time at = 42;
        w5_err err;
        if (w5_time_human(cases[i], &utc, now, &at, &err) != W5_EINVAL)
            fail_msg("'%.*s' was taken for a time", W5_ARG(cases[i]));
        assert_non_null(strstr(err.text, "is no time"));
        assert_null(strchr(err.text, '\x1b'));
        assert_true(at == 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_with_and_without_units),
        cmocka_unit_test(what_is_no_duration_is_told),
        cmocka_unit_test(times_are_read_as_people_type_them),
        cmocka_unit_test(a_fraction_is_kept),
        cmocka_unit_test(yesterday_has_the_length_that_the_zone_gives_it),
        cmocka_unit_test(what_is_no_time_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
