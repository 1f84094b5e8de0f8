#include "check.h"

#include <why502/base/map.h>

#include <stdio.h>
#include <time.h>

static void the_same_string_has_the_same_number(void **state)
{
    (void)state;
    w5_intern *t = w5_intern_new(100, 1000);
    w5_id a = w5_intern_put(t, W5_STR("127.0.0.1:8000"));
    w5_id b = w5_intern_put(t, W5_STR("127.0.0.1:8001"));
    assert_int_not_equal(a, b);
    assert_int_equal(w5_intern_put(t, W5_STR("127.0.0.1:8000")), a);
    assert_int_equal(w5_intern_find(t, W5_STR("127.0.0.1:8001")), b);
    assert_int_equal(w5_intern_find(t, W5_STR("127.0.0.1:8002")), 0);
    assert_str(w5_intern_str(t, a), W5_STR("127.0.0.1:8000"));
    w5_intern_free(t);
    w5_intern_free(NULL);
}

static void two_numbers_are_reserved(void **state)
{
    (void)state;
    w5_intern *t = w5_intern_new(100, 1000);
    assert_int_equal(w5_intern_put(t, W5_NONE), 0);
    assert_int_equal(w5_intern_find(t, W5_STR("")), 0);
    assert_str(w5_intern_str(t, 0), W5_STR(""));
    assert_str(w5_intern_str(t, W5_INTERN_FULL), W5_STR("(other)"));
    assert_str(w5_intern_str(t, 4711), W5_STR("(other)"));
    assert_int_equal(w5_intern_count(t), 2);
    assert_int_equal(w5_intern_put(t, W5_STR("(other)")), 2); /* a log may say so too */
    assert_int_equal(w5_intern_count(t), 3);
    w5_intern_free(t);
}

static void strings_may_hold_any_bytes(void **state)
{
    (void)state;
    w5_intern *t = w5_intern_new(100, 1000);
    w5_id nul = w5_intern_put(t, W5_STR("a\0b"));
    assert_int_not_equal(nul, w5_intern_put(t, W5_STR("a")));
    assert_int_not_equal(nul, w5_intern_put(t, W5_STR("a\0c")));
    assert_str(w5_intern_str(t, nul), W5_STR("a\0b"));
    w5_intern_free(t);
}

static void a_full_table_refuses_and_counts(void **state)
{
    (void)state;
    w5_intern *t = w5_intern_new(2, 1000);
    w5_id a = w5_intern_put(t, W5_STR("a"));
    w5_intern_put(t, W5_STR("b"));
    assert_int_equal(w5_intern_put(t, W5_STR("c")), W5_INTERN_FULL);
    assert_int_equal(w5_intern_put(t, W5_STR("d")), W5_INTERN_FULL);
    assert_int_equal(w5_intern_put(t, W5_STR("a")), a); /* what is in stays found */
    assert_int_equal(w5_intern_refused(t), 2);
    w5_intern_free(t);

    t = w5_intern_new(100, 5);
    assert_int_not_equal(w5_intern_put(t, W5_STR("abcd")), W5_INTERN_FULL);
    assert_int_equal(w5_intern_put(t, W5_STR("ab")), W5_INTERN_FULL);
    assert_int_not_equal(w5_intern_put(t, W5_STR("e")), W5_INTERN_FULL);
    assert_int_equal(w5_intern_put(t, W5_STR("f")), W5_INTERN_FULL);
    w5_intern_free(t);
}

static void thousands_are_all_found_and_never_move(void **state)
{
    (void)state;
    enum {
        MANY = 20000
    };
    w5_intern *t = w5_intern_new(MANY, 1000000);
    char text[32];
    w5_str first = w5_intern_str(t, w5_intern_put(t, W5_STR("key 0")));
    for (int i = 1; i < MANY; i++) {
        snprintf(text, sizeof text, "key %d", i);
        assert_int_equal(w5_intern_put(t, w5_str_of(text)), i + 2);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "key %d", i);
        assert_int_equal(w5_intern_find(t, w5_str_of(text)), i + 2);
    }
    assert_str(first, W5_STR("key 0"));
    assert_int_equal(w5_intern_count(t), MANY + 2);
    assert_int_equal(w5_intern_refused(t), 0);
    w5_intern_free(t);
}

/* --- hash flooding --------------------------------------------------------------------------- */
enum {
    FLOOD = 4000
};
typedef char flood_key[16];

/* Keys whose lowest 12 bits agree under seed 1: what an attacker could prepare if it were the seed. */
static void prepare(flood_key *key)
{
    w5_hash_seed(1);
    size_t n = 0;
    for (unsigned i = 0; n < FLOOD; i++) {
        snprintf(key[n], sizeof(flood_key), "/%u", i);
        n += (w5_str_hash(w5_str_of(key[n])) & 0xfff) == 0;
    }
}

static double seconds_for(flood_key *key, uint64_t seed)
{
    double best = 1e9;
    w5_hash_seed(seed);
    for (int round = 0; round < 5; round++) {
        clock_t began = clock();
        w5_intern *t = w5_intern_new(2 * FLOOD, 1 << 20);
        for (size_t i = 0; i < FLOOD; i++)
            w5_intern_put(t, w5_str_of(key[i]));
        w5_intern_free(t);
        double took = (double)(clock() - began) / CLOCKS_PER_SEC;
        best = took < best ? took : best;
    }
    return best;
}

static void keys_that_collide_under_another_seed_cost_no_more(void **state)
{
    (void)state;
    static flood_key hostile[FLOOD], ordinary[FLOOD];
    prepare(hostile);
    for (unsigned i = 0; i < FLOOD; i++)
        snprintf(ordinary[i], sizeof(flood_key), "/%u", 7919 * i);
    double flooded = seconds_for(hostile, 1);
    double seeded = seconds_for(hostile, 20261121);
    double usual = seconds_for(ordinary, 20261121);
    assert_true(flooded > 5 * usual); /* they do collide */
    assert_true(seeded <= 2 * usual + 0.0002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_string_has_the_same_number),
        cmocka_unit_test(two_numbers_are_reserved),
        cmocka_unit_test(strings_may_hold_any_bytes),
        cmocka_unit_test(a_full_table_refuses_and_counts),
        cmocka_unit_test(thousands_are_all_found_and_never_move),
        cmocka_unit_test(keys_that_collide_under_another_seed_cost_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
