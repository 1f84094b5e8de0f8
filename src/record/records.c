/* records.c -- the stage: sources in, records out.
 *
 * A take reads lines until one completes a record. What a line completed besides waits in a short
 * queue; what may go on waits in its lane until the next record of the same writer begins, or a
 * tick says that nothing follows. */
#include "records.h"
#include "remote.h"

#include <limits.h>
#include <stdlib.h>

#include "skim.h"
#include "skim_entry.h"
#include "skim_layer.h"

enum {
    PROGRAMS_MAX = 64
};

static void compile_formats(w5_records *r)
{
    size_t n = r->options.log_formats_n;
    if (n > PROGRAMS_MAX)
        n = PROGRAMS_MAX;
    r->program = W5_NEW_N(r->forever, w5_access_program, n);
    for (size_t i = 0; i < n; i++) {
        const w5_log_format *f = &r->options.log_formats[i];
        if (w5_access_compile(f->name, f->text, r->forever, &r->program[r->programs]))
            r->programs++;
    }
}

w5_records *w5_records_new(const w5_record_options *options)
{
    w5_records *r = w5_xmalloc(sizeof(*r));
    memset(r, 0, sizeof(*r));
    if (options)
        r->options = *options;
    r->forever = w5_arena_new();
    r->scratch = w5_arena_new();
    r->ahead = w5_arena_new();
    r->finish = w5_arena_new();
    w5_ranks_init(&r->ranks);
    for (size_t i = r->options.declared_n; i-- > 0;) {
        r->declared[i] = w5_declared_compile(r->options.declared, i);
        w5_ranks_lead(&r->ranks, w5_declared_format(r->options.declared, i));
    }
    r->wrappers = w5_wrappers(&r->wrapper);
    r->nginx_error = w5_ranks_find(&r->ranks, w5_format_find(W5_STR("nginx-error")));
    r->gunicorn = w5_ranks_find(&r->ranks, w5_format_find(W5_STR("gunicorn")));
    compile_formats(r);
    return r;
}

static void free_log(w5_log *log)
{
    for (size_t i = 0; i < W5_LANES; i++)
        w5_lane_free(log->lane[i]);
    w5_arena_free(log->entry.arena);
    free(log->guess);
    free(log->echo);
    free(log);
}

static void free_feed(w5_feed *feed)
{
    free(feed->held);
    free(feed->ahead);
    free(feed);
}

void w5_records_free(w5_records *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->logs; i++)
        free_log(r->log[i]);
    for (w5_feed *feed = r->feeds, *next; feed; feed = next) {
        next = feed->next;
        free_feed(feed);
    }
    for (size_t i = 0; i < r->options.declared_n; i++)
        w5_regex_free(r->declared[i]);
    w5_told_free(r->told);
    w5_fingerprints_free(r->fingerprints);
    w5_arena_free(r->forever);
    w5_arena_free(r->scratch);
    w5_arena_free(r->ahead);
    w5_arena_free(r->finish);
    free(r->herds);
    free(r->log);
    free(r);
}

/* --- what formats ask ------------------------------------------------------------------------- */
static const w5_log *log_of(const w5_stream *stream)
{
    return (const w5_log *)(const void *)stream;
}

size_t w5_programs_of(const w5_stream *stream, const w5_access_program **programs)
{
    const w5_records *r = log_of(stream)->stage;
    *programs = r->program;
    return r->programs;
}

w5_arena *w5_scratch_of(const w5_stream *stream)
{
    return log_of(stream)->stage->finish;
}

w5_regex *w5_declared_regex(w5_stream *stream, size_t i)
{
    return log_of(stream)->stage->declared[i];
}

w5_fingerprints *w5_fingerprints_of(const w5_stream *stream)
{
    w5_records *r = log_of(stream)->stage;
    if (!r->fingerprints)
        r->fingerprints = w5_fingerprints_new();
    return r->fingerprints;
}

w5_known_stamp *w5_stamp_of(w5_stream *stream)
{
    return &((w5_log *)(void *)stream)->stamp;
}

w5_guess *w5_guess_of(w5_stream *stream)
{
    w5_log *log = (w5_log *)(void *)stream;
    if (!log->guess) {
        log->guess = w5_xmalloc(sizeof(*log->guess));
        log->guess->fits = false;
    }
    return log->guess;
}

bool w5_names_gunicorn(w5_str s)
{
    return w5_mem_find(s.ptr, s.len, "gunicorn", 8) || w5_mem_find(s.ptr, s.len, "uvicorn", 7);
}

/* A file called so, or in a folder of that very name. */
static bool is_gunicorns(w5_str path)
{
    size_t slash;
    if (!w5_str_rfind_char(path, '/', &slash))
        return w5_names_gunicorn(path);
    w5_str folder = w5_str_head(path, slash);
    return w5_names_gunicorn(w5_str_skip(path, slash)) || w5_str_ends(folder, W5_STR("/gunicorn"));
}

/* Who was told the format knows better than a name. */
static bool is_told_gunicorns(const w5_feed *feed, w5_str name)
{
    return feed->forced ? w5_names_gunicorn(feed->forced->id) : is_gunicorns(name);
}

bool w5_log_met_gunicorn(const w5_log *log)
{
    const w5_records *r = log->stage;
    return log->met_gunicorn || (r->gunicorn < r->ranks.n && log->seen[r->gunicorn] > 0);
}

bool w5_log_met_nginx(const w5_log *log)
{
    return log->met_nginx || log->seen[log->stage->nginx_error] > 0;
}

bool w5_gunicorn_speaks(const w5_stream *stream)
{
    const w5_log *log = log_of(stream);
    return log->gunicorn || (w5_log_met_gunicorn(log) && !w5_log_met_nginx(log));
}

void w5_log_prefer(const w5_records *r, w5_log *log, size_t rank)
{
    size_t best = w5_ranks_find(&r->ranks, log->pub.format);
    uint64_t most = best < r->ranks.n ? log->seen[best] : 0;
    if (log->seen[rank] > most || (log->seen[rank] == most && most > 0 && rank < best))
        log->pub.format = r->ranks.at[rank];
}

/* --- streams ---------------------------------------------------------------------------------- */
w5_log *w5_log_new(w5_records *r, const w5_feed *feed, w5_str name)
{
    w5_log *log = w5_xmalloc(sizeof(*log));
    memset(log, 0, sizeof(*log));
    if (r->logs == r->log_room) {
        r->log_room = 2 * r->log_room + 8;
        r->log = w5_xrealloc(r->log, r->log_room, sizeof(w5_log *));
    }
    log->stage = r;
    log->lane[0] = w5_lane_new(0);
    w5_str remote = w5_arena_str(r->forever, w5_remote_host(name));
    log->pub = (w5_stream){.index = r->options.first_stream + (uint32_t)r->logs,
                           .source = feed->index,
                           .name = w5_arena_str(r->forever, name),
                           .host = remote.len > 0 ? remote : r->options.host,
                           .reader = remote,
                           .first = W5_TIME_NONE,
                           .last = W5_TIME_NONE,
                           .zoned = true,
                           .zone_told = INT_MIN,
                           .year_hint = feed->year_hint};
    log->gunicorn = is_told_gunicorns(feed, name);
    r->log[r->logs++] = log;
    return log;
}

static w5_log *find_log(const w5_records *r, const w5_feed *feed, w5_str name, size_t *known)
{
    for (size_t i = 0; i < r->logs; i++) {
        if (r->log[i]->pub.source != feed->index)
            continue;
        if (w5_str_eq(r->log[i]->pub.name, name))
            return r->log[i];
        ++*known;
    }
    return NULL;
}

/* A source whose first line is a header has no stream of its own. A client can write headers, too
 * (a newline in a path): those beyond any number of logs that tail follows share one stream. */
w5_log *w5_log_of(w5_records *r, const w5_feed *feed, w5_str name)
{
    size_t known = 0;
    w5_log *log = find_log(r, feed, name, &known);
    if (!log && known >= W5_TAILED_LOGS) {
        name = W5_STR("(other)");
        log = find_log(r, feed, name, &known);
    }
    if (log)
        return log;
    if (feed->log && feed->log->pub.lines == 0) {
        feed->log->pub.name = w5_arena_str(r->forever, name);
        feed->log->gunicorn = is_told_gunicorns(feed, name);
        return feed->log;
    }
    return w5_log_new(r, feed, name);
}

size_t w5_records_streams(const w5_records *r)
{
    return r->logs;
}

w5_stream *w5_records_stream(w5_records *r, size_t index)
{
    return &r->log[index]->pub;
}

/* --- sources ---------------------------------------------------------------------------------- */
static w5_feed *find_feed(const w5_records *r, uint32_t index)
{
    w5_feed *feed = r->feeds;
    while (feed && feed->index != index)
        feed = feed->next;
    return feed;
}

static const w5_format *find_format(const w5_records *r, w5_str id)
{
    for (size_t i = 0; i < r->ranks.n; i++)
        if (w5_str_eq(r->ranks.at[i]->id, id))
            return r->ranks.at[i];
    return NULL;
}

void w5_records_begin(w5_records *r, uint32_t source, w5_str name, w5_str forced, w5_time year_hint)
{
    w5_feed *feed = find_feed(r, source);
    if (!feed) {
        feed = w5_xmalloc(sizeof(*feed));
        *feed =
            (w5_feed){.index = source, .block = W5_STR(""), .next = r->feeds, .stop = UINT64_MAX};
        feed->forced = forced.len > 0 ? find_format(r, forced) : NULL;
        feed->year_hint = year_hint;
        feed->log = w5_log_new(r, feed, name);
        r->feeds = feed;
    }
    feed->year_hint = feed->log->pub.year_hint = year_hint;
    r->now = feed;
}

/* What a program prints raw (a bare traceback, a worker's last words) carries no time; it was
 * written after the newest line before it, and that is as near as anyone can know. What only the
 * whole record dates (a slow query) counts for the stream's span. */
void w5_record_date(w5_record *record)
{
    w5_stream *s = record->stream;
    const w5_log *log = log_of(s);
    if (record->at == W5_TIME_NONE && log->latest != 0) {
        record->at = log->latest;
        record->zoned = log->latest_zoned;
    } else if (record->at != W5_TIME_NONE && !record->forged) {
        s->zoned = s->zoned && record->zoned;
        s->first = s->first == W5_TIME_NONE || record->at < s->first ? record->at : s->first;
        s->last = s->last == W5_TIME_NONE || record->at > s->last ? record->at : s->last;
    }
}

/* The rest of a line that was cut is no line of its own. */
static w5_str skip_rest(w5_feed *feed, w5_str bytes, uint64_t *offset)
{
    size_t at;
    if (!feed->skipping)
        return bytes;
    feed->skipping = !w5_str_find_char(bytes, '\n', &at);
    size_t n = feed->skipping ? bytes.len : at + 1;
    *offset += n;
    return w5_str_skip(bytes, n);
}

void w5_records_put(w5_records *r, w5_str bytes, uint64_t offset, bool cut)
{
    w5_feed *feed = r->now;
    if (!feed)
        return;
    w5_window_keep(feed);
    bytes = skip_rest(feed, bytes, &offset);
    if (bytes.len == 0)
        return;
    feed->block = bytes;
    feed->block_offset = offset;
    feed->cut = cut;
    w5_window_open(feed);
    if (!feed->busy) {
        feed->busy = true;
        feed->next_busy = r->busy;
        r->busy = feed;
    }
}

void w5_records_tick(w5_records *r)
{
    for (w5_feed *feed = r->busy, *next; feed; feed = next) {
        next = feed->next_busy;
        feed->final = true;
        feed->next_busy = r->drain;
        r->drain = feed;
    }
    r->busy = NULL;
}

/* --- records ---------------------------------------------------------------------------------- */
void w5_queue_put(w5_records *r, w5_pending *p)
{
    r->queue[r->queued++] = p;
}

void w5_lane_flush(w5_records *r, w5_lane *lane)
{
    w5_pending *p = lane->pending;
    lane->turn = p == lane->slot[0];
    lane->pending = NULL;
    w5_pending_finish(p, w5_lane_memo(lane, w5_ranks_find(&r->ranks, p->r.format)), r->finish);
    w5_record_date(&p->r);
    if (r->options.all_fields)
        w5_record_walk(&p->r);
    w5_queue_put(r, p);
}

static bool take_queued(w5_records *r, w5_record *out)
{
    if (r->queued == 0)
        return false;
    w5_record_copy(out, &r->queue[0]->r);
    r->queued--;
    memmove(r->queue, r->queue + 1, r->queued * sizeof(*r->queue));
    return true;
}

/* The lane whose record began first: which lane a writer was given depends on who wrote before. */
static w5_lane *first_pending(const w5_log *log)
{
    w5_lane *first = NULL;
    for (size_t i = 0; i < W5_LANES; i++) {
        w5_lane *lane = log->lane[i];
        if (lane && lane->pending && (!first || lane->pending->r.offset < first->pending->r.offset))
            first = lane;
    }
    return first;
}

/* One record that waits in a lane of the source. */
static bool flush_one(w5_records *r, const w5_feed *feed)
{
    for (size_t i = 0; i < r->logs; i++) {
        w5_lane *lane = r->log[i]->pub.source == feed->index ? first_pending(r->log[i]) : NULL;
        if (!lane)
            continue;
        w5_lane_flush(r, lane);
        return true;
    }
    return false;
}

/* Nothing follows: entries, then records that waited, are complete. */
static w5_rc take_last(w5_records *r, w5_feed *feed, w5_record *out)
{
    if (w5_read_end(r, feed, out) == W5_DIRECT || take_queued(r, out))
        return W5_OK;
    if (flush_one(r, feed) && take_queued(r, out))
        return W5_OK;
    feed->final = false;
    return W5_WAIT;
}

static w5_rc take_from(w5_records *r, w5_feed *feed, w5_record *out)
{
    w5_row row;
    if (w5_skim(r, feed, out))
        return W5_OK;
    if (feed->window.base && w5_window_offset(feed) >= feed->stop)
        return W5_WAIT;
    if (w5_skim_layer(r, feed, out) || w5_skim_entry(r, feed, out) || take_queued(r, out))
        return W5_OK;
    while (w5_window_line(feed, &row)) {
        w5_verdict verdict = w5_read_line(r, feed, &row, out);
        bool more = verdict != W5_HELD;
        if (!more) {
            w5_window_unread(feed, &row);
            more = w5_window_more(feed);
        }
        feed->log->pub.bytes += w5_window_offset(feed) - row.offset;
        if (verdict == W5_DIRECT || take_queued(r, out))
            return W5_OK;
        if (w5_window_offset(feed) >= feed->stop)
            return W5_WAIT;
        if (!more)
            break;
        if (w5_skim_entry(r, feed, out) || take_queued(r, out))
            return W5_OK;
    }
    if (feed->final)
        return take_last(r, feed, out);
    w5_window_keep(feed);
    return W5_WAIT;
}

w5_rc w5_records_take(w5_records *r, w5_record *record)
{
    if (take_queued(r, record))
        return W5_OK;
    w5_arena_rewind(r->finish, (w5_mark){0});
    while (r->drain) {
        w5_feed *feed = r->drain;
        if (take_from(r, feed, record) == W5_OK)
            return W5_OK;
        r->drain = feed->next_busy;
        feed->busy = false;
    }
    return r->now ? take_from(r, r->now, record) : W5_WAIT;
}
