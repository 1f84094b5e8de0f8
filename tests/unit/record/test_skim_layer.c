#include "stage.h"

/* Pieces shorter than a line leave none whole in its block: all go the long way. */
enum {
    SHORT = 20
};

static void assert_ways_agree(w5_str text)
{
    assert_true(stage_ways_agree(text, SHORT));
}

static void both_ways_tell_the_same(void **state)
{
    (void)state;
    static const char *const logs[] = {
        "cat",          "json",
        "json-seq",     "json-sse",
        "short",        "short-catalog",
        "short-delta",  "short-full-berlin",
        "short-full",   "short-iso",
        "short-iso-precise", "short-monotonic",
        "short-no-hostname", "short-precise",
        "short-reverse",     "short-unix",
        "with-unit",         "with-unit-no-hostname",
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(logs); i++) {
        w5_str path = w5_arena_fmt(arena, "fixtures/formats/journal/%s.log", logs[i]);
        w5_str once = stage_file(path.ptr);
        assert_ways_agree(w5_arena_fmt(arena, "%.*s%.*s", W5_ARG(once), W5_ARG(once)));
        free((void *)(uintptr_t)once.ptr);
    }
    w5_arena_free(arena);
}

/* Every line of a log twice, by two of three writers in turn. */
static w5_str wrapped(w5_arena *arena, w5_str log, const char *const front[3])
{
    w5_str line;
    w5_out *out = w5_out_memory();
    for (size_t n = 0; w5_str_cut(log, '\n', &line, &log); n++) {
        w5_out_fmt(out, "%s%.*s\n", front[n / 5 % 3], W5_ARG(line));
        w5_out_fmt(out, "%s%.*s\n", front[n % 2], W5_ARG(line));
    }
    w5_str text = w5_arena_str(arena, w5_out_bytes(out));
    w5_out_done(out, NULL);
    return text;
}

static void writers_take_turns(void **state)
{
    (void)state;
    static const char *const logs[] = {"20.1.0", "21.2.0", "23.0.0", "26.1.0", "19.9.0"};
    static const char *const fronts[][3] = {
        {"Nov 20 14:00:00 web1 gunicorn[900]: ", "Nov 20 14:00:00 web1 gunicorn[901]: ",
         "Nov 20 14:00:01 web1 gunicorn[900]: "},
        {"<30>Nov 20 14:00:00 web1 gunicorn: ", "<27>Nov 20 14:00:00 web1 gunicorn: ",
         "Nov 20 14:00:01 web2 gunicorn: "},
        {"2026-11-20T14:00:00.5+01:00 web1 gunicorn[900]: ", "2026-11-20T14:00:00.5+01:00 gunicorn[9]: ",
         "2026-11-20T14:00:01+01:00 web1 init.scope[1]: "},
        {"Fri 2026-11-20 14:00:00 UTC web1 shop.service[900]: ", "[ 5000.010000] web1 gunicorn[900]: ",
         "Nov 20 14:00:01 web1 "},
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(logs); i++) {
        w5_str path = w5_arena_fmt(arena, "fixtures/formats/gunicorn/%s.log", logs[i]);
        w5_str log = stage_file(path.ptr);
        for (size_t k = 0; k < COUNT(fronts); k++)
            assert_ways_agree(wrapped(arena, log, fronts[k]));
        free((void *)(uintptr_t)log.ptr);
    }
    w5_arena_free(arena);
}

static char *put(char *to, w5_str s)
{
    memcpy(to, s.ptr, s.len);
    return to + s.len;
}

/* The line, and between its repetitions all lines that have one byte more, less or another. */
static w5_str neighbours(w5_arena *arena, w5_str line)
{
    static const char bytes[] = {' ', ':', '[', ']', '"', '\\', '0', 'm', 's', '#', '\r', '{', '}', ',',
                                 '\0', '\x1b'};
    char *text = w5_arena_alloc(arena, line.len * sizeof(bytes) * 3 * (2 * line.len + 3));
    char *to = text;
    for (size_t at = 0; at < line.len; at++)
        for (size_t b = 0; b < sizeof(bytes); b++)
            for (size_t way = 0; way < 3; way++) {
                w5_str rest = w5_str_skip(line, at + (way < 2));
                to = put(to, line);
                to = put(to, W5_STR("\n"));
                to = put(to, w5_str_head(line, at));
                to = put(to, (w5_str){&bytes[b], way > 0});
                to = put(to, rest);
                to = put(to, W5_STR("\n"));
            }
    return (w5_str){text, (size_t)(to - text)};
}

static void a_byte_is_enough_to_go_the_long_way(void **state)
{
    (void)state;
    static const w5_str lines[] = {
        W5_LIT("Nov 20 14:00:00 web1 gunicorn[9]: [2026-11-20 14:00:00 +0000] [9] [DEBUG] GET /p"),
        W5_LIT("Nov 20 14:00:00 web1 gunicorn[9]: [2026-11-20 14:00:00 +0000] [9] [ERROR] Exc x"),
        W5_LIT("{\"__REALTIME_TIMESTAMP\":\"1795183200604497\",\"_HOSTNAME\":\"web1\",\"PRIORITY\":\"6\","
               "\"_PID\":\"900\",\"X\":[1,2],\"MESSAGE\":\"[2026-11-20 14:00:00 +0000] [9] [DEBUG] GET\"}"),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_ways_agree(neighbours(arena, lines[i]));
    w5_arena_free(arena);
}

/* The same tag, and a message that is told otherwise than it stands. */
static void what_the_layer_says_about_its_message_counts(void **state)
{
    (void)state;
#define TAG  "Nov 20 14:00:00 web1 gunicorn[9]: "
#define HEAD "[2026-11-20 14:00:00 +0000] [9] [DEBUG] "
    static const w5_str lines[] = {
        W5_LIT(TAG HEAD "GET /a#011b\n"),
        W5_LIT(TAG "message repeated 3 times: [ " HEAD "GET /a]\n"),
        W5_LIT(TAG "\n"),
        W5_LIT(TAG "  \n"),
        W5_LIT(TAG "Traceback (most recent call last):\n"),
        W5_LIT(TAG "#012\n"),
        W5_LIT("Nov 20 14:00:00 web1 last message repeated 2 times\n"),
        W5_LIT("==> other.log <==\n"),
        W5_LIT("[2026-11-20 14:00:00 +0000] [9] [ERROR] Exception x\n"),
    };
    w5_arena *arena = w5_arena_new();
    w5_str plain = W5_STR(TAG HEAD "GET /a\n");
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_ways_agree(w5_arena_fmt(arena, "%.*s%.*s%.*s%.*s%.*s", W5_ARG(plain), W5_ARG(plain),
                                       W5_ARG(lines[i]), W5_ARG(plain), W5_ARG(plain)));
    w5_arena_free(arena);
}

/* Lines behind no layer: an access log's, gunicorn's own. */
static void lines_without_a_layer_are_told_the_same(void **state)
{
    (void)state;
    static const char *const logs[] = {
        "fixtures/formats/nginx-access/combined.log", "fixtures/formats/nginx-access/timed.log",
        "fixtures/formats/nginx-access/json.log",     "fixtures/formats/nginx-access/odd.log",
        "fixtures/formats/nginx-access/main.log",     "fixtures/formats/nginx-access/ingress.log",
        "fixtures/formats/gunicorn/20.1.0.log",       "fixtures/formats/gunicorn/26.1.0.log",
    };
    static const w5_str lines[] = {
        W5_LIT("10.1.2.3 - - [20/Nov/2026:14:00:00 +0000] \"GET /p?i=1 HTTP/1.1\" 200 39 \"-\" \"c 7\" "
               "rt=0.140 ua=\"127.0.0.1:8000\" us=\"200\""),
        W5_LIT("[2026-11-20 14:00:00 +0000] [9] [DEBUG] GET /p"),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(logs); i++) {
        w5_str once = stage_file(logs[i]);
        assert_ways_agree(w5_arena_fmt(arena, "%.*s%.*s", W5_ARG(once), W5_ARG(once)));
        free((void *)(uintptr_t)once.ptr);
    }
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_ways_agree(neighbours(arena, lines[i]));
    w5_arena_free(arena);
}

static w5_breed ask(void *context, w5_record *r)
{
    (void)context;
    bool shouts = memchr(r->message.ptr, '!', r->message.len);
    bool dull = !shouts && w5_str_starts(r->message, W5_STR("GET "));
    return (w5_breed){.number = dull, .sight = dull ? 4 : SIZE_MAX, .floats = dull, .dull = dull};
}

static bool floats(void *context, const w5_format *format, w5_str message)
{
    (void)context;
    assert_str(format->id, W5_STR("gunicorn"));
    return memchr(message.ptr, '!', message.len);
}

/* What nothing is asked of is a record of its stream all the same; level, ident and what floats count. */
static void dull_lines_are_counted_not_told(void **state)
{
    (void)state;
    static const w5_str lines[] = {
        W5_LIT("Nov 20 14:00:00 web1 gunicorn[9]: [2026-11-20 14:00:00 +0000] [9] [DEBUG] GET /a\n"),
        W5_LIT("Nov 20 14:00:00 web1 gunicorn[9]: [2026-11-20 14:00:00 +0000] [9] [DEBUG] GET /b\n"),
        W5_LIT("Nov 20 14:00:00 web1 gunicorn[9]: [2026-11-20 14:00:00 +0000] [9] [DEBUG] GET /b!\n"),
        W5_LIT("Nov 20 14:00:00 web1 gunicorn[9]: [2026-11-20 14:00:00 +0000] [9] [DEBUG] PUT /c\n"),
        W5_LIT("Nov 20 14:00:00 web1 gunicorn[9]: [2026-11-20 14:00:00 +0000] [9] [INFO] GET /d\n"),
    };
    const w5_herder herder = {.ask = ask, .floats = floats, .span = W5_MINUTE};
    w5_arena *arena = w5_arena_new();
    w5_str text = lines[3];
    for (size_t n = 0; n < 10 * COUNT(lines); n++)
        text = w5_arena_fmt(arena, "%.*s%.*s", W5_ARG(text), W5_ARG(lines[n % COUNT(lines)]));
    stage s = stage_new(NULL);
    w5_records_herd(s.records, &herder);
    stage_read(&s, text, text.len);
    const w5_stream *stream = w5_records_stream(s.records, 0);
    assert_account(stream, 51, 0, 0, 0);
    assert_int_equal(s.n + stream->records, 51);
    assert_int_equal(stream->records, 30);
    stage_free(&s);
    w5_arena_free(arena);
}

/* Bytes that are not there must not be looked at: each block ends where its memory does. */
static void a_block_ends_anywhere(void **state)
{
    (void)state;
    w5_str log = stage_file("fixtures/formats/journal/json.log");
    w5_str some = w5_str_head(log, 20000);
    for (size_t size = 1500; size < 4000; size += 97) {
        stage pieces = stage_new(NULL);
        stage whole = stage_new(NULL);
        stage_read(&pieces, some, size);
        stage_read(&whole, some, some.len);
        assert_str(w5_out_bytes(pieces.out), w5_out_bytes(whole.out));
        stage_free(&pieces);
        stage_free(&whole);
    }
    free((void *)(uintptr_t)log.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_tell_the_same),
        cmocka_unit_test(writers_take_turns),
        cmocka_unit_test(a_byte_is_enough_to_go_the_long_way),
        cmocka_unit_test(what_the_layer_says_about_its_message_counts),
        cmocka_unit_test(lines_without_a_layer_are_told_the_same),
        cmocka_unit_test(dull_lines_are_counted_not_told),
        cmocka_unit_test(a_block_ends_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
