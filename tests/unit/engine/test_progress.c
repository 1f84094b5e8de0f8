/* test_progress.c -- what a bar is told while the engine reads. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <why502/engine.h>

#define LINE                                                                                       \
    "2026/11/20 10:%02d:%02d [error] 7#7: *%d connect() failed (111: Connection refused) while "   \
    "connecting to upstream, client: 203.0.113.9, server: shop.example, request: \"GET /pay "      \
    "HTTP/1.1\", upstream: \"http://127.0.0.1:8000/pay\", host: \"shop.example\"\n"
#define LINES 6000

typedef struct looks {
    w5_engine *engine;
    w5_progress last;
    size_t n;
    bool backwards, past_the_end;
} looks;

static bool look(void *context, const w5_engine *e)
{
    looks *l = context;
    (void)e;
    w5_progress now = w5_engine_progress(l->engine);
    l->backwards |= now.done < l->last.done || now.incidents < l->last.incidents;
    l->past_the_end |= now.size > 0 && now.done > now.size;
    l->last = now;
    l->n++;
    return true;
}

static void read_lines(const char *uri, bool looking, looks *l, uint64_t *errors)
{
    w5_arena *arena = w5_arena_new();
    w5_catalogue *catalogue = w5_catalogue_new(arena);
    assert_int_equal(w5_catalogue_load_builtin(catalogue, NULL), W5_OK);
    assert_int_equal(w5_catalogue_seal(catalogue, NULL), W5_OK);
    *l = (looks){0};
    w5_engine_options options = {
        .host = W5_STR("web-1"), .jobs = 1, .progress = looking ? look : NULL, .context = l};
    l->engine = w5_engine_new(catalogue, NULL, &options);
    assert_int_equal(w5_engine_add(l->engine, uri, NULL), W5_OK);
    assert_int_equal(w5_engine_read(l->engine, NULL), W5_OK);
    const w5_run *run = w5_engine_run(l->engine);
    assert_int_equal(run->findings->n, 2);
    *errors = run->findings->at[0]->incident->errors + run->findings->at[1]->incident->errors;
    w5_engine_free(l->engine);
    w5_catalogue_free(catalogue);
    w5_arena_free(arena);
}

/* Two incidents: half an hour lies between the first half of the lines and the second. */
static void write_lines(FILE *f)
{
    for (int n = 0; n < LINES; n++)
        fprintf(f, LINE, n < LINES / 2 ? n / 600 : 30 + n / 600, n / 10 % 60, n);
}

static void a_file_has_an_end_and_looking_changes_nothing(void **state)
{
    (void)state;
    char name[] = "/tmp/w5-progress-XXXXXX";
    FILE *f = fdopen(mkstemp(name), "w");
    looks l;
    uint64_t looked, plain;
    write_lines(f);
    uint64_t size = (uint64_t)ftell(f);
    fclose(f);
    read_lines(name, true, &l, &looked);
    assert_true(l.n > 2);
    assert_false(l.backwards || l.past_the_end);
    assert_int_equal(l.last.done, size);
    assert_int_equal(l.last.size, size);
    assert_int_equal(l.last.incidents, 2);
    read_lines(name, false, &l, &plain);
    assert_int_equal(looked, LINES);
    assert_int_equal(plain, LINES);
    unlink(name);
}

static void a_pipe_has_none(void **state)
{
    (void)state;
    char name[] = "/tmp/w5-progress-XXXXXX", command[256];
    int fd = mkstemp(name);
    FILE *f = fdopen(fd, "w");
    looks l;
    uint64_t errors;
    write_lines(f);
    uint64_t size = (uint64_t)ftell(f);
    fclose(f);
    snprintf(command, sizeof(command), "cat %s", name);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_true(dup2(fileno(pipe), STDIN_FILENO) >= 0);
    read_lines("-", true, &l, &errors);
    pclose(pipe);
    assert_int_equal(l.last.done, size);
    assert_int_equal(l.last.incidents, 2);
    assert_false(l.backwards);
    assert_int_equal(errors, LINES);
    unlink(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_has_an_end_and_looking_changes_nothing),
        cmocka_unit_test(a_pipe_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
