/* classified.h -- what tests of formats share: a log goes through the record stage and the
 * catalogue, and what that makes of it is compared with "kind field=value|field=value…", one line
 * an event. "-" is the kind of a record of no interest; `at` is its time in UTC, "?" behind it says
 * that its zone is not known; `lines`, `format`, `message`, `host` and `times` can be asked for
 * too. */
#ifndef W5_TESTS_CLASSIFIED_H
#define W5_TESTS_CLASSIFIED_H

#include <stdio.h>
#include <stdlib.h>

#include <why502/event.h>

#include "check.h"

#define HINT (INT64_C(1795176000) * W5_SECOND) /* 2026-11-20 12:00:00 UTC */

typedef struct knowledge {
    w5_arena *arena;
    w5_catalogue *catalogue;
    w5_classifier *classifier;
} knowledge;

static inline int knowledge_open(void **state)
{
    static knowledge k;
    w5_err err;
    k.arena = w5_arena_new();
    k.catalogue = w5_catalogue_new(k.arena);
    if (w5_catalogue_load_builtin(k.catalogue, &err) != W5_OK ||
        w5_catalogue_seal(k.catalogue, &err) != W5_OK) {
        print_error("%s\n", err.text);
        return -1;
    }
    k.classifier = w5_classifier_new(k.catalogue);
    *state = &k;
    return 0;
}

static inline int knowledge_close(void **state)
{
    knowledge *k = *state;
    w5_classifier_free(k->classifier);
    w5_catalogue_free(k->catalogue);
    w5_arena_free(k->arena);
    return 0;
}

/* --- comparing ------------------------------------------------------------------------------- */
static inline w5_str told_number(char *room, size_t size, uint64_t n)
{
    return (w5_str){room, (size_t)snprintf(room, size, "%llu", (unsigned long long)n)};
}

static inline w5_str told_time(const w5_record *r, char *room)
{
    if (r->at == W5_TIME_NONE)
        return W5_STR("none");
    size_t n = w5_time_rfc3339(room, r->at, r->digits);
    if (!r->zoned)
        room[n++] = '?';
    return (w5_str){room, n};
}

static inline w5_str told_value(const w5_record *r, w5_str name, char *room, size_t size)
{
    if (w5_str_eq(name, W5_STR("at")))
        return told_time(r, room);
    if (w5_str_eq(name, W5_STR("message")))
        return r->message;
    if (w5_str_eq(name, W5_STR("format")))
        return r->format->id;
    if (w5_str_eq(name, W5_STR("host")))
        return r->host;
    if (w5_str_eq(name, W5_STR("lines")))
        return told_number(room, size, r->lines);
    if (w5_str_eq(name, W5_STR("times")))
        return told_number(room, size, r->count);
    int field = w5_field_find(name);
    if (field < 0)
        fail_msg("no field is called '%.*s'", W5_ARG(name));
    return w5_record_get(r, (w5_field)field);
}

/* The first piece of *rest, up to `end`; *rest is what stands behind it. */
static inline w5_str told_next(w5_str *rest, char end)
{
    w5_str piece = *rest;
    w5_str behind = W5_NONE;
    w5_str_cut(*rest, end, &piece, &behind);
    *rest = behind;
    return piece;
}

static inline void told_compare(const w5_event *e, w5_str expected)
{
    char room[64];
    w5_str name, value;
    w5_str shown = w5_str_head(e->record->message, 200);
    w5_str kind = told_next(&expected, ' ');
    w5_str is = e->klass ? e->klass->id : W5_STR("-");
    if (!w5_str_eq(is, kind))
        fail_msg("\"%.*s\" is %.*s, should be %.*s", W5_ARG(shown), W5_ARG(is), W5_ARG(kind));
    while (expected.len > 0) {
        w5_str pair = told_next(&expected, '|');
        if (!w5_str_cut(pair, '=', &name, &value))
            fail_msg("no pair: %.*s", W5_ARG(pair));
        w5_str actual = told_value(e->record, name, room, sizeof room);
        if (!w5_str_eq(actual, value))
            fail_msg("\"%.*s\": %.*s is \"%.*s\", should be \"%.*s\"", W5_ARG(shown), W5_ARG(name),
                     W5_ARG(actual), W5_ARG(value));
    }
}

/* --- a log -------------------------------------------------------------------------------------
 */
typedef struct telling {
    knowledge *k;
    w5_records *records;
    w5_str expected;
    bool noise;      /* records of no interest are compared too */
    unsigned *count; /* not NULL: events are counted by class, and nothing is compared */
} telling;

static inline void told_event(telling *t, const w5_event *e)
{
    if (t->count) {
        t->count[e->klass ? e->klass->index : 0]++;
        return;
    }
    if (!e->klass && !t->noise)
        return;
    if (t->expected.len == 0)
        fail_msg("\"%.*s\" was not expected", W5_ARG(w5_str_head(e->record->message, 200)));
    told_compare(e, told_next(&t->expected, '\n'));
}

static inline void told_drain(telling *t)
{
    w5_record r;
    w5_event e;
    while (w5_records_take(t->records, &r) == W5_OK) {
        w5_record_walk(&r);
        w5_event_classify(t->k->classifier, &r, &e);
        told_event(t, &e);
    }
}

/* The text comes in pieces of `size` bytes, each where nothing readable lies behind it. */
static inline void told_put(telling *t, w5_str text, size_t size)
{
    for (size_t at = 0; at < text.len; at += size) {
        size_t n = text.len - at < size ? text.len - at : size;
        char *piece = malloc(n);
        memcpy(piece, text.ptr + at, n);
        w5_records_put(t->records, (w5_str){piece, n}, at, false);
        told_drain(t);
        free(piece);
    }
    w5_records_tick(t->records);
    told_drain(t);
    if (t->expected.len > 0)
        fail_msg("missing: %.*s", W5_ARG(t->expected));
}

static inline uint64_t told_run(telling *t, w5_str text, const char *name, size_t size)
{
    uint64_t unknown = 0;
    w5_record_options options = {0};
    t->records = w5_records_new(&options);
    w5_records_begin(t->records, 0, w5_str_of(name), W5_STR(""), HINT);
    told_put(t, text, size);
    for (size_t s = 0; s < w5_records_streams(t->records); s++)
        unknown += w5_records_stream(t->records, s)->not_understood;
    w5_records_free(t->records);
    return unknown;
}

/* `unknown`: how many lines nobody understands. */
static inline void tells_all(void **state, w5_str text, const char *expected, bool noise,
                             uint64_t unknown)
{
    static const size_t sizes[] = {1 << 20, 7};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        telling t = {.k = *state, .expected = w5_str_of(expected), .noise = noise};
        assert_int_equal(told_run(&t, text, "app.log", sizes[i]), unknown);
    }
}

/* Every record of the text, those of no interest too. */
static inline void tells(void **state, const char *text, const char *expected)
{
    tells_all(state, w5_str_of(text), expected, true, 0);
}

/* Each of the lines is understood by nobody. */
static inline void tells_nothing(void **state, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tells_all(state, w5_str_of(lines[i]), "", true, 1);
}

/* --- recorded logs ------------------------------------------------------------------------------
 */
static inline w5_str read_log(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    char *bytes = malloc(64 << 10);
    size_t n = fread(bytes, 1, 64 << 10, file);
    fclose(file);
    return (w5_str){bytes, n};
}

/* "worker-killed 2, worker-boot 5": how often each kind stands in a log all of whose lines are
 * understood; kinds that are not named must not stand there, accesses and "-" apart. */
static inline void file_holds(void **state, const char *path, const char *expected)
{
    unsigned count[256] = {0};
    uint64_t number;
    w5_str text = read_log(path);
    w5_str rest = w5_str_of(expected);
    knowledge *k = *state;
    telling t = {.k = k, .count = count};
    if (told_run(&t, text, path, 1 << 20) != 0)
        fail_msg("%s: not all lines are understood", path);
    free((void *)(uintptr_t)text.ptr);
    while (rest.len > 0) {
        w5_str pair = told_next(&rest, ',');
        w5_str_take(&pair, W5_STR(" "));
        w5_str kind = told_next(&pair, ' ');
        const w5_class *klass = w5_catalogue_class(k->catalogue, kind);
        if (!klass || !w5_str_u64(pair, &number))
            fail_msg("no kind and number: %.*s", W5_ARG(kind));
        if (count[klass->index] != number)
            fail_msg("%s: %u %.*s, should be %u", path, count[klass->index], W5_ARG(kind),
                     (unsigned)number);
        count[klass->index] = 0;
    }
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(k->catalogue, &all);
    for (size_t i = 0; i < n; i++)
        if (count[all[i]->index] > 0 && !w5_str_eq(all[i]->id, W5_STR("access")))
            fail_msg("%s: %u %.*s, should be none", path, count[all[i]->index], W5_ARG(all[i]->id));
}

#endif
