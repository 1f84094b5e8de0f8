#include "check.h"

#include "incident/names.h"

#include <stdio.h>

static w5_id number(w5_names *names, unsigned i)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "name %u", i);
    return w5_names_put(names, (w5_str){text, (size_t)n});
}

static void a_name_has_one_id_cached_or_not(void **state)
{
    (void)state;
    w5_names names;
    w5_names_init(&names);
    w5_id first = number(&names, 0);
    for (unsigned i = 0; i < 10 * W5_NAMES_CACHE; i++)
        number(&names, i);
    assert_int_equal(number(&names, 0), first);
    assert_int_equal(w5_names_put(&names, W5_STR("")), 0);
    assert_str(w5_intern_str(names.table, first), W5_STR("name 0"));
    w5_names_done(&names);
}

static void many_strings_call_for_a_move(void **state)
{
    (void)state;
    w5_names names;
    w5_names_init(&names);
    unsigned i = 0;
    while (!w5_names_full(&names))
        number(&names, i++);
    assert_true(i > 10000);
    assert_int_equal(w5_intern_refused(names.table), 0);
    w5_names_reset(&names);
    assert_false(w5_names_full(&names));
    w5_names_done(&names);
}

static void a_move_takes_along_what_is_asked_for(void **state)
{
    (void)state;
    w5_names from, to;
    w5_move m;
    w5_names_init(&from);
    w5_names_init(&to);
    w5_id one = w5_names_put(&from, W5_STR("one")), two = w5_names_put(&from, W5_STR("two"));
    w5_names_put(&to, W5_STR("zero"));
    w5_move_init(&m, from.table, &to);
    assert_str(w5_intern_str(to.table, w5_move_id(&m, two)), W5_STR("two"));
    assert_int_equal(w5_move_id(&m, two), w5_move_id(&m, two));
    assert_int_equal(w5_move_id(&m, 0), 0);
    assert_int_equal(w5_move_id(&m, W5_INTERN_FULL), W5_INTERN_FULL);
    assert_int_equal(w5_intern_find(to.table, W5_STR("one")), 0);
    assert_true(w5_move_id(&m, one) > W5_INTERN_FULL);
    w5_move_done(&m);
    w5_names_done(&from);
    w5_names_done(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_one_id_cached_or_not),
        cmocka_unit_test(many_strings_call_for_a_move),
        cmocka_unit_test(a_move_takes_along_what_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
