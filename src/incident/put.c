/* put.c -- an event into the ledger: what it is, and the cell it becomes. */
#include "put.h"

#include "hash.h"

/* --- cells ----------------------------------------------------------------------------------- */
uint32_t w5_put_second(w5_time at)
{
    return (uint32_t)(w5_span_start(at, W5_SECOND) / W5_SECOND);
}

w5_id w5_put_name(w5_ledger *l, w5_str s)
{
    return w5_names_put(&l->names, w5_fold_cut(s, W5_NAME_MAX));
}

/* What keys an upstream error or an access line, as ids; the rest of the cell is filled when it
 * turns out to be a new one. */
w5_cell w5_put_begin(const w5_event *e, uint16_t lane, w5_time at)
{
    const w5_record *r = e->record;
    return (w5_cell){
        .at = at,
        .until = r->herd ? r->until : at,
        .line = r->line,
        .last_line = r->herd ? r->last_line : r->line,
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
    cell->client = w5_put_name(l, w5_record_get(r, W5_F_client));
    cell->ident = w5_put_name(l, w5_record_get(r, W5_F_ident));
    cell->where = w5_put_name(l, w5_fold_where(r));
    if (w5_cells_wants_text(l->cells, cell))
        cell->text = w5_names_put_text(&l->names, w5_record_excerpt(r));
}

size_t w5_put_cell(w5_ledger *l, const w5_record *r, w5_cell *draft)
{
    size_t at = w5_cells_find(l->cells, draft);
    if (at != SIZE_MAX) {
        if (w5_cell_earlier(draft, w5_cells_at(l->cells, at)))
            fill_texts(l, r, draft); /* it stands for both from now on */
        w5_cell_join(w5_cells_at(l->cells, at), draft);
        return at;
    }
    fill_texts(l, r, draft);
    return w5_cells_put(l->cells, draft);
}

w5_str w5_put_kept(const w5_ledger *l, w5_id id)
{
    return w5_intern_str(l->names.table, id);
}

bool w5_ledger_only_counts(const w5_ledger *l, const w5_class *klass)
{
    if (klass->index >= l->traits)
        return false;
    const w5_trait *t = &l->trait[klass->index];
    return t->sort == W5_SORT_NOISE && !t->access && !t->upstream && !t->trouble && !t->once;
}

/* --- requests -------------------------------------------------------------------------------- */
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

/* By names, for ids differ between ledgers. */
uint8_t w5_ledger_class_place(const w5_ledger *l, uint16_t klass, w5_id code)
{
    return (uint8_t)(w5_hash_bytes(klass, w5_put_kept(l, code)) >> 56);
}

uint8_t w5_ledger_request_place(const w5_ledger *l, w5_id path, w5_id method, w5_id server)
{
    uint64_t request = w5_hash_bytes(l->seed, w5_put_kept(l, path));
    request = w5_hash_bytes(request, w5_put_kept(l, method));
    return (uint8_t)(w5_hash_bytes(request, w5_put_kept(l, server)) >> 56);
}

uint16_t w5_ledger_place(const w5_ledger *l, const w5_cell *cell)
{
    return (uint16_t)(w5_ledger_class_place(l, cell->klass, cell->code) << 8 |
                      w5_ledger_request_place(l, cell->path, cell->method, cell->server));
}

int64_t w5_put_request(w5_ledger *l, const w5_record *r, w5_time at, w5_id upstream, uint16_t place)
{
    int64_t others = r->count > 1 ? (int64_t)r->count - 1 : 0; /* a folded run: who knows; all */
    if (w5_record_get(r, W5_F_connection).len == 0)
        return others + 1;
    return others + w5_once_put(&l->once, request_key(l, r), w5_put_second(at), upstream, place);
}

void w5_put_failed(w5_cell *cell, int64_t more)
{
    cell->failed += (uint64_t)more; /* below zero for now, where a line comes before its neighbours */
}

/* --- events ---------------------------------------------------------------------------------- */
static void count_event(w5_ledger *l, const w5_event *e, uint64_t n)
{
    const w5_trait *trait = &l->trait[e->klass->index];
    l->by_class[e->klass->index] += n;
    if (trait->error)
        l->upstream_errors += n;
    if (trait->upstream && trait->access)
        w5_ledger_count_code(l, e->code, n);
}

/* Our own events come with their pattern and an id: the same id again is the same event (spec
 * §6.3). */
static bool is_repeated(w5_ledger *l, const w5_record *r)
{
    uint32_t second = r->at == W5_TIME_NONE ? 0 : w5_put_second(r->at);
    return r->id.len > 0 &&
           w5_once_again(&l->ids, w5_once_key(w5_hash_bytes(l->seed, r->id)), second, 0);
}

/* Lines of one request, or of one exit, come one soon after the other; our own events in any order. */
static void watch_clock(w5_ledger *l, const w5_record *r, uint16_t lane, w5_time at)
{
    if (r->host.len == 0 && l->watched.at == at && l->watched.lane == lane &&
        lane + 1 < W5_LANES_MAX)
        return; /* of the same log and instant as the line before */
    l->watched = (struct w5_watched){r->host.len == 0 ? at : W5_TIME_NONE, lane};
    uint64_t whose = w5_hash_mix(l->seed ^ r->stream->index, (uint64_t)(uintptr_t)r->format);
    if (w5_clocks_see(&l->clocks, w5_hash_bytes(whose, r->host), at))
        w5_once_forget(&l->once);
}

void w5_ledger_turn(w5_ledger *l)
{
    w5_once_forget(&l->once);
    l->clocks = (w5_clocks){0};
    l->watched.at = W5_TIME_NONE;
}

static void place(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
{
    const w5_trait *trait = &l->trait[e->klass->index];
    bool counted_later = !trait->access && !trait->upstream && at != W5_TIME_NONE;
    if (!counted_later)
        count_event(l, e, n);
    const w5_hot_code *code = trait->upstream && !trait->access ? w5_put_code(l, e, n) : NULL;
    if (at == W5_TIME_NONE)
        return; /* counted; without any time it has no place on a line of time */
    if (!trait->access && trait->sort != W5_SORT_NOISE && !e->record->pattern)
        watch_clock(l, e->record, lane, at);
    if (trait->access)
        w5_put_access(l, e, lane, at, n);
    else if (trait->upstream)
        w5_put_error(l, e, code, lane, at, n);
    else if (!w5_put_noise(l, e, lane, at, n))
        w5_put_other(l, e, lane, at);
}

void w5_ledger_put(w5_ledger *l, const w5_event *e)
{
    w5_record *r = e->record;
    uint64_t n = r->count ? r->count : 1;
    w5_time at;
    if (is_repeated(l, r))
        return;
    if (r->told.len > 0) {
        w5_put_told(l, e);
        return;
    }
    uint16_t lane = w5_ledger_see(l, r, &at);
    if (r->forged) {
        l->forged += n;
        return;
    }
    if (!e->klass || e->klass->index >= l->traits) {
        l->by_class[0] += n;
        w5_ledger_workers(&l->lane[lane], w5_record_get(r, W5_F_worker_class));
        return;
    }
    if (l->trait[e->klass->index].sort != W5_SORT_NOISE)
        w5_record_walk(r);
    place(l, e, lane, at, n);
    if (w5_names_full(&l->names))
        w5_ledger_move_names(l);
}
