#include "once.h"

#include "hash.h"

#include <stdlib.h>
#include <why502/base/arena.h>

enum {
    FIRST_SLOTS = 256
};
#define KEY ((UINT64_C(1) << 48) - 1)

void w5_once_init(w5_once *o, size_t max)
{
    *o = (w5_once){.max = max};
    w5_once_reset(o);
}

void w5_once_done(w5_once *o)
{
    free(o->slot);
}

static void make_slots(w5_once *o, size_t slots)
{
    o->slot = w5_xrealloc(o->slot, slots, sizeof(*o->slot));
    o->slots = slots;
    o->n = 0;
    memset(o->slot, 0, slots * sizeof(*o->slot));
}

void w5_once_reset(w5_once *o)
{
    make_slots(o, FIRST_SLOTS);
    o->newest = 0;
    o->unordered = false;
    o->peers = 0;
    o->forgotten = 0;
}

static w5_seen *find(const w5_once *o, uint64_t key, uint32_t second)
{
    size_t mask = o->slots - 1;
    for (size_t i = w5_hash_mix(key, second) & mask;; i = (i + 1) & mask) {
        w5_seen *s = &o->slot[i];
        if (s->key == 0 || (s->key == key && s->second == second))
            return s;
    }
}

static void move_in(w5_once *o, const w5_seen *old, size_t n, uint32_t since)
{
    for (size_t i = 0; i < n; i++) {
        if (old[i].key == 0)
            continue;
        if (old[i].second < since) {
            o->forgotten++;
            continue;
        }
        *find(o, old[i].key, old[i].second) = old[i];
        o->n++;
    }
}

static void rehash(w5_once *o, size_t slots, uint32_t since)
{
    w5_seen *old = o->slot;
    size_t n = o->slots;
    o->slot = NULL;
    make_slots(o, slots);
    move_in(o, old, n, since);
    free(old);
}

static uint32_t oldest(const w5_once *o)
{
    uint32_t second = UINT32_MAX;
    for (size_t i = 0; i < o->slots; i++)
        if (o->slot[i].key != 0 && o->slot[i].second < second)
            second = o->slot[i].second;
    return second;
}

/* Forgets the older half of the time it knows; everything, should that be one second. */
static void forget(w5_once *o)
{
    while (o->n * 2 > o->slots) {
        uint32_t first = oldest(o);
        rehash(o, o->slots, first == o->newest ? UINT32_MAX : o->newest - (o->newest - first) / 2);
    }
}

static void make_room(w5_once *o)
{
    if ((o->n + 1) * 4 <= o->slots * 3)
        return;
    if (o->slots < o->max)
        rehash(o, o->slots * 2, 0);
    else
        forget(o);
}

static void add(w5_once *o, uint64_t key, uint32_t second, w5_id upstream, uint16_t place,
                int share)
{
    make_room(o);
    *find(o, key, second) = (w5_seen){.key = key & KEY,
                                      .place = place,
                                      .second = second,
                                      .upstream = upstream & 0x3fffffff,
                                      .share = (unsigned)(share + 1) & 3};
    o->n++;
    if (second > o->newest)
        o->newest = second;
    else if (o->newest - second > W5_ONCE_REACH)
        o->unordered = true;
}

void w5_once_join(w5_once *o, w5_id a, w5_id b)
{
    w5_peers pair = a < b ? (w5_peers){a, b} : (w5_peers){b, a};
    if (pair.a == pair.b || pair.a <= W5_INTERN_FULL || pair.b == W5_SEEN_EXIT)
        return;
    for (size_t i = 0; i < o->peers; i++)
        if (o->peer[i].a == pair.a && o->peer[i].b == pair.b)
            return;
    if (o->peers < W5_PEERS_MAX)
        o->peer[o->peers++] = pair;
}

static bool neighbour(w5_once *o, uint64_t key, uint32_t second, w5_id upstream)
{
    const w5_seen *s = find(o, key, second);
    if (s->key == 0)
        return false;
    w5_once_join(o, s->upstream, upstream);
    return true;
}

int w5_once_put(w5_once *o, uint64_t key, uint32_t second, w5_id upstream, uint16_t place)
{
    if (neighbour(o, key, second, upstream))
        return 0;
    int runs =
        1 - neighbour(o, key, second - 1, upstream) - neighbour(o, key, second + 1, upstream);
    add(o, key, second, upstream, place, runs);
    return runs;
}

/* Lines of one process come in order of time, so a run that the later set counted can only have
 * begun here: what it adds is never more than what it added there. (It seems more where the set has
 * been told to forget what lies between.) */
unsigned w5_once_merge(w5_once *o, const w5_seen *seen, w5_id upstream)
{
    int there = (int)seen->share - 1;
    int here = w5_once_put(o, seen->key, seen->second, upstream, seen->place);
    if (here >= there) {
        find(o, seen->key, seen->second)->share = seen->share;
        return 0;
    }
    return (unsigned)(there - here);
}

bool w5_once_has(const w5_once *o, uint64_t key, uint32_t second)
{
    return find(o, key, second)->key != 0;
}

bool w5_once_again(w5_once *o, uint64_t key, uint32_t second, uint16_t place)
{
    if (w5_once_has(o, key, second))
        return true;
    add(o, key, second, W5_SEEN_EXIT, place, 1);
    return false;
}
