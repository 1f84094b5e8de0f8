/* background.c -- the sparse, healthy trickle of errors that every busy proxy has (spec §5.1). */
#include "groups.h"

#include "tally.h"

enum {
    GROUPS = 3,
    ERRORS = 2
};

static bool long_enough(const w5_timeline *t)
{
    w5_time first = W5_TIME_MAX, last = W5_TIME_NONE;
    for (size_t i = 0; i < t->lanes; i++) {
        if (t->lane[i].first == W5_TIME_NONE)
            continue;
        first = t->lane[i].first < first ? t->lane[i].first : first;
        last = t->lane[i].last > last ? t->lane[i].last : last;
    }
    return last != W5_TIME_NONE && last - first >= W5_HOUR;
}

static bool beside_life(const w5_timeline *t, const w5_group *group)
{
    w5_time from = group->start - W5_BESIDE, to = group->end + W5_BESIDE;
    for (size_t i = w5_timeline_seek(t, from); i < t->cells; i++) {
        const w5_cell *cell = &t->cell[i];
        if (w5_span_start(cell->at, W5_SECOND) > to)
            return false;
        if (w5_timeline_trait(t, cell)->life && cell->at >= from && cell->at <= to &&
            w5_same_host(group->host, w5_cell_host(t, cell)))
            return true;
    }
    return false;
}

static bool of_one(const w5_group *a, const w5_group *b)
{
    return a->root == b->root && w5_str_eq(a->host, b->host);
}

/* The neighbours of one upstream, found through the links that sorting made. */
static bool near_another(const w5_groups *g, size_t i, const size_t *next)
{
    w5_time apart = g->t->gap > 10 * W5_MINUTE ? g->t->gap : 10 * W5_MINUTE;
    const w5_group *group = &g->at[i];
    for (size_t k = group->before; k > 0; k = g->at[k - 1].before)
        if (of_one(group, &g->at[k - 1]))
            return group->start - g->at[k - 1].end <= apart;
    for (size_t k = next[i]; k > 0; k = next[k - 1])
        if (of_one(group, &g->at[k - 1]))
            return g->at[k - 1].start - group->end <= apart;
    return false;
}

/* Answers 5xx beside the errors count, too. */
static uint64_t lines_of(const w5_timeline *t, const w5_group *group)
{
    uint64_t n = 0;
    for (size_t i = 0; i < group->cells; i++)
        n += t->cell[group->cell[i]].count;
    return n;
}

static bool is_sparse(const w5_groups *g, size_t i, const size_t *next)
{
    const w5_group *group = &g->at[i];
    return group->errors > 0 && lines_of(g->t, group) <= ERRORS && group->troubles == 0 &&
           !near_another(g, i, next) && !beside_life(g->t, group);
}

static void name_entry(const w5_timeline *t, w5_background *b, w5_arena *arena)
{
    w5_counts classes = {.at = NULL}, upstreams = {.at = NULL};
    for (size_t i = 0; i < b->cells; i++) {
        const w5_cell *cell = &t->cell[b->cell[i]];
        w5_counts_add(&classes, cell->klass, cell->count);
        w5_counts_add(&upstreams, cell->upstream, cell->count);
    }
    b->klass = w5_counts_classes(&classes, t->catalogue, arena).at[0].name;
    b->upstream = w5_counts_words(&upstreams, t->intern, arena).at[0].name;
    w5_counts_done(&classes);
    w5_counts_done(&upstreams);
}

static void take(w5_groups *g, w5_background *b, size_t from, const bool *sparse)
{
    size_t n = 0;
    for (size_t i = from; i < g->n; i++)
        n += sparse[i] && of_one(&g->at[from], &g->at[i]) ? g->at[i].cells : 0;
    uint32_t *cell = W5_NEW_N(g->arena, uint32_t, n);
    *b = (w5_background){.cell = cell, .first = g->at[from].start};
    for (size_t i = from; i < g->n; i++) {
        w5_group *group = &g->at[i];
        if (!sparse[i] || !of_one(&g->at[from], group))
            continue;
        memcpy(cell + b->cells, group->cell, group->cells * sizeof(*cell));
        b->cells += group->cells;
        b->count += group->errors;
        b->groups++;
        b->last = group->end;
        group->gone = true;
    }
    name_entry(g->t, b, g->arena);
}

static size_t sparse_of(const w5_groups *g, size_t from, const bool *sparse)
{
    size_t n = 0;
    for (size_t i = from; i < g->n; i++)
        n += sparse[i] && !g->at[i].gone && of_one(&g->at[from], &g->at[i]);
    return n;
}

static size_t *link_forward(const w5_groups *g)
{
    size_t *next = W5_NEW_N(g->arena, size_t, g->n + 1);
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].before > 0)
            next[g->at[i].before - 1] = i + 1;
    return next;
}

size_t w5_groups_background(w5_groups *g, const w5_background **all)
{
    size_t found = 0;
    *all = NULL;
    if (!long_enough(g->t) || g->n < GROUPS)
        return 0;
    const size_t *next = link_forward(g);
    bool *sparse = W5_NEW_N(g->arena, bool, g->n);
    for (size_t i = 0; i < g->n; i++)
        sparse[i] = is_sparse(g, i, next);
    w5_background *entry = W5_NEW_N(g->arena, w5_background, g->n / GROUPS);
    for (size_t i = 0; i < g->n; i++)
        if (sparse[i] && !g->at[i].gone && sparse_of(g, i, sparse) >= GROUPS)
            take(g, &entry[found++], i, sparse);
    *all = entry;
    return found;
}
