/* join.c -- keeps a record together while its lines come in. */
#include "join.h"

#include <stdlib.h>
#include <why502/base/arena.h>

void w5_record_copy(w5_record *to, const w5_record *from)
{
    memcpy(to, from, offsetof(w5_record, field));
    memcpy(&to->count, &from->count, sizeof(*to) - offsetof(w5_record, count));
    for (uint64_t left = from->have; left != 0; left &= left - 1) {
        int f = __builtin_ctzll(left);
        to->field[f] = from->field[f];
    }
}

/* --- moving slices ---------------------------------------------------------------------------- */
static bool inside(w5_str s, w5_str region)
{
    return s.ptr >= region.ptr && s.ptr + s.len <= region.ptr + region.len;
}

/* Calls `each` for every slice of a record but its text. */
static void for_slices(w5_record *r, void (*each)(w5_str *s, void *context), void *context)
{
    each(&r->message, context);
    each(&r->host, context);
    each(&r->context, context);
    for (uint64_t left = r->have; left != 0; left &= left - 1)
        each(&r->field[__builtin_ctzll(left)], context);
}

typedef struct move {
    w5_str from; /* slices in here go with the region */
    char *to;
    char *loose; /* others are copied here; NULL: they stay */
    size_t size; /* bytes of the loose ones */
} move;

static void measure(w5_str *s, void *context)
{
    move *m = context;
    if (s->len > 0 && !inside(*s, m->from))
        m->size += s->len;
}

static void relocate(w5_str *s, void *context)
{
    move *m = context;
    if (inside(*s, m->from)) {
        s->ptr = m->to + (s->ptr - m->from.ptr);
    } else if (m->loose && s->len > 0) {
        memcpy(m->loose, s->ptr, s->len);
        s->ptr = m->loose;
        m->loose += s->len;
    }
}

static void reserve(w5_pending *p, size_t more)
{
    if (p->size - p->used >= more)
        return;
    size_t size = 2 * p->size > p->used + more ? 2 * p->size : p->used + more + 512;
    char *bytes = w5_xmalloc(size);
    if (p->used > 0)
        memcpy(bytes, p->bytes, p->used);
    if (p->owned) {
        move m = {
            .from = {p->bytes, p->used},
              .to = bytes
        };
        for_slices(&p->r, relocate, &m);
        relocate(&p->r.text, &m);
        relocate(&p->inner, &m);
    }
    free(p->bytes);
    p->bytes = bytes;
    p->size = size;
}

/* --- pending ---------------------------------------------------------------------------------- */
void w5_pending_free(w5_pending *p)
{
    if (!p)
        return;
    free(p->bytes);
    free(p);
}

void w5_pending_start(w5_pending *p)
{
    p->used = 0;
    p->owned = p->full = false;
}

/* The text goes last, for it grows. Unescaped bytes take its place where a layer had escaped them:
 * what follows is joined to them. */
void w5_pending_own(w5_pending *p)
{
    if (p->owned)
        return;
    w5_str region = inside(p->inner, p->r.text) ? p->r.text : p->inner;
    move m = {.from = region};
    p->used = 0;
    for_slices(&p->r, measure, &m);
    reserve(p, m.size + region.len);
    m.loose = p->bytes;
    m.to = p->bytes + m.size;
    if (region.len > 0)
        memcpy(m.to, region.ptr, region.len);
    for_slices(&p->r, relocate, &m);
    relocate(&p->inner, &m);
    p->used = m.size + region.len;
    p->r.text = (w5_str){m.to, region.len};
    p->owned = true;
}

void w5_pending_cut(w5_pending *p, size_t len)
{
    p->used -= p->r.text.len - len;
    p->r.text.len = len;
}

/* The line stands behind the record in the block, parted by a newline alone: a carriage return is no
 * part of a record, whether its lines were copied or not. */
static bool follows(const w5_pending *p, w5_str raw, w5_str inner)
{
    return !p->owned && inner.ptr == raw.ptr && p->inner.ptr == p->r.text.ptr &&
           p->r.text.ptr + p->r.text.len + 1 == raw.ptr;
}

void w5_pending_add(w5_pending *p, w5_str raw, w5_str inner)
{
    p->r.lines++;
    if (p->full || p->r.text.len + 1 + inner.len > W5_JOIN_MAX) {
        p->full = true;
        return;
    }
    if (follows(p, raw, inner)) {
        p->r.text.len = (size_t)(inner.ptr + inner.len - p->r.text.ptr);
        return;
    }
    w5_pending_own(p);
    reserve(p, inner.len + 1);
    p->bytes[p->used] = '\n';
    if (inner.len > 0)
        memcpy(p->bytes + p->used + 1, inner.ptr, inner.len);
    p->used += inner.len + 1;
    p->r.text.len += inner.len + 1;
}

/* The format sees the text from the first inner line on: the layer before it is no part of it. */
void w5_pending_finish(w5_pending *p, void *memo, w5_arena *scratch)
{
    const w5_format *f = p->r.format;
    if (!f->finish || !(f->multiline || p->r.open))
        return;
    w5_str text = p->r.text;
    if (inside(p->inner, text))
        p->r.text = w5_str_skip(text, (size_t)(p->inner.ptr - text.ptr));
    else
        p->r.text = p->inner;
    f->finish(memo, &p->r, scratch);
    p->r.text = text;
}

/* --- lanes ------------------------------------------------------------------------------------ */
w5_lane *w5_lane_new(uint64_t key)
{
    w5_lane *lane = w5_xmalloc(sizeof(*lane));
    *lane = (w5_lane){.key = key};
    return lane;
}

void w5_lane_free(w5_lane *lane)
{
    if (!lane)
        return;
    for (size_t i = 0; i < W5_FORMATS_MAX; i++)
        free(lane->memo[i]);
    w5_pending_free(lane->slot[0]);
    w5_pending_free(lane->slot[1]);
    free(lane->piece);
    free(lane);
}

w5_pending *w5_lane_spare(w5_lane *lane)
{
    size_t i = lane->pending ? lane->pending == lane->slot[0] : lane->turn;
    if (!lane->slot[i]) {
        lane->slot[i] = w5_xmalloc(sizeof(w5_pending));
        memset(lane->slot[i], 0, sizeof(w5_pending));
    }
    return lane->slot[i];
}

void *w5_lane_memo(w5_lane *lane, size_t rank)
{
    if (!lane->memo[rank]) {
        lane->memo[rank] = w5_xmalloc(W5_MEMO);
        memset(lane->memo[rank], 0, W5_MEMO);
    }
    return lane->memo[rank];
}

void w5_lane_add_piece(w5_lane *lane, w5_str piece)
{
    size_t room = W5_LONGEST - lane->piece_len;
    size_t n = piece.len < room ? piece.len : room;
    if (lane->piece_size - lane->piece_len < n) {
        lane->piece_size = 2 * (lane->piece_len + n);
        lane->piece = w5_xrealloc(lane->piece, lane->piece_size, 1);
    }
    if (n > 0)
        memcpy(lane->piece + lane->piece_len, piece.ptr, n);
    lane->piece_len += n;
}
