/* test_files.c -- tests files.c: many small files tell the same whatever the number of threads. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <why502/base/out.h>
#include <why502/engine.h>
#include <why502/report.h>

#include "engine/files.h"

enum {
    FILES = 40
};

/* --- logs ------------------------------------------------------------------------------------- */
static void nginx_lines(FILE *file, unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n; i++) {
        unsigned second = i / 7;
        fprintf(file, "2026/11/20 %02u:%02u:%02u [error] %u#%u: *%u ", 10 + second / 3600,
                second / 60 % 60, second % 60, 700 + i % 3, 700 + i % 3, i / 2);
        if (i % 5 == 0)
            fprintf(file,
                    "connect() failed (111: Connection refused) while connecting to upstream, client: "
                    "10.0.0.%u, server: s, request: \"GET /p/%u?q=%u HTTP/1.1\", upstream: "
                    "\"http://127.0.0.1:800%u/p\", host: \"s\"\n",
                    i % 256, i % 90, i, i % 2);
        else
            fprintf(file,
                    "open() \"/srv/www/%u\" failed (2: No such file or directory), client: 10.0.0.%u, "
                    "server: s, request: \"GET /%u HTTP/1.1\", host: \"s\"\n",
                    i % 90, i % 256, i % 90);
    }
}

static void gunicorn_lines(FILE *file, unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n; i++) {
        fprintf(file, "[2026-11-20 10:%02u:%02u +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:%u)\n",
                i / 60 % 60, i % 60, 900 + i % 50);
        fprintf(file, "[2026-11-20 10:%02u:%02u +0000] [%u] [INFO] Worker exiting (pid: %u)\n",
                i / 60 % 60, i % 60, 900 + i % 50, 900 + i % 50);
    }
    fprintf(file, "Traceback (most recent call last):\n  File \"/app/v.py\", line %u, in get\n", from);
}

static void two_logs(FILE *file, unsigned from, unsigned n)
{
    fprintf(file, "==> a.log <==\n");
    nginx_lines(file, from, n / 2);
    fprintf(file, "\n==> b.log <==\n");
    gunicorn_lines(file, from, n / 10);
}

/* Its time jumps back, and the same requests come once more. */
static void jumping_lines(FILE *file, unsigned from, unsigned n)
{
    nginx_lines(file, from, n);
    nginx_lines(file, from, n);
}

static void strange_lines(FILE *file, unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n % 40; i++)
        fprintf(file, "what is this %u\r\n", i);
    fprintf(file, "and it has no newline");
}

static void no_lines(FILE *file, unsigned from, unsigned n)
{
    (void)file;
    (void)from;
    (void)n;
}

static void (*const kinds[])(FILE *file, unsigned from, unsigned n) = {
    nginx_lines, gunicorn_lines, nginx_lines, jumping_lines, strange_lines, no_lines};

typedef struct folder {
    char name[40], path[FILES][64];
} folder;

static void make_folder(folder *f, unsigned several)
{
    strcpy(f->name, "/tmp/why502-files-XXXXXX");
    assert_non_null(mkdtemp(f->name));
    for (unsigned i = 0; i < FILES; i++) {
        snprintf(f->path[i], sizeof(f->path[i]), "%s/%02u.log", f->name, i);
        FILE *file = fopen(f->path[i], "w");
        assert_non_null(file);
        (i % 13 == several ? two_logs : kinds[i % COUNT(kinds)])(file, i * 311, 200 + i * 53);
        assert_int_equal(fclose(file), 0);
    }
}

static void remove_folder(const folder *f)
{
    for (unsigned i = 0; i < FILES; i++)
        unlink(f->path[i]);
    rmdir(f->name);
}

static w5_catalogue *knowledge(w5_arena *arena)
{
    w5_catalogue *c = w5_catalogue_new(arena);
    setenv("SOURCE_DATE_EPOCH", "1795190000", 1);
    assert_int_equal(w5_catalogue_load_builtin(c, NULL), W5_OK);
    assert_int_equal(w5_catalogue_seal(c, NULL), W5_OK);
    return c;
}

/* --- what is told of them ------------------------------------------------------------------------ */
static w5_str tell(w5_arena *arena, const w5_catalogue *c, const folder *f, unsigned jobs, w5_time since)
{
    w5_engine_options options = {.jobs = jobs, .host = W5_STR("web-1"), .since = since};
    w5_engine *e = w5_engine_new(c, NULL, &options);
    w5_out *out = w5_out_memory();
    w5_view view = {.width = 80, .top = 10, .verbose = 1};
    for (unsigned i = 0; i < FILES; i++)
        assert_int_equal(w5_engine_add(e, f->path[i], NULL), W5_OK);
    assert_int_equal(w5_engine_read(e, NULL), W5_OK);
    const w5_run *run = w5_engine_run(e);
    w5_report_find(W5_STR("json"))->write(run, &view, out);
    w5_report_find(W5_STR("text"))->write(run, &view, out);
    w5_str told = w5_arena_str(arena, w5_out_bytes(out));
    w5_out_done(out, NULL);
    w5_engine_free(e);
    return told;
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    static const unsigned jobs[] = {2, 3, 8};
    static const unsigned several[] = {99, 0, 5, 12};
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = knowledge(arena);
    for (size_t i = 0; i < COUNT(several); i++) {
        folder f;
        w5_time since = i == 1 ? INT64_C(1795170000) * W5_SECOND : W5_TIME_NONE;
        make_folder(&f, several[i]);
        w5_str alone = tell(arena, c, &f, 1, since);
        for (size_t k = 0; k < COUNT(jobs); k++) {
            w5_str told = tell(arena, c, &f, jobs[k], since);
            if (!w5_str_eq(told, alone))
                fail_msg("%u threads:\n%.*s\ninstead of\n%.*s", jobs[k], W5_ARG(told), W5_ARG(alone));
        }
        remove_folder(&f);
    }
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

/* Only a clock could tell otherwise. */
static size_t read_by_threads(const w5_catalogue *c, const folder *f, w5_stream *last)
{
    w5_one_file file[FILES];
    uint64_t read[FILES];
    size_t n = 0;
    w5_reader whole = {.records = w5_records_new(NULL),
                       .classifier = w5_classifier_new(c),
                       .ledger = w5_ledger_new(c),
                       .outside = {.since = W5_TIME_NONE, .until = W5_TIME_NONE}};
    w5_sources *sources = w5_sources_new(&(w5_source_options){.since = W5_TIME_NONE});
    for (unsigned i = 0; i < FILES; i++)
        assert_int_equal(w5_sources_add(sources, w5_str_of(f->path[i]), w5_format_known, NULL), W5_OK);
    for (unsigned i = 0; i < FILES; i++)
        if (w5_sources_at(sources, i)->size > 0)
            file[n++] = (w5_one_file){w5_sources_at(sources, i), W5_TIME_NONE};
    const w5_files files = {.catalogue = c, .file = file, .n = n, .whole = &whole, .jobs = 3};
    n = w5_files_read(&files, read);
    assert_int_equal(w5_records_streams(whole.records), n);
    if (n > 0)
        *last = *w5_records_stream(whole.records, n - 1);
    w5_sources_free(sources);
    w5_ledger_free(whole.ledger);
    w5_classifier_free(whole.classifier);
    w5_records_free(whole.records);
    return n;
}

static void files_are_read_up_to_the_first_that_is_several_logs(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = knowledge(arena);
    folder f;
    w5_stream last = {0};
    make_folder(&f, 99);
    assert_int_equal(read_by_threads(c, &f, &last), FILES - FILES / COUNT(kinds));
    assert_int_equal(last.lines, 2 * (200 + 39 * 53));
    assert_int_equal(last.lines, last.understood);
    remove_folder(&f);
    make_folder(&f, 8);
    assert_int_equal(read_by_threads(c, &f, &last), 7); /* the sixth has no lines */
    remove_folder(&f);
    w5_catalogue_free(c);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(files_are_read_up_to_the_first_that_is_several_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
