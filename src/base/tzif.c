/* tzif.c -- reads zoneinfo files and POSIX TZ strings, and answers from the table.
 *
 * A modern ("slim") file ends its list of changes where a yearly rule takes over, and states the
 * rule as a POSIX string in its footer. The Gregorian calendar repeats after 400 years, weekdays
 * included; so the rule is written out for one such cycle and later instants are folded back
 * into it. Then every question is one binary search.
 *
 * Sources: RFC 8536 §3 (layout, footer), POSIX.1-2017 XBD 8.3 (TZ), tzfile(5). */
#include "tzif.h"

#include <why502/base/time.h>

enum {
    CHANGES_MAX = 4096, /* zoneinfo's longest file has about 240 */
    OFFSET_MAX = 93600, /* RFC 8536 §3.2: more than -25 h, less than +26 h */
    RULE_YEARS = 402,
    RULE_FIRST = 1901, /* a bare rule is written out from here */
    DAY = 86400,
    HEADER = 44,
};
static const int64_t CYCLE = INT64_C(146097) * DAY; /* 400 Gregorian years */

/* --- POSIX TZ strings: std offset [dst [offset] [,start[/time],end[/time]]] ------------------ */
typedef struct rule_date {
    char kind; /* 'M' month.week.day, 'J' day without 29 February, 'n' day from 0 */
    unsigned month, week, day;
    int64_t time; /* seconds after midnight, also negative or past 24 h */
} rule_date;

typedef struct rule {
    int32_t standard, summer; /* seconds east */
    bool has_summer;
    rule_date start, end;
} rule;

static bool take_char(w5_str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = w5_str_skip(*s, 1);
    return true;
}

static bool take_number(w5_str *s, unsigned max, unsigned *value)
{
    uint64_t number;
    w5_str rest = *s;
    if (!w5_str_take_u64(&rest, &number) || number > max)
        return false;
    *value = (unsigned)number;
    *s = rest;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "JST", or "<+09>" */
static bool take_name(w5_str *s)
{
    w5_str name;
    if (take_char(s, '<'))
        return w5_str_cut(*s, '>', &name, s) && name.len >= 3;
    size_t n = 0;
    while (n < s->len && is_letter(s->ptr[n]))
        n++;
    *s = w5_str_skip(*s, n);
    return n >= 3;
}

/* [+|-]hh[:mm[:ss]] */
static bool take_hms(w5_str *s, unsigned max_hours, int64_t *seconds)
{
    unsigned part[3] = {0, 0, 0};
    bool negative = take_char(s, '-');
    if (!negative)
        take_char(s, '+');
    if (!take_number(s, max_hours, &part[0]))
        return false;
    for (int i = 1; i < 3 && take_char(s, ':'); i++)
        if (!take_number(s, 59, &part[i]))
            return false;
    int64_t sum = part[0] * INT64_C(3600) + part[1] * 60 + part[2];
    *seconds = negative ? -sum : sum;
    return true;
}

static bool take_date(w5_str *s, rule_date *date)
{
    *date = (rule_date){.kind = 'n', .time = INT64_C(7200)};
    if (take_char(s, 'M')) {
        date->kind = 'M';
        if (!take_number(s, 12, &date->month) || !take_char(s, '.') ||
            !take_number(s, 5, &date->week) || !take_char(s, '.') || !take_number(s, 6, &date->day))
            return false;
        if (date->month == 0 || date->week == 0)
            return false;
    } else {
        if (take_char(s, 'J'))
            date->kind = 'J';
        if (!take_number(s, 365, &date->day) || (date->kind == 'J' && date->day == 0))
            return false;
    }
    return !take_char(s, '/') || take_hms(s, 167, &date->time);
}

/* The sign of POSIX is the reverse of ours: west is positive. */
static bool take_east(w5_str *s, int32_t *east)
{
    int64_t west;
    if (!take_hms(s, 24, &west))
        return false;
    *east = (int32_t)-west;
    return true;
}

static bool parse_rule(w5_str s, rule *r)
{
    *r = (rule){0};
    if (!take_name(&s) || !take_east(&s, &r->standard))
        return false;
    if (s.len == 0)
        return true;
    r->has_summer = true;
    r->summer = r->standard + 3600;
    if (!take_name(&s) || (s.len > 0 && s.ptr[0] != ',' && !take_east(&s, &r->summer)))
        return false;
    if (s.len == 0) /* POSIX leaves it open; everybody takes the rule of the United States */
        s = W5_STR(",M3.2.0,M11.1.0");
    return take_char(&s, ',') && take_date(&s, &r->start) && take_char(&s, ',') &&
           take_date(&s, &r->end) && s.len == 0;
}

static bool is_leap(int64_t year)
{
    return w5_date_ok(year, 2, 29);
}

/* Days since the epoch of the rule's day in a year. */
static int64_t rule_day(const rule_date *date, int64_t year)
{
    int64_t january = w5_days(year, 1, 1);
    if (date->kind == 'n')
        return january + date->day;
    if (date->kind == 'J')
        return january + date->day - 1 + (date->day >= 60 && is_leap(year));
    int64_t first = w5_days(year, date->month, 1);
    int64_t weekday = (first + 4) % 7; /* 1970-01-01 was a Thursday */
    if (weekday < 0)
        weekday += 7;
    int64_t day = first + (date->day + 7 - weekday) % 7 + (date->week - 1) * INT64_C(7);
    int64_t next_month =
        date->month == 12 ? w5_days(year + 1, 1, 1) : w5_days(year, date->month + 1, 1);
    return day >= next_month ? day - 7 : day; /* week 5 is the last */
}

static void add_change(w5_tz *tz, int64_t at, int32_t after)
{
    if (tz->count > 0 && at <= tz->at[tz->count - 1])
        return;
    tz->at[tz->count++] = at;
    tz->offset[tz->count] = after;
}

/* Writes the rule out from the year of the last change on; room for RULE_YEARS * 2 is there. */
static void write_out(w5_tz *tz, const rule *r, int64_t year)
{
    for (int64_t y = year; y < year + RULE_YEARS; y++) {
        int64_t start = rule_day(&r->start, y) * DAY + r->start.time - r->standard;
        int64_t end = rule_day(&r->end, y) * DAY + r->end.time - r->summer;
        bool south = end < start;
        add_change(tz, south ? end : start, south ? r->standard : r->summer);
        add_change(tz, south ? start : end, south ? r->summer : r->standard);
    }
    tz->repeats = true;
}

static void make_room(w5_arena *arena, w5_tz *tz, size_t changes)
{
    *tz = (w5_tz){.at = W5_NEW_N(arena, int64_t, changes),
                  .offset = W5_NEW_N(arena, int32_t, changes + 1)};
}

w5_rc w5_tz_rule(w5_arena *arena, w5_str text, w5_tz *tz)
{
    rule r;
    if (!parse_rule(text, &r))
        return W5_ESYNTAX;
    make_room(arena, tz, r.has_summer ? RULE_YEARS * 2 : 0);
    tz->offset[0] = r.standard;
    if (r.has_summer)
        write_out(tz, &r, RULE_FIRST);
    return W5_OK;
}

/* --- zoneinfo files -------------------------------------------------------------------------- */
typedef struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
} counts;

static uint32_t be32(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t be_signed(const char *p, size_t width)
{
    if (width == 4)
        return (int32_t)be32(p);
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool take_header(w5_str *s, counts *n, char *version)
{
    if (s->len < HEADER || !w5_str_starts(*s, W5_STR("TZif")))
        return false;
    const char *p = s->ptr + 20;
    *version = s->ptr[4];
    *n = (counts){be32(p), be32(p + 4), be32(p + 8), be32(p + 12), be32(p + 16), be32(p + 20)};
    *s = w5_str_skip(*s, HEADER);
    return n->time <= CHANGES_MAX && n->type >= 1 && n->type <= 256 && n->chars <= CHANGES_MAX &&
           n->leap <= CHANGES_MAX && n->isut <= n->type && n->isstd <= n->type;
}

static size_t body_size(const counts *n, size_t width)
{
    return (size_t)n->time * (width + 1) + n->type * (size_t)6 + n->chars + n->leap * (width + 4) +
           n->isstd + n->isut;
}

/* The changes of one body, which is known to be long enough. */
static bool read_changes(w5_tz *tz, const char *p, const counts *n, size_t width)
{
    const char *kinds = p + n->time * width;
    const char *types = kinds + n->time;
    for (uint32_t i = 0; i < n->type; i++) {
        int64_t east = be_signed(types + (size_t)6 * i, 4);
        if (east <= -OFFSET_MAX || east >= OFFSET_MAX)
            return false;
    }
    tz->offset[0] = (int32_t)be32(types);
    for (uint32_t i = 0; i < n->time; i++) {
        unsigned char kind = (unsigned char)kinds[i];
        int64_t at = be_signed(p + i * width, width);
        if (kind >= n->type || (i > 0 && at <= tz->at[tz->count - 1]))
            return false;
        add_change(tz, at, (int32_t)be32(types + (size_t)6 * kind));
    }
    return true;
}

/* The rule behind the second body, "\n<TZ string>\n"; an empty one says nothing. */
static bool read_footer(w5_tz *tz, w5_str s)
{
    rule r;
    w5_str text;
    w5_str none;
    if (!take_char(&s, '\n') || !w5_str_cut(s, '\n', &text, &none))
        return false;
    if (text.len == 0)
        return true;
    if (!parse_rule(text, &r))
        return false;
    if (!r.has_summer) {
        tz->offset[tz->count] = r.standard;
        return true;
    }
    int64_t last = tz->count ? tz->at[tz->count - 1] : 0;
    bool far = last < 0 || last > INT64_C(253402300800); /* before 1970, behind 9999 */
    write_out(tz, &r, far ? 1970 : w5_date_of(last * W5_SECOND).year);
    return true;
}

w5_rc w5_tz_read(w5_arena *arena, w5_str file, w5_tz *tz)
{
    counts n;
    char version;
    size_t width = 4;
    if (!take_header(&file, &n, &version) || file.len < body_size(&n, width))
        return W5_ESYNTAX;
    if (version >= '2') { /* the first body is for readers of 1988; a second one follows */
        file = w5_str_skip(file, body_size(&n, width));
        width = 8;
        if (!take_header(&file, &n, &version) || file.len < body_size(&n, width))
            return W5_ESYNTAX;
    }
    w5_tz found;
    make_room(arena, &found, n.time + (size_t)RULE_YEARS * 2);
    if (!read_changes(&found, file.ptr, &n, width))
        return W5_ESYNTAX;
    if (width == 8 && !read_footer(&found, w5_str_skip(file, body_size(&n, width))))
        return W5_ESYNTAX;
    *tz = found;
    return W5_OK;
}

/* --- questions ------------------------------------------------------------------------------- */
static int64_t fold(const w5_tz *tz, int64_t at)
{
    int64_t last = tz->count ? tz->at[tz->count - 1] : INT64_MAX;
    if (!tz->repeats || at <= last)
        return at;
    return at - ((at - last - 1) / CYCLE + 1) * CYCLE;
}

int w5_tz_offset(const w5_tz *tz, int64_t utc)
{
    size_t low = 0;
    size_t high = tz->count;
    utc = fold(tz, utc);
    while (low < high) { /* how many changes lie at or before utc */
        size_t middle = low + (high - low) / 2;
        if (tz->at[middle] <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    return tz->offset[low];
}

/* On a civil clock the old offset holds until the later of the two readings of the change: past
 * the hour that occurs twice, and past the gap. */
static int64_t civil_end(const w5_tz *tz, size_t i)
{
    int32_t before = tz->offset[i];
    int32_t after = tz->offset[i + 1];
    return tz->at[i] + (before > after ? before : after);
}

int w5_tz_offset_civil(const w5_tz *tz, int64_t civil)
{
    size_t low = 0;
    size_t high = tz->count;
    civil = fold(tz, civil);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (civil_end(tz, middle) <= civil)
            low = middle + 1;
        else
            high = middle;
    }
    return tz->offset[low];
}
