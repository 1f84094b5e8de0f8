/* memory.h -- a run that goes on where the last one ended (--state, --cron).
 *
 * Enters what the state knows: where each file was left, the last hours' records, what was told.
 * Leaves the state for the next one, saved only after the report is out: a crash repeats a report at
 * worst. */
#ifndef W5_CLI_MEMORY_H
#define W5_CLI_MEMORY_H

#include "options.h"
#include "setup.h"
#include "told.h"

typedef struct memory {
    w5_state *state;
    const char *path;
    w5_engine *engine;
    w5_arena *arena;  /* of the setup */
    w5_arena *answer; /* of the last memory_count */
    char *line;       /* scratch of memory_keep */
    size_t room;
    told_list told;   /* as the state knows it: what the next save writes */
    bool reading, follows;
    size_t sources; /* given, without those that were rotated */
    const w5_counter *was, *recalled; /* as saved by the last run; of the records recalled */
    size_t was_n, recalled_n;
    w5_zone zone; /* whose midnight ends a day */
} memory;

/* W5_MISS: it was damaged and begun anew, which is told in err. */
w5_rc memory_open(memory *m, const options *o, setup *s, w5_err *err);
/* After the sources were added, before anything is read. */
void memory_recall(memory *m, w5_engine *e);
void memory_keep(memory *m, const w5_event *event);
/* The run with counters over all runs and with the trend; valid until the next call. */
w5_run memory_count(memory *m, const w5_run *run);
/* Everything at once: positions, counters, what was told, mails. Positions are those of now: whatever
 * waits in the engine must have been settled. */
w5_rc memory_save(memory *m, const w5_run *run, w5_err *err);
void memory_close(memory *m);

#endif
