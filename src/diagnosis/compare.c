/* compare.c -- did the change help? Failures per request on the same paths before and after it.
 *
 * Failures are counted by cluster (what is at most 2 s apart has one occasion), requests are what
 * they come out of. Of k0 + k1 clusters in n0 + n1 requests each would, had nothing changed, lie
 * behind the change with the probability n1 / (n0 + n1), whatever their rate: the exact test of two
 * Poisson rates (Przyborowski and Wilenski, Biometrika 31, 1940). With none behind it the chance is
 * (n0 / (n0 + n1))^k0; solved for n1 that says how many requests it takes, and for large k0 it is
 * the rule of three: 3 / p requests without a failure rule out a rate of p. */
#include "score.h"
#include "sentence.h"

const w5_str w5_outcome_word[] = {
    [W5_NOTHING_BEFORE] = W5_LIT("nothing-before"),
    [W5_CURED] = W5_LIT("cured"),
    [W5_NOT_YET] = W5_LIT("not-provable-yet"),
    [W5_MOVED] = W5_LIT("moved"),
    [W5_BETTER] = W5_LIT("better"),
    [W5_WORSE] = W5_LIT("worse"),
    [W5_UNCHANGED] = W5_LIT("unchanged"),
};

static const double doubt = 0.05;

typedef struct rates { /* clusters k in n requests or seconds, before and after */
    double n[2];
    uint64_t k[2];
} rates;

static double chance_of_fewer(const rates *r)
{
    return w5_binomial_tail(r->k[0] + r->k[1], r->n[0] / (r->n[0] + r->n[1]), r->k[0]);
}

static double chance_of_more(const rates *r)
{
    return w5_binomial_tail(r->k[0] + r->k[1], r->n[1] / (r->n[0] + r->n[1]), r->k[1]);
}

static double power(double x, uint64_t k)
{
    double value = 1;
    for (; k > 0; k >>= 1) {
        if (k & 1)
            value *= x;
        x *= x;
    }
    return value;
}

/* The least n with (n0 / (n0 + n))^k0 <= doubt; one cluster takes 19 times n0. */
static uint64_t still_needed(const rates *r)
{
    uint64_t low = 0, high = (uint64_t)(r->n[0] / doubt) + 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (power(r->n[0] / (r->n[0] + (double)middle), r->k[0]) <= doubt)
            high = middle;
        else
            low = middle + 1;
    }
    return (double)low > r->n[1] ? low - (uint64_t)r->n[1] : 0;
}

static w5_outcome judge(const rates *r, double *chance, uint64_t *needed)
{
    *chance = 1;
    *needed = 0;
    if (r->k[0] == 0)
        return W5_NOTHING_BEFORE;
    *chance = chance_of_fewer(r);
    if (r->k[1] == 0) {
        *needed = still_needed(r);
        return *needed == 0 ? W5_CURED : W5_NOT_YET;
    }
    if (*chance <= doubt)
        return W5_BETTER;
    *chance = chance_of_more(r);
    return *chance <= doubt ? W5_WORSE : W5_UNCHANGED;
}

static double exposure(const w5_halves *h, const w5_half *half)
{
    w5_time seconds = half->covered / W5_SECOND;
    return h->by_request ? (double)half->requests : (double)seconds;
}

static rates rates_of(const w5_halves *h)
{
    return (rates){
        .n = {exposure(h,  &h->before), exposure(h, &h->after)},
        .k = {h->before.clusters, h->after.clusters           }
    };
}

/* --- from one status to another -------------------------------------------------------------- */
static uint64_t count_of(const w5_half *half, w5_str status)
{
    for (size_t i = 0; i < half->statuses.n; i++)
        if (w5_str_eq(half->statuses.at[i].name, status))
            return half->statuses.at[i].count;
    return 0;
}

/* A status has its share of the clusters. */
static uint64_t clusters_of(const w5_half *half, w5_str status)
{
    uint64_t n = count_of(half, status);
    if (n == 0 || half->failed == 0)
        return n;
    double share = (double)half->clusters * (double)n / (double)half->failed;
    return share < 1 ? 1 : (uint64_t)share;
}

static rates rates_of_status(const w5_halves *h, w5_str status)
{
    rates r = rates_of(h);
    r.k[0] = clusters_of(&h->before, status);
    r.k[1] = clusters_of(&h->after, status);
    return r;
}

/* One status became rare and another one common: clients no longer wait for the same thing. */
static bool has_moved(w5_comparison *c)
{
    const w5_halves *h = c->halves;
    for (size_t i = 0; i < h->before.statuses.n && c->from.len == 0; i++) {
        rates r = rates_of_status(h, h->before.statuses.at[i].name);
        if (chance_of_fewer(&r) <= doubt)
            c->from = h->before.statuses.at[i].name;
    }
    for (size_t i = 0; i < h->after.statuses.n && c->to.len == 0; i++) {
        rates r = rates_of_status(h, h->after.statuses.at[i].name);
        if (chance_of_more(&r) <= doubt)
            c->to = h->after.statuses.at[i].name;
    }
    return c->from.len > 0 && c->to.len > 0;
}

/* --- in words -------------------------------------------------------------------------------- */
static w5_str percent(double share, w5_arena *arena)
{
    if (share < 0.001)
        return W5_STR("< 0.1 %");
    return w5_arena_fmt(arena, "%.*f %%", share < 0.0995 ? 1 : 0, 100 * share);
}

static w5_str span(w5_time seconds, w5_arena *arena)
{
    if (seconds < 120)
        return w5_arena_fmt(arena, "%jd s", (intmax_t)seconds);
    if (seconds < 7200)
        return w5_arena_fmt(arena, "%jd min", (intmax_t)(seconds / 60));
    return w5_arena_fmt(arena, "%jd h", (intmax_t)(seconds / 3600));
}

static w5_str amount(const w5_halves *h, double n, w5_arena *arena)
{
    return h->by_request ? w5_say_number(arena, (uint64_t)n) : span((w5_time)n, arena);
}

/* By request, by time. %1$s requests or time since the change, of which %2$s failed; %3$s before
 * it, of which %4$s; %5$s chance; %6$s still needed; %7$s and %8$s statuses. */
/* clang-format off */
static const w5_forms words[][2] = {
    [W5_NOTHING_BEFORE] = {
        {N_("Nothing to compare: no request failed before the change."), NULL},
        {N_("Nothing to compare: no request failed before the change."), NULL}},
    [W5_CURED] = {
        NN_("Cured: of %1$s request since the change none failed; before it %4$s of %3$s on the "
            "same paths did. Had nothing changed, the chance of that would be %5$s.",
            "Cured: of %1$s requests since the change none failed; before it %4$s of %3$s on the "
            "same paths did. Had nothing changed, the chance of that would be %5$s."),
        NN_("Cured: in %1$s since the change nothing failed; in %3$s before it %4$s request did. "
            "Had nothing changed, the chance of that would be %5$s.",
            "Cured: in %1$s since the change nothing failed; in %3$s before it %4$s requests did. "
            "Had nothing changed, the chance of that would be %5$s.")},
    [W5_NOT_YET] = {
        NN_("Not provable yet: of %1$s request since the change none failed; before it %4$s of "
            "%3$s on the same paths did. To rule out chance (95 in 100) it takes %6$s more without "
            "a failure.",
            "Not provable yet: of %1$s requests since the change none failed; before it %4$s of "
            "%3$s on the same paths did. To rule out chance (95 in 100) it takes %6$s more without "
            "a failure."),
        NN_("Not provable yet: in %1$s since the change nothing failed; in %3$s before it %4$s "
            "request did. To rule out chance (95 in 100) it takes %6$s more without a failure.",
            "Not provable yet: in %1$s since the change nothing failed; in %3$s before it %4$s "
            "requests did. To rule out chance (95 in 100) it takes %6$s more without a failure.")},
    [W5_MOVED] = {
        NN_("Moved from %7$s to %8$s: of %1$s request since the change %2$s failed; before it "
            "%4$s of %3$s on the same paths did.",
            "Moved from %7$s to %8$s: of %1$s requests since the change %2$s failed; before it "
            "%4$s of %3$s on the same paths did."),
        NN_("Moved from %7$s to %8$s: in %1$s since the change %2$s request failed; in %3$s before "
            "it %4$s did.",
            "Moved from %7$s to %8$s: in %1$s since the change %2$s requests failed; in %3$s "
            "before it %4$s did.")},
    [W5_BETTER] = {
        NN_("Better, not cured: of %1$s request since the change %2$s failed; before it %4$s of "
            "%3$s on the same paths did.",
            "Better, not cured: of %1$s requests since the change %2$s failed; before it %4$s of "
            "%3$s on the same paths did."),
        NN_("Better, not cured: in %1$s since the change %2$s request failed; in %3$s before it "
            "%4$s did.",
            "Better, not cured: in %1$s since the change %2$s requests failed; in %3$s before it "
            "%4$s did.")},
    [W5_WORSE] = {
        NN_("Worse: of %1$s request since the change %2$s failed; before it %4$s of %3$s on the "
            "same paths did.",
            "Worse: of %1$s requests since the change %2$s failed; before it %4$s of %3$s on the "
            "same paths did."),
        NN_("Worse: in %1$s since the change %2$s request failed; in %3$s before it %4$s did.",
            "Worse: in %1$s since the change %2$s requests failed; in %3$s before it %4$s did.")},
    [W5_UNCHANGED] = {
        NN_("No difference can be shown: of %1$s request since the change %2$s failed; before it "
            "%4$s of %3$s on the same paths did.",
            "No difference can be shown: of %1$s requests since the change %2$s failed; before it "
            "%4$s of %3$s on the same paths did."),
        NN_("No difference can be shown: in %1$s since the change %2$s request failed; in %3$s "
            "before it %4$s did.",
            "No difference can be shown: in %1$s since the change %2$s requests failed; in %3$s "
            "before it %4$s did.")},
};
/* clang-format on */

/* The number that stands before "requests" in those words. */
static uint64_t counted(const w5_comparison *c)
{
    const w5_halves *h = c->halves;
    if (h->by_request)
        return (uint64_t)exposure(h, &h->after);
    return c->outcome == W5_CURED || c->outcome == W5_NOT_YET ? h->before.failed : h->after.failed;
}

static w5_claim verdict(const w5_comparison *c, w5_arena *arena)
{
    const w5_halves *h = c->halves;
    return W5_SAY_COUNT(
        counted(c), words[c->outcome][h->by_request ? 0 : 1],
        amount(h, exposure(h, &h->after), arena), w5_say_number(arena, h->after.failed),
        amount(h, exposure(h, &h->before), arena), w5_say_number(arena, h->before.failed),
        percent(c->chance, arena), amount(h, (double)c->needed, arena), c->from, c->to);
}

static void say(w5_comparison *c, w5_arena *arena)
{
    const w5_halves *h = c->halves;
    size_t n = 0;
    w5_claim claim = verdict(c, arena);
    c->said[n++] = w5_claim_keep(&claim, arena);
    if (c->outcome != W5_NOTHING_BEFORE &&
        (h->before.clusters < h->before.failed || h->after.clusters < h->after.failed)) {
        claim = W5_SAY(
            N_("Failures at most 2 s apart have one occasion: %1$s before the change, %2$s since "
               "then."),
            w5_say_number(arena, h->before.clusters), w5_say_number(arena, h->after.clusters));
        c->said[n++] = w5_claim_keep(&claim, arena);
    }
    if (h->elsewhere > 0) {
        claim = W5_SAY(N_("On paths that did not fail before, %1$s failed since the change."),
                       w5_say_number(arena, h->elsewhere));
        c->said[n++] = w5_claim_keep(&claim, arena);
    }
    if (!h->by_request) {
        claim = W5_SAY(N_("No access log counts the requests: time stands in for them."));
        c->said[n++] = w5_claim_keep(&claim, arena);
    }
}

/* --- the whole ------------------------------------------------------------------------------- */
/* How a path's failures cluster is not kept: they are taken to do as those of all paths do. */
static uint64_t share_of(const w5_half *own, const w5_half *all)
{
    if (own->failed == 0 || all->failed == 0)
        return 0;
    double share = (double)own->failed * (double)all->clusters / (double)all->failed;
    return share < 1 ? 1 : (uint64_t)share;
}

static void judge_paths(w5_comparison *c, w5_arena *arena)
{
    const w5_halves *h = c->halves;
    w5_path_outcome *path = W5_NEW_N(arena, w5_path_outcome, h->paths);
    for (size_t i = 0; i < h->paths; i++) {
        const w5_path_halves *p = &h->path[i];
        rates r = {
            .n = {(double)p->before.requests, (double)p->after.requests},
            .k = { share_of(&p->before, &h->before),                       share_of(&p->after, &h->after)}
        };
        double chance;
        path[i].outcome = judge(&r, &chance, &path[i].needed);
    }
    c->path = path;
}

const w5_comparison *w5_compare(const w5_timeline *t, w5_time at, w5_arena *arena)
{
    w5_comparison *c = W5_NEW(arena, w5_comparison);
    c->halves = w5_halves_build(t, at, arena);
    rates r = rates_of(c->halves);
    c->outcome = judge(&r, &c->chance, &c->needed);
    bool fails_still = c->outcome == W5_UNCHANGED || c->outcome == W5_WORSE;
    if (fails_still && has_moved(c))
        c->outcome = W5_MOVED;
    judge_paths(c, arena);
    say(c, arena);
    return c;
}
