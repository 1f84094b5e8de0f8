#include "rows.h"

#include <stdlib.h>
#include <string.h>
#include <why502/base/arena.h>

enum {
    FIRST_ROWS = 64,
    FIRST_SLOTS = 256
};

void w5_rows_init(w5_rows *t, const w5_rows_kind *kind, size_t max, void *context)
{
    *t = (w5_rows){.kind = kind, .context = context, .max = max};
    w5_rows_reset(t);
}

void w5_rows_done(w5_rows *t)
{
    free(t->row);
    free(t->slot);
}

/* Memory is given back: a chunk's ledger must not stay as large as its fullest chunk. */
void w5_rows_reset(w5_rows *t)
{
    t->n = 0;
    t->room = FIRST_ROWS;
    t->slots = FIRST_SLOTS;
    t->level = 0;
    t->coarsened = 0;
    t->moved++;
    t->row = w5_xrealloc(t->row, t->room, t->kind->size);
    t->slot = w5_xrealloc(t->slot, t->slots, sizeof(*t->slot));
    memset(t->slot, 0, t->slots * sizeof(*t->slot));
}

/* The slot of the row's like, or the free one where it would go. */
static uint32_t *find_slot(const w5_rows *t, const void *row)
{
    size_t mask = t->slots - 1;
    for (size_t i = t->kind->hash(t, row) & mask;; i = (i + 1) & mask)
        if (t->slot[i] == 0 || t->kind->same(t, row, w5_rows_at(t, t->slot[i] - 1)))
            return &t->slot[i];
}

static void clear_index(w5_rows *t, size_t slots)
{
    if (slots != t->slots)
        t->slot = w5_xrealloc(t->slot, slots, sizeof(*t->slot));
    t->slots = slots;
    memset(t->slot, 0, slots * sizeof(*t->slot));
}

void w5_rows_rebuild(w5_rows *t)
{
    size_t n = 0;
    clear_index(t, t->slots);
    for (size_t i = 0; i < t->n; i++) {
        void *row = w5_rows_at(t, i);
        uint32_t *slot = find_slot(t, row);
        if (*slot != 0) {
            t->kind->join(w5_rows_at(t, *slot - 1), row);
            continue;
        }
        if (n != i)
            memcpy(w5_rows_at(t, n), row, t->kind->size);
        *slot = (uint32_t)++n;
    }
    t->n = n;
    t->moved++;
}

void w5_rows_sweep(w5_rows *t, const bool *gone)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (gone[i])
            continue;
        if (n != i)
            memcpy(w5_rows_at(t, n), w5_rows_at(t, i), t->kind->size);
        n++;
    }
    t->n = n;
    w5_rows_rebuild(t);
}

void w5_rows_raise(w5_rows *t, unsigned level)
{
    if (level >= t->kind->levels)
        level = t->kind->levels - 1;
    if (level <= t->level)
        return;
    t->level = level;
    for (size_t i = 0; i < t->n; i++)
        t->coarsened += t->kind->coarsen(t, w5_rows_at(t, i));
    w5_rows_rebuild(t);
    if (t->kind->settle)
        t->kind->settle(t);
}

void w5_rows_settle(w5_rows *t)
{
    if (t->kind->settle)
        t->kind->settle(t);
    while (t->n > t->max && t->level + 1 < t->kind->levels)
        w5_rows_raise(t, t->level + 1);
}

void w5_rows_shrink(w5_rows *t)
{
    size_t room = t->n > FIRST_ROWS ? t->n : FIRST_ROWS;
    if (room * 4 > t->room * 3)
        return;
    t->row = w5_xrealloc(t->row, room, t->kind->size);
    t->room = room;
}

/* Rows that only settling can join need some room to wait in, or each of them would cost a pass. */
static size_t most(const w5_rows *t)
{
    return t->kind->settle ? t->max + t->max / 4 : t->max;
}

static void make_room(w5_rows *t)
{
    if (t->n >= most(t))
        w5_rows_settle(t);
    while (t->n >= most(t) && t->level + 1 < t->kind->levels)
        w5_rows_raise(t, t->level + 1);
    if (t->n == t->room) {
        t->room = t->room < t->max / 2 ? t->room * 2 : t->room + t->max / 4 + 1;
        t->row = w5_xrealloc(t->row, t->room, t->kind->size);
    }
    if ((t->n + 1) * 4 > t->slots * 3) {
        clear_index(t, t->slots * 2);
        w5_rows_rebuild(t);
    }
}

size_t w5_rows_find(w5_rows *t, void *row)
{
    t->kind->coarsen(t, row);
    uint32_t *slot = find_slot(t, row);
    return *slot == 0 ? SIZE_MAX : *slot - 1;
}

static size_t add(w5_rows *t, void *row)
{
    unsigned level = t->level;
    make_room(t);
    if (t->level != level)
        return w5_rows_put(t, row); /* coarser now: its like may be there */
    memcpy(w5_rows_at(t, t->n), row, t->kind->size);
    *find_slot(t, row) = (uint32_t)(t->n + 1);
    return t->n++;
}

size_t w5_rows_put(w5_rows *t, void *row)
{
    t->coarsened += t->kind->coarsen(t, row);
    uint32_t *slot = find_slot(t, row);
    if (*slot == 0)
        return add(t, row);
    t->kind->join(w5_rows_at(t, *slot - 1), row);
    return *slot - 1;
}
