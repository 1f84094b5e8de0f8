/* wrap_journal_pretty.c -- journalctl -o json-pretty: a brace, members behind a tab, a brace.
 *
 * The lines are kept until the closing brace and then read like those of -o json. A brace alone in
 * a line opens other things too; the second line tells. */
#include "journal.h"

typedef struct pretty {
    w5_growing text;
    bool open, sure;
} pretty;
_Static_assert(sizeof(pretty) <= sizeof((w5_entry){0}.memo), "the memo is too small");

static w5_peel keep(w5_entry *e, w5_str line)
{
    pretty *p = (pretty *)(void *)e->memo;
    w5_growing_put(&p->text, e->arena, line);
    w5_growing_put(&p->text, e->arena, W5_STR("\n"));
    return W5_PEEL_MORE;
}

static bool is_member(w5_str line)
{
    return line.len > 3 && line.ptr[0] == '\t' && line.ptr[1] == '"' &&
           (line.ptr[2] == '_' || (line.ptr[2] >= 'A' && line.ptr[2] <= 'Z'));
}

w5_peel w5_wrap_journal_pretty(w5_entry *e, w5_str line, w5_wrapped *w)
{
    pretty *p = (pretty *)(void *)e->memo;
    line = w5_journal_chomp(line);
    if (!p->open) {
        p->open = line.ptr && w5_str_eq(line, W5_STR("{"));
        return p->open ? keep(e, line) : W5_PEEL_NO;
    }
    if (line.ptr && (p->sure ? line.len > 0 && line.ptr[0] == '\t' : is_member(line))) {
        p->sure = true;
        return keep(e, line);
    }
    bool whole = line.ptr && p->sure && w5_str_eq(line, W5_STR("}"));
    if (whole)
        keep(e, line);
    w->nothing = !whole || !w5_journal_read_json(w5_growing_str(&p->text), w);
    return whole || !line.ptr ? W5_PEEL_YES : W5_PEEL_NEXT;
}
