/* wrap_journal_json.c -- journalctl -o json, json-seq (0x1E in front), json-sse ("data: " in
 * front): an entry a line, its fields in any order.
 *
 * Of some 25 fields ten are wanted, so most of the time goes into stepping over the others. The
 * members are walked here as systemd writes them, without blanks; an object that looks otherwise,
 * or holds lists of lists, is read by the general walk of journal.c. */
#include "journal.h"

typedef enum step {
    MEMBER,
    CLOSED,
    ODD
} step;

/* The quote that ends the string whose first byte is at p; NULL when none does. */
static const char *string_end(const char *p, const char *end)
{
    const char *start = p;
    while (p < end) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote)
            return NULL;
        const char *slash = quote;
        while (slash > start && slash[-1] == '\\')
            slash--;
        if ((quote - slash) % 2 == 0)
            return quote;
        p = quote + 1;
    }
    return NULL;
}

/* Where the value at p ends: a string, a list of numbers, null. */
static const char *value_end(const char *p, const char *end)
{
    if (*p == '"') {
        const char *quote = string_end(p + 1, end);
        return quote ? quote + 1 : NULL;
    }
    if (*p == '[') {
        while (++p < end && ((*p >= '0' && *p <= '9') || *p == ','))
            ;
        return p < end && *p == ']' ? p + 1 : NULL;
    }
    return end - p > 4 && memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
}

/* `"KEY":value` and the comma or brace behind it. */
static step take_member(const char **at, const char *end, w5_str *key, w5_str *raw)
{
    const char *name = *at + 1;
    if (end - *at < 6 || **at != '"' || (*name != '_' && (*name < 'A' || *name > 'Z')))
        return ODD;
    const char *p = memchr(name, '"', (size_t)(end - name));
    if (!p || end - p < 4 || p[1] != ':')
        return ODD;
    *key = (w5_str){name, (size_t)(p - name)};
    const char *value = p + 2;
    p = value_end(value, end);
    if (!p || p == end || (*p != ',' && *p != '}'))
        return ODD;
    *raw = (w5_str){value, (size_t)(p - value)};
    *at = p + 1;
    return *p == ',' ? MEMBER : CLOSED;
}

/* CLOSED: the entry is read. ODD: it is written otherwise, if it is one. */
static step read_entry(w5_str line, w5_journal *entry, w5_arena *scratch)
{
    const char *at = line.ptr + 1;
    const char *end = line.ptr + line.len;
    w5_str key, raw;
    step found = MEMBER;
    while (found == MEMBER) {
        found = take_member(&at, end, &key, &raw);
        w5_str *value = found == ODD ? NULL : w5_journal_field(entry, key);
        if (value)
            *value = w5_journal_json_value(raw, scratch);
    }
    return found;
}

bool w5_wrap_journal_json(w5_str line, w5_wrapped *w)
{
    size_t at;
    w5_journal entry = {0};
    w5_str_take(&line, W5_STR("\x1e"));
    w5_str_take(&line, W5_STR("data: "));
    if (line.len < 3 || line.ptr[0] != '{')
        return false;
    if (read_entry(line, &entry, w->scratch) == CLOSED)
        return entry.realtime.len > 0 && w5_journal_tell(&entry, w);
    return w5_str_find(line, W5_STR("\"__REALTIME_TIMESTAMP\":"), &at) &&
           w5_journal_read_json(line, w);
}
