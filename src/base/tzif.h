/* tzif.h -- one time zone as a table: when its offset changes, and to what.
 *
 * Enters the content of a zoneinfo file (RFC 8536, versions 1 to 4) or a POSIX TZ string, leaves a
 * table in the caller's arena. Both are taken as hostile: TZ may name any file. */
#ifndef W5_BASE_TZIF_H
#define W5_BASE_TZIF_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>

typedef struct w5_tz {
    size_t count;    /* changes; 0 for a zone with one offset */
    int64_t *at;     /* seconds since the epoch, ascending */
    int32_t *offset; /* count + 1 of them, seconds east: offset[i] holds before at[i] */
    bool repeats;    /* the last 400 years stand for all later ones */
} w5_tz;

/* W5_ESYNTAX for anything else than a well-formed file or string; *tz is untouched then. */
w5_rc w5_tz_read(w5_arena *arena, w5_str file, w5_tz *tz);
w5_rc w5_tz_rule(w5_arena *arena, w5_str text, w5_tz *tz);

/* Seconds east at an instant; for a civil time (seconds, read as UTC) the first of two, and the
 * offset before the gap where there is none. */
int w5_tz_offset(const w5_tz *tz, int64_t utc);
int w5_tz_offset_civil(const w5_tz *tz, int64_t civil);

#endif
