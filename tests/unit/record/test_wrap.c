#include "peeled.h"

static void tails_headers_name_a_log(void **state)
{
    (void)state;
    w5_str name;
    assert_true(w5_wrap_tail(W5_STR("==> /var/log/nginx/error.log <=="), &name));
    assert_str(name, W5_STR("/var/log/nginx/error.log"));
    assert_true(w5_wrap_tail(W5_STR("==> a b <=="), &name));
    assert_str(name, W5_STR("a b"));
    assert_false(w5_wrap_tail(W5_STR("==>  <=="), &name) && name.len == 0);
    assert_false(w5_wrap_tail(W5_STR("==> <=="), &name));
    assert_false(w5_wrap_tail(W5_STR("==> a"), &name));
    assert_false(w5_wrap_tail(W5_STR(""), &name));
}

static void every_layer_has_a_name_and_one_way_to_come_off(void **state)
{
    (void)state;
    const w5_wrapper *all;
    size_t n = w5_wrappers(&all);
    assert_true(n > 4);
    for (size_t i = 0; i < n; i++) {
        assert_true(all[i].name.len > 0);
        assert_true(!all[i].peel != !all[i].peel_lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_headers_name_a_log),
        cmocka_unit_test(every_layer_has_a_name_and_one_way_to_come_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
