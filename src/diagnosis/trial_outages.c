/* trial_outages.c -- nobody listened: stopped, died, did not boot, moved, or never was there.
 *
 * Refusals are joined to an outage by the address its master held and by the bracket [gone, back].
 * What is refused inside the bracket needs no other explanation; what is refused outside is not
 * explained by it. */
#include "trial.h"

static bool inside(const w5_outage *o, const w5_error *e)
{
    return e->cell->at >= o->from - W5_SECOND &&
           (o->to == W5_TIME_MAX || e->cell->at <= o->to + W5_SECOND);
}

/* Errors stand in the order of seconds: behind this one none is inside. */
static bool past(const w5_outage *o, const w5_error *e)
{
    return o->to != W5_TIME_MAX && e->cell->at / W5_SECOND > o->to / W5_SECOND + 1;
}

static bool touches(const w5_case *c, const w5_outage *o)
{
    return o->from <= c->to + W5_SECOND && (o->to == W5_TIME_MAX || o->to >= c->from - W5_SECOND);
}

static const w5_master *master_of(const w5_case *c, const w5_outage *o)
{
    return o->master >= 0 ? &c->k->lives->master[o->master] : NULL;
}

/* Connections in the queue of a listener that closes are reset; what a worker had begun is closed
 * in the moment of the stop, or, where masters start and fail again and again, at any time. */
static bool fits(const w5_case *c, const w5_outage *o, const w5_error *e)
{
    if (!inside(o, e))
        return false;
    if (w5_error_is(e, W5_ABSENT | W5_BIT(RESET) | W5_BIT(BROKEN_PIPE)))
        return true;
    return w5_error_is(e, W5_BIT(PREMATURE_CLOSE)) &&
           (o->boot_failure || w5_case_near(c, e, o->from, 0, 0));
}

/* All refusals of the incident lie in the bracket, and begin with it: where the address is not
 * told, the interval itself joins them. */
static bool same_interval(const w5_case *c, const w5_outage *o)
{
    size_t first = 0, end = c->errors;
    if (!o->certain || o->to == W5_TIME_MAX)
        return false;
    while (first < end && !w5_error_is(&c->error[first], W5_ABSENT))
        first++;
    while (end > first && !w5_error_is(&c->error[end - 1], W5_ABSENT))
        end--;
    return first < end && inside(o, &c->error[first]) && inside(o, &c->error[end - 1]) &&
           c->error[first].cell->at <= o->from + 3 * W5_SECOND;
}

static bool explain_outage(const w5_case *c, w5_theory *t, const w5_outage *o)
{
    const w5_master *m = master_of(c, o);
    w5_join weak = same_interval(c, o) ? W5_JOIN_INTERVAL : W5_JOIN_TIME;
    bool any = false;
    for (size_t i = w5_case_seek(c, (o->from / W5_SECOND - 1) * W5_SECOND);
         i < c->errors && !past(o, &c->error[i]); i++) {
        const w5_error *e = &c->error[i];
        w5_reach reach = w5_master_reaches(c->k, m, e->cell->upstream);
        if (w5_error_is(e, W5_BIT(NO_LIVE)) && reach == W5_REACH_NO)
            reach = W5_REACH_YES; /* the block's name, not an address: its peers are what counts */
        if (reach == W5_REACH_NO || !fits(c, o, e) ||
            (m && !w5_known_same_host(c->k, m->first, e->cell)))
            continue;
        w5_theory_explain(c, t, i, reach == W5_REACH_YES ? W5_JOIN_ADDRESS : weak);
        any = true;
    }
    /* no live upstreams alone is no sign of this outage */
    for (size_t i = 0; any && i < c->errors; i++)
        if (t->join[i] && !w5_error_is(&c->error[i], W5_BIT(NO_LIVE)))
            return true;
    if (any)
        t->join = NULL;
    return false;
}

static void show_outage(const w5_case *c, w5_theory *t, const w5_outage *o)
{
    const w5_master *m = master_of(c, o);
    t->anchor = o;
    t->anchor_from = o->from;
    t->anchor_to = o->to;
    if (m) {
        w5_theory_show(c, t, m->listening, W5_CONTEXT, NULL);
        w5_theory_show(c, t, m->term, W5_FOR, NULL);
        w5_theory_show(c, t, m->stop, W5_FOR, NULL);
    }
    w5_theory_show(c, t, o->begin, W5_FOR, NULL);
    w5_theory_show(c, t, o->boot_failure, W5_FOR, NULL);
    w5_theory_show(c, t, o->end, W5_CONTEXT, NULL);
}

static void cite_outage(const w5_case *c, const w5_theory *t, const w5_outage *o, w5_claim *claim)
{
    const w5_master *m = master_of(c, o);
    const w5_error *first = w5_theory_first(t, c);
    w5_claim_cite(claim, m ? m->listening : NULL);
    w5_claim_cite(claim, o->begin);
    w5_claim_cite(claim, o->end);
    w5_claim_cite(claim, first ? first->cell : NULL);
}

/* Somebody answers there again although no log says who began to listen. */
static bool came_back(const w5_case *c)
{
    const w5_cell *last = c->errors ? c->error[c->errors - 1].cell : NULL;
    return last && w5_known_answers(c->k, last->upstream, last->until + W5_SECOND,
                                    last->until + W5_HOUR) > 0;
}

static w5_time log_end(const w5_case *c, const w5_outage *o)
{
    const w5_master *m = master_of(c, o);
    return w5_known_span(c->k, m ? m->first->lane : o->begin->lane).to;
}

static w5_str name_of(const w5_case *c, const w5_outage *o)
{
    const w5_master *m = master_of(c, o);
    if (m && m->pid)
        return w5_arena_fmt(c->arena, "%u", (unsigned)m->pid);
    w5_str unit = w5_known_str(c->k, o->unit);
    return unit.len ? unit : W5_STR("?");
}

static w5_str place_of(const w5_case *c, const w5_theory *t)
{
    const w5_error *first = w5_theory_first(t, c);
    return first ? w5_known_str(c->k, first->cell->upstream) : c->incident->upstream;
}

/* ---- a deploy ---- */

static bool moved_away(const w5_case *c, const w5_outage *o)
{
    return o->moved >= 0 && o->next < 0 &&
           c->k->lives->master[o->moved].listen >= o->from - 5 * W5_SECOND;
}

static const w5_cell *no_start(const w5_case *c, const w5_outage *o);

static bool is_deploy(const w5_case *c, const w5_outage *o)
{
    if (o->fate != W5_FATE_STOPPED || o->boot_failure || o->oom || o->reboot || moved_away(c, o) ||
        no_start(c, o))
        return false;
    return o->to != W5_TIME_MAX || came_back(c);
}

static void doubt_deploy(const w5_case *c, w5_theory *t, const w5_outage *o)
{
    const w5_master *m = master_of(c, o);
    if (o->to == W5_TIME_MAX)
        w5_theory_limit(t, W5_LIKELY, W5_BY_APP);
    if (!m || !m->sigkill)
        return;
    w5_claim against =
        W5_SAY(N_("A worker had died of SIGKILL just before: systemd stops the whole unit when "
                  "memory kills one of its processes (OOMPolicy=stop)."));
    w5_claim_cite(&against, m->sigkill);
    w5_theory_doubt(t, 0.5, against);
}

static void try_deploy(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->k->lives->outages; i++) {
        const w5_outage *o = &c->k->lives->outage[i];
        if (!touches(c, o) || !is_deploy(c, o) || !explain_outage(c, t, o))
            continue;
        if (o->to != W5_TIME_MAX)
            t->summary =
                W5_SAY(N_("The application (master %1$s) was told to stop and another took its "
                          "place after %2$s; in between nobody listened at %3$s."),
                       name_of(c, o), w5_say_seconds(c->arena, o->to - o->from), place_of(c, t));
        else
            t->summary = W5_SAY(N_("The application (master %1$s) was told to stop, and answered "
                                   "again later; in between nobody listened at %2$s."),
                                name_of(c, o), place_of(c, t));
        show_outage(c, t, o);
        cite_outage(c, t, o, &t->summary);
        doubt_deploy(c, t, o);
    }
}

/* ---- down ---- */

static bool is_down(const w5_case *c, const w5_outage *o)
{
    if (o->boot_failure || o->reboot || moved_away(c, o) || no_start(c, o))
        return false;
    return o->fate == W5_FATE_DIED || o->oom ||
           (o->fate == W5_FATE_STOPPED && o->to == W5_TIME_MAX && !came_back(c));
}

#define RESTART W5_MINUTE /* a deploy may take as long */

/* What the log does not show because it ends too early must not be read as silence. */
static void limit_down(const w5_case *c, w5_theory *t, const w5_outage *o)
{
    const w5_error *first = w5_theory_first(t, c);
    bool told = log_end(c, o) >= first->cell->at - W5_SECOND;
    if (o->fate == W5_FATE_DIED && !o->certain)
        w5_theory_limit(t, told ? W5_LIKELY : W5_POSSIBLE, W5_BY_SYSTEMD);
    else if (o->fate == W5_FATE_STOPPED && !o->oom &&
             (log_end(c, o) < c->to - W5_SECOND || c->k->last < o->from + RESTART))
        w5_theory_limit(t, W5_LIKELY, W5_BY_APP);
}

static void say_down(const w5_case *c, w5_theory *t, const w5_outage *o)
{
    bool back = o->to != W5_TIME_MAX;
    w5_str name = name_of(c, o), place = place_of(c, t);
    if (o->fate == W5_FATE_STOPPED && !back)
        t->summary = W5_SAY(N_("The application (master %1$s) was stopped in good order, and "
                               "nothing started it again at %2$s."),
                            name, place);
    else if (back)
        t->summary = W5_SAY(N_("The application (master %1$s) held %2$s and vanished without "
                               "\"Handling signal\" or \"Shutting down\": killed or crashed, not "
                               "stopped. Another listened after %3$s."),
                            name, place, w5_say_seconds(c->arena, o->to - o->from));
    else
        t->summary = W5_SAY(
            N_("The application (master %1$s) held %2$s and vanished without \"Handling signal\" "
               "or \"Shutting down\": killed or crashed, not stopped. Nothing started it again."),
            name, place);
}

static void try_down(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->k->lives->outages; i++) {
        const w5_outage *o = &c->k->lives->outage[i];
        if (!touches(c, o) || !is_down(c, o) || !explain_outage(c, t, o))
            continue;
        say_down(c, t, o);
        show_outage(c, t, o);
        cite_outage(c, t, o, &t->summary);
        limit_down(c, t, o);
        t->culprit = o->begin;
    }
}

/* ---- boot failure ---- */

/* With --preload, or a worker class that is not there, gunicorn ends before it has a form of its
 * own: a bare traceback between the old master's end and nobody's beginning (facts §3c). */
static const w5_cell *bare_traceback(const w5_case *c, const w5_outage *o)
{
    const w5_master *m = master_of(c, o);
    size_t i = SIZE_MAX;
    const w5_cell *cell;
    w5_time to = o->to == W5_TIME_MAX ? c->to + 2 * W5_SECOND : o->to;
    while (m &&
           (cell = w5_known_next(c->k, W5_K_TRACEBACK, m->stop ? m->stop->at : o->from, to, &i)))
        if (cell->stream == m->stream && cell->line > (m->stop ? m->stop->line : 0))
            return cell;
    return NULL;
}

/* Statuses from 200 on are systemd's own: the program, its folder or its user is not there
 * (systemd.exec(5); facts gunicorn-and-host.md §6). */
static bool is_not_run(const w5_case *c, const w5_cell *cell)
{
    enum {
        FIRST = 200,
        LAST = 243
    };
    return w5_known_kind(c->k, cell) == W5_K_UNIT_FAILED && cell->number >= FIRST &&
           cell->number <= LAST;
}

static const w5_cell *not_run(const w5_case *c, const w5_outage *o)
{
    size_t i = SIZE_MAX;
    const w5_cell *cell;
    w5_time to = o->to == W5_TIME_MAX ? c->to + 2 * W5_SECOND : o->to;
    while ((cell = w5_known_next(c->k, W5_K_UNIT_FAILED, o->from, to, &i)))
        if (is_not_run(c, cell) && (!o->unit || o->unit == cell->unit))
            return cell;
    return NULL;
}

static const w5_cell *no_start(const w5_case *c, const w5_outage *o)
{
    const w5_cell *traceback = bare_traceback(c, o);
    return traceback ? traceback : not_run(c, o);
}

static void say_boot(const w5_case *c, w5_theory *t, const w5_outage *o, const w5_cell *failure)
{
    w5_str what = w5_known_str(c->k, failure->what), where = w5_known_str(c->k, failure->where);
    bool bind = w5_known_kind(c->k, failure) == W5_K_BIND_FAILURE;
    if (bind)
        t->summary =
            W5_SAY(N_("The application could not start: its address was in use or not to be had."));
    else if (is_not_run(c, failure))
        t->summary = W5_SAY(N_("The application did not start: systemd could not run its program "
                               "(exit status %1$s)."),
                            w5_say_number(c->arena, (uint64_t)failure->number));
    else if (what.len && where.len)
        t->summary = W5_SAY(N_("The application did not start: %1$s, at %2$s."), what, where);
    else if (what.len)
        t->summary = W5_SAY(N_("The application did not start: %1$s."), what);
    else
        t->summary = W5_SAY(N_("The application did not start: its workers failed to boot."));
    t->culprit = failure;
    w5_claim_cite(&t->summary, failure);
    cite_outage(c, t, o, &t->summary);
}

/* uWSGI without need-app goes on without the application and answers 500 itself. */
static const w5_cell *answers_without(const w5_case *c, w5_theory *t)
{
    const w5_cell *failure = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_cell *cell = c->error[i].cell;
        const w5_cell *line =
            w5_known_first(c->k, W5_K_BOOT_FAILURE, cell->at - W5_SECOND, cell->until + W5_SECOND);
        if (!line || !w5_error_is(&c->error[i], W5_BIT(UPSTREAM_5XX)) || cell->number != 500 ||
            !w5_known_by(c->k, line, "uwsgi"))
            continue;
        w5_theory_explain(c, t, i, W5_JOIN_REQUEST);
        failure = failure ? failure : line;
    }
    return failure;
}

static void try_boot(const w5_case *c, w5_theory *t)
{
    const w5_cell *without = answers_without(c, t);
    if (without)
        say_boot(c, t, &(w5_outage){.master = -1}, without);
    for (size_t i = 0; i < c->k->lives->outages; i++) {
        const w5_outage *o = &c->k->lives->outage[i];
        if (!touches(c, o))
            continue;
        const w5_cell *failure = o->boot_failure ? o->boot_failure : no_start(c, o);
        if (!failure || failure->at > c->to + 2 * W5_SECOND || !explain_outage(c, t, o))
            continue;
        show_outage(c, t, o);
        w5_theory_show(c, t, failure, W5_FOR, NULL);
        say_boot(c, t, o, failure);
    }
    for (size_t i = 0; i < c->errors; i++)
        if (c->error[i].trouble && c->error[i].kind == W5_K_BOOT_FAILURE) {
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
            if (!w5_claimed(&t->summary))
                say_boot(c, t, &(w5_outage){.master = -1}, c->error[i].cell);
        }
}

/* ---- the wrong address ---- */

/* One that lives through the error and listens somewhere else, where no other upstream uses it. */
static const w5_master *listens_elsewhere(const w5_case *c, const w5_error *e)
{
    for (size_t i = c->k->lives->masters; i-- > 0;) {
        const w5_master *m = &c->k->lives->master[i];
        if (!m->addresses || m->listen == W5_TIME_NONE || m->listen > e->cell->at + W5_SECOND ||
            m->end < e->cell->at || !w5_known_same_host(c->k, m->first, e->cell))
            continue;
        if (!w5_known_answers(c->k, m->address[0], c->k->first, c->k->last))
            return m;
    }
    return NULL;
}

/* What the application's own configuration says it binds to, when it is not what nginx asks. */
static const w5_setting *bound_elsewhere(const w5_case *c, w5_str upstream)
{
    const w5_setting *all, *other = NULL;
    size_t n = c->k->t->config ? w5_config_settings(c->k->t->config, &all) : 0;
    for (size_t i = 0; i < n; i++) {
        if (!w5_str_eq(all[i].program, W5_STR("gunicorn")) ||
            !w5_str_eq(all[i].name, W5_STR("bind")))
            continue;
        if (w5_address_reaches(all[i].value, upstream))
            return NULL;
        other = &all[i];
    }
    return other;
}

static bool only_family_differs(w5_str upstream)
{
    return w5_str_starts(upstream, W5_STR("[::1]"));
}

static void limit_wrong_bind(const w5_case *c, w5_theory *t, const w5_setting *set)
{
    /* the log may be that of another application, which nginx asks at its right place */
    if (!w5_known_has(c->k, W5_BY_ACCESS) && !set)
        w5_theory_limit(t, W5_POSSIBLE, W5_BY_CONFIG);
}

static void try_wrong_bind(const w5_case *c, w5_theory *t)
{
    const w5_master *there = NULL;
    const w5_setting *set = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        w5_str upstream = w5_known_str(c->k, e->cell->upstream);
        if (!w5_error_says(e, W5_BIT(REFUSED)) || only_family_differs(upstream) ||
            w5_lives_listened(c->k, e->cell->upstream) ||
            w5_known_answers(c->k, e->cell->upstream, c->k->first, c->k->last))
            continue;
        const w5_master *m = listens_elsewhere(c, e);
        const w5_setting *s = bound_elsewhere(c, upstream);
        if (!m && !s)
            continue;
        there = m ? m : there;
        set = s ? s : set;
        w5_theory_explain(c, t, i, m ? W5_JOIN_ADDRESS : W5_JOIN_PATH);
    }
    if (!w5_theory_explains(t, c))
        return;
    t->culprit = there ? there->listening : NULL;
    t->summary = W5_SAY(
        N_("nginx connects to %1$s, where nobody ever listened; the application listens at %2$s."),
        place_of(c, t), there ? w5_known_str(c->k, there->address[0]) : set ? set->value : W5_NONE);
    w5_claim_cite(&t->summary, t->culprit);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, t->culprit, W5_FOR, NULL);
    limit_wrong_bind(c, t, set);
}

/* ---- localhost that is ::1 first ---- */

static w5_join ipv4_sibling(const w5_case *c, w5_str upstream, const w5_cell **listening)
{
    for (size_t i = 0; i < c->k->lives->masters; i++) {
        const w5_master *m = &c->k->lives->master[i];
        w5_str bound = m->addresses ? w5_known_str(c->k, m->address[0]) : W5_NONE;
        if (m->listen <= c->to && m->end >= c->from && !w5_address_is_ipv6(bound) &&
            w5_address_same_port(bound, upstream)) {
            *listening = m->listening;
            return W5_JOIN_ADDRESS;
        }
    }
    w5_str ipv4 = w5_arena_fmt(c->arena, "127.0.0.1:%.*s", W5_ARG(w5_str_skip(upstream, 6)));
    w5_id id = w5_intern_find(c->k->t->intern, ipv4);
    if (id && w5_known_answers(c->k, id, c->from - W5_HOUR, c->to + W5_HOUR))
        return W5_JOIN_ADDRESS;
    return W5_JOIN_GUESS;
}

static void try_localhost(const w5_case *c, w5_theory *t)
{
    const w5_cell *listening = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        w5_str upstream = w5_known_str(c->k, c->error[i].cell->upstream);
        if (w5_error_is(&c->error[i], W5_BIT(REFUSED)) &&
            w5_str_starts(upstream, W5_STR("[::1]:")) &&
            !w5_lives_listened(c->k, c->error[i].cell->upstream))
            w5_theory_explain(c, t, i, ipv4_sibling(c, upstream, &listening));
    }
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_is(&c->error[i], W5_BIT(NO_LIVE)))
            w5_theory_explain(c, t, i, W5_JOIN_PATH);
    t->culprit = listening;
    t->summary = W5_SAY(N_("The name localhost is %1$s first, and there nobody listens: the "
                           "application is bound to IPv4 alone."),
                        w5_known_str(c->k, first->cell->upstream));
    w5_claim_cite(&t->summary, listening);
    w5_claim_cite(&t->summary, first->cell);
    w5_theory_show(c, t, listening, W5_FOR, NULL);
}

/* ---- an address the application has left ---- */

static void explain_unreachable(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_is(&c->error[i], W5_BIT(UNREACHABLE)))
            w5_theory_explain(c, t, i, W5_JOIN_GUESS);
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    w5_theory_limit(t, W5_POSSIBLE, W5_BY_APP);
    t->summary = W5_SAY(N_("The network knows no way to %1$s: the machine or container that had "
                           "this address may be gone."),
                        w5_known_str(c->k, first->cell->upstream));
    w5_claim_cite(&t->summary, first->cell);
}

static void try_stale(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->k->lives->outages; i++) {
        const w5_outage *o = &c->k->lives->outage[i];
        if (!touches(c, o) || !moved_away(c, o) || !explain_outage(c, t, o))
            continue;
        const w5_master *to = &c->k->lives->master[o->moved];
        t->culprit = to->listening;
        t->summary = W5_SAY(N_("The application left %1$s and listens at %2$s since then; nginx "
                               "still asks at the old address."),
                            place_of(c, t), w5_known_str(c->k, to->address[0]));
        show_outage(c, t, o);
        w5_claim_cite(&t->summary, to->listening);
        cite_outage(c, t, o, &t->summary);
        w5_theory_show(c, t, to->listening, W5_FOR, NULL);
    }
    if (!w5_theory_explains(t, c))
        explain_unreachable(c, t);
}

/* ---- a reboot ---- */

/* The application at that address, and not one beside it that was up sooner. */
static const w5_master *first_listener(const w5_case *c, w5_id upstream, w5_time after)
{
    const w5_master *found = NULL;
    for (size_t i = 0; i < c->k->lives->masters; i++) {
        const w5_master *m = &c->k->lives->master[i];
        w5_reach reach = m->listen == W5_TIME_NONE || m->listen < after
                             ? W5_REACH_NO
                             : w5_master_reaches(c->k, m, upstream);
        if (reach == W5_REACH_YES)
            return m;
        found = !found && reach == W5_REACH_UNKNOWN ? m : found;
    }
    return found;
}

static void try_reboot(const w5_case *c, w5_theory *t)
{
    const w5_cell *boot =
        w5_known_last(c->k, W5_K_HOST_BOOT, c->from - 10 * W5_MINUTE, c->to + W5_SECOND);
    if (!boot)
        return;
    const w5_master *listener = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (i == 0 || e->cell->upstream != c->error[i - 1].cell->upstream)
            listener = first_listener(c, e->cell->upstream, boot->at);
        w5_time up = listener ? listener->listen : c->to;
        if (!w5_error_is(e, W5_ABSENT | W5_BIT(UNREACHABLE)) ||
            !w5_known_same_host(c->k, boot, e->cell) || e->cell->at > up + W5_SECOND)
            continue;
        bool ours =
            listener && w5_master_reaches(c->k, listener, e->cell->upstream) == W5_REACH_YES;
        w5_theory_explain(
            c, t, i, ours && e->cell->at >= boot->at - W5_MINUTE ? W5_JOIN_ADDRESS : W5_JOIN_TIME);
    }
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    t->anchor = boot;
    t->culprit = boot;
    t->summary = W5_SAY(N_("The machine booted at %1$s; nginx was there before the application."),
                        w5_known_clock(c->k, boot->at, c->arena));
    w5_claim_cite(&t->summary, boot);
    w5_claim_cite(&t->summary, listener ? listener->listening : NULL);
    w5_claim_cite(&t->summary, first->cell);
    w5_theory_show(c, t, boot, W5_FOR, NULL);
    w5_theory_show(c, t, listener ? listener->listening : NULL, W5_CONTEXT, NULL);
}

const w5_trial w5_trials_outages[] = {
    {"deploy-restart",     W5_LAYER_EVENT, try_deploy},
    {"app-down",          W5_LAYER_EVENT, try_down},
    {"boot-failure",           W5_LAYER_REASON, try_boot},
    {"wrong-bind-or-port",            W5_LAYER_EVENT, try_wrong_bind},
    {"localhost-ipv6",       W5_LAYER_REASON, try_localhost},
    {"stale-address",            W5_LAYER_REASON, try_stale},
    {"host-reboot", W5_LAYER_REASON, try_reboot},
    {0     },
};
