#include "build.h"

#define AT(seconds) (NOON + (w5_time)(seconds)*W5_SECOND)

static w5_timeline_options options(void)
{
    return (w5_timeline_options){.gap = W5_MINUTE,
                                 .since = W5_TIME_NONE,
                                 .until = W5_TIME_NONE,
                                 .now = W5_TIME_NONE,
                                 .zone = {.fixed = true},
                                 .host = W5_STR("web1")};
}

static void refused(w5_ledger *l, w5_stream *s, uint64_t line, w5_time at)
{
    put(l, event(s, line, "connection-refused", "CK-111", at,
                 "pid=7|request=GET /a HTTP/1.1|upstream=http://a:1/a"));
}

static void causes_come_before_effects_of_the_same_second(void **state)
{
    (void)state;
    static const char *const order[] = {"oom-kill",      "unit-failed", "db-crash",
                                        "worker-killed", "worker-boot", "premature-close"};
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "a.log", "journal");
    for (size_t i = COUNT(order); i-- > 0;)
        put(l, event(s, 10 - i, order[i], "", AT(0) + (w5_time)i * 1000, "pid=1"));
    put(l, event(s, 99, "premature-close", "", AT(-1), "pid=1"));
    const w5_timeline *t = timeline(l, &s, 1, NULL);
    assert_int_equal(t->cells, COUNT(order) + 1);
    assert_int_equal(t->cell[0].at, AT(-1));
    for (size_t i = 0; i < COUNT(order); i++)
        if (!is_class(&t->cell[i + 1], order[i]))
            fail_msg("%s is not number %zu", order[i], i + 1);
    w5_ledger_free(l);
}

static void names_of_streams_break_ties_and_not_their_numbers(void **state)
{
    (void)state;
    for (uint32_t turn = 0; turn < 2; turn++) {
        w5_ledger *l = w5_ledger_new(catalogue());
        w5_stream *s[2];
        s[turn] = stream(turn, "a.log", "nginx-error");
        s[!turn] = stream(!turn, "b.log", "nginx-error");
        for (size_t i = 0; i < 2; i++)
            put(l, event(s[i], 5, "connection-refused", "CK-111", AT(0),
                         i == turn ? "pid=1|upstream=a:1" : "pid=2|upstream=a:1"));
        const w5_timeline *t = timeline(l, s, 2, NULL);
        assert_int_equal(t->cell[0].pid, 1);
        assert_int_equal(t->cell[1].pid, 2);
        w5_ledger_free(l);
    }
}

static void times_asked_for_leave_the_rest_out(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    w5_timeline_options o = options();
    o.since = AT(10);
    o.until = AT(20);
    for (int i = 0; i < 30; i += 5)
        refused(l, s, (uint64_t)i + 1, AT(i));
    const w5_timeline *t = timeline(l, &s, 1, &o);
    assert_int_equal(t->cells, 3);
    assert_int_equal(t->upstream_errors, 3);
    assert_str(told(t->codes), W5_STR("CK-111 3"));
    assert_int_equal(w5_ledger_sum(l).upstream_errors, 6);
    w5_ledger_free(l);
}

static void seeking_finds_the_first_of_a_second(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    for (int i = 0; i < 5; i++)
        refused(l, s, (uint64_t)i + 1, AT(i * 10) + W5_SECOND / 2);
    const w5_timeline *t = timeline(l, &s, 1, NULL);
    static const struct {
        int second;
        size_t index;
    } table[] = {
        {-5, 0},
        {0,  0},
        {1,  1},
        {10, 1},
        {40, 4},
        {41, 5}
    };
    for (size_t i = 0; i < COUNT(table); i++)
        assert_int_equal(w5_timeline_seek(t, AT(table[i].second) + W5_SECOND - 1), table[i].index);
    assert_int_equal(w5_timeline_seek(t, W5_TIME_NONE), 0);
    assert_int_equal(w5_timeline_seek(t, W5_TIME_MAX), 5);
    w5_ledger_free(l);
}

static void civil_stamps_become_utc_with_all_their_times(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "slow.log", "mysql-slow");
    w5_timeline_options o = options();
    o.zone = (w5_zone){.fixed = true, .offset = 3600};
    made_event m =
        event(s, 1, "slow-query", "", AT(3600),
              "query_time=5|query_start=2026-11-20T12:59:55Z|query_end=2026-11-20T13:00:00Z|"
              "fingerprint=select ?");
    m.record.zoned = false;
    put(l, m);
    const w5_timeline *t = timeline(l, &s, 1, &o);
    assert_int_equal(t->cell[0].at, AT(0));
    assert_int_equal(t->cell[0].query_start, AT(-5));
    assert_int_equal(t->cell[0].query_end, AT(0));
    assert_int_equal(t->lane[0].first, AT(0));
    assert_int_equal(w5_stream_utc(s, s->last), AT(0));
    w5_ledger_free(l);
}

static void lines_of_no_interest_say_what_a_log_covers(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"), stream(1, "quiet.log", "nginx-error")};
    refused(l, s[0], 1, AT(0));
    s[0]->last = AT(500); /* the record stage saw more */
    s[1]->first = AT(-10);
    s[1]->last = AT(10);
    const w5_timeline *t = timeline(l, s, 2, NULL);
    assert_int_equal(t->lanes, 2);
    assert_int_equal(t->lane[0].last, AT(500));
    assert_int_equal(t->lane[1].first, AT(-10));
    assert_int_equal(w5_incidents_build(t, made_in).at[0]->over, W5_OVER_YES);
    w5_ledger_free(l);
}

static void logs_without_any_event_cover_time_however_many_they_are(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[100];
    for (uint32_t i = 0; i < COUNT(s); i++) {
        s[i] = stream(i, "quiet.log", "nginx-error");
        s[i]->first = s[i]->last = AT(i);
    }
    const w5_timeline *t = timeline(l, s, COUNT(s), NULL);
    assert_int_equal(t->lanes, COUNT(s));
    for (size_t i = 0; i < COUNT(s); i++)
        assert_int_equal(t->lane[i].last, AT(t->lane[i].stream));
    w5_ledger_free(l);
}

static void building_twice_gives_the_same(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    refused(l, s, 1, AT(0));
    const w5_timeline *one = timeline(l, &s, 1, NULL), *other = timeline(l, &s, 1, NULL);
    assert_int_equal(one->cells, other->cells);
    assert_memory_equal(one->cell, other->cell, sizeof(*one->cell));
    refused(l, s, 2, AT(1)); /* and it goes on growing */
    assert_int_equal(timeline(l, &s, 1, NULL)->cells, 2);
    w5_ledger_free(l);
}

static void an_empty_ledger_has_an_empty_timeline(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    const w5_timeline *t = timeline(l, NULL, 0, NULL);
    w5_incidents all = w5_incidents_build(t, made_in);
    assert_int_equal(t->cells + t->traffics + t->paths + all.n + all.backgrounds, 0);
    w5_ledger_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes_come_before_effects_of_the_same_second),
        cmocka_unit_test(names_of_streams_break_ties_and_not_their_numbers),
        cmocka_unit_test(times_asked_for_leave_the_rest_out),
        cmocka_unit_test(seeking_finds_the_first_of_a_second),
        cmocka_unit_test(civil_stamps_become_utc_with_all_their_times),
        cmocka_unit_test(lines_of_no_interest_say_what_a_log_covers),
        cmocka_unit_test(logs_without_any_event_cover_time_however_many_they_are),
        cmocka_unit_test(building_twice_gives_the_same),
        cmocka_unit_test(an_empty_ledger_has_an_empty_timeline),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
