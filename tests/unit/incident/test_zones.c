#include "build.h"

/* A note with its arguments put in. */
static const char *note_text(const w5_note *note)
{
    static char text[256];
    size_t n = 0;
    const char *words = note->plural && note->number != 1 ? note->plural : note->words;
    for (const char *p = words; *p && n + 1 < sizeof(text); p++)
        if (p[0] == '%' && p[1] >= '1' && p[1] <= '5' && p[2] == '$') {
            n +=
                (size_t)snprintf(text + n, sizeof(text) - n, "%.*s", W5_ARG(note->arg[p[1] - '1']));
            p += 3;
        } else {
            text[n++] = *p;
        }
    text[n < sizeof(text) ? n : sizeof(text) - 1] = '\0';
    return text;
}

#define AT(seconds) (NOON + (w5_time)(seconds)*W5_SECOND)

static w5_time tokyo(w5_time utc)
{
    return utc + 9 * W5_HOUR; /* what a clock on the wall there shows, read as UTC */
}

static void local_error(w5_ledger *l, w5_stream *s, unsigned n, w5_time at, const char *path)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "pid=7|connection=%u|request=GET %s HTTP/1.1|upstream=http://a:1%s|text=error %u", n,
             path, path, n);
    made_event m = event(s, n, "premature-close", "HU-EOF", at, fields);
    m.record.zoned = false;
    put(l, m);
}

static void worker_dies(w5_ledger *l, w5_stream *s, unsigned n, w5_time at)
{
    char fields[64];
    snprintf(fields, sizeof(fields), "pid=7|subject=%u|text=died %u", 100 + n, n);
    put(l, event(s, n, "worker-timeout", "", at, fields));
}

static void failed_request(w5_ledger *l, w5_stream *s, unsigned n, w5_time at, const char *path)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "request=GET %s HTTP/1.1|status=502|upstream_addr=a:1|text=a %u", path, n);
    put(l, event(s, n, "access", "", at, fields));
}

static void the_access_log_gives_the_error_log_its_zone(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"),
                      stream(1, "access.log", "nginx-access")};
    local_error(l, s[0], 1, tokyo(AT(0)), "/a");
    local_error(l, s[0], 2, tokyo(AT(700)), "/b");
    failed_request(l, s[1], 1, AT(0), "/a");
    failed_request(l, s[1], 2, AT(701), "/b");
    const w5_timeline *t = timeline(l, s, 2, NULL);
    assert_int_equal(s[0]->zone_from, W5_ZONE_ACCESS_LOG);
    assert_int_equal(s[0]->shift, -9 * W5_HOUR);
    assert_int_equal(t->cell[0].at, AT(0));
    assert_int_equal(t->note_count, 1);
    assert_string_equal(note_text(&t->notes[0]),
                        "nginx log read as +09:00: 2 of 2 pairs fit within 1 s");
    w5_ledger_free(l);
}

static void the_offset_in_an_access_line_is_enough(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int shift;
    } table[] = {
        {"1.2.3.4 - - [20/Nov/2026:21:00:00 +0900] \"GET /a+1 HTTP/1.1\" 200 5", -9 * 3600},
        {"1.2.3.4 - - [20/Nov/2026:08:30:00 -0330] \"GET / HTTP/1.1\" 200 5",    12600    },
        {"{\"t\":\"2026-11-20T21:00:00+09:00\",\"s\":200}",                      -9 * 3600},
        {"1.2.3.4 - - [20/Nov/2026:20:00:00 +0900] \"GET / HTTP/1.1\" 200 5",
         0                                                                                }, /* not that time */
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_ledger *l = w5_ledger_new(catalogue());
        w5_stream *s[] = {stream(0, "error.log", "nginx-error"),
                          stream(1, "access.log", "nginx-access")};
        local_error(l, s[0], 1, AT(77), "/a");
        made_event m = event(s[1], 1, "access", "", AT(0), "status=200");
        m.record.text = w5_str_of(table[i].text);
        put(l, m);
        timeline(l, s, 2, NULL);
        if (s[0]->shift != table[i].shift * W5_SECOND)
            fail_msg("%s: %jd", table[i].text, (intmax_t)(s[0]->shift / W5_SECOND));
        w5_ledger_free(l);
    }
}

static void requests_that_both_logs_tell_of_outweigh_the_offset(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"),
                      stream(1, "access.log", "nginx-access")};
    made_event m = event(s[1], 1, "access", "", AT(-20), "status=200");
    m.record.text = W5_STR("1.2.3.4 - - [20/Nov/2026:11:59:40 +0000] \"GET / HTTP/1.1\" 200 5");
    put(l, m);
    local_error(l, s[0], 1, tokyo(AT(0)), "/a");
    local_error(l, s[0], 2, tokyo(AT(700)), "/b");
    failed_request(l, s[1], 2, AT(0), "/a");
    failed_request(l, s[1], 3, AT(701), "/b");
    timeline(l, s, 2, NULL);
    assert_int_equal(s[0]->shift, -9 * W5_HOUR);
    w5_ledger_free(l);
}

static void clusters_that_fit_infer_a_zone(void **state)
{
    (void)state;
    static const int seconds[] = {0, 100, 340, 900, 2000};
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"), stream(1, "gunicorn.log", "gunicorn")};
    for (unsigned i = 0; i < COUNT(seconds); i++) {
        local_error(l, s[0], i + 1, tokyo(AT(seconds[i] + 1)), "/a");
        worker_dies(l, s[1], i + 1, AT(seconds[i]));
    }
    const w5_timeline *t = timeline(l, s, 2, NULL);
    assert_int_equal(s[0]->zone_from, W5_ZONE_INFERRED);
    assert_int_equal(s[0]->shift, -9 * W5_HOUR);
    assert_string_equal(note_text(&t->notes[0]),
                        "nginx log read as +09:00: 5 of 5 pairs fit within 1 s");
    w5_ledger_free(l);
}

static void two_clusters_are_not_enough(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"), stream(1, "gunicorn.log", "gunicorn")};
    for (unsigned i = 0; i < 2; i++) {
        local_error(l, s[0], i + 1, tokyo(AT(100 * i)), "/a");
        worker_dies(l, s[1], i + 1, AT(100 * i));
    }
    timeline(l, s, 2, NULL);
    assert_int_equal(s[0]->zone_from, W5_ZONE_HOST);
    assert_int_equal(s[0]->shift, 0);
    w5_ledger_free(l);
}

/* Of one failure only the zone that another log's stamps tell is tried. */
static void one_failure_is_enough_for_the_zone_of_a_neighbour(void **state)
{
    (void)state;
    static const struct {
        const char *stamp; /* of the application's line */
        w5_time shift;
        w5_zone_from from;
    } table[] = {
        {"[2026-11-20 21:00:00 +0900] died", -9 * W5_HOUR, W5_ZONE_INFERRED},
        {"2026-11-20T12:00:00+00:00 h g: [2026-11-20 21:00:00 +0900] died", -9 * W5_HOUR,
         W5_ZONE_INFERRED},
        {"[2026-11-20 12:00:00 +0000] died", 0, W5_ZONE_HOST},
        {"[2026-11-20 14:00:00 +0200] died", 0, W5_ZONE_HOST}, /* fits nothing there */
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_ledger *l = w5_ledger_new(catalogue());
        w5_stream *s[] = {stream(0, "error.log", "nginx-error"),
                          stream(1, "gunicorn.log", "gunicorn")};
        local_error(l, s[0], 1, tokyo(AT(0)), "/a");
        char fields[160];
        snprintf(fields, sizeof(fields), "pid=7|subject=101|text=%s", table[i].stamp);
        put(l, event(s[1], 1, "worker-timeout", "", AT(0), fields));
        timeline(l, s, 2, NULL);
        assert_int_equal(s[0]->zone_from, table[i].from);
        assert_int_equal(s[0]->shift, table[i].shift);
        w5_ledger_free(l);
    }
}

static void unrelated_logs_are_never_shifted(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++) {
        unsigned random = seed * 2654435761u;
        w5_ledger *l = w5_ledger_new(catalogue());
        w5_stream *s[] = {stream(0, "error.log", "nginx-error"),
                          stream(1, "gunicorn.log", "gunicorn")};
        for (unsigned i = 0; i < 5 + seed; i++) {
            random = random * 1664525u + 1013904223u;
            local_error(l, s[0], i + 1, AT(random >> 8 & 0x7fff), "/a");
            random = random * 1664525u + 1013904223u;
            worker_dies(l, s[1], i + 1, AT(random >> 8 & 0x7fff));
        }
        const w5_timeline *t = timeline(l, s, 2, NULL);
        if (s[0]->shift != 0 || s[1]->shift != 0)
            fail_msg("seed %u: %s", seed, note_text(&t->notes[0]));
        w5_ledger_free(l);
    }
}

static void what_comes_each_hour_fits_everywhere_and_shifts_nothing(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"), stream(1, "gunicorn.log", "gunicorn")};
    for (unsigned i = 0; i < 24; i++) {
        local_error(l, s[0], i + 1, AT(3600 * i), "/a");
        worker_dies(l, s[1], i + 1, AT(3600 * i));
    }
    timeline(l, s, 2, NULL);
    assert_int_equal(s[0]->shift, 0);
    w5_ledger_free(l);
}

static void a_clock_some_seconds_off_is_set_right(void **state)
{
    (void)state;
    static const int seconds[] = {0, 100, 340, 900, 2000};
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s[] = {stream(0, "error.log", "nginx-error"), stream(1, "gunicorn.log", "gunicorn"),
                      stream(2, "access.log", "nginx-access")};
    for (unsigned i = 0; i < COUNT(seconds); i++) {
        local_error(l, s[0], i + 1, AT(seconds[i]), "/a");
        failed_request(l, s[2], i + 1, AT(seconds[i]), "/a");
        worker_dies(l, s[1], i + 1, AT(seconds[i] + 17));
    }
    const w5_timeline *t = timeline(l, s, 3, NULL);
    assert_int_equal(s[1]->shift, -17 * W5_SECOND);
    assert_int_equal(t->note_count, 1);
    assert_string_equal(note_text(&t->notes[0]),
                        "gunicorn.log shifted by -17 s: 5 of 5 pairs fit within 1 s");
    w5_ledger_free(l);
}

static void an_option_stands_above_all(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int offset;
    } table[] = {
        {"nginx-error", 3600},
        {"error.log",   3600},
        {"",            3600},
        {"gunicorn",    0   }
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        w5_ledger *l = w5_ledger_new(catalogue());
        w5_stream *s = stream(0, "/var/log/nginx/error.log", "nginx-error");
        struct w5_zone_rule rule = {
            w5_str_of(table[i].what), {.fixed = true, .offset = 3600}
        };
        w5_timeline_options options = {.gap = W5_MINUTE,
                                       .since = W5_TIME_NONE,
                                       .until = W5_TIME_NONE,
                                       .now = W5_TIME_NONE,
                                       .zone = {.fixed = true},
                                       .zones = &rule,
                                       .zone_rules = 1};
        local_error(l, s, 1, AT(0), "/a");
        timeline(l, &s, 1, &options);
        assert_int_equal(s->shift, -table[i].offset * W5_SECOND);
        w5_ledger_free(l);
    }
}

static void lanes_of_one_stream_have_zones_of_their_own(void **state)
{
    (void)state;
    w5_ledger *l = w5_ledger_new(catalogue());
    w5_stream *s = stream(0, "-", "nginx-error");
    w5_format access = {.id = W5_LIT("nginx-access")};
    local_error(l, s, 1, tokyo(AT(0)), "/a");
    made_event m = event(s, 2, "access", "", AT(0),
                         "request=GET /a HTTP/1.1|status=502|upstream_addr=a:1|text=a");
    m.record.format = &access;
    put(l, m);
    const w5_timeline *t = timeline(l, &s, 1, NULL);
    assert_int_equal(t->cells, 2);
    assert_int_equal(t->cell[0].at, AT(0));
    assert_int_equal(t->cell[1].at, AT(0));
    w5_ledger_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_access_log_gives_the_error_log_its_zone),
        cmocka_unit_test(the_offset_in_an_access_line_is_enough),
        cmocka_unit_test(clusters_that_fit_infer_a_zone),
        cmocka_unit_test(two_clusters_are_not_enough),
        cmocka_unit_test(one_failure_is_enough_for_the_zone_of_a_neighbour),
        cmocka_unit_test(unrelated_logs_are_never_shifted),
        cmocka_unit_test(what_comes_each_hour_fits_everywhere_and_shifts_nothing),
        cmocka_unit_test(a_clock_some_seconds_off_is_set_right),
        cmocka_unit_test(an_option_stands_above_all),
        cmocka_unit_test(lanes_of_one_stream_have_zones_of_their_own),
        cmocka_unit_test(requests_that_both_logs_tell_of_outweigh_the_offset),
    };
    return cmocka_run_group_tests(tests, NULL, give_back);
}
