#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <why502/base/arena.h>

static char *row_at(const w5_table *t, size_t i)
{
    return (char *)t->at + i * t->size;
}

static void **block_of(const w5_table *t, void *row)
{
    return (void **)(void *)((char *)row + t->block);
}

void *w5_table_add(w5_table *t)
{
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 16;
        t->at = w5_xrealloc(t->at, t->room, t->size);
    }
    return memset(row_at(t, t->n++), 0, t->size);
}

void w5_table_drop_first(w5_table *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(*block_of(t, row_at(t, i)));
    t->n -= n;
    if (n > 0)
        memmove(t->at, row_at(t, n), t->n * t->size);
}

void w5_table_drop(w5_table *t, size_t i)
{
    free(*block_of(t, row_at(t, i)));
    t->n--;
    memmove(row_at(t, i), row_at(t, i + 1), (t->n - i) * t->size);
}

void w5_table_done(w5_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(*block_of(t, row_at(t, i)));
    free(t->at);
    t->at = NULL;
    t->n = t->room = 0;
}

void w5_table_own(const w5_table *t, void *row, w5_str *const *slice, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += slice[i]->len + 1;
    char *block = w5_xmalloc(size ? size : 1);
    char *at = block;
    for (size_t i = 0; i < n; i++) {
        if (slice[i]->len)
            memcpy(at, slice[i]->ptr, slice[i]->len);
        at[slice[i]->len] = '\0';
        slice[i]->ptr = at;
        at += slice[i]->len + 1;
    }
    free(*block_of(t, row));
    *block_of(t, row) = block;
}
