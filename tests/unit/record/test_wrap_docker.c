#include "peeled.h"

static const w5_time stamp = INT64_C(1795192640123456);
#define TAIL "\",\"stream\":\"stderr\",\"time\":\"2026-11-20T16:37:20.123456789Z\"}"

static void the_text_comes_out_as_it_was_written(void **state)
{
    (void)state;
    const peeled cases[] = {
        {.line = "{\"log\":\"a b\\n" TAIL, .inner = "a b", .at = stamp, .zoned = true},
        {.line = "{\"log\":\"say \\\"x\\\"\\n" TAIL, .inner = "say \"x\"", .at = stamp, .zoned = true},
        {.line = "{\"log\":\"a\\\\nb\\n" TAIL, .inner = "a\\nb", .at = stamp, .zoned = true},
        {.line = "{\"log\":\"\\u001b[31m\\u00e9\\u20ac\\ud83d\\ude00\\n" TAIL,
         .inner = "\x1b[31m\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         .at = stamp,
         .zoned = true},
        {.line = "{\"log\":\"\\ud83d\\u0041\\uzz\\n" TAIL,
         .inner = "\xef\xbf\xbd" "A" "\xef\xbf\xbd" "zz",
         .at = stamp,
         .zoned = true},
        {.line = "{\"log\":\"crlf\\r\\n" TAIL, .inner = "crlf", .at = stamp, .zoned = true},
        {.line = "{\"log\":\"\\n" TAIL, .inner = "", .at = stamp, .zoned = true},
        {.line = "{\"log\": \"x\\n\", \"stream\": \"stdout\", "
                 "\"time\": \"2026-11-20T16:37:20.123456789Z\"}",
         .inner = "x",
         .at = stamp,
         .zoned = true},
        {.line = "{\"log\":\"x\\n\",\"stream\":\"stdout\",\"attrs\":{\"tag\":\"a\"},"
                 "\"time\":\"2026-11-20T16:37:20.123456789Z\"}",
         .inner = "x",
         .at = stamp,
         .zoned = true},
    };
    check_peel(w5_wrap_docker, cases, COUNT(cases));
}

static void a_text_without_its_newline_is_a_piece(void **state)
{
    (void)state;
    w5_arena *scratch = w5_arena_new();
    w5_wrapped w = {.scratch = scratch, .at = W5_TIME_NONE};
    assert_true(w5_wrap_docker(W5_STR("{\"log\":\"abc" TAIL), &w));
    assert_true(w.partial);
    assert_str(w.inner, W5_STR("abc"));
    assert_str(w.key, W5_STR("stderr"));
    w5_arena_free(scratch);
}

static void other_objects_are_left_alone(void **state)
{
    (void)state;
    const char *const lines[] = {
        "{\"log\":\"abc",         "{\"log\":\"abc\\",   "{\"log\":\"abc\\n\"}",
        "{\"log\":\"a\",\"time\":\"x\"}", "{\"message\":\"x\"}", "",
    };
    check_left_alone(w5_wrap_docker, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_comes_out_as_it_was_written),
        cmocka_unit_test(a_text_without_its_newline_is_a_piece),
        cmocka_unit_test(other_objects_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
