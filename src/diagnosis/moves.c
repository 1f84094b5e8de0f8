/* moves.c -- the order of a cause's remedies, changed by what this incident shows. */
#include "plan.h"

static void move_first(w5_plan *p, const char *id)
{
    w5_draft *d = w5_plan_draft(p, w5_str_of(id));
    if (!d || d->advice.state != W5_ADVISED)
        return;
    w5_draft moved = *d;
    memmove(&p->out->at[1], &p->out->at[0], (size_t)(d - p->out->at) * sizeof(*d));
    p->out->at[0] = moved;
}

static void move_second(w5_plan *p, const char *id)
{
    w5_draft *d = w5_plan_draft(p, w5_str_of(id));
    if (!d || d->advice.state != W5_ADVISED || d < &p->out->at[2])
        return;
    w5_draft moved = *d;
    memmove(&p->out->at[2], &p->out->at[1], (size_t)(d - &p->out->at[1]) * sizeof(*d));
    p->out->at[1] = moved;
}

static void demote(w5_plan *p, const char *id, w5_advice_state state)
{
    w5_draft *d = w5_plan_draft(p, w5_str_of(id));
    if (d)
        d->advice.state = state;
}

/* ---- moves that evidence makes ---- */

static void move_down(w5_plan *p)
{
    const w5_outage *o = p->j->chosen->anchor;
    if (o && o->master >= 0)
        demote(p, "fix-bind-address", W5_NO_HELP);
    if (o && o->to != W5_TIME_MAX)
        move_first(p, "check-logs"); /* it runs again: what is open is why it went */
}

static void move_database(w5_plan *p)
{
    const w5_db_outage *o = p->j->chosen->anchor;
    if (o && o->disk)
        move_first(p, "free-disk");
    else if (!o || o->to != W5_TIME_MAX)
        move_first(p, "check-logs");
}

static void move_socket(w5_plan *p)
{
    if (p->j->chosen->culprit)
        move_first(p, "fix-bind-address");
}

static void move_limit(w5_plan *p)
{
    const w5_cell *culprit = p->j->chosen->culprit;
    w5_kind kind = culprit ? w5_known_kind(p->j->c->k, culprit) : W5_K_OTHER;
    if (kind == W5_K_CONNECTIONS || kind == W5_K_NGINX_CONNECTIONS)
        move_first(p, "raise-worker-connections");
}

static void move_timeout(w5_plan *p)
{
    move_second(p, "nginx-timeouts"); /* they move together */
    if (p->j->chosen->stuck_in_c)
        demote(p, "gunicorn-gevent", W5_HARMFUL);
}

static void move_workers(w5_plan *p)
{
    w5_setting now;
    if (w5_values_now(&p->v, W5_STR("--workers"), &now) && w5_config_integer(&now) == 1)
        move_first(p, "instance-upgrade"); /* there are no fewer than one */
}

/* What is named may be the effect of something that only a log tells which is not there (a lock, a
 * stop, TLS), and then its remedy helps nobody: that log comes first. */
static void move_unsure(w5_plan *p)
{
    const w5_theory *t = p->j->chosen;
    bool tied = t->structural >= 0.8 * t->explained && t->explained > 0;
    bool of_trouble = !p->j->c->incident->cells && !tied; /* nginx told of no request that failed */
    bool guessed =
        t->confidence <= (of_trouble && !w5_judged(p->j, "lb-timeout") ? W5_LIKELY : W5_POSSIBLE) &&
        (w5_judged(p->j, "gunicorn-worker-timeout") || w5_judged(p->j, "lb-timeout"));
    if (!t->asks && !guessed)
        return;
    w5_plan_add(p, W5_STR("check-logs"));
    move_first(p, "check-logs");
}

static const struct {
    const char *cause;
    void (*move)(w5_plan *p);
} moves[] = {
    {"app-down",                move_down    },
    {"db-down",                 move_database},
    {"socket-missing",          move_socket  },
    {"fd-exhaustion",           move_limit   },
    {"gunicorn-worker-timeout", move_timeout },
    {"worker-oom-kill",         move_workers },
};

void w5_moves_make(w5_plan *p)
{
    for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
        if (w5_judged(p->j, moves[i].cause))
            moves[i].move(p);
    move_unsure(p);
}
