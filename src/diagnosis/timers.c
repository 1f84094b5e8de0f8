/* timers.c -- how long gunicorn and nginx wait: as set, else as the logs show it, else the default.
 */
#include "deaths.h"

/* The name stands in --worker-class, and in gunicorn's own "Using worker: threads". */
static bool names_async(w5_str class)
{
    static const w5_str classes[] = {W5_LIT("gthread"),  W5_LIT("threads"), W5_LIT("gevent"),
                                     W5_LIT("eventlet"), W5_LIT("uvicorn"), W5_LIT("tornado"),
                                     W5_LIT("asgi")};
    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
        if (w5_str_find(class, classes[i], &(size_t){0}))
            return true;
    return false;
}

/* Of one log that tells of several applications the line says too little. */
static w5_str class_of(const w5_known *k, const w5_master *m)
{
    if (m->class)
        return w5_known_str(k, m->class);
    w5_str told = w5_str_of(k->t->lane[m->first->lane].workers);
    return w5_str_eq(told, W5_STR("?")) ? W5_NONE : told;
}

static w5_str logged_class(const w5_case *c, w5_str upstream)
{
    const w5_lives *l = c->k->lives;
    for (size_t i = l->masters; i-- > 0;) {
        const w5_master *m = &l->master[i];
        w5_str class = class_of(c->k, m);
        for (size_t a = 0; class.len && a < m->addresses && m->from <= c->to; a++)
            if (w5_address_reaches(w5_known_str(c->k, m->address[a]), upstream))
                return class;
    }
    return W5_NONE;
}

static w5_str worker_class(const w5_case *c, w5_str upstream)
{
    w5_str logged = logged_class(c, upstream);
    w5_setting set;
    if (logged.len || !w5_known_setting(c->k, "gunicorn", "worker_class", upstream, W5_NONE, &set))
        return logged;
    return set.value;
}

bool w5_case_async(const w5_case *c, w5_str upstream)
{
    return names_async(worker_class(c, upstream)) ||
           w5_known_integer(c->k, "gunicorn", "threads", upstream, 1) > 1;
}

bool w5_case_sync(const w5_case *c, w5_str upstream)
{
    w5_str class = worker_class(c, upstream);
    bool set = c->k->t->config && w5_config_known(c->k->t->config, "gunicorn");
    return !w5_case_async(c, upstream) && (class.len ? w5_str_eq(class, W5_STR("sync")) : set);
}

w5_timer w5_case_worker_timer(const w5_case *c, w5_str upstream)
{
    w5_time set = w5_known_duration(c->k, "gunicorn", "timeout", upstream, W5_NONE, W5_TIME_NONE);
    if (set != W5_TIME_NONE)
        return (w5_timer){set, true};
    /* the shortest of the requests that ended with a worker's time-out, but for the rounding */
    w5_time least = W5_TIME_MAX;
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (w5_error_is(e, W5_CLOSES | W5_BIT(UPSTREAM_5XX)) && e->took != W5_TIME_NONE &&
            e->took >= W5_SECOND && e->took < least &&
            w5_known_first(c->k, W5_K_WORKER_TIMEOUT, e->cell->at - 2 * W5_SECOND,
                           e->cell->at + W5_SECOND))
            least = e->took;
    }
    if (least == W5_TIME_MAX || least < 2 * W5_SECOND)
        return (w5_timer){30 * W5_SECOND, false};
    return (w5_timer){least / W5_SECOND * W5_SECOND, true};
}

w5_timer w5_case_read_timer(const w5_case *c, w5_str upstream, w5_str path)
{
    w5_time set =
        w5_known_duration(c->k, "nginx", "proxy_read_timeout", upstream, path, W5_TIME_NONE);
    if (set != W5_TIME_NONE)
        return (w5_timer){set, true};
    for (size_t i = 0; i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        if (w5_error_is(e, W5_BIT(READ_TIMEOUT)) && e->took >= W5_SECOND &&
            e->took <= 3600 * W5_SECOND)
            return (w5_timer){e->took / W5_SECOND * W5_SECOND, true};
    }
    return (w5_timer){60 * W5_SECOND, false};
}
