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
                       .code = w5_put_name(l, e->event->code),
                       .upstream = w5_put_name(l, e->upstream),
                       .method = w5_put_name(l, e->target.method),
                       .path = w5_put_name(l, e->target.path),
                       .server = w5_put_name(l, e->server),
                       .host = w5_put_name(l, e->r->host)};
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
    w5_put_failed(cell, w5_put_request(l, e->r, e->at, h->upstream, h->place));
}

static w5_cell draft_error(const w5_hot_cell *h, const error_line *e)
{
    w5_cell draft = w5_put_begin(e->event, e->lane, e->at);
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
        int64_t failed = w5_put_request(l, e->r, e->at, h->upstream, h->place);
        row = w5_put_cell(l, e->r, &draft);
        w5_put_failed(w5_cells_at(l->cells, row), failed);
        heat(l, h, e, row, &full);
        return;
    }
    heat(l, h, e, row, &full); /* finding the cell has counted what it does not tell */
    count_here(l, h, e);
}

static void put_line(w5_ledger *l, const error_line *e)
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
