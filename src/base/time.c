/* time.c -- civil dates, stamps, clocks. Zones are in zone.c, what people type in human.c.
 *
 * Nothing here asks the C library to convert a date: log text is parsed digit by digit, in no
 * locale, and the arithmetic is that of the proleptic Gregorian calendar over 64-bit days. */
#include <why502/base/time.h>

#include <limits.h>
#include <stdlib.h>
#include <time.h>

enum {
    CYCLE_DAYS = 146097,
    CYCLE_YEARS = 400,
    EPOCH_SHIFT = 719468
};

/* --- civil dates -----------------------------------------------------------------------------
 * Years are counted from 1 March, so that the leap day is the last of its year, and in cycles of
 * 400 years, which all have 146097 days. 719468 days lie between 0000-03-01 and 1970-01-01. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t w5_days(int64_t year, unsigned month, unsigned day)
{
    int64_t march_year = year - (month <= 2);
    int64_t cycle = floor_div(march_year, CYCLE_YEARS);
    int64_t in_cycle = march_year - cycle * CYCLE_YEARS;
    int64_t in_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return cycle * CYCLE_DAYS + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + in_year -
           EPOCH_SHIFT;
}

bool w5_date_ok(int64_t year, unsigned month, unsigned day)
{
    static const unsigned char lengths[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= lengths[month] + (month == 2 && leap ? 1u : 0u);
}

w5_time w5_civil(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                 unsigned second, unsigned micros)
{
    if (year < 0 || year > 9999 || !w5_date_ok(year, month, day))
        return W5_TIME_NONE;
    if (hour > 23 || minute > 59 || second > 60 || micros > 999999)
        return W5_TIME_NONE;
    if (second == 60)
        second = 59;
    return w5_days(year, month, day) * W5_DAY + hour * W5_HOUR + minute * W5_MINUTE +
           second * W5_SECOND + micros;
}

w5_date w5_date_of(w5_time at)
{
    int64_t days = floor_div(at, W5_DAY);
    int64_t rest = at - days * W5_DAY;
    int64_t shifted = days + EPOCH_SHIFT;
    int64_t cycle = floor_div(shifted, CYCLE_DAYS);
    int64_t d = shifted - cycle * CYCLE_DAYS; /* 0..146096; the divisors take out the leap days */
    int64_t year = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    int64_t day = d - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day + 2) / 153; /* 0 = March */
    w5_date date = {
        .year = (int)(cycle * CYCLE_YEARS + year + (month >= 10)),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(day - (153 * month + 2) / 5 + 1),
        .hour = (unsigned)(rest / W5_HOUR),
        .minute = (unsigned)(rest / W5_MINUTE % 60),
        .second = (unsigned)(rest / W5_SECOND % 60),
        .micros = (unsigned)(rest % W5_SECOND),
        .weekday = (unsigned)(days + 4 - 7 * floor_div(days + 4, 7)), /* 1970-01-01: Thursday */
    };
    return date;
}

/* --- pieces of stamps ------------------------------------------------------------------------ */
unsigned w5_month(const char *three)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (unsigned i = 0; i < 12; i++)
        if (memcmp(names + 3 * (size_t)i, three, 3) == 0)
            return i + 1;
    return 0;
}

static inline bool digits_at(const char *p, unsigned n, unsigned *value)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned digit = (unsigned)(unsigned char)p[i] - '0';
        if (digit > 9)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool w5_digits(const char *p, unsigned n, unsigned *value)
{
    return digits_at(p, n, value);
}

bool w5_take_offset(w5_str *s, int *seconds)
{
    unsigned hours;
    unsigned minutes;
    if (s->len >= 1 && (s->ptr[0] == 'Z' || s->ptr[0] == 'z')) {
        *seconds = 0;
        *s = w5_str_skip(*s, 1);
        return true;
    }
    if (s->len < 5 || (s->ptr[0] != '+' && s->ptr[0] != '-') || !w5_digits(s->ptr + 1, 2, &hours))
        return false;
    size_t colon = s->ptr[3] == ':';
    if (s->len < 5 + colon || !w5_digits(s->ptr + 3 + colon, 2, &minutes))
        return false;
    if (hours > 23 || minutes > 59)
        return false;
    int east = (int)(hours * 3600 + minutes * 60);
    *seconds = s->ptr[0] == '-' ? -east : east;
    *s = w5_str_skip(*s, 5 + colon);
    return true;
}

/* ".123" or ",123456789" behind the seconds: microseconds, further digits are cut. */
static unsigned take_fraction(w5_str *s, unsigned *digits)
{
    static const unsigned unit[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    unsigned micros = 0;
    size_t i = 1;
    *digits = 0;
    if (s->len < 2 || (s->ptr[0] != '.' && s->ptr[0] != ',') || s->ptr[1] < '0' || s->ptr[1] > '9')
        return 0;
    for (; i < s->len && s->ptr[i] >= '0' && s->ptr[i] <= '9'; i++)
        micros = i <= 6 ? micros * 10 + (unsigned)(s->ptr[i] - '0') : micros;
    *digits = (unsigned)(i - 1);
    *s = w5_str_skip(*s, i);
    return micros * unit[*digits < 6 ? *digits : 6];
}

/* "2026-11-20T16:37:20" at fixed places. MariaDB pads the hour with a blank: "2026-11-20  9:05:01"
 * (sql/log.cc, "%2d:%02d:%02d"). */
static bool iso_seconds(const char *p, w5_time *at)
{
    unsigned year, month, day, hour, minute, second;
    if (!digits_at(p, 4, &year) || p[4] != '-' || !digits_at(p + 5, 2, &month) || p[7] != '-' ||
        !digits_at(p + 8, 2, &day))
        return false;
    if (p[10] != 'T' && p[10] != 't' && p[10] != ' ')
        return false;
    bool padded = p[11] == ' ';
    if (!digits_at(p + 11 + padded, padded ? 1 : 2, &hour))
        return false;
    if (p[13] != ':' || !digits_at(p + 14, 2, &minute) || p[16] != ':' ||
        !digits_at(p + 17, 2, &second))
        return false;
    *at = w5_civil(year, month, day, hour, minute, second, 0);
    return *at != W5_TIME_NONE;
}

bool w5_take_iso(w5_str *s, w5_time *at, int *offset, unsigned *digits)
{
    enum {
        LENGTH = 19
    };
    w5_time seconds;
    w5_str rest = w5_str_skip(*s, LENGTH);
    if (s->len < LENGTH || !iso_seconds(s->ptr, &seconds))
        return false;
    w5_time civil = seconds + take_fraction(&rest, digits);
    int east = 0;
    bool zoned = w5_take_offset(&rest, &east);
    *offset = zoned ? east : INT_MIN;
    *at = civil - east * W5_SECOND;
    *s = rest;
    return true;
}

static inline char *put_digits(char *p, unsigned value, unsigned n)
{
    for (unsigned i = n; i-- > 0; value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + n;
}

size_t w5_time_rfc3339(char *buf, w5_time at, unsigned digits)
{
    static const unsigned scale[7] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    static const w5_time first = INT64_C(-62167219200) * W5_SECOND;    /* 0000-01-01 */
    static const w5_time last = INT64_C(253402300800) * W5_SECOND - 1; /* the end of 9999 */
    w5_date date = w5_date_of(at < first ? first : at > last ? last : at);
    char *p = put_digits(buf, (unsigned)date.year, 4);
    *p++ = '-';
    p = put_digits(p, date.month, 2);
    *p++ = '-';
    p = put_digits(p, date.day, 2);
    *p++ = 'T';
    p = put_digits(p, date.hour, 2);
    *p++ = ':';
    p = put_digits(p, date.minute, 2);
    *p++ = ':';
    p = put_digits(p, date.second, 2);
    if (digits > 0) {
        unsigned shown = digits < 6 ? digits : 6;
        *p++ = '.';
        p = put_digits(p, date.micros / scale[shown], shown);
    }
    *p++ = 'Z';
    *p = '\0';
    return (size_t)(p - buf);
}

/* --- clocks ---------------------------------------------------------------------------------- */
static w5_time clock_at(clockid_t clock)
{
    struct timespec ts = {0, 0};
    clock_gettime(clock, &ts);
    return (w5_time)ts.tv_sec * W5_SECOND + ts.tv_nsec / 1000;
}

w5_time w5_now(void)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    int64_t micros;
    if (fixed && w5_str_micros(w5_str_of(fixed), &micros))
        return micros;
    return clock_at(CLOCK_REALTIME);
}

w5_time w5_monotonic(void)
{
    return clock_at(CLOCK_MONOTONIC);
}
