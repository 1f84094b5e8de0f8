/* put_error.c -- lines about an upstream: mostly one more of a cell that was seen lately. */
#include "put.h"

#include "hash.h"

typedef struct error_line {
    const w5_event *event;
    const w5_record *r;
    const w5_hot_code *code;
    const w5_hot_names *names;
    w5_time at;
    uint64_t n;
    uint16_t lane;
} error_line;

/* --- codes ----------------------------------------------------------------------------------- */
const w5_hot_code *w5_put_code(w5_ledger *l, const w5_event *e, uint64_t n)
{
    w5_str code = e->code;
    uint16_t klass = e->klass->index;
    size_t place = klass * 5u + (code.len > 0 ? (unsigned char)code.ptr[0] : 0u);
    w5_hot_code *hot = &l->hot_code[place % W5_HOT_CODES];
    if (hot->klass == klass && w5_str_eq(code, (w5_str){hot->text, hot->len})) {
        l->codes.count[hot->count] += code.len > 0 ? n : 0;
        return hot;
    }
    size_t count = w5_ledger_count_code(l, code, n);
    *hot = (w5_hot_code){.id = w5_put_name(l, code)};
    hot->place = w5_ledger_class_place(l, klass, hot->id);
    if (code.len > sizeof(hot->text))
        return hot;
    hot->klass = klass;
    hot->count = code.len > 0 ? (uint16_t)count : 0;
    hot->len = (uint8_t)code.len;
    if (code.len > 0)
        memcpy(hot->text, code.ptr, code.len);
    return hot;
}

/* --- names ----------------------------------------------------------------------------------- */
/* Sixty-four bits under the run's secret stand for the names: they are compared nowhere else. */
static uint64_t hash_names(const w5_ledger *l, const w5_record *r)
{
    w5_str path = w5_record_get(r, W5_F_path);
    uint64_t h = w5_hash_bytes(l->seed, path);
    h = w5_hash_bytes(h, w5_record_get(r, W5_F_method));
    h = w5_hash_bytes(h, w5_record_get(r, W5_F_upstream));
    h = w5_hash_bytes(h, w5_record_get(r, W5_F_server));
    if (path.len == 0)
        h = w5_hash_bytes(h, w5_record_get(r, W5_F_request));
    return w5_hash_bytes(h, r->host) | 1;
}

static const w5_hot_names *names_of(w5_ledger *l, const w5_record *r)
{
    uint64_t hash = hash_names(l, r);
    w5_hot_names *names = &l->hot_names[hash / 2 % W5_HOT_NAMES];
    if (names->hash == hash)
        return names;
    w5_target target = w5_fold_target(r);
    *names = (w5_hot_names){.hash = hash,
                            .upstream =
                                w5_put_name(l, w5_fold_upstream(w5_record_get(r, W5_F_upstream))),
                            .method = w5_put_name(l, target.method),
                            .path = w5_put_name(l, target.path),
                            .server = w5_put_name(l, w5_record_get(r, W5_F_server)),
                            .host = w5_put_name(l, r->host)};
    names->place = w5_ledger_request_place(l, names->path, names->method, names->server);
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
static void count_request(w5_ledger *l, const error_line *e)
{
    const w5_hot_names *names = e->names;
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

static void count_mix(w5_ledger *l, const error_line *e)
{
    const w5_hot_names *names = e->names;
    uint16_t klass = e->event->klass->index;
    const uint32_t key[W5_HOT_WORDS] = {e->lane, names->upstream, names->host, e->code->id, klass};
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
                  .code = e->code->id,
                  .klass = klass};
    size_t i = w5_rows_put(&l->mixes, &row);
    remember(hot, key, e->at, w5_mixes_span(&l->mixes), l->mixes.moved, i);
}

/* --- cells ----------------------------------------------------------------------------------- */
static w5_cell draft_error(const error_line *e)
{
    const w5_hot_names *names = e->names;
    w5_cell draft = w5_put_begin(e->event, e->lane, e->at);
    draft.code = e->code->id;
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

static int64_t failed_more(w5_ledger *l, const error_line *e)
{
    uint16_t place = (uint16_t)(e->code->place << 8 | e->names->place);
    return w5_put_request(l, e->r, e->at, e->names->upstream, place);
}

static void count_here(w5_ledger *l, size_t row, const error_line *e)
{
    w5_cell *cell = w5_cells_at(l->cells, row);
    cell->count += e->n;
    cell->until = e->at > cell->until ? e->at : cell->until;
    cell->last_line = e->r->line > cell->last_line ? e->r->line : cell->last_line;
    w5_put_failed(cell, failed_more(l, e));
}

/* The line's cell was not the one remembered: it is another second's, or a new one. Looking for it
 * counts what it does not tell. */
static size_t put_cold(w5_ledger *l, const error_line *e)
{
    w5_cell draft = draft_error(e);
    size_t row = w5_cells_find(l->cells, &draft);
    if (row != SIZE_MAX && !is_first(w5_cells_at(l->cells, row), e)) {
        count_here(l, row, e);
        return row;
    }
    w5_fold_numbers(e->r, &draft);
    int64_t failed = failed_more(l, e);
    row = w5_put_cell(l, e->r, &draft);
    w5_put_failed(w5_cells_at(l->cells, row), failed);
    return row;
}

static void put_line(w5_ledger *l, const error_line *e)
{
    const w5_hot_names *names = e->names;
    uint16_t klass = e->event->klass->index;
    bool pathless = w5_cells_pathless(l->cells);
    const uint32_t key[W5_HOT_WORDS] = {(uint32_t)e->lane << 16 | klass,
                                        e->code->id,
                                        names->upstream,
                                        names->host,
                                        pathless ? 0 : names->method,
                                        pathless ? names->path != 0 : names->path,
                                        pathless ? names->server != 0 : names->server};
    w5_hot_row *hot = place_of(l->hot_cell, W5_HOT_CELLS, key);
    if (!stands(hot, key, e->at, l->cells->rows.moved) ||
        is_first(w5_cells_at(l->cells, hot->row), e)) {
        size_t row = put_cold(l, e);
        remember(hot, key, e->at, w5_cells_span(l->cells, klass), l->cells->rows.moved, row);
        return;
    }
    count_here(l, hot->row, e);
    if (pathless)
        count_request(l, e);
    if (w5_cells_mixed(l->cells, klass))
        count_mix(l, e);
}

void w5_put_error(w5_ledger *l, const w5_event *e, const w5_hot_code *code, uint16_t lane,
                  w5_time at, uint64_t n)
{
    const error_line line = {.event = e,
                             .r = e->record,
                             .code = code,
                             .names = names_of(l, e->record),
                             .at = at,
                             .n = n,
                             .lane = lane};
    put_line(l, &line);
}
