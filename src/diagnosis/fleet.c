#include "fleet.h"

enum {
    NAMED = 6,     /* machines that a sentence names */
    TOGETHER = 15, /* seconds between those that one thing stops at once */
    OVERLAP = 10
};

static bool is_deploy(const w5_cause *cause)
{
    static const w5_str deploys[] = {W5_LIT("deploy-restart"), W5_LIT("graceful-timeout-cut"),
                                     W5_LIT("boot-failure")};
    for (size_t i = 0; i < sizeof(deploys) / sizeof(*deploys); i++)
        if (w5_str_eq(cause->id, deploys[i]))
            return true;
    return false;
}

static bool is_database(const w5_cause *cause)
{
    return w5_str_starts(cause->id, W5_STR("db-"));
}

static bool is_on(const w5_incident *in, w5_str host)
{
    for (size_t i = 0; i < in->hosts; i++)
        if (w5_str_eq(in->host[i], host))
            return true;
    return false;
}

static bool apart(const w5_incident *a, const w5_incident *b)
{
    for (size_t i = 0; i < b->hosts; i++)
        if (is_on(a, b->host[i]))
            return false;
    return true;
}

static bool within(w5_time a, w5_time b, w5_time slack)
{
    return a - b <= slack && b - a <= slack;
}

static bool overlap(const w5_incident *a, const w5_incident *b, w5_time slack)
{
    return a->start <= b->end + slack && b->start <= a->end + slack;
}

/* ---- one database ---- */

/* Who says "localhost", or names a socket, has a database of its own. */
static bool names_own(w5_str text)
{
    static const w5_str own[] = {W5_LIT("localhost"), W5_LIT("127.0.0.1"), W5_LIT("socket"),
                                 W5_LIT("[::1]")};
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
        if (w5_str_find(text, own[i], &(size_t){0}))
            return true;
    return false;
}

typedef struct blamed {
    bool told;   /* by the database's own log */
    bool shared; /* it may be another machine's as well */
    w5_str host; /* of that log */
} blamed;

static blamed blamed_by(const w5_known *k, const w5_file *file)
{
    const w5_cell *c = file->culprit;
    blamed b = {.shared = c != NULL};
    if (!c)
        return b;
    w5_told_by by = w5_known_teller(k, c);
    b.told = by == W5_BY_DATABASE || by == W5_BY_SLOW || by == W5_BY_KERNEL;
    if (b.told)
        b.host = w5_known_host(k, c);
    else
        b.shared = !names_own(w5_known_str(k, c->what)) && !names_own(w5_known_str(k, c->text));
    return b;
}

static bool one_database(const w5_known *k, const w5_file *a, const w5_file *b)
{
    if (!is_database(a->cause) || a->cause != b->cause)
        return false;
    blamed one = blamed_by(k, a), other = blamed_by(k, b);
    if (one.told && other.told)
        return w5_str_eq(one.host, other.host) &&
               overlap(a->incident, b->incident, OVERLAP * W5_SECOND);
    return one.shared && other.shared && apart(a->incident, b->incident) &&
           within(a->incident->start, b->incident->start, TOGETHER * W5_SECOND);
}

/* ---- one upstream ---- */

/* Bridges of containers have the same addresses on every machine. */
static bool is_everywhere(w5_str upstream)
{
    static const w5_str bridges[] = {W5_LIT("172.17."), W5_LIT("172.18."), W5_LIT("172.19."),
                                     W5_LIT("172.20.")};
    for (size_t i = 0; i < sizeof(bridges) / sizeof(*bridges); i++)
        if (w5_str_starts(upstream, bridges[i]))
            return true;
    return upstream.len == 0 || w5_address_is_loopback(upstream) || w5_address_is_unix(upstream) ||
           w5_str_eq(upstream, W5_STR("-"));
}

/* A block's name says nothing: any machine may have a "backend" of its own. */
static bool is_address(w5_str upstream)
{
    size_t at;
    return w5_str_find_char(upstream, ':', &at) || w5_str_find_char(upstream, '.', &at);
}

static bool one_upstream(const w5_file *a, const w5_file *b)
{
    w5_str upstream = a->incident->upstream;
    bool agree = a->cause == b->cause || a->confidence < W5_LIKELY || b->confidence < W5_LIKELY;
    return agree && !is_everywhere(upstream) && is_address(upstream) &&
           w5_str_eq(upstream, b->incident->upstream) && apart(a->incident, b->incident) &&
           overlap(a->incident, b->incident, OVERLAP * W5_SECOND);
}

/* ---- one deploy ---- */

/* The same application: the machines have it at the same port or socket. */
static bool one_application(w5_str a, w5_str b)
{
    return w5_str_eq(a, b) || w5_address_same_port(a, b);
}

static bool one_deploy(const w5_file *a, const w5_file *b)
{
    return is_deploy(a->cause) && a->cause == b->cause && a->confidence >= W5_LIKELY &&
           b->confidence >= W5_LIKELY && apart(a->incident, b->incident) &&
           one_application(a->incident->upstream, b->incident->upstream) &&
           overlap(a->incident, b->incident, W5_FLEET_REACH);
}

w5_fleet w5_fleet_bond(const w5_known *k, const w5_file *a, const w5_file *b)
{
    const w5_incident *one = a->incident, *other = b->incident;
    bool several = one->hosts > 1 || other->hosts > 1 || apart(one, other);
    if (!one->hosts || !other->hosts || !one->cells || !other->cells || !several)
        return W5_ALONE;
    if (one_database(k, a, b))
        return W5_ONE_DATABASE;
    if (one_deploy(a, b))
        return W5_ONE_DEPLOY;
    return one_upstream(a, b) ? W5_ONE_UPSTREAM : W5_ALONE;
}

/* ---- what is said ---- */

static bool others_suffer(const w5_known *k, const w5_incident *in)
{
    for (size_t i = 0; i < k->incidents->n; i++) {
        const w5_incident *other = k->incidents->at[i];
        if (overlap(in, other, k->t->gap) && (other->hosts == 0 || apart(in, other)))
            return true;
    }
    return false;
}

/* Machines whose nginx told of that time, whatever it told. */
static size_t fronts_then(const w5_known *k, const w5_incident *in, w5_arena *arena)
{
    static const w5_told_by fronts[] = {W5_BY_NGINX, W5_BY_ACCESS};
    w5_str *seen = W5_NEW_N(arena, w5_str, k->told[W5_BY_NGINX].n + k->told[W5_BY_ACCESS].n + 1);
    size_t n = 0;
    for (size_t f = 0; f < sizeof(fronts) / sizeof(*fronts); f++)
        for (size_t i = 0; i < k->told[fronts[f]].n; i++) {
            const w5_stretch *s = &k->told[fronts[f]].at[i];
            w5_str host = k->t->stream[k->t->lane[s->lane].stream]->host;
            bool known = s->span.from > in->start || s->span.to < in->end - k->t->gap;
            for (size_t j = 0; j < n && !known; j++)
                known = w5_str_eq(seen[j], host);
            if (!known)
                seen[n++] = host;
        }
    return n;
}

static size_t alone_among(const w5_known *k, const w5_incident *in, const w5_views *views,
                          w5_arena *arena)
{
    enum {
        FEW = 3 /* of two nobody can tell which is the odd one */
    };
    if (in->hosts != 1 || w5_views_fronts(views) < FEW || others_suffer(k, in))
        return 0;
    size_t n = fronts_then(k, in, arena);
    return n >= FEW ? n : 0;
}

w5_fleet w5_fleet_of(const w5_known *k, const w5_file *file, w5_views *views)
{
    const w5_incident *in = file->incident;
    if (w5_views_hosts(views) <= 1 || in->hosts == 0)
        return W5_ALONE;
    if (in->hosts > 1)
        return file->fleet != W5_ALONE    ? file->fleet
               : is_database(file->cause) ? W5_ONE_DATABASE
                                          : W5_SEVERAL_HOSTS;
    return alone_among(k, in, views, k->arena) ? W5_ONE_OF_MANY : W5_ONE_HOST;
}

static w5_str names_of(const w5_incident *in, w5_arena *arena)
{
    w5_str text = in->host[0];
    for (size_t i = 1; i < in->hosts && i < NAMED; i++)
        text = w5_arena_fmt(arena, "%.*s, %.*s", W5_ARG(text), W5_ARG(in->host[i]));
    return in->hosts > NAMED ? w5_arena_fmt(arena, "%.*s, …", W5_ARG(text)) : text;
}

/* One machine after the other, or all at once. */
static bool is_wave(const w5_known *k, const w5_incident *in)
{
    w5_time last = in->start;
    w5_str host = in->host[in->hosts - 1];
    for (size_t i = 0; i < in->cells; i++)
        if (w5_str_eq(w5_cell_host(k->t, &k->t->cell[in->cell[i]]), host)) {
            last = k->t->cell[in->cell[i]].at;
            break;
        }
    return last - in->start > TOGETHER * W5_SECOND;
}

static w5_claim say_database(const w5_known *k, const w5_file *file, w5_str n, w5_str names)
{
    blamed b = blamed_by(k, file);
    if (b.told && b.host.len > 0)
        return W5_SAY(N_("%1$s hosts, and one database behind them, on %3$s: %2$s."), n, names,
                      b.host);
    return W5_SAY(N_("%1$s hosts at once, and one database behind them: %2$s."), n, names);
}

static w5_claim say_several(const w5_known *k, const w5_file *file, w5_fleet what, w5_str n,
                            w5_str names)
{
    const w5_incident *in = file->incident;
    if (what == W5_ONE_DATABASE)
        return say_database(k, file, n, names);
    if (what == W5_ONE_UPSTREAM)
        return W5_SAY(N_("%1$s hosts name the same upstream, so it is there and not with them: "
                         "%2$s."),
                      n, names);
    if (what == W5_ONE_DEPLOY && is_wave(k, in))
        return W5_SAY(N_("It went over %1$s hosts, in this order: %2$s."), n, names);
    return W5_SAY(N_("On %1$s hosts at once: %2$s."), n, names);
}

w5_sentence w5_fleet_say(const w5_known *k, const w5_file *file, w5_fleet what, w5_views *views,
                         w5_arena *arena)
{
    const w5_incident *in = file->incident;
    w5_claim claim;
    if (what == W5_ALONE)
        return (w5_sentence){.words = NULL};
    w5_str names = names_of(in, arena);
    if (what == W5_ONE_OF_MANY)
        claim = W5_SAY(N_("Only on %1$s, of %2$s hosts: look for what is different there."), names,
                       w5_say_number(arena, alone_among(k, in, views, arena)));
    else if (what == W5_ONE_HOST)
        claim = W5_SAY(N_("On %1$s."), names);
    else
        claim = say_several(k, file, what, w5_say_number(arena, in->hosts), names);
    return w5_claim_keep(&claim, arena);
}
