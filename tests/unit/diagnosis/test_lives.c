/* test_lives.c -- tests lives.c census.c outages.c address.c databases.c known.c */
#include "scene.h"

#include "diagnosis/databases.h"
#include "diagnosis/lives.h"

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

static const w5_known *know(scene *s, const char *const *story)
{
    w5_timeline_options options = {.gap = W5_MINUTE,
                                   .since = W5_TIME_NONE,
                                   .until = W5_TIME_NONE,
                                   .now = W5_TIME_NONE,
                                   .zone = {.fixed = true},
                                   .host = W5_STR("web1")};
    scene_tell(s, story);
    w5_config_seal(s->config);
    s->timeline =
        w5_timeline_build(s->ledger, s->stream, s->streams, s->config, &options, s->arena);
    s->incidents = w5_incidents_build(s->timeline, s->arena);
    w5_known *k = w5_known_new(s->timeline, &s->incidents, &s->options, s->arena);
    k->lives = w5_lives_new(k);
    k->databases = w5_db_lives_new(k);
    return k;
}

static double seconds(w5_time at)
{
    return at == W5_TIME_MAX ? -1 : (double)(at - NOON) / (double)W5_SECOND;
}

#define MASTER(second, pid)                                                                        \
    "gunicorn " second " master-start pid=" pid "|version=20.1.0",                                 \
        "gunicorn " second " listening pid=" pid "|address=http://127.0.0.1:8000"

static void a_bound_address_takes_what_it_takes(void **state)
{
    (void)state;
    static const struct {
        const char *bound, *upstream;
        bool reaches;
    } cases[] = {
        {"127.0.0.1:8000",        "127.0.0.1:8000",    true },
        {"http://127.0.0.1:8000", "127.0.0.1:8000",    true },
        {"0.0.0.0:8000",          "127.0.0.1:8000",    true },
        {"0.0.0.0:8000",          "[::1]:8000",        false},
        {"[::]:8000",             "[::1]:8000",        true },
        {"[::]:8000",             "127.0.0.1:8000",    true },
        {"127.0.0.1:8000",        "localhost:8000",    true },
        {"127.0.0.1:8000",        "[::1]:8000",        false},
        {"127.0.0.1:8000",        "127.0.0.1:8001",    false},
        {"127.0.0.5:8000",        "127.0.0.6:8000",    false},
        {"unix:/run/g.sock",      "unix:/run/g.sock",  true },
        {"unix:/run/g.sock",      "unix:/run/g.sock:", true },
        {"unix:/run/g.sock",      "unix:/run/h.sock",  false},
        {"",                      "127.0.0.1:8000",    false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (w5_address_reaches(w5_str_of(cases[i].bound), w5_str_of(cases[i].upstream)) !=
            cases[i].reaches)
            fail_msg("%s, %s", cases[i].bound, cases[i].upstream);
}

static void a_pid_given_again_is_another_life(void **state)
{
    static const char *const story[] = {MASTER("0", "10"),
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        "gunicorn 20 worker-timeout pid=10|subject=11",
                                        "gunicorn 20 worker-exit pid=11|subject=11",
                                        "gunicorn 50 worker-boot pid=11|subject=11",
                                        "gunicorn 90 worker-killed pid=10|subject=11|signal=11",
                                        NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->workers, 2);
    assert_non_null(l->worker[0].timeout);
    assert_int_equal(seconds(l->worker[0].end), 20);
    assert_null(l->worker[1].timeout);
    assert_int_equal(l->worker[1].signal, 11);
    assert_int_equal(seconds(l->worker[1].boot), 50);
}

static void within_a_second_the_order_of_lines_counts(void **state)
{
    static const char *const story[] = {MASTER("0", "10"),
                                        "gunicorn 5 master-term pid=10",
                                        "gunicorn 5 master-stop pid=10",
                                        MASTER("5", "20"),
                                        "gunicorn 5 worker-boot pid=21|subject=21",
                                        NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->masters, 2);
    assert_int_equal(l->worker[0].master, 1);
    assert_int_equal(l->master[0].fate, W5_FATE_STOPPED);
    assert_int_equal(l->master[1].fate, W5_FATE_ALIVE);
}

static void a_boot_in_nobodys_place_betrays_a_silent_death(void **state)
{
    static const char *const story[] = {MASTER("0", "10"),
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        "gunicorn 30 worker-boot pid=12|subject=12", NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->worker[0].pid, 0);
    assert_int_equal(seconds(l->worker[0].end), 30);
}

static void a_reload_betrays_nobody(void **state)
{
    static const char *const story[] = {MASTER("0", "10"),
                                        "gunicorn 0 worker-boot pid=11|subject=11",
                                        "gunicorn 30 master-reload pid=10",
                                        "gunicorn 30 worker-boot pid=12|subject=12",
                                        "gunicorn 31 worker-exit pid=11|subject=11",
                                        NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->workers, 2);
}

static void in_a_container_the_kernel_knows_another_pid(void **state)
{
    static const char *const story[] = {MASTER("0", "1"), "gunicorn 0 worker-boot pid=7|subject=7",
                                        "kernel 20 oom-kill subject=31337|comm=gunicorn",
                                        "gunicorn 20 worker-killed pid=1|subject=7|signal=9", NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_non_null(l->worker[0].oom);
}

static void a_stop_and_a_start_bracket_an_outage(void **state)
{
    static const char *const story[] = {MASTER("0", "10"), "gunicorn 20 master-term pid=10",
                                        "gunicorn 23 master-stop pid=10", MASTER("25", "20"), NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->outages, 1);
    assert_int_equal(seconds(l->outage[0].from), 20);
    assert_int_equal(seconds(l->outage[0].to), 25);
}

static void a_master_that_could_not_boot_ends_no_outage(void **state)
{
    static const char *const story[] = {MASTER("0", "10"),
                                        "gunicorn 20 master-term pid=10",
                                        "gunicorn 20 master-stop pid=10",
                                        MASTER("21", "20"),
                                        "gunicorn 21 boot-failure pid=20|exception=ImportError",
                                        "gunicorn 21 master-stop pid=20",
                                        MASTER("30", "30"),
                                        NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->outages, 1);
    assert_int_equal(seconds(l->outage[0].to), 30);
    assert_non_null(l->outage[0].boot_failure);
}

static void a_rolling_replacement_is_no_outage(void **state)
{
    static const char *const story[] = {MASTER("0", "10"), MASTER("19", "20"),
                                        "gunicorn 25 master-term pid=10",
                                        "gunicorn 26 master-stop pid=10", NULL};
    assert_int_equal(know(*state, story)->lives->outages, 0);
}

static void an_unrelated_log_ends_no_outage(void **state)
{
    static const char *const story[] = {MASTER("0", "10"),
                                        "gunicorn 20 master-term pid=10",
                                        "gunicorn 20 master-stop pid=10",
                                        "other 60 master-start pid=70|version=20.1.0",
                                        "other 60 listening pid=70|address=http://127.0.0.1:8000",
                                        NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->outages, 1);
    assert_true(l->outage[0].to == W5_TIME_MAX);
}

static void a_database_is_away_between_its_end_and_ready(void **state)
{
    static const char *const story[] = {
        "mysql 10 db-stop reason=x",   "mysql 12 db-start subject=5",
        "mysql 15 db-ready version=8", "kernel 40 oom-kill subject=5|comm=mysqld",
        "mysql 42 db-start subject=6", "mysql 50 db-ready version=8",
        "mysql 80 db-start subject=7", NULL};
    const w5_db_lives *d = know(*state, story)->databases;
    assert_int_equal(d->outages, 3);
    assert_int_equal(seconds(d->outage[0].to), 15);
    assert_false(d->outage[0].crashed);
    assert_non_null(d->outage[1].oom);
    assert_true(d->outage[2].to == W5_TIME_MAX);
}

static void memory_takes_databases_and_others(void **state)
{
    static const struct {
        const char *line;
        size_t outages;
    } cases[] = {
        {"kernel 40 oom-kill subject=5|comm=mariadbd|reason=memcg", 1},
        {"kernel 40 oom-kill subject=5|comm=connection|unit=mysql.service", 1},
        {"kernel 40 oom-kill subject=5|comm=mysqldump", 0},
        {"kernel 40 oom-kill subject=5|comm=gunicorn|unit=gunicorn.service", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        scene *s = scene_new();
        const char *const story[] = {cases[i].line, NULL};
        if (know(s, story)->databases->outages != cases[i].outages)
            fail_msg("%s", cases[i].line);
        scene_free(s);
    }
}

static void who_cannot_boot_is_the_youngest_master(void **state)
{
    static const char *const story[] = {
        MASTER("0", "10"),
        "gunicorn 0 worker-boot pid=11|subject=11",
        "gunicorn 20 master-start pid=20|version=20.1.0",
        "gunicorn 20 listening pid=20|address=http://127.0.0.1:8001",
        "gunicorn 21 boot-failure exception=ImportError",
        NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->masters, 2);
    assert_int_equal(l->master[0].fate, W5_FATE_ALIVE);
    assert_int_equal(l->master[1].fate, W5_FATE_BOOT);
}

static void who_said_goodbye_does_not_fail_to_boot_later(void **state)
{
    static const char *const story[] = {MASTER("0", "10"), "gunicorn 20 master-term pid=10",
                                        "gunicorn 20 master-stop pid=10",
                                        "gunicorn 22 boot-failure exception=ImportError", NULL};
    const w5_lives *l = know(*state, story)->lives;
    assert_int_equal(l->masters, 2);
    assert_int_equal(l->master[0].fate, W5_FATE_STOPPED);
    assert_int_equal(l->master[1].fate, W5_FATE_BOOT);
}

static void a_quiet_log_covers_less_than_one_that_goes_on(void **state)
{
    static const char *const story[] = {MASTER("0", "10"), "kernel 5 segfault subject=1",
                                        "kernel 90 segfault subject=2", NULL};
    const w5_known *k = know(*state, story);
    w5_time from = NOON + 20 * W5_SECOND, to = NOON + 30 * W5_SECOND;
    assert_int_equal(w5_known_covers(k, W5_BY_APP, from, to), W5_COVER_OPEN);
    assert_int_equal(w5_known_covers(k, W5_BY_KERNEL, from, to), W5_COVER_FULL);
    assert_int_equal(w5_known_covers(k, W5_BY_KERNEL, NOON, to), W5_COVER_NONE);
    assert_int_equal(w5_known_covers(k, W5_BY_SLOW, from, to), W5_COVER_NONE);
    assert_false(w5_known_only_nginx(k));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_address_takes_what_it_takes),
        T(a_pid_given_again_is_another_life),
        T(within_a_second_the_order_of_lines_counts),
        T(a_boot_in_nobodys_place_betrays_a_silent_death),
        T(a_reload_betrays_nobody),
        T(in_a_container_the_kernel_knows_another_pid),
        T(a_stop_and_a_start_bracket_an_outage),
        T(a_master_that_could_not_boot_ends_no_outage),
        T(a_rolling_replacement_is_no_outage),
        T(an_unrelated_log_ends_no_outage),
        T(a_database_is_away_between_its_end_and_ready),
        T(a_quiet_log_covers_less_than_one_that_goes_on),
        cmocka_unit_test(memory_takes_databases_and_others),
        T(who_cannot_boot_is_the_youngest_master),
        T(who_said_goodbye_does_not_fail_to_boot_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
