/* incident.h -- making one incident of cells, in two depths. */
#ifndef W5_INCIDENT_INCIDENT_H
#define W5_INCIDENT_INCIDENT_H

#include "timeline.h"

/* What one incident is made of: indices of cells in time order. */
typedef struct w5_members {
    const uint32_t *cell; /* of upstream classes */
    size_t cells;
    const uint32_t *trouble; /* of other kinds */
    size_t troubles;
} w5_members;

/* Times, counts, classes, upstreams, id, over: what every incident has. */
w5_incident *w5_incident_begin(const w5_timeline *t, const w5_members *members, w5_arena *arena);
/* answers.c: what clients saw, by the access log: requests failed, answered, whether it is over;
 * and the statuses, if `full`. */
void w5_incident_ask_access(const w5_timeline *t, w5_incident *incident, bool full,
                            w5_arena *arena);

/* One of its machines, or nobody told whose. */
bool w5_incident_is_on(const w5_incident *incident, w5_str host);
bool w5_same_host(w5_str a, w5_str b); /* untold is any */

#endif
