#include "stage.h"

static void every_field_is_found_by_its_name(void **state)
{
    (void)state;
    for (int f = 0; f < W5_FIELDS; f++)
        assert_int_equal(w5_field_find(w5_field_name[f]), f);
    assert_str(w5_field_name[W5_F_errno], W5_STR("errno"));
    assert_int_equal(w5_field_find(W5_STR("none")), -1);
}

static void walk(w5_record *r)
{
    w5_record_set(r, W5_F_client, r->context);
}

static void a_walk_happens_once_and_only_where_something_is_left(void **state)
{
    (void)state;
    const w5_format walker = {.walk = walk};
    const w5_format other = {0};
    w5_record r = {.format = &walker, .context = W5_LIT("x")};
    w5_record_walk(&r);
    assert_str(w5_record_get(&r, W5_F_client), W5_STR("x"));
    assert_int_equal(r.context.len, 0);
    r.have = 0;
    w5_record_walk(&r);
    assert_int_equal(r.have, 0);
    r = (w5_record){.format = &other, .context = W5_LIT("x")};
    w5_record_walk(&r);
    assert_int_equal(r.have, 0);
}

static void words_name_where_a_zone_came_from(void **state)
{
    (void)state;
    assert_str(w5_zone_from_word[W5_ZONE_ACCESS_LOG], W5_STR("access-log"));
    assert_str(w5_zone_from_word[W5_ZONE_HOST], W5_STR("host"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_found_by_its_name),
        cmocka_unit_test(a_walk_happens_once_and_only_where_something_is_left),
        cmocka_unit_test(words_name_where_a_zone_came_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
