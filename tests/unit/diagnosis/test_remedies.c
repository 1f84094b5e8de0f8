/* test_remedies.c -- tests remedies.c moves.c reasons.c values.c */
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

#define UNIT                                                                                       \
    "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --workers 3 --timeout 10 "       \
    "shop:app\n"
#define GUNICORN                                                                                   \
    "gunicorn 0 master-start pid=10|version=20.1.0",                                               \
        "gunicorn 0 listening pid=10|address=http://127.0.0.1:8000",                               \
        "gunicorn 0 worker-boot pid=11|subject=11", "gunicorn 0 worker-boot pid=12|subject=12"
#define TIMED_OUT                                                                                  \
    "gunicorn 40 worker-timeout pid=10|subject=11", "gunicorn 40 worker-exit pid=11|subject=11",   \
        "gunicorn 40 worker-boot pid=13|subject=13",                                               \
        "error 40 premature-close/HU-EOF " APP "|method=GET|path=/report"
#define FINISHED(when, took)                                                                       \
    "access " when " access "                                                                      \
    "status=200|upstream_addr=127.0.0.1:8000|upstream_status=200|method=GET|path=/report|"         \
    "request_time=" took

static const w5_change *change_of(const w5_advice *a, const char *setting)
{
    for (size_t i = 0; a && i < a->changes; i++)
        if (w5_str_eq(a->change[i].setting, w5_str_of(setting)))
            return &a->change[i];
    fail_msg("no change of %s", setting);
    return NULL;
}

static void a_time_out_is_half_as_much_again_as_the_longest_that_finished(void **state)
{
    static const char *const story[] = {GUNICORN, TIMED_OUT, FINISHED("5", "41.2"), NULL};
    scene_config(*state, "/etc/systemd/system/shop.service", UNIT);
    const w5_diagnosis *d = scene_only(*state, story);
    assert_first(d, "gunicorn-timeout");
    const w5_change *c = change_of(&d->advice[0], "--timeout");
    assert_str(c->to, W5_STR("70"));
    assert_str(c->now, W5_STR("10"));
    assert_str(c->file, W5_STR("/etc/systemd/system/shop.service"));
    assert_int_equal(c->line, 2);
    assert_str(d->advice[0].command[1], W5_STR("sudo systemctl restart shop"));
    assert_str(d->advice[1].remedy->id, W5_STR("nginx-timeouts"));
    assert_str(change_of(&d->advice[1], "proxy_read_timeout")->to, W5_STR("70s"));
}

static void it_is_never_more_than_the_documents_300_s(void **state)
{
    static const char *const story[] = {GUNICORN, TIMED_OUT, FINISHED("5", "900"), NULL};
    scene_config(*state, "/etc/systemd/system/shop.service", UNIT);
    assert_str(change_of(&scene_only(*state, story)->advice[0], "--timeout")->to, W5_STR("300"));
}

static void where_none_finished_it_is_the_documents_and_says_so(void **state)
{
    static const char *const story[] = {GUNICORN, TIMED_OUT, FINISHED("5", "2.0"), NULL};
    scene_config(*state, "/etc/systemd/system/shop.service", UNIT);
    const w5_diagnosis *d = scene_only(*state, story);
    assert_str(change_of(&d->advice[0], "--timeout")->to, W5_STR("300"));
    assert_non_null(strstr(scene_text(&d->advice[0].why), "documents' 300 s"));
}

static void a_log_that_would_tell_why_comes_before_a_longer_time_out(void **state)
{
    static const char *const story[] = {GUNICORN, TIMED_OUT, FINISHED("5", "41.2"),
                                        "mysql 0 db-ready version=8.0", NULL};
    scene_config(*state, "/etc/systemd/system/shop.service", UNIT);
    const w5_diagnosis *d = scene_only(*state, story);
    assert_cause(d, "gunicorn-worker-timeout", "likely");
    assert_true(scene_asks_for(d, "mysql-slow"));
    assert_first(d, "check-logs");
    assert_str(d->advice[1].remedy->id, W5_STR("gunicorn-timeout"));
}

static void what_is_set_already_is_in_place(void **state)
{
    static const char *const story[] = {
        "error 10x3@1 header-too-big/HU-BIG " APP "|method=POST|path=/login", NULL};
    scene_config(*state, "/etc/nginx/nginx.conf",
                 "http { server { location / { proxy_pass http://127.0.0.1:8000; "
                 "proxy_buffer_size 64k; proxy_buffers 8 64k; } } }");
    const w5_diagnosis *d = scene_only(*state, story);
    assert_int_equal(scene_advice(d, "nginx-buffers")->state, W5_IN_PLACE);
    assert_first(d, "fix-app-error");
}

/* Equal in other words, and better than advised, are no changes; worse is one. */
static void what_is_as_good_is_no_change(void **state)
{
    static const struct {
        const char *config, *kept; /* settings that are still advised */
    } cases[] = {
        {"[mysqld]\nslow_query_log = 1\nlong_query_time = 0.5\n",  ""                              },
        {"[mysqld]\nslow_query_log = on\nlong_query_time = 1.0\n", ""                              },
        {"[mysqld]\nslow_query_log = 0\nlong_query_time = 10\n",   "slow_query_log long_query_time"},
        {"[mysqld]\nslow_query_log = true\nlong_query_time = 2\n", "long_query_time"               },
        {"[mysqld]\nslow_query_log = OFF\nlong_query_time = 0\n",  "slow_query_log"                },
    };
    static const char *const story[] = {
        "error 10x3@1 header-too-big/HU-BIG " APP "|method=POST|path=/login", NULL};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        scene *s = scene_new();
        scene_config(s, "/etc/mysql/my.cnf", cases[i].config);
        const w5_advice *a = scene_advice(scene_only(s, story), "db-optimize");
        assert_non_null(a);
        for (size_t c = 0; c < a->changes; c++)
            if (!w5_str_eq(a->change[c].setting, W5_STR("innodb_buffer_pool_size")))
                assert_true(
                    w5_str_find(w5_str_of(cases[i].kept), a->change[c].setting, &(size_t){0}));
        assert_int_equal(a->changes,
                         1 + (cases[i].kept[0] != 0) + (strchr(cases[i].kept, ' ') != NULL));
        scene_free(s);
    }
    (void)state;
}

static void workers_are_as_many_as_cores_and_memory_allow(void **state)
{
    static const char *const story[] = {
        GUNICORN,
        "kernel 20 oom-kill subject=11|comm=gunicorn|text=Killed process 11 (gunicorn) "
        "total-vm:1kB, anon-rss:524288kB, file-rss:0kB",
        "gunicorn 20 worker-killed pid=10|subject=11|signal=9",
        "error 20 premature-close/HU-EOF " APP "|method=POST|path=/import", NULL};
    scene *s = *state;
    s->options.cores = 4;
    s->options.memory = UINT64_C(2) << 30;
    scene_config(s, "/etc/systemd/system/shop.service",
                 "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --workers 9 a:b\n");
    const w5_diagnosis *d = scene_only(s, story);
    assert_first(d, "fewer-workers");
    assert_str(change_of(&d->advice[0], "--workers")->to, W5_STR("4"));
    assert_str(change_of(&d->advice[0], "--workers")->now, W5_STR("9"));
}

static void hostile_names_do_not_enter_commands(void **state)
{
    static const char *const story[] = {
        "error 10x3@1 connection-refused/CK-111 upstream=http://a;rm -rf/x|method=GET|path=/a",
        NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    for (size_t i = 0; i < d->advices; i++)
        for (size_t c = 0; c < d->advice[i].commands; c++)
            assert_false(w5_str_find(d->advice[i].command[c], W5_STR(";rm"), &(size_t){0}));
}

static void what_nobody_knows_is_left_to_the_reader_in_capitals(void **state)
{
    static const char *const story[] = {"error 40 invalid-response/HU-BAD " APP "|path=/", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    size_t at, asked = 0;
    for (size_t i = 0; i < d->advices; i++)
        for (size_t c = 0; c < d->advice[i].commands; c++) {
            assert_false(w5_str_find(d->advice[i].command[c], W5_STR("{pid}"), &at));
            asked += w5_str_find(d->advice[i].command[c], W5_STR("coredumpctl info PID"), &at);
        }
    assert_int_equal(asked, 1);
}

static void the_documents_remedies_are_always_there_with_their_rank(void **state)
{
    static const char *const ids[] = {"check-logs",       "nginx-timeouts",   "nginx-buffers",
                                      "gunicorn-timeout", "gunicorn-workers", "gunicorn-gevent",
                                      "db-optimize",      "lb-idle-timeout",  "instance-upgrade",
                                      "lighten-page"};
    static const char *const story[] = {
        "error 10x3@1 header-too-big/HU-BIG " APP "|method=POST|path=/login", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    for (size_t i = 0; i < COUNT(ids); i++) {
        const w5_advice *a = scene_advice(d, ids[i]);
        assert_non_null(a);
        assert_true(a->remedy->rank.len > 0);
        assert_non_null(a->why.words);
    }
}

static void advised_ones_stand_first_and_ranks_go_on(void **state)
{
    static const char *const story[] = {GUNICORN, TIMED_OUT, NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    for (size_t i = 0; i < d->advices; i++) {
        assert_int_equal(d->advice[i].rank, i + 1);
        if (i)
            assert_true(d->advice[i].state >= d->advice[i - 1].state);
    }
}

static void zero_of_all_were_nginxs_time_outs(void **state)
{
    static const char *const story[] = {
        "error 10x187@0.1 header-too-big/HU-BIG " APP "|method=POST|path=/login", NULL};
    const w5_diagnosis *d = scene_only(*state, story);
    assert_string_equal(scene_text(&scene_advice(d, "nginx-timeouts")->why),
                        "0 of 187 errors were nginx time-outs, so raising proxy_read_timeout alone "
                        "would have prevented none of them.");
}

/* Whatever the story, the first remedy is not one that the cause rules out. */
static void no_forbidden_remedy_is_ever_first(void **state)
{
    static const char *const stories[][8] = {
        {GUNICORN, TIMED_OUT},
        {"error 10x3@1 backlog-full/CK-11 upstream=http://unix:/g.sock:/a|path=/a"       },
        {"error 10x3@1 no-live-upstreams/CN-NOLIVE upstream=http://shop/a|path=/a"},
        {"error 10x3@1 tls-handshake/TU-SSL " APP "|path=/a"       },
        {"error 10x3@1 truncated-body/BU-EOF " APP "|path=/a"},
        {"error 10x3@1 host-unreachable/CK-113 upstream=10.0.0.9:80|path=/a"       },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(stories); i++) {
        scene *s = scene_new();
        for (size_t l = 0; l < 8 && stories[i][l]; l++)
            scene_say(s, stories[i][l]);
        scene_diagnose(s);
        for (size_t d = 0; d < s->findings->n; d++) {
            const w5_diagnosis *one = s->findings->at[d];
            assert_int_equal(one->advice[0].state, W5_ADVISED);
            for (size_t n = 0; n < one->cause.cause->never.n; n++)
                assert_false(w5_str_eq(one->advice[0].remedy->id, one->cause.cause->never.at[n]));
        }
        scene_free(s);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_time_out_is_half_as_much_again_as_the_longest_that_finished),
        T(it_is_never_more_than_the_documents_300_s),
        T(where_none_finished_it_is_the_documents_and_says_so),
        T(what_is_set_already_is_in_place),
        T(what_is_as_good_is_no_change),
        T(workers_are_as_many_as_cores_and_memory_allow),
        T(hostile_names_do_not_enter_commands),
        T(what_nobody_knows_is_left_to_the_reader_in_capitals),
        T(the_documents_remedies_are_always_there_with_their_rank),
        T(advised_ones_stand_first_and_ranks_go_on),
        T(zero_of_all_were_nginxs_time_outs),
        cmocka_unit_test(no_forbidden_remedy_is_ever_first),
        T(a_log_that_would_tell_why_comes_before_a_longer_time_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
