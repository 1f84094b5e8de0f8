/* test_pieces.c -- tests pieces.c reader.c piece.c: a file read in pieces tells what the whole would. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <why502/base/out.h>
#include <why502/engine.h>
#include <why502/report.h>

#include "engine/pieces.h"

enum {
    SMALL = 9 << 20,
    LARGE = 40 << 20
};

/* --- logs ------------------------------------------------------------------------------------- */
typedef struct clock_text {
    unsigned hour, minute, second;
} clock_text;

static clock_text clock_of(unsigned line)
{
    unsigned second = line / 40;
    return (clock_text){second / 3600 % 24, second / 60 % 60, second % 60};
}

static int nginx_line(FILE *file, unsigned i)
{
    clock_text t = clock_of(i);
    const char *what = i % 29 == 0   ? "connect() failed (111: Connection refused) while connecting to"
                       : i % 31 == 0 ? "upstream prematurely closed connection while reading response "
                                       "header from"
                                     : NULL;
    int n = fprintf(file, "2026/11/20 %02u:%02u:%02u [error] %u#%u: *%u ", t.hour, t.minute, t.second,
                    700 + i % 3, 700 + i % 3, i / 2);
    if (what)
        return n + fprintf(file,
                           "%s upstream, client: 10.0.%u.%u, server: s, request: \"GET /p/%u?q=%u "
                           "HTTP/1.1\", upstream: \"http://127.0.0.1:800%u/p\", host: \"s\"\n",
                           what, i % 256, i % 7, i % 90, i, i % 2);
    return n + fprintf(file,
                       "open() \"/srv/www/p/%u\" failed (2: No such file or directory), client: "
                       "10.0.%u.%u, server: s, request: \"GET /p/%u HTTP/1.1\", host: \"s\"\n",
                       i % 90, i % 256, i % 7, i % 90);
}

/* A client that writes lines of its own, now and then right where pieces meet. */
static int forged_line(FILE *file, unsigned i)
{
    clock_text t = clock_of(i);
    if (i % 11 != 0)
        return nginx_line(file, i);
    return fprintf(file,
                   "2026/11/20 %02u:%02u:%02u [error] 7#7: *%u open() \"/srv/x\n2026/11/20 10:00:00 "
                   "[error] 7#7: *1 no live upstreams\n\" failed (2: No such file or directory), "
                   "client: 10.0.0.1, server: s, request: \"GET /x%%0A2026/11/20%%2010:00:00%%20"
                   "[error]%%207%%237:%%20*1%%20no%%20live%%20upstreams%%0A HTTP/1.1\", host: \"s\"\n",
                   t.hour, t.minute, t.second, i);
}

static int strange_line(FILE *file, unsigned i)
{
    return i % 17 == 0 ? fprintf(file, "what is this %u\r\n", i) : nginx_line(file, i);
}

static int slow_query(FILE *file, unsigned i)
{
    clock_text t = clock_of(i);
    return fprintf(file,
                   "# Time: 2026-11-20T%02u:%02u:%02u.%06uZ\n# User@Host: a[a] @ localhost []  Id: %5u\n"
                   "# Query_time: %u.5  Lock_time: 0.000101 Rows_sent: 1  Rows_examined: %u\n"
                   "SELECT *\n  FROM t%u\n WHERE id = %u;\n",
                   t.hour, t.minute, t.second, i % 1000000, i % 50, 1 + i % 4, i, i % 5, i);
}

static int gunicorn_line(FILE *file, unsigned i)
{
    clock_text t = clock_of(i);
    int n = fprintf(file, "[2026-11-20 %02u:%02u:%02u +0000] [7] [ERROR] Error handling request /p/%u\n",
                    t.hour, t.minute, t.second, i % 9);
    return n + (i % 3 ? 0
                      : fprintf(file, "Traceback (most recent call last):\n  File \"/app/views.py\", line "
                                      "%u, in get\n    raise ValueError(x)\nValueError: %u\n",
                                i % 90, i));
}

static int journal_line(FILE *file, unsigned i)
{
    clock_text t = clock_of(i);
    return fprintf(file, "Nov 20 %02u:%02u:%02u web1 gunicorn[%u]: ", t.hour, t.minute, t.second,
                   900 + i % 20) +
           gunicorn_line(file, i - i % 3 + 1);
}

static int tail_line(FILE *file, unsigned i)
{
    int n = i % 20000 == 0 ? fprintf(file, "\n==> %s.log <==\n", i % 40000 ? "a" : "b") : 0;
    return n + nginx_line(file, i);
}

/* No newline for longer than what is read in front of a piece. */
static int long_line(FILE *file, unsigned i)
{
    int n = nginx_line(file, i);
    for (unsigned k = 0; i % 9000 == 8999 && k < 9000; k++)
        n += fprintf(file, "%*s", 40, k == 8999 ? "\n" : "x");
    return n;
}

/* The same hour is told again and again, as by logs that were put together twice: which lines are of one
 * request is not to be known from a piece alone. */
static int jumping_line(FILE *file, unsigned i)
{
    return nginx_line(file, i % 29000);
}

static const struct {
    const char *name;
    int (*write)(FILE *file, unsigned i);
    int size;
} logs[] = {
    {"error.log", nginx_line, LARGE},   {"forged.log", forged_line, SMALL},
    {"strange.log", strange_line, SMALL}, {"slow.log", slow_query, SMALL},
    {"gunicorn.log", gunicorn_line, SMALL}, {"journal.log", journal_line, SMALL},
    {"tail.log", tail_line, SMALL},     {"long.log", long_line, SMALL},
    {"jumping.log", jumping_line, SMALL},
};

static void make_log(char *path, size_t which)
{
    strcpy(path, "/tmp/why502-pieces-XXXXXX");
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    int sum = 0;
    for (unsigned i = 0; sum < logs[which].size; i++)
        sum += logs[which].write(file, i);
    fprintf(file, "the last line has no newline");
    assert_int_equal(fclose(file), 0);
}

/* --- what is told of them ------------------------------------------------------------------------ */
static w5_str tell(w5_arena *arena, const w5_catalogue *c, const char *path, unsigned jobs)
{
    w5_engine_options options = {.jobs = jobs, .host = W5_STR("web-1")};
    w5_engine *e = w5_engine_new(c, NULL, &options);
    w5_out *out = w5_out_memory();
    w5_view view = {.width = 80, .top = 10, .verbose = 1};
    assert_int_equal(w5_engine_add(e, path, NULL), W5_OK);
    assert_int_equal(w5_engine_read(e, NULL), W5_OK);
    const w5_run *run = w5_engine_run(e);
    w5_report_find(W5_STR("json"))->write(run, &view, out);
    w5_report_find(W5_STR("text"))->write(run, &view, out);
    w5_str told = w5_arena_str(arena, w5_out_bytes(out));
    for (size_t i = 0; i < run->streams; i++)
        for (size_t k = 0; k < 3; k++)
            told = w5_arena_fmt(arena, "%.*s%llu %.*s\n", W5_ARG(told),
                                (unsigned long long)run->stream[i]->unknown[k].line,
                                W5_ARG(run->stream[i]->unknown[k].text));
    w5_out_done(out, NULL);
    w5_engine_free(e);
    return told;
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    static const unsigned jobs[] = {2, 3, 8};
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = w5_catalogue_new(arena);
    setenv("SOURCE_DATE_EPOCH", "1795190000", 1);
    assert_int_equal(w5_catalogue_load_builtin(c, NULL), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, NULL), W5_OK);
    for (size_t i = 0; i < COUNT(logs); i++) {
        char path[40];
        make_log(path, i);
        w5_str alone = tell(arena, c, path, 1);
        for (size_t k = 0; k < COUNT(jobs); k++) {
            w5_str told = tell(arena, c, path, jobs[k]);
            if (!w5_str_eq(told, alone))
                fail_msg("%s, %u threads:\n%.*s\ninstead of\n%.*s", logs[i].name, jobs[k],
                         W5_ARG(told), W5_ARG(alone));
        }
        unlink(path);
    }
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

/* A log of nginx's has nothing in it that would keep its pieces from fitting to one another: if they
 * did not, one thread would read it all, and only a clock could tell. */
static void plain_logs_are_read_in_pieces_to_the_end(void **state)
{
    (void)state;
    char path[40];
    uint64_t at;
    w5_block block;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = w5_catalogue_new(arena);
    assert_int_equal(w5_catalogue_load_builtin(c, NULL), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, NULL), W5_OK);
    make_log(path, 0);
    w5_sources *sources = w5_sources_new(&(w5_source_options){.since = W5_TIME_NONE});
    assert_int_equal(w5_sources_add(sources, w5_str_of(path), w5_format_known, NULL), W5_OK);
    assert_int_equal(w5_sources_next(sources, 0, &block), W5_OK);
    w5_reader whole = {.records = w5_records_new(NULL),
                       .classifier = w5_classifier_new(c),
                       .ledger = w5_ledger_new(c),
                       .outside = {.since = W5_TIME_NONE, .until = W5_TIME_NONE}};
    const w5_pieces pieces = {.catalogue = c,
                              .source = w5_sources_at(sources, 0),
                              .whole = &whole,
                              .jobs = 3};
    w5_records_begin(whole.records, 0, W5_STR("error.log"), W5_NONE, W5_TIME_NONE);
    w5_records_put(whole.records, block.bytes, block.offset, false);
    w5_reader_flow(&whole, NULL, false, NULL);
    assert_int_equal(w5_pieces_read(&pieces, &at), W5_OK);
    assert_int_equal(at, w5_sources_at(sources, 0)->size);
    unlink(path);
    w5_ledger_free(whole.ledger);
    w5_classifier_free(whole.classifier);
    w5_records_free(whole.records);
    w5_sources_free(sources);
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(plain_logs_are_read_in_pieces_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
