/* incidents.c -- groups into incidents: all of them in short, the worst in full. */
#include "groups.h"

#include <stdlib.h>

/* As reports show them, as far as it is known before causes are: going on, failed, most, first. */
static int by_harm(const void *a, const void *b)
{
    const w5_incident *one = *(w5_incident *const *)a, *other = *(w5_incident *const *)b;
    if ((one->over == W5_OVER_NO) != (other->over == W5_OVER_NO))
        return one->over == W5_OVER_NO ? -1 : 1;
    if (one->requests_failed != other->requests_failed)
        return one->requests_failed > other->requests_failed ? -1 : 1;
    if (one->errors != other->errors)
        return one->errors > other->errors ? -1 : 1;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    return memcmp(one->id, other->id, sizeof(one->id));
}

static void finish_worst(const w5_timeline *t, const w5_incidents *all, w5_arena *arena)
{
    const size_t size = sizeof(w5_incident *);
    w5_incident **order = w5_xrealloc(NULL, all->n, size);
    memcpy(order, all->at, all->n * size);
    qsort(order, all->n, size, by_harm);
    for (size_t i = 0; i < all->n && i < W5_INCIDENTS_MAX; i++)
        w5_incident_complete(t, order[i], arena);
    free(order);
}

w5_incidents w5_incidents_build(const w5_timeline *t, w5_arena *arena)
{
    w5_incidents all = {.n = 0};
    w5_groups g;
    w5_groups_init(&g, t, arena);
    w5_groups_errors(&g);
    w5_groups_fives(&g);
    w5_groups_troubles(&g);
    all.backgrounds = w5_groups_background(&g, &all.background);
    all.at = W5_NEW_N(arena, w5_incident *, g.n + 1);
    for (size_t i = 0; i < g.n; i++) {
        const w5_group *group = &g.at[i];
        w5_members members = {group->cell, group->cells, group->trouble, group->troubles};
        if (!group->gone)
            all.at[all.n++] = w5_incident_begin(t, &members, arena);
    }
    w5_groups_done(&g);
    if (all.n > 0)
        finish_worst(t, &all, arena);
    return all;
}
