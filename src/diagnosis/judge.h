/* judge.h -- one incident, all theories: which is named, which belong to its chain, which lost. */
#ifndef W5_DIAGNOSIS_JUDGE_H
#define W5_DIAGNOSIS_JUDGE_H

#include "trial.h"

#define W5_CHAIN_MAX        6
#define W5_ALTERNATIVES_MAX 6

typedef struct w5_judgement {
    w5_case *c;
    w5_theory *chosen;              /* never NULL: `unknown` when nothing holds */
    w5_theory *chain[W5_CHAIN_MAX]; /* first in time first */
    size_t chains;
    w5_theory *alternative[W5_ALTERNATIVES_MAX]; /* best first */
    size_t alternatives;
    w5_theory *stranger; /* explains errors of this incident for a reason of its own, NULL */
} w5_judgement;

w5_judgement w5_judge(const w5_known *k, const w5_incident *incident, w5_arena *arena);
static inline bool w5_judged(const w5_judgement *j, const char *cause)
{
    return w5_str_eq(j->chosen->cause->id, w5_str_of(cause));
}
/* A theory of the chain (or the chosen one) by its cause; NULL when it is not there. */
const w5_theory *w5_judged_with(const w5_judgement *j, const char *cause);
/* Can one of the two lead to the other? */
bool w5_causes_linked(w5_str a, w5_str b);

#endif
