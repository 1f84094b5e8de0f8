/* clocks.h -- does the time of a log go on, or has it jumped back?
 *
 * Which lines are of one request is known from what came shortly before. Where time jumps back
 * (logs put together in the wrong order, an hour told twice in autumn) that is over: from there
 * nothing that was seen is of use, and a chunk of such a log cannot be read without what stands
 * before it. */
#ifndef W5_INCIDENT_CLOCKS_H
#define W5_INCIDENT_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <why502/base/time.h>

#define W5_CLOCKS      64
#define W5_CLOCK_REACH (2 * W5_SECOND) /* lines of several writers may be so far out of order */

typedef struct w5_log_clock {
    uint64_t whose; /* 0: free; the last writer that came to this place has it */
    w5_time oldest, newest;
} w5_log_clock;

typedef struct w5_clocks {
    w5_log_clock at[W5_CLOCKS];
    bool jumped; /* one of them, ever */
} w5_clocks;

/* True: the time of this log has jumped back. */
bool w5_clocks_see(w5_clocks *c, uint64_t whose, w5_time at);
/* Does time go on in the lines of `later` where those of `c` ended, without a jump anywhere? */
bool w5_clocks_go_on(const w5_clocks *c, const w5_clocks *later);
void w5_clocks_merge(w5_clocks *c, const w5_clocks *later);

#endif
