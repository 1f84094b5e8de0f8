/* wrap_journal.c -- journalctl -o short-full, with-unit, short-unix, short-monotonic, short-delta.
 *
 * short, short-precise and short-iso look like syslog files and come off in wrap_syslog.c. Shapes:
 * systemd 252, src/shared/logs-show.c, output_short(). */
#include "journal.h"
#include "tag.h"

/* "1773568030.000000 " */
static bool take_unix_stamp(w5_str *s, w5_wrapped *w)
{
    w5_str stamp, rest;
    int64_t micros;
    if (!w5_str_cut(*s, ' ', &stamp, &rest) || stamp.len != 17 || stamp.ptr[10] != '.' ||
        !w5_str_micros(stamp, &micros))
        return false;
    w->at = micros;
    w->zoned = true;
    w->digits = 6;
    *s = rest;
    return true;
}

/* "<    0.010000 >", "<   54.300000*>", or blanks on the first line. */
static void take_delta(w5_str *s)
{
    enum {
        WIDTH = 16
    };
    if (s->len > WIDTH && s->ptr[0] == ' ' && (s->ptr[1] == '<' || s->ptr[1] == ' ') &&
        s->ptr[WIDTH] == ']')
        *s = w5_str_skip(*s, WIDTH);
}

/* "[ 5000.010000] " or "[ 5000.010000 <    0.010000 >] ": seconds since a boot, no instant. */
static bool take_monotonic_stamp(w5_str *s)
{
    w5_str rest = w5_str_skip(*s, 1);
    uint64_t seconds, micros;
    while (w5_str_take(&rest, W5_STR(" ")))
        ;
    if (!w5_str_take_u64(&rest, &seconds) || !w5_str_take(&rest, W5_STR(".")))
        return false;
    size_t before = rest.len;
    if (!w5_str_take_u64(&rest, &micros) || before - rest.len != 6)
        return false;
    take_delta(&rest);
    if (!w5_str_take(&rest, W5_STR("] ")))
        return false;
    *s = rest;
    return true;
}

/* dmesg writes "[ 5000.010000] gunicorn[1300]: segfault at …" itself: the kernel speaks there. */
static bool kernel_speaks(w5_str message)
{
    return w5_str_starts(message, W5_STR("segfault at "));
}

/* with-unit writes the unit where the program's name stands otherwise. */
static void unit_for_ident(w5_wrapped *w)
{
    static const w5_str suffixes[] = {W5_LIT(".service"), W5_LIT(".scope"), W5_LIT(".socket"),
                                      W5_LIT(".slice")};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (!w5_str_ends(w->ident, suffixes[i]))
            continue;
        w->unit = w->ident;
        w->ident.len -= suffixes[i].len;
    }
    if (w5_str_eq(w->unit, W5_STR("init.scope")))
        w->ident = W5_STR("systemd");
}

bool w5_wrap_journal(w5_str line, w5_wrapped *w)
{
    if (line.len < 20)
        return false;
    if (line.ptr[0] == '[')
        return take_monotonic_stamp(&line) && w5_tag_read(line, W5_TAG_PID, w) &&
               !kernel_speaks(w->inner);
    if (line.ptr[0] >= '0' && line.ptr[0] <= '9')
        return take_unix_stamp(&line, w) && w5_tag_read(line, W5_TAG_NAMED, w);
    if (!w5_journal_take_full_stamp(&line, w) || !w5_tag_read(line, W5_TAG_NAMED, w))
        return false;
    unit_for_ident(w);
    return true;
}
