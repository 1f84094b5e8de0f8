/* census.h -- the lines that speak of masters and workers, read in log order into lives. */
#ifndef W5_DIAGNOSIS_CENSUS_H
#define W5_DIAGNOSIS_CENSUS_H

#include "lives.h"

typedef struct w5_census {
    const w5_known *k;
    w5_lives *lives;
    w5_arena *scratch;
    size_t master_room, worker_room;
    uint32_t *latest; /* pid, hashed -> 1 + index of the worker that bore it last */
} w5_census;

void w5_census_read(w5_census *c);
/* The worker that bore this pid at an instant, NULL when none is known. */
w5_worker *w5_census_worker(const w5_census *c, uint32_t pid, const w5_cell *cell);

#endif
