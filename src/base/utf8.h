/* utf8.h -- foreign bytes, character by character, as a terminal would show them.
 *
 * Enters a slice of hostile bytes, leaves one character at a time with what to do with it: show
 * it, or make it visible as an escape. Everything that leaves through w5_out or w5_fail, and every
 * column that is counted, goes by this one judgement. Owns no memory. */
#ifndef W5_BASE_UTF8_H
#define W5_BASE_UTF8_H

#include <why502/base/str.h>

/* Strict UTF-8 (RFC 3629: no overlong forms, no surrogates): the length of the character at the
 * start of s and its code point; 0 when the first byte starts no such character. s is not empty. */
size_t w5_utf8_decode(w5_str s, uint32_t *code);
size_t w5_utf8_encode(char out[4], uint32_t code);

bool w5_utf8_hidden(uint32_t code);      /* controls, bidi, zero-width, tags, private use … */
unsigned w5_utf8_columns(uint32_t code); /* 0, 1 or 2, of a code point that is not hidden */

/* One character of a text. `raw` is its bytes; when `escape` is not empty it is shown instead:
 * \xNN for a bad byte or a control byte, \u{XXXX} for a code point. */
typedef struct w5_glyph {
    w5_str raw;
    uint32_t code; /* UINT32_MAX for a byte that is no UTF-8 */
    unsigned columns;
    unsigned char escape_len;
    char escape[12];
} w5_glyph;

/* Walks a text. More than W5_MARKS_MAX combining marks on one letter, and marks without a letter,
 * are escaped: they would paint over the lines around them. */
enum {
    W5_MARKS_MAX = 4
};
typedef struct w5_glyphs {
    w5_str rest;
    unsigned marks;
} w5_glyphs;
w5_glyphs w5_glyphs_of(w5_str s);
bool w5_glyphs_next(w5_glyphs *walk, w5_glyph *glyph); /* false at the end */

/* For the common case at speed: how many bytes at the start of s are printable ASCII, and going on
 * behind n such bytes. */
size_t w5_plain_run(w5_str s);
void w5_glyphs_skip(w5_glyphs *walk, size_t plain);

#endif
