/* trial_application.c -- what the application did itself: raised, called others, closed idle
 * connections; and what stands before it: uWSGI's buffer, a load balancer. */
#include "deaths.h"

/* ---- calls to other services ---- */

/* Exceptions of clients of other services, not of a database's (those carry a number). */
static bool is_external(const w5_case *c, const w5_cell *cell)
{
    static const w5_str marks[] = {
        W5_LIT("requests.exceptions"),
        W5_LIT("urllib3"),
        W5_LIT("ReadTimeout"),
        W5_LIT("ConnectTimeout"),
        W5_LIT("TimeoutError"),
        W5_LIT("socket.timeout"),
        W5_LIT("timed out"),
        W5_LIT("http.client"),
        W5_LIT("URLError"),
        W5_LIT("redis.exceptions"),
        W5_LIT("smtplib"),
        W5_LIT("kombu"),
        W5_LIT("MaxRetryError"),
        W5_LIT("NewConnectionError"),
        W5_LIT("httpx"),
        W5_LIT("aiohttp"),
        W5_LIT("botocore"),
        W5_LIT("RemoteDisconnected"),
        W5_LIT("requests/"),
        W5_LIT("ssl.py"),
        W5_LIT("http/client"),
    };
    w5_str what = w5_known_str(c->k, cell->what), where = w5_known_str(c->k, cell->where);
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
        if (w5_str_find(what, marks[i], &(size_t){0}) || w5_str_find(where, marks[i], &(size_t){0}))
            return true;
    return false;
}

/* The clients of other services that a stack ends in (record/traceback.c names them): of a worker
 * that was aborted in the middle of its wait the exception says nothing, its stack does. */
static w5_str external_library(const w5_case *c, const w5_cell *cell)
{
    static const char *const names[] = {"urllib3", "httpx",       "aiohttp", "urllib",
                                        "smtplib", "http.client", "ssl",     "redis",
                                        "kombu",   "pymongo",     "socket.getaddrinfo"};
    w5_str library = w5_known_str(c->k, cell->statuses);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (w5_str_eq(library, w5_str_of(names[i])) &&
            w5_str_starts(w5_known_str(c->k, cell->what), W5_STR("SystemExit")))
            return library;
    return W5_NONE;
}

static const w5_cell *external_by(const w5_case *c, uint32_t pid, w5_time from, w5_time to)
{
    static const w5_kind kinds[] = {W5_K_TRACEBACK, W5_K_REQUEST_ERROR};
    for (size_t n = 0; n < sizeof(kinds) / sizeof(*kinds); n++) {
        size_t i = SIZE_MAX;
        const w5_cell *cell;
        while ((cell = w5_known_next(c->k, kinds[n], from, to, &i)))
            if (cell->pid == pid && pid && (is_external(c, cell) || external_library(c, cell).len))
                return cell;
    }
    return NULL;
}

/* The worker that ran out of time had complained about somebody else while it served. */
static bool fits_external(const w5_hunt *h, const w5_worker *w, const w5_error *e)
{
    (void)e;
    return w->timeout && !w->oom &&
           external_by(h->c, w->pid, w->timeout->at - h->timer - 2 * W5_SECOND,
                       w->timeout->at + 2 * W5_SECOND);
}

static const w5_cell *external_near(const w5_case *c, const w5_error *e)
{
    static const w5_kind kinds[] = {W5_K_REQUEST_ERROR, W5_K_TRACEBACK};
    for (size_t n = 0; n < sizeof(kinds) / sizeof(*kinds); n++) {
        size_t i = SIZE_MAX;
        const w5_cell *cell;
        while ((cell = w5_known_next(c->k, kinds[n], e->cell->at - W5_SECOND,
                                     e->cell->at + W5_SECOND, &i)))
            if (is_external(c, cell) && (!cell->path || cell->path == e->cell->path))
                return cell;
    }
    return NULL;
}

static void try_external(const w5_case *c, w5_theory *t)
{
    w5_timer timer = w5_case_worker_timer(c, c->incident->upstream);
    w5_hunt h = {.c = c,
                 .t = t,
                 .fits = fits_external,
                 .timer = timer.value,
                 .bits = W5_CLOSES | W5_BIT(READ_TIMEOUT) | W5_BIT(UPSTREAM_5XX)};
    w5_hunt_deaths(&h);
    const w5_cell *line =
        h.first ? external_by(c, h.first->pid, h.first->timeout->at - timer.value - 2 * W5_SECOND,
                              h.first->timeout->at + 2 * W5_SECOND)
                : NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_cell *near = w5_error_is(&c->error[i], W5_BIT(UPSTREAM_5XX) | W5_BIT(READ_TIMEOUT))
                                  ? external_near(c, &c->error[i])
                                  : NULL;
        if (!near)
            continue;
        w5_theory_explain(c, t, i, near->path ? W5_JOIN_REQUEST : W5_JOIN_TIME);
        line = line ? line : near;
    }
    if (!line || !w5_theory_explains(t, c))
        return;
    t->culprit = line;
    w5_str library = external_library(c, line);
    t->summary = W5_SAY(N_("The application was waiting for another service: %1$s, at %2$s."),
                        library.len ? library : w5_known_str(c->k, line->what),
                        w5_known_str(c->k, line->where));
    w5_claim_cite(&t->summary, line);
    w5_claim_cite(&t->summary, h.first ? h.first->timeout : NULL);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, line, W5_FOR, NULL);
}

/* ---- the application's own 500 ---- */

/* Since 22.0 a worker that timed out raises SystemExit in the middle of its request, and answers
 * 500. */
static bool is_abort(const w5_case *c, const w5_cell *cell)
{
    size_t i = SIZE_MAX;
    const w5_cell *timeout;
    while ((timeout = w5_known_next(c->k, W5_K_WORKER_TIMEOUT, cell->at - 2 * W5_SECOND,
                                    cell->at + W5_SECOND, &i)))
        if (timeout->subject == cell->pid && cell->pid)
            return true;
    return w5_str_starts(w5_known_str(c->k, cell->what), W5_STR("SystemExit"));
}

static const w5_cell *raised_by(const w5_case *c, const w5_error *e, w5_join *join)
{
    static const w5_kind kinds[] = {W5_K_REQUEST_ERROR, W5_K_TRACEBACK};
    const w5_cell *found = NULL;
    for (size_t n = 0; n < sizeof(kinds) / sizeof(*kinds); n++) {
        size_t i = SIZE_MAX;
        const w5_cell *cell;
        while ((cell = w5_known_next(c->k, kinds[n], e->cell->at - W5_SECOND,
                                     e->cell->until + W5_SECOND, &i))) {
            if (is_abort(c, cell) || (cell->path && cell->path != e->cell->path))
                continue;
            if (cell->path) {
                *join = W5_JOIN_REQUEST;
                return cell;
            }
            found = found ? found : cell;
        }
    }
    *join = W5_JOIN_TIME;
    return found;
}

static void try_app_error(const w5_case *c, w5_theory *t)
{
    const w5_cell *line = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        w5_join join = W5_JOIN_GUESS;
        if (!w5_error_is(e, W5_BIT(UPSTREAM_5XX)))
            continue;
        const w5_cell *cell = raised_by(c, e, &join);
        line = line ? line : cell;
        if (cell || e->cell->number == 500)
            w5_theory_explain(c, t, i, cell ? join : W5_JOIN_GUESS);
    }
    if (!w5_theory_explains(t, c))
        return;
    t->culprit = line;
    if (line)
        t->summary = W5_SAY(N_("The application itself answered with an error: %1$s, at %2$s. "
                               "Nothing between nginx and it failed."),
                            w5_known_str(c->k, line->what), w5_known_str(c->k, line->where));
    else
        t->summary = W5_SAY(N_("%1$s × the application itself answered with an error; its own log "
                               "is needed to say why."),
                            w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, line);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, line, W5_FOR, NULL);
}

/* ---- the keep-alive race ---- */

/* Any worker or master that came or went within two seconds. */
static bool life_near(const w5_case *c, const w5_error *e)
{
    static const w5_kind kinds[] = {W5_K_WORKER_EXIT, W5_K_WORKER_KILLED,  W5_K_WORKER_TIMEOUT,
                                    W5_K_WORKER_BOOT, W5_K_WORKER_RECYCLE, W5_K_MASTER_TERM,
                                    W5_K_MASTER_STOP, W5_K_OOM_KILL,       W5_K_SEGFAULT,
                                    W5_K_UNIT_STOP,   W5_K_UNIT_FAILED};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (w5_known_first(c->k, kinds[i], e->cell->at - 2 * W5_SECOND,
                           e->cell->until + 2 * W5_SECOND))
            return true;
    return false;
}

static bool crowded(const w5_case *c, size_t i)
{
    uint64_t n = 0;
    for (size_t j = i;
         n <= 2 && j-- > 0 && c->error[j].cell->at >= c->error[i].cell->at - 2 * W5_SECOND;)
        n += c->error[j].cell->count;
    for (size_t j = i;
         n <= 2 && j < c->errors && c->error[j].cell->at <= c->error[i].cell->at + 2 * W5_SECOND;
         j++)
        n += c->error[j].cell->count;
    return n > 2;
}

static bool keeps_connections(const w5_case *c)
{
    w5_str upstream = c->incident->upstream;
    w5_setting set;
    return w5_case_async(c, upstream) ||
           w5_known_setting(c->k, "nginx", "keepalive", upstream, W5_NONE, &set);
}

/* nginx sends a request on an idle connection at the moment in which the other side closes it: at
 * once, alone, and without a sign of life or death in the application (facts gunicorn-and-host.md
 * §3e). */
static void try_race(const w5_case *c, w5_theory *t)
{
    bool kept = keeps_connections(c);
    bool timed = false;
    if (w5_case_sync(c, c->incident->upstream))
        return;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (!w5_error_is(e, W5_CLOSES) || crowded(c, i) || life_near(c, e) ||
            w5_case_code_is(c, e, "CU-104") || (e->took != W5_TIME_NONE && e->took > 20000))
            continue;
        timed = timed || e->took != W5_TIME_NONE;
        w5_theory_explain(c, t, i,
                          e->took == W5_TIME_NONE ? W5_JOIN_GUESS
                          : kept                  ? W5_JOIN_PATH
                                                  : W5_JOIN_TIME);
    }
    const w5_error *first = w5_theory_first(t, c);
    if (!first || (!kept && !timed) || (!timed && c->errors < 2)) {
        t->join = NULL;
        return;
    }
    if (w5_known_covers(c->k, W5_BY_APP, c->from, c->to) == W5_COVER_NONE)
        w5_theory_limit(t, W5_POSSIBLE, W5_BY_APP);
    t->summary = W5_SAY(
        N_("%1$s × a lone request was closed at once, with nothing going on in the application: "
           "nginx used an idle connection in the moment in which the other side closed it."),
        w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, first->cell);
    w5_claim_cite(&t->summary, first->access);
}

/* ---- uWSGI's buffer ---- */

static void try_uwsgi_buffer(const w5_case *c, w5_theory *t)
{
    const w5_cell *line = NULL;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        size_t at = SIZE_MAX;
        const w5_cell *r;
        while (w5_error_is(e, W5_CLOSES) &&
               (r = w5_known_next(c->k, W5_K_REQUEST_ERROR, e->cell->at - W5_SECOND,
                                  e->cell->at + W5_SECOND, &at)))
            if (w5_str_starts(w5_known_str(c->k, r->what), W5_STR("invalid")) ||
                w5_str_find(w5_known_str(c->k, r->text), W5_STR("invalid request block size"),
                            &(size_t){0})) {
                w5_theory_explain(c, t, i, W5_JOIN_REQUEST);
                line = line ? line : r;
                break;
            }
    }
    if (!line)
        return;
    t->culprit = line;
    t->summary = W5_SAY(N_("%1$s × the head of a request was larger than uWSGI's buffer-size, and "
                           "uWSGI dropped the connection."),
                        w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, line);
    w5_claim_cite(&t->summary, w5_theory_cell(t, c));
    w5_theory_show(c, t, line, W5_FOR, NULL);
}

/* ---- the load balancer ---- */

/* nginx logs a 499 when the balancer hangs up, and a 504 of its own when it gave up itself. */
static bool hung_up(const w5_case *c, const w5_error *e)
{
    const w5_timeline *t = c->k->t;
    for (size_t i = w5_timeline_seek(t, e->cell->at - 2 * W5_SECOND);
         i < t->cells && t->cell[i].at <= e->cell->until + 2 * W5_SECOND; i++)
        if (t->cell[i].number == 499 && t->cell[i].path == e->cell->path)
            return true;
    return false;
}

/* The balancer's own 504: its target had said nothing ("-" in target_status_code), although nginx
 * did not fail the request. */
static void try_balancer(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        w5_str statuses = w5_known_str(c->k, e->cell->statuses);
        if (w5_known_by(c->k, e->cell, "alb") && e->cell->number == 504 &&
            (!statuses.len || w5_str_eq(statuses, W5_STR("-"))))
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
    }
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    t->culprit = first->cell;
    if (!hung_up(c, first))
        w5_theory_limit(t, W5_POSSIBLE, W5_BY_ACCESS);
    t->summary = W5_SAY(N_("%1$s × the load balancer gave up at its own idle time-out; its target "
                           "had not answered yet."),
                        w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, first->cell);
}

const w5_trial w5_trials_application[] = {
    {"external-call-slow", W5_LAYER_REASON, try_external},
    {"app-error-500",        W5_LAYER_EVENT, try_app_error},
    {"keepalive-race",      W5_LAYER_EVENT, try_race},
    {"uwsgi-buffer-size",       W5_LAYER_REASON, try_uwsgi_buffer},
    {"lb-timeout",     W5_LAYER_REASON, try_balancer},
    {0           },
};
