/* outages.c -- brackets [the listener went, the next one listened].
 *
 * gunicorn closes its listener at the signal, before its workers have finished (facts §2.1, §3d),
 * so an outage begins with "Handling signal: term" and ends with the next master's "Listening at".
 * A master that dies says nothing: its workers leave at once, systemd may have a line, and the
 * kernel begins to refuse. A master whose workers fail to boot listens for a moment, but serves
 * nobody: it ends no outage. */
#include "outages.h"

#include <stdlib.h>

enum {
    BOOT_TIME = 120
}; /* seconds in which a failure to boot still is one of the start */

static bool stillborn(const w5_master *m)
{
    return m->fate == W5_FATE_BOOT && m->started && !m->reload &&
           m->boot_failure->at <= m->from + BOOT_TIME * W5_SECOND;
}

static bool same_app(const w5_known *k, const w5_master *a, const w5_master *b)
{
    return w5_known_one_machine(k, a->first, b->first) &&
           (a->log == b->log || (a->unit && a->unit == b->unit));
}

static bool share_address(const w5_known *k, const w5_master *a, const w5_master *b)
{
    for (size_t i = 0; i < a->addresses; i++)
        if (w5_master_reaches(k, b, a->address[i]) == W5_REACH_YES)
            return true;
    return !a->addresses || !b->addresses;
}

/* The next master of the same application that served; `elsewhere`: at another address. */
static int32_t next_master(const w5_known *k, const w5_lives *l, size_t i, bool elsewhere)
{
    const w5_master *m = &l->master[i];
    for (size_t j = i + 1; j < l->masters; j++) {
        const w5_master *other = &l->master[j];
        if (!same_app(k, m, other) || stillborn(other) || other->listen == W5_TIME_NONE)
            continue;
        if (share_address(k, m, other) != elsewhere)
            return (int32_t)j;
    }
    return -1;
}

/* The first refusal at an address of this master inside [from, to). */
static const w5_cell *first_refusal(const w5_known *k, const w5_master *m, w5_time from, w5_time to)
{
    static const w5_kind kinds[] = {W5_K_REFUSED, W5_K_SOCKET_MISSING};
    const w5_cell *found = NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        size_t at = SIZE_MAX;
        const w5_cell *cell;
        while ((cell = w5_known_next(k, kinds[i], from, to, &at)) &&
               (!found || cell->at < found->at))
            if (m->addresses && w5_master_reaches(k, m, cell->upstream) == W5_REACH_YES &&
                w5_known_same_host(k, m->first, cell)) {
                found = cell;
                break;
            }
    }
    return found;
}

/* Where nginx's error log is missing, the access log's 502s stand for refusals; that they are some
 * must be told by another line. */
static const w5_cell *first_502(const w5_known *k, const w5_master *m, w5_time from, w5_time to)
{
    size_t at = SIZE_MAX;
    const w5_cell *cell;
    while (!k->told[W5_BY_NGINX].n && (cell = w5_known_next(k, W5_K_ACCESS, from, to, &at)))
        if (cell->number == 502 && w5_master_reaches(k, m, cell->upstream) != W5_REACH_NO)
            return cell;
    return NULL;
}

/* All its workers left at once and nobody took their places: orphans. */
static const w5_cell *mass_exit(const w5_lives *l, int32_t master, w5_time from, w5_time to)
{
    const w5_cell *first = NULL;
    for (size_t i = 0; i < l->workers; i++) {
        const w5_worker *w = &l->worker[i];
        if (w->master != master || !w->pid)
            continue;
        if (w->end == W5_TIME_MAX || w->end > to)
            return NULL;
        if (w->end >= from && w->exited && !w->timeout && (!first || w->exited->at < first->at))
            first = w->exited;
    }
    return first;
}

static bool is_service_of(const w5_known *k, const w5_cell *cell, const w5_master *m)
{
    static const char *const others[] = {"nginx", "mysql", "mariadb", "systemd", "cron", "ssh"};
    w5_str unit = w5_known_str(k, cell->unit);
    if (m && m->unit && cell->unit)
        return m->unit == cell->unit;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (w5_str_starts(unit, w5_str_of(others[i])))
            return false;
    return unit.len > 0;
}

static const w5_cell *unit_cell(const w5_known *k, w5_kind kind, const w5_master *m, w5_time from,
                                w5_time to)
{
    size_t i = SIZE_MAX;
    const w5_cell *cell;
    while ((cell = w5_known_next(k, kind, from, to, &i)))
        if (is_service_of(k, cell, m) && (!m || w5_known_same_host(k, m->first, cell)))
            return cell;
    return NULL;
}

static const w5_cell *master_oom(const w5_known *k, const w5_master *m, w5_time from, w5_time to)
{
    size_t i = SIZE_MAX;
    const w5_cell *cell;
    while ((cell = w5_known_next(k, W5_K_OOM_KILL, from, to, &i)))
        if (cell->subject == m->pid && m->pid)
            return cell;
    return NULL;
}

static void add(w5_lives *l, const w5_outage *o)
{
    l->outage[l->outages++] = *o;
}

static w5_outage outage_of(const w5_known *k, const w5_lives *l, size_t i)
{
    const w5_master *m = &l->master[i];
    w5_outage o = {.address = m->addresses ? m->address[0] : 0,
                   .unit = m->unit,
                   .master = (int32_t)i,
                   .next = next_master(k, l, i, false),
                   .moved = next_master(k, l, i, true),
                   .to = W5_TIME_MAX,
                   .fate = m->fate};
    if (o.next >= 0) {
        o.to = l->master[o.next].listen;
        o.end = l->master[o.next].listening;
    }
    return o;
}

/* Memory began it: the kernel's line about one of its workers, or systemd's about the unit. */
static void find_memory(const w5_known *k, const w5_master *m, w5_outage *o)
{
    const w5_cell *unit =
        unit_cell(k, W5_K_UNIT_OOM, m, o->from - 3 * W5_SECOND, o->from + W5_SECOND);
    o->oom = m->oom ? m->oom : unit;
}

static void after_stop(const w5_known *k, w5_lives *l, size_t i)
{
    const w5_master *m = &l->master[i];
    w5_outage o = outage_of(k, l, i);
    o.begin = m->fate == W5_FATE_BOOT ? m->boot_failure : m->term ? m->term : m->stop;
    o.from = stillborn(m) ? m->from : m->end;
    o.certain = true;
    if (m->fate == W5_FATE_BOOT)
        o.boot_failure = m->boot_failure;
    /* a new master listened before the old one was told to go: nobody noticed */
    if (o.next >= 0 && o.to <= o.from)
        return;
    find_memory(k, m, &o);
    add(l, &o);
}

/* It stopped answering without a word, or another was started in its place without one. */
static void after_silence(const w5_known *k, w5_lives *l, size_t i)
{
    const w5_master *m = &l->master[i];
    w5_outage o = outage_of(k, l, i);
    if (!m->listening && !m->addresses)
        return;
    const w5_cell *refusal = first_refusal(k, m, m->last - W5_SECOND, o.to);
    bool guessed = !refusal;
    if (!refusal)
        refusal = first_502(k, m, m->last - W5_SECOND, o.to);
    w5_time seen = refusal ? refusal->at : o.next >= 0 ? l->master[o.next].from : W5_TIME_NONE;
    if (seen == W5_TIME_NONE)
        return;
    o.fate = W5_FATE_DIED;
    o.oom = master_oom(k, m, m->last, seen + W5_SECOND);
    o.reboot = w5_known_last(k, W5_K_HOST_BOOT, m->last, seen + W5_SECOND);
    o.begin = o.oom ? o.oom
                    : unit_cell(k, W5_K_UNIT_FAILED, m, m->last - W5_SECOND, seen + 2 * W5_SECOND);
    if (!o.begin)
        o.begin = o.reboot;
    if (!o.begin)
        o.begin = mass_exit(l, (int32_t)i, m->last - W5_SECOND, seen + 2 * W5_SECOND);
    o.certain = o.begin != NULL;
    if (guessed && refusal && !o.certain)
        return;
    o.from = o.certain && o.begin->at < seen ? o.begin->at : seen;
    if (!refusal && !o.certain)
        o.from = seen - 2 * W5_SECOND;
    if (!o.oom)
        find_memory(k, m, &o);
    add(l, &o);
}

/* A start that failed belongs to the outage it should have ended. */
static bool inside_another(const w5_known *k, w5_lives *l, size_t i)
{
    const w5_master *m = &l->master[i];
    for (size_t j = l->outages; j-- > 0;) {
        w5_outage *o = &l->outage[j];
        const w5_master *before = o->master >= 0 ? &l->master[o->master] : NULL;
        if (!before || !same_app(k, before, m) || !share_address(k, before, m) || m->from > o->to ||
            m->from < o->from - W5_SECOND)
            continue;
        if (!o->boot_failure)
            o->boot_failure = m->boot_failure;
        return true;
    }
    return false;
}

/* ---- units whose programs write no log that we know ---- */

/* The unit that a master is of: as its lines say, else the one that systemd had just started. */
static w5_id unit_of(const w5_known *k, const w5_master *m)
{
    enum {
        STARTING = 5
    };
    size_t i = SIZE_MAX;
    w5_id unit = m->unit;
    const w5_cell *cell;
    while (!m->unit && (cell = w5_known_next(k, W5_K_UNIT_START, m->from - STARTING * W5_SECOND,
                                             m->from, &i)))
        unit = w5_known_same_host(k, m->first, cell) ? cell->unit : unit;
    return unit;
}

static bool is_of(const w5_known *k, const w5_master *m, w5_id unit)
{
    w5_id of = unit_of(k, m);
    return !of || !unit || of == unit;
}

/* Did a master of this unit go or come at that time? One that lives through it is another's. */
static bool told_by_masters(const w5_known *k, const w5_lives *l, w5_id unit, w5_time from,
                            w5_time to)
{
    for (size_t i = 0; i < l->outages; i++) {
        const w5_outage *o = &l->outage[i];
        if (o->master >= 0 && o->from <= to && o->to >= from &&
            is_of(k, &l->master[o->master], unit))
            return true;
    }
    for (size_t i = 0; i < l->masters; i++) {
        const w5_master *m = &l->master[i];
        bool came = m->from >= from && m->from <= to;
        bool went = m->end >= from - W5_SECOND && m->end != W5_TIME_MAX && m->end <= to;
        if ((came || went) && is_of(k, m, unit))
            return true;
    }
    return false;
}

static const w5_cell *started_again(const w5_known *k, w5_id unit, w5_time after)
{
    size_t i = SIZE_MAX;
    const w5_cell *cell;
    while ((cell = w5_known_next(k, W5_K_UNIT_START, after, W5_TIME_MAX, &i))) {
        if (cell->unit != unit)
            continue;
        /* a start that fails at once is none */
        const w5_cell *fail =
            w5_known_first(k, W5_K_UNIT_FAILED, cell->at, cell->at + 10 * W5_SECOND);
        if (!fail || fail->unit != unit)
            return cell;
    }
    return NULL;
}

static bool unit_is_down(const w5_lives *l, const w5_cell *cell)
{
    for (size_t i = l->outages; i-- > 0;)
        if (l->outage[i].unit == cell->unit && l->outage[i].master < 0 &&
            cell->at >= l->outage[i].from && cell->at <= l->outage[i].to)
            return true;
    return false;
}

static void after_unit(const w5_known *k, w5_lives *l, const w5_cell *cell, w5_fate fate)
{
    w5_outage o = {.unit = cell->unit,
                   .master = -1,
                   .next = -1,
                   .moved = -1,
                   .from = cell->at,
                   .to = W5_TIME_MAX,
                   .fate = fate,
                   .begin = cell,
                   .certain = true};
    o.end = started_again(k, cell->unit, cell->at);
    if (o.end)
        o.to = o.end->at;
    if (!is_service_of(k, cell, NULL) || unit_is_down(l, cell) || told_by_masters(k, l, o.unit, o.from, o.to))
        return;
    o.oom = unit_cell(k, W5_K_UNIT_OOM, NULL, o.from - 3 * W5_SECOND, o.from + W5_SECOND);
    o.reboot = w5_known_first(k, W5_K_HOST_BOOT, o.from, o.to);
    add(l, &o);
}

static int by_begin(const void *a, const void *b)
{
    const w5_outage *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

void w5_outages_find(const w5_known *k, w5_lives *l)
{
    const w5_kind_cells *stops = &k->kind[W5_K_UNIT_STOP], *fails = &k->kind[W5_K_UNIT_FAILED];
    l->outage = W5_NEW_N(k->arena, w5_outage, l->masters + stops->n + fails->n);
    for (size_t i = 0; i < l->masters; i++) {
        if (l->master[i].fate == W5_FATE_ALIVE)
            after_silence(k, l, i);
        else if (!stillborn(&l->master[i]) || !inside_another(k, l, i))
            after_stop(k, l, i);
    }
    for (size_t i = 0; i < stops->n; i++)
        after_unit(k, l, stops->at[i], W5_FATE_STOPPED);
    for (size_t i = 0; i < fails->n; i++)
        after_unit(k, l, fails->at[i], W5_FATE_DIED);
    if (l->outages)
        qsort(l->outage, l->outages, sizeof(w5_outage), by_begin);
}
