#include "check.h"

#include "engine/outside.h"

#define NOON (w5_civil(2026, 11, 20, 12, 0, 0, 0))

static w5_outside from_noon_to_one(void)
{
    return (w5_outside){.since = NOON, .until = NOON + W5_HOUR};
}

static void see(w5_outside *o, w5_stream *s, w5_time at, bool zoned, uint32_t lines)
{
    w5_record r = {.stream = s, .at = at, .zoned = zoned, .lines = lines};
    w5_outside_see(o, &r);
}

static void limits_themselves_are_inside(void **state)
{
    (void)state;
    static const struct {
        w5_time at; /* from noon */
        uint64_t outside;
    } cases[] = {
        {-1,             1},
        {0,              0},
        {W5_HOUR,        0},
        {W5_HOUR + 1,    1},
        {-400 * W5_HOUR, 1},
        {+400 * W5_HOUR, 1},
    };
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        w5_outside o = from_noon_to_one();
        w5_stream s = {.index = 3, .lines = 1};
        see(&o, &s, NOON + cases[i / 2].at, i % 2, 1);
        if (w5_outside_lines(&o, &s) != cases[i / 2].outside)
            fail_msg("case %zu", i);
        w5_outside_done(&o);
    }
}

/* Twelve to one in UTC is nine to ten in the evening of a log at +09:00, half past five of one at
 * +05:30. */
static void zones_that_are_found_out_later_move_the_limits(void **state)
{
    (void)state;
    static const struct {
        w5_time ahead, inside, outside;
    } cases[] = {
        {9 * W5_HOUR,               9 * W5_HOUR,                   10 * W5_HOUR + 1},
        {9 * W5_HOUR,               10 * W5_HOUR,                  9 * W5_HOUR - 1 },
        {5 * W5_HOUR + W5_HOUR / 2, 6 * W5_HOUR,                   5 * W5_HOUR     },
        {-8 * W5_HOUR,              -8 * W5_HOUR + 59 * W5_MINUTE, -7 * W5_HOUR + 1},
        {0,                         10,                            9 * W5_HOUR     },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_outside o = from_noon_to_one();
        w5_stream s = {.index = 0, .lines = 8, .shift = -cases[i].ahead};
        see(&o, &s, NOON + cases[i].inside, false, 5);
        assert_int_equal(w5_outside_lines(&o, &s), 0);
        see(&o, &s, NOON + cases[i].outside, false, 3);
        if (w5_outside_lines(&o, &s) != 3)
            fail_msg("case %zu", i);
        w5_outside_done(&o);
    }
}

static void lines_without_a_stamp_are_where_the_one_before_was(void **state)
{
    (void)state;
    w5_outside o = from_noon_to_one();
    w5_stream s = {.index = 0, .lines = 13};
    see(&o, &s, W5_TIME_NONE, true, 7);
    assert_int_equal(w5_outside_lines(&o, &s), 0);
    see(&o, &s, NOON - W5_SECOND, true, 2);
    see(&o, &s, W5_TIME_NONE, true, 4);
    assert_int_equal(w5_outside_lines(&o, &s), 6);
    w5_outside_done(&o);
}

static void pieces_add_up(void **state)
{
    (void)state;
    w5_outside whole = from_noon_to_one(), piece = from_noon_to_one();
    w5_stream s = {.index = 1, .lines = 9};
    see(&whole, &s, NOON - W5_SECOND, false, 1);
    see(&piece, &s, NOON - W5_SECOND, false, 2);
    see(&piece, &s, NOON + 2 * W5_HOUR, true, 4);
    w5_outside_merge(&whole, &piece);
    assert_int_equal(w5_outside_lines(&whole, &s), 7);
    assert_int_equal(w5_outside_lines(&piece, &s), 0);
    w5_outside_done(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_themselves_are_inside),
        cmocka_unit_test(zones_that_are_found_out_later_move_the_limits),
        cmocka_unit_test(lines_without_a_stamp_are_where_the_one_before_was),
        cmocka_unit_test(pieces_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
