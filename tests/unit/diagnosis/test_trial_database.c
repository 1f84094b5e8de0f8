#include "scene.h"

static int begin(void **state)
{
    *state = scene_new();
    return 0;
}

static int end(void **state)
{
    scene_free(*state);
    return 0;
}

#define GUNICORN                                                                                   \
    "gunicorn 0 master-start pid=10|version=20.1.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11", "gunicorn 0 worker-boot pid=12|subject=12"
#define TIMED_OUT(second, pid, next)                                                               \
    "gunicorn " second " worker-timeout pid=10|subject=" pid,                                      \
        "gunicorn " second " worker-exit pid=" pid "|subject=" pid,                                \
        "gunicorn " second " worker-boot pid=" next "|subject=" next
#define CLOSED(second, took)                                                                       \
    "error " second " premature-close/HU-EOF " APP "|method=GET|path=/report",                     \
        "access " second " access status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|"    \
        "method=GET|path=/report|request_time=" took
/* start and end are seconds since the epoch: noon is 1795176000 */
#define QUERY(second, start, end, time, more)                                                      \
    "slow " second " slow-query query_start=17951" start "|query_end=17951" end                    \
    "|query_time=" time "|thread=7|" more

static void a_query_that_spans_the_request_is_why_it_timed_out(void **state)
{
    static const char *const story[] = {
        GUNICORN, TIMED_OUT("40", "11", "13"), CLOSED("40", "30.2"),
        QUERY(
            "55", "76009.9", "76055.0", "45.1",
            "rows_examined=900000|rows_sent=10|fingerprint=select * from orders where note like ?"),
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "db-slow-query", "proven");
    assert_first(d, "db-optimize");
    assert_non_null(scene_link(d, "gunicorn-worker-timeout"));
    assert_int_equal(scene_link(d, "gunicorn-worker-timeout")->confidence, W5_PROVEN);
}

static void a_nightly_dump_is_not_why(void **state)
{
    static const char *const story[] = {
        GUNICORN, TIMED_OUT("40", "11", "13"), CLOSED("40", "30.2"),
        QUERY("600", "75900.0", "76600.0", "700",
              "rows_examined=9000000|fingerprint=select * from everything"),
        NULL};
    assert_cause(scene_only(*state, story), "gunicorn-worker-timeout", "proven");
}

static void a_short_query_is_not_why(void **state)
{
    static const char *const story[] = {
        GUNICORN,
        TIMED_OUT("40", "11", "13"),
        CLOSED("40", "30.2"),
        QUERY("39", "76035.0", "76039.0", "4",
              "rows_examined=90000|fingerprint=select * from carts"),
        "slow 300 - text=later",
        NULL};
    assert_cause(scene_only(*state, story), "gunicorn-worker-timeout", "proven");
}

static void many_short_queries_of_one_connection_add_up(void **state)
{
    static const char *const story[] = {
        GUNICORN,
        TIMED_OUT("40", "11", "13"),
        CLOSED("40", "30.2"),
        QUERY("20", "76010.0", "76019.0", "9", "rows_examined=90000|fingerprint=select a"),
        QUERY("29", "76020.0", "76029.0", "9", "rows_examined=90000|fingerprint=select b"),
        QUERY("38", "76029.5", "76038.5", "9", "rows_examined=90000|fingerprint=select c"),
        NULL};
    assert_cause(scene_only(*state, story), "db-slow-query", "likely");
}

static void nginx_gave_up_on_a_slow_query(void **state)
{
    static const char *const story[] = {
        "error 60 read-timeout/HN-110 " APP "|method=GET|path=/report",
        "access 60 access "
        "status=504|upstream_addr=127.0.0.1:8000|upstream_status=504|method=GET|path=/"
        "report|request_time=60.001",
        QUERY("75", "76000.1", "76075.0", "74.9", "rows_examined=900000|fingerprint=select slow"),
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "db-slow-query", "proven");
    assert_non_null(scene_link(d, "nginx-read-timeout"));
}

static void the_blocker_is_named_not_the_waiters(void **state)
{
    static const char *const story[] = {
        GUNICORN,
        TIMED_OUT("40", "11", "13"),
        TIMED_OUT("41", "12", "14"),
        CLOSED("40", "30.2"),
        CLOSED("41", "30.1"),
        QUERY("50", "76002.0", "76050.0", "48",
              "rows_examined=5000000|fingerprint=alter table stock add column x"),
        QUERY("51", "76010.0", "76050.5", "40.5",
              "lock_time=40.2|rows_examined=1|fingerprint=update stock set n = ? where id = ?"),
        QUERY("51", "76011.0", "76050.6", "39.6",
              "lock_time=39.2|rows_examined=1|fingerprint=update stock set n = ? where id = ?"),
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "db-lock-contention", "proven");
    assert_first(d, "shorten-transaction");
    assert_non_null(strstr(scene_text(&d->cause.summary), "alter table"));
    assert_int_equal(scene_advice(d, "restart-db")->state, W5_HARMFUL);
}

static void mariadb_hides_row_locks_but_not_their_shape(void **state)
{
    static const char *const story[] = {
        GUNICORN, TIMED_OUT("40", "11", "13"), CLOSED("40", "30.2"),
        QUERY("60", "76010.0", "76060.0", "50",
              "lock_time=0.0001|rows_examined=1|fingerprint=update stock set n = ? where id = ?"),
        NULL};
    assert_cause(scene_only(*state, story), "db-lock-contention", "likely");
}

static void work_is_no_lock(void **state)
{
    static const char *const story[] = {
        GUNICORN, TIMED_OUT("40", "11", "13"), CLOSED("40", "30.2"),
        QUERY("60", "76010.0", "76060.0", "50",
              "lock_time=0.0001|rows_examined=900000|fingerprint=update stock set n = ?"),
        NULL};
    assert_cause(scene_only(*state, story), "db-slow-query", "proven");
}

static void the_application_tells_that_connections_ran_out(void **state)
{
    static const char *const story[] = {
        "gunicorn 20x6@2 db-too-many-connections "
        "pid=11|path=/items|db_errno=1040|exception=OperationalError: (1040, 'Too many "
        "connections')",
        "gunicorn 0 - text=start",
        "gunicorn 4000 - text=late",
        "access 20x6@2 upstream-5xx/HU-500 "
        "status=500|upstream_addr=127.0.0.1:8000|upstream_status=500|method=GET|path=/"
        "items|request_time=0.01",
        "access 0x30@60 access "
        "status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|method=GET|path=/"
        "items|request_time=0.01",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "db-too-many-connections", "proven");
    assert_first(d, "raise-db-connections");
    assert_int_equal(scene_advice(d, "gunicorn-workers")->state, W5_HARMFUL);
}

static void a_killed_database_is_down_until_it_is_ready(void **state)
{
    static const char *const story[] = {
        "kernel 19 oom-kill subject=900|comm=mysqld|text=Killed process 900 (mysqld)",
        "mysql 22 db-start subject=901",
        "mysql 30 db-ready version=8.0",
        "gunicorn 20x10@1 db-error-in-app "
        "pid=11|path=/items|db_errno=2002|exception=OperationalError: (2002, ...)",
        "access 20x10@1 upstream-5xx/HU-500 "
        "status=500|upstream_addr=127.0.0.1:8000|upstream_status=500|method=GET|path=/"
        "items|request_time=0.01",
        "access 0x30@60 access "
        "status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|method=GET|path=/"
        "items|request_time=0.01",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "db-down", "proven");
    assert_first(d, "check-logs");
    assert_non_null(strstr(scene_text(&d->cause.summary), "memory"));
}

static void a_moment_without_a_database_holds_up_nobody(void **state)
{
    static const char *const story[] = {
        "mysql 19 db-stop reason=x",
        "mysql 20 db-start subject=901",
        "mysql 20 db-ready version=8.0",
        "error 20x4@1 premature-close/HU-EOF " APP "|method=GET|path=/items",
        NULL};
    assert_false(scene_only(*state, story)->cause.confidence == W5_PROVEN);
}

static void a_slow_log_that_ends_too_early_acquits_nobody(void **state)
{
    static const char *const story[] = {
        GUNICORN, TIMED_OUT("40", "11", "13"), CLOSED("40", "30.2"),
        QUERY("39", "76035.0", "76039.0", "4",
              "rows_examined=90000|fingerprint=select * from carts"),
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "likely");
    assert_true(scene_asks_for(d, "mysql-slow"));
}

static void aborted_connections_are_noise(void **state)
{
    static const char *const story[] = {GUNICORN,
                                        TIMED_OUT("40", "11", "13"),
                                        CLOSED("40", "30.2"),
                                        "mysql 40 db-aborted-connection thread=7",
                                        "mysql 41 db-aborted-connection thread=8",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "likely"); /* a database without its slow log */
    assert_true(scene_asks_for(d, "mysql-slow"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_query_that_spans_the_request_is_why_it_timed_out),
        T(a_nightly_dump_is_not_why),
        T(a_short_query_is_not_why),
        T(many_short_queries_of_one_connection_add_up),
        T(nginx_gave_up_on_a_slow_query),
        T(the_blocker_is_named_not_the_waiters),
        T(mariadb_hides_row_locks_but_not_their_shape),
        T(work_is_no_lock),
        T(the_application_tells_that_connections_ran_out),
        T(a_killed_database_is_down_until_it_is_ready),
        T(a_slow_log_that_ends_too_early_acquits_nobody),
        T(aborted_connections_are_noise),
        T(a_moment_without_a_database_holds_up_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
