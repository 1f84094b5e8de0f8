#include "check.h"

#include "incident/traffic.h"
#include <why502/base/arena.h>

#include <stdio.h>

static void paths_lose_digits_then_segments_then_all(void **state)
{
    (void)state;
    static const struct {
        const char *path, *at[5];
    } table[] = {
        {"/item/4711/a7", {"/item/4711/a7", "/item/*/a*", "/item/*/*", "/item/*", "(other)"}},
        {"/cart",         {"/cart", "/cart", "/cart", "/cart", "(other)"}                   },
        {"/",             {"/", "/", "/", "/", "(other)"}                                   },
        {"/a/",           {"/a/", "/a/", "/a/", "/a/", "(other)"}                           },
        {"/a/b/c/d",      {"/a/b/c/d", "/a/b/c/d", "/a/b/*", "/a/*", "(other)"}             },
        {"*",             {"*", "*", "*", "*", "(other)"}                                   },
        {"",              {"", "", "", "", ""}                                              },
    };
    w5_names names;
    w5_names_init(&names);
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_id id = w5_names_put(&names, w5_str_of(table[i].path)), step = id;
        for (unsigned level = 0; level < 5; level++) {
            w5_str is = w5_intern_str(names.table, w5_path_general(&names, id, level));
            assert_str(is, w5_str_of(table[i].at[level]));
            step = w5_path_general(&names, step, level); /* level by level is the same */
            assert_str(w5_intern_str(names.table, step), is);
        }
    }
    w5_names_done(&names);
}

static void healthy_seconds_are_given_up_before_failing_ones(void **state)
{
    (void)state;
    w5_names names;
    w5_rows t;
    uint64_t failed = 0, all = 0;
    w5_names_init(&names);
    w5_traffic_init(&t, &names);
    t.max = 1000;
    for (uint32_t i = 0; i < 5000; i++) {
        w5_traffic row = {
            .at = i * W5_SECOND, .upstream = 2, .status = i % 50 ? 200 : 502, .count = 1};
        w5_rows_put(&t, &row);
    }
    assert_true(t.n <= 1000);
    for (size_t i = 0; i < t.n; i++) {
        const w5_traffic *row = w5_rows_at(&t, i);
        assert_int_equal(row->span, row->status == 502 ? 1 : 10);
        assert_int_equal(row->at % (row->span * W5_SECOND), 0);
        failed += row->status == 502 ? row->count : 0;
        all += row->count;
    }
    assert_int_equal(failed, 100);
    assert_int_equal(all, 5000);
    w5_rows_done(&t);
    w5_names_done(&names);
}

static void the_table_of_paths_stays_small_and_counts_on(void **state)
{
    (void)state;
    w5_names names;
    w5_rows t;
    uint64_t requests = 0;
    char text[64];
    w5_names_init(&names);
    w5_paths_init(&t, &names);
    for (unsigned i = 0; i < 20000; i++) {
        int n = snprintf(text, sizeof(text), "/item/%u", i);
        w5_path row = {.path = w5_names_put(&names, (w5_str){text, (size_t)n}),
                       .requests = 1,
                       .longest_finished = i};
        w5_rows_put(&t, &row);
    }
    assert_int_equal(t.n, 1);
    requests = ((const w5_path *)w5_rows_at(&t, 0))->requests;
    assert_int_equal(requests, 20000);
    assert_int_equal(((const w5_path *)w5_rows_at(&t, 0))->longest_finished, 19999);
    w5_rows_done(&t);
    w5_names_done(&names);
}

static void requests_are_kept_by_minute_then_longer(void **state)
{
    (void)state;
    w5_names names;
    w5_rows t;
    w5_names_init(&names);
    w5_requests_init(&t, &names);
    w5_id path = w5_names_put(&names, W5_STR("/a"));
    for (int i = 0; i < 100; i++) {
        w5_request r = {
            .at = i * 10 * W5_SECOND, .until = i * 10 * W5_SECOND, .count = 1, .path = path};
        w5_rows_put(&t, &r);
    }
    assert_int_equal(t.n, 17); /* minutes in a thousand seconds */
    const w5_request *first = w5_rows_at(&t, 0);
    assert_int_equal(first->count, 6);
    assert_int_equal(first->until, 50 * W5_SECOND);
    assert_int_equal(w5_requests_span(&t), 60);
    w5_rows_raise(&t, 1);
    assert_int_equal(t.n, 2);
    w5_rows_done(&t);
    w5_names_done(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_lose_digits_then_segments_then_all),
        cmocka_unit_test(healthy_seconds_are_given_up_before_failing_ones),
        cmocka_unit_test(the_table_of_paths_stays_small_and_counts_on),
        cmocka_unit_test(requests_are_kept_by_minute_then_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
