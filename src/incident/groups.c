#include "groups.h"

#include <stdlib.h>

enum {
    WALK = 2048
}; /* groups of other machines that may lie between two of one */

void w5_groups_init(w5_groups *g, const w5_timeline *t, w5_arena *arena)
{
    *g = (w5_groups){.t = t, .arena = arena};
    g->latest = w5_xrealloc(NULL, t->inside->roots + 1, sizeof(*g->latest));
    memset(g->latest, 0, (t->inside->roots + 1) * sizeof(*g->latest));
}

void w5_groups_done(w5_groups *g)
{
    free(g->at);
    free(g->latest);
}

/* --- one group ------------------------------------------------------------------------------- */
static uint32_t *grow(w5_arena *arena, uint32_t *old, size_t n, size_t *room)
{
    if (n < *room)
        return old;
    *room = *room ? *room * 2 : 4;
    uint32_t *more = W5_NEW_N(arena, uint32_t, *room);
    if (n > 0)
        memcpy(more, old, n * sizeof(*more));
    return more;
}

static void stretch(w5_group *group, w5_time from, w5_time to)
{
    bool first = group->cells + group->troubles == 1;
    group->start = first || from < group->start ? from : group->start;
    group->end = first || to > group->end ? to : group->end;
}

void w5_group_put(w5_groups *g, w5_group *group, uint32_t index)
{
    const w5_cell *cell = &g->t->cell[index];
    const w5_trait *trait = w5_timeline_trait(g->t, cell);
    if (trait->upstream) {
        group->cell = grow(g->arena, group->cell, group->cells, &group->cell_room);
        group->cell[group->cells++] = index;
        group->errors += trait->access ? 0 : cell->count;
    } else {
        group->trouble = grow(g->arena, group->trouble, group->troubles, &group->trouble_room);
        group->trouble[group->troubles++] = index;
    }
    group->failed += cell->failed;
    stretch(group, cell->at, cell->until);
}

static int by_index(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

void w5_group_absorb(w5_groups *g, w5_group *group, w5_group *other)
{
    for (size_t i = 0; i < other->cells; i++)
        w5_group_put(g, group, other->cell[i]);
    for (size_t i = 0; i < other->troubles; i++)
        w5_group_put(g, group, other->trouble[i]);
    if (group->cells > 1)
        qsort(group->cell, group->cells, sizeof(*group->cell), by_index);
    if (group->troubles > 1)
        qsort(group->trouble, group->troubles, sizeof(*group->trouble), by_index);
    other->gone = true;
}

/* --- all groups ------------------------------------------------------------------------------ */
w5_group *w5_groups_add(w5_groups *g, w5_str host, w5_id root)
{
    if (g->n == g->room) {
        g->room = g->room ? g->room * 2 : 16;
        g->at = w5_xrealloc(g->at, g->room, sizeof(*g->at));
    }
    g->at[g->n] = (w5_group){.host = host, .root = root, .before = g->latest[root]};
    g->latest[root] = g->n + 1;
    return &g->at[g->n++];
}

static w5_group *last_of(const w5_groups *g, w5_str host, w5_id root, w5_time at)
{
    size_t i = g->latest[root];
    for (int step = 0; i > 0 && step < WALK; i = g->at[i - 1].before, step++)
        if (at - g->at[i - 1].end <= g->t->gap && w5_same_host(g->at[i - 1].host, host))
            return &g->at[i - 1];
    return NULL;
}

w5_group *w5_groups_for(w5_groups *g, w5_str host, w5_id root, w5_time at)
{
    w5_group *group = last_of(g, host, root, at);
    return group ? group : w5_groups_add(g, host, root);
}

static int by_start(const void *a, const void *b, void *groups)
{
    const w5_groups *g = groups;
    const w5_group *one = a, *other = b;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    int order = w5_str_cmp(one->host, other->host);
    return order != 0
               ? order
               : w5_str_cmp(w5_timeline_str(g->t, one->root), w5_timeline_str(g->t, other->root));
}

void w5_groups_sort(w5_groups *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (!g->at[i].gone)
            g->at[n++] = g->at[i];
    g->n = n;
    if (n > 1)
        qsort_r(g->at, n, sizeof(*g->at), by_start, g);
    memset(g->latest, 0, (g->t->inside->roots + 1) * sizeof(*g->latest));
    for (size_t i = 0; i < n; i++) {
        w5_group *group = &g->at[i];
        group->reach = i > 0 && g->at[i - 1].reach > group->end ? g->at[i - 1].reach : group->end;
        group->before = g->latest[group->root];
        g->latest[group->root] = i + 1;
    }
}

static size_t begun_until(const w5_groups *g, w5_time at)
{
    size_t low = 0;
    size_t high = g->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->at[middle].start <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

w5_group *w5_groups_near(const w5_groups *g, w5_str host, w5_id root, w5_time from, w5_time to,
                         w5_time slack)
{
    for (size_t i = begun_until(g, to + slack); i > 0 && g->at[i - 1].reach >= from - slack; i--) {
        w5_group *group = &g->at[i - 1];
        if (!group->gone && group->end >= from - slack && w5_same_host(group->host, host) &&
            (root <= W5_INTERN_FULL || group->root <= W5_INTERN_FULL || group->root == root))
            return group;
    }
    return NULL;
}

/* --- errors ---------------------------------------------------------------------------------- */
/* A line cut at 2047 bytes names no upstream: it goes with the errors around it (facts: nginx
 * §1.2). */
static w5_group *of_any_upstream(w5_groups *g, w5_str host, w5_time at)
{
    for (size_t i = g->n, step = 0; i > 0 && step < WALK; i--, step++)
        if (at - g->at[i - 1].end <= g->t->gap && w5_same_host(g->at[i - 1].host, host))
            return &g->at[i - 1];
    return NULL;
}

void w5_groups_errors(w5_groups *g)
{
    for (size_t i = 0; i < g->t->cells; i++) {
        const w5_cell *cell = &g->t->cell[i];
        const w5_trait *trait = w5_timeline_trait(g->t, cell);
        if (!trait->upstream || trait->access || cell->forged)
            continue;
        w5_str host = w5_cell_host(g->t, cell);
        w5_id root = w5_timeline_root(g->t, cell->upstream);
        w5_group *group = root == 0 ? of_any_upstream(g, host, cell->at) : NULL;
        w5_group_put(g, group ? group : w5_groups_for(g, host, root, cell->at), (uint32_t)i);
    }
    w5_groups_sort(g);
}
