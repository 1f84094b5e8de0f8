/* skim_entry.c -- the short way of a record of several lines, as slow query logs have them.
 *
 * The long way holds a record until another one begins. Where that is to be seen in the same block, the
 * format measures the record at once (w5_format.whole), and nothing waits. The beginning that ends it
 * must be a line of this stage's own: else the record is told where it turns out to be complete
 * (piece.c). Both ways end in the same record and the same accounts
 * (tests/unit/record/test_skim_entry.c). */
#include "skim_entry.h"

static bool is_calm(const w5_records *r, const w5_feed *feed)
{
    const w5_log *log = feed->log;
    const w5_lane *lane = log->lane[0];
    const w5_window *w = &feed->window;
    if (!w->base || w->fence || !lane->format || !lane->format->whole)
        return false;
    uint64_t here = w->offset + (uint64_t)(w->at - w->base);
    return log->chain.depth == 0 && !log->collects && r->queued == 0 && here >= feed->tainted &&
           here < feed->stop && log->pub.format == lane->format && lane->memo[lane->rank] &&
           (!feed->forced || feed->forced == lane->format);
}

/* Bytes in which the record and the beginning of the next one are looked for. */
static w5_str ahead(const w5_feed *feed)
{
    const w5_window *w = &feed->window;
    uint64_t own = feed->stop - w5_window_offset(feed);
    size_t left = (size_t)(w->end - w->at);
    return (w5_str){w->at, left < own ? left : (size_t)own};
}

static void prepare(const w5_feed *feed, size_t len, uint32_t lines, w5_record *out)
{
    out->format = feed->log->lane[0]->format;
    out->stream = &feed->log->pub;
    out->at = W5_TIME_NONE;
    out->zoned = out->yearless = out->misdated = out->forged = out->cut = out->open = false;
    out->digits = 0;
    out->lines = lines;
    out->line = feed->log->pub.lines + 1;
    out->offset = w5_window_offset(feed);
    out->text = out->message = (w5_str){feed->window.at, len - 1};
    out->host = out->context = out->id = out->told = W5_NONE;
    out->have = 0;
    out->count = 1;
    out->pattern = NULL;
    out->clock = NULL;
    out->herd = false;
}

static void account(w5_records *r, w5_feed *feed, size_t len, uint32_t lines)
{
    w5_log *log = feed->log;
    log->pub.lines += lines;
    log->pub.understood += lines;
    log->pub.bytes += len;
    log->seen[log->lane[0]->rank]++;
    log->lane[0]->used = ++r->clock;
    feed->window.at += len;
}

/* What waits is complete, for the next line begins a record. */
static void end_pending(w5_records *r, const w5_feed *feed, w5_lane *lane)
{
    unsigned char memo[W5_MEMO];
    uint32_t lines;
    memcpy(memo, lane->memo[lane->rank], W5_MEMO);
    if (lane->format->whole(memo, ahead(feed), &lines) > 0)
        w5_lane_flush(r, lane);
}

bool w5_skim_entry(w5_records *r, w5_feed *feed, w5_record *out)
{
    uint32_t lines;
    if (!is_calm(r, feed))
        return false;
    w5_lane *lane = feed->log->lane[0];
    if (lane->pending) {
        end_pending(r, feed, lane);
        return false;
    }
    void *memo = lane->memo[lane->rank];
    size_t len = lane->format->whole(memo, ahead(feed), &lines);
    if (len == 0)
        return false;
    prepare(feed, len, lines, out);
    account(r, feed, len, lines);
    if (lane->format->finish)
        lane->format->finish(memo, out, r->finish);
    w5_record_date(out);
    if (r->options.all_fields)
        w5_record_walk(out);
    return true;
}
