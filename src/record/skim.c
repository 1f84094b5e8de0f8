/* skim.c -- the short way of a plain line of nginx's error log.
 *
 * Nearly every line of such a log is like the one before: of the same stream and writer, whole in the
 * block, behind no layer, with nothing waiting and nothing tainted. It needs none of the questions of
 * records_read.c, nor a proof by forged.c where neither its message nor the bytes behind it give
 * reason for one. Whatever is not plain is left where it stands for the long way; both ways end in
 * the same record and the same accounts (tests/unit/record/test_skim.c holds one against the other). */
#include "skim.h"

#include <why502/base/arena.h>

#include "fields_nginx.h"

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
           log->pub.format == lane->format && (!feed->forced || feed->forced == lane->format) &&
           lane->memo[lane->rank];
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

static void prepare(const w5_feed *feed, w5_str text, uint64_t line, uint64_t offset, w5_record *out)
{
    out->format = feed->log->lane[0]->format;
    out->stream = &feed->log->pub;
    out->at = W5_TIME_NONE;
    out->zoned = out->yearless = out->misdated = out->forged = out->cut = out->open = false;
    out->digits = 0;
    out->lines = 1;
    out->line = line;
    out->offset = offset;
    out->text = (w5_str){text.ptr, text.len - (text.len > 0 && text.ptr[text.len - 1] == '\r')};
    out->message = out->host = out->context = out->id = out->told = W5_NONE;
    out->have = 0;
    out->count = 1;
    out->pattern = NULL;
    out->clock = NULL;
    out->herd = false;
}

/* Lines up to `behind`, the last of them at `latest`, all of them from `first` to `last`. */
static void account(w5_records *r, w5_feed *feed, uint64_t lines, const char *behind,
                    w5_time first, w5_time last, w5_time latest)
{
    w5_log *log = feed->log;
    w5_stream *s = &log->pub;
    s->lines += lines;
    s->understood += lines;
    s->bytes += (uint64_t)(behind - feed->window.at);
    s->zoned = false;
    log->latest = latest;
    log->latest_zoned = false;
    if (s->first == W5_TIME_NONE || first < s->first)
        s->first = first;
    if (s->last == W5_TIME_NONE || last > s->last)
        s->last = last;
    log->seen[r->nginx_error] += lines;
    r->clock += lines;
    log->lane[0]->used = r->clock;
    feed->window.at = behind;
}

/* --- one line ---------------------------------------------------------------------------------- */
/* The line in the window, as a record; its newline, or NULL when it is not plain. */
static const char *read_plain(w5_feed *feed, w5_record *out)
{
    w5_window *w = &feed->window;
    w5_lane *lane = feed->log->lane[0];
    const char *newline = memchr(w->at, '\n', W5_WRITE_MAX + 1);
    if (!newline || newline - w->at < 5 || w->at[4] != '/')
        return NULL;
    prepare(feed, (w5_str){w->at, (size_t)(newline - w->at)}, feed->log->pub.lines + 1,
            w->offset + (uint64_t)(w->at - w->base), out);
    bool plain = lane->format->parse(lane->memo[lane->rank], out->text, out) == W5_FIT_YES &&
                 !out->open && !out->yearless && out->at >= year_2000 &&
                 is_clear(w, newline, out);
    return plain ? newline : NULL;
}

/* --- herds ------------------------------------------------------------------------------------- */
/* Whether nothing in the line or behind it gives reason to doubt it (is_clear). */
static bool is_clear_head(w5_window *w, const w5_sheep *s, bool quoted)
{
    const char *mark = next_mark(w, s->at);
    return mark >= s->newline &&
           (!quoted || (mark - s->at > W5_WRITE_MAX && s->at[W5_WRITE_MAX] != '\n'));
}

static bool read_head(void *memo, w5_sheep *s)
{
    s->newline = memchr(s->at, '\n', W5_WRITE_MAX + 1);
    if (!s->newline || s->newline - s->at < W5_NGINX_SHORTEST || s->newline[-1] == '\r' ||
        !w5_nginx_plain(memo, s->at, s->newline, &s->front))
        return false;
    w5_str rest = {s->front.message, (size_t)(s->newline - s->front.message)};
    s->context = s->front.message + w5_nginx_context_at(rest);
    return true;
}

static void read_known(const w5_feed *feed, const w5_shape *shape, const w5_sheep *s,
                       w5_record *out)
{
    const w5_window *w = &feed->window;
    prepare(feed, (w5_str){s->at, (size_t)(s->newline - s->at)}, feed->log->pub.lines + 1,
            w->offset + (uint64_t)(s->at - w->base), out);
    w5_shape_read(shape, s, out);
}

/* Counts lines whose heads are known, up to the first that is not, that is to be told, or that is of
 * another time. The newline of one that is to be told: it is in *out. NULL: there is none. */
static const char *count_known(w5_records *r, w5_feed *feed, w5_record *out)
{
    w5_herds *h = r->herds;
    w5_window *w = &feed->window;
    void *memo = feed->log->lane[0]->memo[r->nginx_error];
    const uint64_t line = feed->log->pub.lines;
    const char *stop = w->end - FAR;
    if (feed->stop - w->offset < (uint64_t)(stop - w->base))
        stop = w->base + (feed->stop - w->offset);
    w5_sheep s = {.at = w->at};
    const w5_shape *shape = NULL;
    uint64_t n = 0;
    w5_time first = INT64_MAX, last = INT64_MIN, latest = 0;
    for (; s.at < stop && read_head(memo, &s); s.at = s.newline + 1, shape = NULL) {
        bool quoted = false;
        shape = w5_shape_find(h, &s, &quoted);
        if (!shape || s.front.at < year_2000 || !is_clear_head(w, &s, quoted)) {
            shape = NULL;
            break;
        }
        h->telling = !w5_herds_fit(h, s.front.at);
        if (h->telling || shape->number == 0)
            break;
        n++;
        w5_herd_add(h, shape->number, &s, line + n, w->offset + (uint64_t)(s.at - w->base));
        first = s.front.at < first ? s.front.at : first;
        last = s.front.at > last ? s.front.at : last;
        latest = s.front.at;
    }
    if (n > 0)
        account(r, feed, n, s.at, first, last, latest);
    if (!shape || h->telling)
        return NULL;
    read_known(feed, shape, &s, out);
    return s.newline;
}

static void tell_herd(w5_records *r, const w5_feed *feed, w5_record *out)
{
    w5_herds *h = r->herds;
    const w5_lane *lane = feed->log->lane[0];
    size_t i = (size_t)__builtin_ctzll(h->used);
    const w5_herd *herd = &h->herd[i];
    h->used &= h->used - 1;
    h->telling = h->used != 0;
    prepare(feed, herd->text, herd->line, herd->offset, out);
    lane->format->parse(r->trial, out->text, out);
    memset(r->trial, 0, W5_MEMO);
    out->herd = true;
    out->count = herd->n;
    out->lines = (uint32_t)herd->n;
    out->last_line = herd->last_line;
    out->until = herd->until;
    out->latest = feed->log->latest;
}

/* Counts the record's line, if it is one of those; it is clear, and its time fits. */
static bool count_new(w5_records *r, w5_feed *feed, const char *newline, w5_record *record)
{
    w5_herds *h = r->herds;
    w5_breed breed = h->herder.ask(h->herder.context, record);
    const w5_sheep s = {.at = feed->window.at, .newline = newline, .front.at = record->at};
    w5_shape_keep(h, record, &breed);
    if (breed.number > 0)
        w5_herd_add(h, breed.number, &s, record->line, record->offset);
    return breed.number > 0;
}

void w5_records_herd(w5_records *r, const w5_herder *herder)
{
    if (!herder && !r->herds)
        return;
    if (!r->herds) {
        r->herds = w5_xmalloc(sizeof(*r->herds));
        memset(r->herds, 0, sizeof(*r->herds));
    }
    r->herds->on = herder != NULL;
    if (herder)
        r->herds->herder = *herder;
}

/* --- any ---------------------------------------------------------------------------------------- */
bool w5_skim(w5_records *r, w5_feed *feed, w5_record *out)
{
    w5_herds *h = r->herds;
    bool herding = h && h->on;
    while (is_calm(r, feed) && !(herding && h->telling)) {
        const char *newline = herding ? count_known(r, feed, out) : NULL;
        if (newline) {
            account(r, feed, 1, newline + 1, out->at, out->at, out->at);
            return true;
        }
        if (herding && (h->telling || !is_calm(r, feed)))
            break;
        newline = read_plain(feed, out);
        if (!newline || (herding && !w5_herds_fit(h, out->at)))
            break;
        bool counted = herding && count_new(r, feed, newline, out);
        account(r, feed, 1, newline + 1, out->at, out->at, out->at);
        if (counted)
            continue;
        if (r->options.all_fields)
            w5_record_walk(out);
        return true;
    }
    if (!herding || h->used == 0)
        return false;
    tell_herd(r, feed, out);
    h->telling = h->used != 0;
    return true;
}
