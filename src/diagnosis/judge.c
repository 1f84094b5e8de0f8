/* judge.c -- the theories compete.
 *
 * What is named explains most failed requests, weighed by how sure it is and how deep it lies
 * (score.c); of equals the deeper one, then the one that came first. A cause that lies before or
 * behind it, or that can lead to it, is part of the chain. One that explains other errors of the
 * incident and has nothing to do with it is a stranger: those errors are another incident (spec
 * §5.1). */
#include "judge.h"

enum {
    THEORIES_MAX = 24
};

/* ---- what can lead to what ---- */

typedef struct link {
    const char *cause;
    const char *others; /* words */
} link;

static const char deaths[] =
    " gunicorn-worker-timeout worker-oom-kill worker-killed worker-crash-segv"
    " worker-exit uwsgi-harakiri php-terminate-timeout event-loop-blocked"
    " external-call-slow db-slow-query db-lock-contention memory-pressure heavy-page ";
static const char slowness[] =
    " gunicorn-worker-timeout nginx-read-timeout nginx-connect-timeout backlog-full"
    " worker-starvation db-slow-query db-lock-contention external-call-slow"
    " event-loop-blocked memory-pressure uwsgi-harakiri php-terminate-timeout"
    " heavy-page disk-full db-down db-too-many-connections truncated-body ";

/* clang-format off */
static const link links[] = {
    {"app-down", deaths}, /* the documents' cascade: workers first, then the master */
    {"deploy-restart", " graceful-timeout-cut worker-oom-kill stale-address "},
    {"graceful-timeout-cut", " app-down boot-failure stale-address "},
    {"boot-failure", " deploy-restart app-down db-down db-too-many-connections disk-full "},
    {"worker-oom-kill", " memory-pressure "},
    {"host-reboot", " app-down db-down disk-full "},
    {"tls-mismatch", " gunicorn-worker-timeout "},
    {"truncated-body", deaths},
    {"db-down", " app-error-500 db-slow-query disk-full worker-oom-kill "},
    {"db-too-many-connections", " app-error-500 "},
    {"disk-full", " app-error-500 truncated-body app-down "},
    {"backlog-full", slowness}, /* one saturation has many faces */
    {"worker-starvation", slowness},
    {"nginx-read-timeout", slowness},
    {"nginx-connect-timeout", slowness},
    {"gunicorn-worker-timeout", slowness},
};
/* clang-format on */

static bool has_word(const char *words, w5_str word)
{
    w5_str rest = w5_str_of(words), one;
    while (w5_str_cut(rest, ' ', &one, &rest))
        if (w5_str_eq(one, word))
            return true;
    return false;
}

static bool leads(w5_str a, w5_str b)
{
    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
        if (w5_str_eq(w5_str_of(links[i].cause), a) && has_word(links[i].others, b))
            return true;
    return false;
}

bool w5_causes_linked(w5_str a, w5_str b)
{
    /* a consequence of whatever it is found with */
    if (w5_str_eq(a, W5_STR("no-live-upstreams")) || w5_str_eq(b, W5_STR("no-live-upstreams")))
        return true;
    return leads(a, b) || leads(b, a);
}

/* ---- the trials ---- */

const w5_trial *w5_trial_find(w5_str name)
{
    static const w5_trial *const lists[] = {
        w5_trials_lines, w5_trials_workers, w5_trials_outages,     w5_trials_database,
        w5_trials_load,  w5_trials_host,    w5_trials_application,
    };
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        for (const w5_trial *t = lists[i]; t->name; t++)
            if (w5_str_eq(w5_str_of(t->name), name))
                return t;
    return NULL;
}

static const w5_trial *trial_of(const w5_cause *cause)
{
    const w5_trial *trial = w5_trial_find(cause->id);
    return trial || !cause->test.len ? trial : w5_trial_find(cause->test);
}

static void try_cause(w5_case *c, const w5_cause *cause)
{
    const w5_trial *trial = trial_of(cause);
    w5_theory t = {.cause = cause,
                   .ceiling = W5_PROVEN,
                   .wants = W5_TOLD_BYS,
                   .anchor_from = W5_TIME_NONE,
                   .anchor_to = W5_TIME_NONE,
                   .layer = trial ? trial->layer : W5_LAYER_EVENT};
    if (w5_str_eq(cause->id, W5_STR("unknown")))
        return;
    if (trial)
        trial->test(c, &t);
    else
        w5_clues_weigh(c, &t);
    if (!w5_theory_explains(&t, c) || c->theories == THEORIES_MAX)
        return;
    if (c->blind && c->error[0].bits)
        w5_theory_limit(&t, W5_LIKELY,
                        W5_BY_NGINX); /* the status alone: what nginx met may be another thing */
    w5_score_theory(c, &t);
    if (t.confidence > W5_UNKNOWN)
        c->theory[c->theories++] = t;
}

static void try_all(w5_case *c)
{
    const w5_cause *const *all;
    size_t n = w5_catalogue_causes(c->k->t->catalogue, &all);
    c->theory = W5_NEW_N(c->arena, w5_theory, THEORIES_MAX);
    for (size_t i = 0; i < n && c->errors; i++)
        try_cause(c, all[i]);
}

/* ---- the choice ---- */

static bool better(const w5_theory *a, const w5_theory *b)
{
    double x = w5_score_worth(a), y = w5_score_worth(b);
    if (x > y * 1.0001 || y > x * 1.0001)
        return x > y;
    if (a->layer != b->layer)
        return a->layer > b->layer;
    return a->score != b->score ? a->score > b->score : a->first < b->first;
}

static w5_theory *best_of(w5_case *c)
{
    w5_theory *best = NULL;
    for (size_t i = 0; i < c->theories; i++)
        if (!best || better(&c->theory[i], best))
            best = &c->theory[i];
    return best;
}

/* What such lines can come from: that is all that is known. */
static w5_claim say_unknown(const w5_case *c)
{
    double closed = 0, refused = 0;
    w5_claim claim;
    for (size_t i = 0; i < c->errors; i++) {
        closed += w5_error_says(&c->error[i], W5_CLOSES) ? c->error[i].weight : 0;
        refused += w5_error_says(&c->error[i], W5_BIT(REFUSED)) ? c->error[i].weight : 0;
    }
    if (refused > 0 && refused >= closed)
        claim = W5_SAY(N_("Nobody listened at %1$s: a stop, a crash, a start that failed or a "
                          "wrong address all look like this to nginx."),
                       c->incident->upstream);
    else if (closed > 0)
        claim = W5_SAY(
            N_("The other side closed the connection, which no timer of nginx's does: a worker's "
               "time-out, a kill, a crash or a restart all look like this to nginx."));
    else
        claim = W5_SAY(N_("Nothing in the logs given explains it."));
    w5_claim_cite(&claim, c->errors ? c->error[0].cell : NULL);
    return claim;
}

/* The causes that such lines most often have, for who must look on. */
static void add_candidates(w5_judgement *j)
{
    static const char *const closing[] = {"gunicorn-worker-timeout", "worker-oom-kill",
                                          "worker-crash-segv", "deploy-restart"};
    static const char *const refusing[] = {"app-down", "deploy-restart", "boot-failure",
                                           "wrong-bind-or-port"};
    w5_case *c = j->c;
    bool refused = (c->seen & W5_BIT(REFUSED)) != 0;
    const char *const *list = refused ? refusing : closing;
    if (j->alternatives || !(c->seen & (W5_CLOSES | W5_BIT(REFUSED))))
        return;
    for (size_t i = 0; i < sizeof(closing) / sizeof(*closing); i++) {
        const w5_cause *cause = w5_catalogue_cause(c->k->t->catalogue, w5_str_of(list[i]));
        w5_theory *t = W5_NEW(c->arena, w5_theory);
        *t = (w5_theory){
            .cause = cause, .wants = W5_TOLD_BYS, .confidence = W5_POSSIBLE, .score = 0.1};
        t->against = W5_SAY(N_("Nothing in the logs given tells it from the others."));
        w5_claim_cite(&t->against, c->error[0].cell);
        if (cause)
            j->alternative[j->alternatives++] = t;
    }
}

static w5_theory *unknown(w5_case *c)
{
    static const w5_stanza none;
    static const w5_cause nobody = {
        .stanza = &none, .id = W5_LIT("unknown"), .title = W5_LIT("unknown")};
    const w5_cause *cause = w5_catalogue_cause(c->k->t->catalogue, W5_STR("unknown"));
    w5_theory *t = W5_NEW(c->arena, w5_theory);
    *t = (w5_theory){.cause = cause ? cause : &nobody, .wants = W5_TOLD_BYS, .ceiling = W5_UNKNOWN};
    t->summary = say_unknown(c);
    return t;
}

/* ---- chain, alternatives, strangers ---- */

static bool hidden_behind(const w5_theory *t)
{
    /* what the line says by itself, and an outage says better */
    return t->layer == W5_LAYER_LINE && w5_str_eq(t->cause->id, W5_STR("socket-missing"));
}

static bool belongs(const w5_case *c, const w5_theory *chosen, const w5_theory *t)
{
    if (t->confidence < W5_LIKELY || hidden_behind(t))
        return false;
    if (w5_causes_linked(chosen->cause->id, t->cause->id))
        return true;
    return t->layer != chosen->layer && w5_score_overlap(c, t, chosen) >= 0.5;
}

static bool is_stranger(const w5_case *c, const w5_theory *chosen, const w5_theory *t)
{
    return t->confidence >= W5_LIKELY && !w5_causes_linked(chosen->cause->id, t->cause->id) &&
           w5_score_overlap(c, t, chosen) < 0.3;
}

static void add_to_chain(w5_judgement *j, w5_theory *t)
{
    if (j->chains == W5_CHAIN_MAX)
        return;
    size_t at = j->chains++;
    for (; at > 0 && j->chain[at - 1]->first > t->first; at--)
        j->chain[at] = j->chain[at - 1];
    j->chain[at] = t;
}

static void add_alternative(w5_judgement *j, w5_theory *t)
{
    size_t at = j->alternatives < W5_ALTERNATIVES_MAX ? j->alternatives++ : W5_ALTERNATIVES_MAX - 1;
    for (; at > 0 && j->alternative[at - 1]->score < t->score; at--)
        j->alternative[at] = j->alternative[at - 1];
    j->alternative[at] = t;
}

static void sort_out(w5_judgement *j)
{
    w5_case *c = j->c;
    for (size_t i = 0; i < c->theories; i++) {
        w5_theory *t = &c->theory[i];
        if (t == j->chosen)
            continue;
        if (belongs(c, j->chosen, t))
            add_to_chain(j, t);
        else if (is_stranger(c, j->chosen, t) && (!j->stranger || better(t, j->stranger)))
            j->stranger = t;
        if (!belongs(c, j->chosen, t))
            add_alternative(j, t);
    }
}

/* Of two at the same depth an error belongs to the one it is tied to more closely. */
static void settle_owner(const w5_case *c, w5_theory *a, w5_theory *b)
{
    for (size_t i = 0; a->layer == b->layer && i < c->errors; i++) {
        if (!a->join[i] || !b->join[i])
            continue;
        if (b->join[i] > a->join[i])
            a->join[i] = W5_JOIN_NONE;
        else
            b->join[i] = W5_JOIN_NONE;
    }
}

static void settle_owners(w5_judgement *j)
{
    size_t left = 0;
    for (size_t i = 0; i < j->chains; i++)
        settle_owner(j->c, j->chosen, j->chain[i]);
    w5_score_theory(j->c, j->chosen);
    for (size_t i = 0; i < j->chains; i++) {
        w5_score_theory(j->c, j->chain[i]);
        if (j->chain[i]->explained > 0)
            j->chain[left++] = j->chain[i];
    }
    j->chains = left;
}

/* Of the incident, how much is explained by what is named or what belongs to it? */
static double covered(const w5_judgement *j)
{
    const w5_case *c = j->c;
    double weight = 0;
    for (size_t i = 0; i < c->errors; i++) {
        bool explained = j->chosen->join && j->chosen->join[i];
        for (size_t n = 0; n < j->chains && !explained; n++)
            explained = j->chain[n]->join && j->chain[n]->join[i];
        weight += explained ? c->error[i].weight : 0;
    }
    return weight;
}

/* Two that explain the same about equally well: nobody can tell which it was. */
static void settle_rivals(w5_judgement *j)
{
    for (size_t i = 0; i < j->alternatives; i++) {
        w5_theory *rival = j->alternative[i];
        if (!w5_score_rivals(j->c, j->chosen, rival) || rival->confidence < j->chosen->confidence)
            continue;
        j->chosen->confidence = rival->confidence = W5_POSSIBLE;
        if (j->chosen->score > 0.5)
            j->chosen->score = 0.5;
        if (rival->score > 0.5)
            rival->score = 0.5;
    }
}

static void say_why_not(w5_judgement *j)
{
    for (size_t i = 0; i < j->alternatives; i++) {
        w5_theory *t = j->alternative[i];
        w5_arena *arena = j->c->arena;
        if (w5_claimed(&t->against))
            continue;
        t->against = W5_SAY_COUNT(j->c->incident->requests_failed,
                                  W5_FORMS("It would explain %1$s of %2$s failed request, and "
                                           "nothing ties it to it as closely as what is named.",
                                           "It would explain %1$s of %2$s failed requests, and "
                                           "nothing ties it to them as closely as what is named."),
                                  w5_say_number(arena, w5_score_requests(j->c, t->explained)),
                                  w5_say_number(arena, j->c->incident->requests_failed));
        w5_claim_cite(&t->against, w5_theory_first(t, j->c)->cell);
    }
}

/* Causes that make their own lines and never others: what else failed, failed for a reason of its
 * own, known or not. */
static bool makes_no_other(const w5_theory *t)
{
    return w5_str_eq(t->cause->id, W5_STR("header-too-big")) ||
           w5_str_eq(t->cause->id, W5_STR("upstream-dns"));
}

/* What explains but a small part of the failures is not the incident's cause, however sure it is of
 * its part; nor is a guess that explains less than half. */
static void settle_small_part(w5_judgement *j)
{
    double share = j->c->weight > 0 ? covered(j) / j->c->weight : 0;
    w5_theory *t = j->chosen;
    bool part = makes_no_other(t) && share < 0.999;
    if (!part && (share >= 0.5 || (share >= 0.3 && t->confidence > W5_POSSIBLE)))
        return;
    j->chosen = unknown(j->c);
    add_candidates(j);
    if (t->confidence < W5_LIKELY)
        add_alternative(j, t);
    else if ((j->c->seen & W5_BIT(REFUSED)) && w5_causes_linked(t->cause->id, W5_STR("app-down")))
        add_to_chain(j, t); /* how a cascade begins: the rest of it is what is not known */
    else
        j->stranger = t;
}

w5_judgement w5_judge(const w5_known *k, const w5_incident *incident, w5_arena *arena)
{
    w5_judgement j = {.c = w5_case_new(k, incident, arena)};
    try_all(j.c);
    j.chosen = best_of(j.c);
    if (!j.chosen) {
        j.chosen = unknown(j.c);
        add_candidates(&j);
        return j;
    }
    sort_out(&j);
    settle_owners(&j);
    settle_rivals(&j);
    settle_small_part(&j);
    w5_score_chosen(j.c, j.chosen, covered(&j));
    say_why_not(&j);
    return j;
}

const w5_theory *w5_judged_with(const w5_judgement *j, const char *cause)
{
    w5_str id = w5_str_of(cause);
    if (w5_str_eq(j->chosen->cause->id, id))
        return j->chosen;
    for (size_t i = 0; i < j->chains; i++)
        if (w5_str_eq(j->chain[i]->cause->id, id))
            return j->chain[i];
    return NULL;
}
