/* timeline.h -- what the parts of this folder tell one another about a timeline in the making. */
#ifndef W5_INCIDENT_TIMELINE_H
#define W5_INCIDENT_TIMELINE_H

#include "ledger.h"

/* What incidents.c needs beyond the public timeline. */
struct w5_timeline_inside {
    const w5_trait *trait; /* by class index */
    size_t traits;
    const w5_peers *peer; /* upstreams that shared a request */
    size_t peers;
    const w5_request *request; /* paths of errors whose cells have none; UTC, sorted by time */
    size_t requests;
    const w5_mix *mix; /* classes of errors whose cells have several; UTC, sorted by time */
    size_t mixes;
    bool mixed;               /* the cells of errors do */
    const bool *traffic_lane; /* by lane: nginx's own access log */
    const w5_id *root; /* by id of an upstream: one id that stands for all peers of its block */
    size_t roots;
    w5_time reach; /* the longest span of a row of traffic */
    bool told;     /* some access log names upstreams */
    const w5_share *share; /* sorted by path */
    size_t shares;
    unsigned share_level; /* above 0: paths were shortened */
};

static inline w5_id w5_timeline_root(const w5_timeline *t, w5_id upstream)
{
    return upstream < t->inside->roots ? t->inside->root[upstream] : upstream;
}

static inline const w5_trait *w5_timeline_trait(const w5_timeline *t, const w5_cell *cell)
{
    return &t->inside->trait[cell->klass < t->inside->traits ? cell->klass : 0];
}

/* Does the cell stand for errors of several classes? `mix` tells of which. */
static inline bool w5_timeline_mixed(const w5_timeline *t, const w5_cell *cell)
{
    return t->inside->mixed && w5_timeline_trait(t, cell)->sort == W5_SORT_ERROR;
}

/* How stamps of one lane become UTC. */
typedef struct w5_clock {
    w5_zone zone; /* of stamps without one */
    w5_zone_from from;
    w5_time shift; /* added to all stamps: a clock or an offset that is wrong */
    bool unzoned;  /* the lane's stamps carry no zone */
} w5_clock;

w5_time w5_clock_utc(const w5_clock *clock, w5_time stamp, bool zoned);

typedef struct w5_zones {
    w5_clock *clock; /* by lane */
    const w5_note *note;
    size_t notes;
} w5_zones;

/* zones.c: settles every lane's clock (spec §5.3). */
w5_zones w5_zones_settle(const w5_ledger *l, w5_stream *const *streams, size_t n,
                         const w5_config *config, const w5_timeline_options *options,
                         w5_arena *arena);

/* peers.c: which upstreams are peers of one block, by configuration and by what the lines show. */
const w5_id *w5_peers_roots(const w5_timeline *t, w5_arena *arena);

/* same.c: what two lanes tell of the same record becomes one cell; how many cells are left. */
size_t w5_same_records(w5_cell *cell, size_t n, const w5_ledger *l, const w5_stream *const *stream);

#endif
