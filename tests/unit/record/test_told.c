#include "stage.h"

#include "record/told.h"

static stage begin(void)
{
    stage s = stage_new(NULL);
    w5_records_begin(s.records, 0, W5_STR("x.ndjson"), W5_STR(""), STAGE_HINT);
    return s;
}

static void a_log_is_known_by_host_and_name(void **state)
{
    (void)state;
    stage s = begin();
    w5_stream *by = w5_records_stream(s.records, 0);
    w5_stream *one = w5_told_stream(by, W5_STR("web1"), W5_STR("error.log"));
    assert_ptr_equal(w5_told_stream(by, W5_STR("web1"), W5_STR("error.log")), one);
    assert_ptr_equal(w5_told_stream(one, W5_STR("web1"), W5_STR("error.log")), one);
    assert_ptr_not_equal(w5_told_stream(by, W5_STR("web2"), W5_STR("error.log")), one);
    assert_ptr_not_equal(w5_told_stream(by, W5_STR("web1"), W5_STR("access.log")), one);
    assert_int_equal(w5_records_streams(s.records), 4);
    stage_free(&s);
}

static void a_thousand_hosts_are_told_apart_and_a_million_are_bounded(void **state)
{
    (void)state;
    stage s = begin();
    w5_stream *by = w5_records_stream(s.records, 0);
    char name[16];
    for (unsigned i = 0; i < 50000; i++) {
        int n = snprintf(name, sizeof(name), "web%u", i);
        w5_stream *log = w5_told_stream(by, (w5_str){name, (size_t)n}, W5_STR("error.log"));
        if (i < 1000)
            assert_true(w5_str_eq(log->reader, (w5_str){name, (size_t)n}));
    }
    assert_int_equal(w5_records_streams(s.records), W5_TOLD_MAX + 1);
    stage_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_is_known_by_host_and_name),
        cmocka_unit_test(a_thousand_hosts_are_told_apart_and_a_million_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
