#include "peeled.h"

static const w5_time stamp = INT64_C(1795192640123456);

static void full_and_partial_lines_are_peeled(void **state)
{
    (void)state;
    const peeled cases[] = {
        {.line = "2026-11-20T16:37:20.123456789Z stderr F 2026/11/20 x",
         .inner = "2026/11/20 x",
         .at = stamp,
         .zoned = true},
        {.line = "2026-11-20T17:37:20.123456789+01:00 stdout F  two blanks",
         .inner = " two blanks",
         .at = stamp,
         .zoned = true},
        {.line = "2026-11-20T16:37:20.123456789Z stdout F ", .inner = "", .at = stamp, .zoned = true},
        {.line = "2026-11-20T16:37:20.123456789Z stdout F", .inner = "", .at = stamp, .zoned = true},
        {.line = "2026-11-20T16:37:20.123456789Z stderr F:tag x",
         .inner = "x",
         .at = stamp,
         .zoned = true},
    };
    check_peel(w5_wrap_cri, cases, COUNT(cases));
}

static void a_piece_says_so(void **state)
{
    (void)state;
    w5_wrapped w = {.at = W5_TIME_NONE};
    assert_true(w5_wrap_cri(W5_STR("2026-11-20T16:37:20.123456789Z stderr P abc"), &w));
    assert_true(w.partial);
    assert_str(w.inner, W5_STR("abc"));
    assert_str(w.key, W5_STR("stderr"));
    assert_int_equal(w.digits, 9);
}

static void other_stamps_are_left_alone(void **state)
{
    (void)state;
    const char *const lines[] = {
        "2026-11-20T16:50:31.296219Z 0 [System] [MY-015015] [Server] MySQL Server - start.",
        "2026-11-20T16:37:20.123456 stderr F no zone",
        "2026-11-20T16:37:20.123456789Z stderr X y",
        "2026-11-20T16:37:20.123456789Z stdin F y",
        "2026/11/20 16:37:20 [error] 7#7: x",
        "",
    };
    check_left_alone(w5_wrap_cri, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_and_partial_lines_are_peeled),
        cmocka_unit_test(a_piece_says_so),
        cmocka_unit_test(other_stamps_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
