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

/* The line and those behind it, CR kept, as far as one write goes. */
static size_t look_behind(w5_records *r, const w5_window *w, const char *from)
{
    size_t n = 0;
    for (size_t sum = 0; n < W5_FORGED_LINES && from < w->end && sum <= W5_WRITE_MAX; n++) {
        const char *end = line_end(from, w->end);
        r->behind[n] = (w5_str){from, (size_t)(end - from)};
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
    return sentence(r, feed, record, look_behind(r, w, line), 0);
}

/* Behind a layer the lines of one write may stand far apart, other writers' between them. */
w5_trust w5_judge_wrapped(w5_records *r, w5_feed *feed, const w5_row *row, const w5_record *record,
                          w5_str inner, const w5_chain *chain)
{
    enum {
        FAR = 32 << 10 /* of the layers' own bytes too */
    };
    const w5_window *w = &feed->window;
    const char *from = row->raw.ptr;
    w5_mark start = w5_arena_mark(r->ahead);
    size_t n = 0;
    size_t sum = inner.len + 1;
    if (!has_quote(record->message) &&
        w5_forged_mark(inner.ptr, inner.ptr + inner.len) == inner.ptr + inner.len)
        return W5_TRUST;
    r->behind[n] = inner;
    r->behind_end[n++] = from + row->raw.len;
    const char *at = w->at;
    for (; at < w->end && sum <= W5_WRITE_MAX && n < W5_FORGED_LINES && at - from < FAR;) {
        const char *end = line_end(at, w->end);
        w5_str line = {at, (size_t)(end - at)};
        w5_str inside;
        at = end == w->end ? end : end + 1;
        if (!w5_read_peel(r, chain, line, &inside))
            continue;
        r->behind[n] = inside;
        r->behind_end[n++] = end;
        sum += inside.len + 1;
    }
    bool later = at == w->end && sum <= W5_WRITE_MAX && !feed->final;
    w5_trust trust = later ? W5_TRUST_LATER : sentence(r, feed, record, n, chain->key);
    w5_arena_rewind(r->ahead, start);
    return trust;
}
