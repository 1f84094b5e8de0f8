#include "outside.h"

#include <stdlib.h>

#define QUARTER (15 * W5_MINUTE)

enum {
    FAR = 60, /* quarters: zones reach from -12:00 to +14:00 */
    BINS = 2 * FAR + 1
};

/* Quarters are counted from the limit: bin FAR + q holds stamps of [limit + q, limit + q + 1).
 * Those of the upper limit are one microsecond apart, for the limit itself is inside. */
typedef struct bins {
    uint64_t early[BINS], late[BINS];
} bins;

struct w5_limits {
    bins *unzoned;        /* NULL: none came */
    uint64_t early, late; /* lines whose stamps carry their zone */
    w5_time last;         /* the stamp before; W5_TIME_NONE */
    bool last_zoned;
};

void w5_outside_done(w5_outside *o)
{
    for (size_t i = 0; i < o->streams; i++)
        free(o->of[i].unzoned);
    free(o->of);
    o->of = NULL;
    o->streams = 0;
}

static struct w5_limits *limits_of(w5_outside *o, size_t stream)
{
    if (stream >= o->streams) {
        size_t n = stream + 8;
        o->of = w5_xrealloc(o->of, n, sizeof(*o->of));
        for (size_t i = o->streams; i < n; i++)
            o->of[i] = (struct w5_limits){.last = W5_TIME_NONE};
        o->streams = n;
    }
    return &o->of[stream];
}

static size_t bin_of(w5_time at, w5_time limit)
{
    if (at < limit - FAR * QUARTER)
        return 0;
    if (at >= limit + FAR * QUARTER)
        return BINS - 1;
    return (size_t)((at - (limit - FAR * QUARTER)) / QUARTER);
}

static bins *bins_of(struct w5_limits *l)
{
    if (!l->unzoned) {
        l->unzoned = w5_xmalloc(sizeof(*l->unzoned));
        *l->unzoned = (bins){0};
    }
    return l->unzoned;
}

void w5_outside_see(w5_outside *o, const w5_record *r)
{
    struct w5_limits *l = limits_of(o, r->stream->index);
    if (r->at != W5_TIME_NONE) {
        l->last = r->at;
        l->last_zoned = r->zoned;
    }
    if (l->last == W5_TIME_NONE)
        return;
    bool from = o->since != W5_TIME_NONE, to = o->until != W5_TIME_NONE;
    w5_time at = l->last;
    if (r->herd)
        l->last = r->latest;
    if (l->last_zoned) {
        l->early += from && at < o->since ? r->lines : 0;
        l->late += to && at > o->until ? r->lines : 0;
        return;
    }
    bins *b = bins_of(l);
    if (from)
        b->early[bin_of(at, o->since)] += r->lines;
    if (to)
        b->late[bin_of(at, o->until + 1)] += r->lines;
}

void w5_outside_merge(w5_outside *o, w5_outside *from)
{
    for (size_t i = 0; i < from->streams; i++) {
        struct w5_limits *one = &from->of[i], *sum = limits_of(o, i);
        sum->early += one->early;
        sum->late += one->late;
        for (size_t b = 0; one->unzoned && b < BINS; b++) {
            bins_of(sum)->early[b] += one->unzoned->early[b];
            bins_of(sum)->late[b] += one->unzoned->late[b];
        }
        if (one->last != W5_TIME_NONE) {
            sum->last = one->last;
            sum->last_zoned = one->last_zoned;
        }
    }
    w5_outside_done(from);
}

/* Stamps run ahead of UTC by so many quarters: the limits, as stamps, do too. */
static int64_t quarters_ahead(const w5_stream *s)
{
    w5_time ahead = -s->shift;
    return (ahead + (ahead < 0 ? -QUARTER / 2 : QUARTER / 2)) / QUARTER;
}

uint64_t w5_outside_lines(const w5_outside *o, const w5_stream *s)
{
    if (s->index >= o->streams)
        return 0;
    const struct w5_limits *l = &o->of[s->index];
    uint64_t n = l->early + l->late;
    int64_t limit = FAR + quarters_ahead(s);
    for (int64_t b = 0; l->unzoned && b < BINS; b++)
        n += b < limit ? l->unzoned->early[b] : l->unzoned->late[b];
    return n < s->lines ? n : s->lines; /* times that end before they begin have two outsides */
}
