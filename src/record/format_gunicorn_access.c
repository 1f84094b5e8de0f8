/* format_gunicorn_access.c -- gunicorn's access log:
 *
 *     127.0.0.1 - - [20/Nov/2026:16:44:02 +0000] "GET /boom/ HTTP/1.1" 500 145 "-" "curl/7.88.1"
 *      - - [20/Nov/2026:16:44:02 +0000] "GET / HTTP/1.0" 200 3 "-" "-" 0.004        (unix socket)
 *
 * That is Apache's combined form, and nginx's: nginx-access is asked first and leaves a line to us
 * when gunicorn speaks in its stream. What people append tells the duration: %(L)s and %(T)s in
 * seconds are numbers with a point or small ones, %(D)s is microseconds (gunicorn/glogging.py,
 * atoms). */
#include <why502/record.h>

#include "fields_access.h"
#include "records.h"

typedef struct memo {
    char day[sizeof "20/Nov/2026" - 1]; /* the last one converted, */
    w5_time midnight;                   /* and its first second */
} memo;
_Static_assert(sizeof(memo) <= W5_MEMO, "the memo is too small");

/* --- what parse reads: whose line it is, when, which status
 * ------------------------------------------ */
/* nginx's own lines have the same form: only a name tells, or a client that is missing. */
static bool is_ours(const w5_record *r, w5_str line)
{
    return line.ptr[0] == ' ' || w5_names_gunicorn(w5_record_get(r, W5_F_ident)) ||
           w5_names_gunicorn(w5_record_get(r, W5_F_unit)) ||
           (r->stream && w5_gunicorn_speaks(r->stream));
}

/* "127.0.0.1 - alice [", "1.2.3.4, 5.6.7.8 - - [" of a forwarded address: before the hyphen a blank
 * stands behind a comma only. Elsewhere a layer is still to be taken off. */
static bool begins_with_client(w5_str before)
{
    size_t at = 0;
    while (at < before.len && (before.ptr[at] != ' ' || (at > 0 && before.ptr[at - 1] == ',')))
        at++;
    return w5_str_starts(w5_str_skip(before, at), W5_STR(" - "));
}

/* Only nginx knows of an upstream, whatever the file is called. */
static bool names_upstream(w5_str behind)
{
    size_t at;
    return w5_str_find(behind, W5_STR(" us="), &at) ||
           w5_str_find(behind, W5_STR("upstream_"), &at);
}

/* "20/Nov/2026:16:44:02 +0000] " off the front of *s. */
static bool take_stamp(const memo *m, w5_str *s, w5_record *r, w5_time *midnight)
{
    enum {
        DAY = sizeof "20/Nov/2026" - 1,
        CLOCK = DAY + 1,
        ZONE = CLOCK + sizeof "16:44:02"
    };
    unsigned hour, minute, second;
    int offset;
    const char *p = s->ptr;
    if (s->len < ZONE + 7 || p[DAY] != ':' || p[CLOCK + 2] != ':' || p[CLOCK + 5] != ':')
        return false;
    if (!w5_digits(p + CLOCK, 2, &hour) || !w5_digits(p + CLOCK + 3, 2, &minute) ||
        !w5_digits(p + CLOCK + 6, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    w5_str rest = w5_str_skip(*s, ZONE);
    if (p[ZONE - 1] != ' ' || !w5_take_offset(&rest, &offset) || !w5_str_take(&rest, W5_STR("] ")))
        return false;
    *midnight = m->midnight;
    if (memcmp(m->day, p, sizeof m->day) != 0) {
        unsigned day, year;
        if (p[2] != '/' || p[6] != '/' || !w5_digits(p, 2, &day) || !w5_digits(p + 7, 4, &year))
            return false;
        *midnight = w5_civil(year, w5_month(p + 3), day, 0, 0, 0, 0);
    }
    r->at =
        *midnight + hour * W5_HOUR + minute * W5_MINUTE + second * W5_SECOND - offset * W5_SECOND;
    r->zoned = true;
    *s = rest;
    return *midnight != W5_TIME_NONE;
}

/* The text between quotes, \" inside it left as it is. */
static bool take_quoted(w5_str *s, w5_str *value)
{
    if (s->len == 0 || s->ptr[0] != '"')
        return false;
    w5_str rest = w5_str_skip(*s, 1);
    size_t from = 0;
    size_t at;
    while (w5_str_find_char(w5_str_skip(rest, from), '"', &at)) {
        size_t slashes = 0;
        at += from;
        while (at - slashes > 0 && rest.ptr[at - slashes - 1] == '\\')
            slashes++;
        from = at + 1;
        if (slashes % 2 != 0)
            continue;
        *value = w5_str_head(rest, at);
        *s = w5_str_skip(rest, at + 1);
        return true;
    }
    return false;
}

static bool take_status(w5_str *s, w5_record *r)
{
    unsigned status;
    if (s->len < 5 || s->ptr[0] != ' ' || s->ptr[4] != ' ' || !w5_digits(s->ptr + 1, 3, &status))
        return false;
    w5_record_set(r, W5_F_status, w5_str_head(w5_str_skip(*s, 1), 3));
    *s = w5_str_skip(*s, 5);
    return true;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    size_t bracket;
    w5_str request;
    w5_time midnight;
    if (line.len < 40 || !w5_str_find_char(w5_str_head(line, 160), '[', &bracket) || bracket < 4 ||
        line.ptr[bracket - 1] != ' ' || !begins_with_client(w5_str_head(line, bracket)) ||
        !is_ours(r, line))
        return W5_FIT_NO;
    w5_str rest = w5_str_skip(line, bracket + 1);
    if (!take_stamp(m, &rest, r, &midnight) || !take_quoted(&rest, &request) ||
        !take_status(&rest, r) || names_upstream(rest))
        return W5_FIT_NO;
    if (midnight != m->midnight) {
        memcpy(m->day, line.ptr + bracket + 1, sizeof m->day);
        m->midnight = midnight;
    }
    w5_record_set(r, W5_F_request, request);
    r->message = request;
    r->context = line;
    return W5_FIT_YES;
}

/* --- what walk reads: the rest
 * -------------------------------------------------------------------------- */
static bool take_word(w5_str *s, w5_str *word)
{
    w5_str_take(s, W5_STR(" "));
    if (!w5_str_cut(*s, ' ', word, s)) {
        *word = *s;
        *s = w5_str_skip(*s, s->len);
    }
    return word->len > 0;
}

static void set_unless_dash(w5_record *r, w5_field f, w5_str value)
{
    if (value.len > 0 && !w5_str_eq(value, W5_STR("-")))
        w5_record_set(r, f, value);
}

/* "127.0.0.1 - alice [": the address is missing on a unix socket. */
static void read_client(w5_str before, w5_record *r)
{
    w5_str client, user;
    if (!w5_str_cut_at(before, W5_STR(" - "), &client, &user))
        return;
    set_unless_dash(r, W5_F_client, client);
    set_unless_dash(r, W5_F_user, w5_str_trim(user));
}

/* Behind the agent: a duration, "<pid>" of %(p)s, anything else. */
static void read_extras(w5_str s, w5_record *r)
{
    w5_str word;
    int64_t micros;
    while (take_word(&s, &word)) {
        if (word.len > 2 && word.ptr[0] == '<' && w5_str_ends(word, W5_STR(">")))
            w5_record_set(r, W5_F_pid, (w5_str){word.ptr + 1, word.len - 2});
        else if (memchr(word.ptr, '.', word.len) && w5_str_micros(word, &micros) &&
                 w5_record_get(r, W5_F_request_time).len == 0)
            w5_record_set(r, W5_F_request_time, word);
    }
}

static void walk(w5_record *r)
{
    w5_str before, rest, value;
    w5_str request = w5_record_get(r, W5_F_request);
    w5_str line = r->context;
    if (!w5_str_cut(line, '[', &before, &rest))
        return;
    read_client(before, r);
    w5_access_finish(r, false, r->stream ? w5_scratch_of(r->stream) : NULL);
    rest = w5_str_skip(line, (size_t)(request.ptr + request.len - line.ptr) + sizeof "\" 200 " - 1);
    if (take_word(&rest, &value))
        set_unless_dash(r, W5_F_bytes_sent, value);
    if (take_quoted(&rest, &value))
        set_unless_dash(r, W5_F_referrer, value);
    w5_str_take(&rest, W5_STR(" "));
    if (take_quoted(&rest, &value))
        set_unless_dash(r, W5_F_user_agent, value);
    read_extras(rest, r);
}

const w5_format w5_format_gunicorn_access = {
    .id = W5_LIT("gunicorn-access"),
    .title = W5_LIT("gunicorn access log"),
    .sample =
        W5_LIT("127.0.0.1 - - [20/Nov/2026:16:44:02 +0000] \"GET /boom/ HTTP/1.1\" 500 145 \"-\" "
               "\"curl/7.88.1\""),
    .order = 19,
    .parse = parse,
    .walk = walk,
};
