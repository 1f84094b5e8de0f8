/* build.h -- events made by hand: "class", a time, and fields as "name=value|name=value". */
#ifndef W5_TESTS_INCIDENT_BUILD_H
#define W5_TESTS_INCIDENT_BUILD_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <why502/incident.h>

#define NOON (w5_civil(2026, 11, 20, 12, 0, 0, 0))

static w5_arena *made_in; /* what the helpers hand out lives as long as the test program */
static w5_catalogue *made_catalogue;

static inline const w5_catalogue *catalogue(void)
{
    w5_err err;
    if (made_catalogue)
        return made_catalogue;
    made_in = w5_arena_new();
    made_catalogue = w5_catalogue_new(made_in);
    if (w5_catalogue_load_builtin(made_catalogue, &err) != W5_OK ||
        w5_catalogue_seal(made_catalogue, &err) != W5_OK)
        fail_msg("%s", err.text);
    return made_catalogue;
}

static inline int give_back(void **state)
{
    (void)state;
    w5_catalogue_free(made_catalogue);
    w5_arena_free(made_in);
    made_catalogue = NULL;
    return 0;
}

static inline w5_stream *stream(uint32_t index, const char *name, const char *format)
{
    catalogue();
    w5_format *f = W5_NEW(made_in, w5_format);
    w5_stream *s = W5_NEW(made_in, w5_stream);
    f->id = w5_arena_str(made_in, w5_str_of(format));
    s->index = index;
    s->name = w5_str_of(name);
    s->format = f;
    s->first = s->last = W5_TIME_NONE;
    s->zoned = true;
    return s;
}

typedef struct made_event {
    w5_record record;
    w5_event event;
} made_event;

static inline void set_fields(w5_record *r, const char *fields)
{
    w5_str rest = w5_str_of(fields), pair, name, value;
    while (rest.len > 0) {
        pair = rest;
        rest = W5_NONE;
        w5_str_cut(pair, '|', &pair, &rest);
        if (!w5_str_cut(pair, '=', &name, &value))
            fail_msg("no field: %.*s", W5_ARG(pair));
        int f = w5_field_find(name);
        if (f >= 0)
            w5_record_set(r, (w5_field)f, value);
        else if (w5_str_eq(name, W5_STR("host")))
            r->host = value;
        else if (w5_str_eq(name, W5_STR("text")))
            r->text = r->message = value;
        else
            fail_msg("unknown field %.*s", W5_ARG(name));
    }
}

/* An event of a stream whose formats' stamps carry their zone; set record.zoned otherwise. */
static inline made_event event(w5_stream *s, uint64_t line, const char *klass, const char *code,
                               w5_time at, const char *fields)
{
    made_event m = {
        .record = {.stream = s,
                   .format = s->format,
                   .at = at,
                   .zoned = true,
                   .line = line,
                   .lines = 1,
                   .count = 1}
    };
    set_fields(&m.record, fields);
    m.event.klass = klass ? w5_catalogue_class(catalogue(), w5_str_of(klass)) : NULL;
    if (klass && !m.event.klass)
        fail_msg("unknown class %s", klass);
    m.event.code = w5_str_of(code);
    return m;
}

static inline void put(w5_ledger *l, made_event m)
{
    w5_stream *s = m.record.stream;
    m.event.record = &m.record;
    if (m.record.at != W5_TIME_NONE) {
        if (s->first == W5_TIME_NONE || m.record.at < s->first)
            s->first = m.record.at;
        if (m.record.at > s->last)
            s->last = m.record.at;
    }
    s->zoned = s->zoned && m.record.zoned;
    w5_ledger_put(l, &m.event);
}

static inline uint64_t class_count(const w5_ledger *l, const char *klass)
{
    const w5_class *k = w5_catalogue_class(catalogue(), w5_str_of(klass));
    assert_non_null(k);
    return w5_ledger_sum(l).by_class[k->index];
}

static inline bool is_class(const w5_cell *cell, const char *klass)
{
    const w5_class *k = w5_catalogue_class(catalogue(), w5_str_of(klass));
    assert_non_null(k);
    return cell->klass == k->index;
}

/* A timeline of streams with indices 0..n-1. */
static inline const w5_timeline *timeline(w5_ledger *l, w5_stream *const *streams, size_t n,
                                          const w5_timeline_options *options)
{
    static const w5_timeline_options plain = {.gap = W5_MINUTE,
                                              .lateness = 5 * W5_SECOND,
                                              .since = W5_TIME_NONE,
                                              .until = W5_TIME_NONE,
                                              .now = W5_TIME_NONE,
                                              .zone = {.fixed = true},
                                              .host = W5_LIT("web1")};
    return w5_timeline_build(l, streams, n, NULL, options ? options : &plain, made_in);
}

static inline w5_incidents incidents(w5_ledger *l, w5_stream *const *streams, size_t n)
{
    return w5_incidents_build(timeline(l, streams, n, NULL), made_in);
}

/* Tallies as "a 3, b 1". */
static inline w5_str told(w5_tallies tallies)
{
    char text[1024] = "";
    size_t n = 0;
    for (size_t i = 0; i < tallies.n && n < sizeof(text) - 64; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s %ju", i ? ", " : "",
                              W5_ARG(tallies.at[i].name), (uintmax_t)tallies.at[i].count);
    return w5_arena_str(made_in, (w5_str){text, n});
}

#endif
