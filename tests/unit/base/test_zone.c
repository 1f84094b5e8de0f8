#include "check.h"

#include <why502/base/time.h>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const w5_time winter = INT64_C(1768478400) * W5_SECOND; /* 2026-01-15 12:00 */
static const w5_time summer = INT64_C(1784116800) * W5_SECOND; /* 2026-07-15 12:00 */

static void zones_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        bool fixed;
        int winter, summer;
    } cases[] = {
        {W5_LIT("UTC"),                        true,  0,      0     },
        {W5_LIT("utc"),                        true,  0,      0     },
        {W5_LIT("Z"),                          true,  0,      0     },
        {W5_LIT("+09:00"),                     true,  32400,  32400 },
        {W5_LIT("+0900"),                      true,  32400,  32400 },
        {W5_LIT("+09"),                        true,  32400,  32400 },
        {W5_LIT("-3"),                         true,  -10800, -10800},
        {W5_LIT("UTC+05:30"),                  true,  19800,  19800 },
        {W5_LIT("GMT-3"),                      true,  -10800, -10800},
        {W5_LIT("JST"),                        true,  32400,  32400 },
        {W5_LIT("CET-1CEST,M3.5.0,M10.5.0/3"), false, 3600,   7200  },
        {W5_LIT("<+1345>-13:45"),              false, 49500,  49500 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_zone zone;
        assert_int_equal(w5_zone_parse(cases[i].text, &zone, NULL), W5_OK);
        assert_int_equal(zone.fixed, cases[i].fixed);
        assert_int_equal(w5_zone_offset(&zone, winter), cases[i].winter);
        assert_int_equal(w5_zone_offset(&zone, summer), cases[i].summer);
        assert_int_equal(w5_zone_offset_civil(&zone, summer), cases[i].summer);
    }
}

static void names_of_the_database_are_known(void **state)
{
    (void)state;
    w5_zone zone;
    if (access("/usr/share/zoneinfo/Asia/Tokyo", R_OK) != 0)
        skip();
    assert_int_equal(w5_zone_parse(W5_STR("Asia/Tokyo"), &zone, NULL), W5_OK);
    assert_int_equal(w5_zone_offset(&zone, winter), 32400);
    assert_int_equal(w5_zone_parse(W5_STR("America/New_York"), &zone, NULL), W5_OK);
    assert_int_equal(w5_zone_offset(&zone, winter), -18000);
    assert_int_equal(w5_zone_offset(&zone, summer), -14400);
    w5_zone copy = zone; /* a zone is a value */
    assert_int_equal(w5_zone_offset(&copy, summer), -14400);
    assert_int_equal(w5_zone_offset(&zone, -1), -18000);
}

static void unknown_zones_are_told(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT("Asia/Tokio"),
        W5_LIT("../../../etc/passwd"),
        W5_LIT("Asia/../Asia/Tokyo"),
        W5_LIT("Asia"),
        W5_LIT("Asia/"),
        W5_LIT("+25:00"),
        W5_LIT("+"),
        W5_LIT("9"),
        W5_LIT("Asia/Tokyo\0"),
        W5_LIT("\x1b[31m"),
        W5_LIT("."),
        W5_LIT("/dev/zero"),
        W5_LIT("0123456789012345678901234567890123456789012345678901234567890123456789"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_zone zone = {.offset = 77};
        w5_err err;
        assert_int_equal(w5_zone_parse(cases[i], &zone, &err), W5_EINVAL);
        assert_non_null(strstr(err.text, "unknown time zone '"));
        assert_null(strchr(err.text, '\x1b'));
        assert_int_equal(zone.offset, 77);
    }
}

/* The host's zone is read once per process, so each case has its own. */
static int offset_under(const char *tz)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        w5_zone zone = {0};
        setenv("TZ", tz, 1);
        int offset = w5_zone_offset(&zone, summer);
        ssize_t n = write(pipes[1], &offset, sizeof offset);
        _exit(n == sizeof offset ? 0 : 1);
    }
    int offset = -1;
    assert_int_equal(read(pipes[0], &offset, sizeof offset), sizeof offset);
    close(pipes[0]);
    close(pipes[1]);
    waitpid(child, NULL, 0);
    return offset;
}

static void the_hosts_zone_is_what_tz_says_or_utc(void **state)
{
    (void)state;
    static char ten_kilobytes[10241];
    memset(ten_kilobytes, 'A', sizeof ten_kilobytes - 1);
    const struct {
        const char *tz;
        int offset;
    } cases[] = {
        {"",                           0    },
        {"JST-9",                      32400},
        {":JST-9",                     32400},
        {"<+1345>-13:45",              49500},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 7200 },
        {":/dev/zero",                 0    },
        {"/dev/zero",                  0    },
        {"../..",                      0    },
        {"Nowhere/Land",               0    },
        {":/usr/share/zoneinfo",       0    },
        {ten_kilobytes,                0    },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(offset_under(cases[i].tz), cases[i].offset);
    if (access("/usr/share/zoneinfo/Asia/Tokyo", R_OK) == 0) {
        assert_int_equal(offset_under("Asia/Tokyo"), 32400);
        assert_int_equal(offset_under(":/usr/share/zoneinfo/Asia/Tokyo"), 32400);
    }
}

static void the_hosts_zone_has_two_names(void **state)
{
    (void)state;
    w5_zone empty = {0};
    w5_zone local;
    assert_int_equal(w5_zone_parse(W5_STR("local"), &local, NULL), W5_OK);
    assert_false(local.fixed);
    assert_int_equal(w5_zone_offset(&local, summer), w5_zone_offset(&empty, summer));
    assert_int_equal(w5_zone_parse(W5_NONE, &local, NULL), W5_OK);
    assert_string_equal(local.name, "");
}

static void the_list_of_zones_is_bounded(void **state)
{
    (void)state;
    w5_zone zone;
    w5_err err;
    w5_rc rc = W5_OK;
    w5_arena *arena = w5_arena_new();
    for (int i = 0; i < 100 && rc == W5_OK; i++)
        rc = w5_zone_parse(w5_arena_fmt(arena, "ABC%d:%d", i % 24, i / 24), &zone, &err);
    assert_int_equal(rc, W5_ELIMIT);
    assert_int_equal(w5_zone_parse(W5_STR("+01:00"), &zone, &err), W5_OK);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hosts_zone_is_what_tz_says_or_utc), /* before the parent asks */
        cmocka_unit_test(zones_are_read_as_people_write_them),
        cmocka_unit_test(names_of_the_database_are_known),
        cmocka_unit_test(unknown_zones_are_told),
        cmocka_unit_test(the_hosts_zone_has_two_names),
        cmocka_unit_test(the_list_of_zones_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
