/* ledger.c -- events into cells.
 *
 * A line costs what its kind is worth: a look-alike a counter and a coarse cell, an access line two
 * counters in tables, an upstream error a comparison with the cell before it and a look into the
 * set of requests. Names are interned only for cells that are new. */
#include "ledger.h"

#include "fold.h"
#include "hash.h"

#include <limits.h>
#include <stdlib.h>

/* --- what a class means here -------------------------------------------------------------------
 */
static uint8_t sort_of(const w5_class *k, bool access)
{
    if (access)
        return W5_SORT_ACCESS;
    if (w5_str_eq(k->id, W5_STR("slow-query")))
        return W5_SORT_QUERY;
    return k->family == W5_LOOK_ALIKE ? W5_SORT_NOISE
           : k->family == W5_LIFE     ? W5_SORT_LIFE
                                      : W5_SORT_ERROR;
}

static bool is_any(w5_str id, const char *const *names)
{
    while (*names && !w5_str_eq(id, w5_str_of(*names)))
        names++;
    return *names != NULL;
}

/* Kinds beyond those marked `trouble` that 5xx answers may be the effect of (spec §5.1). */
static const char *const behind[] = {"db-too-many-connections",
                                     "db-disk-full",
                                     "db-lock-wait",
                                     "db-deadlock",
                                     "db-error-in-app",
                                     "db-stop",
                                     "db-start",
                                     "oom-kill",
                                     "segfault",
                                     "pool-exhausted",
                                     "bind-failure",
                                     "unit-oom",
                                     "unit-stop",
                                     "master-stop",
                                     "io-error",
                                     "hung-task",
                                     NULL};
static const char *const lives[] = {
    "worker-timeout", "worker-killed",     "worker-exit", "worker-boot", "worker-recycle",
    "master-start",   "listening",         "master-stop", "master-term", "master-reload",
    "boot-failure",   "bind-failure",      "unit-start",  "unit-stop",   "unit-failed",
    "unit-restart",   "unit-oom",          "oom-kill",    "segfault",    "host-boot",
    "db-start",       "db-ready",          "db-stop",     "db-crash",    "nginx-start",
    "nginx-reload",   "nginx-worker-exit", NULL};
static const char *const recoveries[] = {"listening", "db-ready", "unit-start", NULL};

static w5_trait trait_of(const w5_class *k)
{
    bool five = w5_str_eq(k->id, W5_STR("upstream-5xx"));
    bool access = five || w5_str_eq(k->id, W5_STR("access"));
    bool upstream = k->family == W5_UPSTREAM;
    return (w5_trait){
        .sort = sort_of(k, access),
        .order = (uint8_t)(k->order < UINT8_MAX ? k->order : UINT8_MAX),
        .access = access,
        .upstream = upstream,
        .error = upstream && !five && !w5_str_eq(k->id, W5_STR("peer-disabled")),
        .trouble = k->trouble,
        .once = w5_str_eq(k->id, W5_STR("worker-exit")),
        .nolive = w5_str_eq(k->id, W5_STR("no-live-upstreams")),
        .truncated = w5_str_eq(k->id, W5_STR("truncated-body")),
        .behind = k->trouble || is_any(k->id, behind),
        .life = is_any(k->id, lives),
        .recovery = is_any(k->id, recoveries),
    };
}

static void make_traits(w5_ledger *l)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(l->catalogue, &all);
    l->traits = 1;
    for (size_t i = 0; i < n; i++)
        if (all[i]->index >= l->traits)
            l->traits = all[i]->index + 1u;
    l->trait = w5_xrealloc(NULL, l->traits, sizeof(*l->trait));
    l->by_class = w5_xrealloc(NULL, l->traits, sizeof(*l->by_class));
    for (size_t i = 0; i < l->traits; i++)
        l->trait[i] = (w5_trait){.sort = W5_SORT_NOISE};
    for (size_t i = 0; i < n; i++)
        l->trait[all[i]->index] = trait_of(all[i]);
}

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
    make_traits(l);
    w5_names_init(&l->names);
    w5_cells_init(l->cells, l->trait, l->traits, W5_CELLS_MAX);
    l->cells->lose_path = lose_path;
    l->cells->lose_class = lose_class;
    l->cells->context = l;
    w5_traffic_init(&l->traffic, &l->names);
    w5_paths_init(&l->paths, &l->names);
    w5_requests_init(&l->requests, &l->names);
    w5_mixes_init(&l->mixes, &l->names);
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

void w5_ledger_reset(w5_ledger *l)
{
    memset(l->by_class, 0, l->traits * sizeof(*l->by_class));
    l->upstream_errors = l->forged = 0;
    w5_names_reset(&l->names);
    w5_cells_reset(l->cells);
    w5_rows_reset(&l->traffic);
    w5_rows_reset(&l->paths);
    w5_rows_reset(&l->requests);
    w5_rows_reset(&l->mixes);
    w5_once_reset(&l->once);
    w5_once_reset(&l->ids);
    w5_arena_rewind(l->codes.arena, (w5_mark){NULL, 0});
    l->codes.n = l->codes.last = 0;
    l->lanes = l->last_lane = 0;
    memset(l->hot, 0, sizeof(l->hot));
    memset(l->noise, 0, sizeof(l->noise));
    l->access.valid = l->access.path_valid = false;
}

/* --- lanes
 * ---------------------------------------------------------------------------------------
 */
/* The balancer's and the application's access logs tell of the same requests once more. */
static bool is_nginx_access(const w5_format *format)
{
    w5_str id = format ? format->id : W5_NONE;
    return !w5_str_eq(id, W5_STR("alb")) &&
           (!w5_str_ends(id, W5_STR("-access")) || w5_str_starts(id, W5_STR("nginx")));
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
    return (uint16_t)l->lanes++;
}

uint16_t w5_ledger_lane(w5_ledger *l, uint32_t stream, const w5_format *format)
{
    for (size_t i = 0; i < l->lanes; i++)
        if (l->lane[i].stream == stream && l->lane[i].format == format)
            return (uint16_t)i;
    return add_lane(l, stream, format);
}

/* The record's lane, which from now on covers its time; *at is the record's time, or, when it
 * carries none, that of the line before it. */
static uint16_t see_lane(w5_ledger *l, const w5_record *r, w5_time *at)
{
    size_t i = l->last_lane;
    uint32_t stream = r->stream->index;
    if (i >= l->lanes || l->lane[i].stream != stream || l->lane[i].format != r->format)
        i = l->last_lane = w5_ledger_lane(l, stream, r->format);
    w5_lane *lane = &l->lane[i];
    lane->records++;
    *at = r->at;
    if (r->at == W5_TIME_NONE) {
        *at = l->lane_now[i];
        return (uint16_t)i;
    }
    l->lane_now[i] = r->at;
    if (lane->records == 1 && r->zoned && l->lane_traffic[i])
        lane->offset = w5_fold_offset(r);
    lane->unzoned += !r->zoned;
    if (lane->first == W5_TIME_NONE || r->at < lane->first)
        lane->first = r->at;
    if (r->at > lane->last)
        lane->last = r->at;
    return (uint16_t)i;
}

/* --- counters ------------------------------------------------------------------------------------
 */
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

void w5_ledger_count_code(w5_ledger *l, w5_str name, uint64_t n)
{
    if (name.len == 0)
        return;
    l->codes.last = code_index(&l->codes, name);
    l->codes.count[l->codes.last] += n;
}

static void count_event(w5_ledger *l, const w5_event *e, uint64_t n)
{
    const w5_trait *trait = &l->trait[e->klass->index];
    l->by_class[e->klass->index] += n;
    if (trait->error)
        l->upstream_errors += n;
    if (trait->upstream)
        w5_ledger_count_code(l, e->code, n);
}

/* --- cells ---------------------------------------------------------------------------------------
 */
static uint32_t second_of(w5_time at)
{
    return (uint32_t)(w5_span_start(at, W5_SECOND) / W5_SECOND);
}

static w5_id name(w5_ledger *l, w5_str s)
{
    return w5_names_put(&l->names, w5_fold_cut(s, W5_NAME_MAX));
}

/* What keys an upstream error or an access line, as ids; the rest of the cell is filled when it
 * turns out to be a new one. */
static w5_cell begin_cell(const w5_event *e, uint16_t lane, w5_time at)
{
    const w5_record *r = e->record;
    return (w5_cell){
        .at = at,
        .until = at,
        .line = r->line,
        .last_line = r->line,
        .count = r->count ? r->count : 1,
        .duration = -1,
        .lock = -1,
        .rows_examined = -1,
        .rows_sent = -1,
        .number = -1,
        .query_start = W5_TIME_NONE,
        .query_end = W5_TIME_NONE,
        .stream = r->stream->index,
        .lane = lane,
        .klass = e->klass->index,
        .digits = r->digits,
        .zoned = r->zoned,
    };
}

static void fill_texts(w5_ledger *l, const w5_record *r, w5_cell *cell)
{
    cell->client = name(l, w5_record_get(r, W5_F_client));
    cell->ident = name(l, w5_record_get(r, W5_F_ident));
    cell->where = name(l, w5_fold_where(r));
    cell->text = w5_names_put_text(&l->names, w5_fold_excerpt(r));
}

/* The draft joins its like, or becomes a cell with all that a cell has. */
static size_t put_cell(w5_ledger *l, const w5_record *r, w5_cell *draft)
{
    size_t at = w5_cells_find(l->cells, draft);
    if (at != SIZE_MAX) {
        w5_cell_join(w5_cells_at(l->cells, at), draft);
        return at;
    }
    fill_texts(l, r, draft);
    return w5_cells_put(l->cells, draft);
}

/* --- upstream errors
 * ------------------------------------------------------------------------------- */
static uint64_t request_key(const w5_ledger *l, const w5_record *r)
{
    static const w5_field fields[] = {W5_F_pid, W5_F_connection, W5_F_request};
    uint64_t key = w5_hash_mix(l->seed, r->stream->index);
    if (r->host.len > 0)
        key = w5_hash_bytes(key, r->host);
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        key = w5_hash_bytes(key, w5_record_get(r, fields[i]));
    return w5_once_key(key);
}

static w5_str kept(const w5_ledger *l, w5_id id)
{
    return w5_intern_str(l->names.table, id);
}

/* By names, for ids differ between ledgers. */
uint16_t w5_ledger_place(const w5_ledger *l, const w5_cell *cell)
{
    uint64_t klass = w5_hash_bytes(cell->klass, kept(l, cell->code));
    uint64_t request = w5_hash_bytes(l->seed, kept(l, cell->path));
    request = w5_hash_bytes(request, kept(l, cell->method));
    request = w5_hash_bytes(request, kept(l, cell->server));
    return (uint16_t)(klass >> 56 << 8 | request >> 56);
}

/* How many failed requests more this line tells of. */
static int64_t count_request(w5_ledger *l, const w5_record *r, w5_time at, w5_id upstream,
                             uint16_t place)
{
    int64_t others = r->count > 1 ? (int64_t)r->count - 1 : 0; /* a folded run: who knows; all */
    if (w5_record_get(r, W5_F_connection).len == 0)
        return others + 1;
    return others + w5_once_put(&l->once, request_key(l, r), second_of(at), upstream, place);
}

static void add_failed(w5_cell *cell, int64_t more)
{
    cell->failed = more < 0 && cell->failed == 0 ? 0 : cell->failed + (uint64_t)more;
}

typedef struct error_line {
    const w5_event *event;
    const w5_record *r;
    w5_str upstream, server;
    w5_target target;
    w5_time at;
    uint64_t n;
    uint16_t lane;
} error_line;

/* Sixty-four bits under the run's secret stand for the names: they are compared nowhere else. */
static uint64_t hash_names(const w5_ledger *l, const error_line *e)
{
    uint64_t h = w5_hash_bytes(l->seed ^ e->event->klass->index, e->target.path);
    h = w5_hash_bytes(h, e->target.method);
    h = w5_hash_bytes(h, e->upstream);
    h = w5_hash_bytes(h, e->server);
    h = w5_hash_bytes(h, e->event->code);
    return w5_hash_bytes(h, e->r->host) | 1;
}

static void learn_names(w5_ledger *l, w5_hot_cell *h, uint64_t names, const error_line *e)
{
    *h = (w5_hot_cell){.names = names,
                       .code = name(l, e->event->code),
                       .upstream = name(l, e->upstream),
                       .method = name(l, e->target.method),
                       .path = name(l, e->target.path),
                       .server = name(l, e->server),
                       .host = name(l, e->r->host)};
    const w5_cell like = {.klass = e->event->klass->index,
                          .code = h->code,
                          .path = h->path,
                          .method = h->method,
                          .server = h->server};
    h->place = w5_ledger_place(l, &like);
}

/* A line that comes out of order must not hide in a cell: it may be its first. */
static bool belongs(const w5_ledger *l, const w5_hot_cell *h, const error_line *e)
{
    return h->from <= e->at && e->at < h->to && h->lane == e->lane &&
           h->moved == l->cells->rows.moved &&
           (h->request == SIZE_MAX || h->requests_moved == l->requests.moved) &&
           (h->mix == SIZE_MAX || h->mixes_moved == l->mixes.moved) &&
           e->r->line >= w5_cells_at(l->cells, h->cell)->line;
}

/* What the cell no longer tells apart is counted beside it. */
static void count_beside(w5_ledger *l, const w5_hot_cell *h, const error_line *e)
{
    if (h->request != SIZE_MAX) {
        w5_request *r = w5_rows_at(&l->requests, h->request);
        r->count += e->n;
        r->until = e->at > r->until ? e->at : r->until;
    }
    if (h->mix != SIZE_MAX) {
        w5_mix *m = w5_rows_at(&l->mixes, h->mix);
        m->count += e->n;
        m->until = e->at > m->until ? e->at : m->until;
    }
}

static void count_here(w5_ledger *l, const w5_hot_cell *h, const error_line *e)
{
    w5_cell *cell = w5_cells_at(l->cells, h->cell);
    cell->count += e->n;
    cell->until = e->at > cell->until ? e->at : cell->until;
    cell->last_line = e->r->line > cell->last_line ? e->r->line : cell->last_line;
    add_failed(cell, count_request(l, e->r, e->at, h->upstream, h->place));
}

static w5_cell draft_error(const w5_hot_cell *h, const error_line *e)
{
    w5_cell draft = begin_cell(e->event, e->lane, e->at);
    draft.code = h->code;
    draft.upstream = h->upstream;
    draft.method = h->method;
    draft.path = h->path;
    draft.server = h->server;
    draft.host = h->host;
    return draft;
}

/* Stamps in [from, to) are of the row that a stamp is of, if rows cover `span` seconds. */
static void narrow(w5_hot_cell *h, w5_time at, uint32_t span)
{
    w5_time from = span == 0 ? INT64_MIN : w5_span_start(at, span * W5_SECOND);
    w5_time to = span == 0 ? INT64_MAX : from + span * W5_SECOND;
    h->from = from > h->from ? from : h->from;
    h->to = to < h->to ? to : h->to;
}

static void heat_request(w5_ledger *l, w5_hot_cell *h, const error_line *e, const w5_cell *full)
{
    w5_request r = {.at = full->at,
                    .until = full->at,
                    .lane = e->lane,
                    .upstream = full->upstream,
                    .host = full->host,
                    .method = full->method,
                    .path = full->path};
    h->request = full->path > W5_INTERN_FULL ? w5_rows_find(&l->requests, &r) : SIZE_MAX;
    h->requests_moved = l->requests.moved;
    narrow(h, e->at, w5_requests_span(&l->requests));
}

static void heat_mix(w5_ledger *l, w5_hot_cell *h, const error_line *e, const w5_cell *full)
{
    w5_mix m = {.at = full->at,
                .until = full->at,
                .lane = e->lane,
                .upstream = full->upstream,
                .host = full->host,
                .code = full->code,
                .klass = full->klass};
    h->mix = w5_rows_find(&l->mixes, &m);
    h->mixes_moved = l->mixes.moved;
    narrow(h, e->at, w5_mixes_span(&l->mixes));
}

/* Remembers the cell, and the rows that count its path and its class if cells no longer do. */
static void heat(w5_ledger *l, w5_hot_cell *h, const error_line *e, size_t row, const w5_cell *full)
{
    h->lane = e->lane;
    h->cell = row;
    h->request = h->mix = SIZE_MAX;
    h->moved = l->cells->rows.moved;
    h->from = INT64_MIN;
    h->to = INT64_MAX;
    narrow(h, e->at, w5_cells_span(l->cells, e->event->klass->index));
    if (w5_cells_pathless(l->cells))
        heat_request(l, h, e, full);
    if (w5_cells_mixed(l->cells, full))
        heat_mix(l, h, e, full);
}

/* The line's cell was not the one remembered: it is another second's, or a new one. */
static void put_cold(w5_ledger *l, w5_hot_cell *h, const error_line *e)
{
    w5_cell draft = draft_error(h, e);
    w5_cell full = draft;
    size_t row = w5_cells_find(l->cells, &draft);
    if (row == SIZE_MAX || e->r->line < w5_cells_at(l->cells, row)->line) {
        w5_fold_numbers(e->r, &draft);
        int64_t failed = count_request(l, e->r, e->at, h->upstream, h->place);
        row = put_cell(l, e->r, &draft);
        add_failed(w5_cells_at(l->cells, row), failed);
        heat(l, h, e, row, &full);
        return;
    }
    heat(l, h, e, row, &full); /* finding the cell has counted what it does not tell */
    count_here(l, h, e);
}

static void put_error(w5_ledger *l, const error_line *e)
{
    uint64_t names = hash_names(l, e);
    w5_hot_cell *h = &l->hot[names / 2 % W5_HOT_CELLS];
    if (h->names != names)
        learn_names(l, h, names, e);
    if (!belongs(l, h, e)) {
        put_cold(l, h, e);
        return;
    }
    count_here(l, h, e);
    count_beside(l, h, e);
}

static void put_error_of(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
{
    const w5_record *r = e->record;
    error_line line = {.event = e,
                       .r = r,
                       .upstream = w5_fold_upstream(w5_record_get(r, W5_F_upstream)),
                       .server = w5_record_get(r, W5_F_server),
                       .target = w5_fold_target(r),
                       .at = at,
                       .n = n,
                       .lane = lane};
    put_error(l, &line);
}

/* --- access lines
 * ------------------------------------------------------------------------------------ */
static w5_id traffic_upstream(w5_ledger *l, const w5_record *r, unsigned status)
{
    if (!(r->have >> W5_F_upstream_addr & 1))
        return 0;
    w5_str peer = w5_fold_last_peer(w5_record_get(r, W5_F_upstream_addr));
    bool none = peer.len == 0 || w5_str_eq(peer, W5_STR("-"));
    if (none && w5_status_failed(status))
        return 0; /* it failed before a peer was chosen: no file or connection left, no name found
                   */
    return none ? w5_names_put(&l->names, W5_STR("-")) : name(l, peer);
}

/* "A, B": a request that went from one to the other says that they are peers ("A : B" does not). */
static void join_peers(w5_ledger *l, w5_str list)
{
    w5_str peer, ignored;
    w5_id before = 0;
    for (bool more = true; more;) {
        more = w5_str_cut_at(list, W5_STR(", "), &peer, &list);
        peer = more ? peer : list;
        w5_str first = peer;
        w5_str_cut(peer, ' ', &first, &ignored);
        w5_once_join(&l->once, before, name(l, first));
        before = name(l, w5_fold_last_peer(peer));
    }
}

static void count_traffic(w5_ledger *l, const w5_record *r, uint16_t lane, w5_time at,
                          unsigned status, int64_t duration, uint64_t n)
{
    w5_hot_access *h = &l->access;
    w5_str peers = w5_record_get(r, W5_F_upstream_addr);
    w5_time second = w5_span_start(at, W5_SECOND);
    if (h->valid && h->second == second && h->lane == lane && h->status == status &&
        h->moved == l->traffic.moved && w5_str_eq(h->upstream, peers)) {
        w5_traffic *row = w5_rows_at(&l->traffic, h->traffic);
        row->count += n;
        row->longest = duration > row->longest ? duration : row->longest;
        return;
    }
    w5_traffic row = {.at = at,
                      .stream = r->stream->index,
                      .lane = lane,
                      .count = n,
                      .upstream = traffic_upstream(l, r, status),
                      .status = (uint16_t)status,
                      .longest = duration};
    size_t i = w5_rows_put(&l->traffic, &row);
    join_peers(l, peers);
    w5_id list = peers.len > 0 ? name(l, peers) : 0;
    *h = (w5_hot_access){.valid = list != W5_INTERN_FULL,
                         .second = second,
                         .lane = lane,
                         .status = (uint16_t)status,
                         .upstream = kept(l, list),
                         .traffic = i,
                         .moved = l->traffic.moved,
                         .path_valid = h->path_valid,
                         .path = h->path,
                         .row = h->row,
                         .paths_moved = h->paths_moved};
}

static void count_path(w5_ledger *l, w5_str path, unsigned status, int64_t duration, uint64_t n)
{
    w5_hot_access *h = &l->access;
    w5_path row = {.requests = n,
                   .failed = w5_status_failed(status) ? n : 0,
                   .longest_finished = status < 500 && status != 499 ? duration : -1,
                   .sum = duration > 0 ? duration : 0};
    if (h->path_valid && h->paths_moved == l->paths.moved && w5_str_eq(h->path, path)) {
        l->paths.kind->join(w5_rows_at(&l->paths, h->row), &row);
        return;
    }
    w5_id id = row.path = w5_names_put(&l->names, path);
    h->row = w5_rows_put(&l->paths, &row);
    h->path = kept(l, id);
    h->path_valid = id != W5_INTERN_FULL;
    h->paths_moved = l->paths.moved;
}

/* 4xx answers are mostly scanners' paths: a site does not have a million of its own. */
static bool counts_as_path(unsigned status)
{
    return status < 400 || status == 499 || status >= 500;
}

static void put_access(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
{
    const w5_record *r = e->record;
    unsigned status = w5_fold_status(r);
    int64_t duration;
    if (!w5_str_micros(w5_record_get(r, W5_F_request_time), &duration))
        duration = -1;
    w5_target target = w5_fold_target(r);
    if (l->lane_traffic[lane])
        count_traffic(l, r, lane, at, status, duration, n);
    if (counts_as_path(status))
        count_path(l, target.path, status, duration, n);
    if (!l->trait[e->klass->index].upstream && !w5_fold_notable(r, status, duration))
        return;
    w5_cell draft = begin_cell(e, lane, at);
    w5_fold_numbers(r, &draft);
    draft.host = name(l, r->host);
    draft.code = name(l, e->code);
    draft.upstream = name(l, w5_fold_last_peer(w5_record_get(r, W5_F_upstream_addr)));
    draft.method = name(l, target.method);
    draft.path = name(l, target.path);
    draft.server = name(l, w5_record_get(r, W5_F_server));
    draft.statuses = name(l, w5_record_get(r, W5_F_upstream_status));
    draft.number = (int32_t)status;
    draft.duration = duration;
    draft.failed = w5_status_failed(status) ? n : 0;
    put_cell(l, r, &draft);
}

/* --- everything else
 * --------------------------------------------------------------------------------- */
uint64_t w5_ledger_exit_key(const w5_ledger *l, uint32_t stream, uint16_t klass, uint32_t subject,
                            w5_str host)
{
    const uint32_t words[] = {stream, klass, subject};
    return w5_once_key(w5_hash_bytes(w5_hash_words(l->seed, words, 3), host));
}

/* gunicorn 21 tells an exit twice, and "Worker exiting" is the same exit told by the worker. */
static bool told_before(w5_ledger *l, const w5_record *r, w5_cell *cell)
{
    if (cell->subject == 0)
        cell->subject = cell->pid;
    cell->count = 1;
    uint64_t key = w5_ledger_exit_key(l, cell->stream, cell->klass, cell->subject, r->host);
    return w5_once_again(&l->once, key, second_of(cell->at), (uint16_t)cell->stream);
}

static void name_other(w5_ledger *l, const w5_record *r, w5_cell *draft)
{
    w5_target target = w5_fold_target(r);
    draft->host = name(l, r->host);
    draft->upstream = name(l, w5_fold_upstream(w5_record_get(r, W5_F_upstream)));
    draft->method = name(l, target.method);
    draft->path = name(l, target.path);
    draft->unit = name(l, w5_record_get(r, W5_F_unit));
    draft->address = name(l, w5_fold_upstream(w5_record_get(r, W5_F_address)));
    draft->what = name(l, w5_fold_what(r));
}

/* A line with nothing but its class, its errno and what its head says is counted where its like
 * was; NULL: that is not known, or the line has more. */
static w5_hot_noise *noise_for(w5_ledger *l, const w5_event *e, int32_t *number)
{
    static const uint64_t head = (uint64_t)1 << W5_F_level | (uint64_t)1 << W5_F_pid |
                                 (uint64_t)1 << W5_F_tid | (uint64_t)1 << W5_F_connection |
                                 (uint64_t)1 << W5_F_phase | (uint64_t)1 << W5_F_errno;
    uint64_t n;
    *number = -1;
    if ((e->record->have & ~head) != 0 || l->trait[e->klass->index].sort != W5_SORT_NOISE)
        return NULL;
    if (w5_str_u64(w5_record_get(e->record, W5_F_errno), &n) && n <= INT32_MAX)
        *number = (int32_t)n;
    return &l->noise[(e->klass->index + 7u * (uint32_t)*number) % W5_HOT_NOISES];
}

static bool count_noise(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
{
    int32_t number;
    const w5_record *r = e->record;
    const w5_hot_noise *h = noise_for(l, e, &number);
    if (!h || h->klass != e->klass || h->number != number || h->lane != lane ||
        h->moved != l->cells->rows.moved || at < h->from || at >= h->to)
        return false;
    w5_cell *cell = w5_cells_at(l->cells, h->cell);
    if (at < cell->at || r->line < cell->line)
        return false;
    cell->count += n;
    cell->until = at > cell->until ? at : cell->until;
    cell->last_line = r->line > cell->last_line ? r->line : cell->last_line;
    cell->digits = r->digits < cell->digits ? r->digits : cell->digits;
    l->by_class[e->klass->index] += n;
    return true;
}

static void heat_noise(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, size_t row)
{
    int32_t number;
    w5_hot_noise *h = noise_for(l, e, &number);
    uint32_t span = w5_cells_span(l->cells, e->klass->index);
    if (!h)
        return;
    *h = (w5_hot_noise){.klass = e->klass,
                        .number = number,
                        .lane = lane,
                        .from = INT64_MIN,
                        .to = INT64_MAX,
                        .cell = row,
                        .moved = l->cells->rows.moved};
    if (span > 0) {
        h->from = w5_span_start(at, span * W5_SECOND);
        h->to = h->from + span * W5_SECOND;
    }
}

static void put_other(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at)
{
    const w5_record *r = e->record;
    const w5_trait *trait = &l->trait[e->klass->index];
    w5_cell draft = begin_cell(e, lane, at);
    w5_fold_numbers(r, &draft);
    if (trait->once && told_before(l, r, &draft))
        draft.count = 0;
    if (trait->trouble && w5_record_get(r, W5_F_connection).len > 0)
        add_failed(&draft, count_request(l, r, at, 0, 0)); /* nginx's own: it cost a request */
    l->by_class[e->klass->index] += draft.count;
    if (trait->sort != W5_SORT_NOISE)
        name_other(l, r, &draft);
    if (draft.count > 0 || w5_cells_find(l->cells, &draft) != SIZE_MAX)
        heat_noise(l, e, lane, at, put_cell(l, r, &draft));
}

/* Our own events come with their pattern and an id: the same id again is the same event (spec
 * §6.3). */
static bool is_repeated(w5_ledger *l, const w5_record *r, w5_time at)
{
    w5_str id = r->pattern ? w5_record_get(r, W5_F_message_id) : W5_NONE;
    uint32_t second = at == W5_TIME_NONE ? 0 : second_of(at);
    return id.len > 0 && w5_once_again(&l->ids, w5_once_key(w5_hash_bytes(l->seed, id)), second, 0);
}

static void place(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
{
    const w5_trait *trait = &l->trait[e->klass->index];
    bool counted_later = !trait->access && !trait->upstream && at != W5_TIME_NONE;
    if (!counted_later)
        count_event(l, e, n);
    if (at == W5_TIME_NONE)
        return; /* counted; without any time it has no place on a line of time */
    if (trait->access)
        put_access(l, e, lane, at, n);
    else if (trait->upstream)
        put_error_of(l, e, lane, at, n);
    else if (!count_noise(l, e, lane, at, n))
        put_other(l, e, lane, at);
}

void w5_ledger_put(w5_ledger *l, const w5_event *e)
{
    w5_record *r = e->record;
    uint64_t n = r->count ? r->count : 1;
    w5_time at;
    uint16_t lane = see_lane(l, r, &at);
    if (r->forged) {
        l->forged += n;
        return;
    }
    if (!e->klass || e->klass->index >= l->traits) {
        l->by_class[0] += n;
        return;
    }
    if (is_repeated(l, r, at))
        return;
    if (l->trait[e->klass->index].sort != W5_SORT_NOISE)
        w5_record_walk(r);
    place(l, e, lane, at, n);
    if (w5_names_full(&l->names))
        w5_ledger_move_names(l);
}

/* --- answers
 * ----------------------------------------------------------------------------------------- */
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

w5_ledger_totals w5_ledger_sum(const w5_ledger *l)
{
    return (w5_ledger_totals){.upstream_errors = l->upstream_errors,
                              .forged = l->forged,
                              .by_class = l->by_class,
                              .classes = l->traits,
                              .coarsened = l->cells->rows.coarsened + l->traffic.coarsened +
                                           l->paths.coarsened};
}

size_t w5_ledger_codes(const w5_ledger *l, const w5_str **names, const uint64_t **counts)
{
    *names = l->codes.name;
    *counts = l->codes.count;
    return l->codes.n;
}
