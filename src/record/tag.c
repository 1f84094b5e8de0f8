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

/* "gunicorn[1300]": systemd's and syslog's process number behind the name. */
static bool split_pid(w5_str *ident, w5_str *pid)
{
    size_t open;
    uint64_t number;
    if (ident->ptr[ident->len - 1] != ']')
        return true;
    w5_str digits = w5_str_head(*ident, ident->len - 1);
    if (!w5_str_rfind_char(digits, '[', &open) || open == 0)
        return false;
    digits = w5_str_skip(digits, open + 1);
    if (!w5_str_u64(digits, &number))
        return false;
    *pid = digits;
    ident->len = open;
    return true;
}

/* "ident:" or "ident[pid]:", as a word. A colon inside it ("app:web:") is part of the name. */
static bool read_ident(w5_str word, w5_wrapped *w)
{
    w5_str pid = W5_NONE;
    if (word.len < 2 || word.len > IDENT_MAX + 24 || word.ptr[word.len - 1] != ':')
        return false;
    word.len--;
    if (!split_pid(&word, &pid) || memchr(word.ptr, '[', word.len))
        return false;
    w->ident = word;
    w->pid = pid;
    return true;
}

/* The word at the front of s; *tail is what stands behind the blank, or the end. */
static w5_str first_word(w5_str s, w5_str *tail)
{
    size_t blank;
    if (!w5_str_find_char(s, ' ', &blank))
        blank = s.len;
    *tail = w5_str_skip(s, blank + 1);
    return w5_str_head(s, blank);
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

bool w5_tag_plain(w5_str message)
{
    return message.len > 0 && message.ptr[0] != 'm' && message.ptr[0] != 's' &&
           !memchr(message.ptr, '#', message.len);
}

bool w5_tag_read(w5_str rest, w5_tag_proof proof, w5_wrapped *w)
{
    w5_str message, behind;
    w5_str word = first_word(rest, &message);
    bool named = read_ident(word, w);
    if (!named && is_host(word)) {
        w->host = word;
        named = read_ident(first_word(message, &behind), w);
        if (named)
            message = behind;
    } else if (!named) {
        return false;
    }
    if (!named && proof != W5_TAG_ANY)
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

/* nginx's "17743#17743: ": a process, no DEL (the others begin with a zero, as no number does). */
static bool is_process(w5_str text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9')
        end++;
    return at > 0 && text.ptr[at - 1] >= '0' && text.ptr[at - 1] <= '9' &&
           text.ptr[at + 1] == '1' && end < text.len && text.ptr[end] == ':';
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
        if (escaped_byte(w5_str_skip(text, i), &byte) && !is_process(text, i)) {
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
    if (text.len == 0 || text.ptr[0] != 'm' || !w5_str_take(&rest, W5_STR("message repeated ")) ||
        !w5_str_take_u64(&rest, &times) || !w5_str_take(&rest, W5_STR(" times: [")) ||
        !w5_str_ends(rest, W5_STR("]")) || times == 0)
        return text;
    *count = times;
    rest.len--;
    w5_str_take(&rest, W5_STR(" "));
    return rest;
}
