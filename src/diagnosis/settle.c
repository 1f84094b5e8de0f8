/* settle.c -- asks for logs by name, with the minute filled in.
 *
 * Times are the host's, as nginx's error log writes them and journalctl takes them. */
#include "settle.h"

/* clang-format off */
static const struct {
    w5_told_by by;
    const char *words;
} reasons[] = {
    {W5_BY_APP,
     N_("The application's own log tells whether a worker timed out, was killed or exited, or "
        "whether it was being restarted.")},
    {W5_BY_SYSTEMD,
     N_("systemd's lines tell whether the unit was stopped, failed or was killed, and by what.")},
    {W5_BY_KERNEL,
     N_("The kernel's log tells whether memory ran out or a process crashed.")},
    {W5_BY_NGINX,
     N_("nginx's error log tells what happened to each request on its way to the application.")},
    {W5_BY_ACCESS,
     N_("nginx's access log tells what clients saw, how long requests took, and whether it is "
        "over.")},
    {W5_BY_SLOW,
     N_("The slow log tells whether the requests were waiting for a query or a lock.")},
    {W5_BY_DATABASE,
     N_("The database's error log tells whether it was down.")},
    {W5_BY_ALB,
     N_("The load balancer's access log tells whether it gave up first.")},
    {W5_BY_CONFIG,
     N_("The configuration tells which time-outs and addresses are in force.")},
};
/* clang-format on */

#define BY(name) (1u << W5_BY_##name)

/* Beyond the application's log and nginx's own two, which always tell something. */
/* clang-format off */
static const struct {
    const char *cause;
    unsigned asks, behind; /* as long as it is not proven; and what tells the reason behind it */
} asks[] = {
    {"unknown",                 BY(KERNEL) | BY(SYSTEMD) | BY(CONFIG), 0},
    {"app-down",                0, BY(KERNEL) | BY(SYSTEMD)},
    {"worker-killed",           0, BY(KERNEL)},
    {"worker-exit",             BY(KERNEL), 0},
    {"worker-crash-segv",       BY(KERNEL), 0},
    {"worker-oom-kill",         BY(KERNEL), 0},
    {"boot-failure",            BY(SYSTEMD), 0},
    {"deploy-restart",          BY(SYSTEMD), 0},
    {"gunicorn-worker-timeout", BY(DATABASE), BY(SLOW)},
    {"nginx-read-timeout",      0, BY(SLOW)},
    {"worker-starvation",       BY(KERNEL), BY(SLOW)},
    {"db-down",                 BY(DATABASE), BY(KERNEL)},
    {"db-slow-query",           BY(SLOW), 0},
    {"db-lock-contention",      BY(SLOW), 0},
    {"lb-timeout",              BY(ALB), 0},
    {"heavy-page",              BY(KERNEL), 0},
    {"keepalive-race",          BY(CONFIG), 0},
    {"wrong-bind-or-port",      BY(CONFIG), 0},
};
/* clang-format on */

static unsigned wanted(const w5_judgement *j)
{
    unsigned all = BY(APP) | BY(NGINX) | BY(ACCESS);
    bool proven = j->chosen->confidence == W5_PROVEN;
    for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
        if (proven && w5_str_eq(j->chosen->cause->id, w5_str_of(asks[i].cause)))
            all |= asks[i].behind;
        if (!proven && w5_judged(j, asks[i].cause))
            all |= asks[i].asks | asks[i].behind;
    }
    return all;
}

static bool anybody_listens(const w5_known *k, w5_id upstream)
{
    for (size_t i = 0; i < k->lives->masters; i++)
        if (w5_master_reaches(k, &k->lives->master[i], upstream) != W5_REACH_NO)
            return true;
    return false;
}

/* At one of the addresses no master listens that any log tells of: whose it is has a log, too. */
static bool of_another(const w5_judgement *j)
{
    const w5_known *k = j->c->k;
    const w5_tallies *upstreams = &j->c->incident->upstreams;
    for (size_t i = 0; i < upstreams->n && k->lives->masters; i++) {
        w5_id id = w5_intern_find(k->t->intern, upstreams->at[i].name);
        if (id && !anybody_listens(k, id))
            return j->chosen->confidence < W5_PROVEN;
    }
    return false;
}

static size_t logs_of(const w5_known *k, w5_told_by by)
{
    size_t n = 0;
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < k->told[by].n; i++) {
        uint32_t stream = k->t->lane[k->told[by].at[i].lane].stream;
        n += stream != last;
        last = stream;
    }
    return n;
}

/* Something else failed, too, and there is one application's log: it may be the other's. */
static bool one_log_for_two(const w5_judgement *j)
{
    const w5_known *k = j->c->k;
    bool two = false;
    for (size_t i = 0; i < k->incidents->n && !two; i++)
        two = !w5_str_eq(k->incidents->at[i]->upstream, j->c->incident->upstream);
    return two && logs_of(k, W5_BY_APP) == 1 && j->chosen->confidence < W5_LIKELY;
}

/* Not given, or given for another time. Many logs are silent as long as all is well, so where they
 * end says little; a slow query is told when it is over. */
static bool is_missing(const w5_judgement *j, w5_told_by by)
{
    const w5_known *k = j->c->k;
    w5_time late = by == W5_BY_SLOW || by == W5_BY_DATABASE ? 10 * W5_MINUTE : W5_SECOND;
    if (by == W5_BY_CONFIG)
        return !w5_known_has(k, by);
    if (by == W5_BY_APP && (of_another(j) || one_log_for_two(j)))
        return true;
    for (size_t i = 0; i < k->told[by].n; i++)
        if (k->told[by].at[i].span.from <= j->c->to + late)
            return false;
    return true;
}

static w5_str journal(const w5_values *v, const char *which)
{
    return w5_values_fill(
        v, w5_arena_fmt(v->arena, "journalctl -o short-iso -S {since} -U {until}%s", which), true);
}

static w5_str grep_minute(const w5_values *v, const char *layout, const char *file)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    w5_date d = w5_known_date(v->j->c->k, v->j->c->from);
    if (*layout == 'a')
        return w5_arena_fmt(v->arena, "sudo grep '%02u/%s/%04d:%02u:%02u' %s", d.day,
                            months[d.month - 1], d.year, d.hour, d.minute, file);
    return w5_arena_fmt(v->arena, "sudo grep '^%04d/%02u/%02u %02u:%02u' %s", d.year, d.month,
                        d.day, d.hour, d.minute, file);
}

static w5_str command_for(const w5_values *v, w5_told_by by)
{
    switch (by) {
    case W5_BY_APP:
    case W5_BY_SYSTEMD:
        return journal(v, " -u {unit}");
    case W5_BY_KERNEL:
        return journal(v, " -k");
    case W5_BY_DATABASE:
        return journal(v, " -u mysql -u mariadb");
    case W5_BY_SLOW:
        return W5_STR("sudo tail -n 200 /var/log/mysql/mysql-slow.log");
    case W5_BY_NGINX:
        return grep_minute(v, "error", "/var/log/nginx/error.log");
    case W5_BY_ACCESS:
        return grep_minute(v, "access", "/var/log/nginx/access.log");
    case W5_BY_CONFIG:
        return W5_STR("sudo nginx -T");
    default:
        return W5_STR("aws elbv2 describe-load-balancer-attributes --load-balancer-arn ARN");
    }
}

static const char *reason_for(w5_told_by by)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
        if (reasons[i].by == by)
            return reasons[i].words;
    return "";
}

static void ask(const w5_judgement *j, const w5_values *v, w5_told_by by, w5_open open[], size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        if (w5_str_eq(open[i].settle.source, w5_told_by_word[by]))
            return;
    w5_open *o = &open[(*n)++];
    *o = (w5_open){
        .settle = {.source = w5_told_by_word[by], .command = command_for(v, by)},
        .why = W5_SAY(reason_for(by))
    };
    w5_claim_cite(&o->why, j->c->errors ? j->c->error[0].cell : NULL);
}

size_t w5_settle_find(const w5_judgement *j, w5_arena *arena, w5_open open[])
{
    static const w5_told_by order[] = {W5_BY_APP,   W5_BY_KERNEL,   W5_BY_SYSTEMD,
                                       W5_BY_NGINX, W5_BY_DATABASE, W5_BY_SLOW,
                                       W5_BY_ALB,   W5_BY_ACCESS,   W5_BY_CONFIG};
    w5_values v = w5_values_of(j, arena);
    unsigned all = wanted(j);
    size_t n = 0;
    if (j->chosen->wants < W5_TOLD_BYS)
        ask(j, &v, j->chosen->wants, open,
            &n); /* it was given, but ends too early, or it is missing */
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
        if ((all >> order[i] & 1) && is_missing(j, order[i]))
            ask(j, &v, order[i], open, &n);
    return n;
}
