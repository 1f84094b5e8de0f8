/* settle.h -- which log, not given, would settle the matter, and the command that fetches it. */
#ifndef W5_DIAGNOSIS_SETTLE_H
#define W5_DIAGNOSIS_SETTLE_H

#include "values.h"

typedef struct w5_open { /* a w5_settle whose sentence still cites cells */
    w5_settle settle;
    w5_claim why;
} w5_open;

/* At most W5_TOLD_BYS; how many. */
size_t w5_settle_find(const w5_judgement *j, w5_arena *arena, w5_open open[]);

#endif
