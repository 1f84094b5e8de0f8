#include "ladders.h"

typedef struct ladder {
    const w5_known *k;
    w5_rung *rung;
    size_t n;
} ladder;

enum {
    RUNGS = 6
};

static void add(ladder *l, const char *name, w5_time value, const w5_setting *from)
{
    w5_rung *r = &l->rung[l->n++];
    *r = (w5_rung){.name = w5_str_of(name), .value = value};
    if (from) {
        r->file = from->file;
        r->line = from->line;
    }
}

/* What is set, else the program's default where its configuration was read, else unknown. */
static void add_setting(ladder *l, const char *name, const char *program, const char *setting,
                        w5_time otherwise)
{
    w5_setting found;
    if (w5_known_setting(l->k, program, setting, W5_NONE, W5_NONE, &found))
        add(l, name, w5_config_duration(&found), &found);
    else if (l->k->t->config && w5_config_known(l->k->t->config, program))
        add(l, name, otherwise, NULL);
    else
        add(l, name, W5_TIME_NONE, NULL);
}

static w5_time slowest_healthy(const w5_known *k)
{
    w5_time longest = W5_TIME_NONE;
    for (size_t i = 0; i < k->t->paths; i++)
        if (k->t->path[i].longest_finished > longest && k->t->path[i].longest_finished >= 0)
            longest = k->t->path[i].longest_finished;
    return longest;
}

/* A rung is wrong when the next known one below it is longer. */
static void mark_wrong(ladder *l)
{
    for (size_t i = 0; i < l->n; i++)
        for (size_t j = i + 1; j < l->n; j++) {
            if (l->rung[i].value == W5_TIME_NONE || l->rung[j].value == W5_TIME_NONE)
                continue;
            l->rung[i].wrong = l->rung[i].value < l->rung[j].value;
            break;
        }
}

static bool nothing_set(const w5_known *k)
{
    return !k->t->config ||
           (!w5_config_known(k->t->config, "nginx") && !w5_config_known(k->t->config, "gunicorn"));
}

const w5_rung *w5_ladder_timeouts(const w5_known *k, size_t *n)
{
    ladder l = {.k = k, .rung = W5_NEW_N(k->arena, w5_rung, RUNGS)};
    *n = 0;
    if (nothing_set(k))
        return l.rung;
    add(&l, N_("load balancer idle time-out"), W5_TIME_NONE, NULL);
    add_setting(&l, "nginx proxy_read_timeout", "nginx", "proxy_read_timeout", W5_MINUTE);
    add_setting(&l, "gunicorn --timeout", "gunicorn", "timeout", 30 * W5_SECOND);
    add(&l, N_("slowest healthy request"), slowest_healthy(k), NULL);
    add_setting(&l, "innodb_lock_wait_timeout", "mysql", "innodb_lock_wait_timeout",
                50 * W5_SECOND);
    mark_wrong(&l);
    *n = l.n;
    return l.rung;
}

/* Whoever sends requests must be the first to close: balancer before nginx, nginx before gunicorn.
 * So each must keep idle connections longer than the one before it. */
const w5_rung *w5_ladder_keepalives(const w5_known *k, size_t *n)
{
    ladder l = {.k = k, .rung = W5_NEW_N(k->arena, w5_rung, RUNGS)};
    w5_setting kept;
    *n = 0;
    if (nothing_set(k))
        return l.rung;
    bool upstream = w5_known_setting(k, "nginx", "keepalive", W5_NONE, W5_NONE, &kept);
    if (upstream) {
        add_setting(&l, "gunicorn --keep-alive", "gunicorn", "keepalive", 2 * W5_SECOND);
        add(&l, "nginx upstream keepalive_timeout", W5_MINUTE, &kept);
    }
    add_setting(&l, "nginx keepalive_timeout", "nginx", "keepalive_timeout", 75 * W5_SECOND);
    add(&l, N_("load balancer idle time-out"), W5_TIME_NONE, NULL);
    if (upstream)
        l.rung[0].wrong = l.rung[0].value != W5_TIME_NONE && l.rung[0].value < l.rung[1].value;
    *n = l.n;
    return l.rung;
}

/* ---- remarks ---- */

static void say_cores(const w5_known *k, int64_t workers, w5_sentence *all, size_t *n)
{
    int64_t cores = k->options ? (int64_t)k->options->cores : 0;
    if (cores <= 0 || workers <= cores * 2 + 1)
        return;
    w5_claim claim = W5_SAY_COUNT(
        (uint64_t)cores,
        W5_FORMS("%1$s workers on %2$s core: the documents' rule is (cores × 2) + 1 = "
                 "%3$s.",
                 "%1$s workers on %2$s cores: the documents' rule is (cores × 2) + 1 "
                 "= %3$s."),
        w5_say_number(k->arena, (uint64_t)workers), w5_say_number(k->arena, (uint64_t)cores),
        w5_say_number(k->arena, (uint64_t)cores * 2 + 1));
    all[(*n)++] = w5_claim_keep(&claim, k->arena);
}

static void say_connections(const w5_known *k, int64_t workers, w5_sentence *all, size_t *n)
{
    int64_t threads = w5_known_integer(k, "gunicorn", "threads", W5_NONE, 1);
    int64_t limit = w5_known_integer(k, "mysql", "max_connections", W5_NONE, -1);
    if (limit < 0 || workers <= 0 || threads <= 0 || workers > INT32_MAX || threads > INT32_MAX ||
        workers * threads <= limit)
        return;
    w5_claim claim = W5_SAY(N_("Workers × threads = %1$s × %2$s can open more connections than "
                               "the database allows (max_connections = %3$s)."),
                            w5_say_number(k->arena, (uint64_t)workers),
                            w5_say_number(k->arena, (uint64_t)threads),
                            w5_say_number(k->arena, (uint64_t)limit));
    all[(*n)++] = w5_claim_keep(&claim, k->arena);
}

const w5_sentence *w5_setup_remarks(const w5_known *k, size_t *n)
{
    w5_sentence *all = W5_NEW_N(k->arena, w5_sentence, 2);
    int64_t workers = w5_known_integer(k, "gunicorn", "workers", W5_NONE, 0);
    *n = 0;
    say_cores(k, workers, all, n);
    say_connections(k, workers, all, n);
    return all;
}
