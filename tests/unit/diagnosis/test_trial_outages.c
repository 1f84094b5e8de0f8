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

#define FIRST_MASTER                                                                               \
    "gunicorn 0 master-start pid=10|version=20.1.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11", "gunicorn 0 worker-boot pid=12|subject=12"
#define SECOND_MASTER(second)                                                                      \
    "gunicorn " second " master-start pid=20|version=20.1.0",                                      \
        "gunicorn " second " listening pid=20|address=http://127.0.0.1:8000",                      \
        "gunicorn " second " worker-boot pid=21|subject=21"
#define REFUSED(when) "error " when " connection-refused/CK-111 " APP "|method=GET|path=/items"
#define ANSWERED(when)                                                                             \
    "access " when " access "                                                                      \
    "status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|method=GET|path=/"                \
    "items|request_time=0.01"

static void refusals_between_stop_and_start_are_a_deploy(void **state)
{
    static const char *const story[] = {FIRST_MASTER,
                                        "gunicorn 20 master-term pid=10",
                                        "gunicorn 20 worker-exit pid=11|subject=11",
                                        "gunicorn 20 worker-exit pid=12|subject=12",
                                        "gunicorn 20 master-stop pid=10",
                                        SECOND_MASTER("23"),
                                        "error 20 connection-reset/HU-104 " APP
                                        "|method=GET|path=/items",
                                        REFUSED("20x25@0.1"),
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "deploy-restart", "proven");
    assert_first(d, "graceful-deploy");
    assert_int_equal(d->cause.explains, 26);
    assert_str(d->pattern, W5_STR("connection-refused"));
}

static void a_missing_socket_in_a_deploy_is_no_wrong_path(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0",
        "gunicorn 0 listening pid=10|address=unix:/run/g.sock",
        "gunicorn 20 master-term pid=10",
        "gunicorn 20 master-stop pid=10",
        "gunicorn 23 master-start pid=20|version=20.1.0",
        "gunicorn 23 listening pid=20|address=unix:/run/g.sock",
        "error 20x20@0.1 socket-missing/CK-2 "
        "upstream=http://unix:/run/g.sock:/items|method=GET|path=/items",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "deploy-restart", "proven");
    assert_null(scene_link(d, "socket-missing"));
}

static void refusals_outside_the_bracket_are_not_the_deploys(void **state)
{
    static const char *const story[] = {FIRST_MASTER,
                                        "gunicorn 20 master-term pid=10",
                                        "gunicorn 20 master-stop pid=10",
                                        SECOND_MASTER("23"),
                                        REFUSED("45x20@0.1"),
                                        "gunicorn 60 worker-boot pid=22|subject=22",
                                        NULL};
    assert_not_cause(scene_only(*state, story), "deploy-restart");
}

static void a_worker_time_out_never_explains_a_refusal(void **state)
{
    static const char *const story[] = {FIRST_MASTER,
                                        "gunicorn 46 worker-timeout pid=10|subject=11",
                                        "gunicorn 46 worker-exit pid=11|subject=11",
                                        "gunicorn 46 worker-boot pid=13|subject=13",
                                        "gunicorn 46 worker-exit pid=12|subject=12",
                                        "gunicorn 46 worker-exit pid=13|subject=13",
                                        "error 46 premature-close/HU-EOF " APP
                                        "|method=GET|path=/report",
                                        REFUSED("47x104@0.1"),
                                        ANSWERED("30x7@1"),
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "app-down", "proven");
    assert_int_equal(d->cause.explains, 104);
    assert_non_null(scene_link(d, "gunicorn-worker-timeout"));
    assert_int_equal(scene_link(d, "gunicorn-worker-timeout")->explains, 1);
    assert_str(d->pattern, W5_STR("cascade"));
    assert_first(d, "restart-service");
    assert_true(scene_asks_for(d, "kernel"));
}

static void systemd_tells_that_the_master_was_killed(void **state)
{
    static const char *const story[] = {
        FIRST_MASTER, "systemd 0 unit-start unit=gunicorn.service",
        "systemd 46 unit-failed unit=gunicorn.service|reason=signal|signal=9", REFUSED("46x30@0.2"),
        NULL};
    assert_cause(scene_only(*state, story), "app-down", "proven");
}

static void a_log_that_ends_early_is_no_silence(void **state)
{
    static const char *const story[] = {FIRST_MASTER, REFUSED("46x30@0.2"), ANSWERED("60x10@1"),
                                        NULL};
    assert_int_equal(scene_only(*state, story)->cause.confidence, W5_POSSIBLE);
}

static void stopped_and_not_started_is_down(void **state)
{
    static const char *const story[] = {FIRST_MASTER,
                                        "gunicorn 20 master-term pid=10",
                                        "gunicorn 20 worker-exit pid=11|subject=11",
                                        "gunicorn 21 master-stop pid=10",
                                        REFUSED("21x40@0.3"),
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "app-down", "likely");
    assert_first(d, "restart-service");
}

static void what_answers_again_was_restarted(void **state)
{
    static const char *const story[] = {FIRST_MASTER,
                                        "gunicorn 20 master-term pid=10",
                                        "gunicorn 21 master-stop pid=10",
                                        REFUSED("21x20@0.1"),
                                        ANSWERED("30x10@1"),
                                        NULL};
    assert_cause(scene_only(*state, story), "deploy-restart", "likely");
}

static void a_failure_to_boot_takes_the_whole_outage(void **state)
{
    static const char *const story[] = {
        FIRST_MASTER,
        "gunicorn 20 master-term pid=10",
        "gunicorn 20 master-stop pid=10",
        SECOND_MASTER("21"),
        "gunicorn 21 boot-failure pid=21|exception=ModuleNotFoundError: No module named "
        "'shop_payments'|frame=/srv/pages.py:1",
        "gunicorn 21 worker-exit pid=21|subject=21",
        "gunicorn 21 master-stop pid=20",
        "gunicorn 21 boot-failure pid=20",
        "gunicorn 24 master-start pid=30|version=20.1.0",
        "gunicorn 24 listening pid=30|address=http://127.0.0.1:8000",
        "gunicorn 24 worker-boot pid=31|subject=31",
        "gunicorn 24 boot-failure pid=31|exception=ModuleNotFoundError: No module named "
        "'shop_payments'",
        "gunicorn 24 master-stop pid=30",
        "error 20 connection-reset/HU-104 " APP "|method=GET|path=/items",
        REFUSED("20x30@0.2"),
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "boot-failure", "proven");
    assert_first(d, "fix-boot-error");
    assert_true(strstr(scene_text(&d->cause.summary), "shop_payments") != NULL);
    assert_int_equal(d->cause.explains, 31);
}

static void nobody_ever_listened_there(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=20.1.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8001",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        REFUSED("5x28@1"),
                                        "access 5x28@1 access "
                                        "status=502|upstream_addr=127.0.0.1:8000|upstream_status="
                                        "502|method=GET|path=/items|request_time=0.0",
                                        "gunicorn 40 worker-recycle pid=11|subject=11",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "wrong-bind-or-port", "proven");
    assert_first(d, "fix-bind-address");
}

static void a_log_of_who_listens_elsewhere_is_a_hint_no_more(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=20.1.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8099",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        REFUSED("5x28@1"),
                                        "gunicorn 40 worker-recycle pid=11|subject=11",
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "wrong-bind-or-port", "possible");
    assert_true(scene_asks_for(d, "config"));
}

static void a_stop_at_the_end_of_all_logs_may_be_a_deploy(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=20.1.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        "gunicorn 20 master-term pid=10",
                                        REFUSED("20x5@1"),
                                        "gunicorn 25 master-stop pid=10",
                                        NULL};
    assert_cause(scene_only(*state, story), "app-down", "likely");
}

static void an_address_that_answered_was_not_wrong(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=20.1.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8001",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        ANSWERED("1x10@1"),
                                        REFUSED("15x28@1"),
                                        NULL};
    assert_not_cause(scene_only(*state, story), "wrong-bind-or-port");
}

static void another_sites_application_is_no_proof(void **state)
{
    static const char *const story[] = {"gunicorn 0 master-start pid=10|version=20.1.0",
                                        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8001",
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        REFUSED("15x28@1"),
                                        "access 1x40@1 access "
                                        "status=200|upstream_addr=127.0.0.1:8001|upstream_status="
                                        "200|method=GET|path=/blog|request_time=0.01",
                                        NULL};
    assert_not_cause(scene_only(*state, story), "wrong-bind-or-port");
}

static void localhost_is_two_addresses(void **state)
{
    static const char *const story[] = {
        FIRST_MASTER,
        "error 5x3@10 connection-refused/CK-111 "
        "upstream=http://[::1]:8000/items|method=GET|path=/items",
        ANSWERED("1x30@1"),
        "access 5x3@10 access status=200|upstream_addr=[::1]:8000, "
        "127.0.0.1:8000|upstream_status=502, 200|method=GET|path=/items|request_time=0.0",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "localhost-ipv6", "proven");
    assert_first(d, "fix-bind-address");
}

static void who_moved_left_nginx_behind(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0",
        "gunicorn 0 listening pid=10|address=http://127.0.0.5:8000",
        "gunicorn 20 master-term pid=10",
        "gunicorn 20 master-stop pid=10",
        "gunicorn 20 master-start pid=20|version=20.1.0",
        "gunicorn 20 listening pid=20|address=http://127.0.0.6:8000",
        "error 21x20@0.3 connection-refused/CK-111 upstream=127.0.0.5:8000|method=GET|path=/items",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "stale-address", "proven");
    assert_first(d, "fix-upstream-name");
}

static void the_application_boots_after_nginx(void **state)
{
    static const char *const story[] = {
        FIRST_MASTER,
        "kernel 100 host-boot text=Linux version",
        "gunicorn 130 master-start pid=10|version=20.1.0",
        "gunicorn 130 listening pid=10|address=http://127.0.0.1:8000",
        REFUSED("110x20@1"),
        NULL};
    assert_cause(scene_only(*state, story), "host-reboot", "proven");
}

static void a_unit_without_a_log_of_its_own_is_bracketed_by_systemd(void **state)
{
    static const char *const story[] = {"systemd 20 unit-stop unit=shop-java.service",
                                        "systemd 26 unit-start unit=shop-java.service",
                                        "systemd 60 - text=other", REFUSED("20x30@0.2"), NULL};
    assert_cause(scene_only(*state, story), "deploy-restart", "proven");
}

static void one_outage_is_one_incident_whatever_the_silence(void **state)
{
    static const char *const story[] = {FIRST_MASTER,
                                        "gunicorn 20 master-term pid=10",
                                        "gunicorn 20 master-stop pid=10",
                                        SECOND_MASTER("400"),
                                        REFUSED("21"),
                                        REFUSED("150"),
                                        REFUSED("390"),
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "deploy-restart", "proven");
    assert_int_equal(d->cause.explains, 3);
}

static void two_causes_on_one_upstream_are_two_incidents(void **state)
{
    static const char *const story[] = {FIRST_MASTER,
                                        "gunicorn 10 master-term pid=10",
                                        "gunicorn 10 master-stop pid=10",
                                        SECOND_MASTER("12"),
                                        REFUSED("10x10@0.2"),
                                        "gunicorn 22 worker-timeout pid=20|subject=21",
                                        "gunicorn 22 worker-exit pid=21|subject=21",
                                        "gunicorn 22 worker-boot pid=23|subject=23",
                                        "error 22 premature-close/HU-EOF " APP
                                        "|method=GET|path=/report",
                                        NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 2);
    for (size_t i = 0; i < 2; i++) {
        bool first = s->findings->at[i]->incident->start < NOON + 20 * W5_SECOND;
        assert_cause(s->findings->at[i], first ? "deploy-restart" : "gunicorn-worker-timeout",
                     "proven");
    }
}

static void two_upstreams_fail_for_their_own_reasons(void **state)
{
    static const char *const story[] = {
        FIRST_MASTER,
        "gunicorn 40 worker-timeout pid=10|subject=11",
        "gunicorn 40 worker-exit pid=11|subject=11",
        "gunicorn 40 worker-boot pid=13|subject=13",
        "error 40 premature-close/HU-EOF " APP "|method=GET|path=/report",
        "other 0 master-start pid=50|version=20.1.0",
        "other 0 listening pid=50|address=http://127.0.0.1:8001",
        "other 0 worker-boot pid=51|subject=51",
        "other 40 worker-killed pid=50|subject=51|signal=11",
        "other 40 worker-boot pid=52|subject=52",
        "error 40 premature-close/HU-EOF upstream=127.0.0.1:8001|method=GET|path=/thumb",
        NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 2);
    for (size_t i = 0; i < 2; i++) {
        bool shop = w5_str_eq(s->findings->at[i]->incident->upstream, W5_STR("127.0.0.1:8000"));
        assert_cause(s->findings->at[i], shop ? "gunicorn-worker-timeout" : "worker-crash-segv",
                     "proven");
    }
}

static void a_master_that_writes_no_pid_is_the_youngest_of_its_log(void **state)
{
    static const char *const story[] = {
        "uwsgi 0 listening address=127.0.0.1:8000", "uwsgi 0 master-start subject=10",
        "uwsgi 20 master-term text=SIGTERM",                  "uwsgi 21 master-stop text=goodbye",
        "error 21x4@0.3 connection-refused/CK-111 " APP "|method=GET|path=/items",
        "uwsgi 23 listening address=127.0.0.1:8000", "uwsgi 23 master-start subject=20", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "deploy-restart", "proven");
}

static void without_an_application_uwsgi_answers_itself(void **state)
{
    static const char *const story[] = {
        "access 10x8@1 upstream-5xx/HU-500 status=500|upstream_addr=127.0.0.1:8000|"
        "upstream_status=500|method=GET|path=/items|request_time=0.001",
        "uwsgi 10x8@1 boot-failure reason=--- no python application found", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "boot-failure", "proven");
    assert_first(d, "fix-boot-error");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(refusals_between_stop_and_start_are_a_deploy),
        T(a_missing_socket_in_a_deploy_is_no_wrong_path),
        T(refusals_outside_the_bracket_are_not_the_deploys),
        T(a_worker_time_out_never_explains_a_refusal),
        T(systemd_tells_that_the_master_was_killed),
        T(a_log_that_ends_early_is_no_silence),
        T(stopped_and_not_started_is_down),
        T(what_answers_again_was_restarted),
        T(a_failure_to_boot_takes_the_whole_outage),
        T(nobody_ever_listened_there),
        T(an_address_that_answered_was_not_wrong),
        T(another_sites_application_is_no_proof),
        T(localhost_is_two_addresses),
        T(who_moved_left_nginx_behind),
        T(the_application_boots_after_nginx),
        T(a_unit_without_a_log_of_its_own_is_bracketed_by_systemd),
        T(one_outage_is_one_incident_whatever_the_silence),
        T(two_causes_on_one_upstream_are_two_incidents),
        T(two_upstreams_fail_for_their_own_reasons),
        T(a_master_that_writes_no_pid_is_the_youngest_of_its_log),
        T(without_an_application_uwsgi_answers_itself),
        T(a_log_of_who_listens_elsewhere_is_a_hint_no_more),
        T(a_stop_at_the_end_of_all_logs_may_be_a_deploy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
