/* access.h -- what an access log line says: did the upstream itself answer 5xx?
 *
 * nginx writes 502 and 504 of its own making into the same fields. Those have a line in the error
 * log; here only what the upstream sent counts (nginx fact sheet, section 4: header_time tells them
 * apart). */
#ifndef W5_EVENT_ACCESS_H
#define W5_EVENT_ACCESS_H

#include <why502/record.h>

typedef enum w5_access {
    W5_ACCESS_NO,
    W5_ACCESS_NGINX,
    W5_ACCESS_ALB,
    W5_ACCESS_OTHER
} w5_access;

w5_access w5_access_kind(w5_str format);
/* The 5xx that the upstream itself sent as the last answer of this request; 0 when it did not. */
unsigned w5_access_upstream_status(w5_access kind, const w5_record *r);

#endif
