/* records_read.c -- what a line is: layers off, format found, record begun or continued.
 *
 * The order of questions makes a pure log pay nothing: first the format of the writer's last
 * record, then the layers of the stream's last line, then all formats of strict shape, all layers,
 * and last the formats of loose shape. What is found below a layer is found by the same questions.
 */
#include <why502/base/time.h>

#include "records.h"
#include "skim_layer.h"

typedef struct reading {
    w5_records *r;
    w5_feed *feed;
    w5_log *log;
    w5_row *row;
    w5_record *out;
    uint32_t count; /* physical lines to be accounted for by this reading */
    w5_chain chain; /* layers peeled so far */
    bool alone;     /* put together from several lines: what stands behind tells nothing */
    w5_time at;     /* what the layers told */
    bool zoned;
    uint8_t digits;
    uint64_t times;
    w5_str host;
} reading;

static w5_verdict understand(reading *rd, w5_str inner);

/* --- accounts --------------------------------------------------------------------------------- */
static void count(const reading *rd, uint64_t *kind)
{
    rd->log->pub.lines += rd->count;
    *(rd->row->cut ? &rd->log->pub.cut : kind) += rd->count;
}

static w5_verdict understood(const reading *rd)
{
    count(rd, &rd->log->pub.understood);
    return W5_TAKEN;
}

static w5_verdict strange(const reading *rd, w5_str text)
{
    w5_stream *s = &rd->log->pub;
    if (w5_forged_tail(text)) {
        count(rd, &s->forged);
        return W5_STRANGE;
    }
    for (size_t i = 0; i < sizeof(s->unknown) / sizeof(*s->unknown); i++)
        if (s->unknown[i].line == 0) {
            s->unknown[i].line = rd->row->line;
            s->unknown[i].text = w5_arena_str(rd->r->forever, w5_str_head(text, W5_UNKNOWN_MAX));
            break;
        }
    count(rd, &s->not_understood);
    return W5_STRANGE;
}

/* --- time ------------------------------------------------------------------------------------- */
/* A stamp without zone inside a layer whose stamp has one: they differ by the zone, and by the
 * moments between writing and reading. */
static void borrow_zone(w5_record *r, w5_time wrapped)
{
    const w5_time quarter = 15 * W5_MINUTE;
    w5_time apart = r->at - wrapped;
    w5_time offset = (apart + (apart < 0 ? -quarter : quarter) / 2) / quarter * quarter;
    if (offset < -14 * W5_HOUR || offset > 14 * W5_HOUR)
        return;
    r->at -= offset;
    r->zoned = true;
}

static void settle_time(const reading *rd, w5_record *r)
{
    if (r->yearless)
        r->at = w5_year_settle(&rd->r->year, r->at, rd->feed->year_hint);
    if (rd->at == W5_TIME_NONE)
        return;
    if (r->at == W5_TIME_NONE) {
        r->at = rd->at;
        r->zoned = rd->zoned;
        r->digits = rd->digits;
    } else if (!r->zoned && rd->zoned) {
        borrow_zone(r, rd->at);
    }
}

/* 2000-01-01: a clock that was never set shows 1970. */
static const w5_time too_early = INT64_C(946684800) * W5_SECOND;

static void note_time(w5_log *log, const w5_record *r)
{
    w5_stream *s = &log->pub;
    if (r->forged)
        return;
    if (r->misdated || (r->at != W5_TIME_NONE && r->at < too_early))
        s->suspect_times++;
    if (r->at == W5_TIME_NONE)
        return;
    s->zoned = s->zoned && r->zoned;
    if (r->at < too_early)
        return;
    log->latest = r->at;
    log->latest_zoned = r->zoned;
    if (s->first == W5_TIME_NONE || r->at < s->first)
        s->first = r->at;
    if (s->last == W5_TIME_NONE || r->at > s->last)
        s->last = r->at;
}

/* --- a record begins -------------------------------------------------------------------------- */
static void prepare(const reading *rd, w5_record *r)
{
    const w5_row *row = rd->row;
    r->format = NULL;
    r->stream = &rd->log->pub;
    r->at = W5_TIME_NONE;
    r->zoned = r->yearless = r->misdated = r->forged = r->open = false;
    r->digits = 0;
    r->cut = row->cut;
    r->lines = row->lines;
    r->line = row->line;
    r->offset = row->offset;
    r->text = row->text;
    r->message = r->host = r->context = r->id = r->told = W5_NONE;
    r->have = 0;
    r->count = 1;
    r->pattern = NULL;
    r->clock = NULL;
    r->herd = false;
    if (rd->chain.depth == 0)
        return;
    const w5_record *layer = &rd->r->layer;
    r->host = rd->host;
    r->count = rd->times;
    for (uint64_t left = layer->have; left != 0; left &= left - 1) {
        int f = __builtin_ctzll(left);
        w5_record_set(r, (w5_field)f, layer->field[f]);
    }
}

static void tell_how(const reading *rd)
{
    w5_log *log = rd->log;
    w5_arena *forever = rd->r->forever;
    log->pub.how = rd->feed->forced ? W5_STR("as told") : W5_STR("by its lines");
    for (uint32_t i = 0; i < rd->chain.depth; i++) {
        w5_str layer = rd->r->wrapper[rd->chain.layer[i]].name;
        log->pub.how = w5_arena_fmt(forever, "%.*s%s %.*s", W5_ARG(log->pub.how),
                                    i == 0 ? ", behind" : ",", W5_ARG(layer));
    }
}

static void note_format(const reading *rd, w5_lane *lane, size_t rank)
{
    w5_log *log = rd->log;
    const w5_format *f = rd->r->ranks.at[rank];
    if (f->order < W5_LAST) {
        lane->format = f;
        lane->rank = rank;
    }
    lane->used = ++rd->r->clock;
    log->seen[rank]++;
    if (rd->chain.depth != log->chain.depth || rd->chain.depth > 0)
        log->chain = rd->chain;
    if (log->pub.format == f)
        return;
    if (!log->pub.format)
        tell_how(rd);
    w5_log_prefer(rd->r, log, rank);
}

/* A complete record goes to the caller, or behind those that must go before it; one that may go on
 * waits in its lane. `slot` is where it stands, NULL for the caller's own place. */
static w5_verdict begin(const reading *rd, w5_lane *lane, w5_record *r, w5_pending *slot,
                        w5_str inner)
{
    w5_records *stage = rd->r;
    bool waits = !r->forged && !r->pattern && (r->format->multiline || r->open);
    if (lane->pending)
        w5_lane_flush(stage, lane);
    if (!waits) {
        if (stage->options.all_fields)
            w5_record_walk(r);
        if (!slot)
            return W5_DIRECT;
        w5_queue_put(stage, slot);
        return W5_TAKEN;
    }
    if (!slot) {
        slot = w5_lane_spare(lane);
        w5_record_copy(&slot->r, r);
    }
    slot->inner = inner;
    w5_pending_start(slot);
    if (rd->chain.depth > 0)
        w5_pending_own(slot);
    lane->pending = slot;
    return W5_TAKEN;
}

static w5_trust judge(const reading *rd, const w5_record *r, w5_str inner)
{
    if (rd->chain.depth == 0)
        return w5_judge_plain(rd->r, rd->feed, rd->row, r);
    if (rd->alone)
        return W5_TRUST;
    return w5_judge_wrapped(rd->r, rd->feed, rd->row, r, inner, &rd->chain);
}

static void note_host(const reading *rd, w5_stream *s, w5_str host)
{
    if (s->named.len == 0)
        s->named = w5_arena_str(rd->r->forever, host);
    else if (!w5_str_eq(s->named, host))
        s->named_several = true;
    if (s->host.len == 0)
        s->host = s->named;
}

/* One of our own events: its format, stream and stamp are those of the line that it tells of. */
static w5_verdict accept_told(const reading *rd, w5_lane *lane, size_t rank, w5_record *r,
                              w5_pending *slot)
{
    count(rd, &rd->log->pub.understood);
    note_format(rd, lane, rank);
    note_time((w5_log *)(void *)r->stream, r);
    if (r->host.len > 0)
        note_host(rd, r->stream, r->host);
    return begin(rd, lane, r, slot, W5_NONE);
}

static w5_verdict accept(const reading *rd, w5_lane *lane, size_t rank, w5_record *r,
                         w5_pending *slot, w5_str inner)
{
    w5_stream *s = &rd->log->pub;
    if (r->pattern)
        return accept_told(rd, lane, rank, r, slot);
    r->format = rd->r->ranks.at[rank];
    if (rank == rd->r->nginx_error) {
        w5_trust trust = judge(rd, r, inner);
        if (trust == W5_TRUST_LATER)
            return W5_HELD;
        r->forged = r->forged || trust == W5_TRUST_NO;
    }
    settle_time(rd, r);
    note_time(rd->log, r);
    if (rd->chain.depth > 0 && rd->host.len > 0)
        note_host(rd, s, rd->host);
    count(rd, r->forged ? &s->forged : &s->understood);
    note_format(rd, lane, rank);
    return begin(rd, lane, r, slot, inner);
}

static w5_record *place_for(const reading *rd, w5_lane *lane, const w5_format *f, w5_pending **slot)
{
    bool direct = !lane->pending && !f->multiline && rd->r->queued == 0;
    *slot = direct ? NULL : w5_lane_spare(lane);
    return direct ? rd->out : &(*slot)->r;
}

/* A further line of the pending record. */
static void go_on(const reading *rd, w5_lane *lane, w5_fit fit, w5_str inner)
{
    w5_pending_add(lane->pending, rd->row->raw, inner);
    if (fit == W5_FIT_LAST)
        w5_lane_flush(rd->r, lane);
}

/* Asks one format about a line. */
static w5_verdict offer(const reading *rd, w5_lane *lane, size_t rank, w5_str inner)
{
    w5_records *stage = rd->r;
    const w5_format *f = stage->ranks.at[rank];
    w5_pending *slot;
    if (rd->feed->forced && f != rd->feed->forced)
        return W5_STRANGE;
    w5_record *r = place_for(rd, lane, f, &slot);
    prepare(rd, r);
    bool fresh = !lane->memo[rank];
    r->format = f;
    w5_fit fit = f->parse(fresh ? stage->trial : lane->memo[rank], inner, r);
    if (fit == W5_FIT_YES && fresh)
        memcpy(w5_lane_memo(lane, rank), stage->trial, W5_MEMO);
    if (fresh)
        memset(stage->trial, 0, W5_MEMO);
    if (fit == W5_FIT_YES)
        return accept(rd, lane, rank, r, slot, inner);
    if (fit == W5_FIT_MORE && lane->format != f && !fresh) {
        /* It waits for more of a record that another format's has ended since: it begins afresh. */
        memset(lane->memo[rank], 0, W5_MEMO);
        prepare(rd, r);
        fit = f->parse(lane->memo[rank], inner, r);
        if (fit == W5_FIT_YES)
            return accept(rd, lane, rank, r, slot, inner);
    }
    if (fit == W5_FIT_NO || lane->format != f)
        return W5_STRANGE;
    if (lane->pending)
        go_on(rd, lane, fit, inner);
    return understood(rd);
}

/* --- writers ---------------------------------------------------------------------------------- */
/* The lane of a key; when all are taken, the one that has been silent longest makes room. */
static w5_lane *lane_of(const reading *rd)
{
    w5_log *log = rd->log;
    size_t oldest = 1;
    if (rd->chain.key == 0)
        return log->lane[0];
    for (size_t i = 1; i < W5_LANES; i++) {
        if (!log->lane[i])
            return log->lane[i] = w5_lane_new(rd->chain.key);
        if (log->lane[i]->key == rd->chain.key)
            return log->lane[i];
        if (log->lane[i]->used < log->lane[oldest]->used)
            oldest = i;
    }
    w5_lane *lane = log->lane[oldest];
    if (lane->pending)
        w5_lane_flush(rd->r, lane);
    lane->key = rd->chain.key;
    lane->format = NULL;
    lane->piece_len = 0;
    lane->used = ++rd->r->clock;
    for (size_t i = 0; i < W5_FORMATS_MAX; i++)
        if (lane->memo[i])
            memset(lane->memo[i], 0, W5_MEMO);
    return lane;
}

/* --- layers ----------------------------------------------------------------------------------- */
static void set(w5_record *layer, w5_field f, w5_str value)
{
    if (value.len > 0)
        w5_record_set(layer, f, value);
}

/* Of two stamps the inner is the program's own, unless only the outer has a zone. */
static void merge(reading *rd, const w5_wrapped *w, uint32_t which)
{
    w5_record *layer = &rd->r->layer;
    set(layer, W5_F_ident, w->ident);
    set(layer, W5_F_pid, w->pid);
    set(layer, W5_F_unit, w->unit);
    set(layer, W5_F_level, w->level);
    set(layer, W5_F_message_id, w->message_id);
    if (w->host.len > 0)
        rd->host = w->host;
    if (w->at != W5_TIME_NONE && (w->zoned || !rd->zoned)) {
        rd->at =
            w->year_missing ? w5_year_settle(&rd->r->year, w->at, rd->feed->year_hint) : w->at;
        rd->zoned = w->zoned;
        rd->digits = w->digits;
    }
    rd->times *= w->count;
    rd->chain.key =
        ((rd->chain.key * 31 + which) * UINT64_C(0x9e3779b97f4a7c15) ^ w5_str_hash(w->key)) | 1;
    rd->chain.layer[rd->chain.depth++] = which;
}

/* Pieces of one line are put together. False: more are to come. */
static bool whole(reading *rd, const w5_wrapped *w, w5_str *inner)
{
    w5_lane *lane = lane_of(rd);
    if (w->partial) {
        w5_lane_add_piece(lane, w->inner);
        return false;
    }
    *inner = w->inner;
    if (lane->piece_len > 0) {
        w5_lane_add_piece(lane, w->inner);
        *inner = w5_arena_str(rd->r->scratch, (w5_str){lane->piece, lane->piece_len});
        lane->piece_len = 0;
        rd->alone = true;
    }
    return true;
}

/* What the writer's format makes of a line that must be a part of its record, if anything. */
static w5_fit continues(const reading *rd, const w5_lane *lane, w5_str inner)
{
    w5_record *nobody = &rd->r->nobody;
    prepare(rd, nobody);
    nobody->format = lane->format;
    w5_fit fit = lane->format->parse(lane->memo[lane->rank], inner, nobody);
    return fit == W5_FIT_YES ? W5_FIT_NO : fit;
}

/* A message that holds newlines: its first line decides, the others go on. */
static w5_verdict understand_lines(reading *rd, w5_str inner)
{
    w5_str first;
    w5_str rest;
    if (inner.len == 0 || !w5_str_cut(inner, '\n', &first, &rest))
        return understand(rd, inner);
    w5_verdict verdict = understand(rd, first);
    w5_lane *lane = lane_of(rd);
    if (verdict == W5_STRANGE || verdict == W5_HELD || !lane->pending)
        return verdict;
    w5_pending *p = lane->pending;
    uint32_t lines = p->r.lines;
    bool whole = rd->row->text.ptr == inner.ptr && p->r.offset == rd->row->offset;
    if (whole && p->owned && p->r.text.len == inner.len) /* the lines to come stand there already */
        w5_pending_cut(p, first.len);
    while (rest.len > 0 && lane->pending) {
        if (!w5_str_cut(rest, '\n', &first, &rest))
            first = rest, rest = W5_NONE;
        go_on(rd, lane, continues(rd, lane, first), first);
    }
    p->r.lines = lines;
    return verdict;
}

static w5_wrapped fresh_layer(const reading *rd, w5_arena *scratch)
{
    return (w5_wrapped){
        .scratch = scratch, .record = &rd->r->layer, .at = W5_TIME_NONE, .count = 1};
}

/* Below a layer: what it told holds only if what is inside is understood. */
static w5_verdict understand_inner(reading *rd, const w5_wrapped *w, uint32_t which)
{
    reading before = *rd;
    w5_str inner;
    if (w->nothing)
        return understood(rd);
    merge(rd, w, which);
    if (!whole(rd, w, &inner))
        return understood(rd);
    w5_verdict verdict = understand_lines(rd, inner);
    if (verdict == W5_STRANGE)
        *rd = before;
    else if (rd->chain.depth == 1 && !rd->alone && rd->row->lines == 1)
        w5_echo_learn(rd->feed, &rd->chain, rd->row->text, w, rd->at);
    return verdict;
}

static void reset_entry(w5_log *log)
{
    if (!log->entry.arena)
        log->entry.arena = w5_arena_new();
    w5_arena_rewind(log->entry.arena, log->entry_start);
    memset(log->entry.memo, 0, sizeof(log->entry.memo));
    log->entry_lines = 0;
    log->collects = NULL;
}

/* The first line of an entry of several lines. */
static w5_verdict begin_entry(reading *rd, uint32_t which)
{
    w5_log *log = rd->log;
    w5_wrapped w = fresh_layer(rd, rd->r->scratch);
    if (rd->chain.depth > 0 || log->collects)
        return W5_STRANGE;
    reset_entry(log);
    w5_peel peel = rd->r->wrapper[which].peel_lines(&log->entry, rd->row->raw, &w);
    if (peel == W5_PEEL_YES)
        return understand_inner(rd, &w, which);
    if (peel != W5_PEEL_MORE)
        return W5_STRANGE;
    log->collects = &rd->r->wrapper[which];
    log->entry_line = rd->row->line;
    log->entry_offset = rd->row->offset;
    log->entry_lines = 1;
    return understood(rd);
}

static w5_verdict peel(reading *rd, w5_str inner, uint32_t which)
{
    const w5_wrapper *wrapper = &rd->r->wrapper[which];
    uint64_t have = rd->r->layer.have;
    if (rd->chain.depth == W5_DEPTH)
        return W5_STRANGE;
    if (wrapper->peel_lines)
        return begin_entry(rd, which);
    w5_wrapped w = fresh_layer(rd, rd->r->scratch);
    w5_verdict verdict = wrapper->peel(inner, &w) ? understand_inner(rd, &w, which) : W5_STRANGE;
    if (verdict == W5_STRANGE)
        rd->r->layer.have = have;
    return verdict;
}

bool w5_read_peel(w5_records *r, const w5_chain *chain, w5_str line, w5_str *inner, uint64_t *key)
{
    reading rd = {.r = r, .at = W5_TIME_NONE, .times = 1};
    uint64_t have = r->layer.have;
    *inner = line;
    for (uint32_t i = 0; i < chain->depth; i++) {
        w5_wrapped w = fresh_layer(&rd, r->ahead);
        const w5_wrapper *wrapper = &r->wrapper[chain->layer[i]];
        inner->len -= w5_str_ends(*inner, W5_STR("\r"));
        if (!wrapper->peel || !wrapper->peel(*inner, &w))
            return false;
        w5_wrapped whose = {.at = W5_TIME_NONE, .key = w.key, .count = 1};
        merge(&rd, &whose, chain->layer[i]);
        *inner = w.inner;
    }
    r->layer.have = have;
    *key = rd.chain.key;
    return true;
}

/* --- a line ----------------------------------------------------------------------------------- */
static bool is_blank(w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\0' && s.ptr[i] != '\r')
            return false;
    return true;
}

/* Part of a record that goes on, or nothing. */
static w5_verdict blank(const reading *rd, w5_lane *lane, w5_str inner)
{
    w5_fit fit = lane->pending ? continues(rd, lane, inner) : W5_FIT_NO;
    if (fit != W5_FIT_NO)
        go_on(rd, lane, fit, inner);
    return understood(rd);
}

/* A line of a write that was judged already. It is told as a record, whatever it pretends to be. */
static w5_verdict forged(const reading *rd, w5_lane *lane, w5_str inner)
{
    w5_records *stage = rd->r;
    size_t rank = stage->nginx_error;
    const w5_format *f = stage->ranks.at[rank];
    w5_pending *slot;
    if (is_blank(inner)) {
        count(rd, &rd->log->pub.forged);
        return W5_TAKEN;
    }
    w5_record *r = place_for(rd, lane, f, &slot);
    prepare(rd, r);
    if (f->parse(w5_lane_memo(lane, rank), inner, r) != W5_FIT_YES) {
        prepare(rd, r);
        r->message = inner;
    }
    r->forged = true;
    return accept(rd, lane, rank, r, slot, inner);
}

static w5_verdict offer_all(const reading *rd, w5_lane *lane, size_t from, size_t to, w5_str inner)
{
    for (size_t rank = from; rank < to; rank++) {
        w5_verdict verdict =
            lane->format && rank == lane->rank ? W5_STRANGE : offer(rd, lane, rank, inner);
        if (verdict != W5_STRANGE)
            return verdict;
    }
    return W5_STRANGE;
}

static w5_verdict understand(reading *rd, w5_str inner)
{
    const w5_ranks *ranks = &rd->r->ranks;
    const w5_log *log = rd->log;
    w5_lane *lane = lane_of(rd);
    bool known = rd->chain.depth < log->chain.depth;
    w5_verdict verdict = W5_STRANGE;
    if (rd->row->offset < rd->feed->tainted && rd->chain.key == rd->feed->tainted_key)
        return forged(rd, lane, inner);
    if (is_blank(inner))
        return blank(rd, lane, inner);
    if (lane->format)
        verdict = offer(rd, lane, lane->rank, inner);
    if (verdict == W5_STRANGE && known)
        verdict = peel(rd, inner, log->chain.layer[rd->chain.depth]);
    if (verdict == W5_STRANGE)
        verdict = offer_all(rd, lane, 0, ranks->strict, inner);
    for (uint32_t i = 0; verdict == W5_STRANGE && i < rd->r->wrappers; i++)
        if (!known || i != log->chain.layer[rd->chain.depth])
            verdict = peel(rd, inner, i);
    if (verdict == W5_STRANGE)
        verdict = offer_all(rd, lane, ranks->strict, ranks->n, inner);
    return verdict;
}

static reading begin_reading(w5_records *r, w5_feed *feed, w5_row *row, w5_record *out)
{
    r->layer.have = 0;
    return (reading){.r = r,
                     .feed = feed,
                     .log = feed->log,
                     .row = row,
                     .out = out,
                     .count = 1,
                     .at = W5_TIME_NONE,
                     .times = 1};
}

/* --- entries of several lines ----------------------------------------------------------------- */
static w5_verdict whole_entry(w5_records *r, w5_feed *feed, const w5_wrapped *w, uint32_t which,
                              uint32_t here, w5_record *out)
{
    w5_log *log = feed->log;
    w5_row row = {.raw = w->inner,
                  .text = w->inner,
                  .offset = log->entry_offset,
                  .line = log->entry_line,
                  .lines = (uint32_t)log->entry_lines + here};
    reading rd = begin_reading(r, feed, &row, out);
    rd.count = here;
    rd.alone = true;
    log->collects = NULL;
    w5_verdict verdict = understand_inner(&rd, w, which);
    if (verdict != W5_STRANGE)
        return verdict;
    log->pub.understood -= log->entry_lines;
    log->pub.not_understood += log->entry_lines;
    strange(&rd, w->inner);
    return W5_TAKEN;
}

/* A line while an entry is being collected. W5_STRANGE: it is no part of it. */
static w5_verdict continue_entry(w5_records *r, w5_feed *feed, w5_row *row, w5_record *out)
{
    w5_log *log = feed->log;
    uint32_t which = (uint32_t)(log->collects - r->wrapper);
    reading rd = begin_reading(r, feed, row, out);
    w5_wrapped w = fresh_layer(&rd, r->scratch);
    switch (log->collects->peel_lines(&log->entry, row->raw, &w)) {
    case W5_PEEL_MORE:
        log->entry_lines++;
        return understood(&rd);
    case W5_PEEL_YES:
        return whole_entry(r, feed, &w, which, 1, out);
    case W5_PEEL_NEXT:
        w5_window_unread(feed, row);
        return whole_entry(r, feed, &w, which, 0, out);
    case W5_PEEL_NO:
        break;
    }
    log->collects = NULL;
    return W5_STRANGE;
}

w5_verdict w5_read_end(w5_records *r, w5_feed *feed, w5_record *out)
{
    w5_log *log = feed->log;
    w5_row row = {0};
    reading rd = begin_reading(r, feed, &row, out);
    w5_wrapped w = fresh_layer(&rd, r->scratch);
    if (!log->collects)
        return W5_TAKEN;
    const w5_wrapper *wrapper = log->collects;
    if (wrapper->peel_lines(&log->entry, W5_NONE, &w) == W5_PEEL_YES)
        return whole_entry(r, feed, &w, (uint32_t)(wrapper - r->wrapper), 0, out);
    log->collects = NULL;
    return W5_TAKEN;
}

/* --- any line --------------------------------------------------------------------------------- */
/* copytruncate leaves runs of NUL in front of the first line that follows. */
static w5_str without_nuls(w5_str s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] == '\0')
        n++;
    return w5_str_skip(s, n);
}

static w5_verdict change_log(w5_records *r, w5_feed *feed, w5_row *row, w5_str name)
{
    feed->log = w5_log_of(r, feed, name);
    reading rd = begin_reading(r, feed, row, NULL);
    return understood(&rd);
}

static w5_verdict read_slowly(w5_records *r, w5_feed *feed, w5_row *row, w5_record *out)
{
    w5_str name;
    w5_arena_rewind(r->scratch, (w5_mark){0});
    if (feed->log->collects) {
        w5_verdict verdict = continue_entry(r, feed, row, out);
        if (verdict != W5_STRANGE)
            return verdict;
    }
    if (w5_wrap_tail(row->text, &name))
        return change_log(r, feed, row, name);
    if (row->offset == 0)
        w5_str_take(&row->text, W5_STR("\xef\xbb\xbf"));
    w5_str text = without_nuls(row->text);
    reading rd = begin_reading(r, feed, row, out);
    w5_verdict verdict = understand(&rd, text);
    return verdict == W5_STRANGE ? strange(&rd, text) : verdict;
}

w5_verdict w5_read_line(w5_records *r, w5_feed *feed, w5_row *row, w5_record *out)
{
    w5_log *log = feed->log;
    w5_lane *lane = log->lane[0];
    row->line = log->pub.lines + 1;
    if (log->chain.depth > 0 || log->collects || !lane->format || row->offset < feed->tainted)
        return read_slowly(r, feed, row, out);
    reading rd;
    rd.r = r;
    rd.feed = feed;
    rd.log = log;
    rd.row = row;
    rd.out = out;
    rd.count = 1;
    rd.chain.depth = 0;
    rd.chain.key = 0;
    rd.at = W5_TIME_NONE;
    rd.zoned = rd.alone = false;
    w5_verdict verdict = offer(&rd, lane, lane->rank, row->text);
    return verdict == W5_STRANGE ? read_slowly(r, feed, row, out) : verdict;
}
