/* rows.h -- a bounded table whose rows grow coarser instead of more.
 *
 * A kind says how a row is coarsened to a level, which rows are then the same, and how two of them
 * become one. When there are more rows than the table may hold, its level rises by one, every row
 * is coarsened and equal ones are joined.
 *
 * Why this and no queue with an eviction rule: the level is the lowest at which everything put in
 * so far fits. Coarser keys are functions of finer ones, so a larger set never fits at a lower
 * level than a part of it; therefore the end state depends on what was put in and not on the order,
 * nor on how it was cut into chunks and merged (src/decisions has the page). */
#ifndef W5_INCIDENT_ROWS_H
#define W5_INCIDENT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct w5_rows w5_rows;

typedef struct w5_rows_kind {
    size_t size;     /* bytes of a row */
    unsigned levels; /* at the last one everything must fit */
    /* Takes off what the table's level gives up; true when something was lost. */
    bool (*coarsen)(w5_rows *t, void *row);
    uint64_t (*hash)(const w5_rows *t, const void *row);
    bool (*same)(const w5_rows *t, const void *a, const void *b);
    void (*join)(void *into, const void *from);
    /* May be NULL. Joins rows that no exact key can tell to be one (runs that touch); w5_rows_sweep
     * below then takes the joined ones out. */
    void (*settle)(w5_rows *t);
} w5_rows_kind;

struct w5_rows {
    const w5_rows_kind *kind;
    void *context; /* for the kind's functions */
    unsigned char *row;
    size_t n, room, max;
    uint32_t *slot; /* 0 = free, else index + 1 */
    size_t slots;
    unsigned level;
    uint64_t coarsened; /* rows that lost detail */
    uint64_t moved;     /* goes up whenever indices of rows have changed */
};

void w5_rows_init(w5_rows *t, const w5_rows_kind *kind, size_t max, void *context);
void w5_rows_done(w5_rows *t);
void w5_rows_reset(w5_rows *t); /* empty again, at level 0 */

static inline void *w5_rows_at(const w5_rows *t, size_t i)
{
    return t->row + i * t->kind->size;
}
/* The row that *row (coarsened here) belongs to; SIZE_MAX when it would be a new one. */
size_t w5_rows_find(w5_rows *t, void *row);
/* Joins *row to its like, or adds it. The answer is its index until `moved` changes. */
size_t w5_rows_put(w5_rows *t, void *row);
/* At least this level: that of a table whose rows are about to be put here. */
void w5_rows_raise(w5_rows *t, unsigned level);
/* Brings the table to the state that the order of its rows has no part in. */
void w5_rows_settle(w5_rows *t);
/* Gives back memory that rows no longer need. */
void w5_rows_shrink(w5_rows *t);
/* Makes the index anew, joining equal rows: after ids in rows have changed. */
void w5_rows_rebuild(w5_rows *t);
/* Takes out the rows for which gone[i] is set. */
void w5_rows_sweep(w5_rows *t, const bool *gone);

#endif
