/* told.c -- logs by host and name, and which coverage records were seen. */
#include "records.h"

#include <limits.h>
#include <stdlib.h>

enum {
    FIRST_SLOTS = 64,
    NAME_MOST = 256
};

typedef struct set { /* of hashes, each with a number */
    struct place {
        uint64_t hash; /* 0: free */
        uint32_t number;
    } * at;
    size_t slots, n;
} set;

struct w5_told {
    set streams, coverages;
    size_t last; /* place of the stream asked for last */
};

static struct place *find(const set *s, uint64_t hash)
{
    size_t i = hash & (s->slots - 1);
    while (s->at[i].hash != 0 && s->at[i].hash != hash)
        i = (i + 1) & (s->slots - 1);
    return &s->at[i];
}

static void make_slots(set *s, size_t slots)
{
    s->at = w5_xrealloc(NULL, slots, sizeof(*s->at));
    memset(s->at, 0, slots * sizeof(*s->at));
    s->slots = slots;
}

static void grow(set *s)
{
    set old = *s;
    if ((s->n + 1) * 4 <= s->slots * 3)
        return;
    make_slots(s, s->slots * 2);
    for (size_t i = 0; i < old.slots; i++)
        if (old.at[i].hash != 0)
            *find(s, old.at[i].hash) = old.at[i];
    free(old.at);
}

/* The place of a hash; its number is UINT32_MAX when it is new. */
static struct place *put(set *s, uint64_t hash)
{
    grow(s);
    struct place *p = find(s, hash);
    if (p->hash == 0) {
        *p = (struct place){hash, UINT32_MAX};
        s->n++;
    }
    return p;
}

void w5_told_free(w5_told *t)
{
    if (!t)
        return;
    free(t->streams.at);
    free(t->coverages.at);
    free(t);
}

static w5_told *told_of(w5_records *r)
{
    if (!r->told) {
        r->told = w5_xmalloc(sizeof(*r->told));
        *r->told = (w5_told){.last = 0};
        make_slots(&r->told->streams, FIRST_SLOTS);
        make_slots(&r->told->coverages, FIRST_SLOTS);
    }
    return r->told;
}

static w5_log *log_of(w5_stream *s)
{
    return (w5_log *)(void *)s;
}

static uint64_t key_of(w5_str host, w5_str name)
{
    return (w5_str_hash(host) * UINT64_C(0x9e3779b97f4a7c15) ^ w5_str_hash(name)) | 1;
}

static void make(w5_records *r, w5_str host, w5_str name)
{
    w5_log *log = w5_log_new(r, r->now, name);
    w5_lane_free(log->lane[0]); /* no lines of its own are read */
    log->lane[0] = NULL;
    log->pub.source = UINT32_MAX;
    log->pub.reader = log->pub.host = w5_arena_str(r->forever, host);
    log->pub.told = true;
    log->pub.how = W5_STR("from events");
}

w5_stream *w5_told_stream(w5_stream *by, w5_str host, w5_str name)
{
    w5_records *r = log_of(by)->stage;
    w5_told *t = told_of(r);
    host = w5_str_head(host, NAME_MOST);
    name = w5_str_head(name, NAME_MOST);
    uint64_t hash = key_of(host, name);
    struct place *p = t->streams.n < W5_TOLD_MAX ? put(&t->streams, hash) : find(&t->streams, hash);
    if (p->hash == 0)
        return &r->log[t->last]->pub; /* beyond the bound */
    if (p->number == UINT32_MAX) {
        p->number = (uint32_t)r->logs;
        make(r, host, name);
    }
    t->last = p->number;
    return &r->log[p->number]->pub;
}

static void cover_time(w5_stream *s, const w5_coverage *c)
{
    if (c->first == W5_TIME_NONE)
        return;
    s->zoned = s->zoned && c->zoned;
    if (s->first == W5_TIME_NONE || c->first < s->first)
        s->first = c->first;
    if (s->last == W5_TIME_NONE || c->last > s->last)
        s->last = c->last;
}

void w5_told_cover(w5_stream *told, const w5_coverage *c)
{
    w5_records *r = log_of(told)->stage;
    const w5_format *format = w5_format_find(c->format);
    set *known = &told_of(r)->coverages;
    told->ended = true;
    if (known->n >= W5_COVER_MAX || put(known, w5_str_hash(c->id) | 1)->number != UINT32_MAX)
        return;
    find(known, w5_str_hash(c->id) | 1)->number = told->index;
    told->lines += c->lines;
    told->understood += c->understood;
    told->not_understood += c->not_understood;
    told->cut += c->cut;
    told->forged += c->forged;
    told->events += c->events;
    told->records += c->understood;
    if (format && (!told->format || c->lines * 2 > told->lines))
        told->format = format;
    if (c->zone != INT_MIN)
        told->zone_told = c->zone;
    cover_time(told, c);
}

void w5_told_lost(w5_stream *by, w5_str host, w5_str why)
{
    w5_records *r = log_of(by)->stage;
    w5_stream *s = w5_told_stream(by, host, W5_NONE);
    s->lost = w5_arena_str(r->forever, w5_str_head(why, NAME_MOST));
}
