#include "check.h"

#include "incident/landmarks.h"

static w5_landmarks clusters(const int *seconds, size_t n, w5_time *room)
{
    for (size_t i = 0; i < n; i++)
        room[i] = seconds[i] * W5_SECOND;
    return (w5_landmarks){.cluster = room, .clusters = n};
}

static void pairs_are_one_to_one(void **state)
{
    (void)state;
    static const struct {
        int a[6], b[6], shift;
        size_t n, m, pairs, close, most;
    } table[] = {
        {{0, 10, 20}, {0, 10, 20},           0,   3, 3, 3, 3, 3},
        {{0, 10, 20}, {2, 11, 22},           0,   3, 3, 3, 1, 3},
        {{0, 10, 20}, {3, 13, 23},           0,   3, 3, 0, 0, 2},
        {{0, 10, 20}, {103, 113, 123},       103, 3, 3, 3, 3, 3},
        {{0, 1, 2},   {1},                   0,   3, 1, 1, 1, 1}, /* one partner for three */
        {{0, 10, 20}, {0, 10, 20, 500, 600}, 0,   3, 5, 3, 3, 3}, /* the rest lies elsewhere */
        {{0},         {0},                   0,   0, 1, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_time left[6], right[6];
        w5_landmarks a = clusters(table[i].a, table[i].n, left);
        w5_landmarks b = clusters(table[i].b, table[i].m, right);
        w5_fit_result r = w5_landmarks_clustered(&a, &b, table[i].shift * W5_SECOND);
        if (r.pairs != table[i].pairs || r.close != table[i].close || r.most != table[i].most)
            fail_msg("row %zu: %zu, %zu of %zu", i, r.pairs, r.close, r.most);
    }
}

static void joined_pairs_have_one_token(void **state)
{
    (void)state;
    w5_landmark left[] = {
        {10 * W5_SECOND, 1},
        {50 * W5_SECOND, 1},
        {20 * W5_SECOND, 3}
    };
    w5_landmark right[] = {
        {11 * W5_SECOND, 1},
        {20 * W5_SECOND, 2},
        {21 * W5_SECOND, 3}
    };
    w5_landmarks a = {.joint = left, .joints = 3}, b = {.joint = right, .joints = 3};
    w5_fit_result r = w5_landmarks_joined(&a, &b, 0);
    assert_int_equal(r.pairs, 2);
    assert_int_equal(r.close, 2);
    assert_int_equal(w5_landmarks_joined(&a, &b, 5 * W5_SECOND).pairs, 0);
}

static void the_best_shift_must_be_clearly_the_best(void **state)
{
    (void)state;
    static const struct {
        int a[8], b[8];
        size_t n, m;
        bool found;
        int shift;
    } table[] = {
        {{0, 70, 155, 300},    {900, 970, 1055, 1200},  4, 4, true,  900},
        {{0, 70, 155, 300},    {901, 972, 1055, 1200},  4, 4, true,  900},
        {{0, 70},              {900, 970},              2, 2, false, 0  }, /* too few */
        {{0, 900, 1800, 2700}, {900, 1800, 2700, 3600}, 4, 4, false, 0  }, /* fits elsewhere, too */
        {{0, 70, 155},         {400, 511, 777},         3, 3, false, 0  },
        {{0, 70, 155},         {0, 70, 155},            3, 3, true,  0  },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_time left[8], right[8];
        w5_landmarks a = clusters(table[i].a, table[i].n, left);
        w5_landmarks b = clusters(table[i].b, table[i].m, right);
        w5_best_shift best = w5_landmarks_best(&a, &b, -W5_HOUR, W5_HOUR, 15 * W5_MINUTE, 2);
        if (best.found != table[i].found ||
            (best.found && best.shift != table[i].shift * W5_SECOND))
            fail_msg("row %zu: %d %jd", i, best.found, (intmax_t)(best.shift / W5_SECOND));
    }
}

static void seconds_side_by_side_are_one_shift(void **state)
{
    (void)state;
    static const int early[] = {0, 100, 340, 900}, late[] = {17, 117, 357, 917};
    w5_time left[4], right[4];
    w5_landmarks a = clusters(early, 4, left), b = clusters(late, 4, right);
    w5_best_shift best = w5_landmarks_best(&a, &b, -60 * W5_SECOND, 60 * W5_SECOND, W5_SECOND, 2);
    assert_true(best.found);
    assert_int_equal(best.shift, 17 * W5_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_one_to_one),
        cmocka_unit_test(joined_pairs_have_one_token),
        cmocka_unit_test(the_best_shift_must_be_clearly_the_best),
        cmocka_unit_test(seconds_side_by_side_are_one_shift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
