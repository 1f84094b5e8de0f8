/* stage.h -- what tests of the record stage share: a text goes in, its records come out as text.
 *
 * A record is told in one line: `LINE[+MORE] TIME[?] [FORGED] FORMAT "message" name=<value>…`, the
 * time in UTC, "?" where its zone is not known. */
#ifndef W5_TESTS_STAGE_H
#define W5_TESTS_STAGE_H

#include <stdio.h>
#include <stdlib.h>

#include <why502/base/out.h>
#include <why502/base/time.h>
#include <why502/record.h>

#include "check.h"

/* 2026-11-20 12:00:00 UTC: the year of stamps without one. */
#define STAGE_HINT (INT64_C(1795176000) * W5_SECOND)

typedef struct stage {
    w5_records *records;
    w5_out *out;
    uint64_t n;
} stage;

static inline stage stage_new(const w5_record_options *options)
{
    return (stage){w5_records_new(options), w5_out_memory(), 0};
}

static inline void stage_free(stage *s)
{
    w5_records_free(s->records);
    w5_out_done(s->out, NULL);
}

static inline void stage_tell(stage *s, w5_record *r)
{
    char when[40] = "-";
    w5_record_walk(r);
    if (r->at != W5_TIME_NONE)
        w5_time_rfc3339(when, r->at, r->digits > 6 ? 6 : r->digits);
    w5_out_fmt(s->out, "%llu", (unsigned long long)r->line);
    if (r->lines > 1)
        w5_out_fmt(s->out, "+%u", r->lines - 1);
    w5_out_fmt(s->out, " %s%s %s%s%.*s \"", when, r->at == W5_TIME_NONE || r->zoned ? "" : "?",
               r->forged ? "FORGED " : "", r->cut ? "CUT " : "", W5_ARG(r->format->id));
    w5_out_text(s->out, W5_TTY, r->message);
    w5_out_lit(s->out, "\"");
    if (r->host.len > 0)
        w5_out_fmt(s->out, " @%.*s", W5_ARG(r->host));
    for (int f = 0; f < W5_FIELDS; f++)
        if (r->have >> f & 1) {
            w5_out_fmt(s->out, " %.*s=<", W5_ARG(w5_field_name[f]));
            w5_out_text(s->out, W5_TTY, r->field[f]);
            w5_out_lit(s->out, ">");
        }
    w5_out_lit(s->out, "\n");
    s->n++;
}

static inline void stage_drain(stage *s)
{
    w5_record r;
    while (w5_records_take(s->records, &r) == W5_OK)
        stage_tell(s, &r);
}

/* Puts a text in pieces of `size` bytes, each in memory of its own that ends where it ends. */
static inline void stage_put(stage *s, w5_str text, size_t size)
{
    for (size_t at = 0; at < text.len; at += size) {
        size_t n = text.len - at < size ? text.len - at : size;
        char *piece = malloc(n);
        memcpy(piece, text.ptr + at, n);
        w5_records_put(s->records, (w5_str){piece, n}, at, false);
        stage_drain(s);
        free(piece);
    }
}

static inline void stage_end(stage *s)
{
    w5_records_tick(s->records);
    stage_drain(s);
}

/* The whole of a source named "x.log". */
static inline void stage_read(stage *s, w5_str text, size_t size)
{
    w5_records_begin(s->records, 0, W5_STR("x.log"), W5_STR(""), STAGE_HINT);
    stage_put(s, text, size);
    stage_end(s);
}

#define assert_told(stage, text) assert_str(w5_out_bytes((stage)->out), w5_str_of(text))

/* lines = understood + not_understood + cut + forged, and each as expected. */
static inline void assert_account(const w5_stream *s, uint64_t understood, uint64_t strange,
                                  uint64_t cut, uint64_t forged)
{
    assert_int_equal(s->understood, understood);
    assert_int_equal(s->not_understood, strange);
    assert_int_equal(s->cut, cut);
    assert_int_equal(s->forged, forged);
    assert_int_equal(s->lines, understood + strange + cut + forged);
}

/* A file of the repository; the caller frees it. */
static inline w5_str stage_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    size_t size = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(size + 1);
    assert_int_equal(fread(bytes, 1, size, f), size);
    fclose(f);
    return (w5_str){bytes, size};
}

/* Read in one block and in blocks of `size` bytes a text tells the same. Do both end in one state? */
static inline bool stage_ways_agree(w5_str text, size_t size)
{
    stage skimmed = stage_new(NULL);
    stage slow = stage_new(NULL);
    stage_read(&skimmed, text, text.len);
    stage_read(&slow, text, size);
    const w5_stream *a = w5_records_stream(skimmed.records, 0);
    const w5_stream *b = w5_records_stream(slow.records, 0);
    assert_str(w5_out_bytes(skimmed.out), w5_out_bytes(slow.out));
    assert_account(a, b->understood, b->not_understood, b->cut, b->forged);
    assert_int_equal(a->bytes, b->bytes);
    assert_int_equal(a->first, b->first);
    assert_int_equal(a->last, b->last);
    assert_int_equal(a->zoned, b->zoned);
    assert_int_equal(a->suspect_times, b->suspect_times);
    assert_int_equal(a->named_several, b->named_several);
    assert_str(a->host, b->host);
    assert_ptr_equal(a->format, b->format);
    bool one_state = w5_records_state(skimmed.records) == w5_records_state(slow.records);
    stage_free(&skimmed);
    stage_free(&slow);
    return one_state;
}

#endif
