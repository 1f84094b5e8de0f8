/* remedies.c -- the cause's remedies first, the documents' others with the reason why not.
 *
 * Order: what the catalogue says for the cause, moved where this incident's evidence says so; with
 * nginx's log alone and a line that settles nothing, the documents' order as it stands. All remedies
 * of the documents are listed, whatever the cause, with their own rank: who looks for one of them must
 * find it, and the reason why it is not advised. */
#include "remedies.h"

/* ---- what the errors were, in figures that sentences use ---- */

typedef struct tally {
    uint64_t errors, timers, big, closes, timeouts, queue;
    const w5_cell *first;
} tally;

static tally count(const w5_judgement *j)
{
    const w5_case *c = j->c;
    const w5_theory *timeout = w5_judged_with(j, "gunicorn-worker-timeout");
    tally n = {.errors = 0};
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        uint64_t lines = e->cell->count;
        n.errors += lines;
        n.timers += w5_error_says(e, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(SEND_TIMEOUT)) ? lines : 0;
        n.big += w5_error_says(e, W5_BIT(HEADER_TOO_BIG)) ? lines : 0;
        n.queue += w5_error_says(e, W5_BIT(BACKLOG_FULL)) ? lines : 0;
        n.timeouts += timeout && timeout->join && timeout->join[i] ? lines : 0;
        n.first = n.first ? n.first : e->cell;
    }
    return n;
}

/* ---- the order ---- */

typedef struct plan {
    const w5_judgement *j;
    const w5_catalogue *catalogue;
    w5_values v;
    tally n;
    w5_drafts *out;
    bool documents; /* the documents' order stands */
} plan;

static w5_draft *draft_of(plan *p, w5_str id)
{
    for (size_t i = 0; i < p->out->n; i++)
        if (w5_str_eq(p->out->at[i].advice.remedy->id, id))
            return &p->out->at[i];
    return NULL;
}

static void add(plan *p, w5_str id, w5_advice_state state)
{
    const w5_remedy *remedy = w5_catalogue_remedy(p->catalogue, id);
    if (!remedy || draft_of(p, id) || p->out->n == W5_DRAFTS_MAX)
        return;
    p->out->at[p->out->n++] = (w5_draft){.advice = {.remedy = remedy, .state = state}};
}

static void add_list(plan *p, const w5_list *ids, w5_advice_state state)
{
    for (size_t i = 0; i < ids->n; i++)
        add(p, ids->at[i], state);
}

static bool in_list(const w5_list *ids, w5_str id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (w5_str_eq(ids->at[i], id))
            return true;
    return false;
}

/* Report A lists its rank 0 (read the logs) as the eighth and last; B's page comes behind all of A. */
static int rank_order(w5_str rank)
{
    uint64_t n;
    if (w5_str_eq(rank, W5_STR("0")))
        return 16;
    if (w5_str_starts(rank, W5_STR("B")))
        return 17;
    if (!w5_str_take_u64(&rank, &n) || n > 7)
        return 18;
    return (int)n * 2 + (rank.len > 0);
}

static void add_documents(plan *p, w5_advice_state state)
{
    const w5_remedy *const *all;
    size_t n = w5_catalogue_remedies(p->catalogue, &all);
    for (int order = 0; order <= 17; order++)
        for (size_t i = 0; i < n; i++)
            if (all[i]->rank.len && rank_order(all[i]->rank) == order)
                add(p, all[i]->id, state);
}

/* With nginx's log alone a close, a refusal or a reset says nothing about its cause (spec §5.4). */
static bool documents_stand(const w5_judgement *j)
{
    const w5_case *c = j->c;
    double open = 0;
    for (size_t i = 0; i < c->errors; i++)
        open += w5_error_says(&c->error[i], W5_CLOSES | W5_BIT(REFUSED)) ? c->error[i].weight : 0;
    return w5_judged(j, "unknown") && w5_known_only_nginx(c->k) && open * 2 >= c->weight;
}

static void move_first(plan *p, const char *id)
{
    w5_draft *d = draft_of(p, w5_str_of(id));
    if (!d || d->advice.state != W5_ADVISED)
        return;
    w5_draft moved = *d;
    memmove(&p->out->at[1], &p->out->at[0], (size_t)(d - p->out->at) * sizeof(*d));
    p->out->at[0] = moved;
}

static void move_second(plan *p, const char *id)
{
    w5_draft *d = draft_of(p, w5_str_of(id));
    if (!d || d->advice.state != W5_ADVISED || d < &p->out->at[2])
        return;
    w5_draft moved = *d;
    memmove(&p->out->at[2], &p->out->at[1], (size_t)(d - &p->out->at[1]) * sizeof(*d));
    p->out->at[1] = moved;
}

static void demote(plan *p, const char *id, w5_advice_state state)
{
    w5_draft *d = draft_of(p, w5_str_of(id));
    if (d)
        d->advice.state = state;
}

/* ---- moves that evidence makes ---- */

static void move_down(plan *p)
{
    const w5_outage *o = p->j->chosen->anchor;
    if (o && o->master >= 0)
        demote(p, "fix-bind-address", W5_NO_HELP);
    if (o && o->to != W5_TIME_MAX)
        move_first(p, "check-logs"); /* it runs again: what is open is why it went */
}

static void move_database(plan *p)
{
    const w5_db_outage *o = p->j->chosen->anchor;
    if (o && o->disk)
        move_first(p, "free-disk");
    else if (!o || o->to != W5_TIME_MAX)
        move_first(p, "check-logs");
}

static void move_socket(plan *p)
{
    if (p->j->chosen->culprit)
        move_first(p, "fix-bind-address");
}

static void move_limit(plan *p)
{
    const w5_cell *culprit = p->j->chosen->culprit;
    w5_kind kind = culprit ? w5_known_kind(p->j->c->k, culprit) : W5_K_OTHER;
    if (kind == W5_K_CONNECTIONS || kind == W5_K_NGINX_CONNECTIONS)
        move_first(p, "raise-worker-connections");
}

static void move_timeout(plan *p)
{
    move_second(p, "nginx-timeouts"); /* they move together */
    if (p->j->chosen->stuck_in_c)
        demote(p, "gunicorn-gevent", W5_HARMFUL);
}

static void move_workers(plan *p)
{
    w5_setting now;
    if (w5_values_now(&p->v, W5_STR("--workers"), &now) && w5_config_integer(&now) == 1)
        move_first(p, "instance-upgrade"); /* there are no fewer than one */
}

static const struct {
    const char *cause;
    void (*move)(plan *p);
} moves[] = {
    {"app-down", move_down},       {"db-down", move_database},       {"socket-missing", move_socket},
    {"fd-exhaustion", move_limit}, {"gunicorn-worker-timeout", move_timeout},
    {"worker-oom-kill", move_workers},
};

static void move(plan *p)
{
    for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
        if (w5_judged(p->j, moves[i].cause))
            moves[i].move(p);
}

/* ---- what would harm ---- */

static const struct {
    const char *cause, *remedy;
    const char *words;
} harms[] = {
    {"worker-oom-kill", "gunicorn-workers", N_("More workers need more memory, and memory is what ran out.")},
    {"worker-oom-kill", "gunicorn-gevent", N_("More requests at once need more memory, and memory is what ran out.")},
    {"memory-pressure", "gunicorn-workers", N_("More workers need more memory, and memory is what was short.")},
    {"worker-starvation", "gunicorn-timeout", N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"worker-starvation", "nginx-timeouts", N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"backlog-full", "gunicorn-timeout", N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"backlog-full", "nginx-timeouts", N_("Longer patience only lengthens the queue: it is workers that were missing, not time.")},
    {"db-too-many-connections", "gunicorn-workers", N_("More workers open more connections, and the database had none left.")},
    {"db-slow-query", "restart-db", N_("The database was up; a restart empties its caches and makes every query slower for a while.")},
    {"db-lock-contention", "restart-db", N_("A restart rolls the holder's work back and empties the caches; the next one takes the lock again.")},
    {"db-lock-contention", "gunicorn-timeout", N_("Whoever waits longer for a lock holds a worker, and its own locks, longer.")},
    {"event-loop-blocked", "gunicorn-gevent", N_("The workers are asynchronous already; a call that does not yield stops all requests of such a worker.")},
};

static const char *harm_of(const plan *p, w5_str remedy)
{
    for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++)
        if (w5_judged(p->j, harms[i].cause) && w5_str_eq(w5_str_of(harms[i].remedy), remedy))
            return harms[i].words;
    if (p->j->chosen->stuck_in_c && w5_str_eq(remedy, W5_STR("gunicorn-gevent")))
        return N_("The workers were stuck in C code: one such call would stop every request of an asynchronous worker.");
    return NULL;
}

static void warn_of_harm(plan *p)
{
    for (size_t i = 0; i < p->out->n; i++)
        if (harm_of(p, p->out->at[i].advice.remedy->id))
            p->out->at[i].advice.state = W5_HARMFUL;
}

/* ---- what is set already ---- */

/* Sizes, seconds or plain numbers: at least as much as would be advised. */
static bool at_least(const w5_setting *now, w5_str to)
{
    w5_setting wanted = *now;
    wanted.value = to;
    w5_time has = w5_config_duration(now), wants = w5_config_duration(&wanted);
    if (has != W5_TIME_NONE && wants != W5_TIME_NONE)
        return has >= wants;
    int64_t bytes = w5_config_bytes(now), more = w5_config_bytes(&wanted);
    return bytes >= 0 && more >= 0 ? bytes >= more : w5_str_eq(w5_str_trim(now->value), w5_str_trim(to));
}

/* Only remedies that raise a value can be in place; the decisive line is the one that is judged. */
static const struct {
    const char *remedy, *setting;
} raising[] = {
    {"nginx-timeouts", "proxy_read_timeout"}, {"gunicorn-timeout", "--timeout"},
    {"nginx-buffers", "proxy_buffer_size"},   {"gunicorn-workers", "--workers"},
    {"gunicorn-gevent", "--worker-class"},    {"raise-db-connections", "max_connections"},
};

static void find_in_place(plan *p)
{
    for (size_t i = 0; i < sizeof(raising) / sizeof(*raising); i++) {
        w5_draft *d = draft_of(p, w5_str_of(raising[i].remedy));
        w5_str setting = w5_str_of(raising[i].setting);
        w5_setting now;
        if (!d || d->advice.state != W5_ADVISED || !w5_values_now(&p->v, setting, &now))
            continue;
        for (size_t c = 0; c < d->advice.changes; c++)
            if (w5_str_eq(d->advice.change[c].setting, setting) && at_least(&now, d->advice.change[c].to))
                d->advice.state = W5_IN_PLACE;
    }
}

/* ---- changes and commands ---- */

static w5_str basename_of(w5_str path)
{
    size_t at;
    return w5_str_rfind_char(path, '/', &at) ? w5_str_skip(path, at + 1) : path;
}

static w5_change change_of(const plan *p, w5_str line)
{
    w5_str file = line, setting = W5_NONE, to = W5_NONE;
    if (w5_str_cut(line, '|', &file, &setting))
        w5_str_cut(setting, '|', &setting, &to);
    w5_change change = {.setting = w5_values_fill(&p->v, w5_str_trim(setting), false)};
    change.to = w5_values_fill(&p->v, w5_str_trim(to), false);
    change.file = w5_values_fill(&p->v, w5_str_trim(file), false);
    w5_setting now;
    if (w5_values_now(&p->v, w5_str_trim(setting), &now)) {
        change.file = now.file;
        change.line = now.line;
        change.now = now.value;
    }
    return change;
}

static void fill_number(const plan *p, w5_draft *d, w5_change *change)
{
    bool workers = w5_str_eq(change->setting, W5_STR("--workers"));
    if (workers && w5_str_eq(d->advice.remedy->id, W5_STR("fewer-workers")))
        change->to = w5_say_number(p->v.arena, p->v.fewer);
    else if (workers && !p->v.workers)
        change->to = W5_STR("(CPU cores × 2) + 1");
}

static void fill_draft(const plan *p, w5_draft *d)
{
    const w5_remedy *r = d->advice.remedy;
    w5_change *change = W5_NEW_N(p->v.arena, w5_change, r->change.n);
    w5_str *command = W5_NEW_N(p->v.arena, w5_str, r->commands.n);
    for (size_t i = 0; i < r->change.n; i++) {
        change[i] = change_of(p, r->change.at[i]);
        fill_number(p, d, &change[i]);
    }
    for (size_t i = 0; i < r->commands.n; i++)
        command[i] = w5_values_fill(&p->v, r->commands.at[i], true);
    d->advice.change = change;
    d->advice.changes = r->change.n;
    d->advice.command = command;
    d->advice.commands = r->commands.n;
    d->advice.verify = w5_values_fill(&p->v, r->verify, true);
    d->advice.undo = w5_values_fill(&p->v, r->undo, true);
}

/* ---- why ---- */

static w5_str requests(const plan *p, double weight)
{
    return w5_say_number(p->v.arena, w5_score_requests(p->j->c, weight));
}

static w5_claim count_claim(const plan *p, const char *words, uint64_t some)
{
    w5_claim claim = W5_SAY(words, w5_say_number(p->v.arena, some), w5_say_number(p->v.arena, p->n.errors));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim plain_claim(const plan *p, const char *words)
{
    w5_claim claim = W5_SAY(words);
    w5_claim_cite(&claim, p->j->chosen->culprit ? p->j->chosen->culprit : p->n.first);
    return claim;
}

static const struct {
    const char *remedy, *words;
    size_t count; /* offset in tally of the figure it tells, 0: none */
} no_help[] = {
    {"nginx-timeouts", N_("%1$s of %2$s errors were nginx time-outs, so raising proxy_read_timeout alone would have prevented none of them."), offsetof(tally, timers)},
    {"nginx-buffers", N_("%1$s of %2$s errors were about a header too big for nginx's buffer."), offsetof(tally, big)},
    {"gunicorn-timeout", N_("%1$s of %2$s errors stand with a worker time-out of gunicorn's."), offsetof(tally, timeouts)},
    {"gunicorn-workers", N_("%1$s of %2$s errors came from a full queue; nothing shows that requests waited for a free worker."), offsetof(tally, queue)},
    {"gunicorn-gevent", N_("Nothing shows that requests waited for a free worker."), 0},
    {"db-optimize", N_("No line points to the database's work."), 0},
    {"lb-idle-timeout", N_("A load balancer's patience never shows as an upstream error of nginx's, only as its own 504 and nginx's 499."), 0},
    {"instance-upgrade", N_("Nothing shows that memory or processors were short."), 0},
    {"lighten-page", N_("Nothing shows that a page asked too much of the application."), 0},
    {"check-logs", N_("The logs that decide were read."), 0},
    {"restart-service", N_("It was running: a restart would only hide the cause until the next time."), 0},
    {"restart-db", N_("Nothing shows that the database was down."), 0},
    {"fewer-workers", N_("Nothing shows that memory was short."), 0},
    {"fix-bind-address", N_("The application did listen at exactly that address."), 0},
};

static w5_claim why_not(const plan *p, const w5_remedy *r)
{
    const char *harm = harm_of(p, r->id);
    if (harm)
        return plain_claim(p, harm);
    for (size_t i = 0; i < sizeof(no_help) / sizeof(*no_help); i++) {
        if (!w5_str_eq(w5_str_of(no_help[i].remedy), r->id))
            continue;
        if (!no_help[i].count)
            return plain_claim(p, no_help[i].words);
        uint64_t figure;
        memcpy(&figure, (const char *)&p->n + no_help[i].count, sizeof(figure));
        if (!figure)
            return count_claim(p, no_help[i].words, 0);
    }
    return plain_claim(p, N_("It does not touch what is named as the cause."));
}

static w5_claim why_timeouts(const plan *p)
{
    const w5_theory *t = w5_judged_with(p->j, "nginx-read-timeout");
    w5_claim claim;
    if (!t && w5_judged_with(p->j, "gunicorn-worker-timeout"))
        claim = W5_SAY(N_("The partner of gunicorn's --timeout: nginx must wait at least as long, or the 502 becomes a 504 at %1$s."),
                       w5_say_seconds(p->v.arena, p->v.read.value));
    else if (p->v.longest >= 0)
        claim = W5_SAY(N_("nginx's own timer ended %1$s of %2$s errors; the longest request of that page that finished took %3$s, half as much again is room."),
                       w5_say_number(p->v.arena, p->n.timers), w5_say_number(p->v.arena, p->n.errors),
                       w5_say_seconds(p->v.arena, p->v.longest));
    else
        claim = W5_SAY(N_("nginx's own timer ended %1$s of %2$s errors. No request of that page was seen to finish later, so the value is the documents' 300 s."),
                       w5_say_number(p->v.arena, p->n.timers), w5_say_number(p->v.arena, p->n.errors));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_worker_timeout(const plan *p)
{
    const w5_theory *t = w5_judged_with(p->j, "gunicorn-worker-timeout");
    w5_str share = requests(p, t ? t->explained : p->j->chosen->explained);
    w5_str all = w5_say_number(p->v.arena, p->j->c->incident->requests_failed);
    w5_claim claim;
    if (p->v.longest >= 0)
        claim = W5_SAY(N_("Gives %1$s of %2$s failed requests the time they need: the longest of that page that finished took %3$s, half as much again is room. Together with proxy_read_timeout, or nginx ends them with a 504 at %4$s."),
                       share, all, w5_say_seconds(p->v.arena, p->v.longest), w5_say_seconds(p->v.arena, p->v.read.value));
    else
        claim = W5_SAY(N_("Gives %1$s of %2$s failed requests more time, but only together with proxy_read_timeout, or nginx ends them with a 504 at %3$s. No request of that page was seen to finish, so the value is the documents' 300 s."),
                       share, all, w5_say_seconds(p->v.arena, p->v.read.value));
    w5_claim_cite(&claim, t ? t->culprit : NULL);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_check(const plan *p)
{
    const w5_theory *t = p->j->chosen;
    w5_claim claim;
    if (t->wants < W5_TOLD_BYS)
        claim = W5_SAY(N_("What would decide it stands in a log that was not given (%1$s)."), w5_told_by_word[t->wants]);
    else if (w5_judged(p->j, "unknown"))
        claim = W5_SAY(N_("None of the logs given tells the cause."));
    else
        claim = W5_SAY(N_("It says what lies behind the cause named above."));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_documents(const plan *p, const w5_remedy *r)
{
    w5_claim claim = W5_SAY(N_("Nothing but nginx's log is known, and its lines settle nothing by themselves: the documents' order stands, and this is their rank %1$s."),
                            r->rank);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_unknown(const plan *p, const w5_remedy *r)
{
    w5_claim claim = W5_SAY(N_("As long as the cause is not known the documents' order stands; this is their rank %1$s."), r->rank);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

/* The theory of the chain whose own remedy this is, when the named cause does not ask for it. */
static const w5_theory *chain_remedy(const plan *p, w5_str id)
{
    if (in_list(&p->j->chosen->cause->first, id) || in_list(&p->j->chosen->cause->then, id))
        return NULL;
    for (size_t i = 0; i < p->j->chains; i++)
        if (p->j->chain[i]->cause->first.n && w5_str_eq(p->j->chain[i]->cause->first.at[0], id))
            return p->j->chain[i];
    return NULL;
}

static w5_claim why_chain(const plan *p, const w5_theory *t)
{
    w5_claim claim = W5_SAY(N_("It is for the other cause at work here, which explains %1$s of %2$s failed requests."),
                            requests(p, t->explained),
                            w5_say_number(p->v.arena, p->j->c->incident->requests_failed));
    w5_claim_cite(&claim, t->culprit);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_advised(const plan *p, const w5_draft *d, bool first)
{
    const w5_remedy *r = d->advice.remedy;
    const w5_theory *t = p->j->chosen;
    if (p->documents)
        return why_documents(p, r);
    if (w5_str_eq(r->id, W5_STR("check-logs")))
        return why_check(p);
    if (w5_judged(p->j, "unknown") && r->rank.len)
        return why_unknown(p, r);
    if (w5_str_eq(r->id, W5_STR("nginx-timeouts")) && (p->n.timers || !first))
        return why_timeouts(p);
    if (w5_str_eq(r->id, W5_STR("gunicorn-timeout")) && w5_judged_with(p->j, "gunicorn-worker-timeout"))
        return why_worker_timeout(p);
    const w5_theory *other = first ? NULL : chain_remedy(p, r->id);
    if (other)
        return why_chain(p, other);
    w5_claim claim = first ? W5_SAY(N_("It takes away what explains %1$s of %2$s failed requests."),
                                    requests(p, t->explained),
                                    w5_say_number(p->v.arena, p->j->c->incident->requests_failed))
                           : W5_SAY(N_("It helps against the same cause, behind what stands above."));
    w5_claim_cite(&claim, t->culprit);
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static w5_claim why_in_place(const plan *p, const w5_draft *d)
{
    w5_claim claim;
    if (d->advice.changes && d->advice.change[0].file.len)
        claim = W5_SAY(N_("It is set so already (%1$s)."), basename_of(d->advice.change[0].file));
    else
        claim = W5_SAY(N_("It is set so already."));
    w5_claim_cite(&claim, p->n.first);
    return claim;
}

static void say_risk(const plan *p, w5_draft *d)
{
    if (p->documents && w5_str_eq(d->advice.remedy->id, W5_STR("nginx-timeouts"))) {
        d->risk = W5_SAY(N_("A higher time-out alone does not stop a close by the other side: nginx never says \"prematurely closed\", \"refused\" or \"reset\" when a timer of its own runs out."));
        w5_claim_cite(&d->risk, p->n.first);
        return;
    }
    if (!d->advice.remedy->risk.len)
        return;
    d->risk = W5_SAY("%1$s", d->advice.remedy->risk);
    d->risk.said.translate = 1;
}

static void say_all(plan *p)
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

/* ---- together ---- */

/* Advised first, in their order; then what is in place, what cannot help, what would harm. */
static void sort_by_state(w5_drafts *out)
{
    w5_drafts sorted = {.n = 0};
    for (w5_advice_state state = W5_ADVISED; state <= W5_HARMFUL; state++)
        for (size_t i = 0; i < out->n; i++)
            if (out->at[i].advice.state == state)
                sorted.at[sorted.n++] = out->at[i];
    *out = sorted;
    for (size_t i = 0; i < out->n; i++)
        out->at[i].advice.rank = (unsigned)i + 1;
}

static bool is_advised(plan *p, w5_str id)
{
    w5_draft *d = draft_of(p, id);
    return d && d->advice.state == W5_ADVISED;
}

/* Another cause at work in the same incident has a remedy of its own: behind the named cause's, though it
 * would not help against that one. */
static void add_chain(plan *p)
{
    for (size_t i = 0; i < p->j->chains; i++) {
        const w5_theory *t = p->j->chain[i];
        if (t->cause->first.n && w5_score_overlap(p->j->c, t, p->j->chosen) < 0.5 &&
            !is_advised(p, t->cause->first.at[0]))
            add(p, t->cause->first.at[0], W5_ADVISED);
    }
}

static void plan_order(plan *p)
{
    const w5_cause *cause = p->j->chosen->cause;
    if (p->documents)
        add_documents(p, W5_ADVISED);
    add_list(p, &cause->first, W5_ADVISED);
    add_list(p, &cause->then, W5_ADVISED);
    for (size_t i = 0; !p->documents && i < p->out->n; i++)
        if (in_list(&cause->never, p->out->at[i].advice.remedy->id))
            p->out->at[i].advice.state = W5_NO_HELP;
    move(p);
    add_chain(p);
    add_list(p, &cause->never, W5_NO_HELP);
    add_documents(p, W5_NO_HELP);
    warn_of_harm(p);
}

void w5_remedies_draft(const w5_judgement *j, w5_arena *arena, w5_drafts *drafts)
{
    plan p = {.j = j, .catalogue = j->c->k->t->catalogue, .v = w5_values_of(j, arena), .n = count(j),
              .out = drafts, .documents = documents_stand(j)};
    drafts->n = 0;
    plan_order(&p);
    for (size_t i = 0; i < drafts->n; i++)
        fill_draft(&p, &drafts->at[i]);
    find_in_place(&p);
    sort_by_state(drafts);
    say_all(&p);
}
