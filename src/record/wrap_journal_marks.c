/* wrap_journal_marks.c -- journalctl's own lines: boot marks, explanations of -x, "-- No entries
 * --".
 *
 * A boot mark carries no time; it takes that of the line behind it, and becomes a record, so that a
 * reboot is seen in a unit's journal too, where no kernel line tells of it. */
#include "journal.h"

typedef struct marks {
    bool boot;    /* a boot mark waits for the line behind it */
    bool catalog; /* inside an explanation of systemd <= 245, whose lines begin with "-- " */
} marks;

static bool is_boot(w5_str line)
{
    enum {
        LENGTH = sizeof "-- Boot 7d3a1f0c5b6e4e1f9a2b3c4d5e6f7081 --" - 1
    };
    return w5_str_eq(line, W5_STR("-- Reboot --")) ||
           (line.len == LENGTH && w5_str_starts(line, W5_STR("-- Boot ")) &&
            w5_str_ends(line, W5_STR(" --")));
}

/* "-- Logs begin at Wed 2016-11-30 08:49:56 CET, end at … --" (up to 249). */
static bool is_span(w5_str line)
{
    return w5_str_ends(line, W5_STR(" --")) &&
           (w5_str_starts(line, W5_STR("-- Logs begin at ")) ||
            w5_str_starts(line, W5_STR("-- Journal begins at ")));
}

/* A message's further lines, which the short modes indent to its column: at least 21 blanks
 * ("[    3.000000] a[1]: "). What it belongs to is understood already. */
static bool is_indented_message(w5_str line)
{
    enum {
        NARROWEST = 21
    };
    size_t n = 0;
    while (n < line.len && line.ptr[n] == ' ')
        n++;
    return n >= NARROWEST && n < line.len;
}

static bool is_explanation(w5_str line)
{
    return w5_str_starts(line, W5_STR("\xE2\x96\x91\xE2\x96\x91"));
}

static w5_peel begin(marks *m, w5_str line, w5_wrapped *w)
{
    if (line.len < 2)
        return W5_PEEL_NO;
    m->boot = is_boot(line);
    m->catalog = w5_str_starts(line, W5_STR("-- Subject: "));
    if (m->boot || m->catalog)
        return W5_PEEL_MORE;
    w->nothing = is_explanation(line) || is_indented_message(line) || is_span(line) ||
                 w5_str_eq(line, W5_STR("-- No entries --"));
    return w->nothing ? W5_PEEL_YES : W5_PEEL_NO;
}

/* The kernel's first line says the same, and knows the time itself. */
static bool kernel_tells(w5_str line)
{
    size_t at;
    return w5_str_find(line, W5_STR("kernel: Linux version "), &at);
}

static w5_peel tell_boot(w5_entry *e, w5_str line, w5_wrapped *w)
{
    w5_wrapped next = {.scratch = w->scratch, .record = w->record, .at = W5_TIME_NONE, .count = 1};
    w->inner = W5_STR("-- Boot --");
    w->ident = W5_STR("journalctl");
    if (!line.ptr)
        return W5_PEEL_YES;
    w5_str head = line;
    bool oneline = w5_wrap_syslog(line, &next) || w5_wrap_journal(line, &next);
    e->boot_told = !oneline && w5_journal_take_full_stamp(&head, &next); /* -o verbose: a head */
    if (oneline || e->boot_told) {
        w->at = next.at;
        w->zoned = next.zoned;
        w->year_missing = next.year_missing;
        w->digits = next.digits;
        w->host = next.host;
    }
    w->nothing = kernel_tells(line);
    return W5_PEEL_NEXT;
}

w5_peel w5_wrap_journal_marks(w5_entry *e, w5_str line, w5_wrapped *w)
{
    marks *m = (marks *)(void *)e->memo;
    line = w5_journal_chomp(line);
    if (m->boot)
        return tell_boot(e, line, w);
    if (m->catalog && line.ptr && w5_str_starts(line, W5_STR("--")) && !is_boot(line))
        return W5_PEEL_MORE;
    if (m->catalog) {
        w->nothing = true;
        return line.ptr ? W5_PEEL_NEXT : W5_PEEL_YES;
    }
    return line.ptr ? begin(m, line, w) : W5_PEEL_NO;
}
