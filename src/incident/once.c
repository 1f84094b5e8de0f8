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

void w5_once_forget(w5_once *o)
{
    o->forgotten += o->n;
    make_slots(o, FIRST_SLOTS);
    o->newest = 0;
    o->unordered = false;
}

/* Seconds of one key lie together by sixteen, so that a second and its neighbours are mostly one
 * look. */
enum {
    TOGETHER = 16
};

static w5_seen *start(const w5_once *o, uint64_t key, uint32_t second, size_t *i)
{
    *i = w5_hash_mix(key, second / TOGETHER) & (o->slots - 1);
    return &o->slot[*i];
}

static w5_seen *next(const w5_once *o, size_t *i)
{
    *i = (*i + 1) & (o->slots - 1);
    return &o->slot[*i];
}

static w5_seen *find(const w5_once *o, uint64_t key, uint32_t second)
{
    size_t i;
    for (w5_seen *s = start(o, key, second, &i);; s = next(o, &i))
        if (s->key == 0 || (s->key == key && s->second == second))
            return s;
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

static void fill(w5_once *o, w5_seen *free_slot, const w5_seen *seen)
{
    *free_slot = *seen;
    o->n++;
    if (seen->second > o->newest)
        o->newest = seen->second;
    else if (o->newest - seen->second > W5_ONCE_REACH)
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

/* What is there of a key around a second. */
typedef struct beside {
    bool before, same, after;
} beside;

/* The answer is the free slot behind the key's group. */
static w5_seen *look(w5_once *o, uint64_t key, uint32_t group, uint32_t second, w5_id upstream,
                     beside *b)
{
    size_t i;
    w5_seen *s = start(o, key, group, &i);
    for (; s->key != 0; s = next(o, &i)) {
        uint32_t apart = s->second - second + 1; /* 0, 1, 2: before, same, after */
        if (s->key != key || apart > 2)
            continue;
        *(apart == 0 ? &b->before : apart == 1 ? &b->same : &b->after) = true;
        if (s->upstream != upstream)
            w5_once_join(o, s->upstream, upstream);
    }
    return s;
}

int w5_once_put(w5_once *o, uint64_t key, uint32_t second, w5_id upstream, uint16_t place)
{
    beside b = {false, false, false};
    make_room(o);
    w5_seen *free_slot = look(o, key, second, second, upstream, &b);
    if (b.same)
        return 0;
    if (second % TOGETHER == 0)
        look(o, key, second - 1, second, upstream, &b);
    if (second % TOGETHER == TOGETHER - 1)
        look(o, key, second + 1, second, upstream, &b);
    int runs = 1 - b.before - b.after;
    fill(o, free_slot,
         &(w5_seen){.key = key & KEY,
                    .place = place,
                    .second = second,
                    .upstream = upstream & W5_SEEN_EXIT,
                    .share = (unsigned)(runs + 1) & 3});
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
    make_room(o);
    w5_seen *s = find(o, key, second);
    if (s->key != 0)
        return true;
    fill(o, s,
         &(w5_seen){.key = key & KEY,
                    .place = place,
                    .second = second,
                    .upstream = W5_SEEN_EXIT,
                    .share = 2});
    return false;
}
