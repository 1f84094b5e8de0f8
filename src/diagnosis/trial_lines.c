/* trial_lines.c -- causes that nginx's line names by itself (spec §5.4): as to the mechanism there
 * is nothing to prove. What stands behind it is for the other trials. */
#include "trial.h"

typedef struct line_cause {
    w5_str id;
    uint32_t bits;
    w5_forms words; /* %1$s: how many, %2$s: of how many, %3$s: the upstream */
} line_cause;

/* clang-format off */
static const line_cause lines[] = {
    {W5_LIT("socket-permission"),     W5_BIT(SOCKET_PERMISSION),
     NN_("nginx may not use the socket %3$s: its workers' user lacks the right to write to it or "
         "to enter its folder (%1$s of %2$s error).",
         "nginx may not use the socket %3$s: its workers' user lacks the right to write to it or "
         "to enter its folder (%1$s of %2$s errors).")},
    {W5_LIT("header-too-big"),        W5_BIT(HEADER_TOO_BIG),
     NN_("The application's response header was larger than nginx's buffer for it; the application "
         "itself answered (%1$s of %2$s error).",
         "The application's response header was larger than nginx's buffer for it; the application "
         "itself answered (%1$s of %2$s errors).")},
    {W5_LIT("invalid-response"),      W5_BIT(INVALID),
     NN_("What came back from %3$s was not an answer nginx can pass on (%1$s of %2$s error).",
         "What came back from %3$s was not an answer nginx can pass on (%1$s of %2$s errors).")},
    {W5_LIT("upstream-dns"),          W5_BIT(DNS),
     NN_("nginx could not resolve the upstream's name, so it had nobody to ask (%1$s of %2$s "
         "error).",
         "nginx could not resolve the upstream's name, so it had nobody to ask (%1$s of %2$s "
         "errors).")},
    {W5_LIT("tls-mismatch"),          W5_BIT(TLS),
     NN_("The TLS handshake between nginx and %3$s failed (%1$s of %2$s error).",
         "The TLS handshake between nginx and %3$s failed (%1$s of %2$s errors).")},
    {W5_LIT("ports-exhausted"),       W5_BIT(PORTS),
     NN_("nginx had no local port left for a connection to %3$s (%1$s of %2$s error).",
         "nginx had no local port left for a connection to %3$s (%1$s of %2$s errors).")},
    {W5_LIT("nginx-connect-timeout"), W5_BIT(CONNECT_TIMEOUT),
     NN_("%3$s did not accept the connection before nginx's proxy_connect_timeout (%1$s of %2$s "
         "error).",
         "%3$s did not accept the connection before nginx's proxy_connect_timeout (%1$s of %2$s "
         "errors).")},
};
/* clang-format on */

static const line_cause *row_of(const w5_theory *t)
{
    size_t i = 0;
    while (i + 1 < sizeof(lines) / sizeof(*lines) && !w5_str_eq(lines[i].id, t->cause->id))
        i++;
    return &lines[i];
}

static void explain_bits(const w5_case *c, w5_theory *t, uint32_t bits)
{
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_says(&c->error[i], bits))
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
}

static void summarise(const w5_case *c, w5_theory *t, w5_forms words)
{
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    w5_str upstream = w5_known_str(c->k, first->cell->upstream);
    t->summary =
        W5_SAY_COUNT(c->incident->errors, words, w5_say_number(c->arena, w5_theory_count(t, c)),
                     w5_say_number(c->arena, c->incident->errors),
                     upstream.len ? upstream : c->incident->upstream);
    w5_claim_cite(&t->summary, first->cell);
}

static void try_line(const w5_case *c, w5_theory *t)
{
    const line_cause *row = row_of(t);
    if (!row || !(c->seen & row->bits))
        return;
    explain_bits(c, t, row->bits);
    summarise(c, t, row->words);
}

/* ---- nginx's own limits ---- */

static bool own_limit(const w5_error *e)
{
    return e->trouble && (e->kind == W5_K_NGINX_FD_LIMIT || e->kind == W5_K_NGINX_CONNECTIONS);
}

static void try_fd(const w5_case *c, w5_theory *t)
{
    explain_bits(c, t, W5_BIT(FD_LIMIT) | W5_BIT(CONNECTIONS));
    for (size_t i = 0; i < c->errors; i++)
        if (own_limit(&c->error[i]))
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    bool connections = first->kind == W5_K_CONNECTIONS || first->kind == W5_K_NGINX_CONNECTIONS;
    summarise(c, t,
              connections ? W5_FORMS("nginx ran out of worker_connections: each proxied request "
                                     "needs two (%1$s of %2$s error).",
                                     "nginx ran out of worker_connections: each proxied request "
                                     "needs two (%1$s of %2$s errors).")
                          : W5_FORMS("nginx ran out of file descriptors: each proxied request "
                                     "needs two (%1$s of %2$s error).",
                                     "nginx ran out of file descriptors: each proxied request "
                                     "needs two (%1$s of %2$s errors)."));
    t->culprit = first->cell;
}

static void try_ports(const w5_case *c, w5_theory *t)
{
    try_line(c, t);
    for (size_t i = 0; i < c->errors; i++)
        if (w5_case_code_is(c, &c->error[i], "CL-BIND"))
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
    if (!w5_claimed(&t->summary))
        summarise(c, t, row_of(t)->words);
}

/* ---- a socket that is not there ---- */

/* Somebody listens while nginx looks for a path that is not there: then the path is wrong. */
static const w5_cell *listens_elsewhere(const w5_case *c, w5_id upstream)
{
    const w5_lives *l = c->k->lives;
    for (size_t i = l->masters; i-- > 0;) {
        const w5_master *m = &l->master[i];
        if (m->listening && m->listen <= c->to && m->end >= c->from &&
            w5_master_reaches(c->k, m, upstream) == W5_REACH_NO)
            return m->listening;
    }
    return NULL;
}

static void try_socket_missing(const w5_case *c, w5_theory *t)
{
    explain_bits(c, t, W5_BIT(SOCKET_MISSING));
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    t->culprit = listens_elsewhere(c, first->cell->upstream);
    if (!t->culprit && w5_lives_listened(c->k, first->cell->upstream))
        w5_theory_limit(t, W5_LIKELY, W5_BY_APP); /* who made it took it away: when, is not told */
    if (!t->culprit) {
        /* a wrong path does not heal: somebody took the socket away and made it again */
        if (w5_known_answers(c->k, first->cell->upstream, c->to + W5_SECOND, c->k->last))
            w5_theory_ask(t, w5_known_covers(c->k, W5_BY_APP, c->from, c->to) == W5_COVER_FULL
                                 ? W5_BY_SYSTEMD
                                 : W5_BY_APP);
        summarise(c, t,
                  W5_FORMS("There is no socket at %3$s: nobody has made it, or it was taken away "
                           "(%1$s of %2$s error).",
                           "There is no socket at %3$s: nobody has made it, or it was taken away "
                           "(%1$s of %2$s errors)."));
        return;
    }
    t->summary =
        W5_SAY(N_("nginx looks for %1$s; the application listens at %2$s."),
               w5_known_str(c->k, first->cell->upstream), w5_known_str(c->k, t->culprit->address));
    w5_claim_cite(&t->summary, first->cell);
    w5_claim_cite(&t->summary, t->culprit);
    w5_theory_show(c, t, t->culprit, W5_FOR, NULL);
}

/* ---- a full backlog, and what else a queue that long does ---- */

/* Over TCP the kernel drops what does not fit, and nginx sees but a slow connection: uWSGI looks at
 * its queue and tells. */
static void try_dropped(const w5_case *c, w5_theory *t)
{
    const w5_cell *full =
        w5_known_first(c->k, W5_K_POOL_EXHAUSTED, c->from - 10 * W5_SECOND, c->to + W5_SECOND);
    if (!full || !full->address || !(c->seen & W5_BIT(CONNECT_TIMEOUT)))
        return;
    explain_bits(c, t, W5_BIT(CONNECT_TIMEOUT));
    summarise(
        c, t,
        W5_FORMS("The application itself says that the queue before %3$s was full, all workers "
                 "being busy: the kernel dropped new connections (%1$s of %2$s error).",
                 "The application itself says that the queue before %3$s was full, all workers "
                 "being busy: the kernel dropped new connections (%1$s of %2$s errors)."));
    w5_claim_cite(&t->summary, full);
    w5_theory_show(c, t, full, W5_FOR, NULL);
    t->culprit = full;
}

static void try_backlog(const w5_case *c, w5_theory *t)
{
    if (!(c->seen & W5_BIT(BACKLOG_FULL))) {
        try_dropped(c, t);
        return;
    }
    explain_bits(c, t, W5_BIT(BACKLOG_FULL));
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_says(&c->error[i], W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT)))
            w5_theory_explain(c, t, i, W5_JOIN_PATH);
    summarise(c, t,
              W5_FORMS("The queue before %3$s was full, all workers being busy: the kernel turned "
                       "connections away at once (%1$s of %2$s error).",
                       "The queue before %3$s was full, all workers being busy: the kernel turned "
                       "connections away at once (%1$s of %2$s errors)."));
}

/* ---- nginx's read and send timers ---- */

/* A line of the application's own access log about the same path that took longer than nginx
 * waited. */
static const w5_cell *finished_later(const w5_case *c, const w5_error *e, w5_time timer)
{
    size_t i = SIZE_MAX;
    const w5_cell *a;
    while ((a = w5_known_next(c->k, W5_K_ACCESS, e->cell->at, e->cell->at + 300 * W5_SECOND, &i)))
        if (a->path == e->cell->path && a->stream != e->cell->stream && a->duration > timer &&
            a->number < 500)
            return a;
    return NULL;
}

static void try_read_timeout(const w5_case *c, w5_theory *t)
{
    explain_bits(c, t, W5_BIT(READ_TIMEOUT) | W5_BIT(SEND_TIMEOUT));
    for (size_t i = 0; i < c->errors; i++)
        if (w5_case_code_is(c, &c->error[i], "BN-110"))
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    w5_timer timer = w5_case_read_timer(c, w5_known_str(c->k, first->cell->upstream),
                                        w5_known_str(c->k, first->cell->path));
    const w5_cell *later = finished_later(c, first, timer.value);
    w5_str count = w5_say_number(c->arena, w5_theory_count(t, c));
    w5_str limit = w5_say_seconds(c->arena, timer.value);
    if (later)
        t->summary = W5_SAY(N_("%1$s × nginx gave up after %2$s (proxy_read_timeout); the "
                               "application finished such a request after %3$s."),
                            count, limit, w5_say_seconds(c->arena, later->duration));
    else if (first->kind == W5_K_SEND_TIMEOUT)
        t->summary = W5_SAY(N_("%1$s × nginx gave up while it sent the request: the application "
                               "did not read it (proxy_send_timeout)."),
                            count);
    else
        t->summary = W5_SAY(
            N_("%1$s × nginx itself gave up after %2$s without an answer (proxy_read_timeout)."),
            count, limit);
    w5_claim_cite(&t->summary, first->cell);
    w5_claim_cite(&t->summary, later);
    w5_theory_show(c, t, later, W5_FOR, NULL);
}

/* ---- a body cut short ---- */

/* gunicorn's "Error handling request" without a URI: the header was already out (facts §2.2). */
static const w5_cell *raised_in_body(const w5_case *c, const w5_error *e)
{
    size_t i = SIZE_MAX;
    const w5_cell *r;
    while ((r = w5_known_next(c->k, W5_K_REQUEST_ERROR, e->cell->at - W5_SECOND,
                              e->cell->at + W5_SECOND, &i)))
        if (!r->path || r->path == e->cell->path)
            return r;
    return w5_known_first(c->k, W5_K_TRACEBACK, e->cell->at - W5_SECOND, e->cell->at + W5_SECOND);
}

static void try_truncated(const w5_case *c, w5_theory *t)
{
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_says(&c->error[i], W5_BIT(TRUNCATED_BODY)) &&
            !w5_case_code_is(c, &c->error[i], "BN-110"))
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    t->culprit = raised_in_body(c, first);
    if (!t->culprit || !t->culprit->what) {
        t->summary = W5_SAY(N_("%1$s × the application ended an answer before its announced end; "
                               "clients got a cut body under status 200."),
                            w5_say_number(c->arena, w5_theory_count(t, c)));
        w5_claim_cite(&t->summary, first->cell);
        return;
    }
    t->summary = W5_SAY(N_("%2$s × the application raised %1$s in the middle of an answer; clients "
                           "got a cut body under status 200."),
                        w5_known_str(c->k, t->culprit->what),
                        w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, t->culprit);
    w5_claim_cite(&t->summary, first->cell);
    w5_theory_show(c, t, t->culprit, W5_FOR, NULL);
}

/* ---- no live upstreams: a consequence, named only where nothing explains the peers' failures ----
 */

static void try_no_live(const w5_case *c, w5_theory *t)
{
    const w5_cell *before = NULL;
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_says(&c->error[i], W5_BIT(NO_LIVE)))
            w5_theory_explain(c, t, i, W5_JOIN_LINE);
        else if (!before && !c->error[i].trouble)
            before = c->error[i].cell;
    const w5_error *first = w5_theory_first(t, c);
    if (!first)
        return;
    if (before)
        t->summary = W5_SAY(
            N_("After %1$s nginx held every server of %2$s for dead and asked none of them "
               "(fail_timeout, 10 s unless set): what failed without being sent anywhere: %3$s."),
            w5_known_str(c->k, before->code), w5_known_str(c->k, first->cell->upstream),
            w5_say_number(c->arena, w5_theory_count(t, c)));
    else
        t->summary = W5_SAY(N_("nginx held every server of %1$s for dead and asked none of them: "
                               "what failed without being sent anywhere: %2$s."),
                            w5_known_str(c->k, first->cell->upstream),
                            w5_say_number(c->arena, w5_theory_count(t, c)));
    w5_claim_cite(&t->summary, before);
    w5_claim_cite(&t->summary, first->cell);
    t->culprit = before;
}

const w5_trial w5_trials_lines[] = {
    {"socket-missing",    W5_LAYER_LINE, try_socket_missing},
    {"socket-permission", W5_LAYER_REASON, try_line},
    {"header-too-big", W5_LAYER_REASON, try_line},
    {"invalid-response",           W5_LAYER_REASON, try_line},
    {"upstream-dns",    W5_LAYER_REASON, try_line},
    {"tls-mismatch",           W5_LAYER_REASON, try_line},
    {"ports-exhausted",  W5_LAYER_REASON, try_ports},
    {"fd-exhaustion",           W5_LAYER_REASON, try_fd},
    {"nginx-connect-timeout",      W5_LAYER_LINE, try_line},
    {"nginx-read-timeout",           W5_LAYER_LINE, try_read_timeout},
    {"truncated-body",      W5_LAYER_LINE, try_truncated},
    {"no-live-upstreams",           W5_LAYER_LINE, try_no_live},
    {"backlog-full",   W5_LAYER_EVENT, try_backlog},
    {0         },
};
