/* wrap_docker.c -- docker's json-file log driver: one object a line.
 *
 * {"log":"text\n","stream":"stderr","time":"2026-11-20T16:37:20.123456789Z"}: keys in this order,
 * "attrs" may follow "stream" (moby, daemon/logger/jsonfilelog). A text of more than 16 KiB comes
 * in pieces, all but the last without the newline. Read by hand: it is the hot path of containers.
 */
#include "wrap.h"

#include <limits.h>

/* The end of a JSON string that begins at s[0] (behind its quote): the closing quote's place. */
static bool string_end(w5_str s, size_t *end, bool *escaped)
{
    *escaped = false;
    for (size_t i = 0; i < s.len; i++) {
        const char *hit = memchr(s.ptr + i, '"', s.len - i);
        if (!hit)
            return false;
        const char *slash = memchr(s.ptr + i, '\\', (size_t)(hit - (s.ptr + i)));
        if (!slash) {
            *end = (size_t)(hit - s.ptr);
            return true;
        }
        *escaped = true;
        i = (size_t)(slash - s.ptr) + 1;
    }
    return false;
}

static unsigned hex4(const char *p)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i];
        unsigned digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (digit > 15)
            return UINT_MAX;
        value = value << 4 | digit;
    }
    return value;
}

static char *put_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (c & 0x3f));
    return out;
}

/* \uXXXX at s[i] (the 'u'), a surrogate pair included; an impossible one becomes U+FFFD. */
static char *put_escape_u(char *out, w5_str s, size_t *i)
{
    unsigned c = *i + 4 < s.len ? hex4(s.ptr + *i + 1) : UINT_MAX;
    if (c == UINT_MAX)
        return put_utf8(out, 0xfffd);
    *i += 4;
    bool high = c >= 0xd800 && c < 0xdc00;
    if (high && *i + 6 < s.len && s.ptr[*i + 1] == '\\' && s.ptr[*i + 2] == 'u') {
        unsigned low = hex4(s.ptr + *i + 3);
        if (low >= 0xdc00 && low < 0xe000) {
            *i += 6;
            return put_utf8(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
        }
    }
    return put_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
}

static w5_str unescape(w5_arena *scratch, w5_str s)
{
    static const char from[] = "nrtbf";
    static const char to[] = "\n\r\t\b\f";
    char *bytes = w5_arena_alloc(scratch, s.len + 1);
    char *out = bytes;
    size_t i = 0;
    for (size_t run; i < s.len; i++) {
        if (!w5_str_find_char(w5_str_skip(s, i), '\\', &run) || i + run + 1 == s.len)
            break;
        memcpy(out, s.ptr + i, run);
        out += run;
        i += run + 1;
        const char *known = s.ptr[i] > '\\' ? strchr(from, s.ptr[i]) : NULL;
        if (known)
            *out++ = to[known - from];
        else if (s.ptr[i] == 'u')
            out = put_escape_u(out, s, &i);
        else
            *out++ = s.ptr[i];
    }
    if (i < s.len) {
        memcpy(out, s.ptr + i, s.len - i);
        out += s.len - i;
    }
    return (w5_str){bytes, (size_t)(out - bytes)};
}

static bool take_text(w5_str *rest, w5_wrapped *w)
{
    size_t end;
    bool escaped;
    if (!string_end(*rest, &end, &escaped))
        return false;
    w5_str text = w5_str_head(*rest, end);
    *rest = w5_str_skip(*rest, end + 1);
    w->partial = !w5_str_ends(text, W5_STR("\\n"));
    if (!w->partial)
        text.len -= 2;
    if (escaped && memchr(text.ptr, '\\', text.len))
        text = unescape(w->scratch, text);
    if (w5_str_ends(text, W5_STR("\r")))
        text.len--;
    w->inner = text;
    return true;
}

/* "key":" or, written anew by another program, "key": ". */
static bool take_key(w5_str *rest, w5_str key)
{
    w5_str s = *rest;
    if (!w5_str_take(&s, key))
        return false;
    w5_str_take(&s, W5_STR(" "));
    if (!w5_str_take(&s, W5_STR("\"")))
        return false;
    *rest = s;
    return true;
}

static bool take_time(w5_str rest, w5_wrapped *w)
{
    w5_str before;
    w5_str stamp;
    int offset;
    unsigned digits;
    if (!w5_str_cut_at(rest, W5_STR("\"time\":"), &before, &stamp) || !take_key(&stamp, W5_NONE) ||
        !w5_take_iso(&stamp, &w->at, &offset, &digits) || offset == INT_MIN)
        return false;
    w->zoned = true;
    w->digits = (uint8_t)digits;
    return w5_str_starts(stamp, W5_STR("\""));
}

bool w5_wrap_docker(w5_str line, w5_wrapped *w)
{
    w5_str rest = line;
    w5_str name;
    if (!take_key(&rest, W5_STR("{\"log\":")) || !take_text(&rest, w))
        return false;
    bool more = w5_str_take(&rest, W5_STR(","));
    w5_str_take(&rest, W5_STR(" "));
    if (more && take_key(&rest, W5_STR("\"stream\":")) && w5_str_cut(rest, '"', &name, &rest))
        w->key = name;
    return take_time(rest, w);
}
