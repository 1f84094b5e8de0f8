#include "scene.h"

#include "incident/ledger.h"

#define U "127.0.0.1:8000"

static w5_incident *only(scene *s)
{
    w5_incidents all = scene_end(s);
    assert_int_equal(all.n, 1);
    return all.at[0];
}

static void clients_saw_what_the_access_log_tells(void **state)
{
    (void)state;
    scene s = begin();
    answer(&s, -1, 200, U); /* before it */
    fails(&s, 0, "connection-refused", U);
    answer(&s, 0, 502, U);
    fails(&s, 3, "connection-refused", U);
    answer(&s, 2, 200, U);
    answer(&s, 2, 200, "127.0.0.1:9000"); /* another's */
    answer(&s, 2, 200, "-");              /* a file */
    answer(&s, 4, 502, U);                /* logged a moment later */
    answer(&s, 5, 404, U);                /* behind it */
    w5_incident *in = only(&s);
    assert_str(told(in->statuses), W5_STR("502 2, 200 1"));
    assert_int_equal(in->requests_failed, 2);
    assert_int_equal(in->answered, 1);
    assert_int_equal(in->last_answer, AT(2));
    assert_int_equal(in->over_at, AT(5));
}

static void a_retried_request_has_not_failed(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "connection-refused", "127.0.0.1:8000");
    say(&s, ACCESS_LOG, 0, "access", "",
        "status=200|request=GET /a HTTP/1.1|upstream_addr=127.0.0.1:8000, "
        "127.0.0.1:8001|upstream_status=502, 200");
    goes_on(&s, ACCESS_LOG, 1);
    w5_incident *in = only(&s);
    assert_str(told(in->statuses), W5_STR("200 1"));
    assert_int_equal(in->requests_failed, 0);
}

static void without_an_access_log_nothing_is_inferred(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "connection-refused", U);
    fails(&s, 1, "connection-refused", U);
    w5_incident *in = only(&s);
    assert_int_equal(in->statuses.n, 0);
    assert_int_equal(in->requests_failed, 2);
}

static void a_log_without_upstreams_counts_where_only_one_failed(void **state)
{
    (void)state;
    for (int others = 0; others < 2; others++) {
        scene s = begin();
        for (int i = 0; i < 4; i++) {
            fails(&s, i, "connection-refused", U);
            say(&s, ACCESS_LOG, i, "access", "", "status=502|request=GET /a HTTP/1.1");
            say(&s, ACCESS_LOG, i, "access", "", "status=200|request=GET /b HTTP/1.1");
        }
        if (others)
            fails(&s, 2, "connection-refused", "127.0.0.1:9000");
        w5_incidents all = scene_end(&s);
        assert_int_equal(all.n, 1 + others);
        assert_int_equal(all.at[0]->requests_failed, 4);
        assert_str(told(all.at[0]->statuses), others ? W5_NONE : W5_STR("200 4, 502 4"));
    }
}

static void a_truncated_answer_failed_with_status_200(void **state)
{
    (void)state;
    scene s = begin();
    answer(&s, -1, 200, U);
    fails(&s, 0, "truncated-body", U);
    answer(&s, 0, 200, U);
    answer(&s, 1, 200, U);
    w5_incident *in = only(&s);
    assert_int_equal(in->requests_failed, 1);
}

static void an_access_log_that_ends_early_knows_less(void **state)
{
    (void)state;
    scene s = begin();
    for (int i = 0; i < 20; i++)
        fails(&s, i, "connection-refused", U);
    answer(&s, 0, 502, U);
    w5_incident *in = only(&s);
    assert_int_equal(in->requests_failed, 20);
    assert_str(told(in->statuses), W5_STR("502 1"));
}

static void peers_and_their_block_are_asked_for_together(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "connection-refused", "127.0.0.1:8000");
    say(&s, ERROR_LOG, 0, "no-live-upstreams", "CN-NOLIVE",
        "pid=7|connection=1|server=shop|request=GET /a HTTP/1.1|upstream=backend");
    answer(&s, 0, 502, "127.0.0.1:8000, backend");
    fails(&s, 1, "no-live-upstreams", "backend");
    answer(&s, 1, 502, "backend");
    w5_incident *in = only(&s);
    assert_str(told(in->statuses), W5_STR("502 2"));
    assert_int_equal(in->requests_failed, 2);
    assert_str(in->upstream, W5_STR("127.0.0.1:8000"));
}

static void every_machine_has_its_own_answers(void **state)
{
    (void)state;
    scene s = begin();
    for (int i = 0; i < 4; i++) {
        say(&s, ERROR_LOG, i, "connection-refused", "CK-111",
            w5_arena_fmt(made_in, "host=web%d|connection=%d|upstream=" U, i % 2, i).ptr);
        say(&s, ACCESS_LOG, i, "access", "",
            w5_arena_fmt(made_in, "host=web%d|status=50%d|upstream_addr=" U, i % 2, 2 + i % 2 * 2)
                .ptr);
    }
    w5_incidents all = scene_end(&s);
    assert_int_equal(all.n, 2);
    assert_str(told(all.at[0]->statuses), W5_STR("502 2"));
    assert_str(told(all.at[1]->statuses), W5_STR("504 2"));
    assert_true(strcmp(all.at[0]->id, all.at[1]->id) != 0);
}

static void coarse_traffic_gives_its_share(void **state)
{
    (void)state;
    scene s = begin();
    for (int i = 0; i < 600; i++)
        answer(&s, i, 200, U);
    fails(&s, 300, "connection-refused", U);
    fails(&s, 329, "connection-refused", U);
    w5_rows_raise(&s.l->traffic, 2); /* minutes */
    assert_str(told(only(&s)->statuses), W5_STR("200 30"));
}

/* --- over ------------------------------------------------------------------------------------ */
static void over_is_what_the_latest_news_say(void **state)
{
    (void)state;
    enum {
        NOTHING = -1
    };
    static const struct {
        int noise, success, listening, now; /* seconds after the error at 0; NOTHING */
        w5_over over;
    } table[] = {
        {NOTHING, NOTHING, NOTHING, NOTHING, W5_OVER_NO     }, /* the errors are the latest news */
        {30,      NOTHING, NOTHING, NOTHING, W5_OVER_NO     },
        {61,      NOTHING, NOTHING, NOTHING, W5_OVER_YES    }, /* the log goes on without them */
        {NOTHING, 5,       NOTHING, NOTHING, W5_OVER_UNKNOWN},
        {NOTHING, 61,      NOTHING, NOTHING, W5_OVER_YES    },
        {NOTHING, NOTHING, 5,       NOTHING, W5_OVER_UNKNOWN},
        {NOTHING, NOTHING, 70,      NOTHING, W5_OVER_YES    },
        {NOTHING, NOTHING, NOTHING, 10,      W5_OVER_NO     }, /* live: the clock tells */
        {NOTHING, NOTHING, NOTHING, 61,      W5_OVER_YES    },
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        scene s = begin();
        answer(&s, 0, 502, U);
        fails(&s, 0, "connection-refused", U);
        if (table[i].noise != NOTHING)
            goes_on(&s, ERROR_LOG, table[i].noise);
        if (table[i].success != NOTHING)
            answer(&s, table[i].success, 200, U);
        if (table[i].listening != NOTHING)
            life(&s, table[i].listening, "listening");
        const w5_timeline *t =
            scene_timeline(&s, table[i].now == NOTHING ? W5_TIME_NONE : AT(table[i].now));
        w5_incidents all = w5_incidents_build(t, made_in);
        assert_int_equal(all.n, 1);
        if (all.at[0]->over != table[i].over)
            fail_msg("row %zu: %d", i, (int)all.at[0]->over);
        w5_ledger_free(s.l);
    }
}

static void a_part_of_the_errors_counts_its_own_requests(void **state)
{
    (void)state;
    scene s = begin();
    fails(&s, 0, "premature-close", U);
    for (int i = 0; i < 10; i++) {
        fails(&s, i, "connection-refused", U);
        answer(&s, i, 502, U);
    }
    const w5_timeline *t = scene_timeline(&s, W5_TIME_NONE);
    const uint32_t first[] = {0};
    assert_true(is_class(&t->cell[0], "premature-close") ||
                is_class(&t->cell[1], "premature-close"));
    const uint32_t second[] = {1};
    bool at_zero = is_class(&t->cell[0], "premature-close");
    w5_incident *in = w5_incident_make(t, at_zero ? first : second, 1, made_in);
    assert_int_equal(in->requests_failed, 1);
    assert_int_equal(in->errors, 1);
    w5_ledger_free(s.l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_saw_what_the_access_log_tells),
        cmocka_unit_test(a_retried_request_has_not_failed),
        cmocka_unit_test(without_an_access_log_nothing_is_inferred),
        cmocka_unit_test(a_log_without_upstreams_counts_where_only_one_failed),
        cmocka_unit_test(a_truncated_answer_failed_with_status_200),
        cmocka_unit_test(an_access_log_that_ends_early_knows_less),
        cmocka_unit_test(peers_and_their_block_are_asked_for_together),
        cmocka_unit_test(every_machine_has_its_own_answers),
        cmocka_unit_test(coarse_traffic_gives_its_share),
        cmocka_unit_test(over_is_what_the_latest_news_say),
        cmocka_unit_test(a_part_of_the_errors_counts_its_own_requests),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
