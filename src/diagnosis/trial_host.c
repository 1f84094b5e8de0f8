/* trial_host.c -- the machine under it: a full disk, a clock that jumped. */
#include "deaths.h"

/* ---- a full disk ---- */

static const w5_cell *full_near(const w5_case *c, const w5_error *e)
{
    static const w5_kind kinds[] = {W5_K_DISK_FULL, W5_K_DB_DISK_FULL};
    const w5_cell *found = NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !found; i++)
        found = w5_known_last(c->k, kinds[i], e->cell->at - 10 * W5_MINUTE,
                              e->cell->at + 2 * W5_SECOND);
    return found;
}

static bool same_request(const w5_cell *full, const w5_error *e)
{
    return full->path && full->path == e->cell->path && full->at >= e->cell->at - W5_SECOND;
}

/* MySQL does not fail on a full disk, it waits: it says so once in ten minutes and tries again
 * every minute, while writers hang (facts/mysql.md §3, disk_full). Others say so each time. */
static w5_join join_of(const w5_case *c, const w5_cell *full, const w5_error *e)
{
    if (same_request(full, e))
        return W5_JOIN_REQUEST;
    bool waits = w5_known_kind(c->k, full) == W5_K_DB_DISK_FULL;
    return waits || full->at >= e->cell->at - 3 * W5_SECOND ? W5_JOIN_PATH : W5_JOIN_TIME;
}

static void try_disk(const w5_case *c, w5_theory *t)
{
    const uint32_t bits = W5_BIT(PREMATURE_CLOSE) | W5_BIT(READ_TIMEOUT) | W5_BIT(UPSTREAM_5XX) |
                          W5_BIT(TRUNCATED_BODY);
    const w5_cell *line = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (e->trouble && (e->kind == W5_K_DISK_FULL || e->kind == W5_K_DB_DISK_FULL)) {
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
            line = line ? line : e->cell;
            continue;
        }
        const w5_cell *full = w5_error_is(e, bits) ? full_near(c, e) : NULL;
        if (!full)
            continue;
        w5_theory_explain(c, t, i, join_of(c, full, e));
        line = line ? line : full;
    }
    if (!line)
        return;
    t->culprit = line;
    t->summary = W5_SAY(N_("A disk was full at that time: who had to write could not."));
    w5_claim_cite(&t->summary, line);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, line, W5_FOR, NULL);
}

/* ---- a clock that jumped ---- */

/* Up to 21.2 gunicorn's heartbeat is on the wall clock: a step forward makes all workers look dead
 * at once (facts gunicorn-and-host.md §3a, §10.29). */
static bool fits_step(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    const w5_master *m = w5_worker_master(h->c->k->lives, w);
    (void)e;
    return w->timeout && !(m && m->major > 21);
}

static size_t timed_out_at(const w5_case *c, w5_time at)
{
    size_t i = SIZE_MAX, n = 0;
    while (w5_known_next(c->k, W5_K_WORKER_TIMEOUT, at - W5_SECOND, at + W5_SECOND, &i))
        n++;
    return n;
}

static void try_clock(const w5_case *c, w5_theory *t)
{
    const w5_cell *step =
        w5_known_last(c->k, W5_K_CLOCK_CHANGE, c->from - 15 * W5_SECOND, c->to + W5_SECOND);
    if (!step)
        return;
    w5_hunt h = {.c = c, .t = t, .fits = fits_step, .bits = W5_CLOSES};
    w5_hunt_deaths(&h);
    if (!h.first || timed_out_at(c, h.first->timeout->at) < 2) {
        t->join = NULL;
        return;
    }
    t->culprit = step;
    t->summary = W5_SAY(N_("The clock was set, and in that moment gunicorn took all its workers "
                           "for dead (their heartbeat is on the wall clock before 22.0)."));
    w5_claim_cite(&t->summary, step);
    w5_claim_cite(&t->summary, h.first->timeout);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, step, W5_FOR, NULL);
    w5_theory_show(c, t, h.first->timeout, W5_FOR, NULL);
    w5_theory_show(c, t, h.last->timeout, W5_FOR, NULL);
}

const w5_trial w5_trials_host[] = {
    {"disk-full",  W5_LAYER_REASON, try_disk},
    {"clock-step",    W5_LAYER_REASON, try_clock},
    {0},
};
