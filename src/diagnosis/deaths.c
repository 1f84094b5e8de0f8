/* deaths.c -- deaths joined with errors.
 *
 * A sync worker serves one request, so its death explains one error; one of another kind explains
 * all of that second. The join is as strong as what ties them: the pid and the address its master
 * holds, or a request that ran exactly as long as the timer, or no more than the second. */
#include "deaths.h"

static bool reaches(const w5_hunt *h, const w5_worker *w, const w5_error *e, w5_reach *reach)
{
    const w5_master *m = w5_worker_master(h->c->k->lives, w);
    *reach = w5_master_reaches(h->c->k, m, e->cell->upstream);
    if (*reach == W5_REACH_NO && e->trouble)
        *reach = W5_REACH_UNKNOWN;
    if (m && !w5_known_same_host(h->c->k, m->first, e->cell))
        return false;
    return *reach != W5_REACH_NO;
}

/* From gunicorn 22 on a worker that is aborted names its request, and answers it with 500 (facts
 * gunicorn-and-host.md §10.2). */
static bool names_request(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    size_t i = SIZE_MAX;
    const w5_cell *r;
    while (w->pid && w->timeout && e->kind == W5_K_ACCESS &&
           (r = w5_known_next(h->c->k, W5_K_REQUEST_ERROR, w->timeout->at - W5_SECOND,
                              w->timeout->at + 2 * W5_SECOND, &i)))
        if (r->pid == w->pid && r->path && r->path == e->cell->path)
            return true;
    return false;
}

static w5_join join_of(const w5_hunt *h, const w5_worker *w, const w5_error *e, w5_reach reach)
{
    if (reach == W5_REACH_YES)
        return w->pid ? W5_JOIN_PID : W5_JOIN_ADDRESS;
    if (names_request(h, w, e))
        return W5_JOIN_REQUEST;
    /* the request ran as long as the timer, to the second: no second thing in the log does that */
    if (h->timer && e->took != W5_TIME_NONE && e->took >= h->timer - W5_SECOND / 2 &&
        e->took <= h->timer + 2500000)
        return W5_JOIN_INTERVAL;
    return W5_JOIN_TIME;
}

static size_t pick(w5_hunt *h, const w5_error *e, w5_join *join)
{
    const w5_lives *l = h->c->k->lives;
    size_t best = SIZE_MAX;
    w5_time best_gap = W5_TIME_MAX;
    size_t i = w5_lives_seek(l, e->cell->at - W5_SECOND - h->c->tolerance);
    for (; i < h->high && l->worker[i].end <= e->cell->at + h->c->tolerance; i++) {
        const w5_worker *w = &l->worker[i];
        w5_reach reach;
        if (i < h->low || h->used[i - h->low] || !reaches(h, w, e, &reach) || !h->fits(h, w, e))
            continue;
        w5_time gap = w->end > e->cell->at ? w->end - e->cell->at : e->cell->at - w->end;
        if (best != SIZE_MAX && (gap > best_gap || (gap == best_gap && reach != W5_REACH_YES)))
            continue;
        best = i;
        best_gap = gap;
        *join = join_of(h, w, e, reach);
    }
    return best;
}

static void found(w5_hunt *h, const w5_worker *w)
{
    if (!h->first)
        h->first = w;
    h->last = w;
    h->joined++;
}

/* A cell may stand for several errors of one second; half of them must have their death. */
static void join_error(w5_hunt *h, size_t i, bool many)
{
    const w5_error *e = &h->c->error[i];
    uint64_t had = 0;
    w5_join join = W5_JOIN_NONE, weakest = W5_JOIN_LINE;
    for (uint64_t n = 0; n < e->cell->count; n++) {
        size_t w = pick(h, e, &join);
        if (w == SIZE_MAX)
            break;
        h->used[w - h->low] = !many;
        found(h, &h->c->k->lives->worker[w]);
        weakest = join < weakest ? join : weakest;
        had = many ? e->cell->count : had + 1;
        if (many)
            break;
    }
    if (had * 2 >= e->cell->count && had)
        w5_theory_explain(h->c, h->t, i, weakest);
}

void w5_hunt_deaths(w5_hunt *h)
{
    const w5_case *c = h->c;
    const w5_lives *l = c->k->lives;
    h->low = w5_lives_seek(l, c->from - 4 * W5_SECOND);
    h->high = w5_lives_seek(l, c->to + 4 * W5_SECOND);
    h->used = W5_NEW_N(c->arena, bool, h->high - h->low + 1);
    if (h->high == h->low)
        return;
    w5_id upstream = c->errors ? c->error[0].cell->upstream : 0;
    bool many = w5_case_async(c, w5_known_str(c->k, upstream));
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (!w5_error_is(e, h->bits) && (!e->trouble || e->bits))
            continue;
        if (e->cell->upstream != upstream) {
            upstream = e->cell->upstream;
            many = w5_case_async(c, w5_known_str(c->k, upstream));
        }
        join_error(h, i, many);
    }
    /* one death among many errors of a second explains none of them */
    if (!w5_theory_explains(h->t, c))
        h->first = h->last = NULL;
}

void w5_hunt_promote(const w5_hunt *h, w5_kind kind)
{
    const w5_case *c = h->c;
    const w5_kind_cells *list = &c->k->kind[kind];
    bool weak = false;
    for (size_t i = 0; h->t->join && i < c->errors; i++)
        weak = weak || h->t->join[i] == W5_JOIN_TIME;
    if (!weak || !list->n)
        return;
    w5_coincidence w = w5_coincide(c, list->at, list->n, W5_SECOND, W5_SECOND);
    if (!w5_nearer_than_chance(&w))
        return;
    for (size_t i = 0; i < c->errors; i++)
        if (h->t->join[i] == W5_JOIN_TIME)
            h->t->join[i] = W5_JOIN_PATH;
}

/* The outage that systemd's lines tell of, when this process was all there was of the unit. */
static const w5_outage *fall_of(const w5_lives *l, const w5_worker *w)
{
    for (size_t i = 0; w->master < 0 && w->pid && i < l->outages; i++) {
        const w5_outage *o = &l->outage[i];
        if (o->master < 0 && o->certain && o->from <= w->end + 2 * W5_SECOND &&
            o->to >= w->end - W5_SECOND)
            return o;
    }
    return NULL;
}

static bool fell_before(const w5_hunt *h, const w5_error *e)
{
    const w5_lives *l = h->c->k->lives;
    for (size_t i = h->low; i < h->high; i++) {
        const w5_worker *w = &l->worker[i];
        const w5_master *m = w5_worker_master(l, w);
        if (e->cell->at < w->end - W5_SECOND ||
            (m && !w5_known_same_host(h->c->k, m->first, e->cell)))
            continue; /* mostly: of a fleet's workers nearly all are another host's */
        const w5_outage *o = h->fits(h, w, e) ? fall_of(l, w) : NULL;
        if (o && (o->to == W5_TIME_MAX || e->cell->at <= o->to + W5_SECOND) &&
            w5_known_same_host(h->c->k, o->begin, e->cell))
            return true;
    }
    return false;
}

void w5_hunt_falls(const w5_hunt *h)
{
    for (size_t i = 0; h->first && i < h->c->errors; i++)
        if (w5_error_is(&h->c->error[i], W5_ABSENT | W5_CLOSES) && fell_before(h, &h->c->error[i]))
            w5_theory_explain(h->c, h->t, i, W5_JOIN_INTERVAL);
}
