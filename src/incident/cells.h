/* cells.h -- the ledger's main table: cells, and what they give up first when there are too many.
 */
#ifndef W5_INCIDENT_CELLS_H
#define W5_INCIDENT_CELLS_H

#include "rows.h"
#include <why502/incident.h>

/* Sorts of cells, which lose their detail at different levels. */
typedef enum w5_sort {
    W5_SORT_NOISE,
    W5_SORT_ACCESS,
    W5_SORT_QUERY,
    W5_SORT_LIFE,
    W5_SORT_ERROR,
    W5_SORTS
} w5_sort;

typedef struct w5_trait { /* of a class, by w5_class.index */
    uint8_t sort;
    uint8_t order;
    bool access; /* `access` and `upstream-5xx`: lines of access logs */
    bool error;  /* counts as an upstream error (spec §6.2) */
    bool upstream;
    bool trouble;
    bool once;   /* told twice by gunicorn: one per process and second (facts: gunicorn §0.2) */
    bool killed; /* a worker that died of a signal */
    bool nolive; /* names a block, not a peer */
    bool truncated;
    bool behind; /* an application's or database's trouble that makes 5xx answers its effect */
    bool life;   /* of a process: errors beside it are no healthy trickle */
    bool recovery;
} w5_trait;

/* traits.c: one for each class by index, 0 that of "other"; to be freed. */
w5_trait *w5_traits_make(const w5_catalogue *c, size_t *traits);

/* The first cell seen lately of those of which one excerpt is kept. */
typedef struct w5_texted {
    uint32_t key[4];
    w5_time span, at; /* where the span begins, and the cell */
    uint64_t line;    /* 0: free */
    unsigned thinning;
} w5_texted;
#define W5_TEXTED 64

typedef struct w5_cells {
    w5_rows rows;
    const w5_trait *trait;
    size_t traits;
    /* Told of every path, and of every class, that cells of upstream errors are about to lose. */
    void (*lose_path)(void *context, const w5_cell *cell);
    void (*lose_class)(void *context, const w5_cell *cell);
    void *context;
    uint64_t seed;
    unsigned thinning; /* level at which excerpts are kept */
    size_t texts;      /* at least as many cells have one */
    size_t texts_room; /* so many, and they are thinned out */
    w5_texted texted[W5_TEXTED];
} w5_cells;

void w5_cells_init(w5_cells *c, const w5_trait *trait, size_t traits, size_t max);
void w5_cells_done(w5_cells *c);
void w5_cells_reset(w5_cells *c);
static inline w5_cell *w5_cells_at(const w5_cells *c, size_t i)
{
    return (w5_cell *)w5_rows_at(&c->rows, i);
}
const w5_trait *w5_cells_trait(const w5_cells *c, const w5_cell *cell);
/* Errors do not carry their path any more: who counts them counts paths elsewhere. */
bool w5_cells_pathless(const w5_cells *c);
/* Do cells stand for errors of this class and others, which are counted elsewhere? */
bool w5_cells_mixed(const w5_cells *c, uint16_t klass);
bool w5_cells_mixing(const w5_cells *c); /* those of all upstream errors do */
/* Seconds that a cell of a class covers at most, 0 for any time. */
uint32_t w5_cells_span(const w5_cells *c, uint16_t klass);
/* Lines in cells that do not tell their path or second any more, though as few as these would: a
 * function of what is there, not of how it came to be there. Look-alikes are as they were meant to be. */
uint64_t w5_cells_coarse(const w5_cells *c);
/* False: the excerpt of this cell would be thinned out, for one before it has its own. */
bool w5_cells_wants_text(w5_cells *c, const w5_cell *cell);
void w5_cells_cool(w5_cells *c); /* ids are no more what they were */
size_t w5_cells_find(w5_cells *c, w5_cell *cell);
size_t w5_cells_put(w5_cells *c, w5_cell *cell);
void w5_cells_raise(w5_cells *c, unsigned level, unsigned thinning);
void w5_cells_settle(w5_cells *c);
/* Which of two cells of a key stands for both: the one whose first line comes first. */
bool w5_cell_earlier(const w5_cell *a, const w5_cell *b);
/* One cell takes up another of the same key. */
void w5_cell_join(w5_cell *into, const w5_cell *from);
/* Start of the span of `span` microseconds that an instant lies in. */
w5_time w5_span_start(w5_time at, w5_time span);

#define W5_TEXTS_MAX 4096 /* excerpts; beyond, one per class, upstream and span */

#endif
