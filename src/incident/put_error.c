/* put_error.c -- lines about an upstream: mostly one more of a cell that was seen lately. */
#include "put.h"

#include "hash.h"

typedef struct error_line {
    const w5_event *event;
    const w5_record *r;
    w5_str upstream, server;
    w5_target target;
    w5_time at;
    uint64_t n;
    uint16_t lane;
} error_line;

/* --- names ----------------------------------------------------------------------------------- */
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

static const w5_hot_names *names_of(w5_ledger *l, const error_line *e)
{
    uint64_t hash = hash_names(l, e);
    w5_hot_names *names = &l->hot_names[hash / 2 % W5_HOT_NAMES];
    if (names->hash == hash)
        return names;
    *names = (w5_hot_names){.hash = hash,
                            .code = w5_put_name(l, e->event->code),
                            .upstream = w5_put_name(l, e->upstream),
                            .method = w5_put_name(l, e->target.method),
                            .path = w5_put_name(l, e->target.path),
                            .server = w5_put_name(l, e->server),
                            .host = w5_put_name(l, e->r->host)};
    const w5_cell like = {.klass = e->event->klass->index,
                          .code = names->code,
                          .path = names->path,
                          .method = names->method,
                          .server = names->server};
    names->place = w5_ledger_place(l, &like);
    return names;
}

/* --- rows that were used lately -------------------------------------------------------------- */
/* The place in a table of `n` where the row of a key stands or would stand. */
static w5_hot_row *place_of(w5_hot_row *table, size_t n, const uint32_t key[W5_HOT_WORDS])
{
    return &table[w5_hash_words(0, key, W5_HOT_WORDS) % n];
}

static bool stands(const w5_hot_row *hot, const uint32_t key[W5_HOT_WORDS], w5_time at,
                   uint64_t moved)
{
    return hot->from <= at && at < hot->to && hot->moved == moved &&
           memcmp(hot->key, key, sizeof(hot->key)) == 0;
}

/* Rows cover `span` seconds each, 0: any time. */
static void remember(w5_hot_row *hot, const uint32_t key[W5_HOT_WORDS], w5_time at, uint32_t span,
                     uint64_t moved, size_t row)
{
    *hot = (w5_hot_row){.from = INT64_MIN, .to = INT64_MAX, .moved = moved, .row = row};
    memcpy(hot->key, key, sizeof(hot->key));
    if (span == 0)
        return;
    hot->from = w5_span_start(at, span * W5_SECOND);
    hot->to = hot->from + span * W5_SECOND;
}

/* --- what cells no longer tell apart --------------------------------------------------------- */
static void count_request(w5_ledger *l, const w5_hot_names *names, const error_line *e)
{
    const uint32_t key[W5_HOT_WORDS] = {e->lane, names->upstream, names->host, names->method,
                                        names->path};
    w5_hot_row *hot = place_of(l->hot_request, W5_HOT_REQUESTS, key);
    if (names->path <= W5_INTERN_FULL)
        return;
    if (stands(hot, key, e->at, l->requests.moved)) {
        w5_request *row = w5_rows_at(&l->requests, hot->row);
        row->count += e->n;
        row->at = e->at < row->at ? e->at : row->at;
        row->until = e->at > row->until ? e->at : row->until;
        return;
    }
    w5_request row = {.at = e->at,
                      .until = e->at,
                      .count = e->n,
                      .lane = e->lane,
                      .upstream = names->upstream,
                      .host = names->host,
                      .method = names->method,
                      .path = names->path};
    size_t i = w5_rows_put(&l->requests, &row);
    remember(hot, key, e->at, w5_requests_span(&l->requests), l->requests.moved, i);
}

static void count_mix(w5_ledger *l, const w5_hot_names *names, const error_line *e)
{
    uint16_t klass = e->event->klass->index;
    const uint32_t key[W5_HOT_WORDS] = {e->lane, names->upstream, names->host, names->code, klass};
    w5_hot_row *hot = place_of(l->hot_mix, W5_HOT_MIXES, key);
    if (stands(hot, key, e->at, l->mixes.moved)) {
        w5_mix *row = w5_rows_at(&l->mixes, hot->row);
        row->count += e->n;
        row->at = e->at < row->at ? e->at : row->at;
        row->until = e->at > row->until ? e->at : row->until;
        return;
    }
    w5_mix row = {.at = e->at,
                  .until = e->at,
                  .count = e->n,
                  .lane = e->lane,
                  .upstream = names->upstream,
                  .host = names->host,
                  .code = names->code,
                  .klass = klass};
    size_t i = w5_rows_put(&l->mixes, &row);
    remember(hot, key, e->at, w5_mixes_span(&l->mixes), l->mixes.moved, i);
}

/* --- cells ----------------------------------------------------------------------------------- */
static w5_cell draft_error(const w5_hot_names *names, const error_line *e)
{
    w5_cell draft = w5_put_begin(e->event, e->lane, e->at);
    draft.code = names->code;
    draft.upstream = names->upstream;
    draft.method = names->method;
    draft.path = names->path;
    draft.server = names->server;
    draft.host = names->host;
    return draft;
}

/* A line that comes out of order must not hide in a cell: it may be its first. */
static bool is_first(const w5_cell *cell, const error_line *e)
{
    return e->at < cell->at || (e->at == cell->at && e->r->line < cell->line);
}

static void count_here(w5_ledger *l, size_t row, const w5_hot_names *names, const error_line *e)
{
    w5_cell *cell = w5_cells_at(l->cells, row);
    cell->count += e->n;
    cell->until = e->at > cell->until ? e->at : cell->until;
    cell->last_line = e->r->line > cell->last_line ? e->r->line : cell->last_line;
    w5_put_failed(cell, w5_put_request(l, e->r, e->at, names->upstream, names->place));
}

/* The line's cell was not the one remembered: it is another second's, or a new one. Looking for it
 * counts what it does not tell. */
static size_t put_cold(w5_ledger *l, const w5_hot_names *names, const error_line *e)
{
    w5_cell draft = draft_error(names, e);
    size_t row = w5_cells_find(l->cells, &draft);
    if (row != SIZE_MAX && !is_first(w5_cells_at(l->cells, row), e)) {
        count_here(l, row, names, e);
        return row;
    }
    w5_fold_numbers(e->r, &draft);
    int64_t failed = w5_put_request(l, e->r, e->at, names->upstream, names->place);
    row = w5_put_cell(l, e->r, &draft);
    w5_put_failed(w5_cells_at(l->cells, row), failed);
    return row;
}

static void put_line(w5_ledger *l, const error_line *e)
{
    const w5_hot_names *names = names_of(l, e);
    uint16_t klass = e->event->klass->index;
    bool pathless = w5_cells_pathless(l->cells);
    const uint32_t key[W5_HOT_WORDS] = {(uint32_t)e->lane << 16 | klass,
                                        names->code,
                                        names->upstream,
                                        names->host,
                                        pathless ? 0 : names->method,
                                        pathless ? names->path != 0 : names->path,
                                        pathless ? names->server != 0 : names->server};
    w5_hot_row *hot = place_of(l->hot_cell, W5_HOT_CELLS, key);
    if (!stands(hot, key, e->at, l->cells->rows.moved) ||
        is_first(w5_cells_at(l->cells, hot->row), e)) {
        size_t row = put_cold(l, names, e);
        remember(hot, key, e->at, w5_cells_span(l->cells, klass), l->cells->rows.moved, row);
        return;
    }
    count_here(l, hot->row, names, e);
    if (pathless)
        count_request(l, names, e);
    if (w5_cells_mixed(l->cells, klass))
        count_mix(l, names, e);
}

void w5_put_error(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
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
    put_line(l, &line);
}
