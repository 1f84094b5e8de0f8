/* answers.c -- what clients saw, by nginx's access log, and whether it is over.
 *
 * A request belongs to an incident when it went to one of its upstreams, or, where the log does not
 * tell upstreams, when no other upstream was in trouble at the time. Times of both logs are the
 * same clock's, but a failed request may be logged a moment after its error line. Each machine of
 * an incident is asked for itself: one may have an access log and another none. */
#include "incident.h"

#include "tally.h"

enum {
    LATE = 2,  /* seconds */
    ROOTS = 16 /* upstreams of one incident, peers of a block counted once */
};

typedef struct asking {
    const w5_timeline *t;
    const w5_incident *in;
    w5_str host;
    w5_id root[ROOTS]; /* of its upstreams */
    size_t roots;
    bool shared;         /* other upstreams have errors in its window */
    bool parted;         /* there are errors of its upstreams that are not its own */
    w5_counts *statuses; /* NULL: not wanted */
    uint64_t failed, requests;
    uint64_t by_lines; /* requests failed, as the error lines of this host count them */
    w5_time after;     /* first answer behind its end */
} asking;

static bool is_ours(const asking *a, w5_id upstream)
{
    w5_id root = w5_timeline_root(a->t, upstream);
    for (size_t i = 0; i < a->roots; i++)
        if (a->root[i] == root)
            return true;
    return false;
}

static void add_root(asking *a, w5_str upstream)
{
    w5_id id = w5_intern_find(a->t->intern, upstream);
    if (!is_ours(a, id) && a->roots < ROOTS)
        a->root[a->roots++] = w5_timeline_root(a->t, id);
}

static void find_roots(asking *a)
{
    const w5_incident *in = a->in;
    for (size_t i = 0; i < in->upstreams.n; i++)
        add_root(a, in->upstreams.at[i].name);
    if (a->roots == 0 && in->upstream.len > 0)
        add_root(a, in->upstream);
}

/* Who else had errors meanwhile? */
static void look_around(asking *a)
{
    const w5_timeline *t = a->t;
    uint64_t ours = 0;
    for (size_t i = w5_timeline_seek(t, a->in->start); i < t->cells; i++) {
        const w5_cell *cell = &t->cell[i];
        if (cell->at > a->in->end + W5_SECOND)
            break;
        const w5_trait *trait = w5_timeline_trait(t, cell);
        if (!trait->upstream || trait->access || cell->at < a->in->start || cell->at > a->in->end ||
            !w5_same_host(a->host, w5_cell_host(t, cell)))
            continue;
        if (cell->upstream <= W5_INTERN_FULL || is_ours(a, cell->upstream))
            ours += cell->count;
        else
            a->shared = true;
    }
    for (size_t i = 0; i < a->in->cells; i++) {
        const w5_cell *cell = &t->cell[a->in->cell[i]];
        if (!w5_same_host(a->host, w5_cell_host(t, cell)))
            continue;
        a->by_lines += cell->failed;
        if (!w5_timeline_trait(t, cell)->access)
            ours -= cell->count;
    }
    a->parted = a->in->cells > 0 && ours != 0;
}

static size_t seek_traffic(const w5_timeline *t, w5_time at)
{
    size_t low = 0;
    size_t high = t->traffics;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->traffic[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static w5_str row_host(const w5_timeline *t, const w5_traffic *row)
{
    uint32_t stream = t->lane[row->lane].stream;
    return row->host != 0 || stream >= t->streams ? w5_timeline_str(t, row->host)
                                                  : t->stream[stream]->host;
}

static bool belongs(const asking *a, const w5_traffic *row)
{
    if (!w5_same_host(a->host, row_host(a->t, row)))
        return false;
    if (row->upstream == 0)
        return !a->shared && (!a->t->inside->told || w5_status_failed(row->status));
    return is_ours(a, row->upstream);
}

/* How many of a row's requests lie in [from, to]: of a coarse row its share. */
static uint64_t share(const w5_traffic *row, w5_time from, w5_time to)
{
    w5_time end = row->at + row->span * W5_SECOND;
    w5_time begin = row->at > from ? row->at : from;
    w5_time stop = end < to ? end : to;
    if (begin >= stop)
        return 0;
    if (begin == row->at && stop == end)
        return row->count;
    double part = (double)(stop - begin) / (double)(end - row->at);
    return (uint64_t)((double)row->count * part + 0.5);
}

static bool answered(unsigned status)
{
    return !w5_status_failed(status) && status != 499;
}

static void count_row(asking *a, w5_incident *in, const w5_traffic *row)
{
    w5_time start = w5_span_start(in->start, W5_SECOND);
    w5_time end = w5_span_start(in->end, W5_SECOND) + W5_SECOND;
    bool failed = w5_status_failed(row->status);
    uint64_t n =
        failed ? share(row, start - W5_SECOND, end + LATE * W5_SECOND) : share(row, start, end);
    if (a->statuses)
        w5_counts_add(a->statuses, row->status, n);
    a->requests += n;
    a->failed += failed ? n : 0;
    if (!answered(row->status))
        return;
    in->answered += n;
    if (n > 0 && row->at > in->last_answer)
        in->last_answer = row->at;
    if (row->at >= end && (a->after == W5_TIME_NONE || row->at < a->after))
        a->after = row->at;
}

static void count_traffic(asking *a, w5_incident *in)
{
    enum {
        FAR = 4096
    }; /* rows in which to look for the first answer behind the end */
    const w5_timeline *t = a->t;
    w5_time last = in->end + t->gap + W5_SECOND;
    size_t behind = 0;
    for (size_t i = seek_traffic(t, in->start - W5_SECOND - t->inside->reach); i < t->traffics;
         i++) {
        bool past = t->traffic[i].at > last;
        if (past && (a->after != W5_TIME_NONE || ++behind > FAR))
            break;
        if (belongs(a, &t->traffic[i]))
            count_row(a, in, &t->traffic[i]);
    }
}

/* --- requests failed ------------------------------------------------------------------------- */
static w5_str lane_host(const w5_timeline *t, const w5_lane *lane)
{
    return lane->stream < t->streams ? t->stream[lane->stream]->host : W5_NONE;
}

static bool covers(const asking *a, w5_time from, w5_time to)
{
    const w5_timeline *t = a->t;
    for (size_t i = 0; i < t->lanes; i++)
        if (t->inside->traffic_lane[i] && w5_same_host(a->host, lane_host(t, &t->lane[i])) &&
            t->lane[i].format && w5_str_ends(t->lane[i].format->id, W5_STR("access")) &&
            t->lane[i].first <= from + W5_SECOND && t->lane[i].last >= to - W5_SECOND)
            return true;
    return false;
}

static uint64_t truncated(const asking *a)
{
    const w5_timeline *t = a->t;
    uint64_t n = 0;
    for (size_t i = 0; i < a->in->cells; i++) {
        const w5_cell *cell = &t->cell[a->in->cell[i]];
        if (w5_timeline_trait(t, cell)->truncated && w5_same_host(a->host, w5_cell_host(t, cell)))
            n += cell->failed;
    }
    return n;
}

/* By the access log, where it covers the incident; where it begins late or ends early, or knows
 * nothing of this upstream, the error lines may know more. */
static uint64_t settle_failed(const asking *a)
{
    const w5_incident *in = a->in;
    uint64_t by_log = a->failed + truncated(a);
    bool whole =
        in->cells > 0 && covers(a, in->start, in->end) && (a->t->inside->told || a->failed > 0);
    if (a->requests == 0 || a->parted)
        return a->by_lines;
    return whole || by_log > a->by_lines ? by_log : a->by_lines;
}

/* --- over ------------------------------------------------------------------------------------ */
/* Something was listening again, or started: the errors are no longer the latest news. */
static bool recovered(const w5_timeline *t, const w5_incident *in)
{
    w5_time end = w5_span_start(in->end, W5_SECOND) + W5_SECOND;
    for (size_t i = w5_timeline_seek(t, end); i < t->cells && t->cell[i].at <= end + t->gap; i++)
        if (w5_timeline_trait(t, &t->cell[i])->recovery &&
            w5_incident_is_on(in, w5_cell_host(t, &t->cell[i])))
            return true;
    return false;
}

static void settle_over(const w5_timeline *t, w5_incident *in)
{
    w5_time latest = t->now;
    for (size_t i = 0; i < t->lanes; i++)
        latest = t->lane[i].last > latest ? t->lane[i].last : latest;
    in->over = latest > in->end + t->gap                         ? W5_OVER_YES
               : in->over_at != W5_TIME_NONE || recovered(t, in) ? W5_OVER_UNKNOWN
                                                                 : W5_OVER_NO;
}

static void ask(asking *a, w5_incident *in)
{
    find_roots(a);
    look_around(a);
    if (in->cells == 0)
        a->by_lines = in->requests_failed; /* of troubles, which are of one machine */
    count_traffic(a, in);
    if (a->after != W5_TIME_NONE && (in->over_at == W5_TIME_NONE || a->after < in->over_at))
        in->over_at = a->after;
}

void w5_incident_ask_access(const w5_timeline *t, w5_incident *in, bool full, w5_arena *arena)
{
    uint32_t first = in->cells > 0 ? in->cell[0] : in->trouble[0];
    w5_counts statuses = {.at = NULL};
    uint64_t failed = 0;
    in->answered = 0;
    in->last_answer = in->over_at = W5_TIME_NONE;
    for (size_t i = 0; i == 0 || i < in->hosts; i++) {
        asking a = {.t = t,
                    .in = in,
                    .host = in->hosts > 1 ? in->host[i] : w5_cell_host(t, &t->cell[first]),
                    .after = W5_TIME_NONE,
                    .statuses = full ? &statuses : NULL};
        ask(&a, in);
        failed += settle_failed(&a);
    }
    in->requests_failed = failed;
    if (full)
        in->statuses = w5_counts_numbers(&statuses, arena);
    w5_counts_done(&statuses);
    settle_over(t, in);
}
