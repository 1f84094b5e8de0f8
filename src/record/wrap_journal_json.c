/* wrap_journal_json.c -- journalctl -o json, json-seq (0x1E in front), json-sse ("data: " in
 * front): an entry a line, its fields in any order.
 *
 * Of some 25 fields ten are wanted, so most of the time goes into stepping over the others. The
 * members are walked here as systemd writes them, without blanks; an object that looks otherwise,
 * or holds lists of lists, is read by the general walk of journal.c. */
#include "journal.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* --- an entry like the one before ------------------------------------------------------------- */
/* The first quote or backslash; `end` when there is none. */
static const char *find_mark(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    for (; end - p >= 16; p += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(here, quote), _mm_cmpeq_epi8(here, slash));
        int bits = _mm_movemask_epi8(hits);
        if (bits != 0)
            return p + __builtin_ctz((unsigned)bits);
    }
#endif
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* A member with the key that is expected and a string without escapes: most are. */
static step take_expected(const struct w5_journal_place *known, const char **at, const char *end,
                          w5_journal *entry)
{
    if ((size_t)(end - *at) <= known->len || memcmp(*at, known->key, known->len) != 0)
        return ODD;
    const char *from = *at + known->len; /* behind the opening quote */
    const char *quote = find_mark(from, end);
    if (end - quote < 2 || *quote != '"' || (quote[1] != ',' && quote[1] != '}'))
        return ODD;
    if (known->field >= 0) {
        w5_str *value = w5_journal_value(entry, known->field);
        if (!value->ptr)
            *value = (w5_str){from, (size_t)(quote - from)};
    }
    *at = quote + 2;
    return quote[1] == ',' ? MEMBER : CLOSED;
}

/* The member at *at the long way, which becomes the one expected. */
static step take_new(struct w5_journal_place *known, const char **at, const char *end,
                     w5_journal *entry, w5_arena *scratch)
{
    w5_str key, raw;
    step found = take_member(at, end, &key, &raw);
    if (found == ODD)
        return ODD;
    int field = w5_journal_place(key);
    w5_str *value = field < 0 ? NULL : w5_journal_value(entry, field);
    if (value && !value->ptr)
        *value = w5_journal_json_value(raw, scratch);
    size_t len = (size_t)(raw.ptr + 1 - (key.ptr - 1));
    if (raw.ptr[0] != '"' || len > sizeof(known->key))
        return found;
    memcpy(known->key, key.ptr - 1, len);
    known->len = (uint8_t)len;
    known->field = (int8_t)field;
    return found;
}

bool w5_journal_json_again(w5_journal_shape *shape, w5_str line, w5_wrapped *w)
{
    const char *at = line.ptr + 1;
    const char *end = line.ptr + line.len;
    w5_journal entry = {0};
    step found = MEMBER;
    if (line.len < 3 || line.ptr[0] != '{')
        return false;
    for (size_t i = 0; found == MEMBER && i < W5_JOURNAL_PLACES; i++) {
        struct w5_journal_place *known = &shape->at[i];
        found = known->len > 0 ? take_expected(known, &at, end, &entry) : ODD;
        if (found == ODD)
            found = take_new(known, &at, end, &entry, w->scratch);
    }
    return found == CLOSED && entry.realtime.len > 0 && w5_journal_tell(&entry, w);
}
