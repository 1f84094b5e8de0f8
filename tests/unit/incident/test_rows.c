#include "check.h"

#include "incident/rows.h"

#include <stdlib.h>

/* Rows of numbers: at level n the last n bits are given up. */
typedef struct row {
    uint32_t key, count;
} row;

static bool coarsen(w5_rows *t, void *data)
{
    row *r = data;
    uint32_t before = r->key;
    r->key = r->key >> t->level << t->level;
    return r->key != before;
}

static uint64_t hash(const w5_rows *t, const void *data)
{
    (void)t;
    return ((const row *)data)->key * UINT64_C(0x9e3779b97f4a7c15) >> 20;
}

static bool same(const w5_rows *t, const void *a, const void *b)
{
    (void)t;
    return ((const row *)a)->key == ((const row *)b)->key;
}

static void join(void *into, const void *from)
{
    ((row *)into)->count += ((const row *)from)->count;
}

static const w5_rows_kind kind = {.size = sizeof(row),
                                  .levels = 32,
                                  .coarsen = coarsen,
                                  .hash = hash,
                                  .same = same,
                                  .join = join};

static void put(w5_rows *t, uint32_t key)
{
    row r = {key, 1};
    size_t at = w5_rows_put(t, &r);
    assert_true(at < t->n);
    assert_int_equal(((row *)w5_rows_at(t, at))->key, key >> t->level << t->level);
}

static uint32_t sum(const w5_rows *t)
{
    uint32_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += ((row *)w5_rows_at(t, i))->count;
    return n;
}

static void equal_rows_are_one(void **state)
{
    (void)state;
    w5_rows t;
    w5_rows_init(&t, &kind, 100, NULL);
    for (uint32_t i = 0; i < 300; i++)
        put(&t, i % 100);
    assert_int_equal(t.n, 100);
    assert_int_equal(t.level, 0);
    assert_int_equal(sum(&t), 300);
    w5_rows_done(&t);
}

static void a_full_table_grows_coarser_and_loses_no_count(void **state)
{
    (void)state;
    w5_rows t;
    w5_rows_init(&t, &kind, 100, NULL);
    for (uint32_t i = 0; i < 10000; i++)
        put(&t, i);
    assert_int_equal(t.level, 7); /* 10000 / 128 = 79 rows */
    assert_int_equal(t.n, 79);
    assert_int_equal(sum(&t), 10000);
    assert_true(t.coarsened > 0);
    w5_rows_done(&t);
}

static int by_key(const void *a, const void *b)
{
    return (((const row *)a)->key > ((const row *)b)->key) -
           (((const row *)a)->key < ((const row *)b)->key);
}

static void no_order_changes_the_end(void **state)
{
    (void)state;
    w5_rows one, other;
    w5_rows_init(&one, &kind, 37, NULL);
    w5_rows_init(&other, &kind, 37, NULL);
    for (uint32_t i = 0; i < 5003; i++) {
        put(&one, i * i % 8191);
        put(&other, (5002 - i) * (5002 - i) % 8191);
    }
    assert_int_equal(one.level, other.level);
    assert_int_equal(one.n, other.n);
    qsort(one.row, one.n, sizeof(row), by_key);
    qsort(other.row, other.n, sizeof(row), by_key);
    assert_memory_equal(one.row, other.row, one.n * sizeof(row));
    w5_rows_done(&one);
    w5_rows_done(&other);
}

static void finding_puts_nothing_in(void **state)
{
    (void)state;
    w5_rows t;
    w5_rows_init(&t, &kind, 10, NULL);
    row r = {7, 1};
    assert_int_equal(w5_rows_find(&t, &r), SIZE_MAX);
    put(&t, 7);
    assert_int_equal(w5_rows_find(&t, &r), 0);
    assert_int_equal(t.n, 1);
    w5_rows_done(&t);
}

static void sweeping_takes_rows_out(void **state)
{
    (void)state;
    const bool gone[] = {true, false, true, false};
    w5_rows t;
    w5_rows_init(&t, &kind, 10, NULL);
    for (uint32_t i = 0; i < 4; i++)
        put(&t, i);
    uint64_t before = t.moved;
    w5_rows_sweep(&t, gone);
    assert_int_equal(t.n, 2);
    assert_true(t.moved != before);
    row r = {3, 1};
    assert_int_equal(w5_rows_find(&t, &r), 1);
    w5_rows_done(&t);
}

static void a_raised_table_takes_what_comes_at_its_level(void **state)
{
    (void)state;
    w5_rows t;
    w5_rows_init(&t, &kind, 10, NULL);
    put(&t, 5);
    w5_rows_raise(&t, 2);
    put(&t, 6);
    assert_int_equal(t.n, 1);
    w5_rows_raise(&t, 1); /* never down */
    assert_int_equal(t.level, 2);
    w5_rows_raise(&t, 1000);
    assert_int_equal(t.level, 31);
    w5_rows_reset(&t);
    assert_int_equal(t.level, 0);
    assert_int_equal(t.n, 0);
    w5_rows_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_rows_are_one),
        cmocka_unit_test(a_full_table_grows_coarser_and_loses_no_count),
        cmocka_unit_test(no_order_changes_the_end),
        cmocka_unit_test(finding_puts_nothing_in),
        cmocka_unit_test(sweeping_takes_rows_out),
        cmocka_unit_test(a_raised_table_takes_what_comes_at_its_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
