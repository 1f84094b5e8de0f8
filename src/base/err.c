/* err.c -- one message, written where the fault is known. */
#include <why502/base/err.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

/* Appends what fits before `end`, character by character, so that neither a hostile file name nor
 * the end of the buffer leaves half a character or a terminal sequence behind. */
static void put_visible(w5_err *err, w5_str text, size_t end)
{
    size_t used = strlen(err->text);
    w5_glyphs walk = w5_glyphs_of(text);
    w5_glyph glyph;
    while (w5_glyphs_next(&walk, &glyph)) {
        w5_str shown = glyph.escape_len ? (w5_str){glyph.escape, glyph.escape_len} : glyph.raw;
        if (used + shown.len >= end)
            break;
        memcpy(err->text + used, shown.ptr, shown.len);
        used += shown.len;
    }
    err->text[used] = '\0';
}

w5_rc w5_fail(w5_err *err, w5_rc code, int sys, const char *fmt, ...)
{
    enum {
        REASON_ROOM = 120
    }; /* a long name may not push out why it failed */
    char text[2048];
    char reason[REASON_ROOM];
    if (!err)
        return code;
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    *err = (w5_err){.code = code, .sys = sys};
    put_visible(err, w5_str_of(text), sizeof err->text - (sys ? REASON_ROOM : 0));
    if (sys != 0) {
        put_visible(err, W5_STR(": "), sizeof err->text);
        put_visible(err, w5_str_of(strerror_r(sys, reason, sizeof reason)), sizeof err->text);
    }
    return code;
}

const char *w5_rc_text(w5_rc code)
{
    switch (code) {
#define RC_TEXT(name, value, text)                                                                 \
    case name:                                                                                     \
        return text;
        W5_RC_LIST(RC_TEXT)
#undef RC_TEXT
    }
    return "unknown";
}
