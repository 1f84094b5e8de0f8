/* once.h -- requests (and exits) that have been counted, so that a second line about one adds none.
 *
 * nginx logs a line for every peer it tried and one more when none was left; all carry the worker's
 * pid, the connection and the request (facts: nginx §3.4). Lines of one key in the same or the next
 * second are one run, and a run is one failed request. Runs are counted as distinct seconds less
 * neighbouring pairs, which no order of arrival changes. The set is bounded: when it is full, the
 * older half of the time it spans is forgotten. */
#ifndef W5_INCIDENT_ONCE_H
#define W5_INCIDENT_ONCE_H

#include <why502/base/map.h>

#define W5_ONCE_SLOTS 32768
#define W5_IDS_SLOTS  1048576
#define W5_ONCE_REACH 2 /* seconds that lines of a log may be out of order */
#define W5_PEERS_MAX  128
#define W5_SEEN_EXIT  0x3fffffffu /* in place of an upstream: not a request */

typedef struct w5_seen {
    uint64_t key : 48;   /* 0: free */
    uint64_t place : 16; /* which cell counted it: a byte of its class, a byte of its request; of
                          * an exit its stream */
    uint32_t second;
    uint32_t upstream : 30;
    uint32_t share : 2; /* 1 more than what it added to the runs: -1, 0 or 1 */
} w5_seen;

typedef struct w5_peers { /* two upstreams that one request tried: of one block */
    w5_id a, b;           /* a < b */
} w5_peers;

typedef struct w5_once {
    w5_seen *slot;
    size_t n, slots, max;
    uint32_t newest;
    bool unordered; /* something came more than W5_ONCE_REACH late */
    w5_peers peer[W5_PEERS_MAX];
    size_t peers;
    uint64_t forgotten;
} w5_once;

void w5_once_init(w5_once *o, size_t max_slots); /* a power of two */
void w5_once_done(w5_once *o);
void w5_once_reset(w5_once *o);
/* What was seen so far is no measure for what comes; who are peers stays known. */
void w5_once_forget(w5_once *o);
/* How many runs more there are: 1, 0, or -1 when two runs have become one. */
int w5_once_put(w5_once *o, uint64_t key, uint32_t second, w5_id upstream, uint16_t place);
/* A hash as a key of the set. */
static inline uint64_t w5_once_key(uint64_t hash)
{
    uint64_t key = hash >> 16;
    return key != 0 ? key : 1;
}
bool w5_once_has(const w5_once *o, uint64_t key, uint32_t second);
/* Takes over what a later set has seen, in order of time; the answer is how many of its runs were
 * counted here already. */
unsigned w5_once_merge(w5_once *o, const w5_seen *seen, w5_id upstream);
/* Was exactly this second seen? If not, it is now. */
bool w5_once_again(w5_once *o, uint64_t key, uint32_t second, uint16_t place);
void w5_once_join(w5_once *o, w5_id a, w5_id b);

#endif
