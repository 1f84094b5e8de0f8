#include "scene.h"

#define U "127.0.0.1:8000"

static void trouble_opens_one_where_nginx_is_silent(void **state)
{
    (void)state;
    static const struct {
        int nginx_from, nginx_to; /* what its error log covers; equal: not given */
        const char *kind;
        size_t incidents;
    } table[] = {
        {0,     0,    "worker-timeout", 1},
        {0,     0,    "db-crash",       1},
        {0,     0,    "worker-boot",    0},
        {0,     0,    "slow-query",     0},
        {-1000, 1000, "worker-timeout", 0},
        {-1000, -500, "worker-timeout", 1},
        {500,   1000, "unit-failed",    1},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        if (table[i].nginx_from != table[i].nginx_to) {
            goes_on(&s, ERROR_LOG, table[i].nginx_from);
            goes_on(&s, ERROR_LOG, table[i].nginx_to);
        }
        life(&s, 0, table[i].kind);
        w5_incidents all = scene_end(&s);
        if (all.n != table[i].incidents)
            fail_msg("row %zu: %zu incidents", i, all.n);
        if (all.n > 0) {
            assert_int_equal(all.at[0]->cells, 0);
            assert_int_equal(all.at[0]->troubles, 1);
            assert_int_equal(all.at[0]->errors, 0);
        }
    }
}

static void troubles_of_one_time_are_one(void **state)
{
    (void)state;
    scene s = begin();
    life(&s, 0, "db-crash");
    life(&s, 10, "worker-timeout");
    life(&s, 65, "worker-killed");
    life(&s, 300, "worker-timeout");
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 2);
    assert_int_equal(all.at[0]->troubles, 3);
}

static void trouble_beside_errors_opens_nothing_of_its_own(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "premature-close", U);
    life(&s, 0, "worker-timeout");
    life(&s, 40, "worker-timeout");
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0]->troubles, 0);
}

static void nginx_needs_no_silence_to_tell_of_itself(void **state)
{
    (void)state;
    scene s = begin();
    goes_on(&s, ERROR_LOG, -100);
    say(&s, ERROR_LOG, 0, "nginx-fd-limit", "", "pid=7|text=accept4() failed");
    say(&s, ERROR_LOG, 1, "disk-full", "",
        "pid=7|connection=3|request=GET /big HTTP/1.1|upstream=" U "|text=pwritev() failed");
    goes_on(&s, ERROR_LOG, 100);
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.at[0]->troubles, 2);
    assert_int_equal(all.at[0]->requests_failed, 1);
    assert_str(all.at[0]->upstream, W5_STR(U));
}

static void who_is_asked_to_go_is_no_trouble(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        size_t incidents;
    } table[] = {
        {"pid=7|subject=8|signal=15|text=a", 0},
        {"pid=7|subject=8|signal=2|text=b",  0},
        {"pid=7|subject=8|signal=9|text=c",  1},
        {"pid=7|subject=8|text=d",           1},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        say(&s, APP_LOG, 0, "worker-killed", "", table[i].fields);
        w5_incidents all = scene_end(&s);
        if (all.n != table[i].incidents)
            fail_msg("%s: %zu incidents", table[i].fields, all.n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trouble_opens_one_where_nginx_is_silent),
        cmocka_unit_test(troubles_of_one_time_are_one),
        cmocka_unit_test(trouble_beside_errors_opens_nothing_of_its_own),
        cmocka_unit_test(nginx_needs_no_silence_to_tell_of_itself),
        cmocka_unit_test(who_is_asked_to_go_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
