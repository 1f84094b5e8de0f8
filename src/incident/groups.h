/* groups.h -- errors of one upstream with no silence between them, before anything is made of them.
 */
#ifndef W5_INCIDENT_GROUPS_H
#define W5_INCIDENT_GROUPS_H

#include "incident.h"

#define W5_BESIDE (2 * W5_SECOND) /* how far apart two clocks may tell of one event (spec §5.3) */

typedef struct w5_group {
    w5_str host; /* "" untold */
    w5_id root;  /* of its upstreams; 0 when none is named */
    w5_time start, end;
    w5_time reach;   /* the latest end of this group and those that began before it */
    uint64_t errors; /* lines of nginx's error log */
    uint64_t failed;
    uint32_t *cell;    /* of upstream classes */
    uint32_t *trouble; /* of other kinds */
    size_t cells, cell_room, troubles, trouble_room;
    size_t before; /* the last group of this root that began earlier, + 1; 0 none */
    bool gone;     /* became background, or part of another group */
} w5_group;

typedef struct w5_groups {
    const w5_timeline *t;
    w5_arena *arena; /* of lists of cells, which incidents go on using */
    w5_group *at;    /* on the heap: w5_groups_done */
    size_t n, room;
    size_t *latest; /* by root: index of its last group, + 1 */
} w5_groups;

void w5_groups_init(w5_groups *g, const w5_timeline *t, w5_arena *arena);
void w5_groups_done(w5_groups *g);
/* The group of that root and host which a cell goes on with: the last one if it was not silent for
 * longer than the gap, else a new one. Cells come in time order. */
w5_group *w5_groups_for(w5_groups *g, w5_str host, w5_id root, w5_time at);
w5_group *w5_groups_add(w5_groups *g, w5_str host, w5_id root);
void w5_group_put(w5_groups *g, w5_group *group, uint32_t index);
/* Everything of `other`, which is then gone. */
void w5_group_absorb(w5_groups *g, w5_group *group, w5_group *other);
/* By start; needed before w5_groups_near, after groups were added or have grown. */
void w5_groups_sort(w5_groups *g);
/* The nearest earlier group of a root (0: of any) within `slack` of a span, NULL when there is
 * none. */
w5_group *w5_groups_near(const w5_groups *g, w5_str host, w5_id root, w5_time from, w5_time to,
                         w5_time slack);

/* Lines of nginx's error log. */
void w5_groups_errors(w5_groups *g);
/* fives.c: answers 5xx that open a group or join one; requests that only the access log saw fail.
 */
void w5_groups_fives(w5_groups *g);
/* troubles.c: kinds that open a group where nginx is silent. */
void w5_groups_troubles(w5_groups *g);
/* background.c: takes the healthy trickle out of the groups. */
size_t w5_groups_background(w5_groups *g, const w5_background **all);

#endif
