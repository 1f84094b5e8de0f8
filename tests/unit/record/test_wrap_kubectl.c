#include "peeled.h"

static const w5_time stamp = INT64_C(1795192640123456);

static void prefix_and_stamp_come_off_together_or_alone(void **state)
{
    (void)state;
    const peeled cases[] = {
        {.line = "[pod/web-7d9f/app] x", .inner = "x"},
        {.line = "[pod/web-7d9f/app]", .inner = ""},
        {.line = "2026-11-20T16:37:20.123456789Z x", .inner = "x", .at = stamp, .zoned = true},
        {.line = "2026-11-20T16:37:20.123456789Z", .inner = "", .at = stamp, .zoned = true},
        {.line = "[pod/web-7d9f/app] 2026-11-20T16:37:20.123456789Z x",
         .inner = "x",
         .at = stamp,
         .zoned = true},
    };
    const char *const others[] = {
        "[error] x", "2026-11-20T16:37:20.123 no zone", "2026-11-20 16:37:20Z x", "", "[pod/",
    };
    check_peel(w5_wrap_kubectl, cases, COUNT(cases));
    check_left_alone(w5_wrap_kubectl, others, COUNT(others));
}

static void stern_names_pod_and_container(void **state)
{
    (void)state;
    const peeled cases[] = {
        {.line = "web-7d9f-x2 app 2026/11/20 x", .inner = "2026/11/20 x"},
        {.line = "shop web-7d9f-x2 app [2026-11-20 x", .inner = "[2026-11-20 x"},
        {.line = "web-7d9f-x2 app {\"a\":1} b", .inner = "{\"a\":1} b"},
    };
    const char *const others[] = {"one two three", "Web-1 app x", "web-1 app", "", "-a b c"};
    check_peel(w5_wrap_stern, cases, COUNT(cases));
    check_left_alone(w5_wrap_stern, others, COUNT(others));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefix_and_stamp_come_off_together_or_alone),
        cmocka_unit_test(stern_names_pod_and_container),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
