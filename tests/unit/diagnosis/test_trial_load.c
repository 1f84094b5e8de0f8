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

#define ANSWERED(when, path, took)                                                                 \
    "access " when                                                                                 \
    " access status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|method=GET|path=" path    \
    "|request_time=" took
#define TIMED_OUT_504(when, path)                                                                  \
    "error " when " read-timeout/HN-110 " APP "|method=GET|path=" path,                            \
        "access " when " access "                                                                  \
        "status=504|upstream_addr=127.0.0.1:8000|upstream_status=504|method=GET|path=" path        \
        "|request_time=4.001"

static void quick_pages_that_wait_show_that_workers_were_missing(void **state)
{
    static const char *const story[] = {ANSWERED("0x20@1", "/items", "0.01"),
                                        ANSWERED("0x20@1", "/cart", "0.01"),
                                        ANSWERED("0x5@4", "/report", "2.0"),
                                        TIMED_OUT_504("30x6@1", "/report"),
                                        TIMED_OUT_504("31x4@1", "/items"),
                                        TIMED_OUT_504("31x3@1", "/cart"),
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "worker-starvation", "likely");
    assert_first(d, "raise-backlog-or-workers");
    assert_int_equal(scene_advice(d, "nginx-timeouts")->state, W5_HARMFUL);
    assert_non_null(scene_link(d, "nginx-read-timeout"));
}

static void one_slow_page_is_not_starvation(void **state)
{
    static const char *const story[] = {ANSWERED("0x40@1", "/items", "0.01"),
                                        ANSWERED("0x5@4", "/report", "3.9"),
                                        TIMED_OUT_504("30x6@1", "/report"), NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "nginx-read-timeout", "proven");
    assert_first(d, "nginx-timeouts");
}

static void a_pool_that_says_it_is_empty_is_proof(void **state)
{
    static const char *const story[] = {"php-fpm 25 pool-exhausted ident=php-fpm|limit=5",
                                        TIMED_OUT_504("30x6@1", "/report"), NULL};
    assert_cause(scene_only(*state, story), "worker-starvation", "proven");
}

#define GEVENT                                                                                     \
    "gunicorn 0 master-start pid=10|version=20.1.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11",                                                \
        "gunicorn 37 worker-timeout pid=10|subject=11",                                            \
        "gunicorn 38 worker-exit pid=11|subject=11", "gunicorn 38 worker-boot pid=12|subject=12",  \
        "error 37x3@0 premature-close/HU-EOF " APP "|method=POST|path=/scan"

static void gunicorns_own_word_about_its_workers_will_do(void **state)
{
    static const char *const story[] = {GEVENT, "gunicorn 0 - worker_class=gevent", NULL};
    assert_cause(scene_only(*state, story), "event-loop-blocked", "proven");
}

static void a_time_out_of_an_asynchronous_worker_is_a_blocked_loop(void **state)
{
    static const char *const story[] = {GEVENT, NULL};
    scene_config(*state, "/etc/systemd/system/gunicorn.service",
                 "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --worker-class "
                 "gevent --timeout 3 shop:app\n");
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "event-loop-blocked", "proven");
    assert_first(d, "bound-external-call");
}

static void a_sync_worker_has_no_loop_to_block(void **state)
{
    static const char *const story[] = {GEVENT, NULL};
    scene_config(
        *state, "/etc/systemd/system/gunicorn.service",
        "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --timeout 3 shop:app\n");
    assert_not_cause(scene_only(*state, story), "event-loop-blocked");
}

#define FAILS(when) "error " when " premature-close/HU-EOF " APP "|method=GET|path=/api/check"

static void a_page_that_fails_again_after_time_outs_were_raised_is_heavy(void **state)
{
    static const char *const story[] = {FAILS("10x2@2"), FAILS("200x2@2"), NULL};
    scene *s = *state;
    scene_config(s, "/etc/nginx/nginx.conf",
                 "http { server { location / { proxy_pass http://127.0.0.1:8000; "
                 "proxy_read_timeout 600s; } } }");
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_cause(s->findings->at[i], "heavy-page", "possible");
        assert_str(s->findings->at[i]->pattern, W5_STR("recurring-light-load"));
        assert_first(s->findings->at[i], "lighten-page");
    }
}

static void a_page_that_fails_again_as_things_were_is_not_known_to_be_heavy(void **state)
{
    static const char *const story[] = {FAILS("10x2@2"), FAILS("200x2@2"), NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_cause(s->findings->at[0], "unknown", "unknown");
}

static void many_at_once_are_no_light_load(void **state)
{
    static const char *const story[] = {"error 5 nginx-reload text=reconfiguring",
                                        FAILS("10x20@0.1"), FAILS("200x20@0.1"), NULL};
    scene *s = *state;
    scene_config(s, "/etc/nginx/nginx.conf",
                 "http { server { location / { proxy_pass http://127.0.0.1:8000; "
                 "proxy_read_timeout 600s; } } }");
    scene_tell(s, story);
    scene_diagnose(s);
    assert_not_cause(s->findings->at[0], "heavy-page");
}

static void tasks_that_hang_betray_want_of_memory(void **state)
{
    static const char *const story[] = {"kernel 20 hung-task comm=gunicorn", "kernel 0 - text=boot",
                                        "kernel 8000 - text=late",
                                        TIMED_OUT_504("30x6@1", "/report"), NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_not_cause(d, "gunicorn-worker-timeout");
    assert_true(w5_str_eq(d->cause.cause->id, W5_STR("memory-pressure")) ||
                w5_str_eq(d->cause.cause->id, W5_STR("nginx-read-timeout")));
}

static void workers_that_stop_together_before_a_kill_lacked_memory(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0",
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",
        "error 20x6@0.5 read-timeout/HN-110 " APP "|path=/items|method=GET",
        "gunicorn 22 worker-timeout pid=10|subject=11",
        "gunicorn 22 worker-timeout pid=10|subject=12",
        "kernel 26 oom-kill subject=99",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "memory-pressure", "likely");
    assert_first(d, "fewer-workers");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(quick_pages_that_wait_show_that_workers_were_missing),
        T(one_slow_page_is_not_starvation),
        T(a_pool_that_says_it_is_empty_is_proof),
        T(a_time_out_of_an_asynchronous_worker_is_a_blocked_loop),
        T(gunicorns_own_word_about_its_workers_will_do),
        T(a_sync_worker_has_no_loop_to_block),
        T(a_page_that_fails_again_after_time_outs_were_raised_is_heavy),
        T(a_page_that_fails_again_as_things_were_is_not_known_to_be_heavy),
        T(many_at_once_are_no_light_load),
        T(tasks_that_hang_betray_want_of_memory),
        T(workers_that_stop_together_before_a_kill_lacked_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
