/* utf8.c -- strict decoding, three sorted tables, one walk. */
#include "utf8.h"

#include "utf8_table.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The well-formed sequences of RFC 3629 §4: by first byte, how long, and which second bytes keep
 * out overlong forms, surrogates and what lies above U+10FFFF. */
static const struct {
    unsigned char first, last, len, low, high;
} shapes[] = {
    {0x00, 0x7f, 1, 0,    0   },
    {0xc2, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static size_t well_formed(const unsigned char *p, size_t room)
{
    for (size_t i = 0; i < COUNT(shapes); i++) {
        if (p[0] < shapes[i].first || p[0] > shapes[i].last)
            continue;
        size_t len = shapes[i].len;
        if (len > room || (len > 1 && (p[1] < shapes[i].low || p[1] > shapes[i].high)))
            return 0;
        if ((len > 2 && !is_tail(p[2])) || (len > 3 && !is_tail(p[3])))
            return 0;
        return len;
    }
    return 0;
}

size_t w5_utf8_decode(w5_str s, uint32_t *code)
{
    static const unsigned char first_mask[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t len = well_formed(p, s.len);
    if (len == 0)
        return 0;
    uint32_t sum = p[0] & first_mask[len];
    for (size_t i = 1; i < len; i++)
        sum = sum << 6 | (p[i] & 0x3f);
    *code = sum;
    return len;
}

size_t w5_utf8_encode(char out[4], uint32_t code)
{
    static const unsigned char first_bits[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(first_bits[len] | code);
    return len;
}

static bool within(const w5_range *table, size_t count, uint32_t code)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (code < table[middle].first)
            count = middle;
        else if (code > table[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

bool w5_utf8_hidden(uint32_t code)
{
    if (code < 0x7f)
        return code < 0x20;
    return within(hidden_ranges, COUNT(hidden_ranges), code);
}

unsigned w5_utf8_columns(uint32_t code)
{
    if (code < 0x300)
        return 1;
    if (within(combining_ranges, COUNT(combining_ranges), code))
        return 0;
    return within(wide_ranges, COUNT(wide_ranges), code) ? 2 : 1;
}

static const char hex[] = "0123456789abcdef";

static void escape_byte(w5_glyph *glyph, unsigned char byte)
{
    const char text[] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    memcpy(glyph->escape, text, sizeof text);
    glyph->columns = glyph->escape_len = sizeof text;
}

/* \u{202e}: at least two digits, at most six. */
static void escape_code(w5_glyph *glyph, uint32_t code)
{
    unsigned digits = 2;
    while (digits < 6 && code >> (4 * digits) != 0)
        digits++;
    char *p = glyph->escape;
    *p++ = '\\';
    *p++ = 'u';
    *p++ = '{';
    for (unsigned i = digits; i-- > 0;)
        *p++ = hex[code >> (4 * i) & 15];
    *p++ = '}';
    glyph->columns = glyph->escape_len = (unsigned char)(p - glyph->escape);
}

w5_glyphs w5_glyphs_of(w5_str s)
{
    return (w5_glyphs){.rest = s, .marks = W5_MARKS_MAX};
}

bool w5_glyphs_next(w5_glyphs *walk, w5_glyph *glyph)
{
    if (walk->rest.len == 0)
        return false;
    size_t len = w5_utf8_decode(walk->rest, &glyph->code);
    glyph->raw = w5_str_head(walk->rest, len ? len : 1);
    glyph->escape_len = 0;
    walk->rest = w5_str_skip(walk->rest, glyph->raw.len);
    if (len == 0)
        glyph->code = UINT32_MAX;
    if (len == 0 || glyph->code < 0x20 || glyph->code == 0x7f)
        escape_byte(glyph, (unsigned char)glyph->raw.ptr[0]);
    else if (w5_utf8_hidden(glyph->code))
        escape_code(glyph, glyph->code);
    else
        glyph->columns = w5_utf8_columns(glyph->code);
    if (glyph->columns == 0 && walk->marks++ >= W5_MARKS_MAX)
        escape_code(glyph, glyph->code);
    if (glyph->columns != 0)
        walk->marks = glyph->escape_len ? W5_MARKS_MAX : 0;
    return true;
}

size_t w5_plain_run(w5_str s)
{
    size_t i = 0;
    while (i < s.len && s.ptr[i] >= 0x20 && s.ptr[i] < 0x7f)
        i++;
    return i;
}

void w5_glyphs_skip(w5_glyphs *walk, size_t plain)
{
    walk->rest = w5_str_skip(walk->rest, plain);
    if (plain > 0)
        walk->marks = 0;
}
