/* test_table.c -- rows that own what their slices point to. */
#include "check.h"
#include "state/table.h"

#include <stddef.h>

typedef struct row {
    w5_str name, text;
    void *block;
} row;

static void put(w5_table *t, const char *name, const char *text)
{
    row *r = w5_table_add(t);
    *r = (row){.name = w5_str_of(name), .text = w5_str_of(text)};
    w5_str *const slices[] = {&r->name, &r->text};
    w5_table_own(t, r, slices, 2);
}

static w5_table filled(size_t n)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    w5_table t = {.size = sizeof(row), .block = offsetof(row, block)};
    for (size_t i = 0; i < n; i++)
        put(&t, names[i % 4], "text");
    return t;
}

static void slices_are_copies_that_end_in_nul(void **state)
{
    (void)state;
    char name[] = "error.log";
    w5_table t = filled(0);
    put(&t, name, "");
    name[0] = 'X';
    const row *r = t.at;
    assert_str(r->name, W5_STR("error.log"));
    assert_int_equal(r->name.ptr[9], '\0');
    assert_int_equal(r->text.len, 0);
    w5_table_done(&t);
}

static void a_row_can_be_written_anew(void **state)
{
    (void)state;
    w5_table t = filled(1);
    row *r = t.at;
    r->name = W5_STR("longer than before");
    w5_str *const slices[] = {&r->name, &r->text};
    w5_table_own(&t, r, slices, 2); /* the text was in the block that is freed */
    assert_str(r->name, W5_STR("longer than before"));
    assert_str(r->text, W5_STR("text"));
    w5_table_done(&t);
}

static void rows_go_and_the_others_keep_their_order(void **state)
{
    (void)state;
    w5_table t = filled(40);
    w5_table_drop_first(&t, 37);
    w5_table_drop(&t, 1);
    const row *r = t.at;
    assert_int_equal(t.n, 2);
    assert_str(r[0].name, W5_STR("b"));
    assert_str(r[1].name, W5_STR("d"));
    w5_table_drop_first(&t, 2);
    assert_int_equal(t.n, 0);
    w5_table_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_copies_that_end_in_nul),
        cmocka_unit_test(a_row_can_be_written_anew),
        cmocka_unit_test(rows_go_and_the_others_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
