/* format_python.c -- what Python applications write: logging in its many layouts, Django's console
 * lines, bare tracebacks, and what gunicorn prints to stderr without its prefix.
 *
 *     2026-03-15 09:47:10,123 CRITICAL gunicorn.error WORKER TIMEOUT (pid:1300)
 *     [2026-03-15 09:47:10,123] ERROR [django.request:241] Internal Server Error: /boom/
 *     ERROR 2026-03-15 09:47:10,123 log 1234 1403 Internal Server Error: /boom/     (Django's
 * "verbose") [2026-03-15 09:47:10,123: ERROR/MainProcess] …                                (celery)
 *     ERROR:django.request:Internal Server Error: /boom/                            (basicConfig)
 *
 * asctime has a comma before its milliseconds and no zone (Lib/logging/__init__.py). */
#include <limits.h>

#include <why502/record.h>

#include "levels.h"
#include "traceback.h"

typedef struct memo {
    w5_trace_lines trace;
} memo;
_Static_assert(sizeof(memo) <= W5_MEMO, "the memo is too small");

/* --- prefixes --------------------------------------------------------------------------------- */
typedef struct prefix {
    bool stamp, millis, level, name, bracketed;
} prefix;

static void skip_blanks(w5_str *s)
{
    while (s->len > 0 && (s->ptr[0] == ' ' || s->ptr[0] == '|'))
        *s = w5_str_skip(*s, 1);
}

/* The text of "[…]" or "(…)" at the front of *s, which is short and holds no blank. */
static bool take_bracket(w5_str *s, w5_str *inside)
{
    enum {
        LONGEST = 80
    };
    if (s->len < 2 || (s->ptr[0] != '[' && s->ptr[0] != '('))
        return false;
    char close = s->ptr[0] == '[' ? ']' : ')';
    size_t end;
    w5_str near = w5_str_head(*s, LONGEST);
    if (!w5_str_find_char(near, close, &end))
        return false;
    *inside = (w5_str){s->ptr + 1, end - 1};
    *s = w5_str_skip(*s, end + 1);
    return true;
}

static bool take_stamp(w5_str *s, w5_record *r, prefix *p)
{
    int offset;
    unsigned digits;
    w5_str rest = *s;
    if (p->stamp || s->len < 19 || s->ptr[4] != '-' || s->ptr[13] != ':' ||
        !w5_take_iso(&rest, &r->at, &offset, &digits))
        return false;
    p->stamp = true;
    p->millis = digits == 3;
    r->digits = (uint8_t)(digits < 6 ? digits : 6);
    r->zoned = offset != INT_MIN;
    *s = rest;
    return true;
}

static bool take_level(w5_str *s, w5_record *r, prefix *p)
{
    if (p->level || s->len == 0 || s->ptr[0] < 'A' || s->ptr[0] > 'Z')
        return false;
    w5_str level = w5_level_take(s);
    if (level.len == 0)
        return false;
    w5_record_set(r, W5_F_level, level);
    p->level = true;
    return true;
}

static size_t word_length(w5_str s)
{
    size_t n = 0;
    while (n < s.len && ((s.ptr[n] >= '0' && s.ptr[n] <= '9') || s.ptr[n] == '_' ||
                         s.ptr[n] == '.' || ((s.ptr[n] | 0x20) >= 'a' && (s.ptr[n] | 0x20) <= 'z')))
        n++;
    return n;
}

/* A logger's name: dotted, or set off by a colon, or one everybody has. */
static bool take_name(w5_str *s, prefix *p)
{
    size_t n = word_length(*s);
    w5_str word = w5_str_head(*s, n);
    w5_str rest = w5_str_skip(*s, n);
    bool dotted = memchr(word.ptr, '.', word.len) != NULL && word.ptr[n - 1] != '.';
    bool known = w5_str_eq(word, W5_STR("root")) || w5_str_eq(word, W5_STR("__main__"));
    if (p->name || n == 0 || !(dotted || known) || rest.len == 0 ||
        (rest.ptr[0] != ' ' && rest.ptr[0] != ':'))
        return false;
    *s = rest;
    p->name = true;
    return true;
}

/* Process and thread numbers, which some layouts put before the message. */
static bool take_number(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    uint64_t number;
    if (!w5_str_take_u64(&rest, &number) || rest.len == 0 || rest.ptr[0] != ' ')
        return false;
    w5_str digits = w5_str_head(*s, s->len - rest.len);
    if (!(r->have >> W5_F_pid & 1))
        w5_record_set(r, W5_F_pid, digits);
    *s = rest;
    return true;
}

/* "django.request:241", "shop.db", "MainThread" */
static bool is_name(w5_str s)
{
    w5_str line = w5_str_skip(s, word_length(s));
    uint64_t number;
    return line.len < s.len &&
           (line.len == 0 || (w5_str_take(&line, W5_STR(":")) && w5_str_u64(line, &number)));
}

/* Flask's "in app: " behind the level. */
static bool take_module(w5_str *s, prefix *p)
{
    w5_str module, rest;
    if (p->name || !w5_str_starts(*s, W5_STR("in ")) ||
        !w5_str_cut_at(w5_str_skip(*s, 3), W5_STR(": "), &module, &rest) || !is_name(module))
        return false;
    *s = rest;
    p->name = true;
    return true;
}

/* What may stand in brackets: a stamp, a level, a number, "django.request:241", celery's
 * "stamp: ERROR/MainProcess". */
static bool take_bracketed(w5_str *s, w5_record *r, prefix *p)
{
    w5_str rest = *s;
    w5_str in;
    uint64_t number;
    if (!take_bracket(&rest, &in) || in.len == 0)
        return false;
    w5_str whole = in;
    bool stamp = take_stamp(&in, r, p);
    if (stamp)
        w5_str_take(&in, W5_STR(": "));
    bool level = in.len > 0 && take_level(&in, r, p);
    bool pid = !stamp && !level && w5_str_u64(whole, &number);
    if (pid)
        w5_record_set(r, W5_F_pid, whole);
    bool name = !stamp && !level && !pid && p->level && is_name(whole);
    if (!stamp && !level && !pid && !name)
        return false;
    p->bracketed |= level;
    *s = rest;
    return true;
}

static bool take_piece(w5_str *s, w5_record *r, prefix *p)
{
    if (s->len == 0)
        return false;
    if (s->ptr[0] == '[' || s->ptr[0] == '(')
        return take_bracketed(s, r, p);
    if (s->ptr[0] == '-' && s->len > 1 && s->ptr[1] == ' ') {
        *s = w5_str_skip(*s, 1);
        return true;
    }
    if (take_stamp(s, r, p) || take_level(s, r, p))
        return true;
    return (p->stamp || p->level) && (take_module(s, p) || take_name(s, p));
}

/* "LEVEL:logger:" of basicConfig. */
static bool basic_prefix(w5_str *s, w5_record *r)
{
    prefix p = {0};
    w5_str rest = *s;
    w5_str name, message;
    if (!take_level(&rest, r, &p) || !w5_str_take(&rest, W5_STR(":")) ||
        !w5_str_cut(rest, ':', &name, &message) || word_length(name) != name.len || name.len == 0)
        return false;
    *s = message;
    return true;
}

static void take_rest(w5_str *s, w5_record *r, const prefix *p, bool level_first)
{
    size_t n = word_length(*s);
    w5_str after = w5_str_skip(*s, n);
    bool verbose = level_first && p->stamp && n > 0 && after.len > 1 && after.ptr[0] == ' ' &&
                   after.ptr[1] >= '0' && after.ptr[1] <= '9';
    if (verbose) {
        *s = w5_str_skip(after, 1);
        while (take_number(s, r))
            skip_blanks(s);
    }
}

static bool log_prefix(w5_str *s, w5_record *r)
{
    enum {
        PIECES = 8
    };
    prefix p = {0};
    w5_str rest = *s;
    bool level_first = rest.len > 0 && rest.ptr[0] >= 'A' && rest.ptr[0] <= 'Z';
    for (int i = 0; i < PIECES && take_piece(&rest, r, &p); i++) {
        w5_str_take(&rest, W5_STR(":"));
        skip_blanks(&rest);
    }
    if (!p.stamp || !p.level || !(p.millis || p.name || p.bracketed || r->zoned))
        return false;
    take_rest(&rest, r, &p, level_first);
    *s = rest;
    return true;
}

/* --- bare lines ---------------------------------------------------------------------------------
 */
/* Django's handlers without a formatter (django/utils/log.py), gunicorn's prints to stderr. */
static bool is_bare(w5_str line)
{
    static const w5_str starts[] = {
        W5_LIT("Internal Server Error: /"),
        W5_LIT("Not Found: /"),
        W5_LIT("Bad Request: /"),
        W5_LIT("Forbidden: /"),
        W5_LIT("Forbidden ("),
        W5_LIT("Unauthorized: /"),
        W5_LIT("Gone: /"),
        W5_LIT("Service Unavailable: /"),
        W5_LIT("Method Not Allowed ("),
        W5_LIT("Invalid HTTP_HOST header: "),
        W5_LIT("Failed to find attribute '"),
        W5_LIT("Failed to find application object '"),
        W5_LIT("Failed to parse '"),
        W5_LIT("Error: class uri '"),
        W5_LIT("Exception ignored in: <"),
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (w5_str_starts(line, starts[i]))
            return true;
    return false;
}

/* "/usr/lib/python3.8/os.py:1023: RuntimeWarning: line buffering …" */
static bool is_warning(w5_str line)
{
    w5_str path, rest, type, text;
    uint64_t number;
    return line.len > 0 && line.ptr[0] == '/' &&
           w5_str_cut_at(line, W5_STR(".py:"), &path, &rest) && w5_str_take_u64(&rest, &number) &&
           w5_str_take(&rest, W5_STR(": ")) && w5_str_cut(rest, ':', &type, &text) &&
           w5_str_ends(type, W5_STR("Warning"));
}

/* Behind gunicorn's complaint about a class comes a blank line, then the traceback. */
static w5_trace_lines trace_behind(w5_str line)
{
    w5_trace_lines t = {W5_TRACE_MAYBE, 0};
    if (w5_trace_begins(line))
        t.state = W5_TRACE_FRAMES;
    else if (w5_str_starts(line, W5_STR("Error: class uri '")))
        t.state = W5_TRACE_LINKED;
    return t;
}

/* "[2026-11-20 16:35:22 +0000] [7] [INFO] …", also without the offset: another format's shape. */
static bool is_gunicorns(w5_str line)
{
    size_t close;
    uint64_t number;
    if (!w5_str_starts(line, W5_STR("[")) ||
        !w5_str_find_char(w5_str_head(line, 28), ']', &close) || memchr(line.ptr, ',', close))
        return false;
    w5_str rest = w5_str_skip(line, close);
    return w5_str_take(&rest, W5_STR("] [")) && w5_str_take_u64(&rest, &number) &&
           w5_str_starts(rest, W5_STR("] ["));
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    w5_str message = line;
    if (w5_trace_continues(&m->trace, line))
        return W5_FIT_MORE;
    if (is_gunicorns(line))
        return W5_FIT_NO;
    bool bare = w5_trace_begins(line) || is_bare(line) || is_warning(line);
    if (!bare && !log_prefix(&message, r) && !basic_prefix(&message, r))
        return W5_FIT_NO;
    r->message = message;
    r->open = true;
    m->trace = trace_behind(line);
    return W5_FIT_YES;
}

/* --- what only the whole tells
 * -------------------------------------------------------------------- */
static bool has(w5_str s, w5_str part)
{
    size_t at;
    return w5_str_find(s, part, &at);
}

/* Raised before there was a worker: --preload, a wrong setting, uvicorn's import of the
 * application. */
static bool raised_at_start(w5_str text)
{
    return has(text, W5_STR("gunicorn/app/wsgiapp.py\", line ")) ||
           has(text, W5_STR("uvicorn/main.py\", line "));
}

/* "Internal Server Error: /boom/" */
static void read_path(w5_record *r)
{
    w5_str before, path;
    if (w5_str_cut_at(r->message, W5_STR(": /"), &before, &path) && before.len < 64)
        w5_record_set(r, W5_F_path, (w5_str){path.ptr - 1, path.len + 1});
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    bool traceback = w5_trace_begins(r->message);
    read_path(r);
    w5_traceback_tell(r, r->text, false, scratch);
    w5_str exception = w5_record_get(r, W5_F_exception);
    if (!traceback || exception.len == 0)
        return;
    r->message = raised_at_start(r->text)
                     ? w5_arena_fmt(scratch, "Exception in master process: %.*s", W5_ARG(exception))
                     : exception;
}

const w5_format w5_format_python = {
    .id = W5_LIT("python"),
    .title = W5_LIT("Python logging, Django and tracebacks"),
    .sample = W5_LIT("2026-03-15 09:47:10,123 ERROR django.request Internal Server Error: /boom/"),
    .order = 560,
    .parse = parse,
    .finish = finish,
};
