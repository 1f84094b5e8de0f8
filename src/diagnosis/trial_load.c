/* trial_load.c -- too little of something for what was asked: workers, a free event loop, memory, a
 * page that is light enough. */
#include "deaths.h"

/* ---- starvation ---- */

/* What a request for this path usually takes, those that failed left out; -1 unknown. */
static w5_time usual(const w5_case *c, w5_id path, w5_time timer)
{
    const w5_path *p = w5_known_path(c->k, path);
    if (!p || p->requests <= p->failed)
        return -1;
    w5_time lost = (w5_time)p->failed * timer;
    return p->sum > lost ? (p->sum - lost) / (w5_time)(p->requests - p->failed) : 0;
}

typedef struct crowd { /* the paths among errors that ran into nginx's timer */
    double quick, all; /* failed requests on paths that are quick by nature; on all */
    size_t paths;      /* distinct, as far as they are counted */
    const w5_cell *example;
} crowd;

static crowd look_at_paths(const w5_case *c, w5_time timer)
{
    crowd k = {0};
    w5_id seen[16];
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (!w5_error_is(e, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(BACKLOG_FULL)))
            continue;
        w5_time takes = usual(c, e->cell->path, timer);
        bool quick = takes >= 0 && takes * 4 < timer;
        size_t p = 0;
        while (p < k.paths && seen[p] != e->cell->path)
            p++;
        if (p == k.paths && k.paths < sizeof(seen) / sizeof(*seen))
            seen[k.paths++] = e->cell->path;
        k.all += e->weight;
        k.quick += quick ? e->weight : 0;
        k.example = quick && !k.example ? e->cell : k.example;
    }
    return k;
}

static void explain_queue(const w5_case *c, w5_theory *t, w5_join join)
{
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_is(&c->error[i],
                        W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(BACKLOG_FULL)))
            w5_theory_explain(c, t, i, join);
}

static void try_starvation(const w5_case *c, w5_theory *t)
{
    const w5_cell *pool =
        w5_known_first(c->k, W5_K_POOL_EXHAUSTED, c->from - 10 * W5_SECOND, c->to + W5_SECOND);
    w5_timer timer = w5_case_read_timer(c, c->incident->upstream, W5_NONE);
    crowd k = look_at_paths(c, timer.value);
    if (k.all <= 0)
        return;
    bool quick_ones_wait = k.paths > 1 && k.quick >= 0.1 * k.all;
    if (pool)
        explain_queue(c, t, W5_JOIN_INTERVAL);
    else if (quick_ones_wait)
        explain_queue(c, t, W5_JOIN_PATH);
    else if (k.paths > 3 && !w5_known_has(c->k, W5_BY_ACCESS))
        explain_queue(c, t, W5_JOIN_GUESS);
    if (!w5_theory_explains(t, c))
        return;
    t->culprit = pool;
    if (pool)
        t->summary = W5_SAY(N_("The application had no worker free and said so; %1$s × a request "
                               "waited until nginx gave up."),
                            w5_say_number(c->arena, w5_theory_count(t, c)));
    else if (k.example)
        t->summary = W5_SAY(N_("All workers were busy: %1$s, which usually takes a moment, waited "
                               "in line until nginx gave up (%2$s × in all)."),
                            w5_known_str(c->k, k.example->path),
                            w5_say_number(c->arena, w5_theory_count(t, c)));
    else
        t->summary = W5_SAY(N_("Requests for many different pages ran into nginx's timer at once, "
                               "as they do when all workers are busy."));
    w5_claim_cite(&t->summary, pool);
    w5_claim_cite(&t->summary, k.example);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, pool, W5_FOR, NULL);
    w5_theory_show(c, t, k.example, W5_FOR, NULL);
}

/* ---- a blocked event loop ---- */

static bool fits_loop(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    return w->timeout && !w->oom &&
           (w5_case_async(h->c, w5_known_str(h->c->k, e->cell->upstream)) ||
            w5_known_by(h->c->k, w->timeout, "puma"));
}

/* gevent, gthread, uvicorn and puma beat their heart beside the requests: a slow one alone never
 * times out (facts gunicorn-and-host.md §0.5). */
static void try_loop(const w5_case *c, w5_theory *t)
{
    w5_hunt h = {.c = c,
                 .t = t,
                 .fits = fits_loop,
                 .bits = W5_CLOSES | W5_BIT(READ_TIMEOUT) | W5_BIT(TRUNCATED_BODY)};
    w5_hunt_deaths(&h);
    w5_hunt_promote(&h, W5_K_WORKER_TIMEOUT);
    if (!h.first)
        return;
    t->culprit = h.first->timeout;
    t->summary = W5_SAY(N_("%1$s × a call that does not yield held up a whole asynchronous worker "
                           "until its master killed it with all its requests; a slow request alone "
                           "never does that to such a worker."),
                        w5_say_number(c->arena, h.joined));
    w5_claim_cite(&t->summary, h.first->timeout);
    w5_claim_cite(&t->summary, h.first->exited);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, h.first->timeout, W5_FOR, NULL);
    w5_theory_show(c, t, h.first->exited, W5_FOR, NULL);
    w5_theory_show(c, t, h.last->timeout, W5_FOR, NULL);
}

/* ---- document B's page ---- */

/* Are nginx's time-outs above their default, or was it told something new in between? */
static bool raised(const w5_case *c, w5_id path, w5_time from, w5_time to, const w5_cell **reload)
{
    w5_time limit = w5_known_duration(c->k, "nginx", "proxy_read_timeout", c->incident->upstream,
                                      w5_known_str(c->k, path), 0);
    *reload = w5_known_first(c->k, W5_K_NGINX_RELOAD, from, to);
    if (!*reload)
        *reload = w5_known_first(c->k, W5_K_NGINX_START, from, to);
    return *reload || limit > W5_MINUTE;
}

static bool has_path(const w5_case *c, const w5_incident *in, w5_id path)
{
    for (size_t i = 0; i < in->cells; i++)
        if (c->k->t->cell[in->cell[i]].path == path)
            return true;
    return false;
}

/* Another incident of the same path, time-outs having been raised. */
static bool failed_before_or_after(const w5_case *c, w5_id path, const w5_cell **reload)
{
    for (size_t i = 0; c->k->incidents && i < c->k->incidents->n; i++) {
        const w5_incident *in = c->k->incidents->at[i];
        bool before = in->end<c->from, after = in->start> c->to;
        if ((before || after) && has_path(c, in, path) &&
            raised(c, path, before ? in->end : c->to, before ? c->from : in->start, reload))
            return true;
    }
    return false;
}

/* Requests for a path that failed within the same five seconds: as many were in flight at least. */
static uint64_t most_at_once(const w5_case *c, w5_id path)
{
    uint64_t most = 0, now = 0;
    for (size_t i = 0, j = 0; i < c->errors; i++) {
        for (; j < c->errors && c->error[j].cell->at <= c->error[i].cell->at + 5 * W5_SECOND; j++)
            now += c->error[j].cell->path == path ? c->error[j].cell->count : 0;
        most = now > most ? now : most;
        now -= c->error[i].cell->path == path ? c->error[i].cell->count : 0;
    }
    return most;
}

/* The same path in at least two incidents although time-outs were raised, under a few users
 * (documents.md, `recurring-light-load`; the thresholds are ours). */
bool w5_case_recurs(const w5_case *c, w5_id *path, const w5_cell **reload)
{
    w5_time limit =
        w5_known_duration(c->k, "nginx", "proxy_read_timeout", c->incident->upstream, W5_NONE, 0);
    bool never =
        !c->k->kind[W5_K_NGINX_RELOAD].n && !c->k->kind[W5_K_NGINX_START].n && limit <= W5_MINUTE;
    *path = never ? 0 : w5_case_path(c, NULL);
    return *path && most_at_once(c, *path) <= 5 && failed_before_or_after(c, *path, reload);
}

static void try_heavy(const w5_case *c, w5_theory *t)
{
    w5_id path;
    const w5_cell *reload;
    if (!w5_case_recurs(c, &path, &reload))
        return;
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_is(&c->error[i], W5_CLOSES | W5_BIT(READ_TIMEOUT) | W5_BIT(REFUSED)))
            w5_theory_explain(c, t, i, W5_JOIN_PATH);
    if (!w5_theory_explains(t, c))
        return;
    w5_theory_limit(t, W5_POSSIBLE, W5_BY_APP);
    t->summary = W5_SAY(N_("%1$s fails again under a few users although the time-outs were raised: "
                           "what the page asks of the application is too much."),
                        w5_known_str(c->k, path));
    w5_claim_cite(&t->summary, reload);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, reload, W5_CONTEXT, NULL);
}

/* ---- memory that is nearly gone ---- */

/* Several workers in one second: what held them up was in no single request. */
static bool timed_out_together(const w5_case *c)
{
    size_t i = SIZE_MAX;
    const w5_cell *cell, *before = NULL;
    while ((cell = w5_known_next(c->k, W5_K_WORKER_TIMEOUT, c->from - 5 * W5_SECOND,
                                 c->to + 5 * W5_SECOND, &i))) {
        if (before && cell->at <= before->at + W5_SECOND && cell->subject != before->subject)
            return true;
        before = cell;
    }
    return false;
}

/* Workers that time out while the machine swaps: the kernel kills somebody else, or tasks hang. */
static void try_pressure(const w5_case *c, w5_theory *t)
{
    static const w5_kind kinds[] = {W5_K_HUNG_TASK, W5_K_OOM_KILL, W5_K_NGINX_NO_MEMORY};
    const w5_cell *sign = NULL;
    w5_kind kind = W5_K_OTHER;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !sign; i++) {
        sign = w5_known_first(c->k, kinds[i], c->from - 2 * W5_MINUTE, c->to + 2 * W5_MINUTE);
        kind = kinds[i];
    }
    if (!sign)
        return;
    w5_coincidence w =
        w5_coincide(c, c->k->kind[kind].at, c->k->kind[kind].n, 2 * W5_MINUTE, 2 * W5_MINUTE);
    bool sure = w5_nearer_than_chance(&w) || timed_out_together(c);
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        bool slow = w5_error_is(e, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT)) ||
                    (w5_error_is(e, W5_CLOSES) &&
                     w5_known_first(c->k, W5_K_WORKER_TIMEOUT, e->cell->at - 2 * W5_SECOND,
                                    e->cell->at + W5_SECOND));
        if (slow)
            w5_theory_explain(c, t, i, sure ? W5_JOIN_PATH : W5_JOIN_TIME);
        else if (e->trouble && e->kind == W5_K_NGINX_NO_MEMORY)
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
    }
    if (!w5_theory_explains(t, c))
        return;
    t->culprit = sign;
    t->summary = W5_SAY(N_("The machine was short of memory at that time: requests and workers ran "
                           "out of time while it swapped."));
    w5_claim_cite(&t->summary, sign);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, sign, W5_FOR, NULL);
}

const w5_trial w5_trials_load[] = {
    {"worker-starvation",  W5_LAYER_EVENT, try_starvation},
    {"event-loop-blocked",      W5_LAYER_REASON, try_loop},
    {"heavy-page", W5_LAYER_REASON, try_heavy},
    {"memory-pressure",            W5_LAYER_REASON, try_pressure},
    {0        },
};
