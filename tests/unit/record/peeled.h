/* peeled.h -- what tests of wrappers share: peel one line and compare what came off. */
#ifndef W5_TESTS_PEELED_H
#define W5_TESTS_PEELED_H

#include <stdlib.h>

#include "check.h"

#include "record/wrap.h"

typedef struct peeled {
    const char *line;
    const char *inner;
    const char *host, *ident, *pid, *unit, *level; /* NULL: "" */
    w5_time at;                                    /* 0: none */
    bool zoned, year_missing, nothing;
    uint64_t count; /* 0: 1 */
} peeled;

static inline void check_layer(const peeled *c, const w5_wrapped *w)
{
    w5_str shown = w5_str_of(c->line);
    if (w->nothing != c->nothing)
        fail_msg("\"%.*s\": nothing is %d", W5_ARG(shown), w->nothing);
    if (c->nothing)
        return;
    assert_str(w->inner, w5_str_of(c->inner));
    assert_str(w->host, w5_str_of(c->host));
    assert_str(w->ident, w5_str_of(c->ident));
    assert_str(w->pid, w5_str_of(c->pid));
    assert_str(w->unit, w5_str_of(c->unit));
    assert_str(w->level, w5_str_of(c->level));
    assert_int_equal(w->at, c->at == 0 ? W5_TIME_NONE : c->at);
    assert_int_equal(w->zoned, c->zoned);
    assert_int_equal(w->year_missing, c->year_missing);
    assert_int_equal(w->count, c->count == 0 ? 1 : c->count);
}

/* The line is copied to where nothing readable lies behind it, for the sanitizer to see. */
static inline void check_peel(w5_wrap peel, const peeled *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        w5_arena *scratch = w5_arena_new();
        w5_record record = {.at = W5_TIME_NONE};
        w5_wrapped w = {.scratch = scratch, .record = &record, .at = W5_TIME_NONE, .count = 1};
        size_t len = strlen(cases[i].line);
        char *line = malloc(len + 1);
        memcpy(line, cases[i].line, len);
        char *exact = realloc(line, len ? len : 1);
        bool yes = peel((w5_str){exact, len}, &w);
        if (!yes)
            fail_msg("\"%s\" is not taken", cases[i].line);
        check_layer(&cases[i], &w);
        free(exact);
        w5_arena_free(scratch);
    }
}

static inline void check_left_alone(w5_wrap peel, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        w5_arena *scratch = w5_arena_new();
        w5_record record = {.at = W5_TIME_NONE};
        w5_wrapped w = {.scratch = scratch, .record = &record, .at = W5_TIME_NONE, .count = 1};
        if (peel(w5_str_of(lines[i]), &w))
            fail_msg("\"%s\" is taken", lines[i]);
        w5_arena_free(scratch);
    }
}

/* An instant in UTC, in microseconds. */
static inline w5_time utc(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                          unsigned second, unsigned micros)
{
    return w5_civil(year, month, day, hour, minute, second, micros);
}

#endif
