/* year.c -- stamps of one day are of one year, unless the hint lies in that day: what was found for
 * one is kept for the others. */
#include "year.h"

static w5_time nearest_before(w5_time at, w5_time hint)
{
    w5_time latest = (hint == W5_TIME_NONE ? w5_now() : hint) + W5_DAY;
    w5_date date = w5_date_of(at);
    for (int year = w5_date_of(latest).year, tries = 0; tries < 9; year--, tries++) {
        w5_time guess =
            w5_civil(year, date.month, date.day, date.hour, date.minute, date.second, date.micros);
        if (guess != W5_TIME_NONE && guess <= latest)
            return guess;
    }
    return at;
}

static void learn(w5_year *known, w5_time at, w5_time hint)
{
    w5_time rest = at % W5_DAY;
    w5_time from = at - rest - (rest < 0 ? W5_DAY : 0);
    w5_time last = from + W5_DAY - 1;
    w5_time shift = nearest_before(from, hint) - from;
    *known = (w5_year){0};
    if (nearest_before(last, hint) - last == shift)
        *known = (w5_year){.hint = hint, .from = from, .to = last + 1, .shift = shift};
}

w5_time w5_year_settle(w5_year *known, w5_time at, w5_time hint)
{
    if (at == W5_TIME_NONE)
        return at;
    if (at >= known->from && at < known->to && hint == known->hint)
        return at + known->shift;
    if (hint != W5_TIME_NONE)
        learn(known, at, hint);
    return nearest_before(at, hint);
}
