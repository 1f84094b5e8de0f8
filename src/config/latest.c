/* latest.c -- the last setting of each name, found at once: files of many settings cost no more a line
 * than short ones. */
#include "reading.h"

static uint64_t hash_of(w5_str program, w5_str scope, w5_str name)
{
    return w5_str_hash(name) ^ w5_str_hash(scope) * 31 ^ w5_str_hash(program) * 961;
}

/* Where it is, or would be: the first free slot behind its place. */
static w5_latest *find(w5_latest *slot, size_t room, uint64_t hash, const w5_str key[3])
{
    for (size_t i = (size_t)hash & (room - 1);; i = (i + 1) & (room - 1)) {
        w5_latest *s = &slot[i];
        if (!s->taken || (s->hash == hash && w5_str_eq(s->key[0], key[0]) &&
                          w5_str_eq(s->key[1], key[1]) && w5_str_eq(s->key[2], key[2])))
            return s;
    }
}

size_t w5_latest_seen(const w5_config *c, const char *program, w5_str scope, w5_str name)
{
    const w5_str key[3] = {w5_str_of(program), scope, name};
    return c->latest ? find(c->latest, c->latest_room, hash_of(key[0], scope, name), key)->index : 0;
}

/* Never more than half full. */
static void make_room(w5_config *c)
{
    if (2 * c->latests < c->latest_room)
        return;
    size_t room = c->latest_room ? 4 * c->latest_room : 256;
    w5_latest *slot = W5_NEW_N(c->arena, w5_latest, room);
    for (size_t i = 0; i < c->latest_room; i++)
        if (c->latest[i].taken)
            *find(slot, room, c->latest[i].hash, c->latest[i].key) = c->latest[i];
    c->latest = slot;
    c->latest_room = room;
}

size_t *w5_latest_of(w5_config *c, const char *program, w5_str scope, w5_str name)
{
    const w5_str key[3] = {w5_str_of(program), scope, name};
    uint64_t hash = hash_of(key[0], scope, name);
    make_room(c);
    w5_latest *s = find(c->latest, c->latest_room, hash, key);
    if (!s->taken) {
        *s = (w5_latest){.hash = hash, .key = {key[0], scope, name}, .taken = true};
        c->latests++;
    }
    return &s->index;
}
