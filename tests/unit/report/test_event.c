#include "inspect.h"

#include <why502/base/json.h>

typedef struct desk {
    w5_arena *arena;
    w5_stream stream;
    w5_record record;
    w5_event event;
    w5_class klass;
    w5_view view;
    w5_out *out;
} desk;

static desk *open_desk(void)
{
    w5_arena *arena = w5_arena_new();
    desk *d = W5_NEW(arena, desk);
    d->arena = arena;
    d->stream = (w5_stream){.name = W5_STR("error.log"), .zoned = true};
    d->klass = (w5_class){.id = W5_STR("connection-refused"), .family = W5_UPSTREAM};
    d->record = (w5_record){.stream = &d->stream,
                            .at = SCENE_START,
                            .zoned = true,
                            .line = 12,
                            .offset = 345,
                            .count = 1,
                            .message = W5_STR("connect() failed")};
    d->event = (w5_event){.record = &d->record, .klass = &d->klass, .code = W5_STR("CK-111")};
    w5_record_set(&d->record, W5_F_connection, W5_STR("41"));
    w5_record_set(&d->record, W5_F_errno, W5_STR("111"));
    w5_record_set(&d->record, W5_F_path, W5_STR("/ok"));
    w5_record_set(&d->record, W5_F_query_time, W5_STR("3.355000"));
    d->view = (w5_view){.redact = W5_REDACT_SECRETS};
    d->out = w5_out_memory();
    return d;
}

static void close_desk(desk *d)
{
    w5_out_done(d->out, NULL);
    w5_arena_free(d->arena);
}

static const w5_json *parse(desk *d, w5_str line)
{
    const w5_json *v = NULL;
    size_t used;
    assert_int_equal(w5_json_read(d->arena, line, &used, &v), W5_OK);
    return v;
}

/* Every key of spec §6.3. */
static void every_key_stands_in_every_line(void **state)
{
    static const char *const keys[] = {
        "v",       "time",     "precision_s", "host",   "source",  "format", "line",
        "offset",  "class",    "code",        "kind",   "phase",   "errno",  "level",
        "pid",     "tid",      "connection",  "client", "server",  "method", "path",
        "request", "upstream", "referrer",    "status", "message", "text",   "fields",
        "count",   "forged",   "id"};
    desk *d = open_desk();
    w5_report_event(d->out, &d->event, &d->view);
    const w5_json *v = parse(d, w5_out_bytes(d->out));
    for (size_t i = 0; i < COUNT(keys); i++)
        if (!w5_json_get(v, keys[i]))
            fail_msg("no %s", keys[i]);
    assert_int_equal(w5_json_count(v), COUNT(keys));
    assert_str(w5_json_str(w5_json_get(v, "time")), W5_STR("2026-11-20T17:05:46Z"));
    assert_str(w5_json_str(w5_json_get(v, "class")), W5_STR("connection-refused"));
    assert_int_equal(w5_json_what(w5_json_get(v, "kind")), W5_JSON_NULL);
    close_desk(d);
    (void)state;
}

static void numbers_are_written_digit_by_digit(void **state)
{
    static const struct {
        w5_str value;
        const char *written;
    } cases[] = {
        {W5_LIT("111"),               "\"errno\":111,"                  },
        {W5_LIT("0"),                 "\"errno\":0,"                    },
        {W5_LIT("-1"),                "\"errno\":-1,"                   },
        {W5_LIT("3.355000"),          "\"errno\":3.355000,"             },
        {W5_LIT("007"),               "\"errno\":\"007\","              },
        {W5_LIT("1e5"),               "\"errno\":\"1e5\","              },
        {W5_LIT(""),                  "\"errno\":\"\","                 },
        {W5_LIT("1."),                "\"errno\":\"1.\","               },
        {W5_LIT("-"),                 "\"errno\":\"-\","                },
        {W5_LIT("12345678901234567"), "\"errno\":\"12345678901234567\","},
    };
    desk *d = open_desk();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_record_set(&d->record, W5_F_errno, cases[i].value);
        w5_out_reset(d->out);
        w5_report_event(d->out, &d->event, &d->view);
        assert_has(w5_out_bytes(d->out), cases[i].written);
        parse(d, w5_out_bytes(d->out));
    }
    close_desk(d);
    (void)state;
}

static void a_stamp_without_zone_is_told_as_it_stood_too(void **state)
{
    desk *d = open_desk();
    d->record.zoned = d->stream.zoned = false;
    w5_report_event(d->out, &d->event, &d->view);
    assert_has(w5_out_bytes(d->out),
               "\"time\":\"2026-11-20T17:05:46Z\",\"stamp\":\"2026-11-20T17:05:46\",");
    d->stream.zone = (w5_zone){.fixed = true, .offset = 9 * 3600};
    d->stream.zone_from = W5_ZONE_ACCESS_LOG;
    w5_out_reset(d->out);
    w5_report_event(d->out, &d->event, &d->view);
    assert_has(w5_out_bytes(d->out),
               "\"time\":\"2026-11-20T08:05:46Z\",\"stamp\":\"2026-11-20T17:05:46\",");
    close_desk(d);
    (void)state;
}

static void other_lines_are_of_kind_other(void **state)
{
    desk *d = open_desk();
    d->event.klass = NULL;
    d->event.code = W5_STR("");
    w5_report_event(d->out, &d->event, &d->view);
    assert_has(w5_out_bytes(d->out), "\"class\":null,\"code\":null,\"kind\":\"other\",");
    close_desk(d);
    (void)state;
}

static void hostile_bytes_leave_it_one_strict_line(void **state)
{
    desk *d = open_desk();
    d->record.message = d->stream.name = d->record.host = HOSTILE;
    for (int f = 0; f < W5_FIELDS; f++)
        w5_record_set(&d->record, (w5_field)f, HOSTILE);
    w5_report_event(d->out, &d->event, &d->view);
    w5_str text = w5_out_bytes(d->out), line;
    assert_tame(text, 0);
    assert_true(w5_str_cut(text, '\n', &line, &text));
    assert_int_equal(text.len, 0);
    parse(d, line);
    close_desk(d);
    (void)state;
}

static w5_str id_in(w5_str line)
{
    size_t at;
    assert_true(w5_str_find(line, W5_STR("\"id\":\""), &at));
    return w5_str_head(w5_str_skip(line, at + 6), 16);
}

static void equal_lines_have_ids_of_their_own_and_repeats_the_same(void **state)
{
    w5_str first[2], second[2];
    desk *d = open_desk();
    for (int run = 0; run < 2; run++) {
        w5_event_log *log = w5_event_log_new(d->out, &d->view, W5_STR("web1"), false);
        w5_str text;
        w5_out_reset(d->out);
        d->record.line = run ? 1012 : 12; /* the same log, read from elsewhere */
        w5_event_log_put(log, &d->event);
        w5_event_log_put(log, &d->event);
        w5_str lines = w5_arena_str(d->arena, w5_out_bytes(d->out));
        assert_true(w5_str_cut(lines, '\n', &text, &lines));
        first[run] = id_in(text);
        second[run] = id_in(lines);
        w5_event_log_free(log);
    }
    assert_false(w5_str_eq(first[0], second[0]));
    assert_str(first[0], first[1]);
    assert_str(second[0], second[1]);
    close_desk(d);
    (void)state;
}

static w5_catalogue *known(w5_arena *arena)
{
    w5_err err = {0};
    w5_catalogue *c = w5_catalogue_new(arena);
    assert_int_equal(w5_catalogue_load_builtin(c, &err), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, &err), W5_OK);
    return c;
}

static void folded_equal_events_of_a_second_are_one_row(void **state)
{
    desk *d = open_desk();
    w5_catalogue *c = known(d->arena);
    w5_ledger *l = w5_ledger_new(c);
    w5_stream *streams[] = {&d->stream};
    w5_run run = {.ledger = l, .stream = streams, .streams = 1};
    w5_event_log *log = w5_event_log_new(d->out, &d->view, W5_STR("web1"), true);
    d->event.klass = w5_catalogue_class(c, W5_STR("connection-refused"));
    for (int i = 0; i < 5; i++, d->record.line++)
        w5_ledger_put(l, &d->event);
    w5_event_log_end(log, &run);
    w5_event_log_free(log);
    w5_str text = w5_out_bytes(d->out), line = W5_NONE;
    while (!has(line, "\"folded\":\"cell\"") && w5_str_cut(text, '\n', &line, &text))
        parse(d, line);
    assert_has(line, "\"class\":\"connection-refused\"");
    assert_has(line, "\"line\":12,");
    assert_has(line, "\"last_line\":16,");
    assert_has(line, "\"count\":5,");
    assert_lacks(text, "\"folded\":\"cell\"");
    w5_ledger_free(l);
    w5_catalogue_free(c);
    close_desk(d);
    (void)state;
}

static void a_row_that_was_read_is_told_again_as_strict_json(void **state)
{
    desk *d = open_desk();
    w5_event_log *log = w5_event_log_new(d->out, &d->view, W5_STR("web1"), false);
    d->record.told = W5_STR("{\"v\":1,\"folded\":\"cell\",\"count\":3,\"count\":4,\"x\":{\"y\":1},"
                            "\"\\u0076\":1,\"offset\":-3600,\"path\":\"/a?password=secret\"}");
    w5_event_log_put(log, &d->event);
    w5_event_log_free(log);
    w5_str text = w5_out_bytes(d->out);
    parse(d, text);
    assert_has(text,
               "{\"v\":1,\"folded\":\"cell\",\"count\":3,\"x\":null,\"offset\":-3600,\"path\":");
    assert_lacks(text, "secret");
    close_desk(d);
    (void)state;
}

static void the_end_tells_what_each_source_covered(void **state)
{
    desk *d = open_desk();
    w5_stream *streams[] = {&d->stream};
    w5_run run = {.stream = streams, .streams = 1};
    w5_event_log *log = w5_event_log_new(d->out, &d->view, W5_STR("web1"), false);
    d->stream.first = SCENE_START;
    d->stream.last = SCENE_START + W5_HOUR;
    d->stream.lines = d->stream.understood = 9;
    w5_event_log_end(log, &run);
    w5_event_log_free(log);
    const w5_json *v = parse(d, w5_out_bytes(d->out));
    assert_str(w5_json_str(w5_json_get(v, "kind")), W5_STR("coverage"));
    assert_str(w5_json_str(w5_json_get(v, "last")), W5_STR("2026-11-20T18:05:46Z"));
    close_desk(d);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_stands_in_every_line),
        cmocka_unit_test(numbers_are_written_digit_by_digit),
        cmocka_unit_test(a_stamp_without_zone_is_told_as_it_stood_too),
        cmocka_unit_test(other_lines_are_of_kind_other),
        cmocka_unit_test(hostile_bytes_leave_it_one_strict_line),
        cmocka_unit_test(equal_lines_have_ids_of_their_own_and_repeats_the_same),
        cmocka_unit_test(folded_equal_events_of_a_second_are_one_row),
        cmocka_unit_test(a_row_that_was_read_is_told_again_as_strict_json),
        cmocka_unit_test(the_end_tells_what_each_source_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
