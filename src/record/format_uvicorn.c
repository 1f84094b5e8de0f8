/* format_uvicorn.c -- uvicorn's own log: the level and a colon in nine columns, then the message,
 * no stamp and no pid (uvicorn/logging.py, DefaultFormatter).
 *
 *     INFO:     127.0.0.1:54321 - "GET / HTTP/1.1" 200 OK
 *     ERROR:    Exception in ASGI application
 *
 * Under gunicorn (-k uvicorn.workers.UvicornWorker) the same messages have gunicorn's shape. */
#include <why502/record.h>

#include "address.h"
#include "levels.h"
#include "traceback.h"

typedef struct memo {
    w5_trace_lines trace;
} memo;

static bool head(w5_str *s, w5_record *r)
{
    enum {
        COLUMNS = 9
    };
    w5_str rest = *s;
    if (s->len <= COLUMNS || s->ptr[0] < 'A' || s->ptr[0] > 'Z' || s->ptr[COLUMNS] != ' ')
        return false;
    w5_str level = w5_level_take(&rest);
    if (level.len == 0 || !w5_str_take(&rest, W5_STR(":")))
        return false;
    while (rest.ptr < s->ptr + COLUMNS && rest.ptr[0] == ' ')
        rest = w5_str_skip(rest, 1);
    if (rest.ptr != s->ptr + COLUMNS)
        return false;
    w5_record_set(r, W5_F_level, level);
    *s = w5_str_skip(rest, 1);
    return true;
}

/* Under gunicorn uvicorn's access log stands bare: `127.0.0.1:57682 - "GET /boom HTTP/1.1" 500`. */
static bool is_bare_access(w5_str line)
{
    w5_str client, rest, request, status;
    unsigned number;
    return line.len > 20 && line.ptr[0] >= '0' && line.ptr[0] <= '9' &&
           w5_str_cut_at(line, W5_STR(" - \""), &client, &rest) && client.len < 60 &&
           memchr(client.ptr, ':', client.len) && !memchr(client.ptr, ' ', client.len) &&
           w5_str_cut_at(rest, W5_STR(" HTTP/"), &request, &rest) &&
           w5_str_cut_at(rest, W5_STR("\" "), &request, &status) && status.len == 3 &&
           w5_digits(status.ptr, 3, &number);
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    w5_str message = line;
    if (!head(&message, r) && !is_bare_access(line))
        return w5_trace_continues(&m->trace, line) ? W5_FIT_MORE : W5_FIT_NO;
    r->message = message;
    w5_str level = w5_record_get(r, W5_F_level);
    r->open = level.len > 0 && !w5_str_eq(level, W5_STR("info"));
    m->trace = (w5_trace_lines){r->open ? W5_TRACE_MAYBE : W5_TRACE_NONE, 0};
    return W5_FIT_YES;
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    w5_str first, trace, where;
    if (w5_str_cut_at(r->message, W5_STR("attempting to bind on address "), &first, &where)) {
        w5_str address = w5_python_address(where, scratch);
        if (address.len > 0)
            w5_record_set(r, W5_F_address, address);
    }
    if (w5_str_cut(r->text, '\n', &first, &trace))
        w5_traceback_tell(r, trace, false, scratch);
}

const w5_format w5_format_uvicorn = {
    .id = W5_LIT("uvicorn"),
    .title = W5_LIT("uvicorn log"),
    .sample = W5_LIT("ERROR:    Exception in ASGI application"),
    .order = 550,
    .parse = parse,
    .finish = finish,
};
