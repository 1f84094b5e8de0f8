/* incident.c -- the figures of an incident, from its cells. */
#include "incident.h"

#include "hash.h"
#include "tally.h"

#include <stdio.h>

enum {
    COLUMNS = 60,
    NEAR = 2
}; /* seconds around an incident in which other kinds belong to it */

w5_str w5_cell_host(const w5_timeline *t, const w5_cell *cell)
{
    return cell->host != 0 || cell->stream >= t->streams ? w5_timeline_str(t, cell->host)
                                                         : t->stream[cell->stream]->host;
}

bool w5_same_host(w5_str a, w5_str b)
{
    return a.len == 0 || b.len == 0 || w5_str_eq(a, b);
}

/* --- machines -------------------------------------------------------------------------------- */
/* Neighbouring cells mostly share theirs, a log's own host even its bytes. */
static void add_host(w5_intern *hosts, w5_str host, w5_str *last)
{
    if (host.len == 0 || (host.ptr == last->ptr && host.len == last->len))
        return;
    w5_intern_put(hosts, host);
    *last = host;
}

static void name_hosts(const w5_timeline *t, w5_incident *in, w5_arena *arena)
{
    w5_intern *hosts = w5_intern_new(in->cells + in->troubles + 2, SIZE_MAX / 2);
    w5_str last = W5_NONE;
    for (size_t i = 0; i < in->cells; i++)
        add_host(hosts, w5_cell_host(t, &t->cell[in->cell[i]]), &last);
    for (size_t i = 0; in->cells == 0 && i < in->troubles; i++)
        add_host(hosts, w5_cell_host(t, &t->cell[in->trouble[i]]), &last);
    in->hosts = w5_intern_count(hosts) - (W5_INTERN_FULL + 1);
    w5_str *host = W5_NEW_N(arena, w5_str, in->hosts + 1);
    for (size_t i = 0; i < in->hosts; i++)
        host[i] = w5_arena_str(arena, w5_intern_str(hosts, (w5_id)i + W5_INTERN_FULL + 1));
    in->host = host;
    w5_intern_free(hosts);
}

bool w5_incident_is_on(const w5_incident *in, w5_str host)
{
    if (in->hosts == 0 || host.len == 0)
        return true;
    for (size_t i = 0; i < in->hosts; i++)
        if (w5_str_eq(in->host[i], host))
            return true;
    return false;
}

/* --- all incidents --------------------------------------------------------------------------- */
static void find_bounds(const w5_timeline *t, w5_incident *in, const uint32_t *cell, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const w5_cell *c = &t->cell[cell[i]];
        in->start = in->start == W5_TIME_NONE || c->at < in->start ? c->at : in->start;
        in->end = c->until > in->end ? c->until : in->end;
    }
}

static bool names_peer(const w5_timeline *t, const w5_cell *cell)
{
    return cell->upstream > W5_INTERN_FULL && !w5_timeline_trait(t, cell)->nolive;
}

/* The peers; the block's name only where no peer is named. */
static void name_upstreams(const w5_timeline *t, w5_incident *in, w5_arena *arena)
{
    w5_counts peers = {.at = NULL}, blocks = {.at = NULL};
    w5_id first = 0;
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &t->cell[in->cell[i]];
        if (names_peer(t, cell))
            w5_counts_add(&peers, cell->upstream, cell->count);
        else if (cell->upstream != 0)
            w5_counts_add(&blocks, cell->upstream, cell->count);
        if (first == 0 && names_peer(t, cell))
            first = cell->upstream;
    }
    in->upstreams = w5_counts_words(peers.n > 0 ? &peers : &blocks, t->intern, arena);
    in->upstream = first != 0             ? w5_timeline_str(t, first)
                   : in->upstreams.n == 1 ? in->upstreams.at[0].name
                                          : W5_NONE;
    w5_counts_done(&peers);
    w5_counts_done(&blocks);
}

static void name_trouble(const w5_timeline *t, w5_incident *in)
{
    for (size_t i = 0; i < in->troubles && in->upstream.len == 0; i++) {
        const w5_cell *cell = &t->cell[in->trouble[i]];
        if (cell->address > W5_INTERN_FULL)
            in->upstream = w5_timeline_str(t, cell->address);
        else if (cell->upstream > W5_INTERN_FULL &&
                 !w5_str_eq(w5_timeline_str(t, cell->upstream), W5_STR("-")))
            in->upstream = w5_timeline_str(t, cell->upstream);
    }
}

static bool is_upstream_of(const w5_timeline *t, const w5_incident *in, w5_id upstream)
{
    for (size_t i = 0; i < in->cells; i++)
        if (w5_timeline_root(t, t->cell[in->cell[i]].upstream) == w5_timeline_root(t, upstream))
            return true;
    return false;
}

static size_t first_mix(const struct w5_timeline_inside *inside, w5_time at)
{
    size_t low = 0;
    size_t high = inside->mixes;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (inside->mix[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Classes and codes that its cells no longer tell apart. */
static void count_mixes(const w5_timeline *t, const w5_incident *in, w5_counts *classes,
                        w5_counts *codes)
{
    const struct w5_timeline_inside *inside = t->inside;
    for (size_t i = first_mix(inside, in->start); i < inside->mixes; i++) {
        const w5_mix *mix = &inside->mix[i];
        if (mix->at > in->end)
            return;
        if (!is_upstream_of(t, in, mix->upstream))
            continue;
        w5_counts_add(classes, mix->klass, mix->count);
        if (mix->code != 0)
            w5_counts_add(codes, mix->code, mix->count);
    }
}

/* Classes, which every incident has, or codes. */
static void count_errors(const w5_timeline *t, w5_incident *in, bool full, w5_arena *arena)
{
    w5_counts classes = {.at = NULL}, codes = {.at = NULL};
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &t->cell[in->cell[i]];
        if (w5_timeline_mixed(t, cell))
            continue;
        w5_counts_add(&classes, cell->klass, cell->count);
        if (cell->code != 0)
            w5_counts_add(&codes, cell->code, cell->count);
    }
    if (t->inside->mixed)
        count_mixes(t, in, &classes, &codes);
    if (full)
        in->codes = w5_counts_words(&codes, t->intern, arena);
    else
        in->classes = w5_counts_classes(&classes, t->catalogue, arena);
    w5_counts_done(&classes);
    w5_counts_done(&codes);
}

/* Access lines among the troubles are failed requests; a dead worker is none. */
static void sum_up(const w5_timeline *t, w5_incident *in)
{
    for (size_t i = 0; i < in->cells; i++) {
        in->errors += t->cell[in->cell[i]].count;
        in->requests_failed += t->cell[in->cell[i]].failed;
    }
    for (size_t i = 0; in->cells == 0 && i < in->troubles; i++)
        in->requests_failed += t->cell[in->trouble[i]].failed;
}

/* The machine that the first line names; "" when none does: then lines of any may belong to it. */
static w5_str told_host(const w5_timeline *t, const w5_incident *in)
{
    return w5_cell_host(t, &t->cell[in->cells > 0 ? in->cell[0] : in->trouble[0]]);
}

static void make_id(const w5_timeline *t, w5_incident *in)
{
    char second[32];
    int n = snprintf(second, sizeof(second), "%jd",
                     (intmax_t)(w5_span_start(in->start, W5_SECOND) / W5_SECOND));
    w5_str host = told_host(t, in);
    uint64_t h = w5_hash_lasting(W5_HASH_LASTING, host.len > 0 ? host : t->host);
    h = w5_hash_lasting(h, in->upstream);
    h = w5_hash_lasting(h, (w5_str){second, (size_t)n});
    snprintf(in->id, sizeof(in->id), "%016jx", (uintmax_t)(h ^ h >> 29));
}

w5_incident *w5_incident_begin(const w5_timeline *t, const w5_members *members, w5_arena *arena)
{
    w5_incident *in = W5_NEW(arena, w5_incident);
    *in = (w5_incident){.cell = members->cell,
                        .cells = members->cells,
                        .trouble = members->trouble,
                        .troubles = members->troubles,
                        .start = W5_TIME_NONE,
                        .end = W5_TIME_NONE,
                        .last_answer = W5_TIME_NONE,
                        .over_at = W5_TIME_NONE};
    find_bounds(t, in, in->cell, in->cells);
    find_bounds(t, in, in->trouble, in->troubles);
    sum_up(t, in);
    count_errors(t, in, false, arena);
    name_upstreams(t, in, arena);
    name_trouble(t, in);
    name_hosts(t, in, arena);
    make_id(t, in);
    w5_incident_ask_access(t, in, false, arena);
    return in;
}

/* --- full detail ----------------------------------------------------------------------------- */
static bool counts_as_kind(const w5_timeline *t, const w5_cell *cell)
{
    const w5_trait *trait = w5_timeline_trait(t, cell);
    return cell->klass != 0 && !trait->upstream && !trait->access && trait->sort != W5_SORT_NOISE;
}

static void count_kinds(const w5_timeline *t, w5_incident *in, w5_arena *arena)
{
    w5_counts kinds = {.at = NULL};
    w5_time from = in->start - NEAR * W5_SECOND, to = in->end + NEAR * W5_SECOND;
    for (size_t i = w5_timeline_seek(t, from); i < t->cells; i++) {
        const w5_cell *cell = &t->cell[i];
        if (w5_span_start(cell->at, W5_SECOND) > to)
            break;
        if (cell->at >= from && cell->at <= to && counts_as_kind(t, cell) &&
            w5_incident_is_on(in, w5_cell_host(t, cell)))
            w5_counts_add(&kinds, cell->klass, cell->count);
    }
    in->kinds = w5_counts_classes(&kinds, t->catalogue, arena);
    w5_counts_done(&kinds);
}

static void count_request(w5_counts *requests, const w5_cell *cell, uint64_t n)
{
    if (cell->path > W5_INTERN_FULL)
        w5_counts_add(requests, (uint64_t)cell->method << 32 | cell->path, n);
}

/* Cells that have lost their path: it was counted apart. */
static void count_lost_paths(const w5_timeline *t, w5_incident *in, w5_counts *requests)
{
    const struct w5_timeline_inside *inside = t->inside;
    for (size_t i = 0; i < inside->requests && inside->request[i].at <= in->end; i++) {
        const w5_request *r = &inside->request[i];
        if (r->until >= in->start && is_upstream_of(t, in, r->upstream))
            w5_counts_add(requests, (uint64_t)r->method << 32 | r->path, r->count);
    }
}

static void count_requests(const w5_timeline *t, w5_incident *in, w5_arena *arena)
{
    w5_counts requests = {.at = NULL}, servers = {.at = NULL};
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &t->cell[in->cell[i]];
        count_request(&requests, cell, cell->failed);
        if (cell->server > W5_INTERN_FULL)
            w5_counts_add(&servers, cell->server, cell->count);
    }
    for (size_t i = 0; in->cells == 0 && i < in->troubles; i++)
        count_request(&requests, &t->cell[in->trouble[i]], t->cell[in->trouble[i]].count);
    count_lost_paths(t, in, &requests);
    in->requests = w5_counts_requests(&requests, t->intern, arena, &in->request);
    in->servers = w5_counts_words(&servers, t->intern, arena);
    w5_counts_done(&requests);
    w5_counts_done(&servers);
}

/* --- columns --------------------------------------------------------------------------------- */
static w5_time column_span(w5_time length)
{
    static const uint32_t seconds[] = {1,     2,     5,     10,     15,     30,      60,
                                       120,   300,   600,   900,    1800,   3600,    7200,
                                       21600, 43200, 86400, 172800, 604800, 2592000, 7776000};
    enum {
        SPANS = sizeof(seconds) / sizeof(*seconds)
    };
    for (size_t i = 0; i < SPANS; i++)
        if (length < COLUMNS * seconds[i] * W5_SECOND)
            return seconds[i] * W5_SECOND;
    return w5_span_start(length / (COLUMNS - 1), W5_SECOND) + W5_SECOND;
}

/* A coarse cell is spread over the time it covers, the remainder in the columns it began with. */
static void add_to_columns(w5_incident *in, uint32_t *column, w5_time origin, const w5_cell *cell)
{
    size_t from = (size_t)((cell->at - origin) / in->column_span);
    size_t to = (size_t)((cell->until - origin) / in->column_span);
    uint64_t n = to - from + 1;
    for (size_t i = from; i <= to; i++)
        column[i] += (uint32_t)(cell->count / n + (i - from < cell->count % n));
}

static void fill_columns(const w5_timeline *t, w5_incident *in, w5_arena *arena)
{
    w5_time origin = w5_span_start(in->start, W5_SECOND);
    in->column_span = column_span(in->end - origin);
    in->columns = (size_t)((in->end - origin) / in->column_span) + 1;
    uint32_t *column = W5_NEW_N(arena, uint32_t, in->columns);
    for (size_t i = 0; i < in->cells; i++)
        add_to_columns(in, column, origin, &t->cell[in->cell[i]]);
    for (size_t i = 0; in->cells == 0 && i < in->troubles; i++)
        add_to_columns(in, column, origin, &t->cell[in->trouble[i]]);
    in->column = column;
}

void w5_incident_complete(const w5_timeline *t, w5_incident *in, w5_arena *arena)
{
    if (in->column)
        return;
    count_errors(t, in, true, arena);
    count_kinds(t, in, arena);
    count_requests(t, in, arena);
    w5_incident_ask_access(t, in, true, arena);
    fill_columns(t, in, arena);
}

w5_incident *w5_incident_make(const w5_timeline *t, const uint32_t *cells, size_t n,
                              w5_arena *arena)
{
    uint32_t *cell = W5_NEW_N(arena, uint32_t, n);
    uint32_t *trouble = W5_NEW_N(arena, uint32_t, n);
    w5_members members = {.cell = cell, .trouble = trouble};
    for (size_t i = 0; i < n; i++)
        if (w5_timeline_trait(t, &t->cell[cells[i]])->upstream)
            cell[members.cells++] = cells[i];
        else
            trouble[members.troubles++] = cells[i];
    w5_incident *in = w5_incident_begin(t, &members, arena);
    w5_incident_complete(t, in, arena);
    return in;
}
