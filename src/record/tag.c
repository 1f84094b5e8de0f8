#include "tag.h"

enum {
    IDENT_MAX = 64,
    HOST_MAX = 255
};

w5_str w5_tag_level(uint64_t severity)
{
    static const w5_str words[] = {W5_LIT("emerg"), W5_LIT("alert"), W5_LIT("crit"),
                                   W5_LIT("error"), W5_LIT("warn"),  W5_LIT("notice"),
                                   W5_LIT("info"),  W5_LIT("debug")};
    return severity < 8 ? words[severity] : W5_NONE;
}

/* --- the words before the message ------------------------------------------------------------- */
static bool is_upper_word(w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
            return false;
    return true;
}

/* A host name or address. Words such as INFO stand there in logs that are no syslog. */
static bool is_host(w5_str s)
{
    if (s.len == 0 || s.len > HOST_MAX || s.ptr[s.len - 1] == ':' || is_upper_word(s))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '.' && c != '_' && c != ':')
            return false;
    }
    return s.ptr[0] != '-' && s.ptr[0] != '.' && s.ptr[0] != ':';
}

/* "[1300]" off the front of *s: systemd's and syslog's process number. */
static bool take_pid(w5_str *s, w5_str *pid)
{
    w5_str rest = w5_str_skip(*s, 1);
    uint64_t number;
    w5_str digits = rest;
    if (!w5_str_take_u64(&rest, &number) || rest.len == 0 || rest.ptr[0] != ']')
        return false;
    *pid = w5_str_head(digits, (size_t)(rest.ptr - digits.ptr));
    *s = w5_str_skip(rest, 1);
    return true;
}

/* "ident: " or "ident[pid]: " off the front of *s. A colon inside the ident ("app:web: ") is part
 * of it: only one before a blank ends it. */
static bool take_ident(w5_str *s, w5_wrapped *w)
{
    w5_str pid = W5_NONE;
    size_t i = 0;
    for (; i < s->len && i <= IDENT_MAX; i++) {
        char c = s->ptr[i];
        if (c == ' ' || (c == '[' && i > 0))
            break;
        if (c == ':' && (i + 1 == s->len || s->ptr[i + 1] == ' '))
            break;
    }
    w5_str after = w5_str_skip(*s, i);
    if (i == 0 || after.len == 0 || (after.ptr[0] == '[' && !take_pid(&after, &pid)))
        return false;
    if (after.len == 0 || after.ptr[0] != ':' || (after.len > 1 && after.ptr[1] != ' '))
        return false;
    w->ident = w5_str_head(*s, i);
    w->pid = pid;
    *s = w5_str_skip(after, 2);
    return true;
}

static bool proven(const w5_wrapped *w, w5_tag_proof proof)
{
    if (proof == W5_TAG_PID)
        return w->pid.len > 0 || w5_str_eq(w->ident, W5_STR("kernel"));
    return proof == W5_TAG_ANY || w->pid.len > 0 || w->host.len > 0 ||
           w5_str_eq(w->ident, W5_STR("kernel"));
}

static void set_message(w5_wrapped *w, w5_str from, w5_str message)
{
    w->key = w5_str_head(from, (size_t)(message.ptr - from.ptr));
    w->inner = w5_tag_repeated(w5_tag_unescape(message, w->scratch), &w->count);
}

/* syslogd's own words about the line before it, which is somebody else's. */
static bool is_repetition(w5_str message)
{
    return w5_str_starts(message, W5_STR("last message repeated ")) ||
           w5_str_eq(message, W5_STR("-- MARK --"));
}

bool w5_tag_read(w5_str rest, w5_tag_proof proof, w5_wrapped *w)
{
    w5_str message = rest;
    w5_str host;
    w5_str tail;
    bool named = take_ident(&message, w);
    if (!named && w5_str_cut(rest, ' ', &host, &tail) && is_host(host)) {
        w->host = host;
        message = tail;
        named = take_ident(&message, w);
    }
    if (!named && (proof != W5_TAG_ANY || w->host.len == 0))
        return false;
    if (!proven(w, proof))
        return false;
    set_message(w, rest, message);
    w->nothing = !named && is_repetition(message);
    return true;
}

/* --- the message ------------------------------------------------------------------------------ */
static bool escaped_byte(w5_str s, char *byte)
{
    if (s.len < 4 || s.ptr[0] != '#')
        return false;
    unsigned value = 0;
    for (size_t i = 1; i < 4; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '7')
            return false;
        value = value * 8 + (unsigned)(s.ptr[i] - '0');
    }
    *byte = (char)value;
    return value < 0x20 || value == 0x7f;
}

/* rsyslog's $EscapeControlCharactersOnReceive (its default) writes control bytes so. */
w5_str w5_tag_unescape(w5_str text, w5_arena *scratch)
{
    size_t at;
    char byte;
    if (!w5_str_find_char(text, '#', &at))
        return text;
    char *out = w5_arena_alloc(scratch, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (escaped_byte(w5_str_skip(text, i), &byte)) {
            out[n++] = byte;
            i += 3;
        } else {
            out[n++] = text.ptr[i];
        }
    }
    return (w5_str){out, n};
}

w5_str w5_tag_repeated(w5_str text, uint64_t *count)
{
    w5_str rest = text;
    uint64_t times;
    if (!w5_str_take(&rest, W5_STR("message repeated ")) || !w5_str_take_u64(&rest, &times) ||
        !w5_str_take(&rest, W5_STR(" times: [")) || !w5_str_ends(rest, W5_STR("]")) || times == 0)
        return text;
    *count = times;
    rest.len--;
    w5_str_take(&rest, W5_STR(" "));
    return rest;
}
