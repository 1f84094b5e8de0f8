/* records_judge.c -- looks behind a line of nginx's error log before it is believed.
 *
 * Almost every line is cleared by three looks: its message holds no quote (nor its request a
 * newline), no "%0A" stands in the 2047 bytes that one write can have, and none of these writes
 * could end exactly there. Only then is the line worth the proof of forged.c. */
#include "records.h"

static bool has_quote(w5_str s)
{
    return s.len > 0 && memchr(s.ptr, '"', s.len);
}

/* Offset of the first "%0A" at or behind the line; the window remembers it. */
static const char *next_mark(w5_window *w, const char *from)
{
    if (!w->mark || w->mark < from)
        w->mark = w5_forged_mark(from, w->end);
    return w->mark;
}

static const char *line_end(const char *p, const char *end)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    return newline ? newline : end;
}

/* The line and those behind it, CR kept, as far as one write goes; in what tail prints of several
 * logs not past the next header, behind which another log's lines stand. */
static size_t look_behind(w5_records *r, const w5_feed *feed, const char *from)
{
    const w5_window *w = &feed->window;
    bool tail = !w5_str_eq(feed->log->pub.name, feed->name);
    w5_str name;
    size_t n = 0;
    for (size_t sum = 0; n < W5_FORGED_LINES && from < w->end && sum <= W5_WRITE_MAX; n++) {
        const char *end = line_end(from, w->end);
        r->behind[n] = (w5_str){from, (size_t)(end - from)};
        if (tail && w5_wrap_tail(r->behind[n], &name))
            break;
        r->behind_end[n] = end;
        sum += r->behind[n].len + 1;
        from = end == w->end ? end : end + 1;
    }
    return n;
}

/* A line that was found forged may be the opener of more (two writes side by side), but what merely
 * does not close in it is no sign: the client may have left it open. */
static w5_trust sentence(w5_records *r, w5_feed *feed, const w5_record *record, size_t n,
                         uint64_t key)
{
    const w5_window *w = &feed->window;
    bool opener;
    size_t extent = w5_forged_extent(r->behind, n, &opener);
    if (extent == 0 || (record->forged && !opener))
        return W5_TRUST;
    uint64_t end = w->offset + (uint64_t)(r->behind_end[extent - 1] - w->base);
    if (feed->tainted_key != key || feed->tainted < end)
        feed->tainted = end;
    feed->tainted_key = key;
    return opener ? W5_TRUST_NO : W5_TRUST;
}

w5_trust w5_judge_plain(w5_records *r, w5_feed *feed, const w5_row *row, const w5_record *record)
{
    w5_window *w = &feed->window;
    const char *line = row->raw.ptr;
    size_t left = (size_t)(w->end - line);
    const char *mark = next_mark(w, line);
    if (mark >= line + row->raw.len && !has_quote(record->message))
        return W5_TRUST;
    if (left <= W5_WRITE_MAX && !feed->final)
        return W5_TRUST_LATER;
    bool near = mark != w->end && mark - line <= W5_WRITE_MAX;
    bool ends = row->raw.len < W5_WRITE_MAX &&
                (left > W5_WRITE_MAX ? line[W5_WRITE_MAX] == '\n' : left == W5_WRITE_MAX);
    if (!near && !ends && !record->open && !w5_forged_unclosed(record->message))
        return W5_TRUST;
    return sentence(r, feed, record, look_behind(r, feed, line), 0);
}

/* --- behind a layer -----------------------------------------------------------------------------
 */
/* The lines of one write may stand apart, other writers' between them; so far ahead is looked for
 * them, in bytes of the physical lines. */
enum {
    FAR = 32 << 10,
    RING = sizeof((w5_ahead){0}.at) / sizeof(*(w5_ahead){0}.at)
};

static struct w5_measure *nth(w5_ahead *a, size_t i)
{
    return &a->at[(a->first + i) % RING];
}

/* What was measured of lines up to this one, or without these layers, is of no use any more. */
static w5_ahead *ahead_of(w5_feed *feed, const w5_row *row, const w5_chain *chain)
{
    if (!feed->ahead) {
        feed->ahead = w5_xmalloc(sizeof(*feed->ahead));
        feed->ahead->n = 0;
    }
    w5_ahead *a = feed->ahead;
    if (a->n > 0 &&
        (a->chain.depth != chain->depth ||
         memcmp(a->chain.layer, chain->layer, chain->depth * sizeof(*chain->layer)) != 0))
        a->n = 0;
    a->chain = *chain;
    while (a->n > 0 && nth(a, 0)->offset <= row->offset) {
        a->first = (a->first + 1) % RING;
        a->n--;
    }
    return a;
}

/* Measures one more line. False: the window holds no more. */
static bool measure_next(w5_records *r, w5_feed *feed, w5_ahead *a)
{
    const w5_window *w = &feed->window;
    uint64_t from = a->n > 0 ? nth(a, a->n - 1)->end + 1 : w5_window_offset(feed);
    if (from >= w->offset + (uint64_t)(w->end - w->base))
        return false;
    const char *p = w->base + (from - w->offset);
    const char *end = line_end(p, w->end);
    w5_str inner = W5_NONE;
    struct w5_measure *m = nth(a, a->n++);
    w5_mark start = w5_arena_mark(r->ahead);
    bool peels = w5_read_peel(r, &a->chain, (w5_str){p, (size_t)(end - p)}, &inner, &m->key);
    w5_arena_rewind(r->ahead, start);
    m->offset = from;
    m->end = from + (uint64_t)(end - p);
    m->len = inner.len;
    m->key = peels ? m->key : 0;
    return true;
}

typedef struct outlook {
    bool short_of; /* the window ends before one write could */
    bool ends;     /* a write that began with this line could end behind another */
    uint64_t until;
} outlook;

static outlook look_ahead(w5_records *r, w5_feed *feed, const w5_row *row, size_t len,
                          const w5_chain *chain)
{
    w5_ahead *a = ahead_of(feed, row, chain);
    outlook o = {.until = row->offset + row->raw.len};
    size_t sum = len + 1;
    for (size_t i = 0; sum <= W5_WRITE_MAX && o.until - row->offset < FAR && i < RING; i++) {
        if (i == a->n && !measure_next(r, feed, a)) {
            o.short_of = !feed->final;
            break;
        }
        const struct w5_measure *m = nth(a, i);
        o.until = m->end;
        if (m->key != chain->key)
            continue;
        sum += m->len;
        o.ends = o.ends || sum == W5_WRITE_MAX;
        sum++;
    }
    o.ends = o.ends || sum <= W5_WRITE_MAX; /* too many short lines to measure: look closely */
    return o;
}

static w5_trust look_closely(w5_records *r, w5_feed *feed, const w5_row *row,
                             const w5_record *record, w5_str inner, const w5_chain *chain)
{
    const w5_window *w = &feed->window;
    w5_mark start = w5_arena_mark(r->ahead);
    size_t n = 0;
    size_t sum = inner.len + 1;
    r->behind[n] = inner;
    r->behind_end[n++] = row->raw.ptr + row->raw.len;
    for (const char *at = w->at;
         at < w->end && sum <= W5_WRITE_MAX && n < W5_FORGED_LINES && at - row->raw.ptr < FAR;) {
        const char *end = line_end(at, w->end);
        w5_str inside;
        uint64_t key;
        bool peels = w5_read_peel(r, chain, (w5_str){at, (size_t)(end - at)}, &inside, &key);
        at = end == w->end ? end : end + 1;
        if (!peels || key != chain->key)
            continue;
        r->behind[n] = inside;
        r->behind_end[n++] = end;
        sum += inside.len + 1;
    }
    w5_trust trust = sentence(r, feed, record, n, chain->key);
    w5_arena_rewind(r->ahead, start);
    return trust;
}

w5_trust w5_judge_wrapped(w5_records *r, w5_feed *feed, const w5_row *row, const w5_record *record,
                          w5_str inner, const w5_chain *chain)
{
    w5_window *w = &feed->window;
    const char *mark = next_mark(w, row->raw.ptr);
    if (mark >= row->raw.ptr + row->raw.len && !has_quote(record->message))
        return W5_TRUST;
    outlook o = look_ahead(r, feed, row, inner.len, chain);
    if (o.short_of)
        return W5_TRUST_LATER;
    bool near = mark != w->end && w->offset + (uint64_t)(mark - w->base) < o.until;
    if (!near && !o.ends && !record->open && !w5_forged_unclosed(record->message))
        return W5_TRUST;
    return look_closely(r, feed, row, record, inner, chain);
}
