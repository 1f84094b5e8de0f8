/* format_gunicorn.c -- gunicorn's error log, 19 to 26.
 *
 *     [2026-11-20 16:35:22 +0000] [22544] [CRITICAL] WORKER TIMEOUT (pid:22546)
 *
 * The offset exists since 19.1.1; the number is the writer's: the master's for what it says about a
 * worker. With --log-syslog the ident is gunicorn.NAME.error, and stamp and level are missing
 * (gunicorn/glogging.py). A traceback follows its message bare. */
#include "address.h"
#include "records.h"
#include "traceback.h"

typedef struct memo {
    w5_trace_lines trace;
} memo;
_Static_assert(sizeof(memo) <= W5_MEMO, "the memo is too small");

/* Midnight of the day at p, "2026-11-20". */
static bool day_at(const char *p, w5_time *midnight)
{
    unsigned year, month, day;
    if (p[4] != '-' || p[7] != '-' || !w5_digits(p, 4, &year) || !w5_digits(p + 5, 2, &month) ||
        !w5_digits(p + 8, 2, &day))
        return false;
    *midnight = w5_civil(year, month, day, 0, 0, 0, 0);
    return *midnight != W5_TIME_NONE;
}

static bool clock_at(const char *p, w5_time *time)
{
    unsigned hour, minute, second;
    if (p[2] != ':' || p[5] != ':' || !w5_digits(p, 2, &hour) || !w5_digits(p + 3, 2, &minute) ||
        !w5_digits(p + 6, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    *time = hour * W5_HOUR + minute * W5_MINUTE + (second == 60 ? 59 : second) * W5_SECOND;
    return true;
}

/* "[2026-11-20 16:35:22 +0000] " */
static bool read_stamp(w5_str *s, w5_record *r)
{
    enum {
        BARE = sizeof "[2026-11-20 16:35:22" - 1
    };
    w5_time midnight, time;
    int offset;
    if (s->len < BARE + 4 || s->ptr[0] != '[' || s->ptr[5] != '-' || s->ptr[11] != ' ' ||
        !day_at(s->ptr + 1, &midnight) || !clock_at(s->ptr + 12, &time))
        return false;
    w5_str rest = w5_str_skip(*s, BARE);
    r->at = midnight + time;
    if (rest.ptr[0] == ' ') {
        rest = w5_str_skip(rest, 1);
        if (!w5_take_offset(&rest, &offset))
            return false;
        r->at -= offset * W5_SECOND;
        r->zoned = true;
    }
    if (!w5_str_take(&rest, W5_STR("] ")))
        return false;
    *s = rest;
    return true;
}

/* The lines of a second have the same. */
static bool take_stamp(w5_str *s, w5_record *r)
{
    w5_known_stamp *known = r->stream ? w5_stamp_of(r->stream) : NULL;
    if (known && known->len > 0 && w5_str_starts(*s, (w5_str){known->bytes, known->len})) {
        r->at = known->at;
        r->zoned = known->zoned;
        *s = w5_str_skip(*s, known->len);
        return true;
    }
    const char *from = s->ptr;
    if (!read_stamp(s, r))
        return false;
    size_t len = (size_t)(s->ptr - from);
    if (!known || len > sizeof(known->bytes))
        return true;
    memcpy(known->bytes, from, len);
    known->len = len;
    known->at = r->at;
    known->zoned = r->zoned;
    return true;
}

/* "[22544] " */
static bool take_pid(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    uint64_t pid;
    if (!w5_str_take(&rest, W5_STR("[")))
        return false;
    w5_str from = rest;
    if (!w5_str_take_u64(&rest, &pid) || !w5_str_take(&rest, W5_STR("] ")))
        return false;
    w5_record_set(r, W5_F_pid, w5_str_head(from, (size_t)(rest.ptr - 2 - from.ptr)));
    *s = rest;
    return true;
}

/* "[CRITICAL] "; an empty message leaves nothing behind the bracket. */
static bool take_level(w5_str *s, w5_record *r)
{
    static const struct {
        w5_str word, level;
    } levels[] = {
        {W5_LIT("[INFO]"),     W5_LIT("info") },
        {W5_LIT("[DEBUG]"),    W5_LIT("debug")},
        {W5_LIT("[ERROR]"),    W5_LIT("error")},
        {W5_LIT("[WARNING]"),  W5_LIT("warn") },
        {W5_LIT("[CRITICAL]"), W5_LIT("crit") },
    };
    for (size_t i = 0; s->len > 1 && i < sizeof levels / sizeof *levels; i++) {
        if (levels[i].word.ptr[1] != s->ptr[1] || !w5_str_take(s, levels[i].word))
            continue;
        w5_str_take(s, W5_STR(" "));
        w5_record_set(r, W5_F_level, levels[i].level);
        return true;
    }
    return false;
}

/* "[1201] WORKER TIMEOUT (pid:1300)" under ident gunicorn.shop.error. */
static bool from_syslog(const w5_record *r)
{
    w5_str ident = w5_record_get(r, W5_F_ident);
    return w5_str_starts(ident, W5_STR("gunicorn.")) && w5_str_ends(ident, W5_STR(".error"));
}

static bool head(w5_str *s, w5_record *r)
{
    if (from_syslog(r))
        return take_pid(s, r);
    return take_stamp(s, r) && take_pid(s, r) && take_level(s, r);
}

static bool starts_any(w5_str message, const w5_str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (message.len > 0 && list[i].ptr[0] == message.ptr[0] && w5_str_starts(message, list[i]))
            return true;
    return false;
}

/* A traceback may stand below trouble. Life and death of workers are told without: a bare one
 * behind them is another's. Older versions tell of exceptions at INFO, all of configuration at
 * DEBUG. */
static bool may_go_on(const w5_record *r, w5_str message)
{
    static const w5_str alone[] = {
        W5_LIT("Worker "),  W5_LIT("WORKER "),  W5_LIT("Shutting down"),
        W5_LIT("Reason: "), W5_LIT("Control "), W5_LIT("Retrying"),
    };
    static const w5_str more[] = {W5_LIT("Unhandled exception"), W5_LIT("Exception "),
                                  W5_LIT("Current configuration:")};
    w5_str level = w5_record_get(r, W5_F_level);
    if (w5_str_eq(level, W5_STR("info")) || w5_str_eq(level, W5_STR("debug")))
        return starts_any(message, more, sizeof more / sizeof *more);
    return !starts_any(message, alone, sizeof alone / sizeof *alone);
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    w5_str message = line;
    if (!head(&message, r))
        return w5_trace_continues(&m->trace, line) ? W5_FIT_MORE : W5_FIT_NO;
    r->message = message;
    r->open = may_go_on(r, message);
    m->trace = (w5_trace_lines){r->open ? W5_TRACE_MAYBE : W5_TRACE_NONE, 0};
    return W5_FIT_YES;
}

/* --- what only the whole tells
 * -------------------------------------------------------------------- */
/* "Connection in use: ('127.0.0.1', 8000)" */
static void read_address(w5_record *r, w5_arena *scratch)
{
    static const w5_str before[] = {
        W5_LIT("Connection in use: "),
        W5_LIT("Invalid address: "),
        W5_LIT("Can't connect to "),
        W5_LIT("connection to "),
    };
    w5_str where = r->message;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        if (!w5_str_take(&where, before[i]))
            continue;
        w5_str address = w5_python_address(where, scratch);
        if (address.len > 0)
            w5_record_set(r, W5_F_address, address);
    }
}

/* The request of "Error handling request [METHOD] URI" (25.2 added the method), as gunicorn read
 * it. */
static bool read_request(w5_record *r)
{
    w5_str rest = r->message;
    w5_str method, path, query;
    if (!w5_str_take(&rest, W5_STR("Error handling request")))
        return false;
    if (!w5_str_take(&rest, W5_STR(" ")) || rest.len == 0 || rest.ptr[0] == '(')
        return true;
    w5_record_set(r, W5_F_request, rest);
    if (rest.ptr[0] != '/' && w5_str_cut(rest, ' ', &method, &rest))
        w5_record_set(r, W5_F_method, method);
    path = rest;
    w5_str_cut(rest, '?', &path, &query);
    w5_record_set(r, W5_F_path, path);
    return true;
}

/* Raised by the run loop of a worker that had started: no failure to boot (arbiter.py,
 * spawn_worker). */
static bool raised_while_running(w5_str trace)
{
    size_t at;
    return w5_str_find(trace, W5_STR(", in run\n"), &at) &&
           !w5_str_find(trace, W5_STR(", in load_wsgi"), &at);
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    w5_str first;
    w5_str trace = W5_NONE;
    bool request = read_request(r);
    read_address(r, scratch);
    if (!w5_str_cut(r->text, '\n', &first, &trace))
        return;
    bool boot = w5_str_starts(r->message, W5_STR("Exception in worker process"));
    if (boot && raised_while_running(trace))
        r->message = W5_STR("Exception in running worker");
    bool unhandled = w5_str_starts(r->message, W5_STR("Unhandled exception in main loop"));
    w5_traceback_tell(r, trace, boot || unhandled, scratch);
    if (request && w5_str_eq(w5_record_get(r, W5_F_reason), W5_STR("abort")))
        w5_record_set(r, W5_F_subject, w5_record_get(r, W5_F_pid));
}

const w5_format w5_format_gunicorn = {
    .id = W5_LIT("gunicorn"),
    .title = W5_LIT("gunicorn error log"),
    .sample = W5_LIT("[2026-11-20 16:35:22 +0000] [22544] [CRITICAL] WORKER TIMEOUT (pid:22546)"),
    .order = 40,
    .parse = parse,
    .finish = finish,
    .again = true,
};
