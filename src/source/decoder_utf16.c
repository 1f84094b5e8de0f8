/* decoder_utf16.c -- UTF-16 as UTF-8: what PowerShell's ">" makes of a log.
 *
 * Told by its byte order mark (RFC 2781 §3.2); without one it is bytes like any other. What is no
 * character becomes U+FFFD. */
#include <stdlib.h>

#include <why502/base/arena.h>

#include "decoder.h"

#define REPLACEMENT 0xfffdu

typedef struct utf16 {
    bool marked;      /* the mark was read */
    bool big;         /* the higher byte comes first */
    uint32_t leading; /* the first half of a pair, 0: none */
} utf16;

static w5_sniff sniff(w5_str head)
{
    w5_sniff little = w5_magic(head, W5_STR("\xff\xfe"));
    w5_sniff big = w5_magic(head, W5_STR("\xfe\xff"));
    if (w5_str_starts(head, W5_STR("\xff\xfe\0\0"))) /* UTF-32 */
        return W5_SNIFF_NO;
    return little > big ? little : big;
}

static w5_rc begin(void **state, w5_err *err)
{
    utf16 *u = w5_xmalloc(sizeof *u);
    (void)err;
    *u = (utf16){0};
    *state = u;
    return W5_OK;
}

static size_t put(char *out, uint32_t code)
{
    static const struct {
        uint32_t below;
        unsigned char mark;
        size_t len;
    } forms[] = {
        {0x80,     0x00, 1},
        {0x800,    0xc0, 2},
        {0x10000,  0xe0, 3},
        {0x110000, 0xf0, 4},
    };
    size_t i = 0;
    while (code >= forms[i].below)
        i++;
    for (size_t k = forms[i].len; k-- > 1; code >>= 6)
        out[k] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(forms[i].mark | code);
    return forms[i].len;
}

/* One unit: what it completes is put out, at most two characters. */
static size_t take(utf16 *u, uint32_t unit, char *out)
{
    size_t n = 0;
    uint32_t leading = u->leading;
    u->leading = 0;
    if (leading && unit >= 0xdc00 && unit < 0xe000)
        return put(out, 0x10000 + ((leading - 0xd800) << 10) + (unit - 0xdc00));
    if (leading)
        n = put(out, REPLACEMENT);
    if (unit >= 0xd800 && unit < 0xdc00)
        u->leading = unit;
    else
        n += put(out + n, unit >= 0xdc00 && unit < 0xe000 ? REPLACEMENT : unit);
    return n;
}

static w5_rc decode(void *state, w5_str *in, char *out, size_t room, size_t *made, w5_err *err)
{
    utf16 *u = state;
    (void)err;
    *made = 0;
    while (in->len >= 2 && room - *made >= 8) {
        unsigned first = (unsigned char)in->ptr[0];
        unsigned second = (unsigned char)in->ptr[1];
        *in = w5_str_skip(*in, 2);
        if (u->marked)
            *made += take(u, u->big ? first << 8 | second : second << 8 | first, out + *made);
        else
            u->big = first == 0xfe;
        u->marked = true;
    }
    return W5_OK;
}

static w5_rc reset(void *state, w5_err *err)
{
    (void)err;
    *(utf16 *)state = (utf16){0};
    return W5_OK;
}

static void end(void *state)
{
    free(state);
}

const w5_decoder w5_decoder_utf16 = {W5_LIT("utf-16"), sniff, begin, decode, reset, end, true};
