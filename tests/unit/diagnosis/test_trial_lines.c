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

/* One line of nginx's that settles its mechanism: the cause, and its own remedy first. */
/* clang-format off */
static const struct {
    const char *line, *cause, *remedy;
} alone[] = {
    {"error 10x5@1 socket-missing/CK-2 upstream=http://unix:/run/g.sock:/a|path=/a",
     "socket-missing", "restart-service"},
    {"error 10x5@1 socket-permission/CK-13 upstream=http://unix:/run/g.sock:/a|path=/a",
     "socket-permission", "fix-socket-permissions"},
    {"error 10x5@1 backlog-full/CK-11 upstream=http://unix:/run/g.sock:/a|path=/a",
     "backlog-full", "raise-backlog-or-workers"},
    {"error 10x5@1 header-too-big/HU-BIG upstream=127.0.0.1:8000|path=/a",
     "header-too-big", "nginx-buffers"},
    {"error 10x5@1 invalid-response/HU-BAD upstream=127.0.0.1:8000|path=/a",
     "invalid-response", "fix-crash"},
    {"error 10x5@1 tls-handshake/TU-SSL upstream=127.0.0.1:8000|path=/a",
     "tls-mismatch", "fix-upstream-tls"},
    {"error 10x5@1 upstream-dns/RN-NX server=shop|path=/a",
     "upstream-dns", "fix-upstream-name"},
    {"error 10x5@1 ports-exhausted/CL-99 upstream=127.0.0.1:8000|path=/a",
     "ports-exhausted", "reuse-upstream-connections"},
    {"error 10x5@1 fd-limit/CL-24 upstream=127.0.0.1:8000|path=/a",
     "fd-exhaustion", "raise-fd-limit"},
    {"error 10x5@1 worker-connections/CL-CONN upstream=127.0.0.1:8000|path=/a",
     "fd-exhaustion", "raise-worker-connections"},
    {"error 10x5@1 read-timeout/HN-110 upstream=127.0.0.1:8000|path=/a",
     "nginx-read-timeout", "nginx-timeouts"},
    {"error 10x5@1 send-timeout/SN-110 upstream=127.0.0.1:8000|path=/a",
     "nginx-read-timeout", "nginx-timeouts"},
    {"error 10x5@1 truncated-body/BU-EOF upstream=127.0.0.1:8000|path=/a",
     "truncated-body", "fix-crash"},
};
/* clang-format on */

static void some_lines_settle_their_mechanism_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(alone); i++) {
        scene *s = scene_new();
        const w5_diagnosis *d = scene_only(s, (const char *const[]){alone[i].line, NULL});
        assert_cause(d, alone[i].cause, "proven");
        assert_first(d, alone[i].remedy);
        assert_int_equal(d->cause.explains, 5);
        scene_free(s);
    }
}

/* Lines that say only that the other side failed: the documents' order, and no cause. */
static const char *const open[] = {
    "error 10x5@1 premature-close/HU-EOF " APP "|path=/a|method=GET",
    "error 10x5@1 connection-refused/CK-111 " APP "|path=/a|method=GET",
    "error 10x5@1 connection-reset/HU-104 " APP "|path=/a|method=GET",
};

static void other_lines_leave_the_documents_order_standing(void **state)
{
    (void)state;
    static const char *const ranks[] = {"1", "1b", "2", "3", "4", "5", "6", "7", "0", "B2"};
    for (size_t i = 0; i < COUNT(open); i++) {
        scene *s = scene_new();
        const w5_diagnosis *d = scene_only(s, (const char *const[]){open[i], NULL});
        assert_cause(d, "unknown", "unknown");
        assert_first(d, "nginx-timeouts");
        for (size_t r = 0; r < COUNT(ranks); r++)
            assert_str(d->advice[r].remedy->rank, w5_str_of(ranks[r]));
        assert_non_null(
            strstr(scene_text(&d->advice[0].risk), "does not stop a close by the other side"));
        assert_true(scene_asks_for(d, "app"));
        scene_free(s);
    }
}

static void the_settling_command_can_be_pasted(void **state)
{
    const w5_diagnosis *d = scene_only(*state, (const char *const[]){open[0], NULL});
    assert_str(d->settle[0].command, W5_STR("journalctl -o short-iso -S '2026-11-20 12:00:00' -U "
                                            "'2026-11-20 12:00:24' -u gunicorn"));
}

static void no_live_upstreams_follow_from_the_first_failures(void **state)
{
    static const char *const story[] = {
        "error 10 read-timeout/HN-110 " APP "|path=/report|method=GET",
        "error 12 read-timeout/HN-110 upstream=127.0.0.1:8001|path=/report|method=GET",
        "error 12x20@0.4 no-live-upstreams/CN-NOLIVE "
        "upstream=http://shop/items|path=/items|method=GET",
        NULL};
    const w5_diagnosis *d;
    scene_config(*state, "/etc/nginx/nginx.conf",
                 "http { upstream shop { server 127.0.0.1:8000; server 127.0.0.1:8001; } server { "
                 "location / { proxy_pass http://shop; } } }");
    d = scene_only(*state, story);
    assert_cause(d, "no-live-upstreams", "proven");
    assert_non_null(scene_link(d, "nginx-read-timeout"));
}

static void peers_that_are_down_explain_what_was_asked_of_nobody(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0",
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",
        "gunicorn 0 worker-boot pid=11|subject=11",
        "gunicorn 9 master-term pid=10",
        "gunicorn 9 master-stop pid=10",
        "gunicorn 22 master-start pid=20|version=20.1.0",
        "gunicorn 22 listening pid=20|address=http://127.0.0.1:8000",
        "error 10 connection-refused/CK-111 " APP "|path=/items|method=GET",
        "error 11x20@0.4 no-live-upstreams/CN-NOLIVE "
        "upstream=http://shop/items|path=/items|method=GET",
        NULL};
    scene_config(*state, "/etc/nginx/nginx.conf",
                 "http { upstream shop { server 127.0.0.1:8000; server 127.0.0.1:8001 down; } "
                 "server { location / { proxy_pass http://shop; } } }");
    assert_cause(scene_only(*state, story), "deploy-restart", "proven");
}

static void a_socket_elsewhere_is_a_wrong_path(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0",
        "gunicorn 0 listening pid=10|address=unix:/run/shop.sock",
        "gunicorn 0 worker-boot pid=11|subject=11",
        "error 10x5@1 socket-missing/CK-2 upstream=http://unix:/run/g.sock:/a|path=/a|method=GET",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "socket-missing", "proven");
    assert_first(d, "fix-bind-address");
}

static void a_socket_that_came_back_was_taken_away_by_somebody(void **state)
{
    static const char *const story[] = {
        "error 10x5@1 socket-missing/CK-2 upstream=http://unix:/run/g.sock:/a|path=/a|method=GET",
        "access 20x5@1 access "
        "status=200|upstream_addr=unix:/run/g.sock|upstream_status=200|method=GET|path=/a",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "socket-missing", "likely");
    assert_true(scene_asks_for(d, "app"));
}

static void a_socket_that_was_there_is_missing_for_a_reason_not_told(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0",
        "gunicorn 0 listening pid=10|address=unix:/run/g.sock",
        "gunicorn 0 worker-boot pid=11|subject=11",
        "gunicorn 1 master-term pid=10",
        "gunicorn 2 master-start pid=20|version=20.1.0",
        "gunicorn 2 listening pid=20|address=unix:/run/g.sock",
        "gunicorn 60 worker-recycle pid=21|subject=21",
        "error 30x2@1 socket-missing/CK-2 upstream=http://unix:/run/g.sock:/a|path=/a|method=GET",
        NULL};
    assert_cause(scene_only(*state, story), "socket-missing", "likely");
}

static void one_saturation_is_one_incident(void **state)
{
    static const char *const story[] = {
        "error 10x20@0.2 backlog-full/CK-11 upstream=http://unix:/run/g.sock:/a|path=/a|method=GET",
        "error 12x4@0.5 read-timeout/HN-110 upstream=http://unix:/run/g.sock:/b|path=/b|method=GET",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "backlog-full", "proven");
    assert_int_equal(d->cause.explains, 24);
    assert_int_equal(scene_advice(d, "nginx-timeouts")->state, W5_HARMFUL);
}

static void uwsgi_says_that_its_queue_over_tcp_is_full(void **state)
{
    static const char *const story[] = {
        "uwsgi 9x4@1 pool-exhausted address=127.0.0.1:8000|count=3|limit=2",
        "error 10x5@1 connect-timeout/CN-110 " APP "|path=/a|method=GET", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "backlog-full", "proven");
    assert_first(d, "raise-backlog-or-workers");
}

static void two_lines_of_unlike_causes_are_two_incidents(void **state)
{
    static const char *const story[] = {
        "error 10x5@1 header-too-big/HU-BIG " APP "|path=/login|method=POST",
        "error 10x5@1 read-timeout/HN-110 " APP "|path=/report|method=GET", NULL};
    scene *s = *state;
    scene_tell(s, story);
    scene_diagnose(s);
    assert_int_equal(s->findings->n, 2);
}

static void a_body_that_the_application_cut_names_the_exception(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0",
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",
        "gunicorn 10 request-error pid=11|exception=ValueError: row 9001 has no "
        "price|frame=/srv/pages.py:4",
        "error 10 truncated-body/BU-EOF " APP "|path=/all.csv|method=GET", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "truncated-body", "proven");
    assert_non_null(strstr(scene_text(&d->cause.summary), "ValueError"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_lines_settle_their_mechanism_alone),
        cmocka_unit_test(other_lines_leave_the_documents_order_standing),
        T(the_settling_command_can_be_pasted),
        T(no_live_upstreams_follow_from_the_first_failures),
        T(peers_that_are_down_explain_what_was_asked_of_nobody),
        T(a_socket_elsewhere_is_a_wrong_path),
        T(a_socket_that_came_back_was_taken_away_by_somebody),
        T(one_saturation_is_one_incident),
        T(uwsgi_says_that_its_queue_over_tcp_is_full),
        T(two_lines_of_unlike_causes_are_two_incidents),
        T(a_body_that_the_application_cut_names_the_exception),
        T(a_socket_that_was_there_is_missing_for_a_reason_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
