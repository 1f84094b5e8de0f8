/* time.h -- instants, durations, zones.
 *
 * w5_time is microseconds since 1970-01-01 UTC; durations are the same type. Nothing here asks the
 * C library to convert a date: log text is parsed digit by digit in no locale, civil dates are
 * computed, and zones are tables that this module reads itself. */
#ifndef W5_BASE_TIME_H
#define W5_BASE_TIME_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>

typedef int64_t w5_time;
#define W5_TIME_NONE INT64_MIN
#define W5_TIME_MAX  INT64_MAX
#define W5_SECOND    INT64_C(1000000)
#define W5_MINUTE    (60 * W5_SECOND)
#define W5_HOUR      (60 * W5_MINUTE)
#define W5_DAY       (24 * W5_HOUR)

/* Days since 1970-01-01 of a proleptic Gregorian date; no check of the arguments. */
int64_t w5_days(int64_t year, unsigned month, unsigned day);
bool w5_date_ok(int64_t year, unsigned month, unsigned day); /* false for 30 February, month 13 */
/* The instant of a civil date and time taken as UTC. hour:minute:second must be in range
 * (second 60 counts as 59). W5_TIME_NONE when the date cannot be. */
w5_time w5_civil(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                 unsigned second, unsigned micros);

typedef struct w5_date {
    int year;
    unsigned month, day, hour, minute, second, micros, weekday; /* weekday: 0 = Sunday */
} w5_date;
w5_date w5_date_of(w5_time at); /* in UTC; add an offset first for local time */

/* "Jan".."Dec" (3 bytes, as written) -> 1..12, 0 when it is none. */
unsigned w5_month(const char *three);
/* Digits at fixed places, false when one is no digit. */
bool w5_digits(const char *p, unsigned n, unsigned *value);
/* "+0900", "+09:00", "-0330", "Z": takes it off *s, gives seconds east of UTC. */
bool w5_take_offset(w5_str *s, int *seconds);
/* "2026-11-20T16:37:20[.123456][Z|+09:00|+0900]" with 'T', 't' or ' ' between: takes it off *s.
 * *offset is INT_MIN when none was written; then *at is the civil time read as UTC. Fractions with
 * '.' or ','; *digits says how many stood there. The hour may be padded with a blank (MariaDB). */
bool w5_take_iso(w5_str *s, w5_time *at, int *offset, unsigned *digits);

/* RFC 3339 in UTC, "2026-11-20T14:30:00Z"; `digits` (0..6) of fraction are written. 40 bytes are
 * enough; returns the length. */
size_t w5_time_rfc3339(char *buf, w5_time at, unsigned digits);

/* A zone: a fixed offset, or an IANA name, a POSIX TZ string, or "" for the host's own. A plain
 * value; the tables behind names are kept for the whole process. Parse a zone (also the host's, by
 * "local") before the sandbox closes: later no file can be read, and the zone would be UTC. */
typedef struct w5_zone {
    bool fixed;
    int offset;    /* seconds east, when fixed */
    char name[64]; /* IANA name, "" = the host's own */
} w5_zone;
/* "+09:00", "+0900", "-3", "UTC", "UTC+9", "JST", "Asia/Tokyo", "CET-1CEST,M3.5.0,M10.5.0/3",
 * "local". W5_EINVAL: unknown; W5_ELIMIT: more than 32 named zones at once. */
w5_rc w5_zone_parse(w5_str text, w5_zone *zone, w5_err *err);
/* Seconds east of UTC that hold at a UTC instant / for a civil time in the zone (an hour that
 * occurs twice: the first; one that never occurs: the offset before it). */
int w5_zone_offset(const w5_zone *zone, w5_time utc);
int w5_zone_offset_civil(const w5_zone *zone, w5_time civil);

w5_time w5_now(void);       /* the wall clock, or SOURCE_DATE_EPOCH */
w5_time w5_monotonic(void); /* for time-outs and rates */

/* What people type after --since and --until: `2026-11-20 14:00[:00]`, `2026-11-20`, `14:00` (the
 * latest past one), `now`, `today`, `yesterday`, `-1h`, `2 hours ago`, `@1795183200`, RFC 3339. */
w5_rc w5_time_human(w5_str text, const w5_zone *zone, w5_time now, w5_time *at, w5_err *err);
/* Durations: `90`, `90s`, `500ms`, `10min`, `10m`, `2h`, `1d`, `1h30m`. */
w5_rc w5_duration(w5_str text, w5_time *duration, w5_err *err);

#endif
