/* troubles.c -- a worker's or a database's trouble where nginx is silent (spec §5.1).
 *
 * nginx is silent because its logs were not given, end earlier, or because gunicorn 22 and later
 * answers 500 itself. What nginx says of its own troubles needs no such silence. */
#include "groups.h"

static bool of_nginx(const w5_lane *lane)
{
    return lane->format && w5_str_starts(lane->format->id, W5_STR("nginx"));
}

static bool covered(const w5_timeline *t, w5_time at)
{
    for (size_t i = 0; i < t->lanes; i++)
        if (of_nginx(&t->lane[i]) && t->lane[i].first != W5_TIME_NONE &&
            t->lane[i].first - t->gap <= at && at <= t->lane[i].last + t->gap)
            return true;
    return false;
}

static w5_group *open_here(w5_groups *g, size_t since, w5_str host, w5_time at)
{
    for (size_t i = g->n; i > since; i--)
        if (at - g->at[i - 1].end <= g->t->gap && w5_same_host(g->at[i - 1].host, host))
            return &g->at[i - 1];
    return NULL;
}

static void place(w5_groups *g, size_t known, uint32_t index)
{
    const w5_cell *cell = &g->t->cell[index];
    w5_str host = w5_cell_host(g->t, cell);
    w5_groups before = *g;
    before.n = known;
    w5_group *near = w5_groups_near(&before, host, 0, cell->at, cell->until, g->t->gap);
    if (near) {
        if (near->errors == 0) /* the access log opened it: this may be why */
            w5_group_put(g, near, index);
        return;
    }
    if (!of_nginx(&g->t->lane[cell->lane]) && covered(g->t, cell->at))
        return;
    w5_group *group = open_here(g, known, host, cell->at);
    w5_group_put(g, group ? group : w5_groups_add(g, host, 0), index);
}

/* Workers are sent SIGTERM and its like when they are to go: a deploy, a reload, a stop. */
static bool asked_to_go(const w5_trait *trait, const w5_cell *cell)
{
    enum {
        HANG_UP = 1,
        INTERRUPT = 2,
        QUIT = 3,
        TERMINATE = 15
    };
    return trait->killed && (cell->number == TERMINATE || cell->number == INTERRUPT ||
                             cell->number == QUIT || cell->number == HANG_UP);
}

void w5_groups_troubles(w5_groups *g)
{
    size_t known = g->n;
    for (size_t i = 0; i < g->t->cells; i++) {
        const w5_trait *trait = w5_timeline_trait(g->t, &g->t->cell[i]);
        if (trait->trouble && !asked_to_go(trait, &g->t->cell[i]))
            place(g, known, (uint32_t)i);
    }
    w5_groups_sort(g);
}
