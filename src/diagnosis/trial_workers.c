/* trial_workers.c -- deaths of workers: by gunicorn's time-out, by memory, by a hand, by a crash.
 *
 * A dying worker closes its connections, so nginx's line stands in the same second (facts
 * gunicorn-and-host.md §3). A sync worker serves one request: each death explains one error, no
 * more. Whose death it was is told by pid, and whose connection by the address its master holds. */
#include "deaths.h"

static const w5_worker *whose_end(const w5_lives *l, const w5_cell *line)
{
    for (size_t i = w5_lives_seek(l, line->at - 4 * W5_SECOND);
         i < l->workers && l->worker[i].end <= line->at + 4 * W5_SECOND; i++) {
        const w5_worker *w = &l->worker[i];
        if (w->killed == line || w->oom == line || w->segfault == line || w->timeout == line)
            return w;
    }
    return NULL;
}

/* Trouble of the application's or the kernel's log that opened an incident where nginx is silent.
 * All lines of one death belong to what the death was. */
static void explain_trouble(const w5_hunt *h, w5_kind kind, int signal)
{
    const w5_case *c = h->c;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        const w5_worker *w = e->trouble ? whose_end(c->k->lives, e->cell) : NULL;
        bool says = e->trouble && e->kind == kind && (signal < 0 || e->cell->number == signal);
        if (w ? h->fits(h, w, e) : says)
            w5_theory_explain(c, h->t, i, W5_JOIN_LINE);
    }
}

static void show_deaths(const w5_case *c, w5_theory *t, const w5_worker *w)
{
    if (!w)
        return;
    const w5_master *m = w5_worker_master(c->k->lives, w);
    if (m)
        w5_theory_show(c, t, m->listening, W5_CONTEXT, NULL);
    w5_theory_show(c, t, w->oom, W5_FOR, NULL);
    w5_theory_show(c, t, w->segfault, W5_FOR, NULL);
    w5_theory_show(c, t, w->timeout, W5_FOR, NULL);
    w5_theory_show(c, t, w->killed, W5_FOR, NULL);
    w5_theory_show(c, t, w->exited, W5_FOR, NULL);
}

static void cite_death(w5_claim *claim, const w5_worker *w)
{
    if (!w)
        return;
    w5_claim_cite(claim, w->oom);
    w5_claim_cite(claim, w->segfault);
    w5_claim_cite(claim, w->timeout);
    w5_claim_cite(claim, w->killed);
    w5_claim_cite(claim, w->exited);
}

static void cite_first(const w5_case *c, const w5_theory *t, w5_claim *claim)
{
    const w5_error *first = w5_theory_first(t, c);
    if (first)
        w5_claim_cite(claim, first->cell);
}

static w5_str pid_of(const w5_case *c, const w5_worker *w)
{
    return w5_say_number(c->arena, w ? w->pid : 0);
}

/* ---- the time-out ---- */

static bool by_program(const w5_hunt *h, const w5_worker *w)
{
    static const char *const others[] = {"uwsgi", "php-fpm", "puma"};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (w5_known_by(h->c->k, w->timeout, others[i]))
            return w5_str_starts(h->t->cause->id, w5_str_head(w5_str_of(others[i]), 3));
    return w5_str_starts(h->t->cause->id, W5_STR("gunicorn"));
}

/* Since 22.0 the worker answers 500 before it goes, with the traceback of its abort; it tells the
 * path. */
static bool same_request(const w5_case *c, const w5_worker *w, const w5_error *e)
{
    size_t i = SIZE_MAX;
    const w5_cell *r;
    while ((r = w5_known_next(c->k, W5_K_REQUEST_ERROR, w->timeout->at - W5_SECOND,
                              w->timeout->at + 2 * W5_SECOND, &i)))
        if (r->pid == w->pid && r->path)
            return r->path == e->cell->path;
    return true;
}

static bool fits_timeout(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    if (!w->timeout || w->oom || !by_program(h, w))
        return false;
    if (e->kind == W5_K_UPSTREAM_5XX && (e->cell->number != 500 || !same_request(h->c, w, e)))
        return false;
    /* with two binds the kill can come at T/2 (facts §3a), never at once */
    w5_time least = h->default_timer ? W5_SECOND : h->timer * 2 / 5;
    return e->took == W5_TIME_NONE || e->took >= least;
}

static const w5_cell *abort_stack(const w5_case *c, const w5_worker *w)
{
    size_t i = SIZE_MAX;
    const w5_cell *r;
    while ((r = w5_known_next(c->k, W5_K_REQUEST_ERROR, w->timeout->at - W5_SECOND,
                              w->timeout->at + 2 * W5_SECOND, &i)))
        if (r->pid == w->pid)
            return r;
    return NULL;
}

static void say_timeout(const w5_case *c, w5_theory *t, const w5_hunt *h, w5_timer timer)
{
    const w5_cell *stack = abort_stack(c, h->first);
    w5_str limit = w5_say_seconds(c->arena, timer.value), where = W5_NONE;
    w5_str path = w5_known_str(c->k, w5_case_path(c, t));
    if (stack)
        where = w5_known_str(c->k, stack->where);
    if (where.len)
        t->summary = W5_SAY(
            N_("%1$s × WORKER TIMEOUT: a worker had been silent for gunicorn's --timeout (%2$s) "
               "while serving %3$s, and the master ended it; its code stood at %4$s."),
            w5_say_number(c->arena, h->joined), limit, path, where);
    else if (t->stuck_in_c)
        t->summary = W5_SAY(
            N_("%1$s × WORKER TIMEOUT: a worker had been silent for gunicorn's --timeout (%2$s) "
               "while serving %3$s. It was stuck in C code: the master's first signal did nothing, "
               "and its SIGKILL followed. That SIGKILL is gunicorn's own, not the kernel's."),
            w5_say_number(c->arena, h->joined), limit, path);
    else
        t->summary = W5_SAY(N_("%1$s × WORKER TIMEOUT: a worker had been silent for gunicorn's "
                               "--timeout (%2$s) while serving %3$s, and the master ended it."),
                            w5_say_number(c->arena, h->joined), limit, path);
    cite_death(&t->summary, h->first);
    w5_claim_cite(&t->summary, stack);
    cite_first(c, t, &t->summary);
    w5_theory_show(c, t, stack, W5_FOR, NULL);
}

/* Nothing but the durations: all closes came when the worker's timer would have run out. */
static void guess_by_duration(const w5_case *c, w5_theory *t)
{
    if (w5_known_has(c->k, W5_BY_APP) && w5_known_covers(c->k, W5_BY_APP, c->from, c->to))
        return;
    if (w5_case_async(c, c->incident->upstream))
        return;
    size_t n = 0, fitting = 0;
    w5_timer timer = w5_case_worker_timer(c, c->incident->upstream);
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (!w5_error_is(e, W5_BIT(PREMATURE_CLOSE) | W5_BIT(UPSTREAM_5XX)) ||
            e->took == W5_TIME_NONE)
            continue;
        n++;
        if (e->took >= timer.value && e->took <= timer.value + 2 * W5_SECOND) {
            fitting++;
            w5_theory_explain(c, t, i, W5_JOIN_TIME);
        }
    }
    if (!fitting || fitting * 2 < n) {
        t->join = NULL;
        return;
    }
    w5_theory_limit(t, W5_POSSIBLE, W5_BY_APP);
    t->summary = W5_SAY(N_("%1$s × a request was cut off after about %2$s, as gunicorn's --timeout "
                           "would do it; its own log is missing."),
                        w5_say_number(c->arena, fitting), w5_say_seconds(c->arena, timer.value));
    cite_first(c, t, &t->summary);
}

/* Nothing at all was answered, not the quickest page either: then workers wait for something else
 * than slow work, such as a request line that never comes because nginx speaks TLS. */
static void doubt_timeout(const w5_case *c, w5_theory *t)
{
    const w5_error *first = w5_theory_first(t, c);
    if (!c->blind || !first || !first->access ||
        w5_known_answers(c->k, first->cell->upstream, c->from - W5_MINUTE, c->to + W5_MINUTE))
        return;
    w5_claim against = W5_SAY(
        N_("Not one request was answered, quick pages neither: a slow page would leave some."));
    w5_claim_cite(&against, first->cell);
    w5_theory_doubt(t, 0.5, against);
}

/* Where a database is known to be in play, its slow log may tell why the worker was silent; a query
 * that outlives its worker is told only when it is over. */
static bool slow_log_tells(const w5_case *c)
{
    const w5_kind_cells *list = &c->k->kind[W5_K_SLOW_QUERY];
    bool since = w5_known_covers(c->k, W5_BY_SLOW, c->from, c->to) != W5_COVER_NONE;
    for (size_t i = 0; i < list->n && !since; i++)
        since = list->at[i]->query_start != W5_TIME_NONE && list->at[i]->query_start <= c->from;
    return since && w5_known_ends(c->k, W5_BY_SLOW) >= c->to + W5_MINUTE;
}

static void ask_database(const w5_case *c, w5_theory *t)
{
    bool database = c->k->told[W5_BY_DATABASE].n || c->k->told[W5_BY_SLOW].n ||
                    (c->k->t->config && w5_config_known(c->k->t->config, "mysql"));
    if (database && !slow_log_tells(c))
        w5_theory_ask(t, W5_BY_SLOW);
}

/* A worker is silent as long as its request runs, and what waits in line sees others time out
 * before it. Where neither is so the clock may have been set, which up to 21.2 ends workers at once
 * (facts gunicorn-and-host.md §10.29). */
static bool took_as_long_as_the_clock_says(const w5_case *c, const w5_error *e, w5_timer timer)
{
    if (e->took <= 2 * timer.value)
        return e->took >= timer.value - 1500000;
    return w5_known_first(c->k, W5_K_WORKER_TIMEOUT, e->cell->at - e->took,
                          e->cell->at - 2 * W5_SECOND) != NULL;
}

static void ask_clock(const w5_case *c, w5_theory *t, w5_timer timer)
{
    bool known = false;
    for (size_t i = 0; i < c->errors; i++) {
        if (!t->join || !t->join[i] || c->error[i].took == W5_TIME_NONE)
            continue;
        if (took_as_long_as_the_clock_says(c, &c->error[i], timer))
            return;
        known = true;
    }
    if (known && timer.known)
        w5_theory_ask(t, W5_BY_SYSTEMD);
}

static void try_timeout(const w5_case *c, w5_theory *t)
{
    w5_timer timer = w5_case_worker_timer(c, c->incident->upstream);
    w5_hunt h = {.c = c,
                 .t = t,
                 .timer = timer.value,
                 .default_timer = !timer.known,
                 .fits = fits_timeout,
                 .bits = W5_CLOSES | W5_BIT(TRUNCATED_BODY) | W5_BIT(UPSTREAM_5XX) | W5_BIT(TLS)};
    w5_hunt_deaths(&h);
    w5_hunt_promote(&h, W5_K_WORKER_TIMEOUT);
    if (!h.first) {
        guess_by_duration(c, t);
        return;
    }
    ask_clock(c, t, timer);
    ask_database(c, t);
    t->stuck_in_c = h.first->signal == 9;
    t->culprit = h.first->timeout;
    say_timeout(c, t, &h, timer);
    doubt_timeout(c, t);
    show_deaths(c, t, h.first);
    show_deaths(c, t, h.last);
}

/* ---- uWSGI's harakiri and php-fpm's request_terminate_timeout ---- */

/* php-fpm says how long the script had run, uWSGI does not. */
static w5_time other_timer(const w5_case *c)
{
    const w5_cell *cell =
        w5_known_first(c->k, W5_K_WORKER_TIMEOUT, c->from - 4 * W5_SECOND, c->to + 4 * W5_SECOND);
    return cell && cell->duration > 0 ? cell->duration : 0;
}

static void try_other_timer(const w5_case *c, w5_theory *t)
{
    w5_hunt h = {.c = c, .t = t, .timer = other_timer(c), .fits = fits_timeout, .bits = W5_CLOSES};
    w5_hunt_deaths(&h);
    w5_hunt_promote(&h, W5_K_WORKER_TIMEOUT);
    if (!h.first)
        return;
    bool uwsgi = w5_str_eq(t->cause->id, W5_STR("uwsgi-harakiri"));
    t->culprit = h.first->timeout;
    t->summary = W5_SAY(
        uwsgi ? N_("%1$s × HARAKIRI: uWSGI killed a worker at the end of its time, first pid %2$s.")
              : N_("%1$s × php-fpm ended a worker at request_terminate_timeout, first pid %2$s."),
        w5_say_number(c->arena, h.joined), pid_of(c, h.first));
    cite_death(&t->summary, h.first);
    cite_first(c, t, &t->summary);
    show_deaths(c, t, h.first);
    show_deaths(c, t, h.last);
}

/* ---- memory ---- */

static bool fits_oom(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    (void)h;
    (void)e;
    return w->oom != NULL;
}

/* systemd's OOMPolicy=stop makes of one kill an outage (facts §0.6). */
static void explain_oom_outage(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->k->lives->outages; i++) {
        const w5_outage *o = &c->k->lives->outage[i];
        const w5_master *m = o->master >= 0 ? &c->k->lives->master[o->master] : NULL;
        if (!o->oom || o->from > c->to + 2 * W5_SECOND || o->to < c->from - 2 * W5_SECOND)
            continue;
        for (size_t e = 0; e < c->errors; e++) {
            const w5_error *error = &c->error[e];
            w5_reach reach = w5_master_reaches(c->k, m, error->cell->upstream);
            bool inside = error->cell->at >= o->from - W5_SECOND &&
                          (o->to == W5_TIME_MAX || error->cell->at <= o->to + W5_SECOND);
            if (!inside || reach == W5_REACH_NO || !w5_error_is(error, W5_ABSENT | W5_CLOSES))
                continue;
            w5_theory_explain(c, t, e, reach == W5_REACH_YES ? W5_JOIN_ADDRESS : W5_JOIN_TIME);
            t->anchor = o;
        }
        if (t->anchor != o)
            continue;
        t->culprit = o->oom;
        w5_theory_show(c, t, o->oom, W5_FOR, NULL);
        w5_theory_show(c, t, o->begin, W5_FOR, NULL);
        w5_theory_show(c, t, o->end, W5_CONTEXT, NULL);
    }
}

/* A cgroup's limit, not the whole machine's memory. */
static bool limited(const w5_case *c, const w5_cell *kill)
{
    return kill->where &&
           w5_str_find(w5_known_str(c->k, kill->text), W5_STR("Memory cgroup"), &(size_t){0});
}

static void say_oom(const w5_case *c, w5_theory *t, w5_str times)
{
    const w5_cell *kill = t->culprit;
    w5_str victim = w5_say_number(c->arena, kill->subject ? kill->subject : kill->pid);
    if (t->anchor)
        t->summary =
            W5_SAY(N_("The kernel killed a worker (%1$s) for want of memory; systemd then stopped "
                      "the whole unit (OOMPolicy=stop) and started it again. Nobody deployed."),
                   w5_arena_fmt(c->arena, "pid %.*s", W5_ARG(victim)));
    else if (limited(c, kill))
        t->summary = W5_SAY(N_("%1$s × the kernel killed a worker (first pid %2$s), for the memory "
                               "limit of %3$s was reached."),
                            times, victim, w5_known_str(c->k, kill->where));
    else
        t->summary = W5_SAY(N_("%1$s × the kernel killed a worker (first pid %2$s) for want of "
                               "memory."),
                            times, victim);
}

static void try_oom(const w5_case *c, w5_theory *t)
{
    w5_hunt h = {.c = c, .t = t, .fits = fits_oom, .bits = W5_CLOSES | W5_BIT(TRUNCATED_BODY)};
    w5_hunt_deaths(&h);
    explain_trouble(&h, W5_K_OOM_KILL, -1);
    explain_oom_outage(c, t);
    if (!w5_theory_explains(t, c))
        return;
    if (h.first)
        t->culprit = h.first->oom;
    if (!t->culprit)
        t->culprit = w5_theory_cell(t, c);
    say_oom(c, t, w5_say_number(c->arena, h.joined ? h.joined : 1));
    w5_claim_cite(&t->summary, t->culprit);
    cite_death(&t->summary, h.first);
    cite_first(c, t, &t->summary);
    show_deaths(c, t, h.first);
    show_deaths(c, t, h.last);
}

/* ---- SIGKILL by an unknown hand ---- */

static bool fits_kill(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    const w5_master *m = w5_worker_master(h->c->k->lives, w);
    (void)e;
    return w->signal == 9 && !w->timeout && !w->oom && !(m && m->term && m->term->at <= w->end);
}

static void try_killed(const w5_case *c, w5_theory *t)
{
    w5_hunt h = {.c = c, .t = t, .fits = fits_kill, .bits = W5_CLOSES | W5_BIT(TRUNCATED_BODY)};
    w5_hunt_deaths(&h);
    w5_hunt_promote(&h, W5_K_WORKER_KILLED);
    explain_trouble(&h, W5_K_WORKER_KILLED, 9);
    if (!w5_theory_explains(t, c))
        return;
    t->summary = W5_SAY(N_("%1$s × a worker died of SIGKILL in the middle of a request, without a "
                           "time-out of gunicorn's before it. Whose hand it was, the kernel's for "
                           "want of memory or somebody's, is in none of the logs."),
                        w5_say_number(c->arena, h.joined ? h.joined : w5_theory_count(t, c)));
    cite_death(&t->summary, h.first);
    cite_first(c, t, &t->summary);
    if (w5_known_covers(c->k, W5_BY_KERNEL, c->from, c->to) == W5_COVER_NONE)
        w5_theory_limit(t, W5_LIKELY, W5_BY_KERNEL);
    show_deaths(c, t, h.first);
    show_deaths(c, t, h.last);
}

/* ---- crashes ---- */

static bool fits_crash(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    (void)h;
    (void)e;
    bool fatal = w->signal == 11 || w->signal == 7 || w->signal == 4 || w->signal == 8 ||
                 (w->signal == 6 && !w->timeout);
    return (fatal || w->segfault) && !w->timeout;
}

static void try_crash(const w5_case *c, w5_theory *t)
{
    w5_hunt h = {.c = c, .t = t, .fits = fits_crash, .bits = W5_CLOSES | W5_BIT(TRUNCATED_BODY)};
    w5_hunt_deaths(&h);
    w5_hunt_promote(&h, W5_K_WORKER_KILLED);
    w5_hunt_falls(&h);
    explain_trouble(&h, W5_K_SEGFAULT, -1);
    explain_trouble(&h, W5_K_WORKER_KILLED, 11);
    if (!w5_theory_explains(t, c))
        return;
    const w5_cell *fault = h.first && h.first->segfault ? h.first->segfault : NULL;
    w5_str module = fault ? w5_known_str(c->k, fault->where) : W5_NONE;
    t->culprit = fault ? fault : h.first ? h.first->killed : NULL;
    if (module.len)
        t->summary =
            W5_SAY(N_("%1$s × a worker crashed in native code (%2$s) in the middle of a request."),
                   w5_say_number(c->arena, h.joined), module);
    else
        t->summary =
            W5_SAY(N_("%1$s × a worker crashed in native code in the middle of a request."),
                   w5_say_number(c->arena, h.joined ? h.joined : w5_theory_count(t, c)));
    cite_death(&t->summary, h.first);
    cite_first(c, t, &t->summary);
    show_deaths(c, t, h.first);
    show_deaths(c, t, h.last);
}

/* ---- exits ---- */

/* Not a time-out (code 1), a failure to boot (3, 4), a recycling, a reload or a stop. */
static bool fits_exit(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    (void)e;
    const w5_master *m = w5_worker_master(h->c->k->lives, w);
    if (w->timeout || w->recycle || w->oom || w->segfault || w->signal >= 0 || w->code == 3 ||
        w->code == 4)
        return false;
    if (m && ((m->term && m->term->at <= w->end + W5_SECOND) || m->boot_failure))
        return false;
    if (m && m->reload && m->reload->at <= w->end + W5_SECOND &&
        w->end <= m->reload->at + 60 * W5_SECOND)
        return false;
    return !w->pid || w->code > 0 || (w->exited && w->boot != W5_TIME_NONE);
}

/* Orphans of a master that died leave, too; they are not the cause of anything. */
static bool orphaned(const w5_lives *l, const w5_worker *w)
{
    for (size_t i = 0; i < l->outages; i++)
        if (w->master >= 0 && l->outage[i].master == w->master &&
            l->outage[i].from <= w->end + 2 * W5_SECOND)
            return true;
    return false;
}

static bool took_a_dead_ones_place(const w5_lives *l, const w5_worker *ghost)
{
    for (size_t i = w5_lives_seek(l, ghost->end - 3 * W5_SECOND);
         i < l->workers && l->worker[i].end <= ghost->end + W5_SECOND; i++)
        if (l->worker[i].master == ghost->master && (l->worker[i].oom || l->worker[i].segfault) &&
            !l->worker[i].killed)
            return true;
    return false;
}

static bool fits_own_exit(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    const w5_lives *l = h->c->k->lives;
    return fits_exit(h, w, e) && !orphaned(l, w) && (w->pid || !took_a_dead_ones_place(l, w));
}

static void try_exit(const w5_case *c, w5_theory *t)
{
    w5_hunt h = {.c = c, .t = t, .fits = fits_own_exit, .bits = W5_CLOSES | W5_BIT(TRUNCATED_BODY)};
    w5_hunt_deaths(&h);
    w5_hunt_promote(&h, W5_K_WORKER_EXIT);
    w5_hunt_falls(&h);
    if (!h.first || !w5_theory_explains(t, c))
        return;
    const w5_master *m = w5_worker_master(c->k->lives, h.first);
    if (h.first->code > 0)
        t->summary = W5_SAY(
            N_("%1$s × a worker ended itself (exit code %2$s) in the middle of a request."),
            w5_say_number(c->arena, h.joined), w5_say_number(c->arena, (uint64_t)h.first->code));
    else
        t->summary = W5_SAY(
            N_("%1$s × a worker was booted in the place of one that had gone without a word, at "
               "the moment of an error: it ended itself in the middle of a request."),
            w5_say_number(c->arena, h.joined));
    cite_death(&t->summary, h.first);
    w5_claim_cite(&t->summary, h.first->booted);
    cite_first(c, t, &t->summary);
    /* only 20.1 has a line for every death by signal and none for an exit; before it all are silent
     */
    if (!h.first->pid && !(m && m->major == 20 && m->minor == 1))
        w5_theory_limit(t, W5_POSSIBLE, W5_BY_KERNEL);
    w5_theory_show(c, t, h.first->booted, W5_FOR, NULL);
    show_deaths(c, t, h.first);
    show_deaths(c, t, h.last);
}

/* ---- recycling ---- */

static const w5_cell *recycled_near(const w5_case *c, const w5_error *e)
{
    size_t i = SIZE_MAX;
    const w5_cell *r;
    while ((r = w5_known_next(c->k, W5_K_WORKER_RECYCLE, e->cell->at - W5_SECOND,
                              e->cell->at + W5_SECOND, &i)))
        if (w5_lives_reach(c->k, r, e->cell->upstream) != W5_REACH_NO)
            return r;
    return NULL;
}

/* A worker that has served max_requests closes connections that others still hold open. */
static void try_recycle(const w5_case *c, w5_theory *t)
{
    const w5_kind_cells *list = &c->k->kind[W5_K_WORKER_RECYCLE];
    const w5_cell *first = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        const w5_cell *r = w5_error_is(e, W5_CLOSES) ? recycled_near(c, e) : NULL;
        if (!r || (e->took != W5_TIME_NONE && e->took > W5_SECOND))
            continue;
        w5_theory_explain(c, t, i, W5_JOIN_TIME);
        first = first ? first : r;
    }
    if (!first)
        return;
    w5_coincidence w = w5_coincide(c, list->at, list->n, W5_SECOND, W5_SECOND);
    bool sure = w5_nearer_than_chance(&w);
    for (size_t i = 0; sure && i < c->errors; i++)
        if (t->join[i])
            w5_theory_explain(c, t, i, W5_JOIN_PATH);
    t->summary = W5_SAY(N_("%1$s × a connection was closed in the second in which a worker was "
                           "recycled after max_requests."),
                        w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, first);
    cite_first(c, t, &t->summary);
    w5_theory_show(c, t, first, W5_FOR, NULL);
}

/* ---- long requests cut by the graceful time-out ---- */

static size_t cut_workers(const w5_case *c, const w5_master *m, int32_t index)
{
    const w5_lives *l = c->k->lives;
    size_t gone = 0;
    for (size_t i = 0; i < l->workers; i++)
        if (l->worker[i].master == index && l->worker[i].exited && l->worker[i].end >= m->from)
            gone++;
    return m->booted > gone ? m->booted - gone : 0;
}

/* SIGKILL at the end of graceful_timeout has no line (facts §0.4): what betrays it are workers that
 * never said "Worker exiting", and closes in the second of "Shutting down: Master". */
static w5_time stopped_at(const w5_case *c, const w5_master *m)
{
    if (m->stop)
        return m->stop->at;
    return m->term->at + w5_known_duration(c->k, "gunicorn", "graceful_timeout",
                                           c->incident->upstream, W5_NONE, 30 * W5_SECOND);
}

static void try_graceful(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->k->lives->masters; i++) {
        const w5_master *m = &c->k->lives->master[i];
        w5_time stop = m->term ? stopped_at(c, m) : W5_TIME_NONE;
        if (!m->term || stop < m->term->at + 1500000 || stop < c->from - 3 * W5_SECOND ||
            m->term->at > c->to + 3 * W5_SECOND)
            continue;
        size_t cut = cut_workers(c, m, (int32_t)i);
        w5_time grace = stop - m->term->at;
        for (size_t e = 0; e < c->errors; e++) {
            const w5_error *error = &c->error[e];
            w5_reach reach = w5_master_reaches(c->k, m, error->cell->upstream);
            if (!w5_error_is(error, W5_BIT(PREMATURE_CLOSE) | W5_BIT(TRUNCATED_BODY)) || !cut ||
                reach == W5_REACH_NO || !w5_case_near(c, error, stop, 0, 0) ||
                (error->took != W5_TIME_NONE && error->took < grace - 1500000))
                continue;
            w5_theory_explain(c, t, e, reach == W5_REACH_YES ? W5_JOIN_PID : W5_JOIN_TIME);
        }
        if (!w5_theory_explains(t, c))
            continue;
        if (!m->stop)
            w5_theory_limit(t, W5_LIKELY, W5_BY_APP);
        t->anchor = m;
        t->summary =
            W5_SAY_COUNT(w5_theory_count(t, c),
                         W5_FORMS("gunicorn was told to stop and %2$s later (graceful_timeout) cut "
                                  "what was still running: %1$s request, and as many workers as "
                                  "never said \"Worker exiting\" (%3$s).",
                                  "gunicorn was told to stop and %2$s later (graceful_timeout) cut "
                                  "what was still running: %1$s requests, and as many workers as "
                                  "never said \"Worker exiting\" (%3$s)."),
                         w5_say_number(c->arena, w5_theory_count(t, c)),
                         w5_say_seconds(c->arena, grace), w5_say_number(c->arena, cut));
        w5_claim_cite(&t->summary, m->term);
        w5_claim_cite(&t->summary, m->stop);
        cite_first(c, t, &t->summary);
        w5_theory_show(c, t, m->term, W5_FOR, NULL);
        w5_theory_show(c, t, m->stop, W5_FOR, NULL);
        return;
    }
}

const w5_trial w5_trials_workers[] = {
    {"gunicorn-worker-timeout", W5_LAYER_EVENT, try_timeout},
    {"uwsgi-harakiri",              W5_LAYER_EVENT, try_other_timer},
    {"php-terminate-timeout",          W5_LAYER_EVENT, try_other_timer},
    {"worker-oom-kill",          W5_LAYER_REASON, try_oom},
    {"worker-killed",   W5_LAYER_EVENT, try_killed},
    {"worker-crash-segv",          W5_LAYER_EVENT, try_crash},
    {"worker-exit",         W5_LAYER_EVENT, try_exit},
    {"max-requests-recycle",                  W5_LAYER_EVENT, try_recycle},
    {"graceful-timeout-cut",           W5_LAYER_EVENT, try_graceful},
    {0              },
};
