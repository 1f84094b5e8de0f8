/* wrap_syslog.c -- "Mar 15 09:47:10 web-1 gunicorn[1201]: message" and its relatives.
 *
 * RFC 3164 with and without <PRI>, rsyslog's high-precision files, and journalctl -o short,
 * short-precise, short-iso, short-iso-precise: they differ in the stamp only. */
#include <limits.h>

#include "tag.h"

/* "<27>": severity in the lowest three bits (RFC 5424 §6.2.1: 0..191, no leading zeros). */
static bool take_pri(w5_str *s, w5_wrapped *w)
{
    w5_str rest = w5_str_skip(*s, 1);
    uint64_t pri;
    if (s->len < 3 || s->ptr[0] != '<' || !w5_str_take_u64(&rest, &pri) || pri > 191 ||
        !w5_str_take(&rest, W5_STR(">")))
        return false;
    w->level = w5_tag_level(pri & 7);
    *s = rest;
    return true;
}

/* "hh:mm:ss" at p, in range. */
static bool clock_at(const char *p, unsigned *hour, unsigned *minute, unsigned *second)
{
    return p[2] == ':' && p[5] == ':' && w5_digits(p, 2, hour) && w5_digits(p + 3, 2, minute) &&
           w5_digits(p + 6, 2, second) && *hour < 24 && *minute < 60 && *second < 61;
}

/* ".010100" off the front of *s. */
static unsigned take_fraction(w5_str *s, w5_wrapped *w)
{
    unsigned micros = 0;
    unsigned digits = 0;
    if (s->len == 0 || s->ptr[0] != '.')
        return 0;
    w5_str rest = w5_str_skip(*s, 1);
    for (; digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9'; digits++)
        if (digits < 6)
            micros = micros * 10 + (unsigned)(rest.ptr[digits] - '0');
    for (unsigned i = digits; i < 6; i++)
        micros *= 10;
    w->digits = (uint8_t)(digits < 6 ? digits : 6);
    *s = w5_str_skip(rest, digits);
    return micros;
}

/* "Mar" -> 3, 0 when it is no month: every line of a journal is asked. */
static unsigned month_at(const char *p)
{
#define NAME(a, b, c) ((unsigned)(a) << 16 | (unsigned)(b) << 8 | (unsigned)(c))
    static const unsigned names[] = {NAME('J', 'a', 'n'), NAME('F', 'e', 'b'), NAME('M', 'a', 'r'),
                                     NAME('A', 'p', 'r'), NAME('M', 'a', 'y'), NAME('J', 'u', 'n'),
                                     NAME('J', 'u', 'l'), NAME('A', 'u', 'g'), NAME('S', 'e', 'p'),
                                     NAME('O', 'c', 't'), NAME('N', 'o', 'v'), NAME('D', 'e', 'c')};
    unsigned name = NAME((unsigned char)p[0], (unsigned char)p[1], (unsigned char)p[2]);
#undef NAME
    for (unsigned i = 0; i < 12; i++)
        if (names[i] == name)
            return i + 1;
    return 0;
}

/* "Mar  5 09:47:10", "Mar 15 09:47:10.010100", then a blank. */
static bool take_short_stamp(w5_str *s, w5_wrapped *w)
{
    enum {
        WIDTH = 15
    };
    unsigned day, hour, minute, second;
    if (s->len <= WIDTH || s->ptr[3] != ' ' || s->ptr[6] != ' ')
        return false;
    unsigned month = month_at(s->ptr);
    bool padded = s->ptr[4] == ' ';
    if (month == 0 || !w5_digits(s->ptr + 4 + padded, padded ? 1 : 2, &day) ||
        !clock_at(s->ptr + 7, &hour, &minute, &second))
        return false;
    w5_str rest = w5_str_skip(*s, WIDTH);
    unsigned micros = take_fraction(&rest, w);
    w->at = w5_civil(W5_YEARLESS, month, day, hour, minute, second, micros);
    w->year_missing = true;
    if (w->at == W5_TIME_NONE || !w5_str_take(&rest, W5_STR(" ")))
        return false;
    *s = rest;
    return true;
}

/* "2026-03-15T09:47:10.123456+00:00 ". Nine digits of fraction are a container's stamp, not ours.
 */
static bool take_iso_stamp(w5_str *s, w5_wrapped *w)
{
    w5_str rest = *s;
    int offset;
    unsigned digits;
    if (s->len < 20 || s->ptr[4] != '-' || s->ptr[10] != 'T' ||
        !w5_take_iso(&rest, &w->at, &offset, &digits) || digits > 6 ||
        !w5_str_take(&rest, W5_STR(" ")))
        return false;
    w->zoned = offset != INT_MIN;
    w->digits = (uint8_t)digits;
    *s = rest;
    return true;
}

bool w5_wrap_syslog(w5_str line, w5_wrapped *w)
{
    if (line.len < 17)
        return false;
    bool pri = take_pri(&line, w);
    if (take_short_stamp(&line, w))
        return w5_tag_read(line, W5_TAG_ANY, w);
    return take_iso_stamp(&line, w) && w5_tag_read(line, pri ? W5_TAG_ANY : W5_TAG_NAMED, w);
}
