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

/* The text between quotes, \" inside it left as it is. */
static bool take_quoted(w5_str *s, w5_str *value)
{
    if (!w5_str_take(s, W5_STR("\"")))
        return false;
    for (size_t i = 0; i < s->len; i++) {
        if (s->ptr[i] == '\\')
            i++;
        else if (s->ptr[i] == '"') {
            *value = w5_str_head(*s, i);
            *s = w5_str_skip(*s, i + 1);
            return true;
        }
    }
    return false;
}

static bool take_word(w5_str *s, w5_str *word)
{
    w5_str_take(s, W5_STR(" "));
    if (!w5_str_cut(*s, ' ', word, s)) {
        *word = *s;
        *s = w5_str_skip(*s, s->len);
    }
    return word->len > 0;
}

static bool is_dash(w5_str s)
{
    return s.len == 0 || w5_str_eq(s, W5_STR("-"));
}

/* "127.0.0.1 - - [", the address missing on a unix socket. */
static bool take_client(w5_str *s, w5_record *r)
{
    w5_str client, user, rest;
    if (!w5_str_cut_at(*s, W5_STR(" - "), &client, &rest) || client.len > 64 ||
        memchr(client.ptr, ' ', client.len) || !w5_str_cut_at(rest, W5_STR(" ["), &user, &rest) ||
        user.len > 64)
        return false;
    if (client.len > 0)
        w5_record_set(r, W5_F_client, client);
    if (!is_dash(user))
        w5_record_set(r, W5_F_user, user);
    *s = rest;
    return true;
}

/* Behind the agent: a duration, "<pid>" of %(p)s, anything else. */
static void take_extras(w5_str s, w5_record *r)
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

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    (void)state;
    w5_str stamp, request, status, bytes, value;
    w5_str rest = line;
    if (line.len < 40 || !take_client(&rest, r) ||
        !w5_str_cut_at(rest, W5_STR("] "), &stamp, &rest) || !w5_access_time_local(stamp, &r->at) ||
        !take_quoted(&rest, &request) || !take_word(&rest, &status) || !take_word(&rest, &bytes))
        return W5_FIT_NO;
    r->zoned = true;
    if (!w5_access_put(r, W5_STR("status"), status))
        return W5_FIT_NO;
    w5_record_set(r, W5_F_request, request);
    if (!is_dash(bytes))
        w5_record_set(r, W5_F_bytes_sent, bytes);
    if (take_quoted(&rest, &value) && !is_dash(value))
        w5_record_set(r, W5_F_referrer, value);
    w5_str_take(&rest, W5_STR(" "));
    if (take_quoted(&rest, &value) && !is_dash(value))
        w5_record_set(r, W5_F_user_agent, value);
    take_extras(rest, r);
    r->message = line;
    return w5_access_finish(r, false, r->stream ? w5_scratch_of(r->stream) : NULL) ? W5_FIT_YES
                                                                                   : W5_FIT_NO;
}

const w5_format w5_format_gunicorn_access = {
    .id = W5_LIT("gunicorn-access"),
    .title = W5_LIT("gunicorn access log"),
    .sample =
        W5_LIT("127.0.0.1 - - [20/Nov/2026:16:44:02 +0000] \"GET /boom/ HTTP/1.1\" 500 145 \"-\" "
               "\"curl/7.88.1\""),
    .order = 22,
    .parse = parse,
};
