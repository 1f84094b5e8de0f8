#include "stage.h"

static const struct {
    const char *path;
    uint64_t lines, trusted;
} forged[] = {
    {"fixtures/formats/nginx-error/forged-1.log", 2, 0}, {"fixtures/formats/nginx-error/forged-2.log", 3, 0},
    {"fixtures/formats/nginx-error/forged-3.log", 3, 0}, {"fixtures/formats/nginx-error/forged-4.log", 4, 1},
    {"fixtures/formats/nginx-error/forged-4-dots.log", 4, 1},
    {"fixtures/formats/nginx-error/forged-5.log", 2, 0},
};

static void no_line_that_a_client_wrote_is_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forged); i++) {
        w5_str text = stage_file(forged[i].path);
        stage s = stage_new(NULL);
        stage_read(&s, text, text.len);
        assert_account(w5_records_stream(s.records, 0), forged[i].trusted, 0, 0,
                       forged[i].lines - forged[i].trusted);
        assert_int_equal(s.n, forged[i].lines);
        stage_free(&s);
        free((void *)(uintptr_t)text.ptr);
    }
}

static void honest_newlines_are_believed(void **state)
{
    (void)state;
    w5_str text = stage_file("fixtures/formats/nginx-error/newlines-in-requests.log");
    stage s = stage_new(NULL);
    stage_read(&s, text, text.len);
    assert_account(w5_records_stream(s.records, 0), 5, 0, 0, 0);
    stage_free(&s);
    free((void *)(uintptr_t)text.ptr);
}

static void put_inner(FILE *out, w5_str line, bool json)
{
    for (size_t i = 0; i < line.len; i++) {
        if (json && (line.ptr[i] == '"' || line.ptr[i] == '\\'))
            fputc('\\', out);
        fputc(line.ptr[i], out);
    }
}

/* Every line gets a layer, and a line of another writer behind it. The caller frees it. */
static w5_str wrapped(w5_str text, const char *before, const char *after)
{
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    w5_str line;
    while (w5_str_cut(text, '\n', &line, &text)) {
        fputs(before, out);
        put_inner(out, line, before[0] == '{');
        fprintf(out, "%s\n2026-11-20T16:37:20.1Z stdout F 2026/11/20 16:37:20 [notice] 7#7: exiting\n", after);
    }
    fclose(out);
    return (w5_str){bytes, size};
}

static void a_layer_hides_nothing(void **state)
{
    (void)state;
    static const char *const layers[][2] = {
        {"2026-11-20T16:37:20.123Z stderr F ", ""},
        {"nginx-1  | ", ""},
        {"Nov 20 16:37:20 web-1 nginx: ", ""},
        {"{\"log\":\"", "\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T16:37:20.1Z\"}"},
    };
    for (size_t k = 0; k < COUNT(layers) * COUNT(forged); k++) {
        size_t i = k % COUNT(forged);
        const char *const *layer = layers[k / COUNT(forged)];
        w5_str text = stage_file(forged[i].path);
        w5_str log = wrapped(text, layer[0], layer[1]);
        for (size_t size = 300; size < 2 * log.len; size *= 3) {
            stage s = stage_new(NULL);
            stage_read(&s, log, size);
            assert_account(w5_records_stream(s.records, 0), forged[i].trusted + forged[i].lines, 0, 0,
                           forged[i].lines - forged[i].trusted);
            stage_free(&s);
        }
        free((void *)(uintptr_t)log.ptr);
        free((void *)(uintptr_t)text.ptr);
    }
}

#define HEAD    "2026/11/20 16:37:20 [error] 7#7: *1 "
#define REFUSED HEAD "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.1, " \
                "server: s, request: \"GET /pay HTTP/1.1\", upstream: \"http://127.0.0.1:1/pay\", host: \"h\"\n"

/* The first write adds up to 2047 bytes with a line of the second in it, by chance or by craft. */
static void forged_lines_may_hide_the_opener_of_more(void **state)
{
    (void)state;
    char text[6000];
    char host[1200];
    memset(host, 'h', sizeof(host));
    const char *second = HEAD "open() \"/w/y\n";
    const char *tail = "z\" failed (2: No such file or directory), client: 192.0.2.1, server: s, request: \"GET /y%0A%0A"
                       "z HTTP/1.1\", host: \"h\"\n";
    size_t n = (size_t)snprintf(text, sizeof(text),
                                HEAD "open() \"/w/x\nq\" failed (2: No such file or directory), client: 192.0.2.1, "
                                     "server: s, request: \"GET /x%%0Aq HTTP/1.1\", host: \"%.*s\"\n%s",
                                (int)sizeof(host), host, second);
    size_t pad = 2047 - n;
    memset(text + n, 'z', pad);
    snprintf(text + n + pad, sizeof(text) - n - pad, "\n" REFUSED "%s" REFUSED, tail);
    stage s = stage_new(NULL);
    stage_read(&s, w5_str_of(text), strlen(text));
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_int_equal(stream->forged, 6);
    assert_int_equal(stream->understood, 1);
    stage_free(&s);
}

static void a_tail_without_its_opener_is_forged_by_itself(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR("q\" failed (2: No such file or directory), client: 192.0.2.1, server: s, request: \"GET "
                          "/x%0Aq HTTP/1.1\", host: \"h\"\n" REFUSED),
               1000);
    assert_account(w5_records_stream(s.records, 0), 1, 0, 0, 1);
    stage_free(&s);
}

static void a_forged_stamp_does_not_widen_the_span(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR(REFUSED HEAD "open() \"/w/x\n1999/01/01 00:00:00 [error] 1#1: *9 no live upstreams while connecting "
                          "to upstream, client: 1.2.3.4, server: s\nq\" failed (2: No such file or directory), client: "
                          "192.0.2.1, server: s, request: \"GET /x%0A1999/01/01%2000:00:00%20[error]%201%231:%20*9%20no"
                          "%20live%20upstreams%20while%20connecting%20to%20upstream,%20client:%201.2.3.4,%20server:%20s%0Aq "
                          "HTTP/1.1\"\n"),
               1000);
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_account(stream, 1, 0, 0, 3);
    assert_int_equal(stream->first, stream->last);
    assert_int_equal(stream->suspect_times, 0);
    stage_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_that_a_client_wrote_is_believed),
        cmocka_unit_test(honest_newlines_are_believed),
        cmocka_unit_test(a_layer_hides_nothing),
        cmocka_unit_test(forged_lines_may_hide_the_opener_of_more),
        cmocka_unit_test(a_tail_without_its_opener_is_forged_by_itself),
        cmocka_unit_test(a_forged_stamp_does_not_widen_the_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
