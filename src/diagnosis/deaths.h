/* deaths.h -- which worker's death closed which request's connection, one to one. */
#ifndef W5_DIAGNOSIS_DEATHS_H
#define W5_DIAGNOSIS_DEATHS_H

#include "trial.h"

typedef struct w5_hunt { /* what is looked for, and what was found */
    const w5_case *c;
    w5_theory *t;
    uint32_t bits; /* errors that such a death can leave */
    bool (*fits)(const struct w5_hunt *h, const w5_worker *w, const w5_error *e);
    w5_time timer;                 /* of the death, 0 when it has none */
    bool default_timer;            /* nobody knows whether it was set to another */
    bool *used;                    /* by worker, from `low` */
    size_t low, high;              /* workers whose end can matter */
    const w5_worker *first, *last; /* of those joined */
    size_t joined;
} w5_hunt;

void w5_hunt_deaths(w5_hunt *h);
/* Deaths joined by time alone count only where chance does not explain them. */
void w5_hunt_promote(const w5_hunt *h, w5_kind kind);
/* A server of one process, such as Node.js, takes its listener with it: what is refused until it
 * is started again is the same death. */
void w5_hunt_falls(const w5_hunt *h);
/* Do this upstream's workers serve several requests at once (gthread, gevent, uvicorn)? */
bool w5_case_async(const w5_case *c, w5_str upstream);
bool w5_case_sync(const w5_case *c, w5_str upstream); /* known not to */

#endif
