/* wrap_journal_export.c -- journalctl -o export, and what systemd-journal-gatewayd serves.
 *
 * "FIELD=value" lines up to a blank one. A value that is no plain text is written as "FIELD", a
 * newline, its length as 64 bits (little-endian), the bytes, a newline: a newline among the length
 * and the bytes arrives as the end of a line. https://systemd.io/JOURNAL_EXPORT_FORMATS */
#include "journal.h"

typedef struct export
{
    w5_journal fields;
    w5_growing text; /* the binary value so far */
    w5_str *target;  /* where it belongs; NULL for a field that is not wanted */
    unsigned char length[8];
    uint64_t want; /* of the value's bytes, once all eight of the length are there */
    uint64_t have;
    uint8_t sized; /* bytes of the length so far */
    bool open, binary;
}
export;
_Static_assert(sizeof(export) <= sizeof((w5_entry){0}.memo), "the memo is too small");

static bool is_field_name(w5_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9'))
            return false;
    }
    return s.len > 0 && s.len <= 64;
}

/* Takes what of `bytes` belongs to the length. */
static w5_str take_length(export *x, w5_str bytes)
{
    size_t n = 0;
    while (x->sized < 8 && n < bytes.len)
        x->length[x->sized++] = (unsigned char)bytes.ptr[n++];
    if (x->sized == 8 && n > 0)
        for (size_t i = 8; i-- > 0;)
            x->want = x->want << 8 | x->length[i];
    return w5_str_skip(bytes, n);
}

static void put_value(w5_entry *e, export *x, w5_str bytes)
{
    x->have += bytes.len;
    if (!x->target)
        return;
    w5_growing_put(&x->text, e->arena, bytes);
    *x->target = w5_growing_str(&x->text);
}

/* One line of a binary value: its bytes and, unless the value ends there, the newline behind them.
 */
static w5_peel go_on(w5_entry *e, export *x, w5_str line)
{
    w5_str rest = take_length(x, line);
    if (x->sized < 8) {
        take_length(x, W5_STR("\n"));
        return W5_PEEL_MORE;
    }
    put_value(e, x, w5_str_head(rest, x->want - x->have));
    if (x->have < x->want)
        put_value(e, x, W5_STR("\n"));
    else
        x->binary = false;
    return W5_PEEL_MORE;
}

static bool keep_line(w5_entry *e, export *x, w5_str line)
{
    w5_str key = line;
    w5_str value;
    if (w5_str_cut(line, '=', &key, &value)) {
        w5_str *target = is_field_name(key) ? w5_journal_field(&x->fields, key) : NULL;
        if (target)
            *target = w5_arena_str(e->arena, value);
        return is_field_name(key);
    }
    x->binary = is_field_name(line);
    x->target = x->binary ? w5_journal_field(&x->fields, line) : NULL;
    x->text = (w5_growing){0};
    x->want = x->have = 0;
    x->sized = 0;
    return x->binary;
}

w5_peel w5_wrap_journal_export(w5_entry *e, w5_str line, w5_wrapped *w)
{
    export *x = (export *)(void *)e->memo;
    if (!x->open) {
        if (!line.ptr || !w5_str_starts(line, W5_STR("__CURSOR=")))
            return W5_PEEL_NO;
        x->open = true;
    }
    if (line.ptr && x->binary)
        return go_on(e, x, line);
    line = w5_journal_chomp(line);
    if (line.ptr && line.len > 0 && keep_line(e, x, line))
        return W5_PEEL_MORE;
    w->nothing = !w5_journal_tell(&x->fields, w);
    return line.ptr && line.len > 0 ? W5_PEEL_NEXT : W5_PEEL_YES;
}
