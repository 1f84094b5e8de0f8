/* wrap_rfc5424.c -- "<30>1 2026-03-15T09:47:10.123456+00:00 web-1 gunicorn 1201 - - message". */
#include <limits.h>

#include "tag.h"

/* "<30>1 ": the version is 1 for every sender there is. */
static bool take_head(w5_str *s, w5_wrapped *w)
{
    w5_str rest = *s;
    uint64_t pri;
    if (!w5_str_take(&rest, W5_STR("<")) || !w5_str_take_u64(&rest, &pri) || pri > 191 ||
        !w5_str_take(&rest, W5_STR(">1 ")))
        return false;
    w->level = w5_tag_level(pri & 7);
    *s = rest;
    return true;
}

/* The next word; "-" (NILVALUE) is "". */
static bool take_word(w5_str *s, w5_str *word)
{
    if (!w5_str_cut(*s, ' ', word, s))
        return false;
    if (w5_str_eq(*word, W5_STR("-")))
        *word = W5_NONE;
    return true;
}

static bool take_stamp(w5_str *s, w5_wrapped *w)
{
    w5_str word;
    int offset;
    unsigned digits;
    if (!take_word(s, &word))
        return false;
    if (word.len == 0)
        return true;
    if (!w5_take_iso(&word, &w->at, &offset, &digits) || word.len > 0 || offset == INT_MIN)
        return false;
    w->zoned = true;
    w->digits = (uint8_t)(digits < 6 ? digits : 6);
    return true;
}

/* One "[id name="value" …]"; inside a value \" \\ and \] are escaped (RFC 5424 §6.3.3). */
static bool take_element(w5_str *s)
{
    bool quoted = false;
    for (size_t i = 1; i < s->len; i++) {
        char c = s->ptr[i];
        if (c == '\\' && quoted)
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == ']' && !quoted) {
            *s = w5_str_skip(*s, i + 1);
            return true;
        }
    }
    return false;
}

static bool take_structured_data(w5_str *s)
{
    if (w5_str_take(s, W5_STR("-")))
        return true;
    if (s->len == 0 || s->ptr[0] != '[')
        return false;
    while (s->len > 0 && s->ptr[0] == '[')
        if (!take_element(s))
            return false;
    return true;
}

bool w5_wrap_rfc5424(w5_str line, w5_wrapped *w)
{
    w5_str msgid;
    w5_str rest = line;
    if (line.len < 16 || line.ptr[0] != '<' || !take_head(&rest, w) || !take_stamp(&rest, w) ||
        !take_word(&rest, &w->host))
        return false;
    const char *writer = rest.ptr;
    if (!take_word(&rest, &w->ident) || !take_word(&rest, &w->pid))
        return false;
    w->key = (w5_str){writer, (size_t)(rest.ptr - writer)};
    if (!take_word(&rest, &msgid) || !take_structured_data(&rest))
        return false;
    if (rest.len > 0 && !w5_str_take(&rest, W5_STR(" ")))
        return false;
    w5_str_take(&rest, W5_STR("\xEF\xBB\xBF"));
    w->inner = w5_tag_repeated(w5_tag_unescape(rest, w->scratch), &w->count);
    return true;
}
