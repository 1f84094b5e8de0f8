#include "told.h"

static void every_shape_is_read_with_all_its_fields(void **state)
{
    (void)state;
    static const char *const names[] = {"composed", "provoked", "real-1.22.1", "start",
                                        "forged-1", "newlines-in-requests"};
    for (size_t i = 0; i < COUNT(names); i++)
        assert_told_file("nginx-error", names[i], NULL);
}

static void assert_read(const char *line, const char *told)
{
    stage s = stage_new(NULL);
    stage_read(&s, w5_str_of(line), strlen(line));
    assert_told(&s, told);
    stage_free(&s);
}

static void every_level_is_known(void **state)
{
    (void)state;
    static const char *const levels[] = {"debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"};
    for (size_t i = 0; i < COUNT(levels); i++) {
        char line[100];
        char told[200];
        snprintf(line, sizeof(line), "2026/11/20 16:37:20 [%s] 12#345: *678901 x\n", levels[i]);
        snprintf(told, sizeof(told),
                 "1 2026-11-20T16:37:20Z? nginx-error \"x\" level=<%s> pid=<12> tid=<345> connection=<678901>\n", levels[i]);
        assert_read(line, told);
    }
}

static void other_heads_are_not_nginxs(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "2026/11/20 16:37:20 [errors] 1#1: x",
        "2026/11/20 16:37:20 [Error] 1#1: x long enough",
        "2026/11/20 16:37:20 [error] 1#1 x long enough",
        "2026/11/20 16:37:20 [error] #1: x long enough",
        "2026/11/20 16:37:20 [error] 1#: x long enough",
        "2026/11/20 16:37:20 [error] 1: x long enough",
        "2026/11/20 16:37:20 error 1#1: x long enough",
        "2026/11/20T16:37:20 [error] 1#1: x long enough",
        "2026/11/20 16:37:2x [error] 1#1: x long enough",
        "2026-11-20 16:37:20 [error] 1#1: x long enough",
        "nginx: x",
        "nginx: [nonsense] x",
        "nginx: something else happened",
        "X1120 16:37:20.123456       7 main.go:190] x",
        "I1120 16:37:20.123456       7 no place] x",
        "I1120 16:37:20.12345        7 main.go:190] x",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        stage s = stage_new(NULL);
        w5_records_begin(s.records, 0, W5_STR("x"), W5_STR("nginx-error"), STAGE_HINT);
        stage_put(&s, w5_str_of(lines[i]), strlen(lines[i]));
        stage_end(&s);
        if (s.n != 0)
            fail_msg("\"%s\" is read", lines[i]);
        stage_free(&s);
    }
}

static void a_star_without_a_number_belongs_to_the_message(void **state)
{
    (void)state;
    assert_read("2026/11/20 16:37:20 [info] 1#1: *x y\n",
                "1 2026-11-20T16:37:20Z? nginx-error \"*x y\" level=<info> pid=<1> tid=<1>\n");
    assert_read("2026/11/20 16:37:20 [info] 1#1: *7\n",
                "1 2026-11-20T16:37:20Z? nginx-error \"*7\" level=<info> pid=<1> tid=<1>\n");
    assert_read("2026/11/20 16:37:20 [info] 1#1: \n",
                "1 2026-11-20T16:37:20Z? nginx-error \"\" level=<info> pid=<1> tid=<1>\n");
}

static void stamps_that_cannot_be_leave_no_time(void **state)
{
    (void)state;
    assert_read("2026/13/20 16:37:20 [info] 1#1: x\n2026/02/30 16:37:20 [info] 1#1: x\n"
                "2026/11/20 24:37:20 [info] 1#1: x\n2026/12/31 23:59:60 [info] 1#1: x\n",
                "1 - nginx-error \"x\" level=<info> pid=<1> tid=<1>\n"
                "2 - nginx-error \"x\" level=<info> pid=<1> tid=<1>\n"
                "3 - nginx-error \"x\" level=<info> pid=<1> tid=<1>\n"
                "4 2026-12-31T23:59:59Z? nginx-error \"x\" level=<info> pid=<1> tid=<1>\n");
}

#define STDERR "2026/11/20 16:37:20 [error] 1#1: *5 FastCGI sent in stderr: \"a"
#define TOLD   "nginx-error \"FastCGI sent in stderr: \"a"
#define FIELDS "level=<error> pid=<1> tid=<1> connection=<5>"

static void fastcgis_text_goes_on_until_it_is_closed(void **state)
{
    (void)state;
    assert_read(STDERR "\nb\n\nc\" while reading upstream, client: 1.2.3.4, server: s\nstray\n",
                "1+3 2026-11-20T16:37:20Z? " TOLD "\\x0ab\\x0a\\x0ac\"\" level=<error> pid=<1> tid=<1> connection=<5> "
                "client=<1.2.3.4> server=<s> phase=<reading upstream>\n");
    assert_read(STDERR "\nb\n2026/11/20 16:37:21 [info] 1#1: x\n",
                "1+1 2026-11-20T16:37:20Z? " TOLD "\\x0ab\" " FIELDS "\n"
                "3 2026-11-20T16:37:21Z? nginx-error \"x\" level=<info> pid=<1> tid=<1>\n");
}

static void fastcgis_text_ends_where_nginx_cuts_it(void **state)
{
    (void)state;
    char line[3000];
    size_t n = (size_t)snprintf(line, sizeof(line), STDERR);
    memset(line + n, 'b', 2047 - n);
    snprintf(line + 2047, sizeof(line) - 2047, "\nnot a part of it\n");
    stage s = stage_new(NULL);
    stage_read(&s, w5_str_of(line), strlen(line));
    assert_account(w5_records_stream(s.records, 0), 1, 1, 0, 0);
    stage_free(&s);
    memcpy(line + 1000, "\n", 1);
    memcpy(line + 1900, "\n", 1);
    s = stage_new(NULL);
    stage_read(&s, w5_str_of(line), strlen(line));
    assert_account(w5_records_stream(s.records, 0), 3, 1, 0, 0);
    stage_free(&s);
}

static void any_bytes_are_read_to_their_end_and_no_further(void **state)
{
    (void)state;
    w5_str text = stage_file("fixtures/formats/nginx-error/composed.log");
    unsigned seed = 1;
    char *bytes = malloc(text.len);
    for (int round = 0; round < 60; round++) {
        memcpy(bytes, text.ptr, text.len);
        for (int i = 0; i < 400; i++) {
            seed = seed * 1103515245u + 12345u;
            bytes[seed / 7 % text.len] = "\0\n\",: ()#*[]%x0A"[seed >> 16 & 15];
        }
        stage s = stage_new(NULL);
        stage_read(&s, (w5_str){bytes, text.len}, 100 + seed % 5000);
        const w5_stream *stream = w5_records_stream(s.records, 0);
        assert_int_equal(stream->lines,
                         stream->understood + stream->not_understood + stream->cut + stream->forged);
        assert_int_equal(stream->bytes, text.len);
        stage_free(&s);
    }
    free(bytes);
    free((void *)(uintptr_t)text.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_read_with_all_its_fields),
        cmocka_unit_test(every_level_is_known),
        cmocka_unit_test(other_heads_are_not_nginxs),
        cmocka_unit_test(a_star_without_a_number_belongs_to_the_message),
        cmocka_unit_test(stamps_that_cannot_be_leave_no_time),
        cmocka_unit_test(fastcgis_text_goes_on_until_it_is_closed),
        cmocka_unit_test(fastcgis_text_ends_where_nginx_cuts_it),
        cmocka_unit_test(any_bytes_are_read_to_their_end_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
