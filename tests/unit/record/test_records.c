#include "stage.h"

#define LINE(n) "2026/11/20 16:37:2" #n " [notice] 7#7: exiting\n"
#define TOLD(line, n) line " 2026-11-20T16:37:2" #n "Z? nginx-error \"exiting\" level=<notice> pid=<7> tid=<7>\n"

static void every_line_is_accounted_for(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR(LINE(0) "\n  \t\nwhat is this\n" LINE(1) "no newline"), 1000);
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_told(&s, TOLD("1", 0) TOLD("5", 1));
    assert_account(stream, 4, 2, 0, 0);
    assert_int_equal(stream->bytes, 2 * 42 + 5 + 13 + 10);
    assert_int_equal(stream->unknown[0].line, 4);
    assert_str(stream->unknown[0].text, W5_STR("what is this"));
    assert_int_equal(stream->unknown[1].line, 6);
    assert_int_equal(stream->unknown[2].line, 0);
    assert_str(stream->format->id, W5_STR("nginx-error"));
    assert_str(stream->how, W5_STR("by its lines"));
    assert_false(stream->zoned);
    assert_int_equal(stream->first, INT64_C(1795192640) * W5_SECOND);
    assert_int_equal(stream->last, INT64_C(1795192641) * W5_SECOND);
    stage_free(&s);
}

static void an_empty_source_is_a_stream_without_lines(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR(""), 1);
    assert_int_equal(w5_records_streams(s.records), 1);
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_account(stream, 0, 0, 0, 0);
    assert_null(stream->format);
    assert_int_equal(stream->first, W5_TIME_NONE);
    stage_free(&s);
}

static void tails_headers_part_a_source_into_logs(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR("==> a.log <==\n" LINE(0) "\n==> b.log <==\n" LINE(1) LINE(2) "\n==> a.log <==\n" LINE(3)),
               1000);
    assert_told(&s, TOLD("2", 0) TOLD("2", 1) TOLD("3", 2) TOLD("5", 3));
    assert_int_equal(w5_records_streams(s.records), 2);
    assert_str(w5_records_stream(s.records, 0)->name, W5_STR("a.log"));
    assert_str(w5_records_stream(s.records, 1)->name, W5_STR("b.log"));
    assert_account(w5_records_stream(s.records, 0), 5, 0, 0, 0);
    assert_account(w5_records_stream(s.records, 1), 4, 0, 0, 0);
    stage_free(&s);
}

static void headers_without_end_make_no_logs_without_end(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    w5_out *out = w5_out_memory();
    for (int i = 0; i < 3000; i++)
        w5_out_fmt(out, "==> %d.log <==\n" LINE(0) "\n", i);
    stage_read(&s, w5_out_bytes(out), 1 << 20);
    assert_int_equal(s.n, 3000);
    assert_int_equal(w5_records_streams(s.records), 257);
    assert_str(w5_records_stream(s.records, 255)->name, W5_STR("255.log"));
    const w5_stream *rest = w5_records_stream(s.records, 256);
    assert_str(rest->name, W5_STR("(other)"));
    assert_account(rest, 3 * (3000 - 256), 0, 0, 0);
    w5_out_done(out, NULL);
    stage_free(&s);
}

static void lines_before_a_header_are_the_sources_own(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR(LINE(0) "==> b.log <==\n" LINE(1)), 1000);
    assert_str(w5_records_stream(s.records, 0)->name, W5_STR("x.log"));
    assert_str(w5_records_stream(s.records, 1)->name, W5_STR("b.log"));
    stage_free(&s);
}

static void sources_may_take_turns(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    for (int round = 0; round < 3; round++)
        for (uint32_t i = 0; i < 2; i++) {
            w5_records_begin(s.records, i, i == 0 ? W5_STR("a") : W5_STR("b"), W5_STR(""), STAGE_HINT);
            stage_put(&s, i == 0 ? W5_STR(LINE(0)) : W5_STR("2026/11/20 16:37:21 [no"), 100);
            stage_put(&s, i == 0 ? W5_STR("") : W5_STR("tice] 7#7: exiting\n"), 100);
        }
    stage_end(&s);
    assert_int_equal(w5_records_streams(s.records), 2);
    assert_account(w5_records_stream(s.records, 0), 3, 0, 0, 0);
    assert_account(w5_records_stream(s.records, 1), 3, 0, 0, 0);
    stage_free(&s);
}

/* A path message could be the opener of a forged record: it waits for what follows, a tick ends it. */
static void a_tick_gives_out_what_was_held(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    w5_str line = W5_STR("2026/11/20 16:37:20 [error] 7#7: *1 open() \"/x\" failed (2: No such file or "
                         "directory), client: 192.0.2.1, server: s, request: \"GET /x HTTP/1.1\"\n");
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
    stage_put(&s, line, line.len);
    assert_int_equal(s.n, 0);
    stage_end(&s);
    assert_int_equal(s.n, 1);
    stage_put(&s, line, line.len);
    assert_int_equal(s.n, 1);
    stage_end(&s);
    assert_int_equal(s.n, 2);
    stage_free(&s);
}

static void an_upstream_error_waits_for_nothing(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
    stage_put(&s, W5_STR("2026/11/20 16:37:20 [error] 7#7: *1 no live upstreams while connecting to upstream, "
                         "client: 192.0.2.1, server: s, request: \"GET /x HTTP/1.1\"\n"),
              1000);
    assert_int_equal(s.n, 1);
    stage_free(&s);
}

static void a_line_longer_than_the_longest_is_cut_and_counted(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    size_t size = (1u << 20) + 5000;
    char *text = malloc(size + 100);
    memset(text, 'x', size);
    memcpy(text, LINE(0), sizeof(LINE(0)) - 1);
    memcpy(text, "2026/11/20 16:37:20 [notice] 7#7: exiting ", 42);
    memcpy(text + size, "\n" LINE(1), sizeof("\n" LINE(1)) - 1);
    stage_read(&s, (w5_str){text, size + sizeof("\n" LINE(1)) - 1}, 70000);
    assert_account(w5_records_stream(s.records, 0), 1, 0, 1, 0);
    assert_int_equal(s.n, 2);
    stage_free(&s);

    s = stage_new(NULL); /* the source cut it */
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
    w5_records_put(s.records, (w5_str){text, 1u << 20}, 0, true);
    stage_drain(&s);
    w5_records_put(s.records, W5_STR(LINE(1)), size, false);
    stage_drain(&s);
    stage_end(&s);
    assert_account(w5_records_stream(s.records, 0), 1, 0, 1, 0);
    free(text);
    stage_free(&s);
}

static void a_forced_format_is_the_only_one_asked(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR("nginx-access"), STAGE_HINT);
    stage_put(&s, W5_STR(LINE(0)), 100);
    stage_end(&s);
    assert_account(w5_records_stream(s.records, 0), 0, 1, 0, 0);
    stage_free(&s);
}

static void forced_formats_say_so(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR("nginx-error"), STAGE_HINT);
    stage_put(&s, W5_STR("nginx-1  | " LINE(0)), 100);
    stage_end(&s);
    assert_str(w5_records_stream(s.records, 0)->how, W5_STR("as told, behind compose"));
    stage_free(&s);
}

static void fields_are_walked_for_all_where_that_is_asked(void **state)
{
    (void)state;
    w5_records *r = w5_records_new(&(w5_record_options){.all_fields = true});
    w5_record record;
    w5_records_begin(r, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
    w5_records_put(r, W5_STR("2026/11/20 16:37:20 [error] 7#7: *1 no live upstreams while connecting to upstream, "
                             "client: 192.0.2.1, server: s, request: \"GET /x HTTP/1.1\"\n"),
                   0, false);
    assert_int_equal(w5_records_take(r, &record), W5_OK);
    assert_str(w5_record_get(&record, W5_F_path), W5_STR("/x"));
    w5_records_free(r);
    w5_records_free(NULL);
}

static void a_stage_without_a_source_waits(void **state)
{
    (void)state;
    w5_records *r = w5_records_new(NULL);
    w5_record record;
    w5_records_put(r, W5_STR("x\n"), 0, false);
    w5_records_tick(r);
    assert_int_equal(w5_records_take(r, &record), W5_WAIT);
    w5_records_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_accounted_for),
        cmocka_unit_test(an_empty_source_is_a_stream_without_lines),
        cmocka_unit_test(tails_headers_part_a_source_into_logs),
        cmocka_unit_test(headers_without_end_make_no_logs_without_end),
        cmocka_unit_test(lines_before_a_header_are_the_sources_own),
        cmocka_unit_test(sources_may_take_turns),
        cmocka_unit_test(a_tick_gives_out_what_was_held),
        cmocka_unit_test(an_upstream_error_waits_for_nothing),
        cmocka_unit_test(a_line_longer_than_the_longest_is_cut_and_counted),
        cmocka_unit_test(a_forced_format_is_the_only_one_asked),
        cmocka_unit_test(forced_formats_say_so),
        cmocka_unit_test(fields_are_walked_for_all_where_that_is_asked),
        cmocka_unit_test(a_stage_without_a_source_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
