#include "shares.h"

#include "fold.h"
#include "hash.h"
#include "tally.h"
#include "timeline.h"
#include "traffic.h"

#include <stdlib.h>

enum {
    CLIENT_LEFT = 499
};

/* --- the table ------------------------------------------------------------------------------- */
static bool coarsen_share(w5_rows *t, void *row)
{
    w5_share *share = row;
    w5_id before = share->path;
    share->path = w5_path_general(t->context, before, t->level);
    return share->path != before;
}

static uint64_t hash_share(const w5_rows *t, const void *row)
{
    const w5_share *share = row;
    uint64_t key = w5_hash_mix(((const w5_names *)t->context)->seed, share->path);
    return w5_hash_mix(key, (uint64_t)share->status << 1 | share->after);
}

static bool same_share(const w5_rows *t, const void *a, const void *b)
{
    (void)t;
    const w5_share *one = a, *other = b;
    return one->path == other->path && one->status == other->status && one->after == other->after;
}

static void join_share(void *into, const void *from)
{
    ((w5_share *)into)->count += ((const w5_share *)from)->count;
}

static const w5_rows_kind share_kind = {.size = sizeof(w5_share),
                                        .levels = 5,
                                        .coarsen = coarsen_share,
                                        .hash = hash_share,
                                        .same = same_share,
                                        .join = join_share};

void w5_shares_init(w5_rows *t, w5_names *names)
{
    w5_rows_init(t, &share_kind, W5_SHARES_MAX, names);
}

void w5_shares_put(w5_rows *t, const w5_split *split, w5_time at, bool zoned, w5_str path,
                   unsigned status, int64_t duration, uint64_t n)
{
    bool told = w5_status_failed(status) || status == CLIENT_LEFT;
    if (!zoned)
        at -= w5_zone_offset_civil(&split->zone, at) * W5_SECOND;
    if ((split->since != W5_TIME_NONE && at < split->since) ||
        (split->until != W5_TIME_NONE && at > split->until))
        return;
    w5_time began = duration > 0 ? at - duration : at;
    w5_share row = {.count = n,
                    .path = w5_names_put(t->context, w5_fold_cut(path, W5_NAME_MAX)),
                    .status = told ? (uint16_t)status : 0,
                    .after = began >= split->at};
    w5_rows_put(t, &row);
}

/* --- the sum --------------------------------------------------------------------------------- */
typedef struct summing {
    const w5_timeline *t;
    w5_arena *arena;
    w5_time at;
    w5_halves *sum;
    w5_path_halves *path;
    size_t paths;
    bool *kept; /* by id of a path: it failed before */
    w5_counts status[2];
    w5_time quiet[2]; /* of the cluster being grown: its end */
} summing;

static w5_half *half_of(w5_halves *c, bool after)
{
    return after ? &c->after : &c->before;
}

static void add_share(w5_path_halves *p, const w5_share *share)
{
    w5_half *half = share->after ? &p->after : &p->before;
    if (share->status == CLIENT_LEFT)
        half->aborted += share->count;
    else
        half->requests += share->count;
    if (share->status && share->status != CLIENT_LEFT)
        half->failed += share->count;
}

/* Every path with what became of its requests. */
static void take_paths(summing *s)
{
    const w5_share *share = s->t->inside->share;
    size_t n = s->t->inside->shares;
    s->path = W5_NEW_N(s->arena, w5_path_halves, n + 1);
    s->kept = W5_NEW_N(s->arena, bool, s->t->inside->roots + 1);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || share[i].path != share[i - 1].path)
            s->path[s->paths++].path = w5_intern_str(s->t->intern, share[i].path);
        add_share(&s->path[s->paths - 1], &share[i]);
        s->kept[share[i].path] |= s->path[s->paths - 1].before.failed > 0;
    }
}

static void add_half(w5_half *sum, const w5_half *more)
{
    sum->requests += more->requests;
    sum->failed += more->failed;
    sum->aborted += more->aborted;
}

static int by_failures(const void *a, const void *b)
{
    const w5_path_halves *one = a, *other = b;
    if (one->before.failed != other->before.failed)
        return one->before.failed > other->before.failed ? -1 : 1;
    return w5_str_cmp(one->path, other->path);
}

/* Only paths that failed before are held against themselves. */
static void keep_failing(summing *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->paths; i++) {
        if (s->path[i].before.failed == 0) {
            s->sum->elsewhere += s->path[i].after.failed;
            continue;
        }
        s->path[kept++] = s->path[i];
        add_half(&s->sum->before, &s->path[i].before);
        add_half(&s->sum->after, &s->path[i].after);
    }
    if (kept > 1)
        qsort(s->path, kept, sizeof(*s->path), by_failures);
    s->sum->path = s->path;
    s->sum->paths = kept;
}

/* Statuses of the paths that are compared. */
static void take_statuses(summing *s)
{
    const w5_share *share = s->t->inside->share;
    for (size_t i = 0; i < s->t->inside->shares; i++)
        if (share[i].status && s->kept[share[i].path])
            w5_counts_add(&s->status[share[i].after], share[i].status, share[i].count);
}

/* Failures at most two seconds apart are one cluster: chance deals out clusters (spec §5.2). */
static void grow_cluster(summing *s, const w5_cell *cell, bool after)
{
    if (s->quiet[after] == W5_TIME_NONE || cell->at > s->quiet[after] + 2 * W5_SECOND)
        half_of(s->sum, after)->clusters++;
    if (s->quiet[after] == W5_TIME_NONE || cell->until > s->quiet[after])
        s->quiet[after] = cell->until;
}

static bool is_failed_access(const summing *s, const w5_cell *cell)
{
    return w5_timeline_trait(s->t, cell)->access && s->t->inside->traffic_lane[cell->lane] &&
           cell->failed > 0;
}

/* Once paths were shortened it is not known any more which of them a cell is of. */
static void count_clusters(summing *s)
{
    for (size_t i = 0; i < s->t->cells; i++) {
        const w5_cell *cell = &s->t->cell[i];
        w5_time began = cell->at - (cell->duration > 0 ? cell->duration : 0);
        bool other =
            s->t->inside->share_level == 0 && cell->path > W5_INTERN_FULL && !s->kept[cell->path];
        if (is_failed_access(s, cell) && !other)
            grow_cluster(s, cell, began >= s->at);
    }
}

/* --- without an access log ------------------------------------------------------------------- */
/* What nginx answers when its own timer ran out, and what else. */
static unsigned status_of(const summing *s, const w5_cell *cell)
{
    return w5_str_ends(w5_intern_str(s->t->intern, cell->code), W5_STR("N-110")) ? 504 : 502;
}

static void count_errors(summing *s)
{
    for (size_t i = 0; i < s->t->cells; i++) {
        const w5_cell *cell = &s->t->cell[i];
        const w5_trait *trait = w5_timeline_trait(s->t, cell);
        bool after = cell->at >= s->at;
        if (!trait->error || trait->access || cell->failed == 0)
            continue;
        half_of(s->sum, after)->failed += cell->failed;
        w5_counts_add(&s->status[after], status_of(s, cell), cell->failed);
        grow_cluster(s, cell, after);
    }
}

/* The time that nginx's error logs cover on either side. */
static void measure_time(summing *s)
{
    w5_time first = W5_TIME_NONE, last = W5_TIME_NONE;
    for (size_t i = 0; i < s->t->lanes; i++) {
        const w5_lane *lane = &s->t->lane[i];
        if (!lane->format || !w5_str_eq(lane->format->id, W5_STR("nginx-error")) ||
            lane->first == W5_TIME_NONE)
            continue;
        first = first == W5_TIME_NONE || lane->first < first ? lane->first : first;
        last = lane->last > last ? lane->last : last;
    }
    if (first == W5_TIME_NONE)
        return;
    last = s->t->now != W5_TIME_NONE && s->t->now > last ? s->t->now : last;
    s->sum->before.covered = first < s->at ? (last < s->at ? last : s->at) - first : 0;
    s->sum->after.covered = last > s->at ? last - (first > s->at ? first : s->at) : 0;
}

static void bound_clusters(w5_half *half)
{
    if (half->clusters > half->failed)
        half->clusters = half->failed;
    if (half->clusters == 0 && half->failed > 0)
        half->clusters = 1;
}

const w5_halves *w5_halves_build(const w5_timeline *t, w5_time at, w5_arena *arena)
{
    w5_halves *sum = W5_NEW(arena, w5_halves);
    summing s = {
        .t = t, .arena = arena, .at = at, .sum = sum, .quiet = {W5_TIME_NONE, W5_TIME_NONE}
    };
    sum->at = at;
    sum->by_request = t->inside->shares > 0;
    if (sum->by_request) {
        take_paths(&s);
        keep_failing(&s);
        take_statuses(&s);
        count_clusters(&s);
    } else {
        count_errors(&s);
        measure_time(&s);
    }
    bound_clusters(&sum->before);
    bound_clusters(&sum->after);
    sum->before.statuses = w5_counts_numbers(&s.status[0], arena);
    sum->after.statuses = w5_counts_numbers(&s.status[1], arena);
    w5_counts_done(&s.status[0]);
    w5_counts_done(&s.status[1]);
    return sum;
}
