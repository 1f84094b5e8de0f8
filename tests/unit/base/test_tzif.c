#include "check.h"

#include "base/tzif.h"

#include <why502/base/time.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t seconds(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
    return w5_civil(year, month, day, hour, minute, 0, 0) / W5_SECOND;
}

static w5_tz rule_of(w5_arena *arena, const char *text)
{
    w5_tz tz;
    assert_int_equal(w5_tz_rule(arena, w5_str_of(text), &tz), W5_OK);
    return tz;
}

static void rules_without_summer_have_one_offset(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        int offset;
    } cases[] = {
        {"UTC0",          0     },
        {"JST-9",         32400 },
        {"<+1345>-13:45", 49500 },
        {"<-03>3",        -10800},
        {"XYZ-1:02:03",   3723  },
        {"EST+5",         -18000},
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_tz tz = rule_of(arena, cases[i].rule);
        assert_int_equal(w5_tz_offset(&tz, 0), cases[i].offset);
        assert_int_equal(w5_tz_offset(&tz, INT64_MAX / 2), cases[i].offset);
        assert_int_equal(w5_tz_offset_civil(&tz, 0), cases[i].offset);
    }
    w5_arena_free(arena);
}

static void texts_that_are_no_rule_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "U",
        "UTC",
        "JST-9x",
        "JST-99",
        "<+09-9",
        "CET-1CEST,",
        "CET-1CEST,M3",
        "CET-1CEST,M13.1.0,M1.1.0",
        "A1",
        "CET-1CEST,M3.5.0,M10.5.0/3x",
        "CET-1CEST,J0,J5",
        "CET-1CEST,M3.6.0,M1.1.0",
        "CET-1CEST,366,1",
        "JST-9:60",
        "JST-18446744073709551616",
        "\xff\xff\xff-1",
        "CET-1CEST,M3.5.0/168,M10.5.0",
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_tz tz = {.count = 77};
        assert_int_equal(w5_tz_rule(arena, w5_str_of(cases[i]), &tz), W5_ESYNTAX);
        assert_int_equal(tz.count, 77);
    }
    w5_arena_free(arena);
}

static void summer_begins_and_ends_by_the_rule_in_every_century(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_tz berlin = rule_of(arena, "CET-1CEST,M3.5.0,M10.5.0/3");
    static const struct {
        int64_t year;
        unsigned march, october; /* the last Sundays */
    } years[] = {
        {2025, 30, 26},
        {2026, 29, 25},
        {2027, 28, 31},
        {2426, 29, 25},
        {3226, 29, 25},
    };
    for (size_t i = 0; i < COUNT(years); i++) {
        int64_t start = seconds(years[i].year, 3, years[i].march, 1, 0);
        int64_t end = seconds(years[i].year, 10, years[i].october, 1, 0);
        assert_int_equal(w5_tz_offset(&berlin, start - 1), 3600);
        assert_int_equal(w5_tz_offset(&berlin, start), 7200);
        assert_int_equal(w5_tz_offset(&berlin, end - 1), 7200);
        assert_int_equal(w5_tz_offset(&berlin, end), 3600);
    }
    w5_arena_free(arena);
}

static void the_southern_and_the_negative_summer_are_understood(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_tz sydney = rule_of(arena, "AEST-10AEDT,M10.1.0,M4.1.0/3");
    assert_int_equal(w5_tz_offset(&sydney, seconds(2026, 1, 1, 0, 0)), 39600);
    assert_int_equal(w5_tz_offset(&sydney, seconds(2026, 7, 1, 0, 0)), 36000);
    w5_tz dublin = rule_of(arena, "IST-1GMT0,M10.5.0,M3.5.0/1");
    assert_int_equal(w5_tz_offset(&dublin, seconds(2026, 1, 1, 0, 0)), 0);
    assert_int_equal(w5_tz_offset(&dublin, seconds(2026, 7, 1, 0, 0)), 3600);
    w5_tz lord_howe = rule_of(arena, "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
    assert_int_equal(w5_tz_offset(&lord_howe, seconds(2026, 1, 1, 0, 0)), 39600);
    assert_int_equal(w5_tz_offset(&lord_howe, seconds(2026, 7, 1, 0, 0)), 37800);
    w5_tz nuuk = rule_of(arena, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
    assert_int_equal(w5_tz_offset(&nuuk, seconds(2026, 3, 29, 0, 59)), -7200);
    assert_int_equal(w5_tz_offset(&nuuk, seconds(2026, 3, 29, 1, 0)), -3600);
    w5_tz julian = rule_of(arena, "AAA0BBB,J60/0,J61/0"); /* J60 is 1 March, leap or not */
    assert_int_equal(w5_tz_offset(&julian, seconds(2024, 2, 29, 12, 0)), 0);
    assert_int_equal(w5_tz_offset(&julian, seconds(2024, 3, 1, 12, 0)), 3600);
    w5_tz counted = rule_of(arena, "AAA0BBB,59/0,60/0"); /* day 59 is 29 February in 2024 */
    assert_int_equal(w5_tz_offset(&counted, seconds(2024, 2, 29, 12, 0)), 3600);
    w5_arena_free(arena);
}

static void a_civil_hour_that_occurs_twice_is_the_first(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_tz berlin = rule_of(arena, "CET-1CEST,M3.5.0,M10.5.0/3");
    assert_int_equal(w5_tz_offset_civil(&berlin, seconds(2026, 10, 25, 1, 59)), 7200);
    assert_int_equal(w5_tz_offset_civil(&berlin, seconds(2026, 10, 25, 2, 30)), 7200);
    assert_int_equal(w5_tz_offset_civil(&berlin, seconds(2026, 10, 25, 3, 0)), 3600);
    assert_int_equal(w5_tz_offset_civil(&berlin, seconds(2026, 3, 29, 1, 59)), 3600);
    assert_int_equal(w5_tz_offset_civil(&berlin, seconds(2026, 3, 29, 2, 30)), 3600); /* never */
    assert_int_equal(w5_tz_offset_civil(&berlin, seconds(2026, 3, 29, 3, 0)), 7200);
    w5_arena_free(arena);
}

/* --- zoneinfo files -------------------------------------------------------------------------- */
static w5_str read_zoneinfo(w5_arena *arena, const char *name)
{
    char path[256];
    static char bytes[65536];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return W5_NONE;
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return w5_arena_str(arena, (w5_str){bytes, n});
}

static const char *const zones[] = {
    "Asia/Tokyo",       "Asia/Seoul",          "Europe/Berlin",     "Europe/Dublin",
    "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk",
    "Pacific/Apia",     "Asia/Kathmandu",      "America/Sao_Paulo", "Antarctica/Troll",
    "Pacific/Chatham",  "Asia/Tehran",         "Africa/Monrovia",   "UTC",
};

/* An hour apart from 1850 to 2200, every offset is the C library's. */
static void zoneinfo_is_read_as_the_c_library_reads_it(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    size_t seen = 0;
    for (size_t i = 0; i < COUNT(zones); i++) {
        w5_tz tz;
        w5_str file = read_zoneinfo(arena, zones[i]);
        if (file.len == 0)
            continue; /* a machine without tzdata */
        seen++;
        assert_int_equal(w5_tz_read(arena, file, &tz), W5_OK);
        setenv("TZ", zones[i], 1);
        tzset();
        for (int64_t at = seconds(1850, 1, 1, 0, 0); at < seconds(2200, 1, 1, 0, 0);
             at += 3600 * 7 + 1) {
            time_t t = (time_t)at;
            struct tm tm;
            localtime_r(&t, &tm);
            if (w5_tz_offset(&tz, at) != tm.tm_gmtoff)
                fail_msg("%s at %lld: %d, not %ld", zones[i], (long long)at, w5_tz_offset(&tz, at),
                         tm.tm_gmtoff);
        }
    }
    unsetenv("TZ");
    w5_arena_free(arena);
    if (seen == 0)
        skip();
}

static void a_civil_time_leads_back_to_its_instant(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(zones); i++) {
        w5_tz tz;
        w5_str file = read_zoneinfo(arena, zones[i]);
        if (file.len == 0 || w5_tz_read(arena, file, &tz) != W5_OK)
            continue;
        for (int64_t at = seconds(1990, 1, 1, 0, 0); at < seconds(2100, 1, 1, 0, 0); at += 9001) {
            int64_t civil = at + w5_tz_offset(&tz, at);
            int64_t back = civil - w5_tz_offset_civil(&tz, civil);
            if (back != at) /* the second of two: the first has the same civil time */
                assert_true(back < at && back + w5_tz_offset(&tz, back) == civil);
        }
    }
    w5_arena_free(arena);
}

/* Cut anywhere and with any byte changed, a file is read or refused, never more. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_str file = read_zoneinfo(arena, "Europe/Berlin");
    w5_tz tz;
    for (size_t n = 0; n < file.len; n += 3) {
        w5_mark mark = w5_arena_mark(arena);
        char *copy = malloc(n ? n : 1);
        assert_non_null(copy);
        memcpy(copy, file.ptr, n);
        if (w5_tz_read(arena, (w5_str){copy, n}, &tz) == W5_OK)
            assert_true(n + 64 > file.len); /* only the footer may be cut short */
        free(copy);
        w5_arena_rewind(arena, mark);
    }
    for (size_t i = 0; i < file.len; i++) {
        w5_mark mark = w5_arena_mark(arena);
        char *copy = malloc(file.len);
        assert_non_null(copy);
        memcpy(copy, file.ptr, file.len);
        copy[i] = (char)~copy[i];
        if (w5_tz_read(arena, (w5_str){copy, file.len}, &tz) == W5_OK)
            w5_tz_offset_civil(&tz, w5_tz_offset(&tz, 1795183200));
        free(copy);
        w5_arena_rewind(arena, mark);
    }
    w5_arena_free(arena);
}

static void what_is_no_zone_file_is_refused(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT(""),
        W5_LIT("TZif"),
        W5_LIT("TZif2"),
        W5_LIT("#!/bin/sh\n# a script that is longer than the header of a zone file\n"),
        /* counts that would need 16 GiB */
        W5_LIT("TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\1"
               "\0\0\0\4"),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_tz tz;
        assert_int_equal(w5_tz_read(arena, cases[i], &tz), W5_ESYNTAX);
    }
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_without_summer_have_one_offset),
        cmocka_unit_test(texts_that_are_no_rule_are_refused),
        cmocka_unit_test(summer_begins_and_ends_by_the_rule_in_every_century),
        cmocka_unit_test(the_southern_and_the_negative_summer_are_understood),
        cmocka_unit_test(a_civil_hour_that_occurs_twice_is_the_first),
        cmocka_unit_test(zoneinfo_is_read_as_the_c_library_reads_it),
        cmocka_unit_test(a_civil_time_leads_back_to_its_instant),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(what_is_no_zone_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
