#include "check.h"

#include "incident/once.h"

#include <stdlib.h>

static void lines_a_second_apart_are_one_run(void **state)
{
    (void)state;
    static const struct {
        uint32_t seconds[6];
        size_t n;
        int runs;
    } table[] = {
        {{10},             1, 1},
        {{10, 10, 10},     3, 1},
        {{10, 11},         2, 1},
        {{10, 12},         2, 2},
        {{10, 11, 12},     3, 1},
        {{12, 10, 11},     3, 1},
        {{10, 12, 11},     3, 1},
        {{15, 16},         2, 1},
        {{16, 15, 17},     3, 1},
        {{31, 33, 32, 40}, 4, 2},
        {{0, 1},           2, 1},
        {{14, 17, 15, 16}, 4, 1},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_once o;
        int runs = 0;
        w5_once_init(&o, W5_ONCE_SLOTS);
        for (size_t k = 0; k < table[i].n; k++)
            runs += w5_once_put(&o, 7, table[i].seconds[k], 2, 0);
        if (runs != table[i].runs)
            fail_msg("row %zu: %d runs", i, runs);
        w5_once_done(&o);
    }
}

static void keys_do_not_meet(void **state)
{
    (void)state;
    w5_once o;
    int runs = 0;
    w5_once_init(&o, W5_ONCE_SLOTS);
    for (uint64_t key = 1; key <= 5000; key++)
        runs += w5_once_put(&o, key, 100, 2, 0);
    for (uint64_t key = 1; key <= 5000; key++)
        runs += w5_once_put(&o, key, 101, 2, 0);
    assert_int_equal(runs, 5000);
    w5_once_done(&o);
}

static void the_set_is_bounded_and_forgets_what_is_old(void **state)
{
    (void)state;
    w5_once o;
    w5_once_init(&o, 1024);
    for (uint32_t i = 1; i < 100000; i++) {
        assert_int_equal(w5_once_put(&o, i, i / 10, 2, 0), 1);
        assert_int_equal(w5_once_put(&o, i, i / 10, 2, 0), 0); /* what is new is known */
    }
    assert_int_equal(o.slots, 1024);
    assert_true(o.forgotten > 90000);
    for (uint32_t i = 1; i < 5000; i++)
        w5_once_put(&o, i, 20000, 2, 0); /* more in one second than there is room for */
    assert_int_equal(o.slots, 1024);
    w5_once_done(&o);
}

static void what_is_forgotten_counts_anew_but_peers_stay(void **state)
{
    (void)state;
    w5_once o;
    w5_once_init(&o, W5_ONCE_SLOTS);
    assert_int_equal(w5_once_put(&o, 7, 10, 5, 0), 1);
    assert_int_equal(w5_once_put(&o, 7, 10, 4, 0), 0);
    w5_once_forget(&o);
    assert_int_equal(w5_once_put(&o, 7, 10, 5, 0), 1);
    assert_int_equal(o.peers, 1);
    w5_once_done(&o);
}

static void an_exit_is_told_again_only_in_its_second(void **state)
{
    (void)state;
    w5_once o;
    w5_once_init(&o, W5_ONCE_SLOTS);
    assert_false(w5_once_again(&o, 7, 10, 0));
    assert_true(w5_once_again(&o, 7, 10, 0));
    assert_false(w5_once_again(&o, 7, 11, 0));
    assert_true(w5_once_has(&o, 7, 11));
    assert_false(w5_once_has(&o, 7, 12));
    w5_once_done(&o);
}

static void upstreams_of_one_request_are_peers(void **state)
{
    (void)state;
    w5_once o;
    w5_once_init(&o, W5_ONCE_SLOTS);
    w5_once_put(&o, 7, 10, 5, 0);
    w5_once_put(&o, 7, 11, 4, 0);
    w5_once_put(&o, 8, 11, 6, 0);
    w5_once_put(&o, 7, 11, 4, 0);
    assert_int_equal(o.peers, 1);
    assert_int_equal(o.peer[0].a, 4);
    assert_int_equal(o.peer[0].b, 5);
    w5_once_join(&o, 1, 5); /* "(other)" is nobody's peer */
    w5_once_join(&o, 0, 5);
    w5_once_join(&o, 5, 5);
    assert_int_equal(o.peers, 1);
    w5_once_done(&o);
}

static void a_later_set_tells_what_was_counted_twice(void **state)
{
    (void)state;
    w5_once early, late;
    w5_once_init(&early, W5_ONCE_SLOTS);
    w5_once_init(&late, W5_ONCE_SLOTS);
    w5_once_put(&early, 7, 10, 2, 0);
    w5_once_put(&late, 7, 11, 2, 0); /* goes on */
    w5_once_put(&late, 7, 20, 2, 0); /* another */
    unsigned twice = 0;
    for (uint32_t second = 11; second <= 20; second += 9)
        for (size_t i = 0; i < late.slots; i++)
            if (late.slot[i].key == 7 && late.slot[i].second == second)
                twice += w5_once_merge(&early, &late.slot[i], 2);
    assert_int_equal(twice, 1);
    w5_once_done(&early);
    w5_once_done(&late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_a_second_apart_are_one_run),
        cmocka_unit_test(keys_do_not_meet),
        cmocka_unit_test(the_set_is_bounded_and_forgets_what_is_old),
        cmocka_unit_test(what_is_forgotten_counts_anew_but_peers_stay),
        cmocka_unit_test(an_exit_is_told_again_only_in_its_second),
        cmocka_unit_test(upstreams_of_one_request_are_peers),
        cmocka_unit_test(a_later_set_tells_what_was_counted_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
