#include "check.h"

#include "catalogue/nearest.h"

static void distance_counts_letters(void **state)
{
    (void)state;
    static const struct {
        w5_str a, b;
        size_t distance;
    } rows[] = {
        {W5_LIT(""),              W5_LIT(""),               0},
        {W5_LIT("abc"),           W5_LIT("abc"),            0},
        {W5_LIT("abc"),           W5_LIT(""),               3},
        {W5_LIT(""),              W5_LIT("abc"),            3},
        {W5_LIT("worker-tmeout"), W5_LIT("worker-timeout"), 1},
        {W5_LIT("evidnece"),      W5_LIT("evidence"),       1}, /* neighbours swapped */
        {W5_LIT("kitten"),        W5_LIT("sitting"),        3},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(w5_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(w5_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
}

static void the_nearest_name_wins(void **state)
{
    (void)state;
    w5_nearest near = w5_nearest_of(W5_STR("worker-kiled"));
    w5_nearest_try(&near, W5_STR("worker-exit"));
    w5_nearest_try(&near, W5_STR("worker-killed"));
    w5_nearest_try(&near, W5_STR("worker-boot"));
    assert_str(near.best, W5_STR("worker-killed"));
}

static void a_name_far_away_is_no_hint(void **state)
{
    (void)state;
    w5_nearest near = w5_nearest_of(W5_STR("zebra"));
    w5_nearest_try(&near, W5_STR("worker-exit"));
    w5_nearest_try(&near, W5_STR("is"));
    assert_str(near.best, W5_STR(""));
}

static void long_words_are_compared_as_far_as_it_matters(void **state)
{
    (void)state;
    char a[300], b[300];
    memset(a, 'a', sizeof(a));
    memset(b, 'b', sizeof(b));
    assert_int_equal(w5_distance((w5_str){a, sizeof(a)}, (w5_str){b, sizeof(b)}), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_letters),
        cmocka_unit_test(the_nearest_name_wins),
        cmocka_unit_test(a_name_far_away_is_no_hint),
        cmocka_unit_test(long_words_are_compared_as_far_as_it_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
