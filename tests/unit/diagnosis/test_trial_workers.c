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

#define GUNICORN_STARTS                                                                            \
    "gunicorn 0 master-start pid=10|version=20.1.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11", "gunicorn 0 worker-boot pid=12|subject=12"

#define ACCESS_502(second, path, took)                                                             \
    "access " second " access status=502|upstream_addr=127.0.0.1:8000|upstream_status=502|"        \
    "method=GET|path=" path "|request_time=" took

static void a_worker_that_timed_out_closed_its_request(void **state)
{
    static const char *const story[] = {GUNICORN_STARTS,
                                        "gunicorn 40 worker-timeout pid=10|subject=11",
                                        "gunicorn 40 worker-exit pid=11|subject=11",
                                        "gunicorn 40 worker-boot pid=13|subject=13",
                                        "error 40 premature-close/HU-EOF " APP
                                        "|method=GET|path=/report",
                                        ACCESS_502("40", "/report", "30.4"),
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "proven");
    assert_first(d, "gunicorn-timeout");
    assert_int_equal(d->cause.explains, 1);
    assert_str(d->pattern, W5_STR("premature-close"));
}

#define CUT_OFF(second, took)                                                                      \
    "error " second " premature-close/HU-EOF " APP "|method=GET|path=/report",                     \
        ACCESS_502(second, "/report", took)

static void without_its_log_a_time_out_is_guessed_when_half_of_all_took_as_long(void **state)
{
    (void)state;
    static const struct {
        const char *story[6];
        bool guessed;
    } cases[] = {
        {{CUT_OFF("40", "30.4")},                                               true },
        {{CUT_OFF("40", "30.4"), CUT_OFF("45", "3.0")},                         true },
        {{CUT_OFF("40", "30.4"), CUT_OFF("45", "3.0"), CUT_OFF("50", "7.5")},   false},
        {{CUT_OFF("40", "30.4"), CUT_OFF("45", "31.9"), CUT_OFF("50", "7.5")},  true },
        {{CUT_OFF("40", "29.9")},                                               false},
        {{CUT_OFF("40", "32.1")},                                               false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        scene *s = scene_new();
        for (size_t l = 0; l < 6 && cases[i].story[l]; l++)
            scene_say(s, cases[i].story[l]);
        scene_diagnose(s);
        assert_int_equal(s->findings->n, 1);
        const w5_finding *cause = &s->findings->at[0]->cause;
        bool guessed =
            cause->cause && w5_str_eq(cause->cause->id, W5_STR("gunicorn-worker-timeout"));
        if (guessed != cases[i].guessed || (guessed && cause->confidence != W5_POSSIBLE))
            fail_msg("row %zu", i);
        scene_free(s);
    }
}

static void a_kill_right_after_a_time_out_is_gunicorns_own(void **state)
{
    static const char *const story[] = {GUNICORN_STARTS,
                                        "gunicorn 40 worker-timeout pid=10|subject=11",
                                        "gunicorn 41 worker-killed pid=10|subject=11|signal=9",
                                        "gunicorn 41 worker-boot pid=13|subject=13",
                                        "error 41 premature-close/HU-EOF " APP
                                        "|method=POST|path=/token",
                                        ACCESS_502("41", "/token", "31.4"),
                                        "kernel 0 - text=nothing",
                                        "kernel 80 - text=nothing",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "proven");
    assert_int_equal(scene_advice(d, "gunicorn-gevent")->state, W5_HARMFUL);
}

static void a_time_out_elsewhere_in_time_explains_nothing(void **state)
{
    static const char *const story[] = {GUNICORN_STARTS,
                                        "gunicorn 10 worker-timeout pid=10|subject=11",
                                        "gunicorn 10 worker-exit pid=11|subject=11",
                                        "gunicorn 10 worker-boot pid=13|subject=13",
                                        "gunicorn 100 worker-boot pid=14|subject=14",
                                        "error 40 premature-close/HU-EOF " APP
                                        "|method=GET|path=/report",
                                        NULL};
    assert_not_cause(scene_only(*state, story), "gunicorn-worker-timeout");
}

static void a_time_out_never_explains_a_request_of_a_moment(void **state)
{
    static const char *const story[] = {GUNICORN_STARTS,
                                        "gunicorn 40 worker-timeout pid=10|subject=11",
                                        "gunicorn 40 worker-exit pid=11|subject=11",
                                        "gunicorn 40 worker-boot pid=13|subject=13",
                                        "error 40 premature-close/HU-EOF " APP
                                        "|method=GET|path=/items",
                                        ACCESS_502("40", "/items", "0.002"),
                                        NULL};
    assert_not_cause(scene_only(*state, story), "gunicorn-worker-timeout");
}

static void a_time_out_at_another_address_explains_nothing(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=20.1.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:9000",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        "gunicorn 40 worker-timeout pid=10|subject=11",
                                        "gunicorn 40 worker-exit pid=11|subject=11",
                                        "error 40 premature-close/HU-EOF " APP
                                        "|method=GET|path=/report",
                                        NULL};
    assert_not_cause(scene_only(*state, story), "gunicorn-worker-timeout");
}

/* What gunicorn 22 and later do: the worker answers 500 in its own end; only the request's duration
 * differs. */
#define ANSWERED_BY_AN_ABORT(duration)                                                             \
    "gunicorn 0 master-start pid=10|version=23.0.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11",                                                \
        "gunicorn 40 worker-timeout pid=10|subject=11",                                            \
        "gunicorn 40 request-error pid=11|path=/report|exception=SystemExit: "                     \
        "1|frame=/srv/app.py:8 "                                                                   \
        "in report",                                                                               \
        "gunicorn 40 worker-exit pid=11|subject=11",                                               \
        "access 10x20@1 access status=200|upstream_addr=127.0.0.1:8000|upstream_status=200"        \
        "|method=GET|path=/items|request_time=0.01",                                               \
        "access 40 upstream-5xx/HU-500 status=500|upstream_addr=127.0.0.1:8000"                    \
        "|upstream_status=500|method=GET|path=/report|request_time=" duration,                     \
        "error 0 - text=start", "error 60 - text=later"

static void a_worker_ended_for_time_gives_a_500(scene *s, const char *const story[])
{
    const w5_diagnosis *d = scene_only(s, story);
    assert_cause(d, "gunicorn-worker-timeout", "proven");
    assert_first(d, "gunicorn-timeout");
}

static void since_gunicorn_22_a_time_out_is_a_500(void **state)
{
    static const char *const story[] = {ANSWERED_BY_AN_ABORT("30.2"), NULL};
    a_worker_ended_for_time_gives_a_500(*state, story);
}

static void a_timer_that_nobody_told_is_seen(void **state)
{
    static const char *const story[] = {ANSWERED_BY_AN_ABORT("3.1"), NULL};
    a_worker_ended_for_time_gives_a_500(*state, story);
}

static void the_kernels_word_about_a_pid_is_memory(void **state)
{
    static const char *const story[] = {GUNICORN_STARTS,
                                        "kernel 20 oom-kill subject=11|comm=gunicorn|text=Killed "
                                        "process 11 (gunicorn) anon-rss:178936kB",
                                        "gunicorn 20 worker-killed pid=10|subject=11|signal=9",
                                        "gunicorn 20 worker-boot pid=13|subject=13",
                                        "error 20 premature-close/HU-EOF " APP
                                        "|method=POST|path=/import",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "worker-oom-kill", "proven");
    assert_first(d, "fewer-workers");
    assert_int_equal(scene_advice(d, "gunicorn-workers")->state, W5_HARMFUL);
}

static void a_kill_without_the_kernels_log_has_no_hand(void **state)
{
    static const char *const story[] = {
        GUNICORN_STARTS, "gunicorn 20 worker-killed pid=10|subject=11|signal=9",
        "gunicorn 20 worker-boot pid=13|subject=13",
        "error 20 premature-close/HU-EOF " APP "|method=POST|path=/import", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "worker-killed", "likely");
    assert_first(d, "check-logs");
    assert_true(scene_asks_for(d, "kernel"));
}

static void a_kill_for_memory_that_hurt_nobody_is_memory_still(void **state)
{
    static const char *const story[] = {GUNICORN_STARTS,
                                        "kernel 20 oom-kill subject=11|comm=gunicorn|text=Killed "
                                        "process 11 (gunicorn) anon-rss:178936kB",
                                        "gunicorn 20 worker-killed pid=10|subject=11|signal=9",
                                        "gunicorn 20 worker-boot pid=13|subject=13", NULL};
    assert_cause(scene_only(*state, story), "worker-oom-kill", "proven");
}

static void memory_that_killed_another_process_is_not_this_one(void **state)
{
    static const char *const story[] = {
        GUNICORN_STARTS,
        "kernel 20 oom-kill subject=99|comm=backup|text=Killed process 99 (backup)",
        "gunicorn 20 worker-killed pid=10|subject=11|signal=11",
        "gunicorn 20 worker-boot pid=13|subject=13",
        "error 20 premature-close/HU-EOF " APP "|method=POST|path=/import",
        NULL};
    assert_cause(scene_only(*state, story), "worker-crash-segv", "proven");
}

static void oom_policy_stop_looks_like_a_deploy_and_is_none(void **state)
{
    static const char *const story[] = {
        GUNICORN_STARTS,
        "kernel 20 oom-kill subject=11|comm=gunicorn|text=Killed process 11 (gunicorn)",
        "systemd 20 unit-oom unit=gunicorn.service",
        "gunicorn 20 worker-killed pid=10|subject=11|signal=9",
        "gunicorn 20 master-term pid=10",
        "gunicorn 21 master-stop pid=10",
        "systemd 21 unit-failed unit=gunicorn.service",
        "gunicorn 24 master-start pid=20|version=20.1.0",
        "gunicorn 24 listening pid=20|address=http://127.0.0.1:8000",
        "error 20 premature-close/HU-EOF " APP "|method=POST|path=/import",
        "error 20x20@0.2 connection-refused/CK-111 " APP "|method=GET|path=/items",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "worker-oom-kill", "proven");
    assert_int_equal(d->cause.explains, 21);
    assert_non_null(scene_link(d, "app-down"));
    assert_str(d->pattern, W5_STR("cascade"));
}

static void a_segfault_is_a_crash(void **state)
{
    static const char *const story[] = {
        GUNICORN_STARTS,
        "kernel 20 segfault subject=11|comm=gunicorn|module=libc.so.6",
        "gunicorn 20 worker-killed pid=10|subject=11|signal=11",
        "gunicorn 20 worker-boot pid=13|subject=13",
        "error 20 premature-close/HU-EOF " APP "|method=GET|path=/thumbnail",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "worker-crash-segv", "proven");
    assert_first(d, "fix-crash");
}

static void an_exit_code_names_an_exit(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=23.0.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        "gunicorn 20 worker-exit pid=10|subject=11|exit_code=7",
                                        "gunicorn 20 worker-boot pid=13|subject=13",
                                        "error 20 premature-close/HU-EOF " APP
                                        "|method=POST|path=/convert",
                                        NULL};
    assert_cause(scene_only(*state, story), "worker-exit", "proven");
}

static void in_20_1_an_exit_is_betrayed_by_its_successor(void **state)
{
    static const char *const story[] = {
        GUNICORN_STARTS,
        "gunicorn 20 worker-boot pid=13|subject=13",
        "gunicorn 25 worker-boot pid=14|subject=14",
        "error 20 premature-close/HU-EOF " APP "|method=POST|path=/convert",
        "error 25 premature-close/HU-EOF " APP "|method=POST|path=/convert",
        NULL};
    assert_cause(scene_only(*state, story), "worker-exit", "proven");
}

static void a_recycled_worker_did_not_exit_by_itself(void **state)
{
    static const char *const story[] = {
        GUNICORN_STARTS,
        "gunicorn 20 worker-recycle pid=11|subject=11",
        "gunicorn 20 worker-exit pid=11|subject=11",
        "gunicorn 20 worker-boot pid=13|subject=13",
        "gunicorn 500 worker-recycle pid=12|subject=12",
        "gunicorn 500 worker-exit pid=12|subject=12",
        "gunicorn 500 worker-boot pid=14|subject=14",
        "gunicorn 3600 - text=late",
        "error 20 connection-reset/HU-104 " APP "|method=POST|path=/cart",
        "error 500 connection-reset/HU-104 " APP "|method=POST|path=/cart",
        NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 2);
    assert_not_cause(s->findings->at[0], "worker-exit");
    assert_cause(s->findings->at[0], "max-requests-recycle", "possible");
}

static void a_worker_recycled_elsewhere_closes_nothing_here(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=20.1.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8099",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        "gunicorn 20 worker-recycle pid=11|subject=11",
                                        "gunicorn 20 worker-exit pid=11|subject=11",
                                        "error 20 connection-reset/HU-104 " APP
                                        "|method=POST|path=/cart",
                                        NULL};
    assert_not_cause(scene_only(*state, story), "max-requests-recycle");
}

static void long_requests_are_cut_at_the_graceful_time_out(void **state)
{
    static const char *const story[] = {
        GUNICORN_STARTS,
        "gunicorn 20 master-term pid=10",
        "gunicorn 20 worker-exit pid=12|subject=12",
        "gunicorn 23 master-stop pid=10",
        "gunicorn 24 master-start pid=20|version=20.1.0",
        "gunicorn 24 listening pid=20|address=http://127.0.0.1:8000",
        "error 23x4@0 premature-close/HU-EOF " APP "|method=GET|path=/export",
        "error 22 connection-refused/CK-111 " APP "|method=GET|path=/items",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "graceful-timeout-cut", "proven");
    assert_non_null(scene_link(d, "deploy-restart"));
    assert_first(d, "graceful-deploy");
}

static void a_server_of_one_process_takes_its_listener_with_it(void **state)
{
    static const char *const story[] = {
        "error 20 premature-close/HU-EOF " APP "|method=POST|path=/checkout",
        "journal 20 worker-exit unit=node.service|pid=31|subject=31|exit_code=1",
        "systemd 20 unit-failed unit=node.service",
        "error 20x4@0.3 connection-refused/CK-111 " APP "|method=GET|path=/items",
        "systemd 22 unit-start unit=node.service",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "worker-exit", "proven");
    assert_first(d, "fix-crash");
}

static void uwsgis_harakiri_is_not_gunicorns_time_out(void **state)
{
    static const char *const story[] = {"uwsgi 20 worker-timeout ident=uwsgi|subject=31",
                                        "uwsgi 20 worker-killed ident=uwsgi|subject=31|signal=9",
                                        "uwsgi 40 worker-timeout ident=uwsgi|subject=32",
                                        "uwsgi 40 worker-killed ident=uwsgi|subject=32|signal=9",
                                        "uwsgi 60 worker-timeout ident=uwsgi|subject=33",
                                        "uwsgi 60 worker-killed ident=uwsgi|subject=33|signal=9",
                                        "uwsgi 4000 - text=late",
                                        "error 20x3@20 premature-close/HU-EOF " APP
                                        "|method=GET|path=/report",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "uwsgi-harakiri", "likely");
    assert_first(d, "uwsgi-harakiri");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_worker_that_timed_out_closed_its_request, begin, end),
        cmocka_unit_test_setup_teardown(without_its_log_a_time_out_is_guessed_when_half_of_all_took_as_long, begin, end),
        cmocka_unit_test_setup_teardown(a_kill_right_after_a_time_out_is_gunicorns_own, begin, end),
        cmocka_unit_test_setup_teardown(a_time_out_elsewhere_in_time_explains_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_time_out_never_explains_a_request_of_a_moment, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_time_out_at_another_address_explains_nothing, begin, end),
        cmocka_unit_test_setup_teardown(since_gunicorn_22_a_time_out_is_a_500, begin, end),
        cmocka_unit_test_setup_teardown(a_timer_that_nobody_told_is_seen, begin, end),
        cmocka_unit_test_setup_teardown(the_kernels_word_about_a_pid_is_memory, begin, end),
        cmocka_unit_test_setup_teardown(a_kill_for_memory_that_hurt_nobody_is_memory_still, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_kill_without_the_kernels_log_has_no_hand, begin, end),
        cmocka_unit_test_setup_teardown(memory_that_killed_another_process_is_not_this_one, begin,
                                        end),
        cmocka_unit_test_setup_teardown(oom_policy_stop_looks_like_a_deploy_and_is_none, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_segfault_is_a_crash, begin, end),
        cmocka_unit_test_setup_teardown(an_exit_code_names_an_exit, begin, end),
        cmocka_unit_test_setup_teardown(in_20_1_an_exit_is_betrayed_by_its_successor, begin, end),
        cmocka_unit_test_setup_teardown(a_recycled_worker_did_not_exit_by_itself, begin, end),
        cmocka_unit_test_setup_teardown(long_requests_are_cut_at_the_graceful_time_out, begin, end),
        cmocka_unit_test_setup_teardown(uwsgis_harakiri_is_not_gunicorns_time_out, begin, end),
        cmocka_unit_test_setup_teardown(a_worker_recycled_elsewhere_closes_nothing_here, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_server_of_one_process_takes_its_listener_with_it, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
