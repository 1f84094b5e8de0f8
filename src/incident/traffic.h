/* traffic.h -- tables beside the cells: what an access log saw finish, what it says of each path,
 * and the paths and classes of upstream errors whose cells have lost theirs. */
#ifndef W5_INCIDENT_TRAFFIC_H
#define W5_INCIDENT_TRAFFIC_H

#include "names.h"
#include "rows.h"
#include <why502/incident.h>

#define W5_REQUESTS_MAX 4096

typedef struct w5_request { /* errors by path, where cells do not tell */
    w5_time at, until;
    uint64_t count;
    w5_id upstream, host, method, path;
    uint16_t lane;
} w5_request;

typedef struct w5_mix { /* errors by class and code, where cells do not tell */
    w5_time at, until;
    uint64_t count;
    w5_id upstream, host, code;
    uint16_t klass, lane;
} w5_mix;
#define W5_MIXES_MAX 32768

/* `names` is where new, shorter paths go to. */
void w5_traffic_init(w5_rows *t, w5_names *names);
void w5_paths_init(w5_rows *t, w5_names *names);
void w5_requests_init(w5_rows *t, w5_names *names);
void w5_mixes_init(w5_rows *t, w5_names *names);

/* Seconds that a row of requests covers. */
uint32_t w5_requests_span(const w5_rows *t);
uint32_t w5_mixes_span(const w5_rows *t);
/* A path with less detail: 1 digits, 2 two segments, 3 one segment, 4 "(other)"; 0 as it is. */
w5_id w5_path_general(w5_names *names, w5_id path, unsigned level);
/* Did the client get what it asked for? 009 is HTTP/0.9 passed on (facts: nginx §0.8). */
static inline bool w5_status_failed(unsigned status)
{
    return status >= 500 || status == 9;
}

#endif
