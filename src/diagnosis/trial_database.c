/* trial_database.c -- slow queries, locks, connections, and a database that is away.
 *
 * A database error by itself gives a 500; it turns into a 502 or 504 where it blocks
 * (facts/mysql.md §3). The proof of a slow query is its interval: it began within the request and
 * ended with it or after it, for a worker that is killed does not stop its query (§0.9, §4). */
#include "trial.h"

typedef struct request { /* when the failed request ran, as well as that can be known */
    w5_time from, to, length;
    bool known;
} request;

static bool timed_out_near(const w5_case *c, const w5_error *e)
{
    return w5_known_first(c->k, W5_K_WORKER_TIMEOUT, e->cell->at - 2 * W5_SECOND,
                          e->cell->at + W5_SECOND) != NULL;
}

static request request_of(const w5_case *c, const w5_error *e)
{
    w5_str upstream = w5_known_str(c->k, e->cell->upstream),
           path = w5_known_str(c->k, e->cell->path);
    w5_timer worker = w5_case_worker_timer(c, upstream);
    request r = {.to = e->cell->until, .length = e->took, .known = e->took != W5_TIME_NONE};
    if (!r.known && w5_error_is(e, W5_BIT(READ_TIMEOUT))) {
        w5_timer timer = w5_case_read_timer(c, upstream, path);
        r.length = timer.value;
        r.known = timer.known;
    }
    if (timed_out_near(c, e) && (!r.known || r.length > worker.value)) {
        r.length = worker.value; /* what it waited in the queue before is not the query's */
        r.known = true;
    }
    if (!r.known)
        r.length = 30 * W5_SECOND;
    r.from = r.to - r.length;
    return r;
}

static w5_time query_start(const w5_cell *q)
{
    if (q->query_start != W5_TIME_NONE)
        return q->query_start;
    return q->duration > 0 ? q->at - q->duration : q->at;
}

static w5_time query_end(const w5_cell *q)
{
    return q->query_end != W5_TIME_NONE ? q->query_end
                                        : query_start(q) + (q->duration > 0 ? q->duration : 0);
}

/* Began within the request, took most of it, and ended with it or after it. */
static bool spans(const w5_cell *q, const request *r)
{
    return query_start(q) >= r->from - 2 * W5_SECOND && query_start(q) <= r->to &&
           query_end(q) >= r->to - 1500000 && query_end(q) - query_start(q) >= r->length * 4 / 5;
}

/* ---- locks ---- */

static bool begins(w5_str text, const char *word)
{
    w5_str w = w5_str_of(word);
    return w5_str_ieq(w5_str_head(w5_str_trim(text), w.len), w);
}

static bool wants_a_row_lock(const w5_case *c, const w5_cell *q)
{
    static const char *const writes[] = {"update", "delete", "insert", "replace"};
    w5_str text = w5_known_str(c->k, q->what);
    if (!text.len)
        text = w5_known_str(c->k, q->text);
    for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++)
        if (begins(text, writes[i]))
            return true;
    return w5_str_find(text, W5_STR("for update"), &(size_t){0}) ||
           w5_str_find(text, W5_STR("FOR UPDATE"), &(size_t){0});
}

/* MySQL since 8.0.28 counts row locks into Lock_time, MariaDB never (facts §0.4). */
static bool lock_is_told(const w5_cell *q)
{
    return q->lock > 0 && q->duration > 0 && q->lock * 2 > q->duration;
}

static bool waited_for_lock(const w5_case *c, const w5_cell *q)
{
    return lock_is_told(q) || (q->duration >= W5_SECOND && q->rows_examined >= 0 &&
                               q->rows_examined <= 100 && wants_a_row_lock(c, q));
}

/* The one the others waited for: began before them, and they ended when it did. */
static const w5_cell *blocker_of(const w5_case *c, const w5_cell *waiter)
{
    size_t i = SIZE_MAX;
    const w5_cell *q, *found = NULL;
    w5_time from = query_start(waiter) - W5_HOUR, to = query_end(waiter) + 2 * W5_SECOND;
    while ((q = w5_known_next(c->k, W5_K_SLOW_QUERY, from, to, &i))) {
        if (q == waiter || waited_for_lock(c, q) || query_start(q) > query_start(waiter) ||
            query_end(q) > query_end(waiter) + 1500000 ||
            query_end(q) < query_end(waiter) - 2 * W5_SECOND)
            continue;
        if (!found || query_start(q) < query_start(found))
            found = q;
    }
    return found;
}

/* ---- the search ---- */

typedef struct query_hunt {
    const w5_case *c;
    w5_theory *t;
    bool locks;
    const w5_cell *first, *longest;
    bool guessed; /* a lock wait told by its shape only */
} query_hunt;

static void search_error(query_hunt *h, size_t n)
{
    const w5_case *c = h->c;
    const w5_error *e = &c->error[n];
    request r = request_of(c, e);
    size_t i = SIZE_MAX;
    const w5_cell *q;
    if (r.known && r.length < W5_SECOND)
        return; /* it waited for nothing */
    while ((q = w5_known_next(c->k, W5_K_SLOW_QUERY, r.from - 10 * W5_SECOND, r.to + 10 * W5_MINUTE,
                              &i))) {
        if (!spans(q, &r) || waited_for_lock(c, q) != h->locks)
            continue;
        w5_theory_explain(c, h->t, n, r.known ? W5_JOIN_INTERVAL : W5_JOIN_TIME);
        h->first = h->first ? h->first : q;
        if (!h->longest || q->duration > h->longest->duration)
            h->longest = q;
        h->guessed = h->guessed || (h->locks && !lock_is_told(q));
        return;
    }
}

/* No query is long, but together they are: N+1. All of one connection, inside the request. */
static void search_sum(query_hunt *h, size_t n)
{
    const w5_case *c = h->c;
    request r = request_of(c, &c->error[n]);
    size_t i = SIZE_MAX;
    w5_time sum = 0;
    if (r.length < W5_SECOND)
        return;
    const w5_cell *q, *first = NULL;
    while (r.known &&
           (q = w5_known_next(c->k, W5_K_SLOW_QUERY, r.from - W5_SECOND, r.to + W5_SECOND, &i))) {
        if (first && q->connection != first->connection)
            continue;
        if (!q->connection || waited_for_lock(c, q) || query_start(q) < r.from - W5_SECOND ||
            query_end(q) > r.to + W5_SECOND)
            continue;
        first = first ? first : q;
        sum += q->duration > 0 ? q->duration * (w5_time)q->count : 0;
    }
    if (!first || sum * 10 < r.length * 7)
        return;
    w5_theory_explain(c, h->t, n, W5_JOIN_PATH);
    h->first = h->first ? h->first : first;
    h->longest = h->longest ? h->longest : first;
}

static const uint32_t blocked =
    W5_CLOSES | W5_BIT(READ_TIMEOUT) | W5_BIT(TRUNCATED_BODY) | W5_BIT(UPSTREAM_5XX);

static w5_str statement(const w5_case *c, const w5_cell *q)
{
    w5_str what = w5_known_str(c->k, q->what);
    return w5_str_head(what.len ? what : w5_known_str(c->k, q->text), 120);
}

static void try_slow_query(const w5_case *c, w5_theory *t)
{
    query_hunt h = {.c = c, .t = t};
    for (size_t i = 0; i < c->errors && c->k->kind[W5_K_SLOW_QUERY].n; i++)
        if (w5_error_is(&c->error[i], blocked) || c->error[i].kind == W5_K_WORKER_TIMEOUT) {
            search_error(&h, i);
            if (!t->join || !t->join[i])
                search_sum(&h, i);
        }
    if (!h.longest)
        return;
    t->culprit = h.longest;
    if (h.longest->rows_examined >= 0)
        t->summary =
            W5_SAY_COUNT((uint64_t)h.longest->rows_examined,
                         W5_FORMS("The failed requests were waiting for the database: %1$s (%2$s, "
                                  "%3$s row examined).",
                                  "The failed requests were waiting for the database: %1$s (%2$s, "
                                  "%3$s rows examined)."),
                         statement(c, h.longest), w5_say_seconds(c->arena, h.longest->duration),
                         w5_say_number(c->arena, (uint64_t)h.longest->rows_examined));
    else
        t->summary = W5_SAY(N_("The failed requests were waiting for the database: %1$s (%2$s)."),
                            statement(c, h.longest), w5_say_seconds(c->arena, h.longest->duration));
    w5_claim_cite(&t->summary, h.longest);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, h.first, W5_FOR, NULL);
    w5_theory_show(c, t, h.longest, W5_FOR, NULL);
}

/* 1205 reaches the application only where it waits longer than InnoDB's 50 s (facts §6.25). */
static void search_lock_errors(const w5_case *c, w5_theory *t, query_hunt *h)
{
    static const w5_kind kinds[] = {W5_K_DB_LOCK_WAIT, W5_K_DB_ERROR_IN_APP};
    for (size_t i = 0; i < c->errors; i++)
        for (size_t n = 0; n < sizeof(kinds) / sizeof(*kinds); n++) {
            const w5_error *e = &c->error[i];
            const w5_cell *l = w5_known_first(c->k, kinds[n], e->cell->at - 2 * W5_SECOND,
                                              e->cell->at + 2 * W5_SECOND);
            if (!l || !w5_error_is(e, blocked) ||
                (kinds[n] == W5_K_DB_ERROR_IN_APP && l->number != 1205))
                continue;
            w5_theory_explain(c, t, i,
                              l->path && l->path == e->cell->path ? W5_JOIN_REQUEST : W5_JOIN_TIME);
            h->first = h->first ? h->first : l;
        }
}

static void say_lock(const w5_case *c, w5_theory *t, const query_hunt *h, const w5_cell *blocker)
{
    if (blocker)
        t->summary = W5_SAY(N_("The failed requests were waiting for a lock that another statement "
                               "held: %1$s (%2$s, began at %3$s)."),
                            statement(c, blocker), w5_say_seconds(c->arena, blocker->duration),
                            w5_known_clock(c->k, query_start(blocker), c->arena));
    else if (h->longest)
        t->summary =
            W5_SAY(N_("The failed requests were waiting for a lock in the database: %1$s waited "
                      "%2$s. Who held it is in none of the logs."),
                   statement(c, h->longest), w5_say_seconds(c->arena, h->longest->duration));
    else
        t->summary = W5_SAY(N_("The failed requests were waiting for a lock in the database."));
    t->culprit = blocker ? blocker : h->longest ? h->longest : h->first;
    w5_claim_cite(&t->summary, blocker);
    w5_claim_cite(&t->summary, h->longest ? h->longest : h->first);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
}

static void try_lock(const w5_case *c, w5_theory *t)
{
    query_hunt h = {.c = c, .t = t, .locks = true};
    for (size_t i = 0; i < c->errors && c->k->kind[W5_K_SLOW_QUERY].n; i++)
        if (w5_error_is(&c->error[i], blocked) || c->error[i].kind == W5_K_WORKER_TIMEOUT)
            search_error(&h, i);
    search_lock_errors(c, t, &h);
    if (!w5_theory_explains(t, c))
        return;
    const w5_cell *blocker = h.longest ? blocker_of(c, h.longest) : NULL;
    say_lock(c, t, &h, blocker);
    w5_theory_show(c, t, blocker, W5_FOR, NULL);
    w5_theory_show(c, t, h.first, W5_FOR, NULL);
    w5_theory_show(c, t, h.longest, W5_FOR, NULL);
    if (h.guessed && !blocker)
        w5_theory_limit(t, W5_LIKELY, W5_BY_DATABASE);
}

/* ---- errors that the application had from its database ---- */

static bool is_one_of(int32_t number, const int32_t *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (wanted[i] == number)
            return true;
    return false;
}

/* Joins errors with the application's lines of these numbers: by path one to one, else by time. */
static const w5_cell *join_numbers(const w5_case *c, w5_theory *t, w5_kind kind,
                                   const int32_t *wanted, size_t n)
{
    const w5_cell *first = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        size_t at = SIZE_MAX;
        const w5_cell *a;
        while ((a = w5_known_next(c->k, kind, e->cell->at - W5_SECOND, e->cell->until + W5_SECOND,
                                  &at))) {
            if ((n && !is_one_of(a->number, wanted, n)) || !(w5_error_is(e, blocked) || e->trouble))
                continue;
            bool same = e->cell == a || (a->path && a->path == e->cell->path);
            w5_theory_explain(c, t, i, same ? W5_JOIN_REQUEST : W5_JOIN_TIME);
            first = first ? first : a;
            if (same)
                break;
        }
    }
    return first;
}

static void promote_numbers(const w5_case *c, w5_theory *t, w5_kind kind)
{
    const w5_kind_cells *list = &c->k->kind[kind];
    bool every = list->n >= 3; /* as many lines as errors, each in its second: no chance left */
    for (size_t i = 0; i < c->errors && every; i++)
        every = t->join && t->join[i];
    w5_coincidence w = w5_coincide(c, list->at, list->n, W5_SECOND, W5_SECOND);
    for (size_t i = 0; i < c->errors && t->join; i++)
        if (t->join[i] == W5_JOIN_TIME && (every || w5_nearer_than_chance(&w)))
            t->join[i] = W5_JOIN_PATH;
}

static void try_too_many(const w5_case *c, w5_theory *t)
{
    static const int32_t numbers[] = {1040, 1203, 1226};
    const w5_cell *first = join_numbers(c, t, W5_K_DB_TOO_MANY, NULL, 0);
    const w5_cell *other = join_numbers(c, t, W5_K_DB_ERROR_IN_APP, numbers, 3);
    if (!first)
        first = other;
    if (!first)
        return;
    promote_numbers(c, t, W5_K_DB_TOO_MANY);
    t->culprit = first;
    t->summary =
        W5_SAY(N_("%1$s × the database had no connection left (1040, Too many connections)."),
               w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, first);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, first, W5_FOR, NULL);
}

/* ---- a database that is away ---- */

static const w5_db_outage *db_outage(const w5_case *c)
{
    const w5_db_lives *l = c->k->databases;
    for (size_t i = l->outages; i-- > 0;)
        if (l->outage[i].from <= c->to + W5_SECOND && l->outage[i].to >= c->from - W5_SECOND)
            return &l->outage[i];
    return NULL;
}

/* A log that ends early shows a server that never became ready, which it may well have. */
static bool known_to_last(const w5_case *c, const w5_db_outage *o, const w5_error *e)
{
    return o->to != W5_TIME_MAX ||
           w5_known_span(c->k, o->begin->lane).to >= e->cell->at - W5_SECOND;
}

static bool during(const w5_db_outage *o, const w5_error *e)
{
    return e->cell->at >= o->from - W5_SECOND &&
           (o->to == W5_TIME_MAX || e->cell->at <= o->to + 2 * W5_SECOND);
}

static void join_db_outage(const w5_case *c, w5_theory *t, const w5_db_outage *o)
{
    /* a moment is not long enough to keep a request waiting */
    bool exact = c->from >= o->from - W5_SECOND && c->from <= o->from + 30 * W5_SECOND &&
                 o->to - W5_SECOND > o->from;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (!w5_error_is(e, blocked) || !during(o, e))
            continue;
        bool told = t->join && t->join[i]; /* the application says that it missed the database */
        bool joined = told || (exact && known_to_last(c, o, e));
        w5_theory_explain(c, t, i, joined ? W5_JOIN_INTERVAL : W5_JOIN_TIME);
    }
}

static void say_db_down(const w5_case *c, w5_theory *t, const w5_db_outage *o, const w5_cell *app)
{
    if (o && o->oom)
        t->summary = W5_SAY(N_("The kernel killed the database for want of memory."));
    else if (o && o->disk)
        t->summary = W5_SAY(N_("The database went away: its disk was full."));
    else if (o && o->crashed)
        t->summary = W5_SAY(N_(
            "The database crashed; until it was ready again the application could not reach it."));
    else if (o && o->to == W5_TIME_MAX)
        t->summary = W5_SAY(N_("The database was stopped, and did not come back."));
    else if (o)
        t->summary =
            W5_SAY(N_("The database was restarted; for %1$s the application could not reach it."),
                   w5_say_seconds(c->arena, o->to - o->from));
    else
        t->summary = W5_SAY(N_("The application could not reach its database: %1$s."),
                            w5_known_str(c->k, app->what));
    w5_claim_cite(&t->summary, o ? (o->oom ? o->oom : o->begin) : NULL);
    w5_claim_cite(&t->summary, o ? o->end : NULL);
    w5_claim_cite(&t->summary, app);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
}

static void try_db_down(const w5_case *c, w5_theory *t)
{
    static const int32_t numbers[] = {2002, 2003, 2006, 2013, 1053};
    const w5_cell *app = join_numbers(c, t, W5_K_DB_ERROR_IN_APP, numbers, 5);
    const w5_db_outage *o = db_outage(c);
    if (o)
        join_db_outage(c, t, o);
    for (size_t i = 0; i < c->errors; i++)
        if (c->error[i].kind == W5_K_DB_CRASH || c->error[i].kind == W5_K_DB_STOP)
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
    if (!w5_theory_explains(t, c) || (!o && !app))
        return;
    promote_numbers(c, t, W5_K_DB_ERROR_IN_APP);
    if (!o)
        w5_theory_limit(t, W5_LIKELY, W5_BY_DATABASE);
    t->anchor = o;
    t->culprit = o ? o->begin : app;
    say_db_down(c, t, o, app);
    w5_theory_show(c, t, o ? o->oom : NULL, W5_FOR, NULL);
    w5_theory_show(c, t, o ? o->begin : NULL, W5_FOR, NULL);
    w5_theory_show(c, t, o ? o->end : NULL, W5_CONTEXT, NULL);
    w5_theory_show(c, t, app, W5_FOR, NULL);
}

const w5_trial w5_trials_database[] = {
    {"db-slow-query",           W5_LAYER_REASON, try_slow_query},
    {"db-lock-contention",           W5_LAYER_REASON, try_lock},
    {"db-too-many-connections",      W5_LAYER_REASON, try_too_many},
    {"db-down",                 W5_LAYER_REASON, try_db_down},
    {0},
};
