#include "mime.h"

enum {
    QUOTED_MAX = 76,
    WORD_BYTES = 42 /* of an encoded word: in base64 56 characters, with "=?UTF-8?B?" and "?=" 68 */
};

static void put(w5_out *out, const char *bytes, size_t len)
{
    w5_out_fmt(out, "%.*s", (int)len, bytes);
}

static bool is_printable(char c)
{
    return c >= 0x20 && c < 0x7f;
}

static bool is_ascii(w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_printable(s.ptr[i]))
            return false;
    return true;
}

/* --- headers --------------------------------------------------------------------------------- */
static void put_base64(w5_out *out, w5_str s)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.len; i += 3) {
        unsigned char b[3] = {(unsigned char)s.ptr[i], 0, 0};
        size_t n = s.len - i < 3 ? s.len - i : 3;
        for (size_t k = 1; k < n; k++)
            b[k] = (unsigned char)s.ptr[i + k];
        char four[4] = {letters[b[0] >> 2], letters[(b[0] & 3) << 4 | b[1] >> 4],
                        n > 1 ? letters[(b[1] & 15) << 2 | b[2] >> 6] : '=',
                        n > 2 ? letters[b[2] & 63] : '='};
        put(out, four, sizeof four);
    }
}

/* As many whole characters as one encoded word holds. */
static w5_str next_word(w5_str *rest)
{
    size_t len = rest->len < WORD_BYTES ? rest->len : WORD_BYTES;
    while (len < rest->len && len > 1 && ((unsigned char)rest->ptr[len] & 0xc0) == 0x80)
        len--;
    w5_str word = w5_str_head(*rest, len);
    *rest = w5_str_skip(*rest, len);
    return word;
}

static void put_words(w5_out *out, w5_str value)
{
    for (bool first = true; value.len > 0; first = false) {
        w5_out_lit(out, first ? "=?UTF-8?B?" : "\n =?UTF-8?B?");
        put_base64(out, next_word(&value));
        w5_out_lit(out, "?=");
    }
}

/* Folded at blanks, so that lines stay below 78 characters where blanks allow it (RFC 5322 §2.1.1).
 */
static void put_folded(w5_out *out, size_t used, w5_str value)
{
    w5_str word, rest = value;
    for (bool first = true; value.len > 0; first = false) {
        word = value;
        rest = W5_NONE;
        w5_str_cut(value, ' ', &word, &rest);
        if (!first && used + 1 + word.len > QUOTED_MAX && word.len > 0) {
            w5_out_lit(out, "\n ");
            used = 1;
        } else if (!first) {
            w5_out_lit(out, " ");
            used++;
        }
        put(out, word.ptr, word.len);
        used += word.len;
        value = rest;
    }
}

void w5_mime_header(w5_out *out, const char *name, w5_str value)
{
    w5_out *safe = w5_out_memory();
    w5_out_text(safe, W5_TTY,
                w5_str_trim(value)); /* no control byte is left, and it is valid UTF-8 */
    w5_str text = w5_out_bytes(safe);
    size_t at;
    if (text.len > 0) {
        w5_out_fmt(out, "%s: ", name);
        if (is_ascii(text) && !w5_str_find(text, W5_STR("=?"), &at))
            put_folded(out, strlen(name) + 2, text);
        else
            put_words(out, text);
        w5_out_lit(out, "\n");
    }
    w5_out_done(safe, NULL);
}

void w5_mime_header_ascii(w5_out *out, const char *name, w5_str value)
{
    w5_out *safe = w5_out_memory();
    for (size_t i = 0; i < value.len; i++)
        if (is_printable(value.ptr[i]))
            put(safe, value.ptr + i, 1);
    w5_str text = w5_str_trim(w5_out_bytes(safe));
    if (text.len > 0) {
        w5_out_fmt(out, "%s: ", name);
        put_folded(out, strlen(name) + 2, text);
        w5_out_lit(out, "\n");
    }
    w5_out_done(safe, NULL);
}

/* --- quoted-printable ------------------------------------------------------------------------ */
/* Blanks at the end of a line would be lost on the way; "." alone ends a message for old programs,
 * "~" is a command to mailx, and "From " begins a message in a mailbox. */
static bool is_literal(w5_str text, size_t i, size_t column)
{
    char c = text.ptr[i];
    bool last = i + 1 == text.len || text.ptr[i + 1] == '\n';
    if (c == ' ' || c == '\t')
        return !last;
    if (c <= ' ' || c > '~' || c == '=')
        return false;
    return column > 0 || (c != '.' && c != '~' && c != 'F' && c != '-');
}

void w5_mime_quoted(w5_out *out, w5_str text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            w5_out_lit(out, "\n");
            column = 0;
            continue;
        }
        bool ends = i + 1 < text.len && text.ptr[i + 1] == '\n';
        size_t width = is_literal(text, i, column) ? 1 : 3;
        if (column + width > (ends ? QUOTED_MAX : QUOTED_MAX - 1)) {
            w5_out_lit(out, "=\n");
            column = 0;
            width = is_literal(text, i, column) ? 1 : 3;
        }
        if (width == 1)
            put(out, text.ptr + i, 1);
        else
            w5_out_fmt(out, "=%02X", (unsigned)(unsigned char)text.ptr[i]);
        column += width;
    }
    w5_out_lit(out, column > 0 ? "=\n" : "");
}
