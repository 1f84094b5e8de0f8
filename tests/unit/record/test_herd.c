/* test_herd.c -- lines that are counted tell what lines that are told do.
 *
 * Who asks for every event gets every record: that is the way without herds, and both must end in the
 * same report. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <why502/base/out.h>
#include <why502/engine.h>
#include <why502/report.h>

static w5_catalogue *knowledge(w5_arena *arena)
{
    w5_catalogue *c = w5_catalogue_new(arena);
    setenv("SOURCE_DATE_EPOCH", "1795190000", 1);
    assert_int_equal(w5_catalogue_load_builtin(c, NULL), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, NULL), W5_OK);
    return c;
}

static void ignore(void *context, const w5_event *event)
{
    (void)event;
    ++*(uint64_t *)context;
}

typedef struct told {
    w5_str json;
    uint64_t records, events;
} told;

static told tell(w5_arena *arena, const w5_catalogue *c, w5_str log, bool each, w5_time since)
{
    uint64_t events = 0;
    w5_engine_options options = {.jobs = 1,
                                 .host = W5_STR("web-1"),
                                 .since = since,
                                 .event = each ? ignore : NULL,
                                 .context = &events};
    w5_engine *e = w5_engine_new(c, NULL, &options);
    w5_out *out = w5_out_memory();
    w5_view view = {.width = 80, .top = 10};
    w5_engine_feed(e, W5_STR("error.log"), W5_NONE, log);
    const w5_run *run = w5_engine_run(e);
    w5_report_find(W5_STR("json"))->write(run, &view, out);
    told t = {.json = w5_arena_str(arena, w5_out_bytes(out)),
              .records = run->stream[0]->records,
              .events = run->stream[0]->events};
    w5_out_done(out, NULL);
    w5_engine_free(e);
    return t;
}

static void assert_ways_agree(const w5_catalogue *c, w5_str log, w5_time since)
{
    w5_arena *arena = w5_arena_new();
    told counted = tell(arena, c, log, false, since);
    told each = tell(arena, c, log, true, since);
    assert_int_equal(counted.records, each.records);
    assert_int_equal(counted.events, each.events);
    assert_str(counted.json, each.json);
    w5_arena_free(arena);
}

#define CONTEXT ", client: 1.2.3.4, server: s, request: \"GET /a HTTP/1.1\", host: \"s\""
static const char *const heads[] = {
    "[error] 7#7: *12 open() \"/srv/www/a\" failed (2: No such file or directory)",
    "[error] 7#7: *12 open() \"/srv/www/a\" failed (13: Permission denied)",
    "[crit] 7#7: *12 open() \"/srv/www/a\" failed (24: Too many open files)",
    "[warn] 7#7: *12 an upstream response is buffered to a temporary file /var/x/1 while reading upstream",
    "[info] 7#7: *12 client 10.1.2.3 closed keepalive connection",
    "[error] 7#7: *12 limiting requests, excess: 5.340 by zone \"perip\"",
    "[error] 17#17: *1 access forbidden by rule",
    "[info] 7#8: *12 client timed out (110: Connection timed out) while sending to client",
    "[error] 7#7: *12 directory index of \"/srv/www/\" is forbidden",
    "[notice] 7#7: signal process started",
    "[error] 7#7: *12 connect() failed (111: Connection refused) while connecting to upstream",
    "[error] 7#7: *12 recvmsg() failed (104: Connection reset by peer) while reading upstream",
    "[info] 7#7: *12 using the \"epoll\" event method",
    "[error] 7#7: *12 recv() failed (104: Connection reset by peer) while waiting for request",
    "[info] 7#7: *12 epoll_wait() reported that client prematurely closed connection, so upstream "
    "connection is closed too while sending request to upstream",
};

typedef struct text {
    char *at;
    size_t len, size;
} text;

static void add(text *t, const char *stamp, const char *head, size_t len, const char *rest)
{
    t->at = t->len + 1024 < t->size ? t->at : realloc(t->at, t->size = 2 * t->size + 4096);
    assert_non_null(t->at);
    t->len += (size_t)sprintf(t->at + t->len, "2026/11/20 %s ", stamp);
    memcpy(t->at + t->len, head, len);
    t->len += len;
    t->len += (size_t)sprintf(t->at + t->len, "%s\n", rest);
}

/* Only lines with enough behind them are plain. */
static void finish(text *t)
{
    for (int i = 0; i < 40; i++)
        add(t, "14:30:00", "[error] 7#7: *1 x", 17, CONTEXT);
}

/* The head whole, then with something else in it, and so on: each is told from the one before. */
static void whatever_differs_in_a_head_is_seen(void **state)
{
    (void)state;
    static const char *const bytes[] = {"", "\"", ")", "(", "w", " ", ",", "\"/", "0", "%0A", " while ",
                                        "\" failed", "could not be resolved", ", client: ", "F", "\r",
                                        " (5: x)", "Allowed memory size of 5", "(110: Connection timed out)", "x could not be resolved (3: Host not found)",
                                        "\" failed (24: Too many open files), client: 9.9.9.9, server: z",
                                        "FastCGI sent in stderr: \"x"};
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = knowledge(arena);
    for (size_t h = 0; h < COUNT(heads); h++) {
        text t = {0};
        for (size_t at = 0, len = strlen(heads[h]); at <= len; at++)
            for (size_t b = 0; b < 2 * COUNT(bytes); b++) {
                char head[256];
                bool instead = b % 2 == 1 && at < len;
                int n = sprintf(head, "%.*s%s%s", (int)at, heads[h], bytes[b / 2],
                                heads[h] + at + instead);
                add(&t, "14:00:00", heads[h], len, CONTEXT);
                add(&t, "14:00:00", head, (size_t)n, b % 3 ? CONTEXT : "");
                if (t.len < 240000)
                    continue;
                finish(&t);
                assert_ways_agree(c, (w5_str){t.at, t.len}, W5_TIME_NONE);
                t.len = 0;
            }
        finish(&t);
        assert_ways_agree(c, (w5_str){t.at, t.len}, W5_TIME_NONE);
        free(t.at);
    }
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

static void so_is_its_level(void **state)
{
    (void)state;
    static const char *const levels[] = {"error", "info", "notice", "warn", "emerg", "crit", "debug"};
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = knowledge(arena);
    for (size_t first = 0; first < COUNT(levels); first++) {
        text t = {0};
        for (size_t i = 0; i < COUNT(heads) * COUNT(levels) * 4; i++) {
            char head[256];
            int n = sprintf(head, "[%s%s", levels[(first + i) % COUNT(levels)],
                            strchr(heads[i / 4 / COUNT(levels)], ']'));
            add(&t, "14:00:00", head, (size_t)n, CONTEXT);
        }
        finish(&t);
        assert_ways_agree(c, (w5_str){t.at, t.len}, W5_TIME_NONE);
        free(t.at);
    }
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

/* What the built-in patterns happen not to ask, a catalogue of someone else may: the level of what is of
 * no interest, a literal anywhere, an errno for which a quoted context is looked into. */
static void other_catalogues_are_obeyed(void **state)
{
    (void)state;
    static const char own[] =
        "-- pattern own.level\nformat: nginx-error\nclass: limit\nstarts: odd thing\nlevel: warn\n\nA.\n\n"
        "-- pattern own.float\nformat: nginx-error\nclass: client-abort\nneeds: zebra\n\nB.\n\n"
        "-- pattern own.odd\nformat: nginx-error\nclass: buffered\nstarts: odd \n\nC.\n\n"
        "-- pattern own.full\nformat: nginx-error\nclass: body-too-large\nstarts: full() \"\nerrno: 28\n\nD.\n";
    static const char *const own_heads[] = {
        "[warn] 7#7: *1 odd thing number 1", "[crit] 7#7: *1 odd thing number 2",
        "[error] 7#7: *1 odd thing zebra 2", "[error] 7#7: *1 odd matter, the 4 of it",
        "[error] 7#7: *1 full() \"/a\" failed (28: No space left on device)",
        "[error] 7#7: *1 full() \"/a\" failed (28: No space left on device), client: 9, oh \" failed "
        "(2: No such file or directory)",
        "[error] 7#7: *1 full() \"/zebra\" failed (28: No space left on device)",
        "[error] 7#7: *1 FastCGI sent in stderr: \"odd\" while reading upstream",
    };
    w5_err err;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = w5_catalogue_new(arena);
    text t = {0};
    assert_int_equal(w5_catalogue_load_builtin(c, NULL), W5_OK);
    assert_int_equal(w5_catalogue_load(c, W5_STR("own.w5"), W5_STR(own), &err), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, &err), W5_OK);
    for (size_t i = 0; i < 64 * COUNT(own_heads); i++) {
        const char *head = own_heads[(i + i / COUNT(own_heads) * 3) % COUNT(own_heads)];
        add(&t, "14:00:00", head, strlen(head), CONTEXT);
    }
    finish(&t);
    assert_ways_agree(c, (w5_str){t.at, t.len}, W5_TIME_NONE);
    free(t.at);
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

/* Kinds take turns, time goes on in steps of all sizes, and now and then back. */
static void time_may_go_as_it_likes(void **state)
{
    (void)state;
    static const unsigned steps[] = {0, 0, 0, 1, 0, 59, 61, 3601, 0, 1};
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = knowledge(arena);
    for (unsigned back = 0; back < 4; back++) {
        text t = {0};
        unsigned at = 100;
        for (unsigned i = 0; i < 2500; i++) {
            char stamp[32];
            const char *head = heads[i * 7 % COUNT(heads)];
            at = (at + steps[i % COUNT(steps)]) % 86400;
            unsigned now = i % 5 == 3 && at > back ? at - back : at;
            sprintf(stamp, "%02u:%02u:%02u", now / 3600, now / 60 % 60, now % 60);
            add(&t, stamp, head, strlen(head), CONTEXT);
        }
        finish(&t);
        assert_ways_agree(c, (w5_str){t.at, t.len}, W5_TIME_NONE);
        assert_ways_agree(c, (w5_str){t.at, t.len}, INT64_C(1795183203) * W5_SECOND);
        free(t.at);
    }
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

/* What has no stamp was written after the line before it, counted or told. */
static void what_has_no_stamp_stands_behind_the_line_before_it(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = knowledge(arena);
    text t = {0};
    for (unsigned i = 0; i < 900; i++) {
        char stamp[32];
        const char *head = heads[i % 4 == 1 ? 10 : i % 3];
        unsigned now = i % 9 == 5 ? i - 5 : i;
        sprintf(stamp, "14:%02u:%02u", now / 60, now % 60);
        add(&t, stamp, head, strlen(head), CONTEXT);
        if (i % 50 == 49)
            t.len += (size_t)sprintf(t.at + t.len,
                                     "Traceback (most recent call last):\n  File \"/app/v.py\", line "
                                     "%u, in get\n    raise ValueError(x)\nValueError: %u\n", i, i);
    }
    finish(&t);
    assert_ways_agree(c, (w5_str){t.at, t.len}, W5_TIME_NONE);
    free(t.at);
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

/* --- that it is done at all ---------------------------------------------------------------------- */
static w5_breed all_one(void *context, w5_record *record)
{
    (void)record;
    ++*(unsigned *)context;
    return (w5_breed){.number = 1, .sight = 7};
}

static bool never(void *context, const w5_format *format, w5_str message)
{
    (void)context;
    (void)format;
    (void)message;
    return false;
}

static void a_minute_of_a_kind_is_one_record(void **state)
{
    (void)state;
    text t = {0};
    unsigned asked = 0;
    uint64_t lines = 0, herds = 0;
    const w5_herder herder = {.ask = all_one, .floats = never, .context = &asked, .span = W5_MINUTE};
    for (unsigned i = 0; i < 500; i++) {
        char stamp[32];
        sprintf(stamp, "14:%02u:%02u", i / 60, i % 60);
        add(&t, stamp, heads[0], strlen(heads[0]), CONTEXT);
    }
    finish(&t);
    w5_records *r = w5_records_new(NULL);
    w5_record record;
    w5_records_herd(r, &herder);
    w5_records_begin(r, 0, W5_STR("error.log"), W5_NONE, W5_TIME_NONE);
    w5_records_put(r, (w5_str){t.at, t.len}, 0, false);
    while (w5_records_take(r, &record) == W5_OK) {
        if (!record.herd)
            continue;
        herds++;
        lines += record.count;
        assert_true(record.until - record.at < W5_MINUTE);
        assert_int_equal(record.last_line, record.line + record.count - 1);
        assert_int_equal(record.latest, record.until);
    }
    assert_int_equal(w5_records_stream(r, 0)->lines, 540);
    assert_true(lines > 499);
    assert_in_range(herds, 9, 12);
    assert_in_range(asked, 2, 50); /* "x" is too short to be remembered */
    w5_records_free(r);
    free(t.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_differs_in_a_head_is_seen),
        cmocka_unit_test(so_is_its_level),
        cmocka_unit_test(other_catalogues_are_obeyed),
        cmocka_unit_test(time_may_go_as_it_likes),
        cmocka_unit_test(what_has_no_stamp_stands_behind_the_line_before_it),
        cmocka_unit_test(a_minute_of_a_kind_is_one_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
