#include "scene.h"

#include "incident/groups.h"

#define U "127.0.0.1:8000"

static w5_groups errors_of(scene *s)
{
    w5_groups g;
    w5_groups_init(&g, scene_timeline(s, W5_TIME_NONE), made_in);
    w5_groups_errors(&g);
    return g;
}

static void silence_longer_than_the_gap_parts(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "connection-refused", U);
    fails(&s, 60, "connection-refused", U);
    fails(&s, 121, "connection-refused", U);
    w5_groups g = errors_of(&s);
    assert_int_equal(g.n, 2);
    assert_int_equal(g.at[0].end, AT(60));
    w5_groups_done(&g);
    w5_ledger_free(s.l);
}

static void a_line_that_names_no_upstream_goes_with_those_around_it(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "connection-refused", U);
    say(&s, ERROR_LOG, 5, "connection-refused", "CK-111", "connection=99|text=cut");
    say(&s, ERROR_LOG, 500, "upstream-dns", "RN-NX", "connection=100|text=no name");
    w5_groups g = errors_of(&s);
    assert_int_equal(g.n, 2);
    assert_int_equal(g.at[0].cells, 2);
    w5_groups_done(&g);
    w5_ledger_free(s.l);
}

static void hosts_are_told_apart(void **state)
{
    (void)state;
    scene s = begin();
    for (int i = 0; i < 6; i++)
        say(&s, ERROR_LOG, i, "connection-refused", "CK-111",
            w5_arena_fmt(made_in, "host=web%d|connection=%d|upstream=" U, i % 3, i).ptr);
    w5_groups g = errors_of(&s);
    assert_int_equal(g.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(g.at[i].errors, 2);
    w5_groups_done(&g);
    w5_ledger_free(s.l);
}

static void a_line_without_an_upstream_goes_with_those_of_its_host(void **state)
{
    (void)state;
    scene s = begin();
    say(&s, ERROR_LOG, 0, "connection-refused", "CK-111", "host=web1|connection=1|upstream=" U);
    say(&s, ERROR_LOG, 1, "connection-refused", "CK-111", "host=web2|connection=2|upstream=" U);
    say(&s, ERROR_LOG, 2, "connection-refused", "CK-111", "host=web1|connection=3|text=cut");
    w5_groups g = errors_of(&s);
    assert_int_equal(g.n, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(g.at[i].errors, w5_str_eq(g.at[i].host, W5_STR("web1")) ? 2 : 1);
    w5_groups_done(&g);
    w5_ledger_free(s.l);
}

static void what_is_absorbed_stands_in_order(void **state)
{
    (void)state;
    scene s = begin();
    for (int i = 0; i < 8; i++)
        fails(&s, i, i % 2 ? "connection-refused" : "premature-close", i % 2 ? U : "127.0.0.1:9000");
    w5_groups g = errors_of(&s);
    assert_int_equal(g.n, 2);
    w5_group_absorb(&g, &g.at[0], &g.at[1]);
    assert_true(g.at[1].gone);
    assert_int_equal(g.at[0].cells, 8);
    for (uint32_t i = 1; i < 8; i++)
        assert_true(g.at[0].cell[i - 1] < g.at[0].cell[i]);
    assert_int_equal(g.at[0].end, AT(7));
    w5_groups_done(&g);
    w5_ledger_free(s.l);
}

static void near_means_in_time_and_of_one_upstream(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "connection-refused", U);
    fails(&s, 10, "connection-refused", U);
    fails(&s, 100, "connection-refused", "127.0.0.1:9000");
    w5_groups g = errors_of(&s);
    const w5_timeline *t = g.t;
    w5_id root = w5_timeline_root(t, w5_intern_find(t->intern, W5_STR(U)));
    static const struct {
        int from, to, slack;
        bool any, near;
    } table[] = {
        {5,   5,   0, false, true },
        {12,  12,  0, false, false},
        {12,  12,  2, false, true },
        {-5,  -3,  2, false, false},
        {-5,  -3,  3, false, true },
        {100, 100, 0, false, false},
        {100, 100, 0, true,  true },
        {-9,  300, 0, false, true },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        bool near = w5_groups_near(&g, W5_NONE, table[i].any ? 0 : root, AT(table[i].from),
                                   AT(table[i].to), table[i].slack * W5_SECOND) != NULL;
        if (near != table[i].near)
            fail_msg("row %zu", i);
    }
    w5_groups_done(&g);
    w5_ledger_free(s.l);
}

static void an_absorbed_group_is_gone(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "connection-refused", U);
    fails(&s, 1, "connection-refused", "127.0.0.1:9000");
    w5_groups g = errors_of(&s);
    assert_int_equal(g.n, 2);
    w5_group_absorb(&g, &g.at[1], &g.at[0]);
    w5_groups_sort(&g);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.at[0].errors, 2);
    assert_int_equal(g.at[0].start, AT(0));
    assert_true(g.at[0].cell[0] < g.at[0].cell[1]);
    w5_groups_done(&g);
    w5_ledger_free(s.l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_longer_than_the_gap_parts),
        cmocka_unit_test(a_line_that_names_no_upstream_goes_with_those_around_it),
        cmocka_unit_test(hosts_are_told_apart),
        cmocka_unit_test(a_line_without_an_upstream_goes_with_those_of_its_host),
        cmocka_unit_test(what_is_absorbed_stands_in_order),
        cmocka_unit_test(near_means_in_time_and_of_one_upstream),
        cmocka_unit_test(an_absorbed_group_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
