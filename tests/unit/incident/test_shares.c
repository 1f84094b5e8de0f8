#include "scene.h"

static void visit(scene *s, int second, const char *path, unsigned status, const char *took)
{
    say(s, ACCESS_LOG, second, status == 502 || status == 504 ? "upstream-5xx" : "access", "",
        w5_arena_fmt(made_in,
                     "status=%03u|request=GET %s HTTP/1.1|upstream_addr=a:1|request_time=%s",
                     status, path, took)
            .ptr);
}

static scene split_at(int second)
{
    scene s = begin();
    w5_ledger_split(s.l, &(w5_split){.at = AT(second),
                                     .since = W5_TIME_NONE,
                                     .until = W5_TIME_NONE,
                                     .zone = {.fixed = true}});
    return s;
}

static const w5_halves *halves(scene *s, int second)
{
    return w5_halves_build(scene_timeline(s, W5_TIME_NONE), AT(second), made_in);
}

static void only_paths_that_failed_before_are_compared(void **state)
{
    (void)state;
    scene s = split_at(100);
    for (int i = 0; i < 50; i++) {
        visit(&s, i, "/page", i % 10 ? 200 : 502, "0.1");
        visit(&s, i, "/fine", 200, "0.1");
    }
    for (int i = 101; i < 131; i++) {
        visit(&s, i, "/page", 200, "0.1");
        visit(&s, i, "/fine", i < 104 ? 504 : 200, "0.1");
    }
    const w5_halves *h = halves(&s, 100);
    assert_true(h->by_request);
    assert_int_equal(h->paths, 1);
    assert_str(h->path[0].path, W5_STR("/page"));
    assert_int_equal(h->before.requests, 50);
    assert_int_equal(h->before.failed, 5);
    assert_int_equal(h->before.clusters, 5);
    assert_int_equal(h->after.requests, 30);
    assert_int_equal(h->after.failed, 0);
    assert_int_equal(h->elsewhere, 3);
    assert_str(told(h->before.statuses), W5_STR("502 5"));
    w5_ledger_free(s.l);
}

static void a_request_is_of_the_side_on_which_it_began(void **state)
{
    (void)state;
    scene s = split_at(100);
    visit(&s, 50, "/page", 502, "1");
    visit(&s, 130, "/page", 504, "60.0");
    visit(&s, 131, "/page", 200, "30");
    const w5_halves *h = halves(&s, 100);
    assert_int_equal(h->before.failed, 2);
    assert_int_equal(h->before.clusters, 2);
    assert_int_equal(h->after.requests, 1);
    w5_ledger_free(s.l);
}

static void those_who_left_are_counted_apart(void **state)
{
    (void)state;
    scene s = split_at(100);
    visit(&s, 1, "/page", 502, "1");
    visit(&s, 110, "/page", 499, "3");
    const w5_halves *h = halves(&s, 100);
    assert_int_equal(h->after.requests, 0);
    assert_int_equal(h->after.aborted, 1);
    assert_str(told(h->after.statuses), W5_STR("499 1"));
    w5_ledger_free(s.l);
}

static void pieces_of_a_log_add_up(void **state)
{
    (void)state;
    scene s = split_at(100), rest = begin();
    w5_ledger_begin(rest.l, w5_ledger_detail_of(s.l));
    visit(&s, 1, "/page", 502, "1");
    visit(&rest, 2, "/page", 200, "1");
    visit(&rest, 110, "/page", 200, "1");
    w5_ledger_merge(s.l, rest.l);
    const w5_halves *h = halves(&s, 100);
    assert_int_equal(h->before.requests, 2);
    assert_int_equal(h->before.failed, 1);
    assert_int_equal(h->after.requests, 1);
    w5_ledger_free(rest.l);
    w5_ledger_free(s.l);
}

static void without_an_access_log_time_is_the_measure(void **state)
{
    (void)state;
    scene s = split_at(100);
    goes_on(&s, ERROR_LOG, 0);
    for (int i = 10; i < 60; i += 10)
        fails(&s, i, "premature-close", "a:1");
    say(&s, ERROR_LOG, 150, "read-timeout", "HN-110",
        "pid=7|connection=99|request=GET /a HTTP/1.1|upstream=a:1");
    goes_on(&s, ERROR_LOG, 400);
    const w5_halves *h = halves(&s, 100);
    assert_false(h->by_request);
    assert_int_equal(h->before.failed, 5);
    assert_int_equal(h->before.clusters, 5);
    assert_int_equal(h->before.covered / W5_SECOND, 100);
    assert_int_equal(h->after.covered / W5_SECOND, 300);
    assert_str(told(h->before.statuses), W5_STR("502 5"));
    assert_str(told(h->after.statuses), W5_STR("504 1"));
    w5_ledger_free(s.l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_paths_that_failed_before_are_compared),
        cmocka_unit_test(a_request_is_of_the_side_on_which_it_began),
        cmocka_unit_test(those_who_left_are_counted_apart),
        cmocka_unit_test(pieces_of_a_log_add_up),
        cmocka_unit_test(without_an_access_log_time_is_the_measure),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
