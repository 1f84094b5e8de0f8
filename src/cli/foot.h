/* foot.h -- the line that stays at the foot of a terminal while logs are read live.
 *
 * It stands on standard error, its cursor at its beginning, so that whatever comes next overwrites it.
 * Lines that are told take it away first. */
#ifndef W5_CLI_FOOT_H
#define W5_CLI_FOOT_H

#include "setup.h"

typedef struct foot {
    const setup *setup; /* NULL: there is none */
    bool shown;
    w5_time next; /* on the monotonic clock */
    w5_out *text, *last;
} foot;

/* None when what is told goes into a pipe, and with --progress never. Before the sandbox closes. */
void foot_begin(foot *f, const options *o, const setup *set_up);
/* At most once a second, and not when it says what it said; `run` may be NULL. */
void foot_draw(foot *f, const w5_run *run);
void foot_clear(foot *f);
void foot_end(foot *f);

#endif
