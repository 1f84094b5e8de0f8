#include "live.h"

#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define IDLE    W5_SECOND           /* silence of a pipe after which somebody is watching */
#define BREATH  (W5_SECOND / 4)     /* between two looks */
#define ERRAND  (W5_SECOND / 5)     /* between two looks at what is under way */
#define SHARE   8                   /* looking may take an eighth of the time */
#define KEEP    (2 * W5_SECOND)     /* of a log that never rests: between two saves */
#define MEMORY  (24 * W5_HOUR)      /* how long an incident that is over is remembered */

typedef struct pace {
    bool dirty, watched;
    w5_time next; /* on the monotonic clock: no look before */
    w5_time due;  /* on the wall clock: silence may have ended an incident */
    w5_time keep; /* on the monotonic clock: what was read is kept, at rest or not */
    bool rests;   /* nothing came in the last turn */
} pace;

static void tell(void *context, const char *what, const w5_diagnosis *d)
{
    live *l = context;
    l->ended |= strcmp(what, "over") == 0;
    foot_clear(&l->foot);
    if (l->lines)
        w5_report_live(l->out->out, what, d, l->run, &l->setup->view, l->json);
    post_news(l->post, what, d, l->run);
    if (l->keeper)
        keeper_note(l->keeper);
}

static w5_rc flush(live *l, w5_err *err)
{
    w5_err own = {0};
    if (l->rewrites || w5_out_flush(l->out->out, &own) >= 0)
        return W5_OK;
    l->gone = own.sys == EPIPE && !l->out->path;
    if (l->gone)
        return W5_OK;
    *err = own;
    return own.code;
}

static w5_rc rewrite(const live *l, w5_err *err)
{
    deliverable d;
    w5_rc rc = deliverable_open(&d, l->out->path, err);
    if (rc < 0)
        return rc;
    l->setup->report->write(l->run, &l->setup->view, d.out);
    return deliverable_finish(&d, err);
}

static w5_time gap_of(const live *l)
{
    return l->setup->engine.gap ? l->setup->engine.gap : 60 * W5_SECOND;
}

/* A look is kept when nothing waits to be read; a record is only cut short by it when there is
 * always something. */
static bool is_kept(const live *l, const pace *p)
{
    return l->keeper && !l->gone && (p->rests || w5_monotonic() >= p->keep);
}

static w5_rc look(live *l, pace *p, w5_err *err)
{
    w5_time before = w5_monotonic();
    w5_time now = w5_now();
    progress_end(l->bar);
    bool keeps = is_kept(l, p);
    if (keeps)
        w5_engine_settle(l->engine);
    w5_engine_clock(l->engine, now);
    l->run = w5_engine_run(l->engine);
    told_news(l->told, l->run->findings, tell, l);
    told_forget(l->told, now - MEMORY);
    w5_rc rc = l->rewrites ? rewrite(l, err) : flush(l, err);
    if (keeps && rc >= 0 && !l->gone)
        rc = keeper_keep(l->keeper, l->run, err);
    if (keeps)
        p->keep = w5_monotonic() + KEEP;
    w5_time after = w5_monotonic();
    w5_time rest = (after - before) * SHARE;
    p->next = after + (rest > BREATH ? rest : BREATH);
    p->dirty = l->keeper && !keeps; /* what is not kept yet is looked at once more, at rest */
    p->due = told_due(l->told, gap_of(l));
    if (p->due <= now) /* nothing else can tell that it is over: ask again later */
        p->due = now + 5 * W5_SECOND;
    return rc;
}

static w5_time least(w5_time a, w5_time b)
{
    return a < b ? a : b;
}

static w5_time due(const live *l, const pace *p)
{
    return l->keeper ? least(p->due, keeper_due(l->keeper)) : p->due;
}

static w5_time patience(const live *l, const pace *p)
{
    w5_time wait = l->post->errands.first ? ERRAND : IDLE;
    w5_time next = due(l, p);
    w5_time rest = p->next - w5_monotonic();
    if (p->watched && next != W5_TIME_MAX)
        wait = least(wait, next - w5_now() + 1000);
    if (p->watched && (p->dirty || wait < rest))
        wait = rest;
    return wait < 1000 ? 1000 : wait;
}

/* A reader that went away is noticed even when there is nothing to write. */
static bool abandoned(const live *l)
{
    struct pollfd p = {.fd = l->out->fd, .events = 0};
    return !l->out->path && poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLNVAL)) != 0;
}

static bool looks_now(const live *l, const pace *p)
{
    if (!p->watched || l->gone)
        return false;
    return w5_monotonic() >= p->next && (p->dirty || w5_now() >= due(l, p));
}

w5_rc live_read(live *l, w5_err *err)
{
    pace p = {.watched = l->follow, .due = W5_TIME_MAX, .dirty = l->rewrites};
    w5_rc rc = W5_OK;
    while (rc >= 0 && !l->gone) {
        w5_time asked = w5_monotonic();
        rc = w5_engine_turn(l->engine, patience(l, &p), err);
        p.dirty |= rc == W5_OK;
        p.rests = rc == W5_WAIT;
        p.watched |= rc == W5_WAIT && w5_monotonic() - asked >= IDLE - 1000;
        l->clocked = rc != W5_END && signals_came();
        if (rc < 0 || rc == W5_END || l->clocked)
            break;
        l->gone = abandoned(l);
        if (l->post->errands.first)
            foot_clear(&l->foot); /* a failure may be told */
        post_turn(l->post, 0);
        if (!l->setup->report)
            rc = flush(l, err);
        if (rc >= 0 && (l->setup->report || l->keeper) && looks_now(l, &p))
            rc = look(l, &p, err);
        foot_draw(&l->foot, l->run);
    }
    foot_end(&l->foot);
    return rc < 0 ? rc : W5_OK;
}
