/* remedies.h -- what to do about it, in the order that helps here. */
#ifndef W5_DIAGNOSIS_REMEDIES_H
#define W5_DIAGNOSIS_REMEDIES_H

#include "values.h"

typedef struct w5_draft { /* a piece of advice whose sentences still cite cells */
    w5_advice advice;
    w5_claim why, risk;
} w5_draft;

#define W5_DRAFTS_MAX 40

typedef struct w5_drafts {
    w5_draft at[W5_DRAFTS_MAX];
    size_t n;
} w5_drafts;

void w5_remedies_draft(const w5_judgement *j, w5_arena *arena, w5_drafts *drafts);

#endif
