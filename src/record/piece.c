/* piece.c -- one source read in pieces by several stages, as if it were read by one.
 *
 * A line belongs to the piece in which it begins. The stage of a piece reads some lines in front of
 * it first, to learn what a reader of the whole would know there: the writer's format, a record that
 * may go on, a forged write that reaches over the seam. Whether it has learned the same is not hoped
 * for but compared (w5_records_state); a record that goes on over the seam is told by the piece in
 * which it turns out to be complete. */
#include <why502/base/arena.h>

#include "records.h"

/* Lines of a piece are numbered from here, so that a record begun before it has a number, too. */
#define W5_PIECE_LINES (UINT64_C(1) << 40)

void w5_records_stop_at(w5_records *r, uint64_t offset)
{
    r->now->stop = offset;
}

uint64_t w5_records_offset(const w5_records *r)
{
    const w5_feed *feed = r->now;
    return !feed ? 0 : feed->window.base ? w5_window_offset(feed) : feed->held_offset;
}

/* Its bytes will be put again, perhaps from further in front. */
static void forget_held(w5_feed *feed)
{
    feed->window = (w5_window){0};
    feed->block = W5_STR("");
    feed->held_len = 0;
    feed->held_offset = 0;
    feed->cut = feed->skipping = false;
    feed->tainted = 0;
}

static void renumber(const w5_log *log, uint64_t by)
{
    for (size_t i = 0; i < W5_LANES; i++)
        if (log->lane[i] && log->lane[i]->pending)
            log->lane[i]->pending->r.line += by;
}

void w5_records_arrive(w5_records *r, const w5_stream *as)
{
    w5_log *log = r->now->log;
    w5_stream *s = &log->pub;
    w5_stream fresh = {.lines = W5_PIECE_LINES, .zoned = true, .first = W5_TIME_NONE,
                       .last = W5_TIME_NONE};
    w5_stream accounts = as ? *as : fresh;
    renumber(log, accounts.lines - s->lines);
    accounts.index = s->index;
    accounts.source = s->source;
    accounts.name = s->name;
    accounts.host = s->host;
    accounts.named = s->named;
    accounts.named_several = s->named_several;
    accounts.zone_told = s->zone_told;
    accounts.format = s->format;
    accounts.year_hint = s->year_hint;
    accounts.how = s->how;
    *s = accounts;
    log->met_gunicorn = w5_log_met_gunicorn(log);
    log->met_nginx = w5_log_met_nginx(log);
    if (as)
        forget_held(r->now);
    else
        memset(log->seen, 0, sizeof(log->seen));
}

/* --- state ------------------------------------------------------------------------------------- */
static uint64_t mix(uint64_t h, uint64_t value)
{
    h = (h ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

/* A format keeps what it knows of a writer, also while another one's lines stand between. */
static uint64_t memo_state(uint64_t h, const w5_lane *lane, size_t formats)
{
    static const unsigned char nothing[W5_MEMO];
    for (size_t i = 0; i < formats; i++)
        if (lane->memo[i] && memcmp(lane->memo[i], nothing, W5_MEMO) != 0)
            h = mix(h, i + w5_str_hash((w5_str){(const char *)lane->memo[i], W5_MEMO}));
    return h;
}

static uint64_t lane_state(uint64_t h, const w5_lane *lane, size_t formats)
{
    h = mix(h, lane->key);
    h = mix(h, lane->format ? lane->rank + 1 : 0);
    h = memo_state(h, lane, formats);
    if (lane->piece_len > 0)
        h = mix(h, w5_str_hash((w5_str){lane->piece, lane->piece_len}));
    if (!lane->pending)
        return h;
    h = mix(h, lane->pending->r.offset);
    return mix(h, lane->pending->r.lines);
}

static size_t streams_of(const w5_records *r, const w5_feed *feed)
{
    size_t n = 0;
    for (size_t i = 0; i < r->logs; i++)
        n += r->log[i]->pub.source == feed->index;
    return n;
}

uint64_t w5_records_state(const w5_records *r)
{
    const w5_feed *feed = r->now;
    const w5_log *log = feed->log;
    uint64_t here = w5_records_offset(r);
    if (r->told || streams_of(r, feed) != 1 || log->collects || feed->skipping || !log->pub.format)
        return 0;
    uint64_t h = mix(1, log->chain.depth);
    for (uint32_t i = 0; i < log->chain.depth; i++)
        h = mix(h, log->chain.layer[i]);
    h = mix(h, (uint64_t)log->latest);
    h = mix(h, (uint64_t)log->latest_zoned << 2 | (uint64_t)w5_log_met_gunicorn(log) << 1 |
                   (uint64_t)w5_log_met_nginx(log));
    if (log->entry.boot_told)
        h = mix(h, W5_PEEL_NEXT);
    if (feed->tainted > here)
        h = mix(mix(h, feed->tainted), feed->tainted_key);
    h = lane_state(h, log->lane[0], r->ranks.n);
    uint64_t others = 0; /* in whatever order they were first seen */
    for (size_t i = 1; i < W5_LANES; i++)
        if (log->lane[i] && (log->lane[i]->pending || log->lane[i]->piece_len > 0 ||
                             memo_state(0, log->lane[i], r->ranks.n) != 0))
            others += lane_state(2, log->lane[i], r->ranks.n);
    return mix(h, others) | 1;
}

/* --- accounts ------------------------------------------------------------------------------------ */
static void add_counts(w5_stream *s, const w5_stream *piece)
{
    s->lines += piece->lines - W5_PIECE_LINES;
    s->understood += piece->understood;
    s->not_understood += piece->not_understood;
    s->cut += piece->cut;
    s->forged += piece->forged;
    s->records += piece->records;
    s->events += piece->events;
    s->bytes += piece->bytes;
    s->suspect_times += piece->suspect_times;
}

static void add_times(w5_stream *s, const w5_stream *piece)
{
    s->zoned = s->zoned && piece->zoned;
    if (s->first == W5_TIME_NONE || (piece->first != W5_TIME_NONE && piece->first < s->first))
        s->first = piece->first;
    if (s->last == W5_TIME_NONE || (piece->last != W5_TIME_NONE && piece->last > s->last))
        s->last = piece->last;
}

static void add_unknown(w5_records *r, w5_stream *s, const w5_stream *piece, uint64_t shift)
{
    enum {
        MOST = sizeof(s->unknown) / sizeof(*s->unknown)
    };
    size_t n = 0;
    while (n < MOST && s->unknown[n].line != 0)
        n++;
    for (size_t i = 0; i < MOST && n < MOST && piece->unknown[i].line != 0; i++, n++) {
        s->unknown[n].line = piece->unknown[i].line + shift;
        s->unknown[n].text = w5_arena_str(r->forever, piece->unknown[i].text);
    }
}

static void add_formats(w5_records *r, w5_log *log, const w5_log *piece)
{
    for (size_t i = 0; i < r->ranks.n; i++)
        log->seen[i] += piece->seen[i];
    for (size_t i = 0; i < r->ranks.n; i++)
        w5_log_prefer(r, log, i);
}

/* A record that goes on in the piece is told there. */
static void forget_pending(w5_log *log)
{
    for (size_t i = 0; i < W5_LANES; i++)
        if (log->lane[i]) {
            log->lane[i]->pending = NULL;
            log->lane[i]->piece_len = 0;
        }
}

uint64_t w5_records_absorb(w5_records *r, const w5_records *piece)
{
    w5_log *log = r->now->log;
    const w5_log *from = piece->now->log;
    uint64_t shift = log->pub.lines - W5_PIECE_LINES;
    forget_held(r->now);
    forget_pending(log);
    add_unknown(r, &log->pub, &from->pub, shift);
    add_counts(&log->pub, &from->pub);
    add_times(&log->pub, &from->pub);
    add_formats(r, log, from);
    if (log->pub.how.len == 0)
        log->pub.how = w5_arena_str(r->forever, from->pub.how);
    if (log->pub.host.len == 0 && from->pub.host.len > 0)
        log->pub.host = w5_arena_str(r->forever, from->pub.host);
    if (log->pub.named.len == 0 && from->pub.named.len > 0)
        log->pub.named = w5_arena_str(r->forever, from->pub.named);
    log->pub.named_several |= from->pub.named_several || (from->pub.named.len > 0 &&
                                  !w5_str_eq(from->pub.named, log->pub.named));
    return shift;
}
