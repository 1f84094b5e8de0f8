/* ledger_merge.c -- one ledger into another, and a ledger into a fresh string table.
 *
 * Both are the same walk over every id. What cannot be summed are lines that two chunks tell of the
 * same request (or exit) at their seam: the sets of both know their own runs, joining them says how
 * many there are together, and the difference is taken off the cells of the later chunk. */
#include "ledger.h"

#include "hash.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

static const size_t cell_ids[] = {
    offsetof(w5_cell, code),     offsetof(w5_cell, upstream), offsetof(w5_cell, method),
    offsetof(w5_cell, path),     offsetof(w5_cell, server),   offsetof(w5_cell, client),
    offsetof(w5_cell, host),     offsetof(w5_cell, unit),     offsetof(w5_cell, ident),
    offsetof(w5_cell, address),  offsetof(w5_cell, what),     offsetof(w5_cell, where),
    offsetof(w5_cell, statuses), offsetof(w5_cell, text),     offsetof(w5_cell, record),
};

static void move_cell(w5_move *m, w5_cell *cell)
{
    for (size_t i = 0; i < sizeof(cell_ids) / sizeof(*cell_ids); i++) {
        w5_id *id = (w5_id *)(void *)((char *)cell + cell_ids[i]);
        *id = w5_move_id(m, *id);
    }
}

static void move_request(w5_move *m, w5_request *r)
{
    r->upstream = w5_move_id(m, r->upstream);
    r->host = w5_move_id(m, r->host);
    r->method = w5_move_id(m, r->method);
    r->path = w5_move_id(m, r->path);
}

static void move_mix(w5_move *m, w5_mix *mix)
{
    mix->upstream = w5_move_id(m, mix->upstream);
    mix->host = w5_move_id(m, mix->host);
    mix->code = w5_move_id(m, mix->code);
}

static uint32_t move_upstream(w5_move *m, uint32_t upstream)
{
    return upstream == W5_SEEN_EXIT ? upstream : w5_move_id(m, upstream) & W5_SEEN_EXIT;
}

/* --- into a fresh table ---------------------------------------------------------------------- */
static void move_rows(w5_ledger *l, w5_move *m)
{
    for (size_t i = 0; i < l->cells->rows.n; i++)
        move_cell(m, w5_cells_at(l->cells, i));
    for (size_t i = 0; i < l->requests.n; i++)
        move_request(m, w5_rows_at(&l->requests, i));
    for (size_t i = 0; i < l->mixes.n; i++)
        move_mix(m, w5_rows_at(&l->mixes, i));
    for (size_t i = 0; i < l->traffic.n; i++) {
        w5_traffic *row = w5_rows_at(&l->traffic, i);
        row->upstream = w5_move_id(m, row->upstream);
        row->host = w5_move_id(m, row->host);
    }
    for (size_t i = 0; i < l->paths.n; i++) {
        w5_path *row = w5_rows_at(&l->paths, i);
        row->path = w5_move_id(m, row->path);
    }
    for (size_t i = 0; i < l->shares.n; i++) {
        w5_share *row = w5_rows_at(&l->shares, i);
        row->path = w5_move_id(m, row->path);
    }
}

static void move_once(w5_once *o, w5_move *m)
{
    for (size_t i = 0; i < o->slots; i++)
        if (o->slot[i].key != 0)
            o->slot[i].upstream = move_upstream(m, o->slot[i].upstream) & W5_SEEN_EXIT;
    size_t n = o->peers;
    o->peers = 0;
    for (size_t i = 0; i < n; i++)
        w5_once_join(o, w5_move_id(m, o->peer[i].a), w5_move_id(m, o->peer[i].b));
}

static void move_once_to_new_table(w5_ledger *l)
{
    w5_names fresh;
    w5_move m;
    w5_names_init(&fresh);
    w5_move_init(&m, l->names.table, &fresh);
    move_rows(l, &m);
    move_once(&l->once, &m);
    w5_move_done(&m);
    w5_names_done(&l->names);
    l->names = fresh;
    w5_rows_rebuild(&l->cells->rows);
    w5_rows_rebuild(&l->requests);
    w5_rows_rebuild(&l->mixes);
    w5_rows_rebuild(&l->traffic);
    w5_rows_rebuild(&l->paths);
    w5_rows_rebuild(&l->shares);
    w5_ledger_cool(l);
}

/* Strings that are in use fit by the bounds of the tables, unless all of them are as long as names
 * may be; then cells lose more of theirs. */
void w5_ledger_move_names(w5_ledger *l)
{
    move_once_to_new_table(l);
    for (unsigned level = l->cells->rows.level; w5_names_full(&l->names) && level < 11; level++) {
        w5_cells_raise(l->cells, level + 1, l->cells->thinning + 1);
        w5_cells_settle(l->cells);
        move_once_to_new_table(l);
    }
}

void w5_ledger_rest(w5_ledger *l)
{
    enum {
        WORTH_IT = 1 << 19,
        TABLES = 6
    };
    w5_cells_settle(l->cells);
    if (l->names.bytes > WORTH_IT && l->names.bytes > l->names.rested + l->names.rested / 4) {
        move_once_to_new_table(l);
        l->names.rested = l->names.bytes;
    }
    w5_rows *const tables[TABLES] = {&l->cells->rows, &l->traffic, &l->paths, &l->requests,
                                     &l->mixes,     &l->shares};
    for (size_t i = 0; i < TABLES; i++)
        w5_rows_shrink(tables[i]);
}

/* --- into another ledger --------------------------------------------------------------------- */
typedef struct seam { /* a run of requests, or an exit, that both ledgers counted */
    uint64_t key;
    uint32_t second, upstream;
    uint16_t place;
    unsigned twice; /* runs to take off the cell of the later ledger */
} seam;

typedef struct merging {
    w5_ledger *l;
    const w5_ledger *from;
    w5_move move;
    uint16_t *lane; /* by lane of `from` */
    seam *seams;
    size_t n, room;
} merging;

static void add_seam(merging *m, const w5_seen *s, uint32_t upstream, unsigned twice)
{
    if (m->n == m->room) {
        m->room = m->room ? m->room * 2 : 16;
        m->seams = w5_xrealloc(m->seams, m->room, sizeof(*m->seams));
    }
    m->seams[m->n++] = (seam){.key = s->key,
                              .place = s->place,
                              .second = s->second,
                              .upstream = upstream,
                              .twice = twice};
}

static void merge_seen(merging *m, const w5_seen *s)
{
    w5_once *o = &m->l->once;
    if (s->upstream == W5_SEEN_EXIT) {
        if (w5_once_again(o, s->key, s->second, s->place))
            add_seam(m, s, W5_SEEN_EXIT, 1);
        return;
    }
    uint32_t upstream = move_upstream(&m->move, s->upstream);
    unsigned twice = w5_once_merge(o, s, upstream);
    if (twice > 0)
        add_seam(m, s, upstream, twice);
}

/* Of logs in order only the seam and the end matter: what lies between can meet no other line. */
static bool matters(const w5_once *o, const w5_once *from, const w5_seen *s)
{
    return o->n == 0 || o->unordered || from->unordered || s->second <= o->newest + W5_ONCE_REACH ||
           s->second + W5_ONCE_REACH >= from->newest;
}

static int by_second(const void *a, const void *b)
{
    const w5_seen *one = a, *other = b;
    return (one->second > other->second) - (one->second < other->second);
}

/* What matters of a later set, in order of time: a run belongs to the cell of its first second. */
static size_t take_seen(const w5_once *o, const w5_once *from, w5_seen *seen)
{
    size_t n = 0;
    for (size_t i = 0; i < from->slots; i++)
        if (from->slot[i].key != 0 && matters(o, from, &from->slot[i]))
            seen[n++] = from->slot[i];
    if (n > 1)
        qsort(seen, n, sizeof(*seen), by_second);
    return n;
}

static void merge_once(merging *m)
{
    const w5_once *from = &m->from->once;
    w5_seen *seen = w5_xrealloc(NULL, from->n + 1, sizeof(*seen));
    size_t n = take_seen(&m->l->once, from, seen);
    m->l->once.unordered |= from->unordered;
    for (size_t i = 0; i < n; i++)
        merge_seen(m, &seen[i]);
    free(seen);
    for (size_t i = 0; i < from->peers; i++)
        w5_once_join(&m->l->once, w5_move_id(&m->move, from->peer[i].a),
                     w5_move_id(&m->move, from->peer[i].b));
    for (size_t i = 0; i < m->from->ids.slots; i++)
        if (m->from->ids.slot[i].key != 0)
            w5_once_again(&m->l->ids, m->from->ids.slot[i].key, m->from->ids.slot[i].second, 0);
}

static void merge_lanes(merging *m)
{
    m->lane = w5_xrealloc(NULL, m->from->lanes + 1, sizeof(*m->lane));
    for (size_t i = 0; i < m->from->lanes; i++) {
        const w5_lane *one = &m->from->lane[i];
        m->lane[i] = w5_ledger_lane(m->l, one->stream, one->format);
        w5_lane *sum = &m->l->lane[m->lane[i]];
        sum->records += one->records;
        sum->unzoned += one->unzoned;
        if (sum->first == W5_TIME_NONE || (one->first != W5_TIME_NONE && one->first < sum->first))
            sum->first = one->first;
        if (one->last > sum->last)
            sum->last = one->last;
        if (sum->offset == INT_MIN)
            sum->offset = one->offset;
        w5_ledger_workers(sum, w5_str_of(one->workers));
        if (m->from->lane_now[i] != W5_TIME_NONE)
            m->l->lane_now[m->lane[i]] = m->from->lane_now[i];
    }
}

static void merge_counts(w5_ledger *l, const w5_ledger *from)
{
    for (size_t i = 0; i < l->traits && i < from->traits; i++)
        l->by_class[i] += from->by_class[i];
    l->upstream_errors += from->upstream_errors;
    l->forged += from->forged;
    for (size_t i = 0; i < from->codes.n; i++)
        w5_ledger_count_code(l, from->codes.name[i], from->codes.count[i]);
}

static bool in_seam(const merging *m, const seam *s, const w5_cell *cell)
{
    w5_time at = s->second * W5_SECOND;
    uint16_t differs = w5_ledger_place(m->l, cell) ^ s->place;
    if (cell->path == W5_INTERN_FULL)
        differs &= 0xff00; /* the cell no longer knows its request */
    return s->twice > 0 && differs == 0 && s->upstream == cell->upstream &&
           at + W5_SECOND > cell->at && at <= cell->until;
}

static void mend_error(merging *m, w5_cell *cell)
{
    for (size_t i = 0; i < m->n; i++)
        for (seam *s = &m->seams[i]; cell->failed > 0 && in_seam(m, s, cell); s->twice--)
            cell->failed--;
}

/* A coarse cell has forgotten whose exits it counts: then their second must do. */
static bool is_exit_of(const merging *m, const seam *s, const w5_cell *cell)
{
    w5_str host = w5_intern_str(m->l->names.table, cell->host);
    w5_time at = s->second * W5_SECOND;
    bool named = cell->subject != 0;
    if (s->twice == 0 || s->upstream != W5_SEEN_EXIT || at > cell->until ||
        at + W5_SECOND <= cell->at)
        return false;
    return named
               ? s->key == w5_ledger_exit_key(m->l, cell->stream, cell->klass, cell->subject, host)
               : s->place == (uint16_t)cell->stream;
}

static void mend_exit(merging *m, w5_cell *cell)
{
    for (size_t i = 0; i < m->n && cell->count > 0; i++) {
        if (!is_exit_of(m, &m->seams[i], cell))
            continue;
        m->seams[i].twice = 0;
        cell->count--;
        m->l->by_class[cell->klass]--;
    }
}

static void merge_cells(merging *m)
{
    const w5_cells *from = m->from->cells;
    w5_cells_raise(m->l->cells, from->rows.level, from->thinning);
    for (size_t i = 0; i < from->rows.n; i++) {
        w5_cell cell = *w5_cells_at(from, i);
        const w5_trait *trait = w5_cells_trait(from, &cell);
        move_cell(&m->move, &cell);
        cell.lane = m->lane[cell.lane];
        if (m->n > 0 && trait->upstream && !trait->access)
            mend_error(m, &cell);
        if (m->n > 0 && trait->once)
            mend_exit(m, &cell);
        w5_cells_put(m->l->cells, &cell);
    }
}

static void merge_rows(merging *m)
{
    w5_rows_raise(&m->l->traffic, m->from->traffic.level);
    w5_rows_raise(&m->l->paths, m->from->paths.level);
    w5_rows_raise(&m->l->requests, m->from->requests.level);
    w5_rows_raise(&m->l->mixes, m->from->mixes.level);
    w5_rows_raise(&m->l->shares, m->from->shares.level);
    for (size_t i = 0; i < m->from->traffic.n; i++) {
        w5_traffic row = *(const w5_traffic *)w5_rows_at(&m->from->traffic, i);
        row.upstream = w5_move_id(&m->move, row.upstream);
        row.host = w5_move_id(&m->move, row.host);
        row.lane = m->lane[row.lane];
        w5_rows_put(&m->l->traffic, &row);
    }
    for (size_t i = 0; i < m->from->paths.n; i++) {
        w5_path row = *(const w5_path *)w5_rows_at(&m->from->paths, i);
        row.path = w5_move_id(&m->move, row.path);
        w5_rows_put(&m->l->paths, &row);
    }
    for (size_t i = 0; i < m->from->requests.n; i++) {
        w5_request row = *(const w5_request *)w5_rows_at(&m->from->requests, i);
        move_request(&m->move, &row);
        row.lane = m->lane[row.lane];
        w5_rows_put(&m->l->requests, &row);
    }
    for (size_t i = 0; i < m->from->mixes.n; i++) {
        w5_mix row = *(const w5_mix *)w5_rows_at(&m->from->mixes, i);
        move_mix(&m->move, &row);
        row.lane = m->lane[row.lane];
        w5_rows_put(&m->l->mixes, &row);
    }
    for (size_t i = 0; i < m->from->shares.n; i++) {
        w5_share row = *(const w5_share *)w5_rows_at(&m->from->shares, i);
        row.path = w5_move_id(&m->move, row.path);
        w5_rows_put(&m->l->shares, &row);
    }
}

void w5_ledger_merge(w5_ledger *l, const w5_ledger *from)
{
    merging m = {.l = l, .from = from};
    w5_move_init(&m.move, from->names.table, &l->names);
    merge_lanes(&m);
    merge_counts(l, from);
    merge_once(&m);
    w5_clocks_merge(&l->clocks, &from->clocks);
    l->watched.at = W5_TIME_NONE;
    merge_cells(&m);
    merge_rows(&m);
    free(m.seams);
    free(m.lane);
    w5_move_done(&m.move);
    if (w5_names_full(&l->names))
        w5_ledger_move_names(l);
}

bool w5_ledger_goes_on(const w5_ledger *l, const w5_ledger *later)
{
    return w5_clocks_go_on(&l->clocks, &later->clocks);
}

/* --- chunks ---------------------------------------------------------------------------------- */
void w5_ledger_renumber(w5_ledger *l, uint64_t by)
{
    for (size_t i = 0; i < l->cells->rows.n; i++) {
        w5_cell *cell = w5_cells_at(l->cells, i);
        cell->line += by;
        cell->last_line += by;
    }
}

w5_ledger_detail w5_ledger_detail_of(const w5_ledger *l)
{
    return (w5_ledger_detail){.cells = l->cells->rows.level,
                              .texts = l->cells->thinning,
                              .traffic = l->traffic.level,
                              .paths = l->paths.level,
                              .requests = l->requests.level,
                              .mixes = l->mixes.level,
                              .shares = l->shares.level,
                              .split = l->split};
}

void w5_ledger_begin(w5_ledger *l, w5_ledger_detail detail)
{
    w5_cells_raise(l->cells, detail.cells, detail.texts);
    w5_rows_raise(&l->traffic, detail.traffic);
    w5_rows_raise(&l->paths, detail.paths);
    w5_rows_raise(&l->requests, detail.requests);
    w5_rows_raise(&l->mixes, detail.mixes);
    w5_rows_raise(&l->shares, detail.shares);
    l->split = detail.split;
}
