/* rotated.h -- where the rest of a file went that an earlier run read in part. */
#ifndef W5_SOURCE_ROTATED_H
#define W5_SOURCE_ROTATED_H

#include "kind.h"

typedef struct w5_rotated {
    const w5_str *paths; /* in the order of writing: the file itself, then those rotated after it */
    size_t count;
} w5_rotated;

/* Looks beside `log` for the file that `was`, of which `offset` bytes were read. What it finds
 * lives in `arena`. W5_MISS: it is gone. */
w5_rc w5_rotated_find(w5_arena *arena, const char *log, const w5_identity *was, uint64_t offset,
                      w5_rotated *found);

#endif
