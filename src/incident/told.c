/* told.c -- the rows of a ledger, told and read back (-o events --fold).
 *
 * One table a kind of row says what its members are called: the teller and the reader walk the
 * same. Reading a row is merging a ledger that has nothing else, so every row tells how much detail
 * its table had given up. What is not told is which lines were of one request: that was counted. */
#include "put.h"

#include <limits.h>
#include <stdlib.h>
#include <why502/base/json.h>

enum type {
    NAME,
    STAMP,  /* left out: W5_TIME_NONE */
    AMOUNT, /* int64_t; left out: -1 */
    COUNT,  /* uint64_t */
    NUMBER, /* int32_t; left out: -1 */
    SMALL,  /* uint32_t */
    SHORT,  /* uint16_t */
    DIGITS, /* uint8_t */
    EAST    /* int; left out: INT_MIN */
};

typedef struct member {
    w5_str key;
    uint16_t at;
    uint8_t type;
} member;
#define MEMBER(row, name, type)                                                                    \
    {                                                                                              \
        W5_LIT(#name), offsetof(row, name), type                                                   \
    }

static const member of_cell[] = {
    MEMBER(w5_cell, until, STAMP),      MEMBER(w5_cell, last_line, COUNT),
    MEMBER(w5_cell, count, COUNT),      MEMBER(w5_cell, failed, COUNT),
    MEMBER(w5_cell, digits, DIGITS),    MEMBER(w5_cell, duration, AMOUNT),
    MEMBER(w5_cell, lock, AMOUNT),      MEMBER(w5_cell, rows_examined, AMOUNT),
    MEMBER(w5_cell, rows_sent, AMOUNT), MEMBER(w5_cell, query_start, STAMP),
    MEMBER(w5_cell, query_end, STAMP),  MEMBER(w5_cell, pid, SMALL),
    MEMBER(w5_cell, subject, SMALL),    MEMBER(w5_cell, connection, SMALL),
    MEMBER(w5_cell, number, NUMBER),    MEMBER(w5_cell, code, NAME),
    MEMBER(w5_cell, upstream, NAME),    MEMBER(w5_cell, method, NAME),
    MEMBER(w5_cell, path, NAME),        MEMBER(w5_cell, server, NAME),
    MEMBER(w5_cell, client, NAME),      MEMBER(w5_cell, unit, NAME),
    MEMBER(w5_cell, ident, NAME),       MEMBER(w5_cell, address, NAME),
    MEMBER(w5_cell, what, NAME),        MEMBER(w5_cell, where, NAME),
    MEMBER(w5_cell, statuses, NAME),    MEMBER(w5_cell, text, NAME),
};
static const member of_traffic[] = {
    MEMBER(w5_traffic, span, SMALL),     MEMBER(w5_traffic, upstream, NAME),
    MEMBER(w5_traffic, status, SHORT),   MEMBER(w5_traffic, count, COUNT),
    MEMBER(w5_traffic, longest, AMOUNT),
};
static const member of_path[] = {
    MEMBER(w5_path, path, NAME),    MEMBER(w5_path, requests, COUNT),
    MEMBER(w5_path, failed, COUNT), MEMBER(w5_path, longest_finished, AMOUNT),
    MEMBER(w5_path, sum, AMOUNT),
};
static const member of_request[] = {
    MEMBER(w5_request, until, STAMP),   MEMBER(w5_request, count, COUNT),
    MEMBER(w5_request, upstream, NAME), MEMBER(w5_request, method, NAME),
    MEMBER(w5_request, path, NAME),
};
static const member of_mix[] = {
    MEMBER(w5_mix, until, STAMP),
    MEMBER(w5_mix, count, COUNT),
    MEMBER(w5_mix, upstream, NAME),
    MEMBER(w5_mix, code, NAME),
};
typedef struct lane_row {
    w5_time first, last;
    uint64_t records, unzoned;
    int offset;
    w5_id workers;
} lane_row;
static const member of_lane[] = {
    MEMBER(lane_row, first, STAMP),   MEMBER(lane_row, last, STAMP),
    MEMBER(lane_row, records, COUNT), MEMBER(lane_row, unzoned, COUNT),
    MEMBER(lane_row, offset, EAST),   MEMBER(lane_row, workers, NAME),
};
static const member of_peers[] = {MEMBER(w5_peers, a, NAME), MEMBER(w5_peers, b, NAME)};
typedef struct total_row { /* of a class, of a code, or of forged lines */
    uint64_t count, forged;
    w5_id code;
} total_row;
static const member of_total[] = {
    MEMBER(total_row, count, COUNT),
    MEMBER(total_row, forged, COUNT),
    MEMBER(total_row, code, NAME),
};

typedef union any_row {
    w5_cell cell;
    w5_traffic traffic;
    w5_path path;
    w5_request request;
    w5_mix mix;
    lane_row lane;
    w5_peers peers;
    total_row total;
} any_row;

enum {
    CELL,
    TRAFFIC,
    PATH,
    REQUEST,
    MIX,
    LANE,
    PEERS,
    TOTAL,
    TABLES
};
#define TABLE(name) of_##name, sizeof(of_##name) / sizeof(*of_##name)
static const struct {
    w5_str name;
    const member *member;
    size_t members;
} tables[TABLES] = {
    [CELL] = {W5_LIT("cell"),    TABLE(cell)   },
      [TRAFFIC] = {W5_LIT("traffic"), TABLE(traffic)},
    [PATH] = {W5_LIT("path"),    TABLE(path)   },
      [REQUEST] = {W5_LIT("request"), TABLE(request)},
    [MIX] = {W5_LIT("mix"),     TABLE(mix)    },
      [LANE] = {W5_LIT("lane"),    TABLE(lane)   },
    [PEERS] = {W5_LIT("peers"),   TABLE(peers)  },
      [TOTAL] = {W5_LIT("total"),   TABLE(total)  },
};

static w5_rows *rows_of(w5_ledger *l, int table)
{
    w5_rows *const rows[TABLES] = {[CELL] = &l->cells->rows,
                                   [TRAFFIC] = &l->traffic,
                                   [PATH] = &l->paths,
                                   [REQUEST] = &l->requests,
                                   [MIX] = &l->mixes};
    return rows[table];
}

/* --- members --------------------------------------------------------------------------------- */
/* The number that stands there; false: as if it were left out. */
static bool number_at(const void *at, int type, int64_t *n)
{
    switch (type) {
    case STAMP:
        *n = *(const w5_time *)at;
        return *n != W5_TIME_NONE;
    case AMOUNT:
        *n = *(const int64_t *)at;
        return *n >= 0;
    case COUNT: /* counts of failed requests wait below zero for lines out of order: nothing is left
                 */
        *n = *(const int64_t *)at;
        return *n > 0;
    case NUMBER:
        *n = *(const int32_t *)at;
        return *n >= 0;
    case EAST:
        *n = *(const int *)at;
        return *n != INT_MIN;
    case SMALL:
        *n = *(const uint32_t *)at;
        break;
    case SHORT:
        *n = *(const uint16_t *)at;
        break;
    default:
        *n = *(const uint8_t *)at;
    }
    return *n != 0;
}

static void set_number(void *at, int type, int64_t n)
{
    switch (type) {
    case STAMP:
    case AMOUNT:
    case COUNT:
        *(int64_t *)at = n;
        break;
    case NUMBER:
    case EAST:
        *(int32_t *)at = (int32_t)n;
        break;
    case SMALL:
        *(uint32_t *)at = (uint32_t)n;
        break;
    case SHORT:
        *(uint16_t *)at = (uint16_t)n;
        break;
    default:
        *(uint8_t *)at = (uint8_t)n;
    }
}

/* --- telling --------------------------------------------------------------------------------- */
typedef struct telling {
    w5_ledger *l;
    void (*tell)(void *context, const w5_told_row *row);
    void *context;
} telling;

static void add_number(w5_told_row *row, const char *key, int64_t n)
{
    row->member[row->members++] = (w5_told_member){.key = key, .number = n, .type = W5_TOLD_NUMBER};
}

static void add_member(const w5_ledger *l, w5_told_row *row, const member *m, const void *from)
{
    const char *at = (const char *)from + m->at;
    w5_told_member told = {.key = m->key.ptr,
                           .type = m->type == NAME    ? W5_TOLD_TEXT
                                   : m->type == STAMP ? W5_TOLD_STAMP
                                                      : W5_TOLD_NUMBER};
    if (m->type == NAME)
        told.text = w5_put_kept(l, *(const w5_id *)(const void *)at);
    if (m->type == NAME ? told.text.len > 0 : number_at(at, m->type, &told.number))
        row->member[row->members++] = told;
}

static w5_str class_id(const w5_ledger *l, size_t index)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(l->catalogue, &all);
    for (size_t i = 0; i < n; i++)
        if (all[i]->index == index)
            return all[i]->id;
    return W5_NONE;
}

static w5_told_row begin(const w5_ledger *l, int table, uint16_t lane, w5_time at)
{
    const w5_lane *its = &l->lane[lane < l->lanes ? lane : 0];
    return (w5_told_row){.table = tables[table].name,
                         .lane = its,
                         .at = at,
                         .zoned = its->unzoned * 2 <= its->records};
}

static void tell_row(const telling *t, int table, w5_told_row *row, const void *from)
{
    const w5_rows *rows = rows_of(t->l, table);
    if (rows && rows->level > 0)
        add_number(row, "level", rows->level);
    for (size_t i = 0; i < tables[table].members; i++)
        add_member(t->l, row, &tables[table].member[i], from);
    t->tell(t->context, row);
}

static void tell_cells(const telling *t)
{
    for (size_t i = 0; i < t->l->cells->rows.n; i++) {
        const w5_cell *cell = w5_cells_at(t->l->cells, i);
        w5_told_row row = begin(t->l, CELL, cell->lane, cell->at);
        row.zoned = cell->zoned;
        row.digits = cell->digits;
        row.line = cell->line;
        row.klass = class_id(t->l, cell->klass);
        row.host = w5_put_kept(t->l, cell->host);
        tell_row(t, CELL, &row, cell);
    }
}

static void tell_traffic(const telling *t)
{
    for (size_t i = 0; i < t->l->traffic.n; i++) {
        const w5_traffic *traffic = w5_rows_at(&t->l->traffic, i);
        w5_told_row row = begin(t->l, TRAFFIC, traffic->lane, traffic->at);
        row.host = w5_put_kept(t->l, traffic->host);
        tell_row(t, TRAFFIC, &row, traffic);
    }
    for (size_t i = 0; i < t->l->paths.n; i++) {
        w5_told_row row = begin(t->l, PATH, 0, W5_TIME_NONE);
        tell_row(t, PATH, &row, w5_rows_at(&t->l->paths, i));
    }
}

static void tell_lost(const telling *t)
{
    for (size_t i = 0; i < t->l->requests.n; i++) {
        const w5_request *request = w5_rows_at(&t->l->requests, i);
        w5_told_row row = begin(t->l, REQUEST, request->lane, request->at);
        row.host = w5_put_kept(t->l, request->host);
        tell_row(t, REQUEST, &row, request);
    }
    for (size_t i = 0; i < t->l->mixes.n; i++) {
        const w5_mix *mix = w5_rows_at(&t->l->mixes, i);
        w5_told_row row = begin(t->l, MIX, mix->lane, mix->at);
        row.host = w5_put_kept(t->l, mix->host);
        row.klass = class_id(t->l, mix->klass);
        tell_row(t, MIX, &row, mix);
    }
}

static void tell_lanes(const telling *t)
{
    for (size_t i = 0; i < t->l->lanes; i++) {
        const w5_lane *lane = &t->l->lane[i];
        const lane_row from = {.first = lane->first,
                               .last = lane->last,
                               .records = lane->records,
                               .unzoned = lane->unzoned,
                               .offset = lane->offset,
                               .workers = w5_put_name(t->l, w5_str_of(lane->workers))};
        w5_told_row row = begin(t->l, LANE, (uint16_t)i, W5_TIME_NONE);
        tell_row(t, LANE, &row, &from);
    }
    for (size_t i = 0; i < t->l->once.peers; i++) {
        w5_told_row row = begin(t->l, PEERS, 0, W5_TIME_NONE);
        tell_row(t, PEERS, &row, &t->l->once.peer[i]);
    }
}

static void tell_total(const telling *t, w5_str klass, const total_row *total)
{
    w5_told_row row = begin(t->l, TOTAL, 0, W5_TIME_NONE);
    row.klass = klass;
    if (total->count > 0 || total->forged > 0)
        tell_row(t, TOTAL, &row, total);
}

static void tell_totals(const telling *t)
{
    for (size_t i = 0; i < t->l->traits; i++)
        tell_total(t, class_id(t->l, i), &(total_row){.count = t->l->by_class[i]});
    for (size_t i = 0; i < t->l->codes.n; i++)
        tell_total(t, W5_NONE,
                   &(total_row){.count = t->l->codes.count[i],
                                .code = w5_put_name(t->l, t->l->codes.name[i])});
    tell_total(t, W5_NONE, &(total_row){.forged = t->l->forged});
}

void w5_ledger_tell(w5_ledger *l, void (*tell)(void *context, const w5_told_row *row),
                    void *context)
{
    const telling t = {.l = l, .tell = tell, .context = context};
    if (l->lanes == 0)
        return;
    tell_lanes(&t);
    tell_cells(&t);
    tell_traffic(&t);
    tell_lost(&t);
    tell_totals(&t);
}

/* Errors that lose their path go on in the table of requests, so cells come first. */
void w5_ledger_condense(w5_ledger *l, size_t rows)
{
    static const struct {
        uint8_t table, part;
    } parts[] = {
        {CELL,    2},
        {MIX,     4},
        {REQUEST, 4},
        {TRAFFIC, 4},
        {PATH,    8}
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        w5_rows *t = rows_of(l, parts[i].table);
        size_t most = t->max;
        t->max = rows / parts[i].part;
        w5_rows_settle(t);
        t->max = most;
    }
    w5_cells_settle(l->cells);
    w5_ledger_cool(l);
}

/* --- reading --------------------------------------------------------------------------------- */
typedef struct reading {
    w5_ledger *l;
    const w5_record *r;
    w5_arena *scratch;
    any_row row;
    w5_id host;
    uint16_t klass, lane;
    unsigned level;
    uint32_t seen; /* members: the first of a name counts */
    int table;
} reading;

static w5_str text_of(const reading *in, w5_str raw)
{
    w5_str text = W5_NONE;
    return w5_json_unquote(in->scratch, raw, &text) == W5_OK ? text : W5_NONE;
}

static w5_id read_name(const reading *in, w5_str raw)
{
    w5_str text = w5_fold_cut(text_of(in, raw), W5_EXCERPT_MAX);
    if (text.len == 0)
        return 0;
    return w5_str_eq(text, w5_put_kept(in->l, W5_INTERN_FULL))
               ? W5_INTERN_FULL
               : w5_names_put_text(&in->l->names, text);
}

#define MOST_AMOUNT INT64_C(999999999999999) /* as the numbers of events: a double holds it */

/* Events may tell anything: what no member of a type can be is as if it were left out. */
static bool read_number(const reading *in, w5_str raw, int type, int64_t *n)
{
    static const int64_t most[] = {
        [AMOUNT] = MOST_AMOUNT,     [COUNT] = MOST_AMOUNT, [NUMBER] = INT32_MAX,
        [SMALL] = UINT32_MAX,       [SHORT] = UINT16_MAX,  [DIGITS] = 6,
        [EAST] = W5_DAY / W5_SECOND};
    uint64_t amount;
    int offset;
    unsigned digits;
    if (type == STAMP) {
        w5_str text = text_of(in, raw);
        return w5_take_iso(&text, n, &offset, &digits);
    }
    bool negative = type == EAST && w5_str_take(&raw, W5_STR("-"));
    if (!w5_str_u64(raw, &amount) || amount > (uint64_t)most[type])
        return false;
    *n = negative ? -(int64_t)amount : (int64_t)amount;
    return true;
}

static void read_member(reading *in, w5_str key, w5_str raw)
{
    const member *m = tables[in->table].member;
    int64_t n;
    uint64_t level;
    if (w5_str_eq(key, W5_STR("level")) && w5_str_u64(raw, &level) && level < 16)
        in->level = (unsigned)level;
    for (size_t i = 0; i < tables[in->table].members; i++, m++) {
        void *at = (char *)&in->row + m->at;
        if (!w5_str_eq(m->key, key) || in->seen >> i & 1)
            continue;
        in->seen |= (uint32_t)1 << i;
        if (m->type == NAME)
            *(w5_id *)at = read_name(in, raw);
        else if (read_number(in, raw, m->type, &n))
            set_number(at, m->type, n);
        return;
    }
}

/* What a member is that was left out. */
static void clear(reading *in)
{
    memset(&in->row, 0, sizeof(in->row));
    for (size_t i = 0; i < tables[in->table].members; i++) {
        const member *m = &tables[in->table].member[i];
        static const int64_t none[] = {
            [STAMP] = W5_TIME_NONE, [AMOUNT] = -1, [NUMBER] = -1, [EAST] = INT_MIN};
        if (m->type == STAMP || m->type == AMOUNT || m->type == NUMBER || m->type == EAST)
            set_number((char *)&in->row + m->at, m->type, none[m->type]);
    }
}

static void put_cell(reading *in)
{
    w5_cell *cell = &in->row.cell;
    const w5_record *r = in->r;
    cell->at = r->at;
    cell->line = r->line;
    cell->stream = r->stream->index;
    cell->zoned = r->zoned;
    cell->klass = in->klass;
    cell->lane = in->lane;
    cell->host = in->host;
    cell->until = cell->until >= cell->at ? cell->until : cell->at;
    cell->last_line = cell->last_line >= cell->line ? cell->last_line : cell->line;
    if (cell->count == 0 || in->klass == 0 || r->at == W5_TIME_NONE)
        return;
    w5_cells_raise(in->l->cells, in->level, 0);
    w5_cells_put(in->l->cells, cell);
}

static void put_traffic(reading *in)
{
    w5_traffic *traffic = &in->row.traffic;
    traffic->at = in->r->at;
    traffic->lane = in->lane;
    traffic->host = in->host;
    if (in->r->at != W5_TIME_NONE)
        w5_rows_put(&in->l->traffic, traffic);
}

static void put_path(reading *in)
{
    if (in->row.path.sum < 0)
        in->row.path.sum = 0;
    w5_rows_put(&in->l->paths, &in->row.path);
}

static void put_request(reading *in)
{
    w5_request *request = &in->row.request;
    request->at = in->r->at;
    request->lane = in->lane;
    request->host = in->host;
    if (in->r->at != W5_TIME_NONE)
        w5_rows_put(&in->l->requests, request);
}

static void put_mix(reading *in)
{
    w5_mix *mix = &in->row.mix;
    mix->at = in->r->at;
    mix->lane = in->lane;
    mix->host = in->host;
    mix->klass = in->klass;
    if (in->r->at != W5_TIME_NONE && in->klass != 0)
        w5_rows_put(&in->l->mixes, mix);
}

static void put_lane(reading *in)
{
    const lane_row *from = &in->row.lane;
    w5_lane *sum = &in->l->lane[in->lane];
    sum->records += from->records;
    sum->unzoned += from->unzoned;
    if (sum->first == W5_TIME_NONE || (from->first != W5_TIME_NONE && from->first < sum->first))
        sum->first = from->first;
    if (from->last > sum->last)
        sum->last = from->last;
    if (sum->offset == INT_MIN)
        sum->offset = from->offset;
    w5_ledger_workers(sum, w5_put_kept(in->l, from->workers));
}

static void put_peers(reading *in)
{
    w5_once_join(&in->l->once, in->row.peers.a, in->row.peers.b);
}

static void put_total(reading *in)
{
    const total_row *total = &in->row.total;
    in->l->forged += total->forged;
    if (total->code != 0) {
        w5_ledger_count_code(in->l, w5_put_kept(in->l, total->code), total->count);
        return;
    }
    in->l->by_class[in->klass] += total->count;
    if (in->l->trait[in->klass].error)
        in->l->upstream_errors += total->count;
}

static void (*const puts_row[TABLES])(reading *in) = {
    [CELL] = put_cell, [TRAFFIC] = put_traffic, [PATH] = put_path,   [REQUEST] = put_request,
    [MIX] = put_mix,   [LANE] = put_lane,       [PEERS] = put_peers, [TOTAL] = put_total};

static int table_of(const reading *in)
{
    w5_json_walk walk;
    w5_str key, raw;
    if (!w5_json_walk_open(in->r->told, &walk))
        return TABLES;
    while (w5_json_walk_next(&walk, &key, &raw))
        for (int i = 0; w5_str_eq(key, W5_STR("folded")) && i < TABLES; i++)
            if (w5_str_eq(text_of(in, raw), tables[i].name))
                return i;
    return TABLES; /* a newer version's */
}

static void read_row(reading *in)
{
    w5_json_walk walk;
    w5_str key, raw;
    clear(in);
    if (!w5_json_walk_open(in->r->told, &walk))
        return;
    while (w5_json_walk_next(&walk, &key, &raw))
        read_member(in, key, raw);
    in->lane = w5_ledger_lane(in->l, in->r->stream->index, in->r->format);
    in->host = w5_put_name(in->l, in->r->host);
    w5_rows *rows = rows_of(in->l, in->table);
    if (rows && in->table != CELL)
        w5_rows_raise(rows, in->level);
    if (rows)
        in->l->told_coarse += in->level > 0; /* where it was told */
    puts_row[in->table](in);
}

void w5_put_told(w5_ledger *l, const w5_event *e)
{
    reading in = {.l = l, .r = e->record, .scratch = w5_arena_new()};
    in.klass = e->klass && e->klass->index < l->traits ? (uint16_t)e->klass->index : 0;
    in.table = table_of(&in);
    if (in.table < TABLES)
        read_row(&in);
    w5_arena_free(in.scratch);
    if (w5_names_full(&l->names))
        w5_ledger_move_names(l);
}
