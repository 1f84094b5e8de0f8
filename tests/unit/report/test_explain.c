#include "pages.h"

static void a_page_tells_all_there_is_to_a_name(void **state)
{
    (void)state;
    static const struct {
        w5_str what;
        const char *words[7];
    } rows[] = {
        {W5_LIT("premature-close"),
         {"premature-close  upstream error", "HU-EOF SU-EOF", "Possible causes", "worker-oom-kill",
          "-> gunicorn-timeout", "connection-reset", "https://github.com/nginx/nginx"}                         },
        {W5_LIT("ck-111"),                  {"connection-refused  upstream error", "-> restart-service"}       },
        {W5_LIT("worker-timeout"),          {"worker-timeout  event", "Can be evidence for"}                   },
        {W5_LIT("client-abort"),            {"client-abort  no upstream error", "client-abort  cause"}         },
        {W5_LIT("header-too-big"),          {"header-too-big  upstream error", "header-too-big  cause"}        },
        {W5_LIT("gunicorn-worker-timeout"),
         {"gunicorn-worker-timeout  cause", "Can explain", "Do first", "Then",
          "Does not help, or harms", "See also"}                                                               },
        {W5_LIT("gunicorn-timeout"),
         {"gunicorn-timeout  remedy", "2 \u512a\u5148", "--timeout = 300", "Apply", "Verify",
          "Risk", "Will not help when"}                                                                        },
        {W5_LIT("nginx.connect-refused"),   {"nginx.connect-refused  pattern", "Example"}                      },
        {W5_LIT("nginx-error"),             {"nginx-error  format", "Example"}                                 },
        {W5_LIT("BK-113"),                  {"BK-113: reading the body, by the kernel, 113.", "upstream-other"}},
    };
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = built_in(arena, "");
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_words(page_of(arena, c, rows[i].what), rows[i].words, 7);
    w5_arena_free(arena);
}

static void a_pasted_line_leads_to_its_class_causes_and_remedies(void **state)
{
    (void)state;
    static const char *const words[] = {"A line of format nginx-error", "Short code HU-BIG",
                                        "header-too-big  upstream error", "-> nginx-buffers"};
    static const w5_str lines[] = {
        W5_LIT("2026/11/20 16:37:20 [error] 7#7: *1 upstream sent too big header while reading "
               "response header from upstream, client: 192.0.2.1, server: x, request: \"GET /a "
               "HTTP/1.1\", upstream: \"http://127.0.0.1:8000/a\", host: \"x\""),
        W5_LIT("upstream sent too big header\xe2\x80\xa6"),
        W5_LIT("upstream sent too big header while reading response header from upstream"),
    };
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = built_in(arena, "");
    for (size_t i = 0; i < COUNT(lines); i++)
        expect_words(page_of(arena, c, lines[i]), words, COUNT(words));
    w5_arena_free(arena);
}

static void secrets_of_a_pasted_line_are_not_repeated(void **state)
{
    (void)state;
    size_t at;
    w5_arena *arena = w5_arena_new();
    w5_str page = page_of(
        arena, built_in(arena, ""),
        W5_STR("2026/11/20 16:37:20 [error] 7#7: *1 connect() failed (111: Connection refused) "
               "while connecting to upstream, client: 192.0.2.1, server: x, request: \"GET "
               "/a?token=hunter2secret HTTP/1.1\", upstream: \"http://127.0.0.1:8000/a\", host: "
               "\"x\", referrer: \"\033[31m\""));
    assert_false(w5_str_find(page, W5_STR("hunter2secret"), &at));
    assert_false(w5_str_find_char(page, '\033', &at));
    w5_arena_free(arena);
}

static void what_is_unknown_is_refused_with_a_hint(void **state)
{
    (void)state;
    static const struct {
        w5_str what;
        const char *complaint;
    } rows[] = {
        {W5_LIT("worker-tiemout"),
         "nothing is known as 'worker-tiemout'; did you mean 'worker-timeout'?"                 },
        {W5_LIT("BK-113x"),
         "'BK-113x' is no id, no short code and no log line that is understood; see why502 list"},
        {W5_LIT("what a nice day it is"),
         "'what a nice day it is' is no id, no short code and no log line that is understood; see "
         "why502 list"                                                                          },
        {W5_LIT(""),                      "'' is no id, no short code and no log line that is understood; see why502 "
                     "list"                                                 },
    };
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = built_in(arena, "");
    for (size_t i = 0; i < COUNT(rows); i++) {
        w5_err err;
        w5_out *out = w5_out_memory();
        assert_int_equal(w5_explain_page(c, rows[i].what, &narrow, out, &err), W5_EINVAL);
        assert_string_equal(err.text, rows[i].complaint);
        assert_int_equal(w5_out_bytes(out).len, 0);
        w5_out_done(out, NULL);
    }
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_tells_all_there_is_to_a_name),
        cmocka_unit_test(a_pasted_line_leads_to_its_class_causes_and_remedies),
        cmocka_unit_test(secrets_of_a_pasted_line_are_not_repeated),
        cmocka_unit_test(what_is_unknown_is_refused_with_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
