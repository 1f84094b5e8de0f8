/* fuzz_escape.c -- whatever goes in, what leaves is valid UTF-8 without controls, takes the columns
 * that were counted, and means nothing to its sink. */
#include <why502/base/out.h>

#include <stdlib.h>

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static size_t columns_of_tame(w5_str s)
{
    w5_glyphs walk = w5_glyphs_of(s);
    w5_glyph glyph;
    size_t columns = 0;
    while (w5_glyphs_next(&walk, &glyph)) {
        demand(glyph.code != UINT32_MAX && !w5_utf8_hidden(glyph.code));
        columns += glyph.columns;
    }
    return columns;
}

static void lacks(w5_str s, const char *bytes)
{
    for (size_t i = 0; i < s.len; i++)
        demand(!memchr(bytes, s.ptr[i], strlen(bytes)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    w5_str s = {(const char *)data, size};
    w5_out *out = w5_out_memory();
    for (unsigned how = W5_TTY; how <= W5_METRIC; how++) {
        w5_out_reset(out);
        w5_out_text(out, (w5_escape)how, s);
        size_t columns = columns_of_tame(w5_out_bytes(out));
        if (how == W5_TTY)
            demand(columns == w5_out_width(s));
        if (how == W5_HTML)
            lacks(w5_out_bytes(out), "<>\"'`");
        if (how == W5_CODE)
            lacks(w5_out_bytes(out), "`|");
    }
    for (size_t width = 0; width < 20; width++)
        demand(w5_out_width(w5_out_fit(s, width)) <= width);
    w5_out_done(out, NULL);
    return 0;
}
