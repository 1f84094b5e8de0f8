/* wrap_compose.c -- programs that put a name and a bar in front of what their children say.
 *
 * docker compose v2 "web-1  | text", v1 "web_1  | text" (both coloured on a terminal), pm2
 * "0|web  | text", foreman and its kin "09:47:10 web.1  | text". */
#include "wrap.h"

/* Takes colours off: ESC [ digits and semicolons m. */
static void take_colours(w5_str *s)
{
    while (s->len > 3 && s->ptr[0] == '\x1b' && s->ptr[1] == '[') {
        size_t n = 2;
        while (n < s->len && ((s->ptr[n] >= '0' && s->ptr[n] <= '9') || s->ptr[n] == ';'))
            n++;
        if (n == s->len || s->ptr[n] != 'm')
            return;
        *s = w5_str_skip(*s, n + 1);
    }
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static bool take_name(w5_str *s, w5_str *name)
{
    size_t n = 0;
    while (n < s->len && n < 128 && is_name_byte(s->ptr[n]))
        n++;
    *name = w5_str_head(*s, n);
    *s = w5_str_skip(*s, n);
    return n > 0;
}

/* "09:47:10 " of foreman, honcho, overmind: a time without a date is no stamp. */
static void take_clock(w5_str *s)
{
    unsigned part;
    const char *p = s->ptr;
    if (s->len > 9 && p[2] == ':' && p[5] == ':' && p[8] == ' ' && w5_digits(p, 2, &part) &&
        w5_digits(p + 3, 2, &part) && w5_digits(p + 6, 2, &part))
        *s = w5_str_skip(*s, 9);
}

static void take_pm2_number(w5_str *s)
{
    w5_str rest = *s;
    uint64_t number;
    if (w5_str_take_u64(&rest, &number) && w5_str_take(&rest, W5_STR("|")) && rest.len > 0 &&
        is_name_byte(rest.ptr[0]))
        *s = rest;
}

bool w5_wrap_compose(w5_str line, w5_wrapped *w)
{
    w5_str rest = line;
    take_colours(&rest);
    take_clock(&rest);
    take_pm2_number(&rest);
    if (!take_name(&rest, &w->key))
        return false;
    size_t blanks = 0;
    while (blanks < rest.len && rest.ptr[blanks] == ' ')
        blanks++;
    rest = w5_str_skip(rest, blanks);
    if (blanks == 0 || !w5_str_take(&rest, W5_STR("|")))
        return false;
    take_colours(&rest);
    if (rest.len > 0 && !w5_str_take(&rest, W5_STR(" ")))
        return false;
    w->inner = rest;
    return true;
}
