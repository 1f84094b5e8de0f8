#include "record/fields_access.h"

#include "stage.h"

static w5_arena *arena;

static w5_access_program *compile(const char *text)
{
    w5_access_program *p = malloc(sizeof(*p));
    assert_true(w5_access_compile(W5_STR("x"), w5_str_of(text), arena, p));
    return p;
}

typedef struct expected {
    w5_field field;
    const char *value;
} expected;

static void assert_run(const char *format, const char *line, const expected *fields, size_t n)
{
    w5_access_program *p = compile(format);
    w5_record r = {.at = W5_TIME_NONE};
    w5_access_clock clock = {0};
    if (!w5_access_run(p, &clock, w5_str_of(line), &r) || !w5_access_finish(&r, p->json, arena))
        fail_msg("\"%s\" does not fit \"%s\"", line, format);
    for (size_t i = 0; i < n; i++)
        assert_str(w5_record_get(&r, fields[i].field), w5_str_of(fields[i].value));
    free(p);
}

static const char combined[] =
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_referer\" \"$http_user_agent\"";

static void a_log_format_reads_what_it_wrote(void **state)
{
    (void)state;
    const expected a[] = {{W5_F_client, "1.2.3.4"}, {W5_F_status, "502"}, {W5_F_method, "GET"},
                          {W5_F_path, "/x"},        {W5_F_user, ""},      {W5_F_user_agent, "curl/7 (x; y)"}};
    assert_run(combined,
               "1.2.3.4 - - [20/Nov/2026:16:37:20 +0000] \"GET /x?y HTTP/1.1\" 502 157 \"-\" \"curl/7 (x; y)\"",
               a, COUNT(a));
    const expected b[] = {{W5_F_path, "/x"},
                          {W5_F_upstream_addr, "127.0.0.1:1, unix:/run/a.sock : [::1]:2"},
                          {W5_F_upstream, "[::1]:2"},
                          {W5_F_upstream_status, "502, 504 : 200"},
                          {W5_F_request_time, "0.012"}};
    assert_run("$msec $request_uri $status $upstream_addr $upstream_status $request_time",
               "1795192640.123 /x?y 200 127.0.0.1:1, unix:/run/a.sock : [::1]:2 502, 504 : 200 0.012", b,
               COUNT(b));
    const expected c[] = {{W5_F_status, "009"}, {W5_F_upstream_status, "-"}, {W5_F_upstream, ""}};
    assert_run("[$time_iso8601] ${status} ua=$upstream_addr us=$upstream_status \"$request\"",
               "[2026-11-20T16:37:20+09:00] 009 ua=- us=- \"GET / HTTP/1.1\"", c, COUNT(c));
    const expected d[] = {{W5_F_status, "200"}, {W5_F_path, "/a b"}};
    assert_run("$status\t$time_local\t$unknown_thing\t$uri", "200\t20/Nov/2026:16:37:20 +0000\twhatever it is\t/a b",
               d, COUNT(d));
}

static void the_text_may_stand_as_in_nginx_conf(void **state)
{
    (void)state;
    const char *line = "{\"t\":\"2026-11-20T16:37:20+00:00\",\"s\":502,\"r\":\"GET /\\\"x HTTP/1.1\"}";
    const char *const formats[] = {
        "log_format main escape=json '{\"t\":\"$time_iso8601\",' '\"s\":$status,\"r\":\"$request\"}';",
        "log_format main escape=json\n  '{\"t\":\"$time_iso8601\",'\n  '\"s\":$status,\"r\":\"$request\"}';",
        "escape=json{\"t\":\"$time_iso8601\",\"s\":$status,\"r\":\"$request\"}",
        "escape=json \"{\\\"t\\\":\\\"$time_iso8601\\\",\\\"s\\\":$status,\\\"r\\\":\\\"$request\\\"}\"",
    };
    for (size_t i = 0; i < COUNT(formats); i++) {
        const expected b[] = {{W5_F_status, "502"}, {W5_F_path, "/\"x"}};
        assert_run(formats[i], line, b, COUNT(b));
    }
}

static void a_line_of_another_format_does_not_fit(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "1.2.3.4 - - [20/Nov/2026:16:37:20 +0000] \"GET / HTTP/1.1\" 502 157 \"-\" \"x\" more",
        "1.2.3.4 - - [20/Nov/2026:16:37:20 +0000] \"GET / HTTP/1.1\" xyz 157 \"-\" \"x\"",
        "1.2.3.4 - - [32/Nov/2026:16:37:20 +0000] \"GET / HTTP/1.1\" 502 157 \"-\" \"x\"",
        "1.2.3.4 - - [20/Nov/2026:16:37:20 +0000] \"GET / HTTP/1.1",
    };
    w5_access_program *p = compile(combined);
    for (size_t i = 0; i < COUNT(lines); i++) {
        w5_record r = {.at = W5_TIME_NONE};
        w5_access_clock clock = {0};
        assert_false(w5_access_run(p, &clock, w5_str_of(lines[i]), &r));
    }
    free(p);
}

static void a_format_without_variables_is_none(void **state)
{
    (void)state;
    w5_access_program p;
    assert_false(w5_access_compile(W5_STR("x"), W5_STR(""), arena, &p));
    assert_false(w5_access_compile(W5_STR("x"), W5_STR("nothing"), arena, &p));
    assert_false(w5_access_compile(W5_STR("x"), W5_STR("$nobody_knows"), arena, &p));
    assert_false(w5_access_compile(W5_STR("x"), W5_STR("'$"), arena, &p));
}

static void names_are_believed_only_with_fitting_values(void **state)
{
    (void)state;
    w5_record r = {.at = W5_TIME_NONE};
    assert_true(w5_access_put(&r, W5_STR("ua"), W5_STR("127.0.0.1:1, backend : unix:/x")));
    assert_str(w5_record_get(&r, W5_F_upstream_addr), W5_STR("127.0.0.1:1, backend : unix:/x"));
    r.have = 0;
    assert_false(w5_access_put(&r, W5_STR("ua"), W5_STR("Mozilla/5.0 (X11; Linux)")));
    assert_false(w5_access_put(&r, W5_STR("ua"), W5_STR("curl/7.88.1")));
    assert_false(w5_access_put(&r, W5_STR("us"), W5_STR("united states")));
    assert_false(w5_access_put(&r, W5_STR("rt"), W5_STR("fast")));
    assert_false(w5_access_put(&r, W5_STR("status"), W5_STR("20")));
    assert_false(w5_access_put(&r, W5_STR("stranger"), W5_STR("1")));
    assert_int_equal(r.have, 0);
    assert_true(w5_access_put(&r, W5_STR("method"), W5_STR("-")));
    assert_int_equal(r.have, 0);
}

static void the_finest_stamp_counts(void **state)
{
    (void)state;
    w5_record r = {.at = W5_TIME_NONE};
    assert_true(w5_access_put(&r, W5_STR("time_local"), W5_STR("20/Nov/2026:17:37:20 +0100")));
    assert_int_equal(r.at, INT64_C(1795192640) * W5_SECOND);
    assert_true(w5_access_put(&r, W5_STR("msec"), W5_STR("1795192640.123")));
    assert_true(w5_access_put(&r, W5_STR("time_iso8601"), W5_STR("2026-11-20T16:37:20+00:00")));
    assert_int_equal(r.at, INT64_C(1795192640123) * 1000);
    assert_int_equal(r.digits, 3);
    assert_true(r.zoned);
}

static void escapes_leave_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool json;
        const char *plain;
    } cases[] = {
        {"/a\\x22b\\x5C", false, "/a\"b\\"},   {"/a\\xZZ\\x2", false, "/a\\xZZ\\x2"},
        {"/a\\\"b\\\\\\t", true, "/a\"b\\\t"}, {"/a\\u0022b", true, "/a\"b"},
        {"/a\\", true, "/a\\"},                {"/plain", false, "/plain"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_record r = {.at = 0};
        w5_record_set(&r, W5_F_status, W5_STR("200"));
        w5_record_set(&r, W5_F_path, w5_str_of(cases[i].path));
        assert_true(w5_access_finish(&r, cases[i].json, arena));
        assert_str(w5_record_get(&r, W5_F_path), w5_str_of(cases[i].plain));
    }
}

static void a_line_without_time_status_or_request_is_none(void **state)
{
    (void)state;
    w5_record r = {.at = W5_TIME_NONE};
    w5_record_set(&r, W5_F_status, W5_STR("200"));
    w5_record_set(&r, W5_F_path, W5_STR("/"));
    assert_false(w5_access_finish(&r, false, NULL));
    r.at = 0;
    assert_true(w5_access_finish(&r, false, NULL));
    r.have = (uint64_t)1 << W5_F_path;
    assert_false(w5_access_finish(&r, false, NULL));
    r.have = (uint64_t)1 << W5_F_status;
    assert_false(w5_access_finish(&r, false, NULL));
}

static int setup(void **state)
{
    (void)state;
    arena = w5_arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    w5_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_format_reads_what_it_wrote),
        cmocka_unit_test(the_text_may_stand_as_in_nginx_conf),
        cmocka_unit_test(a_line_of_another_format_does_not_fit),
        cmocka_unit_test(a_format_without_variables_is_none),
        cmocka_unit_test(names_are_believed_only_with_fitting_values),
        cmocka_unit_test(the_finest_stamp_counts),
        cmocka_unit_test(escapes_leave_the_path),
        cmocka_unit_test(a_line_without_time_status_or_request_is_none),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
