/* reasons.c -- one sentence for each remedy: why here, why only here, why it cannot help, why it
 * would harm. */
#include "plan.h"

/* ---- what would harm ---- */

/* clang-format off */
static const struct {
    const char *cause, *remedy, *words;
} harms[] = {
    {"worker-oom-kill", "gunicorn-workers",
     N_("More workers need more memory, and memory is what ran out.")},
    {"worker-oom-kill", "gunicorn-gevent",
     N_("More requests at once need more memory, and memory is what ran out.")},
    {"memory-pressure", "gunicorn-workers",
     N_("More workers need more memory, and memory is what was short.")},
    {"worker-starvation", "gunicorn-timeout",
     N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"worker-starvation", "nginx-timeouts",
     N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"backlog-full", "gunicorn-timeout",
     N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"backlog-full", "nginx-timeouts",
     N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"db-too-many-connections", "gunicorn-workers",
     N_("More workers open more connections, and the database had none left.")},
    {"db-slow-query", "restart-db",
     N_("The database was up; a restart empties its caches and makes every query slower for a "
        "while.")},
    {"db-lock-contention", "restart-db",
     N_("A restart rolls the holder's work back and empties the caches; the next one takes the "
        "lock again.")},
    {"db-lock-contention", "gunicorn-timeout",
     N_("Whoever waits longer for a lock holds a worker, and its own locks, longer.")},
    {"event-loop-blocked", "gunicorn-gevent",
     N_("The workers are asynchronous already; a call that does not yield stops all requests of "
        "such a worker.")},
};
/* clang-format on */

const char *w5_reason_harm(const w5_plan *p, w5_str remedy)
{
    for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++)
        if (w5_judged(p->j, harms[i].cause) && w5_str_eq(w5_str_of(harms[i].remedy), remedy))
            return harms[i].words;
    if (p->j->chosen->stuck_in_c && w5_str_eq(remedy, W5_STR("gunicorn-gevent")))
        return N_("The workers were stuck in C code: one such call would stop every request of an "
                  "asynchronous worker.");
    return NULL;
}

static w5_str basename_of(w5_str path)
{
    size_t at;
    return w5_str_rfind_char(path, '/', &at) ? w5_str_skip(path, at + 1) : path;
}

static w5_str requests(const w5_plan *p, double weight)
{
    return w5_say_number(p->v.arena, w5_score_requests(p->j->c, weight));
}

static w5_claim count_claim(const w5_plan *p, w5_forms words, uint64_t some)
{
    w5_claim claim = W5_SAY_COUNT(p->n.errors, words, w5_say_number(p->v.arena, some),
                                  w5_say_number(p->v.arena, p->n.errors));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim plain_claim(const w5_plan *p, const char *words)
{
    w5_claim claim = W5_SAY(words);
    w5_claim_cite(&claim, p->j->chosen->culprit ? p->j->chosen->culprit : p->n.first);
    return claim;
}

/* clang-format off */
static const struct {
    const char *remedy;
    w5_figure figure; /* the one the words tell, when it is 0 */
    w5_forms words;
} no_help[] = {
    {"nginx-timeouts", W5_FIGURE_TIMERS,
     NN_("%1$s of %2$s error was an nginx time-out, so raising proxy_read_timeout alone would have "
         "prevented nothing.",
         "%1$s of %2$s errors were nginx time-outs, so raising proxy_read_timeout alone would have "
         "prevented none of them.")},
    {"nginx-buffers", W5_FIGURE_BIG,
     NN_("%1$s of %2$s error was about a header too big for nginx's buffer.",
         "%1$s of %2$s errors were about a header too big for nginx's buffer.")},
    {"gunicorn-timeout", W5_FIGURE_TIMEOUTS,
     NN_("%1$s of %2$s error stands with a worker time-out of gunicorn's.",
         "%1$s of %2$s errors stand with a worker time-out of gunicorn's.")},
    {"gunicorn-workers", W5_FIGURE_QUEUE,
     NN_("%1$s of %2$s error came from a full queue; nothing shows that requests waited for a free "
         "worker.",
         "%1$s of %2$s errors came from a full queue; nothing shows that requests waited for a "
         "free worker.")},
    {"gunicorn-gevent", W5_FIGURE_NONE,
     {N_("Nothing shows that requests waited for a free worker."), NULL}},
    {"db-optimize", W5_FIGURE_NONE, {N_("No line points to the database's work."), NULL}},
    {"lb-idle-timeout", W5_FIGURE_NONE,
     {N_("A load balancer's patience never shows as an upstream error of nginx's, only as its own "
         "504 and nginx's 499."), NULL}},
    {"instance-upgrade", W5_FIGURE_NONE,
     {N_("Nothing shows that memory or processors were short."), NULL}},
    {"lighten-page", W5_FIGURE_NONE,
     {N_("Nothing shows that a page asked too much of the application."), NULL}},
    {"check-logs", W5_FIGURE_NONE, {N_("The logs that decide were read."), NULL}},
    {"restart-service", W5_FIGURE_NONE,
     {N_("It was running: a restart would only hide the cause until the next time."), NULL}},
    {"restart-db", W5_FIGURE_NONE, {N_("Nothing shows that the database was down."), NULL}},
    {"fewer-workers", W5_FIGURE_NONE, {N_("Nothing shows that memory was short."), NULL}},
    {"fix-bind-address", W5_FIGURE_NONE,
     {N_("The application did listen at exactly that address."), NULL}},
};
/* clang-format on */

static w5_claim why_not(const w5_plan *p, const w5_remedy *r)
{
    const char *harm = w5_reason_harm(p, r->id);
    if (harm)
        return plain_claim(p, harm);
    for (size_t i = 0; i < sizeof(no_help) / sizeof(*no_help); i++) {
        if (!w5_str_eq(w5_str_of(no_help[i].remedy), r->id))
            continue;
        if (no_help[i].figure == W5_FIGURE_NONE)
            return plain_claim(p, no_help[i].words.one);
        if (!p->n.of[no_help[i].figure])
            return count_claim(p, no_help[i].words, 0);
    }
    return plain_claim(p, N_("It does not touch what is named as the cause."));
}

static w5_claim why_timeouts(const w5_plan *p)
{
    const w5_theory *t = w5_judged_with(p->j, "nginx-read-timeout");
    w5_claim claim;
    if (!t && w5_judged_with(p->j, "gunicorn-worker-timeout"))
        claim = W5_SAY(N_("The partner of gunicorn's --timeout: nginx must wait at least as long, "
                          "or the 502 becomes a 504 at %1$s."),
                       w5_say_seconds(p->v.arena, p->v.read.value));
    else if (p->v.longest >= 0)
        claim = W5_SAY_COUNT(
            p->n.errors,
            W5_FORMS("nginx's own timer ended %1$s of %2$s error; the longest request of that page "
                     "that finished took %3$s, half as much again is room.",
                     "nginx's own timer ended %1$s of %2$s errors; the longest request of that "
                     "page that finished took %3$s, half as much again is room."),
            w5_say_number(p->v.arena, p->n.of[W5_FIGURE_TIMERS]),
            w5_say_number(p->v.arena, p->n.errors), w5_say_seconds(p->v.arena, p->v.longest));
    else
        claim = W5_SAY_COUNT(
            p->n.errors,
            W5_FORMS("nginx's own timer ended %1$s of %2$s error. No request of that page was seen "
                     "to finish later, so the value is the documents' 300 s.",
                     "nginx's own timer ended %1$s of %2$s errors. No request of that page was "
                     "seen to finish later, so the value is the documents' 300 s."),
            w5_say_number(p->v.arena, p->n.of[W5_FIGURE_TIMERS]),
            w5_say_number(p->v.arena, p->n.errors));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_worker_timeout(const w5_plan *p)
{
    const w5_theory *t = w5_judged_with(p->j, "gunicorn-worker-timeout");
    w5_str share = requests(p, t ? t->explained : p->j->chosen->explained);
    w5_str all = w5_say_number(p->v.arena, p->j->c->incident->requests_failed);
    w5_claim claim;
    if (p->v.longest >= 0)
        claim = W5_SAY_COUNT(
            p->j->c->incident->requests_failed,
            W5_FORMS("Gives %1$s of %2$s failed request the time it needs: the longest of that "
                     "page that finished took %3$s, half as much again is room. Together with "
                     "proxy_read_timeout, or nginx ends it with a 504 at %4$s.",
                     "Gives %1$s of %2$s failed requests the time they need: the longest of that "
                     "page that finished took %3$s, half as much again is room. Together with "
                     "proxy_read_timeout, or nginx ends them with a 504 at %4$s."),
            share, all, w5_say_seconds(p->v.arena, p->v.longest),
            w5_say_seconds(p->v.arena, p->v.read.value));
    else
        claim = W5_SAY_COUNT(
            p->j->c->incident->requests_failed,
            W5_FORMS("Gives %1$s of %2$s failed request more time, but only together with "
                     "proxy_read_timeout, or nginx ends it with a 504 at %3$s. No request of "
                     "that page was seen to finish, so the value is the documents' 300 s.",
                     "Gives %1$s of %2$s failed requests more time, but only together with "
                     "proxy_read_timeout, or nginx ends them with a 504 at %3$s. No request of "
                     "that page was seen to finish, so the value is the documents' 300 s."),
            share, all, w5_say_seconds(p->v.arena, p->v.read.value));
    w5_claim_cite(&claim, t ? t->culprit : NULL);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_check(const w5_plan *p)
{
    const w5_theory *t = p->j->chosen;
    w5_claim claim;
    if (t->wants < W5_TOLD_BYS)
        claim = W5_SAY(N_("What would decide it stands in a log that was not given (%1$s)."),
                       w5_told_by_word[t->wants]);
    else if (w5_judged(p->j, "unknown"))
        claim = W5_SAY(N_("None of the logs given tells the cause."));
    else
        claim = W5_SAY(N_("It says what lies behind the cause named above."));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_documents(const w5_plan *p, const w5_remedy *r)
{
    w5_claim claim =
        W5_SAY(N_("Nothing but nginx's log is known, and its lines settle nothing by themselves: "
                  "the documents' order stands, and this is their rank %1$s."),
               r->rank);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_unknown(const w5_plan *p, const w5_remedy *r)
{
    w5_claim claim = W5_SAY(N_("As long as the cause is not known the documents' order stands; "
                               "this is their rank %1$s."),
                            r->rank);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

/* The theory of the chain whose own remedy this is, when the named cause does not ask for it. */
static const w5_theory *chain_remedy(const w5_plan *p, w5_str id)
{
    if (w5_plan_lists(&p->j->chosen->cause->first, id) ||
        w5_plan_lists(&p->j->chosen->cause->then, id))
        return NULL;
    for (size_t i = 0; i < p->j->chains; i++)
        if (p->j->chain[i]->cause->first.n && w5_str_eq(p->j->chain[i]->cause->first.at[0], id))
            return p->j->chain[i];
    return NULL;
}

static w5_claim why_chain(const w5_plan *p, const w5_theory *t)
{
    w5_claim claim = W5_SAY_COUNT(
        p->j->c->incident->requests_failed,
        W5_FORMS(
            "It is for the other cause at work here, which explains %1$s of %2$s failed request.",
            "It is for the other cause at work here, which explains %1$s of %2$s failed requests."),
        requests(p, t->explained), w5_say_number(p->v.arena, p->j->c->incident->requests_failed));
    w5_claim_cite(&claim, t->culprit);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_advised(const w5_plan *p, const w5_draft *d, bool first)
{
    const w5_remedy *r = d->advice.remedy;
    const w5_theory *t = p->j->chosen;
    if (p->documents)
        return why_documents(p, r);
    if (w5_str_eq(r->id, W5_STR("check-logs")))
        return why_check(p);
    if (w5_judged(p->j, "unknown") && r->rank.len)
        return why_unknown(p, r);
    if (w5_str_eq(r->id, W5_STR("nginx-timeouts")) && (p->n.of[W5_FIGURE_TIMERS] || !first))
        return why_timeouts(p);
    if (w5_str_eq(r->id, W5_STR("gunicorn-timeout")) &&
        w5_judged_with(p->j, "gunicorn-worker-timeout"))
        return why_worker_timeout(p);
    const w5_theory *other = first ? NULL : chain_remedy(p, r->id);
    if (other)
        return why_chain(p, other);
    w5_claim claim =
        first ? W5_SAY_COUNT(p->j->c->incident->requests_failed,
                             W5_FORMS("It takes away what explains %1$s of %2$s failed request.",
                                      "It takes away what explains %1$s of %2$s failed requests."),
                             requests(p, t->explained),
                             w5_say_number(p->v.arena, p->j->c->incident->requests_failed))
              : W5_SAY(N_("It helps against the same cause, behind what stands above."));
    w5_claim_cite(&claim, t->culprit);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_in_place(const w5_plan *p, const w5_draft *d)
{
    w5_claim claim;
    if (d->advice.changes && d->advice.change[0].file.len)
        claim = W5_SAY(N_("It is set so already (%1$s)."), basename_of(d->advice.change[0].file));
    else
        claim = W5_SAY(N_("It is set so already."));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static void say_risk(const w5_plan *p, w5_draft *d)
{
    if (p->documents && w5_str_eq(d->advice.remedy->id, W5_STR("nginx-timeouts"))) {
        d->risk = W5_SAY(N_(
            "A higher time-out alone does not stop a close by the other side: nginx never says "
            "\"prematurely closed\", \"refused\" or \"reset\" when a timer of its own runs out."));
        w5_claim_cite(&d->risk, p->n.first);
        return;
    }
    if (!d->advice.remedy->risk.len)
        return;
    d->risk = W5_SAY("%1$s", d->advice.remedy->risk);
    d->risk.said.translate = 1;
}

void w5_reasons_say(w5_plan *p)
{
    bool first = true;
    for (size_t i = 0; i < p->out->n; i++) {
        w5_draft *d = &p->out->at[i];
        if (d->advice.state == W5_ADVISED)
            d->why = why_advised(p, d, first);
        else if (d->advice.state == W5_IN_PLACE)
            d->why = why_in_place(p, d);
        else
            d->why = why_not(p, d->advice.remedy);
        first = false;
        say_risk(p, d);
    }
}
