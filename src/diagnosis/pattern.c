#include "pattern.h"

enum {
    REFUSALS = 5
};

/* An application that died cut the request it was at: that close begins a cascade. */
static bool cut_by_death(const w5_theory *t, const w5_error *e)
{
    const w5_outage *o = t->anchor;
    return w5_str_eq(t->cause->id, W5_STR("app-down")) && o && o->fate == W5_FATE_DIED &&
           w5_error_says(e, W5_BIT(PREMATURE_CLOSE));
}

/* The moment in which a listener closes resets those who wait in its queue: part of the stop, not
 * the close of a cascade, which comes from a worker that died. */
static bool is_the_stop_itself(const w5_judgement *j, size_t i)
{
    static const char *const stops[] = {"deploy-restart", "boot-failure", "app-down",
                                        "stale-address", "host-reboot"};
    bool stop = false;
    for (size_t t = 0; t < j->c->theories; t++) {
        const w5_theory *theory = &j->c->theory[t];
        bool of_stop = false;
        if (!theory->join || theory->join[i] < W5_JOIN_ADDRESS)
            continue;
        for (size_t n = 0; n < sizeof(stops) / sizeof(*stops); n++)
            of_stop = of_stop || w5_str_eq(theory->cause->id, w5_str_of(stops[n]));
        if (!of_stop || cut_by_death(theory, &j->c->error[i]))
            return false;
        stop = true;
    }
    return stop;
}

static const w5_error *first_refusal(const w5_case *c)
{
    for (size_t i = 0; i < c->errors; i++)
        if (w5_error_says(&c->error[i], W5_BIT(REFUSED)))
            return &c->error[i];
    return NULL;
}

static bool begins_cascade(const w5_judgement *j, size_t i, const w5_error *refusal)
{
    const w5_error *e = &j->c->error[i];
    if (e->cell->upstream != refusal->cell->upstream || is_the_stop_itself(j, i))
        return false;
    /* resets of the second in which refusals begin are those of the closing listener's queue */
    return w5_error_says(e, W5_BIT(PREMATURE_CLOSE)) ||
           (w5_error_says(e, W5_BIT(RESET)) && e->cell->at + W5_SECOND < refusal->cell->at);
}

/* At least one close or reset, then at least five refusals on the same upstream, none refused
 * before. */
static bool is_cascade(const w5_judgement *j)
{
    const w5_case *c = j->c;
    const w5_error *refusal = first_refusal(c);
    uint64_t refused = 0;
    bool closed = false;
    for (size_t i = 0; refusal && i < c->errors; i++) {
        const w5_error *e = &c->error[i];
        closed = closed || (e < refusal && begins_cascade(j, i, refusal));
        if (w5_error_says(e, W5_BIT(REFUSED)) && e->cell->upstream == refusal->cell->upstream)
            refused += e->cell->count;
    }
    return closed && refused >= REFUSALS;
}

w5_str w5_pattern_of(const w5_judgement *j)
{
    uint64_t closed = 0, refused = 0;
    w5_id path;
    const w5_cell *reload;
    for (size_t i = 0; i < j->c->errors; i++) {
        const w5_error *e = &j->c->error[i];
        closed += w5_error_says(e, W5_BIT(PREMATURE_CLOSE)) ? e->cell->count : 0;
        refused += w5_error_says(e, W5_BIT(REFUSED)) ? e->cell->count : 0;
    }
    if (is_cascade(j))
        return W5_STR("cascade");
    if (closed + refused > 0 && w5_case_recurs(j->c, &path, &reload))
        return W5_STR("recurring-light-load");
    if (refused && refused >= closed)
        return W5_STR("connection-refused");
    return closed ? W5_STR("premature-close") : W5_NONE;
}
