/* score.c -- joins into scores, scores into words.
 *
 * The strength of a theory is the mean strength of its joins, weighted by the failed requests they
 * explain, less what speaks against it. "Proven" is not a number but a property: structural joins
 * over at least 80 % of the failed requests, nothing against, no missing log that could speak
 * against. */
#include "score.h"

static const double strength[] = {
    [W5_JOIN_NONE] = 0,        [W5_JOIN_GUESS] = 0.2,    [W5_JOIN_TIME] = 0.4,
    [W5_JOIN_PATH] = 0.7,      [W5_JOIN_ADDRESS] = 0.93, [W5_JOIN_REQUEST] = 0.94,
    [W5_JOIN_INTERVAL] = 0.95, [W5_JOIN_PID] = 0.98,     [W5_JOIN_LINE] = 0.99,
};

static const double sureness[] = {
    [W5_UNKNOWN] = 0, [W5_POSSIBLE] = 0.4, [W5_LIKELY] = 0.8, [W5_PROVEN] = 1};
/* What stands behind explains more than what is seen. */
static const double depth[] = {0.8, 1.0, 1.25};

static const double PROVEN_SHARE = 0.8, LIKELY_SCORE = 0.55, POSSIBLE_SCORE = 0.1;
static const double LIKELY_MOST = 0.85, POSSIBLE_MOST = 0.5, RIVAL = 0.15;

static double at_most(w5_confidence confidence, double score)
{
    if (confidence == W5_LIKELY && score > LIKELY_MOST)
        return LIKELY_MOST;
    if (confidence == W5_POSSIBLE && score > POSSIBLE_MOST)
        return POSSIBLE_MOST;
    return score;
}

static void settle(w5_theory *t, w5_confidence confidence)
{
    t->confidence = confidence > t->ceiling ? t->ceiling : confidence;
    t->score = at_most(t->confidence, t->score);
}

void w5_score_theory(const w5_case *c, w5_theory *t)
{
    double sum = 0;
    t->explained = t->structural = 0;
    t->first = W5_TIME_MAX;
    for (size_t i = 0; t->join && i < c->errors; i++) {
        double weight = t->join[i] ? c->error[i].weight : 0;
        t->explained += weight;
        sum += weight * strength[t->join[i]];
        if (t->join[i] >= W5_JOIN_ADDRESS)
            t->structural += weight;
        if (t->join[i] && c->error[i].cell->at < t->first)
            t->first = c->error[i].cell->at;
    }
    if (t->explained <= 0)
        return;
    t->score = sum / t->explained * (1 - t->doubt);
    if (t->structural >= PROVEN_SHARE * t->explained && t->doubt <= 0)
        settle(t, W5_PROVEN);
    else if (t->score >= LIKELY_SCORE)
        settle(t, W5_LIKELY);
    else
        settle(t, t->score >= POSSIBLE_SCORE ? W5_POSSIBLE : W5_UNKNOWN);
}

double w5_score_worth(const w5_theory *t)
{
    return t->explained * sureness[t->confidence] * depth[t->layer];
}

void w5_score_chosen(const w5_case *c, w5_theory *t, double covered)
{
    double share = c->weight > 0 ? covered / c->weight : 0;
    t->score *= 0.6 + 0.4 * share;
    if ((share < PROVEN_SHARE || t->asks) && t->confidence == W5_PROVEN)
        settle(t, W5_LIKELY);
    if (share < 0.3 && t->confidence == W5_LIKELY)
        settle(t, W5_POSSIBLE);
}

double w5_score_overlap(const w5_case *c, const w5_theory *a, const w5_theory *b)
{
    double both = 0;
    for (size_t i = 0; a->join && b->join && i < c->errors; i++)
        if (a->join[i] && b->join[i])
            both += c->error[i].weight;
    return a->explained > 0 ? both / a->explained : 0;
}

bool w5_score_rivals(const w5_case *c, const w5_theory *a, const w5_theory *b)
{
    double gap = a->score > b->score ? a->score - b->score : b->score - a->score;
    return a->layer == b->layer && gap < RIVAL && w5_score_overlap(c, a, b) >= 0.5;
}

uint64_t w5_score_requests(const w5_case *c, double weight)
{
    double share = c->weight > 0 ? weight / c->weight : 0;
    return (uint64_t)(share * (double)c->incident->requests_failed + 0.5);
}

/* C(n,k) p^k (1-p)^(n-k), its factors taken in an order that keeps the product within bounds. */
static double binomial_term(uint64_t n, double p, uint64_t k)
{
    double value = 1;
    uint64_t rest = n - k;
    for (uint64_t i = 1; i <= k || rest; i++) {
        if (i <= k)
            value *= (double)(n - k + i) / (double)i * p;
        for (; rest && (value > 1 || i > k); rest--)
            value *= 1 - p;
        if (value <= 0)
            return 0;
    }
    return value;
}

/* The sum of the terms from k to n, each from the one before it. Up to the mean the tail is about a
 * half or more: that is no rare thing, and its exact value is of no interest. */
double w5_binomial_tail(uint64_t n, double p, uint64_t k)
{
    if (k == 0 || p >= 1 || (double)k <= (double)n * p)
        return 1;
    if (k > n || p <= 0)
        return 0;
    double value = binomial_term(n, p, k), sum = 0;
    for (uint64_t i = k; i <= n && value > sum * 1e-12; i++) {
        sum += value;
        value *= (double)(n - i) / (double)(i + 1) * p / (1 - p);
    }
    return sum < 1 ? sum : 1;
}

/* Some dozen kinds of event are held against the errors; by chance alone one of them would fit. */
enum {
    KINDS_TESTED = 12
};

bool w5_nearer_than_chance(const w5_coincidence *w)
{
    if (w->events == 0 || w->clusters == 0 || w->share <= 0 || w->share > 0.2)
        return false;
    double inside = (double)w->inside / w->share;
    double outside = (double)(w->events - w->inside) / (1 - w->share);
    return 2 * w->hit >= w->clusters && inside >= 5 * outside &&
           w5_binomial_tail(w->events, w->share, w->inside) <= 0.001 / KINDS_TESTED;
}

typedef struct span_walk {
    w5_time from, to; /* the window that is being grown */
    w5_time covered;
} span_walk;

static size_t lower_bound(const w5_cell *const *event, size_t n, w5_time at)
{
    size_t low = 0;
    while (low < n) {
        size_t mid = low + (n - low) / 2;
        if (event[mid]->at < at)
            low = mid + 1;
        else
            n = mid;
    }
    return low;
}

static bool any_inside(const w5_cell *const *event, size_t n, w5_time from, w5_time to,
                       uint64_t *inside)
{
    size_t hits = lower_bound(event, n, to + 1) - lower_bound(event, n, from);
    *inside += hits;
    return hits > 0;
}

static void close_window(w5_coincidence *w, span_walk *walk, const w5_cell *const *event, size_t n)
{
    if (walk->from == W5_TIME_NONE)
        return;
    walk->covered += walk->to - walk->from;
    w->clusters++;
    if (any_inside(event, n, walk->from, walk->to, &w->inside))
        w->hit++;
}

w5_coincidence w5_coincide(const w5_case *c, const w5_cell *const *event, size_t n, w5_time before,
                           w5_time after)
{
    w5_coincidence w = {.events = n};
    span_walk walk = {.from = W5_TIME_NONE};
    w5_time from = W5_TIME_MAX, to = W5_TIME_NONE;
    for (size_t i = 0; i < n;
         i++) { /* the source's time, as far as it is known to have been watched */
        if (i && event[i]->lane == event[i - 1]->lane)
            continue;
        w5_span span = w5_known_span(c->k, event[i]->lane);
        from = span.from != W5_TIME_NONE && span.from < from ? span.from : from;
        to = span.to > to ? span.to : to;
    }
    for (size_t i = 0; i < c->errors; i++) {
        w5_time at = c->error[i].cell->at;
        if (walk.from != W5_TIME_NONE && at - before <= walk.to + 2 * W5_SECOND) {
            walk.to = at + after > walk.to ? at + after : walk.to;
            continue;
        }
        close_window(&w, &walk, event, n);
        walk.from = at - before;
        walk.to = at + after;
    }
    close_window(&w, &walk, event, n);
    w5_time watched = to > from ? to - from : 0;
    w.share = watched > walk.covered ? (double)walk.covered / (double)watched : 1;
    return w;
}
