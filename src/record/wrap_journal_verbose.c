/* wrap_journal_verbose.c -- journalctl -o verbose:
 *
 *     Sun 2026-03-15 09:47:10.000000 UTC [s=c05e…;i=1;b=7d3a…;m=12a05f200;t=64d0cfc69c380;x=4a85…]
 *         _PID=1201
 *         MESSAGE=first line
 *                 second line
 *
 * The head tells the zone, the cursor's t the instant in microseconds (hexadecimal). */
#include "journal.h"

typedef struct verbose {
    w5_journal fields;
    w5_growing text; /* of the field that may go on in the next line */
    w5_str *growing;
    w5_time at;
    size_t indent; /* where the continued value's lines begin */
    bool open;
} verbose;
_Static_assert(sizeof(verbose) <= sizeof((w5_entry){0}.memo), "the memo is too small");

static bool read_head(w5_str line, verbose *v)
{
    w5_wrapped stamp = {0};
    if (line.len < 60 || !w5_journal_take_full_stamp(&line, &stamp) ||
        !w5_str_take(&line, W5_STR("[s=")) || !w5_str_ends(line, W5_STR("]")))
        return false;
    w5_str head, tail;
    if (!w5_str_cut_at(line, W5_STR(";t="), &head, &tail))
        return false;
    uint64_t micros = 0;
    for (size_t i = 0; i < tail.len && i < 15 && tail.ptr[i] != ';'; i++) {
        char c = tail.ptr[i];
        unsigned digit = c >= 'a' ? (unsigned)(c - 'a') + 10 : (unsigned)(c - '0');
        if (digit > 15)
            return false;
        micros = micros << 4 | digit;
    }
    v->at = (w5_time)micros;
    return true;
}

static size_t blanks(w5_str line)
{
    size_t n = 0;
    while (n < line.len && line.ptr[n] == ' ')
        n++;
    return n;
}

/* "    KEY=value", or one more line of the value before. */
static bool keep_line(w5_entry *e, verbose *v, w5_str line)
{
    enum {
        FIELD = 4
    };
    w5_str key, value;
    size_t indent = blanks(line);
    if (v->indent > 0 && indent >= v->indent) {
        if (!v->growing)
            return true;
        w5_growing_put(&v->text, e->arena, W5_STR("\n"));
        w5_growing_put(&v->text, e->arena, w5_str_skip(line, v->indent));
        *v->growing = w5_growing_str(&v->text);
        return true;
    }
    if (indent != FIELD || !w5_str_cut(w5_str_skip(line, FIELD), '=', &key, &value))
        return false;
    v->growing = w5_journal_field(&v->fields, key);
    v->indent = FIELD + key.len + 1;
    v->text = (w5_growing){0};
    if (!v->growing)
        return true;
    w5_growing_put(&v->text, e->arena, value);
    *v->growing = value.len > 0 ? w5_growing_str(&v->text) : W5_STR("");
    return true;
}

/* The kernel's first line says what the boot mark above it said. */
static bool tells_boot_again(w5_entry *e, const w5_journal *fields)
{
    bool again = e->boot_told && w5_str_eq(fields->identifier, W5_STR("kernel")) &&
                 w5_str_starts(fields->message, W5_STR("Linux version "));
    e->boot_told = false;
    return again;
}

static w5_peel tell(w5_entry *e, verbose *v, w5_peel answer, w5_wrapped *w)
{
    if (!v->fields.message.ptr)
        v->fields.message = W5_STR("");
    w->nothing = !w5_journal_tell(&v->fields, w) || tells_boot_again(e, &v->fields);
    if (w->at == W5_TIME_NONE)
        w->at = v->at;
    w->zoned = true;
    w->digits = 6;
    return answer;
}

w5_peel w5_wrap_journal_verbose(w5_entry *e, w5_str line, w5_wrapped *w)
{
    verbose *v = (verbose *)(void *)e->memo;
    line = w5_journal_chomp(line);
    if (!v->open) {
        v->open = line.ptr && read_head(line, v);
        return v->open ? W5_PEEL_MORE : W5_PEEL_NO;
    }
    if (!line.ptr)
        return tell(e, v, W5_PEEL_YES, w);
    return keep_line(e, v, line) ? W5_PEEL_MORE : tell(e, v, W5_PEEL_NEXT, w);
}
