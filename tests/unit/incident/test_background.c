#include "scene.h"

#define U "127.0.0.1:8000"

static void a_sparse_trickle_is_background(void **state)
{
    (void)state;
    scene s = begin();
    goes_on(&s, ERROR_LOG, 0);
    fails(&s, 1000, "connection-reset", U);
    fails(&s, 1001, "premature-close", U);
    fails(&s, 3000, "connection-reset", U);
    fails(&s, 9000, "connection-reset", U);
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 0);
    assert_int_equal(all.backgrounds, 1);
    assert_str(all.background[0].klass, W5_STR("connection-reset"));
    assert_str(all.background[0].upstream, W5_STR(U));
    assert_int_equal(all.background[0].count, 4);
    assert_int_equal(all.background[0].groups, 3);
    assert_int_equal(all.background[0].cells, 4);
    assert_int_equal(all.background[0].first, AT(1000));
    assert_int_equal(all.background[0].last, AT(9000));
}

typedef struct trickle {
    int seconds[8];
    size_t n;
    int life; /* a worker's end in that second; 0 none */
    size_t incidents, backgrounds;
} trickle;

static void it_must_be_sparse_long_small_and_alone(void **state)
{
    (void)state;
    static const trickle table[] = {
        {{0, 2000, 4000},             3, 0,    0, 1},
        {{0, 4000},                   2, 0,    2, 0}, /* two are no trickle */
        {{0},                         1, 0,    1, 0}, /* a lone error is an incident */
        {{0, 1000, 2000},             3, 0,    3, 0}, /* within less than an hour */
        {{0, 500, 4000},              3, 0,    3, 0}, /* two within ten minutes */
        {{0, 500, 4000, 5000, 6000},  5, 0,    2, 1}, /* these two do not spoil the rest */
        {{0, 1, 2, 2000, 4000, 6000}, 6, 0,    1, 1}, /* three together are more */
        {{0, 2000, 4000},             3, 2001, 3, 0}, /* joined to a worker's end */
        {{0, 2000, 4000, 6000},       4, 2001, 1, 1},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        for (size_t k = 0; k < table[i].n; k++)
            fails(&s, table[i].seconds[k], "connection-reset", U);
        if (table[i].life)
            life(&s, table[i].life, "worker-exit");
        w5_incidents all = scene_end(&s);
        if (all.n != table[i].incidents || all.backgrounds != table[i].backgrounds)
            fail_msg("row %zu: %zu incidents, %zu background", i, all.n, all.backgrounds);
    }
}

static void answers_5xx_beside_an_error_are_more_than_a_trickle(void **state)
{
    (void)state;
    scene s = begin();
    for (int i = 0; i < 4; i++) {
        fails(&s, 2000 * i, "connection-reset", U);
        for (int k = 0; i == 0 && k < 3; k++)
            five(&s, 1, U);
    }
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.backgrounds, 1);
    assert_int_equal(all.background[0].groups, 3);
}

static void each_upstream_has_its_own(void **state)
{
    (void)state;
    scene s = begin();
    for (int i = 0; i < 3; i++) {
        fails(&s, 2000 * i, "connection-reset", U);
        fails(&s, 2000 * i + 50, "premature-close", "127.0.0.1:9000");
    }
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 0);
    assert_int_equal(all.backgrounds, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sparse_trickle_is_background),
        cmocka_unit_test(it_must_be_sparse_long_small_and_alone),
        cmocka_unit_test(answers_5xx_beside_an_error_are_more_than_a_trickle),
        cmocka_unit_test(each_upstream_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
