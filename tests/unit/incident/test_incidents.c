#include "scene.h"

#include "incident/ledger.h"

#include <time.h>

#define U "127.0.0.1:8000"

static void errors_of_one_stretch_are_one_incident_whatever_their_class(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "premature-close", U);
    fails(&s, 1, "connection-reset", U);
    fails(&s, 2, "connection-refused", U);
    fails(&s, 9, "socket-missing", U);
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0]->classes.n, 4);
    assert_int_equal(all.at[0]->cells, 4);
}

static void a_lone_error_is_an_incident(void **state)
{
    (void)state;
    scene s = begin();
    goes_on(&s, ERROR_LOG, -7200);
    fails(&s, 0, "premature-close", U);
    goes_on(&s, ERROR_LOG, 7200);
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0]->errors, 1);
    assert_int_equal(all.at[0]->over, W5_OVER_YES);
}

static void look_alikes_never_open_one(void **state)
{
    (void)state;
    static const char *const kinds[] = {"client-abort", "client-timeout", "static-file",
                                        "limit",        "buffered",       "auth-request",
                                        "app-stderr",   "resolver"};
    scene s = begin();
    for (size_t i = 0; i < COUNT(kinds); i++)
        say(&s, ERROR_LOG, (int)i, kinds[i], "", "pid=7|connection=3|upstream=" U);
    assert_int_equal(scene_end(&s).n, 0);
}

static void incidents_come_by_start(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 500, "premature-close", U);
    fails(&s, 5, "premature-close", "127.0.0.1:9000");
    fails(&s, 0, "premature-close", U);
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 3);
    for (size_t i = 1; i < all.n; i++)
        assert_true(all.at[i - 1]->start <= all.at[i]->start);
}

/* --- ten thousand ---------------------------------------------------------------------------- */
static scene many_incidents(int n)
{
    scene s = begin();
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 4; k++)
            fails(&s, i * 200 + k * 3, k ? "connection-refused" : "premature-close", U);
    return s;
}

static size_t detailed(const w5_incidents *all)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += all->at[i]->column != NULL;
    return n;
}

static void ten_thousand_are_told_apart_and_the_worst_in_full(void **state)
{
    (void)state;
    enum {
        N = 10000,
        LIMIT = 16 << 20
    };
    uint64_t errors = 0;
    scene s = many_incidents(N);
    w5_arena *arena = w5_arena_new();
    w5_timeline_options o = {.gap = W5_MINUTE,
                             .since = W5_TIME_NONE,
                             .until = W5_TIME_NONE,
                             .now = W5_TIME_NONE,
                             .zone = {.fixed = true}};
    const w5_timeline *t = w5_timeline_build(s.l, s.log, LOGS, NULL, &o, arena);
    w5_incidents all = w5_incidents_build(t, arena);
    assert_int_equal(all.n, N);
    for (size_t i = 0; i < all.n; i++) {
        errors += all.at[i]->errors;
        assert_int_equal(all.at[i]->start, AT((int)i * 200));
        assert_int_equal(all.at[i]->classes.n, 2);
        assert_int_equal(all.at[i]->classes.at[0].count, 3);
    }
    assert_int_equal(errors, 4 * N);
    assert_int_equal(detailed(&all), W5_INCIDENTS_MAX);
    assert_true(w5_arena_used(arena) < LIMIT);
    w5_arena_free(arena);
    w5_ledger_free(s.l);
}

static double seconds_for(int n)
{
    scene s = many_incidents(n);
    w5_arena *arena = w5_arena_new();
    w5_timeline_options o = {.gap = W5_MINUTE,
                             .since = W5_TIME_NONE,
                             .until = W5_TIME_NONE,
                             .now = W5_TIME_NONE,
                             .zone = {.fixed = true}};
    clock_t begun = clock();
    for (int i = 0; i < 5; i++)
        w5_incidents_build(w5_timeline_build(s.l, s.log, LOGS, NULL, &o, arena), arena);
    double took = (double)(clock() - begun) / CLOCKS_PER_SEC;
    w5_arena_free(arena);
    w5_ledger_free(s.l);
    return took;
}

static void the_cost_grows_with_the_number_and_not_with_its_square(void **state)
{
    (void)state;
    double few = seconds_for(500), many = seconds_for(4000);
    if (many > 0.2 && many > few * 8 * 5)
        fail_msg("500 took %.3f s, 4000 took %.3f s", few, many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_one_stretch_are_one_incident_whatever_their_class),
        cmocka_unit_test(a_lone_error_is_an_incident),
        cmocka_unit_test(look_alikes_never_open_one),
        cmocka_unit_test(incidents_come_by_start),
        cmocka_unit_test(ten_thousand_are_told_apart_and_the_worst_in_full),
        cmocka_unit_test(the_cost_grows_with_the_number_and_not_with_its_square),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
