/* timeline.c -- the ledger on one clock.
 *
 * A pure function of the ledger: copies the cells into UTC, leaves out what lies outside the times
 * asked for, sorts. Ties are broken by names, never by indices or ids, so that the order in which
 * sources were given shows nowhere. */
#include "timeline.h"

#include "tally.h"

#include <stdlib.h>

typedef struct making {
    const w5_ledger *l;
    const w5_timeline_options *options;
    w5_zones zones;
    w5_arena *arena;
    w5_timeline *t;
    uint32_t *rank; /* of streams, by name */
} making;

/* --- order ----------------------------------------------------------------------------------- */
typedef struct key { /* of a cell to be sorted */
    w5_time at;
    uint32_t row, rank;
    uint8_t order;
} key;

static w5_time second(w5_time at)
{
    return w5_span_start(at, W5_SECOND);
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Cells of one stream, time and line: events of several hosts that were gathered in one file. */
static int compare_words(const making *m, const w5_cell *a, const w5_cell *b)
{
    const w5_id mine[] = {a->host, a->upstream, a->path, a->what, a->code, a->text};
    const w5_id its[] = {b->host, b->upstream, b->path, b->what, b->code, b->text};
    int order = compare(a->klass, b->klass);
    for (size_t i = 0; order == 0 && i < sizeof(its) / sizeof(*its); i++)
        if (mine[i] != its[i])
            order = w5_str_cmp(w5_intern_str(m->t->intern, mine[i]),
                               w5_intern_str(m->t->intern, its[i]));
    return order != 0 ? order : compare(a->pid, b->pid);
}

static int by_time(const void *a, const void *b, void *context)
{
    const making *m = context;
    const key *one = a, *other = b;
    w5_time s = second(one->at), z = second(other->at);
    if (s != z)
        return s < z ? -1 : 1;
    if (one->order != other->order)
        return one->order < other->order ? -1 : 1;
    if (one->at != other->at)
        return one->at < other->at ? -1 : 1;
    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    const w5_cell *cell = w5_cells_at(m->l->cells, one->row);
    const w5_cell *its = w5_cells_at(m->l->cells, other->row);
    int order = compare(cell->line, its->line);
    return order != 0 ? order : compare_words(m, cell, its);
}

static int by_name(const void *a, const void *b, void *context)
{
    const making *m = context;
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    int order = w5_str_cmp(m->t->stream[one]->name, m->t->stream[other]->name);
    return order != 0 ? order : (one > other) - (one < other);
}

static void rank_streams(making *m)
{
    size_t n = m->t->streams;
    uint32_t *sorted = W5_NEW_N(m->arena, uint32_t, n + 1);
    m->rank = W5_NEW_N(m->arena, uint32_t, n + 1);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (uint32_t)i;
    if (n > 1)
        qsort_r(sorted, n, sizeof(*sorted), by_name, m);
    for (size_t i = 0; i < n; i++)
        m->rank[sorted[i]] = (uint32_t)i;
}

/* --- clocks ---------------------------------------------------------------------------------- */
w5_time w5_clock_utc(const w5_clock *clock, w5_time stamp, bool zoned)
{
    if (stamp == W5_TIME_NONE)
        return stamp;
    if (!zoned)
        stamp -= w5_zone_offset_civil(&clock->zone, stamp) * W5_SECOND;
    return stamp + clock->shift;
}

static bool wanted(const making *m, w5_time at)
{
    const w5_timeline_options *o = m->options;
    return (o->since == W5_TIME_NONE || at >= o->since) &&
           (o->until == W5_TIME_NONE || at <= o->until);
}

/* --- cells ----------------------------------------------------------------------------------- */
static const w5_clock *clock_of(const making *m, uint16_t lane)
{
    return &m->zones.clock[lane];
}

static size_t sort_cells(making *m, key *keys)
{
    size_t n = 0;
    for (size_t i = 0; i < m->l->cells->rows.n; i++) {
        const w5_cell *cell = w5_cells_at(m->l->cells, i);
        w5_time at = w5_clock_utc(clock_of(m, cell->lane), cell->at, cell->zoned);
        if (cell->count == 0 || !wanted(m, at))
            continue;
        keys[n++] = (key){.at = at,
                          .row = (uint32_t)i,
                          .rank = cell->stream < m->t->streams ? m->rank[cell->stream] : UINT32_MAX,
                          .order = w5_cells_trait(m->l->cells, cell)->order};
    }
    if (n > 1)
        qsort_r(keys, n, sizeof(*keys), by_time, m);
    return n;
}

static bool is_near(const w5_cell *a, const w5_cell *b)
{
    w5_time apart = second(a->at) - second(b->at);
    return apart >= -W5_SECOND && apart <= W5_SECOND;
}

static void take_one(w5_cell *from, const w5_cell *to, int64_t *less)
{
    if ((int64_t)from->failed > 0 && from->stream == to->stream && from->path == to->path &&
        from->method == to->method) {
        from->failed--;
        ++*less;
    }
}

/* Lines that came out of order found that two cells had counted one request: the cell that they are
 * of has one less than nothing, and one of the others gives it. */
static void settle_failed(w5_cell *cell, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t less = (int64_t)cell[i].failed;
        for (size_t k = i; less < 0 && k-- > 0 && is_near(&cell[k], &cell[i]);)
            take_one(&cell[k], &cell[i], &less);
        for (size_t k = i + 1; less < 0 && k < n && is_near(&cell[k], &cell[i]); k++)
            take_one(&cell[k], &cell[i], &less);
        if ((int64_t)cell[i].failed < 0)
            cell[i].failed = 0;
    }
}

static void take_cells(making *m)
{
    key *keys = w5_xrealloc(NULL, m->l->cells->rows.n + 1, sizeof(*keys));
    size_t n = sort_cells(m, keys);
    w5_cell *cell = W5_NEW_N(m->arena, w5_cell, n);
    for (size_t i = 0; i < n; i++) {
        cell[i] = *w5_cells_at(m->l->cells, keys[i].row);
        const w5_clock *clock = clock_of(m, cell[i].lane);
        w5_time moved = keys[i].at - cell[i].at;
        cell[i].at = keys[i].at;
        cell[i].until = w5_clock_utc(clock, cell[i].until, cell[i].zoned);
        cell[i].query_start += cell[i].query_start == W5_TIME_NONE ? 0 : moved;
        cell[i].query_end += cell[i].query_end == W5_TIME_NONE ? 0 : moved;
    }
    free(keys);
    settle_failed(cell, n);
    m->t->cell = cell;
    m->t->cells = w5_same_records(cell, n, m->l, (const w5_stream *const *)m->t->stream);
}

/* --- traffic, paths, requests ---------------------------------------------------------------- */
static uint32_t rank_of(const making *m, uint16_t lane)
{
    uint32_t stream = m->l->lane[lane].stream;
    return stream < m->t->streams ? m->rank[stream] : UINT32_MAX;
}

static int by_traffic(const void *a, const void *b, void *context)
{
    const making *m = context;
    const w5_traffic *one = a, *other = b;
    if (one->at != other->at)
        return one->at < other->at ? -1 : 1;
    int order = compare(rank_of(m, one->lane), rank_of(m, other->lane));
    if (order == 0)
        order = compare(one->status, other->status);
    if (order == 0)
        order = w5_str_cmp(w5_intern_str(m->t->intern, one->upstream),
                           w5_intern_str(m->t->intern, other->upstream));
    return order != 0 ? order
                      : w5_str_cmp(w5_intern_str(m->t->intern, one->host),
                                   w5_intern_str(m->t->intern, other->host));
}

static void take_traffic(making *m)
{
    w5_traffic *at = W5_NEW_N(m->arena, w5_traffic, m->l->traffic.n);
    size_t n = 0;
    for (size_t i = 0; i < m->l->traffic.n; i++) {
        w5_traffic row = *(const w5_traffic *)w5_rows_at(&m->l->traffic, i);
        const w5_clock *clock = clock_of(m, row.lane);
        row.at = w5_clock_utc(clock, row.at, !clock->unzoned);
        if (wanted(m, row.at))
            at[n++] = row;
    }
    if (n > 1)
        qsort_r(at, n, sizeof(*at), by_traffic, m);
    m->t->traffic = at;
    m->t->traffics = n;
}

static int by_requests(const void *a, const void *b, void *intern)
{
    const w5_path *one = a, *other = b;
    if (one->requests != other->requests)
        return one->requests > other->requests ? -1 : 1;
    return w5_str_cmp(w5_intern_str(intern, one->path), w5_intern_str(intern, other->path));
}

static void take_paths(making *m)
{
    w5_path *at = W5_NEW_N(m->arena, w5_path, m->l->paths.n);
    for (size_t i = 0; i < m->l->paths.n; i++)
        at[i] = *(const w5_path *)w5_rows_at(&m->l->paths, i);
    if (m->l->paths.n > 1)
        qsort_r(at, m->l->paths.n, sizeof(*at), by_requests, m->l->names.table);
    m->t->path = at;
    m->t->paths = m->l->paths.n;
}

static int by_start(const void *a, const void *b)
{
    const w5_request *one = a, *other = b;
    return (one->at > other->at) - (one->at < other->at);
}

static w5_request *take_requests(making *m)
{
    w5_request *at = W5_NEW_N(m->arena, w5_request, m->l->requests.n);
    for (size_t i = 0; i < m->l->requests.n; i++) {
        at[i] = *(const w5_request *)w5_rows_at(&m->l->requests, i);
        const w5_clock *clock = clock_of(m, at[i].lane);
        at[i].at = w5_clock_utc(clock, at[i].at, !clock->unzoned);
        at[i].until = w5_clock_utc(clock, at[i].until, !clock->unzoned);
    }
    if (m->l->requests.n > 1)
        qsort(at, m->l->requests.n, sizeof(*at), by_start);
    return at;
}

static int by_begin(const void *a, const void *b)
{
    const w5_mix *one = a, *other = b;
    return (one->at > other->at) - (one->at < other->at);
}

static w5_mix *take_mixes(making *m, size_t *n)
{
    w5_mix *at = W5_NEW_N(m->arena, w5_mix, m->l->mixes.n);
    *n = 0;
    for (size_t i = 0; i < m->l->mixes.n; i++) {
        w5_mix mix = *(const w5_mix *)w5_rows_at(&m->l->mixes, i);
        const w5_clock *clock = clock_of(m, mix.lane);
        mix.at = w5_clock_utc(clock, mix.at, !clock->unzoned);
        mix.until = w5_clock_utc(clock, mix.until, !clock->unzoned);
        if (wanted(m, mix.at))
            at[(*n)++] = mix;
    }
    if (*n > 1)
        qsort(at, *n, sizeof(*at), by_begin);
    return at;
}

static int by_path(const void *a, const void *b)
{
    const w5_share *one = a, *other = b;
    return (one->path > other->path) - (one->path < other->path);
}

static void take_shares(const making *m, struct w5_timeline_inside *inside)
{
    const w5_rows *t = &m->l->shares;
    w5_share *share = W5_NEW_N(m->arena, w5_share, t->n);
    for (size_t i = 0; i < t->n; i++)
        share[i] = *(const w5_share *)w5_rows_at(t, i);
    if (t->n > 1)
        qsort(share, t->n, sizeof(*share), by_path);
    inside->share = share;
    inside->shares = t->n;
    inside->share_level = t->level;
}

static void take_inside(making *m)
{
    struct w5_timeline_inside *inside = W5_NEW(m->arena, struct w5_timeline_inside);
    *inside = (struct w5_timeline_inside){.trait = m->l->trait,
                                          .traits = m->l->traits,
                                          .peer = m->l->once.peer,
                                          .peers = m->l->once.peers,
                                          .request = take_requests(m),
                                          .requests = m->l->requests.n,
                                          .traffic_lane = m->l->lane_traffic,
                                          .roots = w5_intern_count(m->t->intern)};
    inside->mix = take_mixes(m, &inside->mixes);
    take_shares(m, inside);
    inside->mixed = w5_cells_mixing(m->l->cells);
    for (size_t i = 0; i < m->t->traffics; i++) {
        const w5_traffic *row = &m->t->traffic[i];
        inside->told |= row->upstream != 0;
        inside->reach =
            row->span * W5_SECOND > inside->reach ? row->span * W5_SECOND : inside->reach;
    }
    m->t->inside = inside;
    inside->root = w5_peers_roots(m->t, m->arena);
}

/* --- lanes, streams, totals ------------------------------------------------------------------ */
static void take_lanes(making *m)
{
    w5_lane *lane = W5_NEW_N(m->arena, w5_lane, m->l->lanes);
    for (size_t i = 0; i < m->l->lanes; i++) {
        const w5_clock *clock = &m->zones.clock[i];
        lane[i] = m->l->lane[i];
        lane[i].first = w5_clock_utc(clock, lane[i].first, !clock->unzoned);
        lane[i].last = w5_clock_utc(clock, lane[i].last, !clock->unzoned);
    }
    m->t->lane = lane;
    m->t->lanes = m->l->lanes;
}

/* A stream shows the clock of the format that most of its lines have. */
static void tell_stream(const making *m, w5_stream *s)
{
    const w5_lane *main_lane = NULL;
    for (size_t i = 0; i < m->l->lanes; i++) {
        const w5_lane *lane = &m->l->lane[i];
        if (lane->stream != s->index)
            continue;
        bool better = !main_lane || lane->format == s->format ||
                      (main_lane->format != s->format && lane->records > main_lane->records);
        main_lane = better ? lane : main_lane;
    }
    const w5_clock fallback = {
        .zone = m->options->zone, .from = W5_ZONE_HOST, .unzoned = !s->zoned};
    const w5_clock *clock = main_lane ? &m->zones.clock[main_lane - m->l->lane] : &fallback;
    s->zone = clock->zone;
    s->zone_from = clock->from;
    s->shift = s->last == W5_TIME_NONE ? clock->shift
                                       : w5_clock_utc(clock, s->last, !clock->unzoned) - s->last;
}

static void count_total(w5_timeline *t, uint64_t *by_class, w5_counts *codes, uint16_t klass,
                        w5_id code, uint64_t n)
{
    const w5_trait *trait = &t->inside->trait[klass];
    by_class[klass] += n;
    if (trait->error)
        t->upstream_errors += n;
    if (trait->upstream && code != 0)
        w5_counts_add(codes, code, n);
}

static void count_totals(making *m)
{
    w5_timeline *t = m->t;
    w5_counts codes = {.at = NULL};
    uint64_t *by_class = W5_NEW_N(m->arena, uint64_t, m->l->traits);
    for (size_t i = 0; i < t->cells; i++)
        if (!w5_timeline_mixed(t, &t->cell[i]))
            count_total(t, by_class, &codes, t->cell[i].klass, t->cell[i].code, t->cell[i].count);
    /* when even they were too many, cells tell the classes again */
    for (size_t i = 0; t->inside->mixed && i < t->inside->mixes; i++) {
        const w5_mix *mix = &t->inside->mix[i];
        count_total(t, by_class, &codes, mix->klass, mix->code, mix->count);
    }
    t->by_class = by_class;
    t->classes = m->l->traits;
    t->codes = w5_counts_words(&codes, t->intern, m->arena);
    w5_counts_done(&codes);
}

/* Lines of no interest never come here, but they say what time their log covers. (Of a stream with
 * several formats nobody knows which of them did.) */
static void see_stream(w5_ledger *l, const w5_stream *s)
{
    size_t lanes = 0, mine = 0;
    for (size_t i = 0; i < l->lanes; i++)
        if (l->lane[i].stream == s->index) {
            lanes++;
            mine += l->lane[i].format == s->format;
        }
    if (!s->format || s->first == W5_TIME_NONE || lanes != mine)
        return;
    uint16_t index = w5_ledger_lane(l, s->index, s->format); /* may move l->lane */
    w5_lane *lane = &l->lane[index];
    if (lanes == 0) {
        lane->records = s->records;
        lane->unzoned = s->zoned ? 0 : s->records;
    }
    lane->first = lane->first == W5_TIME_NONE || s->first < lane->first ? s->first : lane->first;
    lane->last = s->last > lane->last ? s->last : lane->last;
}

const w5_timeline *w5_timeline_build(w5_ledger *l, w5_stream *const *streams, size_t n,
                                     const w5_config *config, const w5_timeline_options *options,
                                     w5_arena *arena)
{
    w5_timeline *t = W5_NEW(arena, w5_timeline);
    making m = {.l = l, .options = options, .arena = arena, .t = t};
    w5_ledger_rest(l);
    for (size_t i = 0; i < n; i++)
        see_stream(l, streams[i]);
    *t = (w5_timeline){.catalogue = l->catalogue,
                       .config = config,
                       .intern = l->names.table,
                       .stream = streams,
                       .streams = n,
                       .now = options->now,
                       .gap = options->gap,
                       .host = options->host};
    m.zones = w5_zones_settle(l, streams, n, config, options, arena);
    rank_streams(&m);
    take_lanes(&m);
    take_cells(&m);
    take_traffic(&m);
    take_inside(&m);
    take_paths(&m);
    count_totals(&m);
    for (size_t i = 0; i < n; i++)
        tell_stream(&m, streams[i]);
    t->notes = m.zones.note;
    t->note_count = m.zones.notes;
    return t;
}

size_t w5_timeline_seek(const w5_timeline *t, w5_time at)
{
    size_t low = 0;
    size_t high = t->cells;
    at = at == W5_TIME_NONE ? at : second(at);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->cell[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
