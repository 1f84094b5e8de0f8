/* out.c -- buffered output, and one escaping function for every sink.
 *
 * Foreign text is walked character by character (utf8.h). Long runs of printable ASCII, which is
 * what logs are made of, are copied at once as far as the sink gives none of them a meaning; the
 * table `special` says which it does. */
#include <why502/base/out.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "utf8.h"

enum {
    FD_BUFFER = 64 * 1024,
    MEMORY_FIRST = 1024
};

struct w5_out {
    char *bytes;
    size_t len, room;
    int fd;  /* -1: a memory out, which grows */
    int sys; /* the first failure's errno; then nothing is written any more */
};

static w5_out *out_new(int fd, size_t room)
{
    w5_out *out = w5_xmalloc(sizeof *out);
    *out = (w5_out){.bytes = w5_xmalloc(room), .room = room, .fd = fd};
    return out;
}

w5_out *w5_out_fd(int fd)
{
    return out_new(fd, FD_BUFFER);
}

w5_out *w5_out_memory(void)
{
    return out_new(-1, MEMORY_FIRST);
}

w5_str w5_out_bytes(const w5_out *out)
{
    return (w5_str){out->bytes, out->len};
}

void w5_out_reset(w5_out *out)
{
    out->len = 0;
}

/* A descriptor that somebody else made non-blocking (a shared terminal) is waited for. */
static bool write_some(w5_out *out, const char **from, size_t *left)
{
    ssize_t n = write(out->fd, *from, *left);
    if (n > 0) {
        *from += n;
        *left -= (size_t)n;
        return true;
    }
    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0 && errno == EAGAIN) {
        struct pollfd ready = {.fd = out->fd, .events = POLLOUT};
        return poll(&ready, 1, -1) >= 0 || errno == EINTR;
    }
    return false;
}

static void drain(w5_out *out)
{
    const char *from = out->bytes;
    size_t left = out->len;
    while (left > 0 && out->sys == 0)
        if (!write_some(out, &from, &left))
            out->sys = errno ? errno : EIO;
    out->len = 0;
}

static void grow(w5_out *out, size_t wanted)
{
    size_t room = out->room;
    while (room - out->len < wanted)
        room *= 2;
    out->bytes = w5_xrealloc(out->bytes, room, 1);
    out->room = room;
}

static void put(w5_out *out, const char *bytes, size_t len)
{
    if (out->fd < 0 && out->room - out->len < len)
        grow(out, len);
    while (len > 0) {
        if (out->len == out->room)
            drain(out);
        size_t n = out->room - out->len < len ? out->room - out->len : len;
        memcpy(out->bytes + out->len, bytes, n);
        out->len += n;
        bytes += n;
        len -= n;
    }
}

void w5_out_lit(w5_out *out, const char *ours)
{
    put(out, ours, strlen(ours));
}

void w5_out_repeat(w5_out *out, const char *ours, size_t times)
{
    for (size_t i = 0; i < times; i++)
        w5_out_lit(out, ours);
}

void w5_out_copy(w5_out *out, const w5_out *from)
{
    put(out, from->bytes, from->len);
}

void w5_out_fmt(w5_out *out, const char *fmt, ...)
{
    char text[512];
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof text) {
        put(out, text, (size_t)len);
    } else if (len >= 0) {
        char *longer = w5_xmalloc((size_t)len + 1);
        vsnprintf(longer, (size_t)len + 1, fmt, again);
        put(out, longer, (size_t)len);
        free(longer);
    }
    va_end(again);
}

/* --- escapes --------------------------------------------------------------------------------- */
enum {
    JSON = 1 << W5_JSON,
    HTML = 1 << W5_HTML,
    MARK = 1 << W5_MARKDOWN,
    CODE = 1 << W5_CODE,
    METRIC = 1 << W5_METRIC,
};

/* Which sinks give a printable ASCII character a meaning of its own.
 * JSON: RFC 8259 §7, and "<" because JSON gets pasted into HTML. HTML: the five of the WHATWG
 * standard, and the backtick, a quote to old Internet Explorers. Markdown: all punctuation with a
 * meaning in CommonMark 0.30 or on GitHub (autolinks, mentions, tables, mathematics). Code: what
 * ends a span, and the bar, which ends a table's cell even inside one. Metrics: OpenMetrics 1.0,
 * "label-value". */
static const unsigned char special[128] = {
    ['"'] = JSON | HTML | MARK | METRIC,
    ['\\'] = JSON | MARK | METRIC,
    ['<'] = JSON | HTML | MARK,
    ['>'] = HTML | MARK,
    ['&'] = HTML | MARK,
    ['\''] = HTML | MARK,
    ['`'] = HTML | MARK | CODE,
    ['|'] = MARK | CODE,
    ['!'] = MARK,
    ['#'] = MARK,
    ['$'] = MARK,
    ['('] = MARK,
    [')'] = MARK,
    ['*'] = MARK,
    ['+'] = MARK,
    ['-'] = MARK,
    ['.'] = MARK,
    [':'] = MARK,
    ['='] = MARK,
    ['@'] = MARK,
    ['['] = MARK,
    [']'] = MARK,
    ['^'] = MARK,
    ['_'] = MARK,
    ['{'] = MARK,
    ['}'] = MARK,
    ['~'] = MARK,
};

static void put_str(w5_out *out, w5_str s)
{
    put(out, s.ptr, s.len);
}

static w5_str shown(const w5_glyph *glyph)
{
    return glyph->escape_len ? (w5_str){glyph->escape, glyph->escape_len} : glyph->raw;
}

static void escape_tty(w5_out *out, const w5_glyph *glyph)
{
    put_str(out, shown(glyph));
}

static void json_unit(w5_out *out, uint32_t unit)
{
    w5_out_fmt(out, "\\u%04x", unit);
}

/* Nothing is lost but bytes that are no UTF-8: what must not be shown raw becomes \uXXXX. */
static void escape_json(w5_out *out, const w5_glyph *glyph)
{
    static const char letters[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    uint32_t code = glyph->code;
    const char *letter = code > 0 && code < 128 ? strchr(letters, (int)code) : NULL;
    if (letter) {
        const char pair[] = {'\\', letter[(letter - letters) % 2 == 0]};
        put(out, pair, sizeof pair);
    } else if (code == UINT32_MAX) {
        put_str(out, W5_STR("\xef\xbf\xbd")); /* U+FFFD */
    } else if (code > 0xffff && glyph->escape_len) {
        json_unit(out, 0xd800 + ((code - 0x10000) >> 10));
        json_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
    } else if (glyph->escape_len || code < 128) {
        json_unit(out, code);
    } else {
        put_str(out, glyph->raw);
    }
}

static void escape_html(w5_out *out, const w5_glyph *glyph)
{
    if (glyph->code < 128 && (special[glyph->code] & HTML))
        w5_out_fmt(out, "&#%u;", glyph->code);
    else
        put_str(out, shown(glyph));
}

static void escape_markdown(w5_out *out, const w5_glyph *glyph)
{
    if (glyph->escape_len || (glyph->code < 128 && (special[glyph->code] & MARK)))
        put(out, "\\", 1);
    put_str(out, shown(glyph));
}

static void escape_code(w5_out *out, const w5_glyph *glyph)
{
    if (glyph->code < 128 && (special[glyph->code] & CODE))
        w5_out_fmt(out, "\\x%02x", glyph->code);
    else
        put_str(out, shown(glyph));
}

static void escape_metric(w5_out *out, const w5_glyph *glyph)
{
    if (glyph->code == '\n') {
        put(out, "\\n", 2);
        return;
    }
    if (glyph->escape_len || (glyph->code < 128 && (special[glyph->code] & METRIC)))
        put(out, "\\", 1);
    put_str(out, shown(glyph));
}

static void (*const escapes[])(w5_out *out, const w5_glyph *glyph) = {
    [W5_TTY] = escape_tty,           [W5_JSON] = escape_json, [W5_HTML] = escape_html,
    [W5_MARKDOWN] = escape_markdown, [W5_CODE] = escape_code, [W5_METRIC] = escape_metric,
};

/* Printable ASCII without a meaning in this sink. */
static size_t harmless(w5_str s, unsigned sink)
{
    size_t i = 0;
    while (i < s.len && s.ptr[i] >= 0x20 && s.ptr[i] < 0x7f &&
           !(special[(unsigned char)s.ptr[i]] & sink))
        i++;
    return i;
}

void w5_out_text(w5_out *out, w5_escape how, w5_str foreign)
{
    w5_glyphs walk = w5_glyphs_of(foreign);
    w5_glyph glyph;
    while (walk.rest.len > 0) {
        size_t run = harmless(walk.rest, 1u << how);
        if (run > 0) {
            put(out, walk.rest.ptr, run);
            w5_glyphs_skip(&walk, run);
        } else if (w5_glyphs_next(&walk, &glyph)) {
            escapes[how](out, &glyph);
        }
    }
}

/* --- ends ------------------------------------------------------------------------------------ */
w5_rc w5_out_flush(w5_out *out, w5_err *err)
{
    if (out->fd >= 0)
        drain(out);
    if (out->sys != 0)
        return w5_fail(err, W5_EIO, out->sys, "cannot write");
    return W5_OK;
}

w5_rc w5_out_done(w5_out *out, w5_err *err)
{
    if (!out)
        return W5_OK;
    w5_rc rc = w5_out_flush(out, err);
    free(out->bytes);
    free(out);
    return rc;
}

/* --- columns --------------------------------------------------------------------------------- */
w5_str w5_out_fit(w5_str s, size_t columns)
{
    w5_glyphs walk = w5_glyphs_of(s);
    w5_glyph glyph;
    size_t used = 0;
    size_t fits = 0;
    while (w5_glyphs_next(&walk, &glyph) && used + glyph.columns <= columns) {
        used += glyph.columns;
        fits = s.len - walk.rest.len;
    }
    return w5_str_head(s, fits);
}

size_t w5_out_width(w5_str foreign)
{
    w5_glyphs walk = w5_glyphs_of(foreign);
    w5_glyph glyph;
    size_t columns = 0;
    for (;;) {
        size_t run = w5_plain_run(walk.rest);
        w5_glyphs_skip(&walk, run);
        columns += run;
        if (!w5_glyphs_next(&walk, &glyph))
            return columns;
        columns += glyph.columns;
    }
}
