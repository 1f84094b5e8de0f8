#include "names.h"

#include "hash.h"

#include <stdlib.h>
#include <why502/base/arena.h>

enum {
    STRINGS = 1 << 17,
    BYTES = 6 << 20,
    MOVE_STRINGS = 40000,
    MOVE_BYTES = 5 << 19
};

void w5_names_init(w5_names *names)
{
    *names = (w5_names){.seed = w5_hash_key(), .table = w5_intern_new(STRINGS, BYTES)};
}

void w5_names_done(w5_names *names)
{
    w5_intern_free(names->table);
}

void w5_names_reset(w5_names *names)
{
    w5_names_done(names);
    w5_names_init(names);
}

w5_id w5_names_put_text(w5_names *names, w5_str s)
{
    size_t before = w5_intern_count(names->table);
    w5_id id = w5_intern_put(names->table, s);
    if (w5_intern_count(names->table) > before)
        names->bytes += s.len;
    return id;
}

w5_id w5_names_put(w5_names *names, w5_str s)
{
    if (s.len == 0)
        return 0;
    size_t i = w5_hash_bytes(names->seed, s) % W5_NAMES_CACHE;
    if (names->cache[i].len == s.len && memcmp(names->cache[i].ptr, s.ptr, s.len) == 0)
        return names->cache[i].id;
    w5_id id = w5_names_put_text(names, s);
    if (id > W5_INTERN_FULL) {
        names->cache[i].ptr = w5_intern_str(names->table, id).ptr;
        names->cache[i].len = (uint32_t)s.len;
        names->cache[i].id = id;
    }
    return id;
}

bool w5_names_full(const w5_names *names)
{
    return names->bytes > MOVE_BYTES || w5_intern_count(names->table) > MOVE_STRINGS;
}

void w5_move_init(w5_move *m, const w5_intern *from, w5_names *to)
{
    size_t n = w5_intern_count(from);
    *m = (w5_move){.from = from, .to = to, .id = w5_xrealloc(NULL, n, sizeof(*m->id))};
    memset(m->id, 0, n * sizeof(*m->id));
}

void w5_move_done(w5_move *m)
{
    free(m->id);
}

w5_id w5_move_id(w5_move *m, w5_id old)
{
    if (old <= W5_INTERN_FULL || old >= w5_intern_count(m->from))
        return old;
    if (m->id[old] == 0)
        m->id[old] = w5_names_put_text(m->to, w5_intern_str(m->from, old));
    return m->id[old];
}
