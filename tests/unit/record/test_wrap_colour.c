#include "peeled.h"

static void colours_come_off_and_nothing_else(void **state)
{
    (void)state;
    const peeled cases[] = {
        {"\033[32mINFO\033[0m:     Started server process [\033[36m7\033[0m]",
         "INFO:     Started server process [7]",                                           .at = 0},
        {"\033[1;31mx\033[0m\033[2K",                                          "x\033[2K", .at = 0},
    };
    static const char *const lines[] = {
        "plain \033[31mred\033[0m", "\033[2Jcleared", "\033[", "\033[31", "\033[0m",
    };
    check_peel(w5_wrap_colour, cases, COUNT(cases));
    check_left_alone(w5_wrap_colour, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_come_off_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
