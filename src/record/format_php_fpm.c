/* format_php_fpm.c -- php-fpm's log, PHP's own error log, and the slow log.
 *
 *     [20-Nov-2026 19:26:22] WARNING: [pool www] child 18050 exited on signal 11 (SIGSEGV) after …
 *     [20-Nov-2026 19:26:22.004213] DEBUG: pid 1, fpm_event_loop(), line 418: …
 *     [20-Nov-2026 19:26:22 UTC] PHP Fatal error:  Uncaught Error: … in /srv/app/index.php:8
 *     [20-Nov-2026 19:26:24]  [pool www] pid 18055            (slow log; two spaces, then the
 * stack) [WARNING] [pool www] child 18050 …                      (syslog: ident php-fpm)
 *
 * Local time (sapi/fpm/fpm/zlog.c); PHP's names its zone. */
#include <why502/record.h>

#include "levels.h"

typedef struct memo {
    bool stack; /* lines of a stack may follow */
} memo;

/* "[20-Nov-2026 19:26:22" with ".004213", " UTC" or nothing, then "] ". */
static bool take_stamp(w5_str *s, w5_record *r)
{
    enum {
        WIDTH = sizeof "[20-Nov-2026 19:26:22" - 1
    };
    unsigned day, year, hour, minute, second;
    unsigned micros = 0;
    const char *p = s->ptr;
    if (s->len < WIDTH + 2 || p[0] != '[' || p[3] != '-' || p[7] != '-' || p[12] != ' ')
        return false;
    unsigned month = w5_month(p + 4);
    if (month == 0 || !w5_digits(p + 1, 2, &day) || !w5_digits(p + 8, 4, &year) ||
        !w5_digits(p + 13, 2, &hour) || !w5_digits(p + 16, 2, &minute) ||
        !w5_digits(p + 19, 2, &second))
        return false;
    w5_str rest = w5_str_skip(*s, WIDTH);
    w5_str zone = W5_NONE;
    if (rest.len > 7 && rest.ptr[0] == '.' && w5_digits(rest.ptr + 1, 6, &micros)) {
        rest = w5_str_skip(rest, 7);
        r->digits = 6;
    }
    if (!w5_str_cut_at(rest, W5_STR("] "), &zone, &rest) || zone.len > 32)
        return false;
    r->at = w5_civil(year, month, day, hour, minute, second, micros);
    r->zoned = w5_str_eq(zone, W5_STR(" UTC"));
    *s = rest;
    return r->at != W5_TIME_NONE;
}

static bool from_syslog(w5_str *s, w5_record *r)
{
    w5_str ident = w5_record_get(r, W5_F_ident);
    w5_str rest = *s;
    if (!w5_str_starts(ident, W5_STR("php")) || !w5_str_take(&rest, W5_STR("[")))
        return false;
    w5_str level = w5_level_take(&rest);
    if (level.len == 0 || !w5_str_take(&rest, W5_STR("] ")))
        return false;
    w5_record_set(r, W5_F_level, level);
    *s = rest;
    return true;
}

/* "PHP Fatal error:  ", "PHP Warning:  " … of error_log. */
static bool take_php_level(w5_str s, w5_record *r)
{
    static const struct {
        w5_str word, level;
    } words[] = {
        {W5_LIT("PHP Fatal error: "),             W5_LIT("crit")  },
        {W5_LIT("PHP Parse error: "),             W5_LIT("crit")  },
        {W5_LIT("PHP Warning: "),                 W5_LIT("warn")  },
        {W5_LIT("PHP Notice: "),                  W5_LIT("notice")},
        {W5_LIT("PHP Deprecated: "),              W5_LIT("notice")},
        {W5_LIT("PHP Recoverable fatal error: "), W5_LIT("error") },
        {W5_LIT("PHP message: "),                 W5_LIT("notice")},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!w5_str_starts(s, words[i].word))
            continue;
        w5_record_set(r, W5_F_level, words[i].level);
        return true;
    }
    return false;
}

/* "WARNING: " behind the stamp; or the slow log's second blank. */
static bool take_level(w5_str *s, w5_record *r, memo *m)
{
    w5_str rest = *s;
    if (w5_str_take(&rest, W5_STR(" [pool "))) {
        *s = w5_str_skip(*s, 1);
        m->stack = true;
        return true;
    }
    w5_str level = w5_level_take(&rest);
    if (level.len > 0 && w5_str_take(&rest, W5_STR(": "))) {
        w5_record_set(r, W5_F_level, level);
        *s = rest;
        m->stack = false;
        return true;
    }
    m->stack = take_php_level(*s, r);
    return m->stack;
}

/* Lines of a stack: of PHP ("#0 /srv/app/x.php(3): f()"), of the slow log ("[0x00007f] sleep() …").
 */
static bool is_stack(w5_str line)
{
    static const w5_str starts[] = {W5_LIT("#"),
                                    W5_LIT("Stack trace:"),
                                    W5_LIT("PHP Stack trace:"),
                                    W5_LIT("  thrown in "),
                                    W5_LIT("script_filename = "),
                                    W5_LIT("[0x"),
                                    W5_LIT("PHP   ")};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (w5_str_starts(line, starts[i]))
            return true;
    return false;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    memo next = {false};
    w5_str message = line;
    if (!from_syslog(&message, r) && (!take_stamp(&message, r) || !take_level(&message, r, &next)))
        return m->stack && is_stack(line) ? W5_FIT_MORE : W5_FIT_NO;
    r->message = message;
    r->open = next.stack;
    *m = next;
    return W5_FIT_YES;
}

const w5_format w5_format_php_fpm = {
    .id = W5_LIT("php-fpm"),
    .title = W5_LIT("php-fpm and PHP error log"),
    .sample =
        W5_LIT("[20-Nov-2026 19:26:24] WARNING: [pool www] server reached pm.max_children setting "
               "(2), consider raising it"),
    .order = 45,
    .parse = parse,
};
