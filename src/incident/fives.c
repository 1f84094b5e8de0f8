/* fives.c -- failed requests of the access log that nginx's error log says nothing of.
 *
 * An answer 5xx that came from the upstream is the application's word; a few a day are healthy.
 * They make a group when something was wrong in the application or the database beside them, or
 * when at least MANY come within the gap at more than TIMES the rate of the rest of that log. A 502
 * or 504 that nginx made is a failure by itself, and its error log speaks of it if it was given. */
#include "groups.h"

enum {
    MANY = 5,
    TIMES = 5
};

static bool by_nginx(const w5_cell *cell)
{
    return cell->number == 502 || cell->number == 504;
}

/* The application's own access log tells of the same requests once more; the balancer's tells what
 * nginx cannot know. */
static bool told_by_nginx(const w5_timeline *t, const w5_cell *cell)
{
    const w5_format *format = t->lane[cell->lane].format;
    if (t->inside->traffic_lane[cell->lane] || (format && w5_str_eq(format->id, W5_STR("alb"))))
        return false;
    for (size_t i = 0; i < t->lanes; i++)
        if (t->inside->traffic_lane[i] && t->lane[i].format &&
            w5_str_eq(t->lane[i].format->id, W5_STR("nginx-access")) &&
            t->lane[i].first <= cell->at && t->lane[i].last >= cell->until)
            return true;
    return false;
}

static bool is_five(const w5_timeline *t, const w5_cell *cell)
{
    const w5_trait *trait = w5_timeline_trait(t, cell);
    return trait->access && (trait->upstream || cell->failed > 0) && !told_by_nginx(t, cell);
}

static w5_id root_of(const w5_timeline *t, const w5_cell *cell)
{
    bool none = w5_str_eq(w5_timeline_str(t, cell->upstream), W5_STR("-"));
    return none ? 0 : w5_timeline_root(t, cell->upstream);
}

/* Those beside an error group are of it: lines about the upstream's own answers join it, the others
 * are the same requests once more. */
static void sort_out(const w5_groups *errors, w5_groups *ours, w5_groups *theirs)
{
    const w5_timeline *t = errors->t;
    w5_groups all = *errors;
    for (size_t i = 0; i < t->cells; i++) {
        const w5_cell *cell = &t->cell[i];
        if (!is_five(t, cell))
            continue;
        bool answer = w5_timeline_trait(t, cell)->upstream;
        bool made = !answer && by_nginx(cell);
        w5_str host = w5_cell_host(t, cell);
        w5_id root = root_of(t, cell);
        w5_group *near =
            w5_groups_near(errors, host, root, cell->at, cell->until, made ? t->gap : W5_BESIDE);
        if (near && answer)
            w5_group_put(&all, near, (uint32_t)i);
        if (near)
            continue;
        w5_groups *g = made ? ours : theirs;
        w5_group_put(g, w5_groups_for(g, host, root, cell->at), (uint32_t)i);
    }
}

/* --- is it more than healthy? ---------------------------------------------------------------- */
static bool is_of(const w5_lane *lane, const char *program)
{
    return lane->format && w5_str_starts(lane->format->id, w5_str_of(program));
}

/* A database on a machine without nginx serves those that have one. */
static bool serves_others(const w5_timeline *t, const w5_cell *cell)
{
    const w5_lane *own = &t->lane[cell->lane];
    w5_str host = w5_cell_host(t, cell);
    if (!is_of(own, "mysql") && !is_of(own, "mariadb"))
        return false;
    for (size_t i = 0; i < t->lanes; i++)
        if (is_of(&t->lane[i], "nginx") && t->lane[i].stream < t->streams &&
            w5_str_eq(t->stream[t->lane[i].stream]->host, host))
            return false;
    return true;
}

static bool trouble_beside(const w5_timeline *t, const w5_cell *cell)
{
    w5_time from = cell->at - W5_BESIDE, to = cell->until + W5_BESIDE;
    w5_str host = w5_cell_host(t, cell);
    for (size_t i = w5_timeline_seek(t, from); i < t->cells; i++) {
        if (w5_span_start(t->cell[i].at, W5_SECOND) > to)
            return false;
        if (w5_timeline_trait(t, &t->cell[i])->behind && t->cell[i].at >= from &&
            t->cell[i].at <= to &&
            (w5_same_host(host, w5_cell_host(t, &t->cell[i])) || serves_others(t, &t->cell[i])))
            return true;
    }
    return false;
}

static uint32_t member(const w5_group *group, size_t i)
{
    return i < group->cells ? group->cell[i] : group->trouble[i - group->cells];
}

static bool joined_by_trouble(const w5_timeline *t, const w5_group *group)
{
    for (size_t i = 0; i < group->cells + group->troubles; i++)
        if (trouble_beside(t, &t->cell[member(group, i)]))
            return true;
    return false;
}

static uint64_t lines_of(const w5_timeline *t, const w5_group *group)
{
    uint64_t n = 0;
    for (size_t i = 0; i < group->cells + group->troubles; i++)
        n += t->cell[member(group, i)].count;
    return n;
}

/* The most lines within one gap. Members of either list are in time order, and a group has mostly
 * one. */
static uint64_t densest(const w5_timeline *t, const w5_group *group)
{
    size_t n = group->cells + group->troubles;
    uint64_t most = 0, sum = 0;
    for (size_t i = 0, from = 0; i < n; i++) {
        const w5_cell *cell = &t->cell[member(group, i)];
        sum += cell->count;
        while (from < i && cell->at - t->cell[member(group, from)].at > t->gap)
            sum -= t->cell[member(group, from++)].count;
        most = sum > most ? sum : most;
    }
    return most;
}

static bool burst(const w5_groups *g, const w5_group *group, uint64_t all)
{
    const w5_timeline *t = g->t;
    const w5_lane *lane = &t->lane[t->cell[member(group, 0)].lane];
    uint64_t most = densest(t, group);
    double rest = (double)(lane->last - lane->first - (group->end - group->start));
    double usual = rest > 0 ? (double)(all - lines_of(t, group)) / rest : 0;
    return most >= MANY && (double)most / (double)t->gap > TIMES * usual;
}

static uint64_t all_lines(const w5_groups *g, w5_id root)
{
    uint64_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].root == root)
            n += lines_of(g->t, &g->at[i]);
    return n;
}

static void weigh(w5_groups *theirs)
{
    uint64_t *all = W5_NEW_N(theirs->arena, uint64_t, theirs->n + 1);
    for (size_t i = 0; i < theirs->n; i++)
        all[i] = theirs->at[i].before > 0 ? all[theirs->at[i].before - 1]
                                          : all_lines(theirs, theirs->at[i].root);
    for (size_t i = 0; i < theirs->n; i++) {
        w5_group *group = &theirs->at[i];
        group->gone = !joined_by_trouble(theirs->t, group) && !burst(theirs, group, all[i]);
    }
}

/* --- joining --------------------------------------------------------------------------------- */
static void take_over(w5_groups *g, w5_groups *from)
{
    size_t known = g->n;
    for (size_t i = 0; i < from->n; i++) {
        w5_group *group = &from->at[i];
        if (group->gone)
            continue;
        w5_groups sorted = *g;
        sorted.n = known;
        w5_group *near =
            w5_groups_near(&sorted, group->host, group->root, group->start, group->end, g->t->gap);
        if (!near)
            near = w5_groups_add(g, group->host, group->root);
        w5_group_absorb(g, near, group);
    }
    w5_groups_sort(g);
}

void w5_groups_fives(w5_groups *g)
{
    w5_groups ours, theirs;
    w5_groups_init(&ours, g->t, g->arena);
    w5_groups_init(&theirs, g->t, g->arena);
    sort_out(g, &ours, &theirs);
    weigh(&theirs);
    take_over(g, &ours);
    take_over(g, &theirs);
    w5_groups_done(&ours);
    w5_groups_done(&theirs);
}
