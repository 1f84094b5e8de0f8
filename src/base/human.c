/* human.c -- times and durations as people type them.
 *
 * The forms are those of journalctl (systemd.time(7)) and what one would paste from a log. A time
 * is tried form by form; the first that takes the whole text wins. */
#include <why502/base/time.h>

#include <limits.h>

/* --- durations ------------------------------------------------------------------------------- */
static const struct {
    w5_str word;
    w5_time length;
} units[] = {
    {W5_LIT("us"),      1         },
    {W5_LIT("usec"),    1         },
    {W5_LIT("ms"),      1000      },
    {W5_LIT("msec"),    1000      },
    {W5_LIT("s"),       W5_SECOND },
    {W5_LIT("sec"),     W5_SECOND },
    {W5_LIT("second"),  W5_SECOND },
    {W5_LIT("seconds"), W5_SECOND },
    {W5_LIT("m"),       W5_MINUTE },
    {W5_LIT("min"),     W5_MINUTE },
    {W5_LIT("minute"),  W5_MINUTE },
    {W5_LIT("minutes"), W5_MINUTE },
    {W5_LIT("h"),       W5_HOUR   },
    {W5_LIT("hr"),      W5_HOUR   },
    {W5_LIT("hour"),    W5_HOUR   },
    {W5_LIT("hours"),   W5_HOUR   },
    {W5_LIT("d"),       W5_DAY    },
    {W5_LIT("day"),     W5_DAY    },
    {W5_LIT("days"),    W5_DAY    },
    {W5_LIT("w"),       7 * W5_DAY},
    {W5_LIT("week"),    7 * W5_DAY},
    {W5_LIT("weeks"),   7 * W5_DAY},
};

static bool unit_of(w5_str word, w5_time *length)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (w5_str_ieq(word, units[i].word)) {
            *length = units[i].length;
            return true;
        }
    }
    return false;
}

static bool in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes the bytes at the front that pass the test. */
static w5_str take_while(w5_str *s, bool (*test)(char))
{
    size_t n = 0;
    while (n < s->len && test(s->ptr[n]))
        n++;
    w5_str taken = w5_str_head(*s, n);
    *s = w5_str_skip(*s, n);
    return taken;
}

/* number (in millionths) times unit, rounded down to the microsecond */
static bool scale(int64_t number, w5_time unit, w5_time *length)
{
    w5_time whole;
    if (__builtin_mul_overflow(number / W5_SECOND, unit, &whole))
        return false;
    w5_time part = number % W5_SECOND * unit / W5_SECOND; /* a week times 10^6 still fits */
    return !__builtin_add_overflow(whole, part, length);
}

/* Takes "2 hours" or "1h30m" off *s; stops before a word that is no unit. */
static bool take_duration(w5_str *s, w5_time *duration)
{
    w5_time sum = 0;
    bool any = false;
    for (;;) {
        int64_t number;
        w5_time unit;
        w5_time length;
        w5_str rest = w5_str_trim(*s);
        w5_str digits = take_while(&rest, in_number);
        rest = w5_str_trim(rest);
        w5_str word = take_while(&rest, in_word);
        if (digits.len == 0 || !w5_str_micros(digits, &number) || !unit_of(word, &unit))
            break;
        if (!scale(number, unit, &length) || __builtin_add_overflow(sum, length, &sum))
            return false;
        any = true;
        *s = rest;
    }
    *duration = sum;
    return any;
}

w5_rc w5_duration(w5_str text, w5_time *duration, w5_err *err)
{
    w5_time length;
    int64_t seconds;
    w5_str rest = w5_str_trim(text);
    if (w5_str_micros(rest, &seconds)) {
        *duration = seconds; /* millionths of a number of seconds are microseconds */
        return W5_OK;
    }
    if (!take_duration(&rest, &length) || w5_str_trim(rest).len != 0)
        return w5_fail(err, W5_EINVAL, 0,
                       "'%.*s' is no duration (write 90, 90s, 10min, 2h or 1h30m)", W5_ARG(text));
    *duration = length;
    return W5_OK;
}

/* --- times ----------------------------------------------------------------------------------- */
typedef struct asked {
    const w5_zone *zone;
    w5_time now;
} asked;

/* The instant of a civil time in the zone that was asked for. */
static w5_time from_civil(const asked *a, w5_time civil)
{
    return civil - w5_zone_offset_civil(a->zone, civil) * W5_SECOND;
}

/* Midnight of today, as a civil time. */
static w5_time civil_today(const asked *a)
{
    w5_time civil = a->now + w5_zone_offset(a->zone, a->now) * W5_SECOND;
    w5_date d = w5_date_of(civil);
    return w5_civil(d.year, d.month, d.day, 0, 0, 0, 0);
}

static bool take_char(w5_str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = w5_str_skip(*s, 1);
    return true;
}

static bool take_two(w5_str *s, unsigned *value)
{
    uint64_t number;
    w5_str rest = *s;
    if (!w5_str_take_u64(&rest, &number) || s->len - rest.len > 2)
        return false;
    *value = (unsigned)number;
    *s = rest;
    return true;
}

/* "14:00", "9:05:07", "14:00:00.250": what has passed since midnight */
static bool clock_time(w5_str s, w5_time *since)
{
    unsigned hour;
    unsigned minute;
    int64_t second = 0;
    if (!take_two(&s, &hour) || !take_char(&s, ':') || !take_two(&s, &minute))
        return false;
    if (s.len > 0 && (!take_char(&s, ':') || !w5_str_micros(s, &second)))
        return false;
    if (hour > 23 || minute > 59 || second >= 61 * W5_SECOND)
        return false;
    *since = hour * W5_HOUR + minute * W5_MINUTE + (second < W5_MINUTE ? second : W5_MINUTE - 1);
    return true;
}

/* "2026-11-20", also with the slashes of nginx's error log */
static bool take_day(w5_str *s, w5_time *midnight)
{
    unsigned year;
    unsigned month;
    unsigned day;
    if (s->len < 10 || !w5_digits(s->ptr, 4, &year) || !w5_digits(s->ptr + 5, 2, &month) ||
        !w5_digits(s->ptr + 8, 2, &day))
        return false;
    char sep = s->ptr[4];
    if ((sep != '-' && sep != '/') || s->ptr[7] != sep)
        return false;
    *midnight = w5_civil(year, month, day, 0, 0, 0, 0);
    *s = w5_str_skip(*s, 10);
    return *midnight != W5_TIME_NONE;
}

/* The slice without its last n bytes and the blanks before them. */
static w5_str without_tail(w5_str s, size_t n)
{
    s.len -= n;
    while (s.len > 0 && s.ptr[s.len - 1] == ' ')
        s.len--;
    return s;
}

/* The zone behind a time: "Z", "+09:00", " UTC". */
static bool take_zone(w5_str *s, int *offset)
{
    static const w5_str utc = W5_LIT("UTC");
    if (w5_str_ends(*s, utc)) {
        *s = without_tail(*s, utc.len);
        *offset = 0;
        return true;
    }
    for (size_t width = 1; width <= 6 && width < s->len; width++) {
        w5_str tail = w5_str_skip(*s, s->len - width);
        if (w5_take_offset(&tail, offset) && tail.len == 0) {
            *s = without_tail(*s, width);
            return true;
        }
    }
    return false;
}

/* "2026-11-20", "2026-11-20 14:00[:00[.5]]", with T, with a zone */
static bool dated(const asked *a, w5_str s, w5_time *at)
{
    w5_time civil;
    w5_time since = 0;
    int offset;
    if (!take_day(&s, &civil))
        return false;
    bool zoned = take_zone(&s, &offset);
    if (s.len > 0) {
        if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
            return false;
        if (!clock_time(w5_str_trim(s), &since))
            return false;
    }
    civil += since;
    *at = zoned ? civil - offset * W5_SECOND : from_civil(a, civil);
    return true;
}

/* "now"; "today" and "yesterday", alone (midnight) or with a time */
static bool named_day(const asked *a, w5_str s, w5_time *at)
{
    static const struct {
        w5_str word;
        int days;
    } names[] = {
        {W5_LIT("today"),     0 },
        {W5_LIT("yesterday"), -1},
    };
    w5_time since = 0;
    if (w5_str_ieq(s, W5_STR("now"))) {
        *at = a->now;
        return true;
    }
    w5_str word = take_while(&s, in_word);
    s = w5_str_trim(s);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!w5_str_ieq(word, names[i].word))
            continue;
        if (s.len > 0 && !clock_time(s, &since))
            return false;
        *at = from_civil(a, civil_today(a) + names[i].days * W5_DAY + since);
        return true;
    }
    return false;
}

/* "14:00": the latest that has passed */
static bool bare_clock(const asked *a, w5_str s, w5_time *at)
{
    w5_time since;
    if (!clock_time(s, &since))
        return false;
    w5_time today = civil_today(a);
    w5_time latest = from_civil(a, today + since);
    *at = latest <= a->now ? latest : from_civil(a, today - W5_DAY + since);
    return true;
}

/* "-1h", "2 hours ago", "1h30m ago" */
static bool ago(const asked *a, w5_str s, w5_time *at)
{
    w5_time length;
    bool minus = take_char(&s, '-');
    if (!take_duration(&s, &length))
        return false;
    s = w5_str_trim(s);
    bool word = w5_str_ieq(s, W5_STR("ago"));
    if (minus ? s.len != 0 : !word)
        return false;
    return !__builtin_sub_overflow(a->now, length, at);
}

/* "@1795183200", "@1795183200.5" */
static bool epoch(const asked *a, w5_str s, w5_time *at)
{
    (void)a;
    return take_char(&s, '@') && w5_str_micros(s, at);
}

w5_rc w5_time_human(w5_str text, const w5_zone *zone, w5_time now, w5_time *at, w5_err *err)
{
    static bool (*const forms[])(const asked *, w5_str, w5_time *) = {
        dated, named_day, bare_clock, ago, epoch,
    };
    asked a = {zone, now};
    w5_time found;
    w5_str s = w5_str_trim(text);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (forms[i](&a, s, &found)) {
            *at = found;
            return W5_OK;
        }
    }
    return w5_fail(err, W5_EINVAL, 0,
                   "'%.*s' is no time (write 2026-11-20 14:00, 14:00, yesterday, -1h, "
                   "'2 hours ago' or @1795183200)",
                   W5_ARG(text));
}
