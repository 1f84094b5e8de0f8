#include "stage.h"

#define NGINX "2026/11/20 16:37:20 [notice] 7#7: exiting"
#define FIELDS " level=<notice> pid=<7> tid=<7>"

static void assert_line(const char *line, const char *told)
{
    stage s = stage_new(NULL);
    stage_read(&s, w5_str_of(line), strlen(line));
    assert_told(&s, told);
    stage_free(&s);
}

static void layers_come_off_in_any_nesting(void **state)
{
    (void)state;
    static const char docker[] = "{\"log\":\"%s\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T16:37:21.5Z\"}\n";
    char line[600];
    assert_line("nginx-1  | " NGINX "\n", "1 2026-11-20T16:37:20Z? nginx-error \"exiting\"" FIELDS "\n");
    snprintf(line, sizeof(line), docker, NGINX);
    assert_line(line, "1 2026-11-20T16:37:20Z nginx-error \"exiting\"" FIELDS "\n");
    snprintf(line, sizeof(line), docker, "nginx-1  | " NGINX);
    assert_line(line, "1 2026-11-20T16:37:20Z nginx-error \"exiting\"" FIELDS "\n");
    assert_line("2026-11-20T16:37:21.123456789Z stderr F nginx-1  | " NGINX "\n",
                "1 2026-11-20T16:37:20Z nginx-error \"exiting\"" FIELDS "\n");
    assert_line("Nov 20 16:37:21 web-1 nginx[9]: " NGINX "\n",
                "1 2026-11-20T16:37:20Z? nginx-error \"exiting\" @web-1" FIELDS " ident=<nginx>\n");
    assert_line("a-1 | b-1 | c-1 | d-1 | " NGINX "\n", "1 2026-11-20T16:37:20Z? nginx-error \"exiting\"" FIELDS "\n");
    assert_line("a-1 | b-1 | c-1 | d-1 | e-1 | " NGINX "\n", "");
}

/* Written at 16:37:20 in Tokyo, read by docker at 07:37:21 UTC. */
static void a_stamp_borrows_the_zone_of_its_layer(void **state)
{
    (void)state;
    static const struct {
        const char *layer, *told;
    } cases[] = {
        {"2026-11-20T07:37:21.1Z", "2026-11-20T07:37:20Z"},   {"2026-11-20T16:37:19.9Z", "2026-11-20T16:37:20Z"},
        {"2026-11-20T16:41:00.1Z", "2026-11-20T16:37:20Z"},   {"2026-11-20T11:07:22.1Z", "2026-11-20T11:07:20Z"},
        {"2026-11-20T16:37:20+09:00", "2026-11-20T07:37:20Z"}, {"2026-11-22T16:37:21.1Z", "2026-11-20T16:37:20Z?"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[200];
        char told[300];
        snprintf(line, sizeof(line), "%s stderr F " NGINX "\n", cases[i].layer);
        snprintf(told, sizeof(told), "1 %s nginx-error \"exiting\"" FIELDS "\n", cases[i].told);
        assert_line(line, told);
    }
}

static void a_layers_stamp_stands_in_for_a_missing_one(void **state)
{
    (void)state;
    assert_line("2026-11-20T16:37:21.123456789Z stderr F nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address "
                "already in use)\n",
                "1 2026-11-20T16:37:21.123456Z nginx-error \"bind() to 0.0.0.0:80 failed\" level=<emerg> errno=<98>\n");
}

/* STAGE_HINT is 20 November 2026, noon. */
static void a_missing_year_is_the_one_before_the_hint(void **state)
{
    (void)state;
    static const struct {
        const char *stamp, *told;
    } cases[] = {
        {"1120 16:37:20", "2026-11-20T16:37:20"}, {"1121 11:00:00", "2026-11-21T11:00:00"},
        {"1122 16:37:20", "2025-11-22T16:37:20"}, {"0101 00:00:00", "2026-01-01T00:00:00"},
        {"0229 00:00:00", "2024-02-29T00:00:00"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[200];
        char told[300];
        snprintf(line, sizeof(line), "I%s.123456       7 main.go:190] hello\n", cases[i].stamp);
        snprintf(told, sizeof(told), "1 %s.123456Z? nginx-error \"hello\" level=<info>\n", cases[i].told);
        assert_line(line, told);
    }
}

static void pieces_of_a_line_are_joined_per_writer(void **state)
{
    (void)state;
    assert_line("2026-11-20T16:37:20.1Z stderr P 2026/11/20 16:37:20 [no\n"
                "2026-11-20T16:37:20.1Z stdout P 2026/11/20 16:37:21 [not\n"
                "2026-11-20T16:37:20.1Z stderr P tice] 7#7: ex\n"
                "2026-11-20T16:37:20.1Z stdout F ice] 8#8: exiting\n"
                "2026-11-20T16:37:20.1Z stderr F iting\n",
                "4 2026-11-20T16:37:21Z nginx-error \"exiting\" level=<notice> pid=<8> tid=<8>\n"
                "5 2026-11-20T16:37:20Z nginx-error \"exiting\"" FIELDS "\n");
}

#define STDERR "2026/11/20 16:37:2%d [error] 7#7: *%d FastCGI sent in stderr: \"one"
#define CLOSED "#0\" while reading upstream, client: 192.0.2.1, server: s"

static void records_of_two_writers_may_interleave(void **state)
{
    (void)state;
    char text[1000];
    snprintf(text, sizeof(text), "a-1 | " STDERR "\nb-1 | " STDERR "\na-1 | " CLOSED "\nb-1 | " CLOSED "\n", 0, 5,
             1, 6);
    assert_line(text,
                "1+1 2026-11-20T16:37:20Z? nginx-error \"FastCGI sent in stderr: \"one\\x0a#0\"\" level=<error> pid=<7> "
                "tid=<7> connection=<5> client=<192.0.2.1> server=<s> phase=<reading upstream>\n"
                "2+1 2026-11-20T16:37:21Z? nginx-error \"FastCGI sent in stderr: \"one\\x0a#0\"\" level=<error> pid=<7> "
                "tid=<7> connection=<6> client=<192.0.2.1> server=<s> phase=<reading upstream>\n");
}

static void writers_beyond_the_bound_are_given_up_one_by_one(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
    for (int i = 0; i < 60; i++) {
        char line[200];
        snprintf(line, sizeof(line), "w-%d | " STDERR "\n", i, i % 10, i);
        stage_put(&s, w5_str_of(line), strlen(line));
    }
    stage_end(&s);
    assert_int_equal(s.n, 60);
    assert_account(w5_records_stream(s.records, 0), 60, 0, 0, 0);
    stage_free(&s);
}

static void a_record_may_have_all_its_lines_in_one_entry(void **state)
{
    (void)state;
    assert_line("{\"log\":\"2026/11/20 16:37:20 [error] 7#7: *5 FastCGI sent in stderr: \\\"one\\n#0\\\" while reading "
                "upstream, client: 192.0.2.1, server: s\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T16:37:21Z\"}\n" NGINX
                "\n",
                "1 2026-11-20T16:37:20Z nginx-error \"FastCGI sent in stderr: \"one\\x0a#0\"\" level=<error> pid=<7> tid=<7> "
                "connection=<5> client=<192.0.2.1> server=<s> phase=<reading upstream>\n"
                "2 2026-11-20T16:37:20Z? nginx-error \"exiting\"" FIELDS "\n");
}

static void entries_of_several_lines_are_one_record(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    w5_str text = W5_STR("__CURSOR=x\n__REALTIME_TIMESTAMP=1795192640000000\nSYSLOG_IDENTIFIER=nginx\n_HOSTNAME=web-1\n"
                         "MESSAGE=" NGINX "\n\n"
                         "__CURSOR=x\n__REALTIME_TIMESTAMP=1795192641000000\nMESSAGE=gibberish\n\n"
                         "__CURSOR=x\n__REALTIME_TIMESTAMP=1795192640000000\nMESSAGE=" NGINX "\n");
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR("nginx-error"), STAGE_HINT);
    stage_put(&s, text, 20);
    stage_end(&s);
    assert_told(&s, "1+5 2026-11-20T16:37:20Z nginx-error \"exiting\" @web-1" FIELDS " ident=<nginx>\n"
                    "11+2 2026-11-20T16:37:20Z nginx-error \"exiting\"" FIELDS "\n");
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_account(stream, 9, 4, 0, 0);
    assert_int_equal(stream->unknown[0].line, 7);
    assert_str(stream->host, W5_STR("web-1"));
    stage_free(&s);
}

static void formats_may_change_from_line_to_line(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s,
               W5_STR(NGINX "\n1.2.3.4 - - [20/Nov/2026:16:37:20 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\"\n"
                            "nginx-1  | " NGINX "\n" NGINX "\n" NGINX "\n"),
               30);
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_account(stream, 5, 0, 0, 0);
    assert_str(stream->format->id, W5_STR("nginx-error"));
    stage_free(&s);
}

static void leading_rubbish_is_no_reason_to_lose_a_line(void **state)
{
    (void)state;
    static const char nuls[] = "\0\0\0\0\0" NGINX "\n\0\0\0\n\xef\xbb\xbf" NGINX "\n";
    assert_line("\xef\xbb\xbf" NGINX "\n", "1 2026-11-20T16:37:20Z? nginx-error \"exiting\"" FIELDS "\n");
    assert_line("\x1b[31m" NGINX "\x1b[0m\n", "1 2026-11-20T16:37:20Z? nginx-error \"exiting\"" FIELDS "\n");
    stage s = stage_new(NULL);
    stage_read(&s, (w5_str){nuls, sizeof(nuls) - 1}, 9);
    assert_account(w5_records_stream(s.records, 0), 2, 1, 0, 0);
    stage_free(&s);
}

static void a_clock_that_was_never_set_is_told(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR("1970/01/01 00:00:07 [notice] 7#7: exiting\n" NGINX "\n2026/13/45 16:37:20 [notice] 7#7: x\n"),
               1000);
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_int_equal(stream->suspect_times, 2);
    assert_int_equal(stream->first, stream->last);
    assert_int_equal(s.n, 3);
    stage_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_come_off_in_any_nesting),
        cmocka_unit_test(a_stamp_borrows_the_zone_of_its_layer),
        cmocka_unit_test(a_layers_stamp_stands_in_for_a_missing_one),
        cmocka_unit_test(a_missing_year_is_the_one_before_the_hint),
        cmocka_unit_test(pieces_of_a_line_are_joined_per_writer),
        cmocka_unit_test(records_of_two_writers_may_interleave),
        cmocka_unit_test(writers_beyond_the_bound_are_given_up_one_by_one),
        cmocka_unit_test(a_record_may_have_all_its_lines_in_one_entry),
        cmocka_unit_test(entries_of_several_lines_are_one_record),
        cmocka_unit_test(formats_may_change_from_line_to_line),
        cmocka_unit_test(leading_rubbish_is_no_reason_to_lose_a_line),
        cmocka_unit_test(a_clock_that_was_never_set_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
