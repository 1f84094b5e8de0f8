/* databases.h -- when the database could not be reached, by its own lines and the kernel's. */
#ifndef W5_DIAGNOSIS_DATABASES_H
#define W5_DIAGNOSIS_DATABASES_H

#include "known.h"

typedef struct w5_db_outage {
    w5_time from, to; /* to: W5_TIME_MAX while it is down */
    const w5_cell *begin, *end, *oom, *disk;
    bool crashed; /* no orderly stop */
} w5_db_outage;

typedef struct w5_db_lives {
    w5_db_outage *outage; /* by begin */
    size_t outages;
} w5_db_lives;

w5_db_lives *w5_db_lives_new(const w5_known *k);

#endif
