/* year.h -- the year of stamps that have none ("Nov 20 14:00:07"). */
#ifndef W5_RECORD_YEAR_H
#define W5_RECORD_YEAR_H

#include <why502/base/time.h>

typedef struct w5_year { /* what the last stamp's day has told; zero: nothing */
    w5_time hint, from, to, shift;
} w5_year;

/* A stamp in W5_YEARLESS as an instant: in the year that brings it nearest before the day after
 * `hint` (W5_TIME_NONE: now). */
w5_time w5_year_settle(w5_year *known, w5_time at, w5_time hint);

#endif
