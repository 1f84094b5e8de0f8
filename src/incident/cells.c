/* cells.c -- the key of a cell at each level, and the excerpts.
 *
 * What gives way first is what the diagnosis misses least: look-alikes, then single requests of the
 * access log (its traffic has a table of its own), then slow queries, then the paths of errors
 * (which go on being counted elsewhere), then the second. From level FIRST_RUNS on an unbroken run
 * of equal cells is one as long as it lasts within its span: silence, which parts incidents, is
 * never bridged. */
#include "cells.h"

#include "hash.h"

#include <stdlib.h>
#include <why502/base/arena.h>

enum {
    DAY = 86400,
    HOUR = 3600,
    FOREVER = 0
};

/* What is left of a key. */
typedef enum detail {
    ALL,
    BRIEF,
    NAMED,
    BARE,
    MIXED, /* not even the class, which goes on being counted elsewhere */
    NOTHING
} detail;

typedef struct step {
    uint32_t span; /* seconds */
    uint8_t detail;
} step;

/* clang-format off */
static const step ladder[][W5_SORTS] = {
    /* noise               access               query                life                 error */
    {{60, NAMED},         {1, ALL},            {1, ALL},            {1, ALL},            {1, ALL}},
    {{HOUR, NAMED},       {1, BRIEF},          {1, ALL},            {1, ALL},            {1, ALL}},
    {{HOUR, BARE},        {10, BRIEF},         {10, NAMED},         {1, ALL},            {1, BRIEF}},
    {{DAY, BARE},         {60, BRIEF},         {60, NAMED},         {1, ALL},            {10, BRIEF}},
    {{DAY, BARE},         {60, BRIEF},         {60, BRIEF},         {10, NAMED},         {10, BRIEF}},
    {{DAY, BARE},         {60, BRIEF},         {60, BRIEF},         {60, BRIEF},         {60, BRIEF}},
    {{DAY, BARE},         {60, BRIEF},         {60, BRIEF},         {60, BRIEF},         {60, BRIEF}},
    {{DAY, BARE},         {HOUR, BARE},        {HOUR, BARE},        {HOUR, BARE},        {60, BRIEF}},
    {{DAY, BARE},         {HOUR, BARE},        {HOUR, BARE},        {HOUR, BARE},        {60, MIXED}},
    {{DAY, BARE},         {DAY, BARE},         {DAY, BARE},         {DAY, BARE},         {60, MIXED}},
    {{DAY, BARE},         {DAY, BARE},         {DAY, BARE},         {DAY, BARE},         {HOUR, MIXED}},
    {{FOREVER, NOTHING},  {FOREVER, NOTHING},  {FOREVER, NOTHING},  {FOREVER, NOTHING},  {FOREVER, NOTHING}},
};
/* clang-format on */
enum {
    FIRST_RUNS = 6, /* runs within an hour */
    DAY_RUNS = 9,   /* within a day */
    LAST_RUNS = 9,
    RUN_GAP = 60,
    LEVELS = sizeof(ladder) / sizeof(*ladder)
};

static const uint32_t thinnings[] = {1, 10, 60, 600, HOUR, DAY, FOREVER};
enum {
    THINNINGS = sizeof(thinnings) / sizeof(*thinnings)
};

w5_time w5_span_start(w5_time at, w5_time span)
{
    w5_time rest = at % span;
    return rest < 0 ? at - rest - span : at - rest;
}

static w5_time bucket(w5_time at, uint32_t seconds)
{
    return seconds == FOREVER ? 0 : w5_span_start(at, seconds * W5_SECOND);
}

const w5_trait *w5_cells_trait(const w5_cells *c, const w5_cell *cell)
{
    return &c->trait[cell->klass < c->traits ? cell->klass : 0];
}

static const step *step_of(const w5_rows *t, const w5_cell *cell)
{
    const w5_cells *c = t->context;
    return &ladder[t->level][w5_cells_trait(c, cell)->sort];
}

bool w5_cells_pathless(const w5_cells *c)
{
    return ladder[c->rows.level][W5_SORT_ERROR].detail != ALL;
}

/* --- giving up detail ------------------------------------------------------------------------ */
static bool drop(w5_id *id, w5_id rest)
{
    bool lost = *id != 0 && *id != rest;
    if (lost)
        *id = rest;
    return lost;
}

static bool drop_number(uint32_t *number)
{
    bool lost = *number != 0;
    *number = 0;
    return lost;
}

static bool drop_request(w5_cells *c, w5_cell *cell)
{
    if (cell->path > W5_INTERN_FULL && w5_cells_trait(c, cell)->upstream && c->lose_path)
        c->lose_path(c->context, cell);
    int lost = drop(&cell->path, W5_INTERN_FULL);
    lost += drop(&cell->method, 0);
    lost += drop(&cell->server, W5_INTERN_FULL);
    return lost + drop(&cell->statuses, 0) > 0;
}

static bool drop_processes(w5_cell *cell)
{
    int lost = drop_number(&cell->pid);
    lost += drop_number(&cell->subject);
    return lost + drop_number(&cell->connection) > 0;
}

static bool drop_names(w5_cell *cell)
{
    int lost = drop(&cell->what, W5_INTERN_FULL);
    lost += drop(&cell->address, 0);
    return lost + drop(&cell->unit, 0) > 0;
}

static bool drop_all(w5_cell *cell)
{
    int lost = drop(&cell->upstream, W5_INTERN_FULL);
    cell->lane = 0;
    return lost + drop(&cell->host, 0) > 0;
}

static bool coarsen(w5_rows *t, void *row)
{
    w5_cells *c = t->context;
    w5_cell *cell = row;
    detail left = (detail)step_of(t, cell)->detail;
    if (left == ALL)
        return false;
    int lost = drop_request(c, cell);
    if (!w5_cells_trait(c, cell)->upstream) /* of an error they are those of its first line */
        lost += drop_processes(cell);
    if (left != NAMED)
        lost += drop_names(cell);
    if (left == MIXED && cell->code != W5_INTERN_FULL && c->lose_class)
        c->lose_class(c->context, cell);
    if (left >= BARE)
        lost += drop(&cell->code, W5_INTERN_FULL);
    if (left == NOTHING)
        lost += drop_all(cell);
    return lost > 0;
}

/* --- keys ------------------------------------------------------------------------------------ */
enum {
    WORDS = 19
};

/* Detail that was dropped is the same everywhere, so the key needs no case for it, but for numbers
 * that are no part of it. */
static void key_of(const w5_rows *t, const w5_cell *cell, uint32_t key[WORDS])
{
    const w5_trait *trait = w5_cells_trait(t->context, cell);
    const step *s = step_of(t, cell);
    uint32_t klass = s->detail == MIXED ? UINT32_MAX : cell->klass;
    uint64_t at = (uint64_t)bucket(cell->at, s->span);
    bool life = !trait->upstream && s->detail == ALL;
    bool numbered = life && !trait->once;
    bool coded = trait->access || (!trait->upstream && !trait->once && s->detail < BARE);
    uint32_t words[WORDS] = {
        (uint32_t)at,
        (uint32_t)(at >> 32),
        cell->lane,
        klass,
        cell->code,
        cell->upstream,
        cell->method,
        cell->path,
        cell->server,
        cell->host,
        coded ? (uint32_t)cell->number : 0,
        numbered ? cell->pid : 0,
        life ? cell->subject : 0,
        numbered ? cell->connection : 0,
        numbered ? cell->what : 0,
        cell->statuses,
        cell->unit,
        cell->address,
        s->detail == NAMED ? cell->what : 0,
    };
    memcpy(key, words, sizeof(words));
}

static uint64_t hash(const w5_rows *t, const void *row)
{
    uint32_t key[WORDS];
    key_of(t, row, key);
    return w5_hash_words(((const w5_cells *)t->context)->seed, key, WORDS);
}

static bool same(const w5_rows *t, const void *a, const void *b)
{
    const w5_cell *one = a, *other = b;
    if (one->upstream != other->upstream || one->path != other->path)
        return false;
    uint32_t key[WORDS], its[WORDS];
    key_of(t, one, key);
    key_of(t, other, its);
    return memcmp(key, its, sizeof(key)) == 0;
}

/* --- joining --------------------------------------------------------------------------------- */
static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

bool w5_cell_earlier(const w5_cell *a, const w5_cell *b)
{
    return a->at != b->at ? a->at < b->at : a->line < b->line;
}

static w5_time first_told(w5_time a, w5_time b)
{
    return a == W5_TIME_NONE || (b != W5_TIME_NONE && b < a) ? b : a;
}

/* What is no part of the key is that of the first line. (Only an exit's two lines complete each
 * other: "Worker exiting" has no code, "exited with code 3" has one.) */
void w5_cell_join(w5_cell *into, const w5_cell *from)
{
    w5_cell first = w5_cell_earlier(from, into) ? *from : *into;
    const w5_cell *second = w5_cell_earlier(from, into) ? into : from;
    if (first.number < 0)
        first.number = second->number;
    first.until = larger(into->until, from->until);
    first.last_line = into->last_line > from->last_line ? into->last_line : from->last_line;
    first.count = into->count + from->count;
    first.failed = into->failed + from->failed;
    first.duration = larger(into->duration, from->duration);
    first.lock = larger(into->lock, from->lock);
    first.rows_examined = larger(into->rows_examined, from->rows_examined);
    first.rows_sent = larger(into->rows_sent, from->rows_sent);
    first.query_start = first_told(into->query_start, from->query_start);
    first.query_end = larger(into->query_end, from->query_end);
    first.digits = into->digits < from->digits ? into->digits : from->digits;
    *into = first;
}

static void join_rows(void *into, const void *from)
{
    w5_cell_join(into, from);
}

/* --- runs ------------------------------------------------------------------------------------ */
/* Rows in the order in which runs follow one another: their key without the time, then the time. */
static int run_order(const void *a, const void *b, void *rows)
{
    const w5_rows *t = rows;
    const w5_cell *one = w5_rows_at(t, *(const uint32_t *)a);
    const w5_cell *other = w5_rows_at(t, *(const uint32_t *)b);
    uint32_t key[WORDS], its[WORDS];
    key_of(t, one, key);
    key_of(t, other, its);
    int order = memcmp(key + 2, its + 2, sizeof(key) - 2 * sizeof(*key));
    return order != 0 ? order : (one->at > other->at) - (one->at < other->at);
}

static bool one_run(const w5_rows *t, const w5_cell *a, const w5_cell *b)
{
    uint32_t span = t->level < DAY_RUNS ? HOUR : DAY;
    if (b->at - a->until > RUN_GAP * W5_SECOND || bucket(a->at, span) != bucket(b->at, span))
        return false;
    uint32_t key[WORDS], its[WORDS];
    key_of(t, a, key);
    key_of(t, b, its);
    return memcmp(key + 2, its + 2, sizeof(key) - 2 * sizeof(*key)) == 0;
}

static void settle_runs(w5_rows *t)
{
    if (t->level < FIRST_RUNS || t->level > LAST_RUNS || t->n == 0)
        return;
    uint32_t *order = w5_xrealloc(NULL, t->n, sizeof(*order));
    bool *gone = w5_xrealloc(NULL, t->n, sizeof(*gone));
    memset(gone, 0, t->n * sizeof(*gone));
    for (size_t i = 0; i < t->n; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, t->n, sizeof(*order), run_order, t);
    for (size_t i = 1, head = 0; i < t->n; i++) {
        w5_cell *run = w5_rows_at(t, order[head]), *next = w5_rows_at(t, order[i]);
        gone[order[i]] = one_run(t, run, next);
        if (gone[order[i]])
            w5_cell_join(run, next);
        else
            head = i;
    }
    w5_rows_sweep(t, gone);
    free(order);
    free(gone);
}

/* --- excerpts ------------------------------------------------------------------------------------
 * An excerpt is worth keeping for the first cell of its class, upstream and span. That cell has
 * never lost it: it was the first of every finer span, too. */
static int text_order(const void *a, const void *b, void *cells)
{
    const w5_cells *c = cells;
    const w5_cell *one = w5_cells_at(c, *(const uint32_t *)a);
    const w5_cell *other = w5_cells_at(c, *(const uint32_t *)b);
    const uint32_t mine[] = {one->lane, one->klass, one->code, one->upstream};
    const uint32_t its[] = {other->lane, other->klass, other->code, other->upstream};
    int order = memcmp(mine, its, sizeof(mine));
    if (order != 0)
        return order;
    return w5_cell_earlier(one, other) ? -1 : w5_cell_earlier(other, one);
}

static bool one_text(const w5_cells *c, const w5_cell *a, const w5_cell *b)
{
    uint32_t span = thinnings[c->thinning];
    return a->lane == b->lane && a->klass == b->klass && a->code == b->code &&
           a->upstream == b->upstream && bucket(a->at, span) == bucket(b->at, span);
}

static size_t list_texts(const w5_cells *c, uint32_t *order)
{
    size_t n = 0;
    for (size_t i = 0; i < c->rows.n; i++)
        if (w5_cells_at(c, i)->text != 0)
            order[n++] = (uint32_t)i;
    return n;
}

/* Keeps the first of each group, in place; how many are left. */
static size_t thin(w5_cells *c, uint32_t *order, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        w5_cell *cell = w5_cells_at(c, order[i]);
        if (left > 0 && one_text(c, w5_cells_at(c, order[left - 1]), cell))
            cell->text = 0;
        else
            order[left++] = order[i];
    }
    return left;
}

static void thin_texts(w5_cells *c)
{
    uint32_t *order = w5_xrealloc(NULL, c->rows.n + 1, sizeof(*order));
    size_t n = list_texts(c, order);
    if (n > 0)
        qsort_r(order, n, sizeof(*order), text_order, c);
    if (c->thinning > 0)
        n = thin(c, order, n);
    while (n > W5_TEXTS_MAX && c->thinning + 1 < THINNINGS) {
        c->thinning++;
        n = thin(c, order, n);
    }
    c->texts = n;
    c->texts_room = (n > W5_TEXTS_MAX ? n : W5_TEXTS_MAX) * 5 / 4; /* of a fleet there may be more */
    free(order);
}

uint64_t w5_cells_coarse(const w5_cells *c)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < c->rows.n; i++) {
        const w5_cell *cell = w5_cells_at(c, i);
        uint8_t sort = w5_cells_trait(c, cell)->sort;
        const step *now = &ladder[c->rows.level][sort], *first = &ladder[0][sort];
        bool coarse = now->detail != first->detail || now->span != first->span;
        lines += coarse && sort != W5_SORT_NOISE && sort != W5_SORT_ACCESS ? cell->count : 0;
    }
    return lines;
}

/* A cell that is not the first of its group now will not be it when groups are larger. */
bool w5_cells_wants_text(w5_cells *c, const w5_cell *cell)
{
    if (c->thinning == 0)
        return true;
    const w5_texted here = {.key = {cell->lane, cell->klass, cell->code, cell->upstream},
                            .span = bucket(cell->at, thinnings[c->thinning]),
                            .at = cell->at,
                            .line = cell->line,
                            .thinning = c->thinning};
    uint64_t hash = w5_hash_mix(w5_hash_words(0, here.key, 4), (uint64_t)here.span);
    w5_texted *first = &c->texted[hash % W5_TEXTED];
    if (first->line != 0 && first->thinning == here.thinning && first->span == here.span &&
        memcmp(first->key, here.key, sizeof(here.key)) == 0 &&
        (first->at != here.at ? first->at < here.at : first->line < here.line))
        return false;
    *first = here;
    return true;
}

void w5_cells_cool(w5_cells *c)
{
    memset(c->texted, 0, sizeof(c->texted));
}

/* --- the table ------------------------------------------------------------------------------- */
static const w5_rows_kind kind = {.size = sizeof(w5_cell),
                                  .levels = LEVELS,
                                  .coarsen = coarsen,
                                  .hash = hash,
                                  .same = same,
                                  .join = join_rows,
                                  .settle = settle_runs};

void w5_cells_init(w5_cells *c, const w5_trait *trait, size_t traits, size_t max)
{
    *c = (w5_cells){.trait = trait, .traits = traits, .seed = w5_hash_key()};
    w5_rows_init(&c->rows, &kind, max, c);
}

void w5_cells_done(w5_cells *c)
{
    w5_rows_done(&c->rows);
}

void w5_cells_reset(w5_cells *c)
{
    w5_rows_reset(&c->rows);
    c->thinning = 0;
    c->texts = 0;
    c->texts_room = W5_TEXTS_MAX * 5 / 4;
    w5_cells_cool(c);
}

bool w5_cells_mixing(const w5_cells *c)
{
    return ladder[c->rows.level][W5_SORT_ERROR].detail == MIXED;
}

uint32_t w5_cells_span(const w5_cells *c, uint16_t klass)
{
    return ladder[c->rows.level][c->trait[klass].sort].span;
}

bool w5_cells_mixed(const w5_cells *c, uint16_t klass)
{
    return ladder[c->rows.level][c->trait[klass].sort].detail == MIXED;
}

size_t w5_cells_find(w5_cells *c, w5_cell *cell)
{
    return w5_rows_find(&c->rows, cell);
}

size_t w5_cells_put(w5_cells *c, w5_cell *cell)
{
    size_t before = c->rows.n;
    size_t at = w5_rows_put(&c->rows, cell);
    if (c->rows.n > before && cell->text != 0 && ++c->texts > c->texts_room)
        thin_texts(c);
    return at;
}

void w5_cells_raise(w5_cells *c, unsigned level, unsigned thinning)
{
    w5_rows_raise(&c->rows, level);
    if (thinning > c->thinning)
        c->thinning = thinning;
}

void w5_cells_settle(w5_cells *c)
{
    w5_rows_settle(&c->rows);
    thin_texts(c);
}
