/* score.h -- all arithmetic of the diagnosis: from joins to scores, from scores to words. */
#ifndef W5_DIAGNOSIS_SCORE_H
#define W5_DIAGNOSIS_SCORE_H

#include "case.h"

/* Fills explained, structural, score, confidence and first of a theory, by itself. */
void w5_score_theory(const w5_case *c, w5_theory *t);
/* What a theory is worth when one has to be named: failed requests explained, by how sure and how
 * deep. */
double w5_score_worth(const w5_theory *t);
/* The named one's confidence, given what it and the rest of its chain explain of the incident. */
void w5_score_chosen(const w5_case *c, w5_theory *t, double covered);
/* Do two theories explain the same errors at the same depth, about equally well? */
bool w5_score_rivals(const w5_case *c, const w5_theory *a, const w5_theory *b);
/* Share of a's errors that b explains too. */
double w5_score_overlap(const w5_case *c, const w5_theory *a, const w5_theory *b);
uint64_t w5_score_requests(const w5_case *c, double weight);

/* P(Bin(n, p) >= k) */
double w5_binomial_tail(uint64_t n, double p, uint64_t k);

/* Is it chance that events of another source stand near errors (spec §5.2)? */
typedef struct w5_coincidence {
    uint64_t events,
        inside; /* of the other source; of them in a causal window of an error cluster */
    uint64_t clusters, hit; /* of errors; with an event in their window */
    double share;           /* of the source's time that the windows cover */
} w5_coincidence;
bool w5_nearer_than_chance(const w5_coincidence *what);
/* Counts it: events reach from `before` ahead of an error to `after` behind it. */
w5_coincidence w5_coincide(const w5_case *c, const w5_cell *const *event, size_t n, w5_time before,
                           w5_time after);

#endif
