/* progress.h -- how far a long run is, on one line of a terminal's standard error. */
#ifndef W5_CLI_PROGRESS_H
#define W5_CLI_PROGRESS_H

#include "options.h"

#include <why502/engine.h>

typedef struct progress {
    bool wanted, shown;
    unsigned width;
    w5_time began, next; /* on the monotonic clock */
    w5_progress last;
} progress;

/* W5_EINVAL: --progress is none of its words. Before the sandbox closes. */
w5_rc progress_begin(progress *p, const options *o, w5_err *err);
void progress_tell(progress *p, w5_engine *e);
void progress_end(progress *p); /* takes the line away, for good */
/* Of a run that was interrupted: how much of its logs it has read. */
void progress_cut(const w5_progress *how);

#endif
