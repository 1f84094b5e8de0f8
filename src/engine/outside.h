/* outside.h -- how many lines lie outside the times asked for (--since, --until).
 *
 * What a stamp without a zone means is only known at the end. Zones differ by quarters of an hour:
 * so lines are counted by the quarter hour, from the limit on, in which their stamp lies, and once
 * the zone is known the sum is exact. (A clock that is a few seconds off is taken at its word.) */
#ifndef W5_ENGINE_OUTSIDE_H
#define W5_ENGINE_OUTSIDE_H

#include <why502/record.h>

typedef struct w5_outside {
    w5_time since, until; /* W5_TIME_NONE: open */
    struct w5_limits *of; /* by stream */
    size_t streams;
} w5_outside;

void w5_outside_done(w5_outside *o);
static inline bool w5_outside_asked(const w5_outside *o)
{
    return o->since != W5_TIME_NONE || o->until != W5_TIME_NONE;
}
/* Counts the record's lines; one without a stamp is where the one before it was. */
void w5_outside_see(w5_outside *o, const w5_record *r);
/* Adds what a piece of the same sources counted, and forgets it there. */
void w5_outside_merge(w5_outside *o, w5_outside *from);
/* Lines of the stream, whose clock is settled. */
uint64_t w5_outside_lines(const w5_outside *o, const w5_stream *s);

#endif
