/* live.h -- runs that do not end by themselves: -f, and pipes.
 *
 * Reads turn by turn; whenever something came, and when silence may have ended an incident, asks for
 * a diagnosis (at most a few times a second, and less often when that takes long) and tells what is
 * new. Ends at the end of all sources, at the first signal, or when nobody reads any more. */
#ifndef W5_CLI_LIVE_H
#define W5_CLI_LIVE_H

#include "deliverable.h"
#include "keeper.h"
#include "options.h"
#include "progress.h"
#include "setup.h"
#include "foot.h"
#include "told.h"

typedef struct live {
    const setup *setup;
    w5_engine *engine;
    deliverable *out;
    bool follow;      /* -f: news are told at once; else after a second of silence */
    bool json;        /* -f -o json: an object a line */
    bool lines;       /* news go to `out`, as text or as JSON */
    bool rewrites;    /* the file is written anew at each change */
    post *post;       /* commands and mails that are under way */
    progress *bar;    /* ends when news begin */
    foot foot;
    keeper *keeper;   /* NULL: nothing is remembered, no mail is sent */
    bool gone;        /* nobody reads any more */
    bool clocked;     /* it was ended while the sources went on: silence counts */
    bool ended;       /* it told that an incident is over, maybe by the clock alone */
    told_list *told;
    const w5_run *run; /* the last one */
} live;

/* W5_OK, or why what was told could not be written. */
w5_rc live_read(live *l, w5_err *err);

#endif
