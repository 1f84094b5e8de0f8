/* values.h -- the figures and names that a remedy needs, worked out for this incident (spec §5.4).
 */
#ifndef W5_DIAGNOSIS_VALUES_H
#define W5_DIAGNOSIS_VALUES_H

#include "judge.h"

typedef struct w5_values {
    const w5_judgement *j;
    w5_arena *arena;
    w5_str upstream, path, unit;
    uint64_t timeout; /* seconds to set */
    w5_time
        longest; /* longest finished request of the path it stands on; -1: the documents' 300 s */
    uint64_t cores, memory, worker_memory; /* 0 unknown */
    uint64_t workers, fewer;               /* to set; 0 unknown */
    uint64_t connections;                  /* to set; 0 unknown */
    w5_timer read, worker;                 /* nginx's and gunicorn's now */
} w5_values;

w5_values w5_values_of(const w5_judgement *j, w5_arena *arena);
/* A template with its braces filled. Braces that are none of ours stay, and so do those of a value
 * that is not known, or that comes from a log and may not enter a command (`paste`). */
w5_str w5_values_fill(const w5_values *v, w5_str words, bool paste);
/* The setting a remedy's `change:` speaks of, as it is now; false when it is nowhere set. */
bool w5_values_now(const w5_values *v, w5_str setting, w5_setting *now);

#endif
