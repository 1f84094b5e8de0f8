#include "verdict.h"

/* "502s", by the access log the commonest failure; by nginx's lines alone what they must have been.
 */
static w5_str what_failed(const w5_judgement *j, w5_arena *arena)
{
    const w5_tallies *statuses = &j->c->incident->statuses;
    uint64_t timers = 0, all = 0;
    for (size_t i = 0; i < statuses->n; i++)
        if (statuses->at[i].name.len == 3 && statuses->at[i].name.ptr[0] == '5' &&
            statuses->at[i].count)
            return w5_arena_fmt(arena, "%.*ss", W5_ARG(statuses->at[i].name));
    for (size_t i = 0; i < j->c->errors; i++) {
        const w5_error *e = &j->c->error[i];
        all += e->cell->count;
        timers +=
            w5_error_says(e, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(SEND_TIMEOUT))
                ? e->cell->count
                : 0;
        if (e->kind == W5_K_ACCESS && e->cell->number >= 500)
            return w5_arena_fmt(arena, "%ds", (int)e->cell->number);
        if (w5_error_says(e, W5_BIT(UPSTREAM_5XX)))
            return W5_STR("500s");
    }
    return timers * 2 > all ? W5_STR("504s") : W5_STR("502s");
}

static w5_str how_sure(w5_confidence confidence)
{
    static const w5_str words[] = {
        [W5_UNKNOWN] = W5_LIT(N_("Cause not known")),
        [W5_POSSIBLE] = W5_LIT(N_("Possible cause")),
        [W5_LIKELY] = W5_LIT(N_("Likely cause")),
        [W5_PROVEN] = W5_LIT(N_("Proven cause")),
    };
    return words[confidence];
}

static w5_str is_it_over(w5_over over)
{
    static const w5_str words[] = {
        [W5_OVER_UNKNOWN] = W5_LIT(N_("The logs do not tell whether it is over.")),
        [W5_OVER_NO] = W5_LIT(N_("NOT over: the logs end while requests still fail.")),
        [W5_OVER_YES] = W5_LIT(N_("It is over.")),
    };
    return words[over];
}

enum {
    TRANSLATE_SURE = 1 << 4,
    TRANSLATE_TITLE = 1 << 5,
    TRANSLATE_OVER = 1 << 6
};

w5_claim w5_verdict_of(const w5_judgement *j, w5_arena *arena)
{
    const w5_known *k = j->c->k;
    const w5_incident *in = j->c->incident;
    w5_str what = what_failed(j, arena), from = w5_known_clock(k, in->start, arena);
    w5_str to = w5_known_clock(k, in->end, arena),
           failed = w5_say_number(arena, in->requests_failed);
    w5_str all = w5_say_number(arena, in->requests_failed + in->answered);
    w5_str title = j->chosen->cause->title, sure = how_sure(j->chosen->confidence),
           over = is_it_over(in->over);
    w5_claim claim;
    bool counted = in->statuses.n > 0;
    if (!in->requests_failed)
        claim = W5_SAY(N_("%1$s from %2$s to %3$s, but every request was answered all the same "
                          "(%4$s errors). %5$s: %6$s. %7$s"),
                       what, from, to, w5_say_number(arena, in->errors), sure, title, over);
    else if (counted && in->over == W5_OVER_NO)
        claim = W5_SAY(N_("%1$s since %2$s: %3$s of %4$s requests failed. %5$s: %6$s. %7$s"), what,
                       from, failed, all, sure, title, over);
    else if (counted)
        claim = W5_SAY(N_("%1$s from %2$s to %8$s: %3$s of %4$s requests failed. %5$s: %6$s. %7$s"),
                       what, from, failed, all, sure, title, over, to);
    else
        claim = W5_SAY(N_("%1$s from %2$s to %3$s: %4$s requests failed. %5$s: %6$s. %7$s"), what,
                       from, to, failed, sure, title, over);
    claim.said.translate = TRANSLATE_SURE | TRANSLATE_TITLE | TRANSLATE_OVER;
    w5_claim_cite(&claim, j->c->errors ? j->c->error[0].cell : NULL);
    w5_claim_cite(&claim, j->chosen->culprit);
    return claim;
}

w5_str w5_verdict_over_by(const w5_judgement *j, w5_arena *arena)
{
    const w5_incident *in = j->c->incident;
    const w5_known *k = j->c->k;
    if (in->over != W5_OVER_YES)
        return W5_NONE;
    const w5_cell *listening =
        w5_known_first(k, W5_K_LISTENING, in->end - 2 * W5_SECOND, in->end + W5_MINUTE);
    const w5_cell *reload =
        w5_known_first(k, W5_K_NGINX_RELOAD, in->end - 2 * W5_SECOND, in->end + W5_MINUTE);
    if (listening)
        return w5_arena_fmt(arena, "listening again, pid %u", (unsigned)listening->pid);
    if (reload)
        return W5_STR("nginx reloaded");
    if (in->over_at != W5_TIME_NONE) {
        w5_str clock = w5_known_clock(k, in->over_at, arena);
        return w5_arena_fmt(arena, "answers again at %.*s", W5_ARG(clock));
    }
    return W5_STR("no more errors");
}

/* ---- ruled out ---- */

typedef struct ruling {
    const w5_judgement *j;
    w5_arena *arena;
    w5_claim *ruled;
    size_t n;
} ruling;

static void rule(ruling *r, w5_claim claim, const w5_cell *cell)
{
    if (r->n == W5_RULED_OUT_MAX)
        return;
    w5_claim_cite(&claim, cell);
    r->ruled[r->n++] = claim;
}

static uint64_t lines_of(const w5_judgement *j, uint32_t bits)
{
    uint64_t n = 0;
    for (size_t i = 0; i < j->c->errors; i++)
        n += w5_error_says(&j->c->error[i], bits) ? j->c->error[i].cell->count : 0;
    return n;
}

static bool any(const w5_case *c, w5_kind kind)
{
    return w5_known_first(c->k, kind, c->from - 5 * W5_SECOND, c->to + 5 * W5_SECOND) != NULL;
}

static void rule_by_app_log(ruling *r, const w5_cell *first)
{
    const w5_case *c = r->j->c;
    if (w5_known_covers(c->k, W5_BY_APP, c->from, c->to) != W5_COVER_FULL)
        return;
    if (!any(c, W5_K_MASTER_TERM) && !any(c, W5_K_MASTER_RELOAD) && !any(c, W5_K_MASTER_STOP) &&
        !any(c, W5_K_UNIT_STOP))
        rule(r, W5_SAY(N_("A deploy: no stop and no reload stands in the application's log.")),
             first);
    if (!any(c, W5_K_WORKER_TIMEOUT))
        rule(r, W5_SAY(N_("gunicorn's worker time-out: no WORKER TIMEOUT stands in its log.")),
             first);
    if (!any(c, W5_K_BOOT_FAILURE) && lines_of(r->j, W5_ABSENT))
        rule(r, W5_SAY(N_("A failure to start: no such line stands in the application's log.")),
             first);
}

size_t w5_verdict_rule_out(const w5_judgement *j, w5_arena *arena, w5_claim ruled[])
{
    ruling r = {.j = j, .arena = arena, .ruled = ruled};
    const w5_case *c = j->c;
    const w5_cell *first = c->errors ? c->error[0].cell : NULL;
    w5_str all = w5_say_number(arena, c->incident->errors);
    if (!first || c->error[0].trouble)
        return 0;
    if (!lines_of(j, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(SEND_TIMEOUT)))
        rule(&r, W5_SAY(N_("nginx's own timers: 0 of %1$s lines."), all), first);
    if (!lines_of(j, W5_BIT(HEADER_TOO_BIG)))
        rule(&r, W5_SAY(N_("Buffers: 0 of %1$s lines say that a header was too big."), all), first);
    if (!lines_of(j, W5_BIT(BACKLOG_FULL)) && lines_of(j, W5_ABSENT | W5_CLOSES))
        rule(&r, W5_SAY(N_("A full queue: 0 of %1$s lines have errno 11."), all), first);
    rule_by_app_log(&r, first);
    if (w5_known_covers(c->k, W5_BY_KERNEL, c->from, c->to) == W5_COVER_FULL &&
        !any(c, W5_K_OOM_KILL))
        rule(&r, W5_SAY(N_("Memory: the kernel's log covers that time and has no kill.")), first);
    return r.n;
}
