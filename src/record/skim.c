/* skim.c -- the short way of a plain line of nginx's error log.
 *
 * Nearly every line of such a log is like the one before: of the same stream and writer, whole in the
 * block, behind no layer, with nothing waiting and nothing tainted. It needs none of the questions of
 * records_read.c, nor a proof by forged.c where neither its message nor the bytes behind it give
 * reason for one. Whatever is not plain is left where it stands for the long way; both ways end in
 * the same record and the same accounts (tests/unit/record/test_skim.c holds one against the other). */
#include "skim.h"

enum {
    FAR = W5_WRITE_MAX + 1 /* bytes from a line on that must be in the block */
};

/* What settle_time calls misdated takes the long way. */
static const w5_time year_2000 = INT64_C(946684800) * W5_SECOND;

/* Whether the stage is between two lines of which the first was plain: the record before was lane 0's,
 * which has no layers. */
static bool is_calm(const w5_records *r, const w5_feed *feed)
{
    const w5_log *log = feed->log;
    const w5_lane *lane = log->lane[0];
    const w5_window *w = &feed->window;
    if (!w->base || w->fence || w->end - w->at <= FAR)
        return false;
    uint64_t here = w->offset + (uint64_t)(w->at - w->base);
    return lane->rank == r->nginx_error && lane->format && lane->used == r->clock && !log->collects &&
           !lane->pending && r->queued == 0 && here >= feed->tainted && here < feed->stop &&
           log->pub.format == lane->format && (!feed->forced || feed->forced == lane->format);
}

static const char *next_mark(w5_window *w, const char *from)
{
    if (!w->mark || w->mark < from)
        w->mark = w5_forged_mark(from, w->end);
    return w->mark;
}

/* The first looks of records_judge.c; what they do not clear goes the long way. */
static bool is_clear(w5_window *w, const char *newline, const w5_record *record)
{
    const char *mark = next_mark(w, w->at);
    w5_str message = record->message;
    if (mark < newline)
        return false;
    if (message.len == 0 || !memchr(message.ptr, '"', message.len))
        return true;
    return mark - w->at > W5_WRITE_MAX && w->at[W5_WRITE_MAX] != '\n' && !record->open &&
           !w5_forged_unclosed(message);
}

static void prepare(const w5_feed *feed, const char *newline, w5_record *out)
{
    const w5_log *log = feed->log;
    const w5_window *w = &feed->window;
    size_t len = (size_t)(newline - w->at);
    out->format = log->lane[0]->format;
    out->stream = &feed->log->pub;
    out->at = W5_TIME_NONE;
    out->zoned = out->yearless = out->misdated = out->forged = out->cut = out->open = false;
    out->digits = 0;
    out->lines = 1;
    out->line = log->pub.lines + 1;
    out->offset = w->offset + (uint64_t)(w->at - w->base);
    out->text = (w5_str){w->at, len - (len > 0 && newline[-1] == '\r')};
    out->message = out->host = out->context = out->id = out->told = W5_NONE;
    out->have = 0;
    out->count = 1;
    out->pattern = NULL;
    out->clock = NULL;
}

static void account(w5_records *r, w5_feed *feed, const char *newline, const w5_record *out)
{
    w5_log *log = feed->log;
    w5_stream *s = &log->pub;
    s->lines++;
    s->understood++;
    s->bytes += (uint64_t)(newline + 1 - feed->window.at);
    s->zoned = false;
    log->latest = out->at;
    log->latest_zoned = false;
    if (s->first == W5_TIME_NONE || out->at < s->first)
        s->first = out->at;
    if (s->last == W5_TIME_NONE || out->at > s->last)
        s->last = out->at;
    log->seen[r->nginx_error]++;
    log->lane[0]->used = ++r->clock;
    feed->window.at = newline + 1;
}

bool w5_skim(w5_records *r, w5_feed *feed, w5_record *out)
{
    if (!is_calm(r, feed))
        return false;
    w5_window *w = &feed->window;
    w5_lane *lane = feed->log->lane[0];
    const char *newline = memchr(w->at, '\n', W5_WRITE_MAX + 1);
    if (!newline || !lane->memo[lane->rank] || newline - w->at < 5 || w->at[4] != '/')
        return false;
    prepare(feed, newline, out);
    if (lane->format->parse(lane->memo[lane->rank], out->text, out) != W5_FIT_YES)
        return false;
    if (out->open || out->yearless || out->at < year_2000 || !is_clear(w, newline, out))
        return false;
    account(r, feed, newline, out);
    if (r->options.all_fields)
        w5_record_walk(out);
    return true;
}
