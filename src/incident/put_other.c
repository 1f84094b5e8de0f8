/* put_other.c -- events of programs, and look-alikes of nginx. */
#include "put.h"

#include "hash.h"

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
    return w5_once_again(&l->once, key, w5_put_second(cell->at), (uint16_t)cell->stream);
}

static void name_other(w5_ledger *l, const w5_record *r, w5_cell *draft)
{
    w5_target target = w5_fold_target(r);
    draft->host = w5_put_name(l, r->host);
    draft->upstream = w5_put_name(l, w5_fold_upstream(w5_record_get(r, W5_F_upstream)));
    draft->method = w5_put_name(l, target.method);
    draft->path = w5_put_name(l, target.path);
    draft->unit = w5_put_name(l, w5_record_get(r, W5_F_unit));
    draft->address = w5_put_name(l, w5_fold_upstream(w5_record_get(r, W5_F_address)));
    draft->what = w5_put_name(l, w5_fold_what(r));
    draft->statuses = w5_put_name(l, w5_record_get(r, W5_F_library));
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
    if ((e->record->have >> W5_F_errno & 1) &&
        w5_str_u64(w5_record_get(e->record, W5_F_errno), &n) && n <= INT32_MAX)
        *number = (int32_t)n;
    return &l->noise[(e->klass->index + 7u * (uint32_t)*number) % W5_HOT_NOISES];
}

bool w5_put_noise(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n)
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
    w5_time until = r->herd ? r->until : at;
    uint64_t line = r->herd ? r->last_line : r->line;
    cell->until = until > cell->until ? until : cell->until;
    cell->last_line = line > cell->last_line ? line : cell->last_line;
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

void w5_put_other(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at)
{
    const w5_record *r = e->record;
    const w5_trait *trait = &l->trait[e->klass->index];
    w5_cell draft = w5_put_begin(e, lane, at);
    w5_fold_numbers(r, &draft);
    if (trait->once && told_before(l, r, &draft))
        draft.count = 0;
    if (trait->trouble && w5_record_get(r, W5_F_connection).len > 0)
        w5_put_failed(&draft, w5_put_request(l, r, at, 0, 0)); /* nginx's own: it cost a request */
    l->by_class[e->klass->index] += draft.count;
    if (trait->sort != W5_SORT_NOISE)
        name_other(l, r, &draft);
    if (draft.count > 0 || w5_cells_find(l->cells, &draft) != SIZE_MAX)
        heat_noise(l, e, lane, at, w5_put_cell(l, r, &draft));
}
