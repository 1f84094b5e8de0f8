#include "build.h"

#include "incident/tally.h"

static void most_come_first_then_names(void **state)
{
    (void)state;
    w5_counts c = {.at = NULL};
    w5_intern *words = w5_intern_new(100, 1000);
    const w5_class *refused = w5_catalogue_class(catalogue(), W5_STR("connection-refused"));
    w5_id b = w5_intern_put(words, W5_STR("b")), a = w5_intern_put(words, W5_STR("a"));
    w5_counts_add(&c, b, 2);
    w5_counts_add(&c, a, 1);
    w5_counts_add(&c, a, 1);
    w5_counts_add(&c, 0, 0); /* nothing is no entry */
    w5_counts_add(&c, W5_INTERN_FULL, 7);
    assert_str(told(w5_counts_words(&c, words, made_in)), W5_STR("(other) 7, a 2, b 2"));
    w5_counts_done(&c);
    w5_counts_add(&c, 502, 3);
    w5_counts_add(&c, 9, 3);
    assert_str(told(w5_counts_numbers(&c, made_in)), W5_STR("009 3, 502 3"));
    w5_counts_done(&c);
    w5_counts_add(&c, refused->index, 1);
    assert_str(told(w5_counts_classes(&c, catalogue(), made_in)), W5_STR("connection-refused 1"));
    w5_counts_done(&c);
    w5_intern_free(words);
}

static void requests_have_a_method_and_a_path(void **state)
{
    (void)state;
    const w5_request_tally *all;
    w5_counts c = {.at = NULL};
    w5_intern *words = w5_intern_new(100, 1000);
    uint64_t get = w5_intern_put(words, W5_STR("GET")), post = w5_intern_put(words, W5_STR("POST"));
    w5_id path = w5_intern_put(words, W5_STR("/a"));
    w5_counts_add(&c, get << 32 | path, 1);
    w5_counts_add(&c, post << 32 | path, 5);
    w5_counts_add(&c, get << 32 | path, 1);
    assert_int_equal(w5_counts_requests(&c, words, made_in, &all), 2);
    assert_str(all[0].method, W5_STR("POST"));
    assert_str(all[1].path, W5_STR("/a"));
    assert_int_equal(all[1].count, 2);
    w5_counts_done(&c);
    w5_intern_free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_come_first_then_names),
        cmocka_unit_test(requests_have_a_method_and_a_path),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
