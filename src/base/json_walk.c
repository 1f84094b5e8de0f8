/* json_walk.c -- flat JSON objects in place: no tree, no copy.
 *
 * `journalctl -o json` writes some 60 members a line, of which we want seven; building all of them
 * costs ten times the walk. A string ends at the first quote with an even number of backslashes
 * before it, so memchr does nearly all the work. */
#include <why502/base/json.h>

#include "json_walk.h"
#include "utf8.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

w5_str w5_json_skip_space(w5_str s)
{
    while (s.len > 0 && is_space(s.ptr[0]))
        s = w5_str_skip(s, 1);
    return s;
}

/* How long the string is that starts at s, quotes included; 0 when it does not end. */
static size_t string_length(w5_str s)
{
    size_t at = 1;
    while (at < s.len) {
        const char *quote = memchr(s.ptr + at, '"', s.len - at);
        if (!quote)
            return 0;
        size_t end = (size_t)(quote - s.ptr);
        size_t slashes = 0;
        while (end - slashes > at && s.ptr[end - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return end + 1;
        at = end + 1;
    }
    return 0;
}

static bool ends_scalar(char c)
{
    return c == ',' || c == '}' || c == ']' || is_space(c);
}

static size_t scalar_length(w5_str s)
{
    size_t n = 0;
    while (n < s.len && !ends_scalar(s.ptr[n]))
        n++;
    return n;
}

size_t w5_json_extent(w5_str s, unsigned depth_max)
{
    unsigned depth = 0;
    size_t at = 0;
    do {
        w5_str rest = w5_str_skip(s, at);
        size_t n = 1;
        if (rest.len == 0)
            return 0;
        if (rest.ptr[0] == '"')
            n = string_length(rest);
        else if (rest.ptr[0] == '{' || rest.ptr[0] == '[')
            depth++;
        else if (depth > 0 && (rest.ptr[0] == '}' || rest.ptr[0] == ']'))
            depth--;
        else if (depth == 0)
            n = scalar_length(rest);
        if (n == 0 || depth > depth_max)
            return 0;
        at += n;
    } while (depth > 0);
    return at;
}

bool w5_json_walk_open(w5_str text, w5_json_walk *walk)
{
    w5_str rest = w5_json_skip_space(text);
    if (!w5_str_take(&rest, W5_STR("{")))
        return false;
    *walk = (w5_json_walk){.rest = rest};
    return true;
}

/* Takes one value (or key) off the front. */
static bool take_value(w5_str *s, w5_str *raw)
{
    enum {
        DEPTH_MAX = 32
    };
    w5_str rest = w5_json_skip_space(*s);
    size_t n = w5_json_extent(rest, DEPTH_MAX);
    if (n == 0)
        return false;
    *raw = w5_str_head(rest, n);
    *s = w5_json_skip_space(w5_str_skip(rest, n));
    return true;
}

bool w5_json_walk_next(w5_json_walk *walk, w5_str *key, w5_str *raw)
{
    w5_str name;
    w5_str value;
    w5_str rest = w5_json_skip_space(walk->rest);
    if (walk->broken)
        return false;
    w5_str_take(&rest, W5_STR(","));
    rest = w5_json_skip_space(rest);
    if (w5_str_take(&rest, W5_STR("}"))) {
        walk->rest = rest;
        return false;
    }
    walk->broken = !take_value(&rest, &name) || name.ptr[0] != '"' ||
                   !w5_str_take(&rest, W5_STR(":")) || !take_value(&rest, &value);
    if (walk->broken)
        return false;
    *key = (w5_str){name.ptr + 1, name.len - 2};
    *raw = value;
    walk->rest = rest;
    return true;
}

/* --- unquoting ------------------------------------------------------------------------------- */
static bool take_hex4(w5_str *s, uint32_t *value)
{
    uint32_t sum = 0;
    if (s->len < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        char c = s->ptr[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit > 15)
            return false;
        sum = sum << 4 | digit;
    }
    *value = sum;
    *s = w5_str_skip(*s, 4);
    return true;
}

/* Behind "\u": a code point, of two escapes when the first is a high surrogate. */
static bool take_code(w5_str *s, uint32_t *code)
{
    uint32_t low;
    if (!take_hex4(s, code))
        return false;
    w5_str rest = *s;
    bool high = *code >= 0xd800 && *code < 0xdc00;
    if (high && w5_str_take(&rest, W5_STR("\\u")) && take_hex4(&rest, &low) && low >= 0xdc00 &&
        low < 0xe000) {
        *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
        *s = rest;
    } else if (*code >= 0xd800 && *code < 0xe000) {
        *code = 0xfffd;
    }
    return true;
}

/* One escape, its backslash already taken: false when JSON knows no such. */
static bool unescape(w5_str *s, char **to)
{
    static const char letters[] = "b\bf\fn\nr\rt\t\"\"\\\\//";
    uint32_t code;
    if (s->len == 0)
        return false;
    char c = s->ptr[0];
    *s = w5_str_skip(*s, 1);
    if (c == 'u') {
        if (!take_code(s, &code))
            return false;
        *to += w5_utf8_encode(*to, code);
        return true;
    }
    for (size_t i = 0; i + 1 < sizeof letters; i += 2) {
        if (letters[i] == c) {
            *(*to)++ = letters[i + 1];
            return true;
        }
    }
    return false;
}

w5_rc w5_json_unquote(w5_arena *arena, w5_str raw, w5_str *text)
{
    if (raw.len < 2 || raw.ptr[0] != '"' || raw.ptr[raw.len - 1] != '"')
        return W5_MISS;
    w5_str s = {raw.ptr + 1, raw.len - 2};
    size_t plain;
    if (!w5_str_find_char(s, '\\', &plain)) {
        *text = s;
        return W5_OK;
    }
    char *start = w5_arena_alloc(arena, s.len); /* an escape is never shorter than what it means */
    char *to = start;
    while (w5_str_find_char(s, '\\', &plain)) {
        memcpy(to, s.ptr, plain);
        to += plain;
        s = w5_str_skip(s, plain + 1);
        if (!unescape(&s, &to))
            return W5_MISS;
    }
    if (s.len > 0)
        memcpy(to, s.ptr, s.len);
    *text = (w5_str){start, (size_t)(to - start) + s.len};
    return W5_OK;
}
