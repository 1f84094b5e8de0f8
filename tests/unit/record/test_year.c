#include "check.h"

#include "record/year.h"

#include <why502/record.h>

static w5_time in(int year, unsigned month, unsigned day, unsigned hour)
{
    return w5_civil(year, month, day, hour, 0, 0, 0);
}

static void the_year_is_the_nearest_before_the_hint(void **state)
{
    (void)state;
    static const struct {
        unsigned month, day, hour;
        int year;
    } cases[] = {
        {11, 20, 14, 2026},
        {11, 21, 12, 2026},
        {11, 21, 13, 2025},
        {12, 31, 23, 2025},
        {1,  1,  0,  2026},
        {2,  29, 5,  2024},
        {11, 20, 23, 2026},
    };
    w5_year known = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_time at = in(W5_YEARLESS, cases[i].month, cases[i].day, cases[i].hour);
        w5_time should = in(cases[i].year, cases[i].month, cases[i].day, cases[i].hour);
        assert_true(w5_year_settle(&known, at, in(2026, 11, 20, 12)) == should);
    }
    assert_true(w5_year_settle(&known, W5_TIME_NONE, 0) == W5_TIME_NONE);
}

static void what_is_known_changes_nothing(void **state)
{
    (void)state;
    w5_year known = {0};
    for (w5_time hint = in(2024, 2, 28, 3); hint < in(2024, 3, 2, 0); hint += 7 * W5_HOUR)
        for (w5_time at = in(W5_YEARLESS, 2, 27, 0); at < in(W5_YEARLESS, 3, 3, 0);
             at += 11 * W5_MINUTE) {
            w5_year nothing = {0};
            assert_true(w5_year_settle(&known, at, hint) == w5_year_settle(&nothing, at, hint));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_year_is_the_nearest_before_the_hint),
        cmocka_unit_test(what_is_known_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
