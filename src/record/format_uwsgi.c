/* format_uwsgi.c -- uWSGI's log: words in three exclamation marks, and a line a request.
 *
 *     Fri Nov 20 19:12:35 2026 - *** HARAKIRI ON WORKER 1 (pid: 16897, try: 1) ***
 *     DAMN ! worker 1 (pid: 16897) died, killed by signal 9 :( trying respawn ...
 *     [pid: 16897|app: 0|req: 1/1] 127.0.0.1 () {24 vars in 246 bytes} [Fri Nov 20 19:12:32 2026]
 * GET / => generated 3 bytes in 0 msecs (HTTP/1.1 200) 1 headers in 45 bytes (1 switches on core 0)
 *
 * uwsgi_log_verbose() puts ctime(3) in local time before a line, uwsgi_log() only with --log-date.
 * (core/logging.c, core/master_checks.c, core/master_utils.c of 2.0) */
#include <why502/record.h>

#include "address.h"
#include "records.h"

/* "Fri Nov 20 19:12:35 2026" */
static bool take_ctime(w5_str *s, w5_record *r)
{
    enum {
        WIDTH = sizeof "Fri Nov 20 19:12:35 2026" - 1
    };
    unsigned day, hour, minute, second, year;
    const char *p = s->ptr;
    if (s->len < WIDTH || p[3] != ' ' || p[7] != ' ' || p[13] != ':' || p[16] != ':')
        return false;
    bool padded = p[8] == ' ';
    unsigned month = w5_month(p + 4);
    if (month == 0 || !w5_digits(p + 8 + padded, padded ? 1 : 2, &day) ||
        !w5_digits(p + 11, 2, &hour) || !w5_digits(p + 14, 2, &minute) ||
        !w5_digits(p + 17, 2, &second) || !w5_digits(p + 20, 4, &year))
        return false;
    r->at = w5_civil(year, month, day, hour, minute, second, 0);
    *s = w5_str_skip(*s, WIDTH);
    return r->at != W5_TIME_NONE;
}

/* --- a request
 * ------------------------------------------------------------------------------------ */
/* "generated 3 bytes in 1204 msecs (HTTP/1.1 200)": the duration in seconds, the status. */
static bool read_result(w5_str s, w5_record *r)
{
    w5_str bytes, millis, protocol, rest;
    uint64_t number;
    if (!w5_str_take(&s, W5_STR("generated ")) ||
        !w5_str_cut_at(s, W5_STR(" bytes in "), &bytes, &rest) || !w5_str_u64(bytes, &number) ||
        !w5_str_cut_at(rest, W5_STR(" msecs "), &millis, &rest) || !w5_str_u64(millis, &number) ||
        !w5_str_cut(rest, ' ', &protocol, &rest) || rest.len < 3)
        return false;
    w5_record_set(r, W5_F_bytes_sent, bytes);
    w5_record_set(r, W5_F_status, w5_str_head(rest, 3));
    if (r->stream)
        w5_record_set(r, W5_F_request_time,
                      w5_arena_fmt(w5_scratch_of(r->stream), "%llu.%03llu",
                                   (unsigned long long)number / 1000,
                                   (unsigned long long)number % 1000));
    return true;
}

static bool read_request(w5_str s, w5_record *r)
{
    w5_str pid, client, rest, method, target, result, path, query;
    if (!w5_str_take(&s, W5_STR("[pid: ")) || !w5_str_cut(s, '|', &pid, &rest) ||
        !w5_str_cut_at(rest, W5_STR("] "), &path, &rest) ||
        !w5_str_cut_at(rest, W5_STR(" ("), &client, &rest) ||
        !w5_str_cut_at(rest, W5_STR("} ["), &path, &rest) || !take_ctime(&rest, r) ||
        !w5_str_take(&rest, W5_STR("] ")) || !w5_str_cut(rest, ' ', &method, &rest))
        return false;
    /* The target is the client's: the last " => " is uWSGI's own. */
    size_t at = 0;
    size_t next;
    bool found = false;
    while (w5_str_find(w5_str_skip(rest, at), W5_STR(" => generated "), &next)) {
        at += next + 1;
        found = true;
    }
    if (!found)
        return false;
    target = w5_str_head(rest, at - 1);
    result = w5_str_skip(rest, at + 3);
    path = target;
    w5_str_cut(target, '?', &path, &query);
    w5_record_set(r, W5_F_pid, pid);
    if (client.len > 0)
        w5_record_set(r, W5_F_client, client);
    w5_record_set(r, W5_F_method, method);
    w5_record_set(r, W5_F_path, path);
    w5_record_set(r, W5_F_request, (w5_str){method.ptr, method.len + 1 + target.len});
    return read_result(result, r);
}

/* --- its own words
 * ---------------------------------------------------------------------------------- */
static const w5_str words[] = {
    W5_LIT("*** "),
    W5_LIT(" *** WARNING"),
    W5_LIT("!!! "),
    W5_LIT("--- "),
    W5_LIT("DAMN ! "),
    W5_LIT("HARAKIRI"),
    W5_LIT("Respawned uWSGI "),
    W5_LIT("spawned uWSGI "),
    W5_LIT("gracefully (RE)spawned uWSGI "),
    W5_LIT("worker respawning too fast !!!"),
    W5_LIT("SIGPIPE: writing to a closed pipe"),
    W5_LIT("SIGINT/SIG"),
    W5_LIT("SIGTERM received"),
    W5_LIT("uwsgi_response_write"),
    W5_LIT("uwsgi_proto"),
    W5_LIT("OSError: write error"),
    W5_LIT("IOError: write error"),
    W5_LIT("invalid request block size: "),
    W5_LIT("invalid HTTP request size "),
    W5_LIT("unable to load app "),
    W5_LIT("uWSGI "),
    W5_LIT("WSGI app "),
    W5_LIT("Python "),
    W5_LIT("compiled with version: "),
    W5_LIT("os: "),
    W5_LIT("nodename: "),
    W5_LIT("machine: "),
    W5_LIT("clock source: "),
    W5_LIT("pcre jit "),
    W5_LIT("detected "),
    W5_LIT("current working directory: "),
    W5_LIT("your "),
    W5_LIT("lock engine: "),
    W5_LIT("thunder lock: "),
    W5_LIT("uwsgi socket "),
    W5_LIT("mapped "),
    W5_LIT("setgid() to "),
    W5_LIT("setuid() to "),
    W5_LIT("chdir() to "),
    W5_LIT("...gracefully killing workers"),
    W5_LIT("Gracefully killing worker "),
    W5_LIT("...brutally killing workers"),
    W5_LIT("binary reloading uWSGI"),
    W5_LIT("closing all non-uwsgi socket fds"),
    W5_LIT("found fd "),
    W5_LIT("running /"),
    W5_LIT("goodbye to uWSGI"),
    W5_LIT("probably another instance of uWSGI is running"),
    W5_LIT("bind(): "),
    W5_LIT("PEP 405 virtualenv detected"),
    W5_LIT("Set PythonHome to "),
    W5_LIT("[uWSGI] "),
    W5_LIT("thread "),
    W5_LIT("The work of process "),
    W5_LIT("worker "),
    W5_LIT("announcing my loyalty to the Emperor"),
    W5_LIT("uwsgi("),
    W5_LIT("writing pidfile to "),
    W5_LIT("dropping root privileges"),
    W5_LIT("...The work of process "),
    W5_LIT("Lazy mode "),
    W5_LIT("set PythonPath to "),
    W5_LIT("mounting "),
    W5_LIT("added "),
    W5_LIT("adding "),
    W5_LIT("segmentation fault"),
    W5_LIT("listen queue"),
    W5_LIT("limiting "),
};

/* Words that others use too count only in a log that is uWSGI's. */
static bool is_generic(w5_str word)
{
    static const w5_str generic[] = {
        W5_LIT("*** "),
        W5_LIT("!!! "),
        W5_LIT("--- "),
        W5_LIT("os: "),
        W5_LIT("machine: "),
        W5_LIT("your "),
        W5_LIT("worker "),
        W5_LIT("thread "),
        W5_LIT("detected "),
        W5_LIT("mapped "),
        W5_LIT("added "),
        W5_LIT("adding "),
        W5_LIT("mounting "),
        W5_LIT("limiting "),
        W5_LIT("Python "),
        W5_LIT("running /"),
        W5_LIT("bind(): "),
        W5_LIT("found fd "),
        W5_LIT("clock source: "),
        W5_LIT("nodename: "),
        W5_LIT("current working directory: "),
        W5_LIT("segmentation fault"),
    };
    for (size_t i = 0; i < sizeof generic / sizeof *generic; i++)
        if (w5_str_eq(generic[i], word))
            return true;
    return false;
}

static bool speaks(const w5_record *r, bool known)
{
    return known || w5_str_starts(w5_record_get(r, W5_F_ident), W5_STR("uwsgi"));
}

static bool is_own(w5_str s, bool known)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (w5_str_starts(s, words[i]))
            return known || !is_generic(words[i]) ||
                   w5_str_starts(s, W5_STR("*** Starting uWSGI ")) ||
                   w5_str_starts(s, W5_STR("*** uWSGI ")) ||
                   w5_str_starts(s, W5_STR("*** no app loaded")) ||
                   w5_str_starts(s, W5_STR("*** HARAKIRI ")) ||
                   w5_str_starts(s, W5_STR("!!! uWSGI ")) ||
                   w5_str_starts(s, W5_STR("--- no python application found"));
    return false;
}

typedef struct memo {
    bool known;     /* uWSGI spoke in this log */
    bool backtrace; /* between "*** backtrace of N ***" and its end */
    bool harakiri;  /* behind "*** HARAKIRI ON WORKER": what the worker was doing follows */
} memo;

static bool goes_on(const memo *m, w5_str message)
{
    if (m->harakiri)
        return w5_str_starts(message, W5_STR("HARAKIRI"));
    /* backtrace_symbols(3): "uwsgi(uwsgi_run+0x45a) [0x563104e6f63a]" */
    size_t at;
    return m->backtrace && w5_str_ends(message, W5_STR("]")) &&
           w5_str_find(message, W5_STR("[0x"), &at);
}

/* "*** Starting uWSGI 2.0.21 (64bit) on [Fri Nov 20 19:12:30 2026] ***" */
static void read_start(w5_str message, w5_record *r)
{
    w5_str before, stamp;
    if (r->at == W5_TIME_NONE && w5_str_cut_at(message, W5_STR(" on ["), &before, &stamp))
        take_ctime(&stamp, r);
}

/* "uwsgi socket 0 bound to TCP address 127.0.0.1:21601 fd 3" */
static void read_socket(w5_str message, w5_record *r)
{
    w5_str before, address, fd;
    if (r->stream && w5_str_starts(message, W5_STR("uwsgi socket ")) &&
        w5_str_cut_at(message, W5_STR(" address "), &before, &address) &&
        w5_str_cut_at(address, W5_STR(" fd "), &address, &fd))
        w5_record_set(r, W5_F_address, w5_listen_address(address, w5_scratch_of(r->stream)));
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    w5_str message = line;
    bool stamped = take_ctime(&message, r) && w5_str_take(&message, W5_STR(" - "));
    if (!stamped) {
        message = line;
        r->at = W5_TIME_NONE;
    }
    r->message = message;
    if (goes_on(m, message))
        return W5_FIT_MORE;
    if (w5_str_starts(message, W5_STR("*** Starting uWSGI ")))
        read_start(message, r);
    read_socket(message, r);
    bool request = w5_str_starts(message, W5_STR("[pid: ")) && read_request(message, r);
    if (!request && !is_own(message, speaks(r, m->known)))
        return W5_FIT_NO;
    m->known = true;
    m->backtrace = w5_str_starts(message, W5_STR("*** backtrace of "));
    m->harakiri = w5_str_starts(message, W5_STR("*** HARAKIRI ON WORKER "));
    r->open = m->backtrace || m->harakiri;
    return W5_FIT_YES;
}

/* "HARAKIRI [core 0] 127.0.0.1 - GET /slow since 1795201952": the request that was cut. */
static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    (void)scratch;
    w5_str before, rest, client, method, target, since, path, query;
    if (!w5_str_cut_at(r->text, W5_STR("HARAKIRI [core "), &before, &rest) ||
        !w5_str_cut_at(rest, W5_STR("] "), &before, &rest) ||
        !w5_str_cut_at(rest, W5_STR(" - "), &client, &rest) ||
        !w5_str_cut(rest, ' ', &method, &rest) ||
        !w5_str_cut_at(rest, W5_STR(" since "), &target, &since))
        return;
    path = target;
    w5_str_cut(target, '?', &path, &query);
    w5_record_set(r, W5_F_client, client);
    w5_record_set(r, W5_F_method, method);
    w5_record_set(r, W5_F_path, path);
    w5_record_set(r, W5_F_request, (w5_str){method.ptr, method.len + 1 + target.len});
}

const w5_format w5_format_uwsgi = {
    .id = W5_LIT("uwsgi"),
    .title = W5_LIT("uWSGI log"),
    .sample =
        W5_LIT("Fri Nov 20 19:12:35 2026 - *** HARAKIRI ON WORKER 1 (pid: 16897, try: 1) ***"),
    .order = 540,
    .parse = parse,
    .finish = finish,
};
