/* lives.c -- what the census found, joined with the kernel's and systemd's word. */
#include "lives.h"
#include "census.h"
#include "outages.h"

#include <stdlib.h>

/* The kernel names its victim by the host's pid; inside a container gunicorn knows another. Then
 * the worker that died of SIGKILL in the same second is meant, when it is the only one. */
static w5_worker *killed_then(const w5_census *c, const w5_cell *kill)
{
    const w5_lives *l = c->lives;
    w5_worker *found = NULL;
    w5_time at = kill->at;
    for (size_t i = 0; i < l->workers; i++) {
        w5_worker *w = &l->worker[i];
        if (w->signal != 9 || w->timeout || w->end < at - W5_SECOND ||
            w->end > at + 2 * W5_SECOND || !w5_known_one_machine(c->k, w->first, kill))
            continue;
        if (found)
            return NULL;
        found = w;
    }
    return found;
}

static void join_kernel(w5_census *c, w5_kind kind)
{
    for (size_t i = 0; i < c->k->kind[kind].n; i++) {
        const w5_cell *cell = c->k->kind[kind].at[i];
        w5_worker *w = w5_census_worker(c, cell->subject ? cell->subject : cell->pid, cell);
        if (!w && kind == W5_K_OOM_KILL)
            w = killed_then(c, cell);
        if (!w)
            continue;
        if (kind == W5_K_OOM_KILL)
            w->oom = cell;
        else
            w->segfault = cell;
        if (w->end == W5_TIME_MAX)
            w->end = cell->at;
    }
}

static void seal_worker(w5_worker *w)
{
    if (w->timeout && w->end == W5_TIME_MAX)
        w->end = w->timeout->at; /* no line of its end: killed within a second or two */
}

static void seal_master(w5_master *m)
{
    if (m->bind_failure && !m->listening && !m->boot_failure)
        m->boot_failure = m->bind_failure;
    if (m->boot_failure && (!m->term || m->boot_failure->at < m->term->at)) {
        m->fate = W5_FATE_BOOT;
        m->end = m->boot_failure->at;
    } else if (m->term || m->stop) {
        m->fate = W5_FATE_STOPPED;
        m->end = m->term ? m->term->at : m->stop->at;
    }
}

/* A worker that memory or a hand killed within seconds before its master was told to stop:
 * OOMPolicy=stop takes the unit down with it (facts §3b). */
static void find_kill_before_stop(w5_lives *l)
{
    for (size_t i = 0; i < l->workers; i++) {
        const w5_worker *w = &l->worker[i];
        w5_master *m = w->master >= 0 ? &l->master[w->master] : NULL;
        if (!m || m->fate != W5_FATE_STOPPED || w->timeout || w->end > m->end ||
            w->end < m->end - 3 * W5_SECOND)
            continue;
        if (w->oom)
            m->oom = w->oom;
        if (w->signal == 9)
            m->sigkill = w->killed;
    }
}

static void take_addresses(w5_master *m, const w5_master **known)
{
    if (m->addresses) {
        *known = m;
    } else if (*known) {
        memcpy(m->address, (*known)->address, sizeof(m->address));
        m->addresses = (*known)->addresses;
    }
}

/* Of a master met in the middle of its life the address is not told; the one that the same log
 * starts before or after it has it too. */
static void inherit_addresses(const w5_known *k, w5_lives *l, w5_arena *scratch)
{
    const w5_master **known = W5_NEW_N(scratch, const w5_master *, k->t->streams + k->t->lanes + 1);
    for (size_t i = 0; i < l->masters; i++)
        take_addresses(&l->master[i], &known[l->master[i].log]);
    for (size_t i = l->masters; i-- > 0;)
        take_addresses(&l->master[i], &known[l->master[i].log]);
}

static int by_end(const void *a, const void *b)
{
    const w5_worker *x = a, *y = b;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

w5_lives *w5_lives_new(const w5_known *k)
{
    w5_census c = {.k = k, .lives = W5_NEW(k->arena, w5_lives), .scratch = w5_arena_new()};
    w5_lives *l = c.lives;
    w5_census_read(&c);
    for (size_t i = 0; i < l->workers; i++)
        seal_worker(&l->worker[i]);
    join_kernel(&c, W5_K_OOM_KILL);
    join_kernel(&c, W5_K_SEGFAULT);
    for (size_t i = 0; i < l->masters; i++)
        seal_master(&l->master[i]);
    find_kill_before_stop(l);
    inherit_addresses(k, l, c.scratch);
    w5_arena_free(c.scratch);
    if (l->workers)
        qsort(l->worker, l->workers, sizeof(w5_worker), by_end);
    w5_outages_find(k, l);
    return l;
}

w5_reach w5_master_reaches(const w5_known *k, const w5_master *m, w5_id upstream)
{
    if (!m || !m->addresses || upstream <= W5_INTERN_FULL)
        return W5_REACH_UNKNOWN;
    for (size_t i = 0; i < m->addresses; i++)
        if (w5_address_reaches(w5_known_str(k, m->address[i]), w5_known_str(k, upstream)))
            return W5_REACH_YES;
    return W5_REACH_NO;
}

w5_reach w5_lives_reach(const w5_known *k, const w5_cell *line, w5_id upstream)
{
    bool any = false;
    for (size_t i = 0; i < k->lives->masters; i++) {
        const w5_master *m = &k->lives->master[i];
        if (m->stream != line->stream || (m->unit && line->unit && m->unit != line->unit))
            continue;
        if (w5_master_reaches(k, m, upstream) != W5_REACH_NO)
            return w5_master_reaches(k, m, upstream);
        any = true;
    }
    return any ? W5_REACH_NO : W5_REACH_UNKNOWN;
}

bool w5_lives_listened(const w5_known *k, w5_id upstream)
{
    for (size_t i = 0; i < k->lives->masters; i++)
        if (w5_master_reaches(k, &k->lives->master[i], upstream) == W5_REACH_YES)
            return true;
    return false;
}

size_t w5_lives_seek(const w5_lives *lives, w5_time end)
{
    size_t low = 0, high = lives->workers;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (lives->worker[mid].end < end)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const w5_master *w5_worker_master(const w5_lives *lives, const w5_worker *w)
{
    return w->master >= 0 ? &lives->master[w->master] : NULL;
}
