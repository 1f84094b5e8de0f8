#include "classified.h"

#define EVENT                                                                                      \
    "{\"v\":1,\"time\":\"2026-11-20T05:30:01Z\",\"stamp\":\"2026-11-20T14:30:01\",\"precision_"    \
    "s\":1,"                                                                                       \
    "\"host\":\"web1\",\"source\":\"error.log\",\"format\":\"nginx-error\",\"line\":3,\"offset\":" \
    "9,"                                                                                           \
    "\"class\":\"premature-close\",\"code\":\"HU-EOF\",\"kind\":null,\"pid\":7,\"path\":\"/"       \
    "a\\\"b\","                                                                                    \
    "\"message\":\"closed\",\"text\":\"2026/11/20 closed\",\"fields\":{\"http_host\":\"x\"},"      \
    "\"count\":4,\"forged\":false,\"id\":\"abc\"}\n"
#define COVERAGE(id)                                                                               \
    "{\"v\":1,\"kind\":\"coverage\",\"host\":\"web1\",\"source\":\"error.log\",\"format\":"        \
    "\"nginx-error\",\"first\":\"2026-11-20T14:00:00\",\"last\":\"2026-11-20T15:00:00\","          \
    "\"lines\":20,"                                                                                \
    "\"understood\":19,\"not_understood\":1,\"events\":4,\"timezone\":\"+09:00\",\"id\":\"" id     \
    "\"}\n"

typedef struct reading {
    w5_records *records;
    w5_record last;
    size_t n;
} reading;

static reading read_text(w5_str text)
{
    reading r = {.records = w5_records_new(NULL)};
    w5_record record;
    w5_records_begin(r.records, 0, W5_STR("web1.ndjson"), W5_STR(""), HINT);
    w5_records_put(r.records, text, 0, false);
    w5_records_tick(r.records);
    while (w5_records_take(r.records, &record) == W5_OK) {
        r.last = record;
        r.n++;
    }
    return r;
}

static void an_event_is_the_record_it_was_made_of(void **state)
{
    tells(state, EVENT,
          "premature-close at=2026-11-20T14:30:01Z?|format=nginx-error|pid=7|path=/a\"b|"
          "message=closed|http_host=x|times=4\n");
}

static void its_stream_is_its_log_whatever_brought_it(void **state)
{
    (void)state;
    reading r = read_text(W5_STR(EVENT));
    assert_int_equal(w5_records_streams(r.records), 2);
    const w5_stream *log = w5_records_stream(r.records, 1);
    assert_true(log->told && !log->ended && w5_str_eq(log->name, W5_STR("error.log")));
    assert_str(log->reader, W5_STR("web1"));
    assert_int_equal(log->zone_told, 9 * 3600);
    assert_int_equal(w5_records_stream(r.records, 0)->understood, 1);
    assert_str(r.last.id, W5_STR("abc"));
    assert_str(r.last.text, W5_STR("2026/11/20 closed"));
    assert_int_equal(r.last.line, 3);
    w5_records_free(r.records);
}

static void coverage_counts_once_and_ends_a_log(void **state)
{
    (void)state;
    reading r = read_text(W5_STR(COVERAGE("a") COVERAGE("b") COVERAGE("a")));
    const w5_stream *log = w5_records_stream(r.records, 1);
    assert_int_equal(log->lines, 40);
    assert_int_equal(log->not_understood, 2);
    assert_true(log->ended && !log->zoned);
    w5_records_free(r.records);
}

/* What else newer versions write, and where, does not matter. */
static void members_stand_in_any_order_and_unknown_ones_are_passed_over(void **state)
{
    tells(state,
          "{\"@timestamp\":\"x\",\"kind\":\"worker-timeout\",\"new\":{\"a\":[1,{}]},\"v\":2,"
          "\"source\":\"g.log\",\"format\":\"gunicorn-of-tomorrow\",\"time\":"
          "\"2026-11-20T05:30:01.250Z\",\"fields\":{\"subject\":19,\"other\":1}}\n",
          "worker-timeout at=2026-11-20T05:30:01.250Z|subject=19|format=why502\n");
}

static void a_class_that_is_not_known_here_is_of_no_interest(void **state)
{
    tells(state,
          "{\"v\":1,\"class\":\"of-tomorrow\",\"source\":\"error.log\",\"id\":\"a\"}\n" EVENT,
          "-\npremature-close\n");
}

static void ssh_tells_which_host_is_down(void **state)
{
    (void)state;
    reading r = read_text(W5_STR(EVENT "ssh: connect to host web2 port 22: Connection refused\r\n"
                                       "ssh: Could not resolve hostname web3: Name not known\n"));
    assert_int_equal(w5_records_streams(r.records), 4);
    assert_str(w5_records_stream(r.records, 2)->lost, W5_STR("Connection refused"));
    assert_str(w5_records_stream(r.records, 2)->reader, W5_STR("web2"));
    assert_str(w5_records_stream(r.records, 3)->lost, W5_STR("Name not known"));
    w5_records_free(r.records);
}

static void other_objects_are_not_ours(void **state)
{
    static const char *const lines[] = {
        "{\"v\":1,\"host\":\"web1\",\"class\":\"premature-close\"}",
        "{\"v\":\"one\",\"source\":\"error.log\",\"class\":\"premature-close\"}",
        "{\"v\":1,\"source\":\"error.log\",\"class\":\"premature-close\"",
        "[{\"v\":1,\"source\":\"error.log\",\"class\":\"premature-close\"}]",
    };
    tells_nothing(state, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_the_record_it_was_made_of),
        cmocka_unit_test(its_stream_is_its_log_whatever_brought_it),
        cmocka_unit_test(coverage_counts_once_and_ends_a_log),
        cmocka_unit_test(members_stand_in_any_order_and_unknown_ones_are_passed_over),
        cmocka_unit_test(a_class_that_is_not_known_here_is_of_no_interest),
        cmocka_unit_test(ssh_tells_which_host_is_down),
        cmocka_unit_test(other_objects_are_not_ours),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
