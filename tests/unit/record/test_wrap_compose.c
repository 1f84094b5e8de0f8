#include "peeled.h"

static void a_name_and_a_bar_are_peeled(void **state)
{
    (void)state;
    const peeled cases[] = {
        {.line = "nginx-1  | 2026/11/20 x", .inner = "2026/11/20 x"},
        {.line = "nginx_1       | x", .inner = "x"},
        {.line = "web-1  | ", .inner = ""},
        {.line = "web-1  |", .inner = ""},
        {.line = "web-1  |   File \"a.py\"", .inner = "  File \"a.py\""},
        {.line = "\x1b[36mweb-1  |\x1b[0m x", .inner = "x"},
        {.line = "\x1b[36;1mweb_1  | \x1b[0mx", .inner = "\x1b[0mx"},
        {.line = "0|web  | x", .inner = "x"},
        {.line = "12|shop-api  | x", .inner = "x"},
        {.line = "09:47:10 web.1  | x", .inner = "x"},
    };
    check_peel(w5_wrap_compose, cases, COUNT(cases));
}

static void the_name_tells_writers_apart(void **state)
{
    (void)state;
    w5_wrapped w = {.at = W5_TIME_NONE};
    assert_true(w5_wrap_compose(W5_STR("web-1  | x"), &w));
    assert_str(w.key, W5_STR("web-1"));
}

static void words_before_a_bar_are_left_alone(void **state)
{
    (void)state;
    const char *const lines[] = {
        "two words | x", "|x", "  | x", "web-1| x", "web-1  |x", "", "\x1b[36", "99:99", "1234567|",
    };
    check_left_alone(w5_wrap_compose, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_and_a_bar_are_peeled),
        cmocka_unit_test(the_name_tells_writers_apart),
        cmocka_unit_test(words_before_a_bar_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
