/* table.h -- the tables of a state while they are in memory.
 *
 * Rows of one type stand in one array. What their slices point to is one block a row, which the row
 * owns: a run of many days replaces positions and forgets lines without growing. */
#ifndef W5_STATE_TABLE_H
#define W5_STATE_TABLE_H

#include <why502/base/str.h>

typedef struct w5_table {
    void *at;
    size_t n, room, size; /* size: of a row */
    size_t block;         /* where in a row the pointer to its block stands */
} w5_table;

/* A zeroed row at the end; pointers to others may move. */
void *w5_table_add(w5_table *t);
/* Takes out the first `n`, and their blocks. */
void w5_table_drop_first(w5_table *t, size_t n);
/* Takes out row `i`; the order of the others stays. */
void w5_table_drop(w5_table *t, size_t i);
void w5_table_done(w5_table *t);
/* Copies what the `n` slices of a row point to into one block, which becomes the row's; the block it
 * had is freed. Each copy is NUL-terminated. */
void w5_table_own(const w5_table *t, void *row, w5_str *const *slice, size_t n);

#endif
