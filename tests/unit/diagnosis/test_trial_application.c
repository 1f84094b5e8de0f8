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

static void the_worker_had_complained_about_another_service(void **state)
{
    static const char *const story[] = {GUNICORN,
                                        "gunicorn 38 traceback pid=11|exception=TimeoutError: "
                                        "timed out|frame=/srv/pages.py:8 in charge",
                                        "gunicorn 40 worker-timeout pid=10|subject=11",
                                        "gunicorn 40 worker-exit pid=11|subject=11",
                                        "gunicorn 40 worker-boot pid=13|subject=13",
                                        "error 40 premature-close/HU-EOF " APP
                                        "|method=POST|path=/pay",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "external-call-slow", "proven");
    assert_first(d, "bound-external-call");
    assert_non_null(scene_link(d, "gunicorn-worker-timeout"));
}

static void another_workers_complaint_is_not_its_own(void **state)
{
    static const char *const story[] = {GUNICORN,
                                        "gunicorn 38 traceback pid=12|exception=TimeoutError: "
                                        "timed out|frame=/srv/pages.py:8 in charge",
                                        "gunicorn 40 worker-timeout pid=10|subject=11",
                                        "gunicorn 40 worker-exit pid=11|subject=11",
                                        "gunicorn 40 worker-boot pid=13|subject=13",
                                        "error 40 premature-close/HU-EOF " APP
                                        "|method=POST|path=/pay",
                                        NULL};
    assert_cause(scene_only(*state, story), "gunicorn-worker-timeout", "proven");
}

#define ANSWERS_500(when)                                                                          \
    "access " when " upstream-5xx/HU-500 "                                                         \
    "status=500|upstream_addr=127.0.0.1:8000|upstream_status=500|method=POST|path="                \
    "/checkout|request_time=0.01"
#define HEALTHY                                                                                    \
    "access 0x60@60 access "                                                                       \
    "status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|method=GET|path=/"                \
    "items|request_time=0.01"

static void a_500_with_its_own_traceback_is_the_applications(void **state)
{
    static const char *const story[] = {
        GUNICORN, HEALTHY,
        "gunicorn 100x14@1 request-error pid=11|path=/checkout|exception=KeyError: "
        "'PAYMENT_KEY'|frame=/srv/pages.py:5",
        ANSWERS_500("100x14@1"), NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "app-error-500", "proven");
    assert_first(d, "fix-app-error");
    assert_int_equal(d->severity, W5_SEVERITY_WARNING);
}

#define RACE(second)                                                                               \
    "error " second " premature-close/HU-EOF " APP "|method=POST|path=/cart",                      \
        "access " second " access "                                                                \
        "status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|method="                      \
        "POST|path=/cart|request_time=0.000"

static void lone_closes_at_once_are_a_race(void **state)
{
    static const char *const story[] = {
        GUNICORN, RACE("10"), RACE("20"), RACE("30"), "gunicorn 90 - text=late", NULL};
    scene_config(*state, "/etc/systemd/system/gunicorn.service",
                 "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --threads 4 "
                 "--keep-alive 2 shop:app\n");
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "keepalive-race", "likely");
    assert_first(d, "align-keepalive");
}

static void sync_workers_keep_no_connection_to_race_for(void **state)
{
    static const char *const story[] = {
        GUNICORN, RACE("10"), RACE("20"), RACE("30"), "gunicorn 90 - text=late", NULL};
    scene_config(*state, "/etc/systemd/system/gunicorn.service",
                 "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 shop:app\n");
    assert_not_cause(scene_only(*state, story), "keepalive-race");
}

static void a_worker_that_died_just_then_was_no_race(void **state)
{
    static const char *const story[] = {GUNICORN,
                                        RACE("10"),
                                        "gunicorn 10 worker-killed pid=10|subject=11|signal=9",
                                        "gunicorn 10 worker-boot pid=13|subject=13",
                                        "gunicorn 90 - text=late",
                                        NULL};
    scene_config(
        *state, "/etc/systemd/system/gunicorn.service",
        "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --threads 4 shop:app\n");
    assert_not_cause(scene_only(*state, story), "keepalive-race");
}

static void races_spread_over_a_day_are_background(void **state)
{
    static const char *const story[] = {
        RACE("600"),  RACE("3000"),           RACE("6000"),
        RACE("9000"), "error 0 - text=start", "error 20000 - text=late",
        NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 0);
    assert_int_equal(s->findings->backgrounds, 1);
    assert_str(s->findings->background[0].cause.cause->id, W5_STR("keepalive-race"));
    assert_int_equal(s->findings->background[0].cause.confidence, W5_POSSIBLE);
    assert_int_equal(s->findings->status, W5_SEVERITY_WARNING);
}

static void uwsgis_buffer_was_too_small(void **state)
{
    static const char *const story[] = {
        "uwsgi 10x3@5 request-error ident=uwsgi|reason=invalid request block size: 4242 (max "
        "4096)...skip",
        "error 10x3@5 connection-reset/HU-104 " APP "|method=GET|path=/search", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "uwsgi-buffer-size", "proven");
    assert_first(d, "uwsgi-buffer-size");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(the_worker_had_complained_about_another_service),
        T(another_workers_complaint_is_not_its_own),
        T(a_500_with_its_own_traceback_is_the_applications),
        T(lone_closes_at_once_are_a_race),
        T(sync_workers_keep_no_connection_to_race_for),
        T(a_worker_that_died_just_then_was_no_race),
        T(races_spread_over_a_day_are_background),
        T(uwsgis_buffer_was_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
