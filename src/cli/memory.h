/* memory.h -- a run that goes on where the last one ended (--state, --cron).
 *
 * Enters what the state knows: where each file was left, the last hours' records, what was told.
 * Leaves a run reduced to its news, and the state for the next one, saved only after the report is
 * out: a crash repeats a report at worst. */
#ifndef W5_CLI_MEMORY_H
#define W5_CLI_MEMORY_H

#include "options.h"
#include "setup.h"
#include "told.h"

typedef struct memory {
    w5_state *state;
    const char *path;
    w5_engine *engine;
    w5_arena *arena;
    told_list told;
    bool reading;
    size_t sources; /* given, without those that were rotated */
    /* while news are collected */
    const w5_diagnosis **news;
    const char **change;
    size_t n;
} memory;

/* W5_MISS: it was damaged and begun anew, which is told in err. */
w5_rc memory_open(memory *m, const options *o, setup *s, w5_err *err);
/* After the sources were added, before anything is read. */
void memory_recall(memory *m, w5_engine *e);
void memory_keep(memory *m, const w5_event *event);
/* The run as it is told: incidents that are news alone. They live in the setup's arena. */
w5_run memory_news(memory *m, const w5_run *run);
w5_rc memory_save(memory *m, w5_err *err);
void memory_close(memory *m);

#endif
