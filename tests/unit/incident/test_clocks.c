#include "check.h"

#include "incident/clocks.h"

#define AT(seconds) ((w5_time)(1000 + (seconds)) * W5_SECOND)

static void only_more_than_the_reach_is_a_jump(void **state)
{
    (void)state;
    static const struct {
        int second;
        bool jump;
    } lines[] = {
        {10, false},
        {11, false},
        {9,  false},
        {8,  true },
        {9,  false},
        {7,  false},
        {4,  true }
    };
    w5_clocks c = {0};
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_int_equal(w5_clocks_see(&c, 7, AT(lines[i].second)), lines[i].jump);
    assert_true(c.jumped);
}

static void logs_have_clocks_of_their_own(void **state)
{
    (void)state;
    w5_clocks c = {0};
    assert_false(w5_clocks_see(&c, 2, AT(3600)));
    assert_false(w5_clocks_see(&c, 4, AT(0)));
    assert_false(w5_clocks_see(&c, 2, AT(3601)));
    assert_false(c.jumped);
}

static w5_clocks seen(int from, int to)
{
    w5_clocks c = {0};
    w5_clocks_see(&c, 7, AT(from));
    w5_clocks_see(&c, 7, AT(to));
    return c;
}

static void time_goes_on_where_no_line_is_late(void **state)
{
    (void)state;
    static const struct {
        int from, to, later_from, later_to;
        bool goes_on;
    } cases[] = {
        {0,  10, 10, 20, true },
        {0,  10, 8,  20, true },
        {0,  10, 7,  20, false},
        {0,  10, 90, 99, true },
        {0,  10, 20, 0,  false},
        {10, 0,  20, 30, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_clocks c = seen(cases[i].from, cases[i].to);
        w5_clocks later = seen(cases[i].later_from, cases[i].later_to);
        if (w5_clocks_go_on(&c, &later) != cases[i].goes_on)
            fail_msg("case %zu", i);
    }
}

static void merged_clocks_are_those_of_the_whole(void **state)
{
    (void)state;
    w5_clocks c = seen(0, 10), later = seen(9, 20), other = {0};
    w5_clocks_see(&other, 4, AT(5));
    w5_clocks_merge(&c, &later);
    w5_clocks_merge(&c, &other);
    assert_true(w5_clocks_see(&c, 7, AT(17)));
    assert_true(w5_clocks_see(&c, 4, AT(2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_more_than_the_reach_is_a_jump),
        cmocka_unit_test(logs_have_clocks_of_their_own),
        cmocka_unit_test(time_goes_on_where_no_line_is_late),
        cmocka_unit_test(merged_clocks_are_those_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
