/* test_fleet.c -- tests fleet.c views.c: many machines, one diagnosis. */
#include "scene.h"

#include "diagnosis/fleet.h"

/* The same application on a machine: pids are the same everywhere. */
#define MASTER(host)                                                                               \
    "gunicorn 0 master-start pid=10|version=20.1.0|host=" host,                                    \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000|host=" host,                    \
        "gunicorn 1 worker-boot pid=11|subject=11|host=" host
#define RESTARTED(host, at, back)                                                                  \
    "gunicorn " at " master-term pid=10|host=" host,                                               \
        "gunicorn " at " worker-exit pid=11|subject=11|host=" host,                                \
        "gunicorn " at " master-stop pid=10|host=" host,                                           \
        "gunicorn " back " master-start pid=20|version=20.1.0|host=" host,                         \
        "gunicorn " back " listening pid=20|address=http://127.0.0.1:8000|host=" host,             \
        "error " at "x10@0.2 connection-refused/CK-111 " APP "|method=GET|path=/|host=" host
#define NO_CONNECTION(host, at)                                                                    \
    "gunicorn " at "x6@2 db-too-many-connections text=(1040, 'Too many connections')|"             \
    "path=/stock|host=" host,                                                                      \
        "access " at "x6@2 upstream-5xx/HU-500 status=500|upstream_status=500|" APP                \
        "|method=GET|path=/stock|host=" host

static int setup(void **state)
{
    *state = scene_new();
    return 0;
}

static int teardown(void **state)
{
    scene_free(*state);
    return 0;
}

static void a_deploy_that_goes_from_host_to_host_is_one(void **state)
{
    static const char *const story[] = {MASTER("web1"),
                                        MASTER("web2"),
                                        MASTER("web3"),
                                        RESTARTED("web2", "20", "23"),
                                        RESTARTED("web3", "140", "143"),
                                        RESTARTED("web1", "260", "263"),
                                        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "deploy-restart", "proven");
    assert_int_equal(d->fleet, W5_ONE_DEPLOY);
    assert_int_equal(d->incident->hosts, 3);
    assert_int_equal(d->incident->requests_failed, 30);
    assert_string_equal(scene_text(d->verdict.then),
                        "It went over 3 hosts, in this order: web2, web3, web1.");
}

static void restarts_an_hour_apart_are_two(void **state)
{
    static const char *const story[] = {MASTER("web1"), MASTER("web2"),
                                        RESTARTED("web1", "20", "23"),
                                        RESTARTED("web2", "3620", "3623"), NULL};
    scene_tell(*state, story);
    assert_int_equal(scene_diagnose(*state)->n, 2);
}

static void one_master_is_not_its_neighbours(void **state)
{
    static const char *const story[] = {
        MASTER("web1"), MASTER("web2"), RESTARTED("web1", "20", "23"),
        "error 21x10@0.2 connection-refused/CK-111 " APP "|method=GET|path=/|host=web2", NULL};
    w5_findings *f;
    scene_tell(*state, story);
    f = scene_diagnose(*state);
    assert_int_equal(f->n, 2);
    for (size_t i = 0; i < f->n; i++)
        if (w5_str_eq(f->at[i]->incident->host[0], W5_STR("web1")))
            assert_cause(f->at[i], "deploy-restart", "proven");
        else
            assert_not_cause(f->at[i], "deploy-restart");
}

static void hosts_without_a_connection_left_share_a_database(void **state)
{
    static const char *const story[] = {NO_CONNECTION("web1", "20"), NO_CONNECTION("web2", "21"),
                                        NO_CONNECTION("web3", "22"), NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "db-too-many-connections", "proven");
    assert_int_equal(d->fleet, W5_ONE_DATABASE);
    assert_int_equal(d->incident->requests_failed, 18);
    assert_string_equal(scene_text(d->verdict.then),
                        "3 hosts at once, and one database behind them: web1, web2, web3.");
}

static void databases_that_stop_at_two_hosts_are_two(void **state)
{
    static const char *const story[] = {
        "mysql 19 db-stop reason=x|host=web1",
        "access 20x6@1 upstream-5xx/HU-500 status=500|upstream_status=500|" APP
        "|method=GET|path=/stock|host=web1",
        "mysql 20 db-stop reason=x|host=web2",
        "access 21x6@1 upstream-5xx/HU-500 status=500|upstream_status=500|" APP
        "|method=GET|path=/stock|host=web2",
        "mysql 40 db-ready host=web1",
        "mysql 41 db-ready host=web2",
        NULL};
    scene_tell(*state, story);
    w5_findings *f = scene_diagnose(*state);
    assert_int_equal(f->n, 2);
    assert_cause(f->at[0], "db-down", "proven");
    assert_cause(f->at[1], "db-down", "proven");
    assert_int_equal(f->at[0]->incident->hosts, 1);
}

static void a_database_on_a_machine_of_its_own_is_everybodys(void **state)
{
    static const char *const story[] = {
        "mysql 19 db-stop reason=x|host=db1",
        "access 20x6@1 upstream-5xx/HU-500 status=500|upstream_status=500|" APP
        "|method=GET|path=/stock|host=web1",
        "access 21x6@1 upstream-5xx/HU-500 status=500|upstream_status=500|" APP
        "|method=GET|path=/stock|host=web2",
        "mysql 40 db-ready host=db1", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "db-down", "proven");
    assert_int_equal(d->incident->requests_failed, 12);
    assert_string_equal(scene_text(d->verdict.then),
                        "2 hosts, and one database behind them, on db1: web1, web2.");
}

#define SLOW(host, at, upstream)                                                                   \
    "error " at "x6@1 read-timeout/HN-110 upstream=" upstream "|method=GET|path=/a|host=" host

static void an_upstream_that_several_name_is_where_it_is(void **state)
{
    static const char *const story[] = {SLOW("web1", "20", "10.0.0.5:8000"),
                                        SLOW("web2", "21", "10.0.0.5:8000"), NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_int_equal(d->fleet, W5_ONE_UPSTREAM);
    assert_int_equal(d->incident->hosts, 2);
}

static void addresses_that_every_machine_has_are_no_bond(void **state)
{
    (void)state;
    static const char *const upstreams[] = {"127.0.0.1:8000", "172.17.0.2:8000", "backend",
                                            "unix:/run/g.sock"};
    for (size_t i = 0; i < COUNT(upstreams); i++) {
        scene *s = scene_new();
        char one[200], other[200];
        snprintf(one, sizeof(one), SLOW("web1", "20", "%s"), upstreams[i]);
        snprintf(other, sizeof(other), SLOW("web2", "21", "%s"), upstreams[i]);
        scene_say(s, one);
        scene_say(s, other);
        if (scene_diagnose(s)->n != 2)
            fail_msg("%s joins two machines", upstreams[i]);
        scene_free(s);
    }
}

static void one_of_many_is_said_to_be_alone(void **state)
{
    static const char *const story[] = {SLOW("web2", "20", "127.0.0.1:8000"),
                                        "error 0 nginx-start host=web1",
                                        "error 60 nginx-reload host=web1", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_int_equal(d->fleet, W5_ONE_HOST); /* of two nobody can tell */
    assert_string_equal(scene_text(d->verdict.then), "On web2.");
}

static void one_machine_says_nothing_of_machines(void **state)
{
    static const char *const story[] = {SLOW("web1", "20", "127.0.0.1:8000"), NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_int_equal(d->fleet, W5_ALONE);
    assert_null(d->verdict.then);
}

static void an_application_elsewhere_explains_what_is_not_at_home(void **state)
{
    static const char *const story[] = {
        "gunicorn 0 master-start pid=10|version=20.1.0|host=app1",
        "gunicorn 0 listening pid=10|address=http://0.0.0.0:8000|host=app1",
        "gunicorn 20 master-term pid=10|host=app1",
        "gunicorn 20 master-stop pid=10|host=app1",
        "gunicorn 23 master-start pid=20|version=20.1.0|host=app1",
        "gunicorn 23 listening pid=20|address=http://0.0.0.0:8000|host=app1",
        "error 20x10@0.2 connection-refused/CK-111 upstream=10.0.0.5:8000|method=GET|path=/|"
        "host=web1",
        NULL};
    assert_cause(scene_only(*state, story), "deploy-restart", "proven");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_deploy_that_goes_from_host_to_host_is_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(restarts_an_hour_apart_are_two, setup, teardown),
        cmocka_unit_test_setup_teardown(one_master_is_not_its_neighbours, setup, teardown),
        cmocka_unit_test_setup_teardown(hosts_without_a_connection_left_share_a_database, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(databases_that_stop_at_two_hosts_are_two, setup, teardown),
        cmocka_unit_test_setup_teardown(a_database_on_a_machine_of_its_own_is_everybodys, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_upstream_that_several_name_is_where_it_is, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(addresses_that_every_machine_has_are_no_bond, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_of_many_is_said_to_be_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(one_machine_says_nothing_of_machines, setup, teardown),
        cmocka_unit_test_setup_teardown(an_application_elsewhere_explains_what_is_not_at_home,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
