/* shares.h -- requests and failures of each path on either side of a change (--compare).
 *
 * Only kept when a change is named: a path failed before it, and what matters is how often the same
 * path fails behind it, per request. A request belongs to the side on which it began. */
#ifndef W5_INCIDENT_SHARES_H
#define W5_INCIDENT_SHARES_H

#include "names.h"
#include "rows.h"
#include <why502/incident.h>

#define W5_SHARES_MAX 8192

typedef struct w5_share {
    uint64_t count;
    w5_id path;
    uint16_t status; /* of failures and of 499; 0: all that were answered */
    bool after;
} w5_share;

void w5_shares_init(w5_rows *t, w5_names *names);
/* An access line of nginx whose request ended at `at` after `duration` (-1: not told). */
void w5_shares_put(w5_rows *t, const w5_split *split, w5_time at, bool zoned, w5_str path,
                   unsigned status, int64_t duration, uint64_t n);

#endif
