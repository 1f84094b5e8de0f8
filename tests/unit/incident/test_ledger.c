/* test_ledger.c -- tests ledger.c put.c put_error.c put_access.c put_other.c traits.c */
#include "build.h"

#define REFUSED(n, upstream)                                                                       \
    "pid=7|connection=" #n "|request=GET /a HTTP/1.1|upstream=http://" upstream "/a|server=shop"

static void equal_errors_of_one_second_are_one_cell(void **state)
{
    (void)state;
    const w5_cell *cell;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    put(l, event(s, 1, "connection-refused", "CK-111", NOON, REFUSED(1, "127.0.0.1:8000")));
    put(l, event(s, 2, "connection-refused", "CK-111", NOON, REFUSED(2, "127.0.0.1:8000")));
    put(l, event(s, 3, "connection-refused", "CK-111", NOON, REFUSED(3, "127.0.0.1:8001")));
    put(l, event(s, 4, "connection-refused", "CK-111", NOON + W5_SECOND,
                 REFUSED(4, "127.0.0.1:8000")));
    assert_int_equal(w5_ledger_cells(l, &cell), 3);
    assert_int_equal(cell[0].count, 2);
    assert_int_equal(cell[0].failed, 2);
    assert_int_equal(cell[0].line, 1);
    assert_int_equal(cell[0].last_line, 2);
    assert_str(w5_intern_str(w5_ledger_intern(l), cell[0].upstream), W5_STR("127.0.0.1:8000"));
    assert_str(w5_intern_str(w5_ledger_intern(l), cell[0].path), W5_STR("/a"));
    assert_int_equal(w5_ledger_sum(l).upstream_errors, 4);
    w5_ledger_free(l);
}

static void a_request_that_tries_its_peers_fails_once(void **state)
{
    (void)state;
    const w5_cell *cell;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    put(l, event(s, 1, "connection-refused", "CK-111", NOON, REFUSED(1, "127.0.0.1:8000")));
    put(l, event(s, 2, "connection-refused", "CK-111", NOON + W5_SECOND,
                 REFUSED(1, "127.0.0.1:8001")));
    put(l, event(s, 3, "no-live-upstreams", "CN-NOLIVE", NOON + W5_SECOND, REFUSED(1, "backend")));
    put(l, event(s, 4, "connection-refused", "CK-111", NOON + 9 * W5_SECOND,
                 REFUSED(1, "127.0.0.1:8000")));
    uint64_t failed = 0;
    size_t n = w5_ledger_cells(l, &cell);
    for (size_t i = 0; i < n; i++)
        failed += cell[i].failed;
    assert_int_equal(n, 4);
    assert_int_equal(failed, 2);
    w5_ledger_free(l);
}

static void an_exit_told_three_times_is_one(void **state)
{
    (void)state;
    const w5_cell *cell;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "gunicorn.log", "gunicorn");
    put(l, event(s, 1, "worker-exit", "", NOON, "pid=19|subject=19"));
    put(l, event(s, 2, "worker-exit", "", NOON, "pid=7|subject=19|exit_code=1"));
    put(l, event(s, 3, "worker-exit", "", NOON, "pid=7|subject=19|exit_code=1"));
    put(l, event(s, 4, "worker-exit", "", NOON, "pid=7|subject=20|exit_code=1"));
    assert_int_equal(w5_ledger_cells(l, &cell), 2);
    assert_int_equal(cell[0].count, 1);
    assert_int_equal(cell[0].number, 1);
    assert_int_equal(class_count(l, "worker-exit"), 2);
    w5_ledger_free(l);
}

static void a_traceback_without_a_stamp_stands_behind_the_last_line(void **state)
{
    (void)state;
    const w5_cell *cell;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "gunicorn.log", "gunicorn");
    w5_stream *bare = stream(0, "gunicorn.log", "python");
    w5_stream *other = stream(1, "other.log", "python");
    put(l, event(s, 1, "worker-boot", "", NOON, "pid=19|subject=19"));
    put(l, event(s, 2, "worker-exit", "", NOON + W5_SECOND, "pid=19|subject=19"));
    put(l, event(bare, 3, "boot-failure", "", W5_TIME_NONE, "exception=NameError: x"));
    put(l, event(other, 1, "boot-failure", "", W5_TIME_NONE, "exception=NameError: x"));
    assert_int_equal(w5_ledger_cells(l, &cell), 3);
    assert_true(cell[2].at == NOON + W5_SECOND);
    assert_int_equal(class_count(l, "boot-failure"), 2);
    w5_ledger_free(l);
}

static void a_log_tells_what_its_workers_are_unless_they_differ(void **state)
{
    (void)state;
    const w5_lane *lane;
    w5_ledger *l = w5_ledger_new(catalogue()), *sum = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "gunicorn.log", "gunicorn");
    put(l, event(s, 1, NULL, "", NOON, "worker_class=gevent"));
    put(l, event(s, 2, NULL, "", NOON, "pid=7"));
    w5_ledger_lanes(l, &lane);
    assert_string_equal(lane->workers, "gevent");
    w5_ledger_merge(sum, l);
    w5_ledger_merge(sum, l);
    w5_ledger_lanes(sum, &lane);
    assert_string_equal(lane->workers, "gevent");
    put(l, event(s, 3, NULL, "", NOON, "worker_class=sync"));
    w5_ledger_merge(sum, l);
    w5_ledger_lanes(sum, &lane);
    assert_string_equal(lane->workers, "?");
    w5_ledger_free(l);
    w5_ledger_free(sum);
}

static void look_alikes_cost_a_cell_a_minute(void **state)
{
    (void)state;
    const w5_cell *cell;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    for (int i = 0; i < 120; i++)
        put(l, event(s, (uint64_t)i + 1, "client-abort", "", NOON + i * W5_SECOND,
                     REFUSED(1, "127.0.0.1:8000")));
    assert_int_equal(w5_ledger_cells(l, &cell), 2);
    assert_int_equal(class_count(l, "client-abort"), 120);
    assert_int_equal(w5_ledger_sum(l).upstream_errors, 0);
    w5_ledger_free(l);
}

static void a_forged_line_is_counted_and_nothing_else(void **state)
{
    (void)state;
    const w5_cell *cell;
    w5_ledger *l = w5_ledger_new(catalogue());
    made_event m = event(stream(0, "error.log", "nginx-error"), 1, "connection-refused", "CK-111",
                         NOON, REFUSED(1, "127.0.0.1:8000"));
    m.record.forged = true;
    put(l, m);
    assert_int_equal(w5_ledger_cells(l, &cell), 0);
    assert_int_equal(w5_ledger_sum(l).forged, 1);
    assert_int_equal(class_count(l, "connection-refused"), 0);
    w5_ledger_free(l);
}

static void codes_add_up_to_classes(void **state)
{
    (void)state;
    const w5_str *names;
    const uint64_t *counts;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    put(l, event(s, 1, "premature-close", "HU-EOF", NOON, REFUSED(1, "a:1")));
    put(l, event(s, 2, "premature-close", "SU-EOF", NOON, REFUSED(2, "a:1")));
    put(l, event(s, 3, "peer-disabled", "CN-DOWN", NOON, REFUSED(2, "a:1")));
    put(l, event(s, 4, "premature-close", "HU-EOF", NOON, REFUSED(4, "a:1")));
    assert_int_equal(w5_ledger_codes(l, &names, &counts), 3);
    assert_str(names[0], W5_STR("HU-EOF"));
    assert_int_equal(counts[0], 2);
    assert_int_equal(w5_ledger_sum(l).upstream_errors, 3); /* peer-disabled tells of another line */
    w5_ledger_free(l);
}

static void only_notable_access_lines_are_cells(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool cell;
    } table[] = {
        {"status=200|request_time=0.1|upstream_addr=a:1",                               false},
        {"status=404|request_time=0.1|upstream_addr=a:1",                               false},
        {"status=502|request_time=0.1|upstream_addr=a:1",                               true },
        {"status=499|request_time=0.1|upstream_addr=a:1",                               true },
        {"status=009|request_time=0.1|upstream_addr=a:1",                               true },
        {"status=200|request_time=7.25|upstream_addr=a:1",                              true },
        {"status=200|request_time=0.1|upstream_addr=a:1, a:2|upstream_status=502, 200", true },
        {"status=200|request_time=0.1|upstream_addr=a:1, a:2|upstream_status=404, 200", false},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        const w5_cell *cell;
        w5_ledger *l = w5_ledger_new(catalogue());
        put(l,
            event(stream(0, "access.log", "nginx-access"), 1, "access", "", NOON, table[i].fields));
        if ((w5_ledger_cells(l, &cell) == 1) != table[i].cell)
            fail_msg("%s", table[i].fields);
        w5_ledger_free(l);
    }
}

static void the_same_event_of_ours_counts_once(void **state)
{
    (void)state;
    static const w5_pattern ours = {0};
    w5_ledger *l = w5_ledger_new(catalogue());
    made_event m = event(stream(0, "web1.ndjson", "why502"), 1, "worker-timeout", "", NOON,
                         "pid=7|subject=19");
    m.record.pattern = &ours;
    m.record.id = W5_STR("abc");
    put(l, m);
    put(l, m);
    assert_int_equal(class_count(l, "worker-timeout"), 1);
    w5_ledger_free(l);
}

static void a_million_names_fit(void **state)
{
    (void)state;
    const w5_cell *cell;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "error.log", "nginx-error");
    uint64_t lines = 0;
    char fields[256];
    for (unsigned i = 0; i < 1000000; i++) {
        snprintf(
            fields, sizeof(fields),
            "pid=%u|connection=%u|client=10.%u.%u.%u|server=shop|request=GET /p/%x/%u HTTP/1.1|"
            "upstream=http://127.0.0.1:8000/p/%u|text=line %u of a long log",
            i, i, i >> 16, i >> 8 & 255, i & 255, i * 2654435761u, i, i, i);
        put(l, event(s, i + 1, "premature-close", "HU-EOF", NOON + i * (W5_SECOND / 50), fields));
    }
    size_t n = w5_ledger_cells(l, &cell);
    for (size_t i = 0; i < n; i++)
        lines += cell[i].count;
    assert_true(n <= W5_CELLS_MAX);
    assert_int_equal(lines, 1000000);
    assert_int_equal(w5_ledger_sum(l).upstream_errors, 1000000);
    assert_true(w5_ledger_sum(l).coarsened > 0);
    assert_true(w5_intern_refused(w5_ledger_intern(l)) == 0);
    w5_ledger_free(l);
}

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % sides;
}

/* Bytes of all kinds, mostly with the marks that the fields are cut at. */
static w5_str garbage(uint32_t *seed)
{
    static const char marks[] = "/:,. ?-0159unix:";
    size_t n = dice(seed, 8) ? dice(seed, 20) : dice(seed, 700);
    char *text = w5_arena_alloc(made_in, n + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = dice(seed, 3) ? marks[dice(seed, sizeof(marks) - 1)] : (char)dice(seed, 256);
    return (w5_str){text, n};
}

static void hostile_fields_and_times_harm_nobody(void **state)
{
    (void)state;
    const w5_class *const *classes;
    uint32_t n = (uint32_t)w5_catalogue_classes(catalogue(), &classes), seed = 11;
    w5_stream *s[] = {stream(0, "a", "nginx-error"), stream(1, "b", "nginx-access"),
                      stream(2, "c", "gunicorn")};
    for (int turn = 0; turn < 6; turn++) {
        w5_ledger *l = w5_ledger_new(catalogue());
        for (int i = 0; i < 3000; i++) {
            made_event m = event(s[dice(&seed, 3)], dice(&seed, 1000), NULL, "", NOON, "");
            for (int f = 0; f < W5_FIELDS; f++)
                if (dice(&seed, 3) == 0)
                    w5_record_set(&m.record, (w5_field)f, garbage(&seed));
            m.record.at = w5_civil(dice(&seed, turn ? 3 : 10000) + 1, 1 + dice(&seed, 12), 1,
                                   dice(&seed, 24), dice(&seed, 60), dice(&seed, 60), 0);
            m.record.zoned = dice(&seed, 2);
            m.record.text = garbage(&seed);
            m.record.host = dice(&seed, 2) ? garbage(&seed) : W5_NONE;
            m.record.count = dice(&seed, 4);
            m.event.klass = dice(&seed, 20) ? classes[dice(&seed, n)] : NULL;
            m.event.code = dice(&seed, 2) ? garbage(&seed) : W5_STR("HU-EOF");
            put(l, m);
        }
        w5_incidents all = incidents(l, s, 3);
        assert_true(all.n + all.backgrounds > 0);
        w5_ledger_free(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_errors_of_one_second_are_one_cell),
        cmocka_unit_test(a_request_that_tries_its_peers_fails_once),
        cmocka_unit_test(an_exit_told_three_times_is_one),
        cmocka_unit_test(a_traceback_without_a_stamp_stands_behind_the_last_line),
        cmocka_unit_test(a_log_tells_what_its_workers_are_unless_they_differ),
        cmocka_unit_test(look_alikes_cost_a_cell_a_minute),
        cmocka_unit_test(a_forged_line_is_counted_and_nothing_else),
        cmocka_unit_test(codes_add_up_to_classes),
        cmocka_unit_test(only_notable_access_lines_are_cells),
        cmocka_unit_test(the_same_event_of_ours_counts_once),
        cmocka_unit_test(hostile_fields_and_times_harm_nobody),
        cmocka_unit_test(a_million_names_fit),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
