#include "landmarks.h"

#include "hash.h"

#include <stdlib.h>

enum {
    ENOUGH_CLUSTERS = 3
};

/* --- collecting ------------------------------------------------------------------------------ */
static bool is_mark(const w5_trait *trait, const w5_cell *cell)
{
    if (trait->access)
        return cell->failed > 0 || trait->upstream || cell->statuses != 0;
    return trait->upstream || trait->trouble || trait->behind || trait->once;
}

static uint64_t token_of(const w5_trait *trait, const w5_cell *cell)
{
    enum {
        PATH = 1,
        PROCESS = 2
    };
    if (trait->upstream || trait->access)
        return cell->path > W5_INTERN_FULL ? w5_hash_mix(PATH, cell->path) | 1 : 0;
    uint32_t process = cell->subject != 0 ? cell->subject : cell->pid;
    return process != 0 ? w5_hash_mix(PROCESS, process) | 1 : 0;
}

static int by_time(const void *a, const void *b)
{
    const w5_landmark *one = a, *other = b;
    return (one->at > other->at) - (one->at < other->at);
}

static int by_token(const void *a, const void *b)
{
    const w5_landmark *one = a, *other = b;
    if (one->token != other->token)
        return one->token < other->token ? -1 : 1;
    return by_time(a, b);
}

static size_t collect(const w5_ledger *l, const bool *lane, const w5_clock *clock,
                      w5_landmark *mark)
{
    size_t n = 0;
    for (size_t i = 0; i < l->cells->rows.n; i++) {
        const w5_cell *cell = w5_cells_at(l->cells, i);
        const w5_trait *trait = w5_cells_trait(l->cells, cell);
        if (!lane[cell->lane] || !is_mark(trait, cell) || cell->until - cell->at > W5_SECOND)
            continue;
        w5_time at = clock ? w5_clock_utc(&clock[cell->lane], cell->at, cell->zoned) : cell->at;
        mark[n++] = (w5_landmark){w5_span_start(at, W5_SECOND), token_of(trait, cell)};
    }
    if (n > 1)
        qsort(mark, n, sizeof(*mark), by_time);
    return n < W5_LANDMARKS_MAX ? n : W5_LANDMARKS_MAX;
}

/* Errors at most two seconds apart are one cluster (spec §5.2). */
static size_t find_clusters(const w5_landmark *mark, size_t n, w5_time *cluster)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || mark[i].at - mark[i - 1].at > W5_PAIR_FIT)
            cluster[found++] = mark[i].at;
    return found;
}

w5_landmarks w5_landmarks_of(const w5_ledger *l, const bool *lane, const w5_clock *clock,
                             w5_arena *arena)
{
    w5_landmarks m = {.joints = 0};
    w5_landmark *mark = w5_xrealloc(NULL, l->cells->rows.n + 1, sizeof(*mark));
    size_t n = collect(l, lane, clock, mark);
    m.cluster = W5_NEW_N(arena, w5_time, n);
    m.clusters = find_clusters(mark, n, m.cluster);
    m.joint = W5_NEW_N(arena, w5_landmark, n);
    for (size_t i = 0; i < n; i++)
        if (mark[i].token != 0)
            m.joint[m.joints++] = mark[i];
    if (m.joints > 1)
        qsort(m.joint, m.joints, sizeof(*m.joint), by_token);
    free(mark);
    return m;
}

/* --- pairing --------------------------------------------------------------------------------- */
static bool fit(w5_fit_result *r, w5_time a, w5_time b)
{
    w5_time apart = a > b ? a - b : b - a;
    r->pairs += apart <= W5_PAIR_FIT;
    r->close += apart <= W5_SECOND;
    return apart <= W5_PAIR_FIT;
}

w5_fit_result w5_landmarks_clustered(const w5_landmarks *a, const w5_landmarks *b, w5_time shift)
{
    w5_fit_result r = {0};
    size_t i = 0, j = 0, ours = 0, theirs = 0;
    if (a->clusters == 0 || b->clusters == 0)
        return r;
    w5_time first = a->cluster[0] + shift, last = a->cluster[a->clusters - 1] + shift;
    for (size_t k = 0; k < b->clusters; k++)
        theirs += b->cluster[k] >= first - W5_PAIR_FIT && b->cluster[k] <= last + W5_PAIR_FIT;
    for (size_t k = 0; k < a->clusters; k++)
        ours += a->cluster[k] + shift >= b->cluster[0] - W5_PAIR_FIT &&
                a->cluster[k] + shift <= b->cluster[b->clusters - 1] + W5_PAIR_FIT;
    while (i < a->clusters && j < b->clusters) {
        w5_time one = a->cluster[i] + shift, other = b->cluster[j];
        bool pair = fit(&r, one, other);
        i += pair || one < other;
        j += pair || one >= other;
    }
    r.most = ours < theirs ? ours : theirs;
    return r;
}

w5_fit_result w5_landmarks_joined(const w5_landmarks *a, const w5_landmarks *b, w5_time shift)
{
    w5_fit_result r = {0};
    size_t i = 0, j = 0;
    while (i < a->joints && j < b->joints) {
        const w5_landmark *one = &a->joint[i], *other = &b->joint[j];
        if (one->token != other->token) {
            i += one->token < other->token;
            j += one->token > other->token;
            continue;
        }
        bool pair = fit(&r, one->at + shift, other->at);
        i += pair || one->at + shift < other->at;
        j += pair || one->at + shift >= other->at;
    }
    r.most = a->joints < b->joints ? a->joints : b->joints;
    return r;
}

/* --- the best shift -------------------------------------------------------------------------- */
typedef w5_fit_result (*pairing)(const w5_landmarks *a, const w5_landmarks *b, w5_time shift);

static size_t tries(w5_time from, w5_time to, w5_time step)
{
    return (size_t)((to - from) / step) + 1;
}

/* The best, and the middle one of equals side by side (seconds within the tolerance). */
static w5_best_shift best_of(const w5_fit_result *fits, size_t n, w5_time from, w5_time step)
{
    size_t first = 0, last = 0;
    for (size_t i = 1; i < n; i++) {
        bool better = fits[i].pairs > fits[first].pairs ||
                      (fits[i].pairs == fits[first].pairs && fits[i].close > fits[first].close);
        bool equal = fits[i].pairs == fits[first].pairs && fits[i].close == fits[first].close;
        if (better)
            first = last = i;
        else if (equal && i == last + 1)
            last = i;
    }
    size_t middle = first + (last - first) / 2;
    return (w5_best_shift){.shift = from + (w5_time)middle * step, .fit = fits[middle]};
}

static size_t next_best(const w5_fit_result *fits, size_t n, w5_time from, w5_time step,
                        w5_time shift)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        w5_time apart = from + (w5_time)i * step - shift;
        if ((apart > 2 * W5_PAIR_FIT || apart < -2 * W5_PAIR_FIT) && fits[i].pairs > most)
            most = fits[i].pairs;
    }
    return most;
}

static w5_best_shift search(pairing pair, const w5_landmarks *a, const w5_landmarks *b,
                            w5_time from, w5_time to, w5_time step, size_t enough)
{
    size_t n = tries(from, to, step);
    w5_fit_result *fits = w5_xrealloc(NULL, n, sizeof(*fits));
    for (size_t i = 0; i < n; i++)
        fits[i] = pair(a, b, from + (w5_time)i * step);
    w5_best_shift best = best_of(fits, n, from, step);
    size_t next = next_best(fits, n, from, step, best.shift);
    best.found = best.fit.pairs >= enough && best.fit.pairs > 2 * next;
    free(fits);
    return best;
}

w5_best_shift w5_landmarks_best(const w5_landmarks *a, const w5_landmarks *b, w5_time from,
                                w5_time to, w5_time step, size_t joined_min)
{
    w5_best_shift best = search(w5_landmarks_joined, a, b, from, to, step, joined_min);
    if (best.found)
        return best;
    best = search(w5_landmarks_clustered, a, b, from, to, step, ENOUGH_CLUSTERS);
    best.found =
        best.found && best.fit.pairs * 2 >= best.fit.most; /* three of hundreds are chance */
    return best;
}
