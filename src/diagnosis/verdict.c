#include "verdict.h"

/* "502", by the access log the commonest failure; by nginx's lines alone what they must have been.
 */
static w5_str what_failed(const w5_judgement *j, w5_arena *arena)
{
    const w5_tallies *statuses = &j->c->incident->statuses;
    uint64_t timers = 0, all = 0;
    for (size_t i = 0; i < statuses->n; i++)
        if (statuses->at[i].name.len == 3 && statuses->at[i].name.ptr[0] == '5' &&
            statuses->at[i].count)
            return statuses->at[i].name;
    for (size_t i = 0; i < j->c->errors; i++) {
        const w5_error *e = &j->c->error[i];
        all += e->cell->count;
        timers +=
            w5_error_says(e, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(SEND_TIMEOUT))
                ? e->cell->count
                : 0;
        if (e->kind == W5_K_ACCESS && e->cell->number >= 500)
            return w5_say_number(arena, (uint64_t)e->cell->number);
        if (w5_error_says(e, W5_BIT(UPSTREAM_5XX)))
            return W5_STR("500");
    }
    return timers * 2 > all ? W5_STR("504") : W5_STR("502");
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

typedef enum tale {
    ANSWERED, /* each by another server */
    GOING_ON,
    COUNTED, /* an access log tells those that did not fail, too */
    BY_LINES
} tale;

enum {
    TRANSLATE_SURE = 1 << 4,
    TRANSLATE_TITLE = 1 << 5,
    TRANSLATE_OVER = 1 << 6
};

/* %1$s a status, %2$s and %8$s from when to when, %3$s of %4$s: how many failed; %5$s how sure it
 * is that %6$s is the cause; %7$s whether it is over. */
/* clang-format off */
static const struct {
    w5_forms moment, span;
} tales[] = {
    [ANSWERED] = {NN_("A %1$s at %2$s, but the request was answered all the same (%4$s error). "
                      "%5$s: %6$s. %7$s",
                      "%1$ss at %2$s, but every request was answered all the same (%4$s errors). "
                      "%5$s: %6$s. %7$s"),
                  NN_("%1$ss from %2$s to %8$s, but every request was answered all the same (%4$s "
                      "error). %5$s: %6$s. %7$s",
                      "%1$ss from %2$s to %8$s, but every request was answered all the same (%4$s "
                      "errors). %5$s: %6$s. %7$s")},
    [GOING_ON] = {NN_("%1$ss since %2$s: %3$s of %4$s request failed. %5$s: %6$s. %7$s",
                      "%1$ss since %2$s: %3$s of %4$s requests failed. %5$s: %6$s. %7$s"),
                  NN_("%1$ss since %2$s: %3$s of %4$s request failed. %5$s: %6$s. %7$s",
                      "%1$ss since %2$s: %3$s of %4$s requests failed. %5$s: %6$s. %7$s")},
    [COUNTED] = {NN_("A %1$s at %2$s: %3$s of %4$s request failed. %5$s: %6$s. %7$s",
                     "%1$ss at %2$s: %3$s of %4$s requests failed. %5$s: %6$s. %7$s"),
                 NN_("%1$ss from %2$s to %8$s: %3$s of %4$s request failed. %5$s: %6$s. %7$s",
                     "%1$ss from %2$s to %8$s: %3$s of %4$s requests failed. %5$s: %6$s. %7$s")},
    [BY_LINES] = {NN_("A %1$s at %2$s: %4$s request failed. %5$s: %6$s. %7$s",
                      "%1$ss at %2$s: %4$s requests failed. %5$s: %6$s. %7$s"),
                  NN_("%1$ss from %2$s to %8$s: %4$s request failed. %5$s: %6$s. %7$s",
                      "%1$ss from %2$s to %8$s: %4$s requests failed. %5$s: %6$s. %7$s")},
};
/* clang-format on */

static tale which_tale(const w5_incident *in)
{
    if (!in->requests_failed)
        return ANSWERED;
    if (!in->statuses.n)
        return BY_LINES;
    return in->over == W5_OVER_NO ? GOING_ON : COUNTED;
}

static uint64_t count_of(const w5_incident *in, tale which)
{
    if (which == ANSWERED)
        return in->errors;
    return in->requests_failed + (which == BY_LINES ? 0 : in->answered);
}

w5_claim w5_verdict_of(const w5_judgement *j, w5_arena *arena)
{
    const w5_incident *in = j->c->incident;
    tale which = which_tale(in);
    uint64_t count = count_of(in, which);
    bool moment = in->start / W5_SECOND == in->end / W5_SECOND;
    w5_claim claim = W5_SAY_COUNT(
        count, moment ? tales[which].moment : tales[which].span, what_failed(j, arena),
        w5_known_clock(j->c->k, in->start, arena), w5_say_number(arena, in->requests_failed),
        w5_say_number(arena, count), how_sure(j->chosen->confidence), j->chosen->cause->title,
        is_it_over(in->over), w5_known_clock(j->c->k, in->end, arena));
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
    uint64_t errors = c->incident->errors;
    w5_str all = w5_say_number(arena, errors);
    if (!first || c->error[0].trouble)
        return 0;
    if (!lines_of(j, W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(SEND_TIMEOUT)))
        rule(&r,
             W5_SAY_COUNT(errors,
                          W5_FORMS("nginx's own timers: 0 of %1$s line.",
                                   "nginx's own timers: 0 of %1$s lines."),
                          all),
             first);
    if (!lines_of(j, W5_BIT(HEADER_TOO_BIG)))
        rule(&r,
             W5_SAY_COUNT(errors,
                          W5_FORMS("Buffers: 0 of %1$s line says that a header was too big.",
                                   "Buffers: 0 of %1$s lines say that a header was too big."),
                          all),
             first);
    if (!lines_of(j, W5_BIT(BACKLOG_FULL)) && lines_of(j, W5_ABSENT | W5_CLOSES))
        rule(&r,
             W5_SAY_COUNT(errors,
                          W5_FORMS("A full queue: 0 of %1$s line has errno 11.",
                                   "A full queue: 0 of %1$s lines have errno 11."),
                          all),
             first);
    rule_by_app_log(&r, first);
    if (w5_known_covers(c->k, W5_BY_KERNEL, c->from, c->to) == W5_COVER_FULL &&
        !any(c, W5_K_OOM_KILL))
        rule(&r, W5_SAY(N_("Memory: the kernel's log covers that time and has no kill.")), first);
    return r.n;
}
