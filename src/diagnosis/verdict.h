/* verdict.h -- the sentence that can be read aloud, and what was ruled out. */
#ifndef W5_DIAGNOSIS_VERDICT_H
#define W5_DIAGNOSIS_VERDICT_H

#include "judge.h"

w5_claim w5_verdict_of(const w5_judgement *j, w5_arena *arena);
/* What ended it, "" when it is not over or nothing tells. */
w5_str w5_verdict_over_by(const w5_judgement *j, w5_arena *arena);
/* At most W5_RULED_OUT_MAX; how many. */
#define W5_RULED_OUT_MAX 6
size_t w5_verdict_rule_out(const w5_judgement *j, w5_arena *arena, w5_claim ruled[]);

#endif
