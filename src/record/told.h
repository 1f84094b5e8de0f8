/* told.h -- logs that this run has not read itself: our own events tell of them.
 *
 * Such a log is known by the host that read it and by the name it has there, whatever file or pipe
 * its events come by. Its accounts are what the coverage records of its parts say; a coverage
 * record that comes again counts once. Bounded: what is beyond shares the last log's place. */
#ifndef W5_RECORD_TOLD_H
#define W5_RECORD_TOLD_H

#include <why502/record.h>

#define W5_TOLD_MAX  16384  /* logs */
#define W5_COVER_MAX 262144 /* coverage records told apart */

typedef struct w5_told w5_told; /* a stage's; made on first use */
void w5_told_free(w5_told *t);

/* The log of this name on this host. `by` is any stream of the stage: the one its event stands in.
 */
w5_stream *w5_told_stream(w5_stream *by, w5_str host, w5_str name);

/* What one reader of a part of a log says at its end. */
typedef struct w5_coverage {
    w5_str id, format;
    w5_time first, last; /* as stamps of the log stand */
    bool zoned;          /* they are UTC */
    int zone;            /* seconds east; INT_MIN: not told */
    uint64_t lines, understood, not_understood, cut, forged, events;
} w5_coverage;
void w5_told_cover(w5_stream *told, const w5_coverage *c);
/* Nothing comes from this host, and why. */
void w5_told_lost(w5_stream *by, w5_str host, w5_str why);

#endif
