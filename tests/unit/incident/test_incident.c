#include "scene.h"

#define U "127.0.0.1:8000"

static void an_id_is_of_host_upstream_and_start_second(void **state)
{
    (void)state;
    static const struct {
        const char *host, *upstream;
        int second;
        bool same;
    } table[] = {
        {"",     U,                0, true },
        {"web1", U,                0, true }, /* the host of the run, told or not */
        {"web2", U,                0, false},
        {"",     "127.0.0.1:8001", 0, false},
        {"",     U,                1, false}
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        say(&s, ERROR_LOG, table[i].second, "read-timeout", "HN-110",
            w5_arena_fmt(made_in, "host=%s|connection=1|upstream=%s", table[i].host,
                         table[i].upstream)
                .ptr);
        const char *id = scene_end(&s).at[0]->id;
        assert_int_equal(strlen(id), 16);
        if ((strcmp(id, "c949067879da57f5") == 0) != table[i].same)
            fail_msg("row %zu: %s", i, id);
    }
}

static void an_id_stays_as_the_incident_grows(void **state)
{
    (void)state;
    scene s = begin();
    char first[17];
    fails(&s, 0, "connection-refused", U);
    memcpy(first, w5_incidents_build(scene_timeline(&s, AT(1)), made_in).at[0]->id, sizeof(first));
    for (int i = 1; i < 100; i++)
        fails(&s, i, "connection-reset", i % 2 ? U : "127.0.0.1:8000");
    assert_string_equal(scene_end(&s).at[0]->id, first);
}

static void columns_are_sixty_at_most(void **state)
{
    (void)state;
    static const struct {
        int length, span;
        size_t columns;
    } table[] = {
        {0,     1,    1 },
        {59,    1,    60},
        {60,    2,    31},
        {119,   2,    60},
        {120,   5,    25},
        {3599,  60,   60},
        {3600,  120,  31},
        {86400, 1800, 49}
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        s.gap = W5_DAY;
        fails(&s, 0, "connection-refused", U);
        fails(&s, table[i].length, "connection-refused", U);
        w5_incident *in = scene_end(&s).at[0];
        uint64_t sum = 0;
        for (size_t k = 0; k < in->columns; k++)
            sum += in->column[k];
        if (in->columns != table[i].columns || in->column_span != table[i].span * W5_SECOND ||
            sum != 2)
            fail_msg("row %zu: %zu columns", i, in->columns);
    }
}

static void kinds_are_those_of_its_time_and_machine(void **state)
{
    (void)state;
    scene s = begin();
    life(&s, -10, "worker-boot");
    life(&s, -2, "worker-timeout");
    fails(&s, 0, "premature-close", U);
    life(&s, 1, "worker-boot");
    life(&s, 5, "worker-boot");
    answer(&s, 0, 502, U);
    w5_incident *in = scene_end(&s).at[0];
    assert_str(told(in->kinds), W5_STR("worker-boot 1, worker-timeout 1"));
}

static void tallies_tell_what_was_hit(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "premature-close", U);
    fails(&s, 1, "connection-refused", U);
    fails(&s, 2, "connection-refused", U);
    w5_incident *in = scene_end(&s).at[0];
    assert_str(told(in->classes), W5_STR("connection-refused 2, premature-close 1"));
    assert_str(told(in->codes), W5_STR("XX-1 3"));
    assert_str(told(in->servers), W5_STR("shop 3"));
    assert_int_equal(in->requests, 1);
    assert_str(in->request[0].method, W5_STR("GET"));
    assert_str(in->request[0].path, W5_STR("/a"));
    assert_int_equal(in->request[0].count, 3);
}

static void any_set_of_cells_makes_one(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "premature-close", U);
    life(&s, 0, "worker-timeout");
    fails(&s, 5, "premature-close", "127.0.0.1:9000");
    const w5_timeline *t = scene_timeline(&s, W5_TIME_NONE);
    const uint32_t all[] = {0, 1, 2};
    w5_incident *in = w5_incident_make(t, all, 3, made_in);
    assert_int_equal(in->cells, 2);
    assert_int_equal(in->troubles, 1);
    assert_int_equal(in->upstreams.n, 2);
    assert_int_equal(in->end, AT(5));
    const uint32_t one[] = {0};
    in = w5_incident_make(t, one, 1, made_in); /* trouble alone */
    assert_int_equal(in->cells, 0);
    assert_int_equal(in->troubles, 1);
    assert_int_equal(in->columns, 1);
    w5_ledger_free(s.l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_of_host_upstream_and_start_second),
        cmocka_unit_test(an_id_stays_as_the_incident_grows),
        cmocka_unit_test(columns_are_sixty_at_most),
        cmocka_unit_test(kinds_are_those_of_its_time_and_machine),
        cmocka_unit_test(tallies_tell_what_was_hit),
        cmocka_unit_test(any_set_of_cells_makes_one),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
