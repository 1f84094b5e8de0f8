/* map.c -- the string table: an open-addressed index of ids over a list of strings.
 *
 * The index is at most three quarters full and doubles, so a small table stays small; the strings
 * lie in an arena and never move. The hash is keyed (str.c), the stored 32 bits of it spare most
 * comparisons. */
#include <why502/base/map.h>

#include <stdlib.h>

enum {
    RESERVED = 2,
    FIRST_SLOTS = 64
};

typedef struct entry {
    const char *ptr;
    uint32_t len;
    uint32_t hash;
} entry;

struct w5_intern {
    w5_arena *strings;
    entry *entries;  /* by id; 0 is "", 1 is "(other)" */
    uint32_t *slots; /* 0 = free, else an id */
    size_t count, room, slot_count;
    size_t max_strings, max_bytes, bytes;
    uint64_t refused;
};

w5_intern *w5_intern_new(size_t max_strings, size_t max_bytes)
{
    w5_intern *t = w5_xmalloc(sizeof *t);
    if (max_strings > UINT32_MAX / 4)
        max_strings = UINT32_MAX / 4;
    *t = (w5_intern){.strings = w5_arena_new(),
                     .count = RESERVED,
                     .room = FIRST_SLOTS,
                     .slot_count = FIRST_SLOTS,
                     .max_strings = max_strings,
                     .max_bytes = max_bytes};
    t->entries = w5_xrealloc(NULL, t->room, sizeof *t->entries);
    t->entries[0] = (entry){"", 0, 0};
    t->entries[W5_INTERN_FULL] = (entry){"(other)", 7, 0};
    t->slots = w5_xrealloc(NULL, t->slot_count, sizeof *t->slots);
    memset(t->slots, 0, t->slot_count * sizeof *t->slots);
    return t;
}

void w5_intern_free(w5_intern *t)
{
    if (!t)
        return;
    w5_arena_free(t->strings);
    free(t->entries);
    free(t->slots);
    free(t);
}

/* The slot that holds s, or the free one where it would go. */
static uint32_t *find_slot(const w5_intern *t, w5_str s, uint32_t hash)
{
    size_t mask = t->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        const entry *e = &t->entries[t->slots[i]];
        if (t->slots[i] == 0 || (e->hash == hash && w5_str_eq(s, (w5_str){e->ptr, e->len})))
            return &t->slots[i];
    }
}

static void put_slot(w5_intern *t, w5_id id)
{
    size_t mask = t->slot_count - 1;
    size_t i = t->entries[id].hash & mask;
    while (t->slots[i] != 0)
        i = (i + 1) & mask;
    t->slots[i] = id;
}

static void grow(w5_intern *t)
{
    t->slot_count *= 2;
    t->slots = w5_xrealloc(t->slots, t->slot_count, sizeof *t->slots);
    memset(t->slots, 0, t->slot_count * sizeof *t->slots);
    for (w5_id id = RESERVED; id < t->count; id++)
        put_slot(t, id);
}

static w5_id add(w5_intern *t, w5_str s, uint32_t hash)
{
    w5_id id = (w5_id)t->count;
    if (t->count == t->room) {
        t->room *= 2;
        t->entries = w5_xrealloc(t->entries, t->room, sizeof *t->entries);
    }
    t->entries[id] = (entry){w5_arena_str(t->strings, s).ptr, (uint32_t)s.len, hash};
    t->bytes += s.len;
    t->count++;
    return id;
}

w5_id w5_intern_put(w5_intern *t, w5_str s)
{
    if (s.len == 0)
        return 0;
    uint32_t hash = (uint32_t)w5_str_hash(s);
    uint32_t *slot = find_slot(t, s, hash);
    if (*slot != 0)
        return *slot;
    if (t->count - RESERVED >= t->max_strings || s.len > UINT32_MAX ||
        s.len > t->max_bytes - t->bytes) {
        t->refused++;
        return W5_INTERN_FULL;
    }
    *slot = add(t, s, hash);
    w5_id id = *slot;
    if (t->count * 4 > t->slot_count * 3)
        grow(t);
    return id;
}

w5_id w5_intern_find(const w5_intern *t, w5_str s)
{
    return s.len == 0 ? 0 : *find_slot(t, s, (uint32_t)w5_str_hash(s));
}

w5_str w5_intern_str(const w5_intern *t, w5_id id)
{
    const entry *e = &t->entries[id < t->count ? id : W5_INTERN_FULL];
    return (w5_str){e->ptr, e->len};
}

size_t w5_intern_count(const w5_intern *t)
{
    return t->count;
}

uint64_t w5_intern_refused(const w5_intern *t)
{
    return t->refused;
}
