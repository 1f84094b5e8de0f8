#include "scene.h"

#define U "127.0.0.1:8000"

static void a_few_a_day_are_healthy(void **state)
{
    (void)state;
    scene s = begin();
    goes_on(&s, ACCESS_LOG, 0);
    for (int i = 1; i < 12; i++)
        five(&s, i * 7200, U);
    five(&s, 7201, U);
    five(&s, 7202, U);
    assert_int_equal(scene_end(&s).n, 0);
}

static void a_burst_is_an_incident(void **state)
{
    (void)state;
    static const struct {
        int burst, usual; /* in one minute; spread over the day */
        size_t incidents;
    } table[] = {
        {4,  0,    0},
        {5,  0,    1},
        {30, 100,  1},
        {5,  2880, 0},
        {60, 2880, 1}
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        goes_on(&s, ACCESS_LOG, 0);
        for (int k = 0; k < table[i].usual; k++)
            five(&s, 1 + k * (86400 / table[i].usual), U);
        for (int k = 0; k < table[i].burst; k++)
            five(&s, 90000 + k, U);
        goes_on(&s, ACCESS_LOG, 100000);
        w5_incidents all = scene_end(&s);
        if (all.n != table[i].incidents)
            fail_msg("row %zu: %zu incidents", i, all.n);
        if (all.n > 0) {
            assert_str(told(all.at[0]->classes),
                       w5_arena_fmt(made_in, "upstream-5xx %d", table[i].burst));
            assert_int_equal(all.at[0]->requests_failed, table[i].burst);
        }
    }
}

static void one_beside_trouble_is_an_incident(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int apart;
        size_t incidents;
    } table[] = {
        {"worker-timeout",          1, 1},
        {"db-too-many-connections", 2, 1},
        {"oom-kill",                0, 1},
        {"worker-timeout",          5, 0},
        {"worker-boot",             0, 0},
        {"traceback",               0, 0}
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        goes_on(&s, ACCESS_LOG, -1000);
        goes_on(&s, ACCESS_LOG, 1000);
        five(&s, 0, U);
        life(&s, table[i].apart, table[i].kind);
        w5_incidents all = scene_end(&s);
        if (all.n != table[i].incidents)
            fail_msg("row %zu: %zu incidents", i, all.n);
    }
}

static void gunicorns_own_500_opens_one_though_nginx_is_silent(void **state)
{
    (void)state;
    scene s = begin();
    goes_on(&s, ERROR_LOG, -1000);
    goes_on(&s, ERROR_LOG, 1000);
    say(&s, ACCESS_LOG, 0, "access", "",
        "status=500|request=GET /slow HTTP/1.1|text=a"); /* combined */
    life(&s, 0, "worker-timeout");
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0]->requests_failed, 1);
    assert_str(told(all.at[0]->statuses), W5_STR("500 1"));
    assert_int_equal(all.at[0]->troubles, 2);
    assert_str(told(all.at[0]->kinds), W5_STR("worker-timeout 1"));
}

static void beside_errors_they_are_of_the_same_incident(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "read-timeout", U);
    answer(&s, 0, 504, U);
    five(&s, 1, U);
    five(&s, 1, "127.0.0.1:9000"); /* another's, and alone */
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 1);
    assert_str(told(all.at[0]->classes), W5_STR("read-timeout 1, upstream-5xx 1"));
    assert_int_equal(all.at[0]->requests_failed, 2);
}

static void an_access_log_alone_shows_what_nginx_answered_itself(void **state)
{
    (void)state;
    scene s = begin();
    answer(&s, 0, 200, U);
    answer(&s, 1, 502, U);
    answer(&s, 2, 502, U);
    answer(&s, 200, 504, U);
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 2);
    assert_int_equal(all.at[0]->errors, 0);
    assert_int_equal(all.at[0]->requests_failed, 2);
    assert_str(all.at[0]->upstream, W5_STR(U));
    assert_str(told(all.at[1]->statuses), W5_STR("504 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_a_day_are_healthy),
        cmocka_unit_test(a_burst_is_an_incident),
        cmocka_unit_test(one_beside_trouble_is_an_incident),
        cmocka_unit_test(gunicorns_own_500_opens_one_though_nginx_is_silent),
        cmocka_unit_test(beside_errors_they_are_of_the_same_incident),
        cmocka_unit_test(an_access_log_alone_shows_what_nginx_answered_itself),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
