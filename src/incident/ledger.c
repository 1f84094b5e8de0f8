/* ledger.c -- the ledger itself: its tables, its lanes, its counters. put.c fills it. */
#include "ledger.h"

#include "fold.h"
#include "hash.h"

#include <limits.h>
#include <stdlib.h>

static void lose_path(void *context, const w5_cell *cell)
{
    w5_ledger *l = context;
    w5_request r = {.at = cell->at,
                    .until = cell->until,
                    .count = cell->count,
                    .lane = cell->lane,
                    .upstream = cell->upstream,
                    .host = cell->host,
                    .method = cell->method,
                    .path = cell->path};
    w5_rows_put(&l->requests, &r);
}

static void lose_class(void *context, const w5_cell *cell)
{
    w5_ledger *l = context;
    w5_mix m = {.at = cell->at,
                .until = cell->until,
                .count = cell->count,
                .upstream = cell->upstream,
                .host = cell->host,
                .code = cell->code,
                .klass = cell->klass,
                .lane = cell->lane};
    w5_rows_put(&l->mixes, &m);
}

w5_ledger *w5_ledger_new(const w5_catalogue *c)
{
    w5_ledger *l = w5_xmalloc(sizeof(*l));
    *l = (w5_ledger){.catalogue = c, .cells = w5_xmalloc(sizeof(*l->cells)), .seed = w5_hash_key()};
    l->split.at = W5_TIME_NONE;
    l->watched.at = W5_TIME_NONE;
    l->trait = w5_traits_make(c, &l->traits);
    l->by_class = w5_xrealloc(NULL, l->traits, sizeof(*l->by_class));
    w5_names_init(&l->names);
    w5_cells_init(l->cells, l->trait, l->traits, W5_CELLS_MAX);
    l->cells->lose_path = lose_path;
    l->cells->lose_class = lose_class;
    l->cells->context = l;
    w5_traffic_init(&l->traffic, &l->names);
    w5_paths_init(&l->paths, &l->names);
    w5_requests_init(&l->requests, &l->names);
    w5_mixes_init(&l->mixes, &l->names);
    w5_shares_init(&l->shares, &l->names);
    w5_once_init(&l->once, W5_ONCE_SLOTS);
    w5_once_init(&l->ids, W5_IDS_SLOTS);
    l->codes.arena = w5_arena_new();
    memset(l->by_class, 0, l->traits * sizeof(*l->by_class));
    return l;
}

void w5_ledger_free(w5_ledger *l)
{
    if (!l)
        return;
    w5_arena_free(l->codes.arena);
    w5_once_done(&l->ids);
    w5_once_done(&l->once);
    w5_rows_done(&l->shares);
    w5_rows_done(&l->mixes);
    w5_rows_done(&l->requests);
    w5_rows_done(&l->paths);
    w5_rows_done(&l->traffic);
    w5_cells_done(l->cells);
    w5_names_done(&l->names);
    free(l->lane_now);
    free(l->lane_traffic);
    free(l->lane);
    free(l->by_class);
    free(l->trait);
    free(l->cells);
    free(l);
}

void w5_ledger_cool(w5_ledger *l)
{
    memset(l->hot_names, 0, sizeof(l->hot_names));
    memset(l->hot_code, 0, sizeof(l->hot_code));
    memset(l->hot_cell, 0, sizeof(l->hot_cell));
    memset(l->hot_request, 0, sizeof(l->hot_request));
    memset(l->hot_mix, 0, sizeof(l->hot_mix));
    memset(l->noise, 0, sizeof(l->noise));
    w5_cells_cool(l->cells);
    l->watched = (struct w5_watched){W5_TIME_NONE, 0};
    memset(l->hot_path, 0, sizeof(l->hot_path));
    l->access.valid = false;
}

void w5_ledger_reset(w5_ledger *l)
{
    memset(l->by_class, 0, l->traits * sizeof(*l->by_class));
    l->upstream_errors = l->forged = l->told_coarse = 0;
    w5_names_reset(&l->names);
    w5_cells_reset(l->cells);
    w5_rows_reset(&l->traffic);
    w5_rows_reset(&l->paths);
    w5_rows_reset(&l->requests);
    w5_rows_reset(&l->mixes);
    w5_rows_reset(&l->shares);
    w5_once_reset(&l->once);
    l->clocks = (w5_clocks){0};
    w5_once_reset(&l->ids);
    w5_arena_rewind(l->codes.arena, (w5_mark){NULL, 0});
    l->codes.n = l->codes.last = 0;
    l->lanes = l->last_lane = 0;
    w5_ledger_cool(l);
}

void w5_ledger_split(w5_ledger *l, const w5_split *split)
{
    l->split = *split;
}

/* --- lanes ----------------------------------------------------------------------------------- */
/* The balancer's and the application's access logs tell of the same requests once more. */
static bool is_nginx_access(const w5_format *format)
{
    static const char *const others[] = {"alb", "uwsgi", "uvicorn", "puma", "tomcat"};
    w5_str id = format ? format->id : W5_NONE;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (w5_str_eq(id, w5_str_of(others[i])))
            return false;
    return !w5_str_ends(id, W5_STR("-access")) || w5_str_starts(id, W5_STR("nginx"));
}

static uint16_t add_lane(w5_ledger *l, uint32_t stream, const w5_format *format)
{
    if (l->lanes == W5_LANES_MAX)
        return W5_LANES_MAX - 1;
    if (l->lanes == l->lanes_room) {
        l->lanes_room = l->lanes_room ? l->lanes_room * 2 : 8;
        l->lane = w5_xrealloc(l->lane, l->lanes_room, sizeof(*l->lane));
        l->lane_traffic = w5_xrealloc(l->lane_traffic, l->lanes_room, sizeof(*l->lane_traffic));
        l->lane_now = w5_xrealloc(l->lane_now, l->lanes_room, sizeof(*l->lane_now));
    }
    l->lane[l->lanes] = (w5_lane){.stream = stream,
                                  .format = format,
                                  .first = W5_TIME_NONE,
                                  .last = W5_TIME_NONE,
                                  .offset = INT_MIN};
    l->lane_traffic[l->lanes] = is_nginx_access(format);
    l->lane_now[l->lanes] = W5_TIME_NONE;
    if (l->lanes > W5_FLEET_LANES && l->cells->rows.max < W5_FLEET_CELLS)
        l->cells->rows.max += W5_FLEET_STEP;
    return (uint16_t)l->lanes++;
}

uint16_t w5_ledger_lane(w5_ledger *l, uint32_t stream, const w5_format *format)
{
    for (size_t i = 0; i < l->lanes; i++)
        if (l->lane[i].stream == stream && l->lane[i].format == format)
            return (uint16_t)i;
    return add_lane(l, stream, format);
}

void w5_ledger_workers(w5_lane *lane, w5_str class)
{
    w5_str told = {lane->workers, strlen(lane->workers)};
    if (class.len == 0 || class.len >= sizeof(lane->workers) || w5_str_eq(told, class))
        return;
    if (told.len > 0)
        class = W5_STR("?");
    memcpy(lane->workers, class.ptr, class.len);
    lane->workers[class.len] = '\0';
}

/* A record without a stamp stands behind the last one of its log that has one: a traceback is
 * Python's, what stands above it gunicorn's. Its clock is that one's, too. */
static uint16_t behind_the_last(const w5_ledger *l, size_t lane, w5_time *at)
{
    size_t last = lane;
    for (size_t i = 0; l->lane_now[lane] == W5_TIME_NONE && i < l->lanes; i++)
        if (l->lane[i].stream == l->lane[lane].stream && l->lane_now[i] > l->lane_now[last])
            last = i;
    *at = l->lane_now[last];
    return (uint16_t)last;
}

/* What an event of ours borrowed was found out where its log was read. */
static uint16_t borrow(w5_ledger *l, size_t lane, w5_record *r)
{
    w5_time at = W5_TIME_NONE;
    if (r->pattern)
        return r->clock ? w5_ledger_lane(l, r->stream->index, r->clock) : (uint16_t)lane;
    uint16_t last = behind_the_last(l, lane, &at);
    if (at != W5_TIME_NONE) {
        r->at = at;
        r->zoned = l->lane[last].unzoned == 0;
        r->clock = l->lane[last].format;
    }
    return last;
}

/* A line of 1970 among those of this year: its clock was never set, or its bytes are damaged. It is
 * as old as the line before it. A log that was always that early keeps its times. */
static bool was_never_set(const w5_ledger *l, size_t lane, const w5_record *r)
{
    const w5_time year_2000 = INT64_C(946684800) * W5_SECOND;
    return r->at != W5_TIME_NONE && r->at < year_2000 && !r->pattern &&
           l->lane_now[lane] >= year_2000;
}

uint16_t w5_ledger_see(w5_ledger *l, w5_record *r, w5_time *at)
{
    size_t i = l->last_lane;
    uint32_t stream = r->stream->index;
    if (i >= l->lanes || l->lane[i].stream != stream || l->lane[i].format != r->format)
        i = l->last_lane = w5_ledger_lane(l, stream, r->format);
    w5_lane *lane = &l->lane[i];
    uint64_t n = r->herd ? r->count : 1;
    lane->records += n;
    if (was_never_set(l, i, r))
        r->at = W5_TIME_NONE;
    if (r->at == W5_TIME_NONE || r->clock) {
        uint16_t last = borrow(l, i, r);
        *at = r->at;
        return last;
    }
    *at = r->at;
    w5_time until = r->herd ? r->until : r->at;
    l->lane_now[i] = r->herd ? r->latest : r->at;
    if (lane->records == 1 && r->zoned)
        lane->offset = w5_fold_offset(r);
    lane->unzoned += r->zoned ? 0 : n;
    if (lane->first == W5_TIME_NONE || r->at < lane->first)
        lane->first = r->at;
    if (until > lane->last)
        lane->last = until;
    return (uint16_t)i;
}

/* --- counters -------------------------------------------------------------------------------- */
static size_t code_index(w5_code_counts *c, w5_str name)
{
    if (c->last < c->n && w5_str_eq(c->name[c->last], name))
        return c->last;
    for (size_t i = 0; i < c->n; i++)
        if (w5_str_eq(c->name[i], name))
            return i;
    if (c->n == W5_CODES_MAX)
        return W5_CODES_MAX - 1; /* errno is a number of the log: hostile ones end here */
    c->name[c->n] = w5_arena_str(c->arena, c->n + 1 < W5_CODES_MAX ? name : W5_STR("(other)"));
    c->count[c->n] = 0;
    return c->n++;
}

size_t w5_ledger_count_code(w5_ledger *l, w5_str name, uint64_t n)
{
    if (name.len == 0)
        return SIZE_MAX;
    l->codes.last = code_index(&l->codes, name);
    l->codes.count[l->codes.last] += n;
    return l->codes.last;
}

/* --- answers --------------------------------------------------------------------------------- */
w5_intern *w5_ledger_intern(w5_ledger *l)
{
    return l->names.table;
}

size_t w5_ledger_cells(const w5_ledger *l, const w5_cell **all)
{
    w5_cells_settle(l->cells);
    *all = (const w5_cell *)(const void *)l->cells->rows.row;
    return l->cells->rows.n;
}

size_t w5_ledger_lanes(const w5_ledger *l, const w5_lane **all)
{
    *all = l->lane;
    return l->lanes;
}

/* Requests whose second is not kept. */
static uint64_t coarse_traffic(const w5_rows *t)
{
    uint64_t requests = 0;
    for (size_t i = 0; t->level > 0 && i < t->n; i++)
        requests += ((const w5_traffic *)w5_rows_at(t, i))->count;
    return requests;
}

w5_ledger_totals w5_ledger_sum(const w5_ledger *l)
{
    return (w5_ledger_totals){.upstream_errors = l->upstream_errors,
                              .forged = l->forged,
                              .by_class = l->by_class,
                              .classes = l->traits,
                              .coarsened = l->told_coarse + w5_cells_coarse(l->cells) +
                                           coarse_traffic(&l->traffic)};
}

size_t w5_ledger_codes(const w5_ledger *l, const w5_str **names, const uint64_t **counts)
{
    *names = l->codes.name;
    *counts = l->codes.count;
    return l->codes.n;
}
