/* format_puma.c -- puma's log: the pid in a cluster, then a sign and words.
 *
 *     [9733] - Worker 0 (PID: 9736) booted in 0.01s, phase: 0
 *     [9733] ! Terminating timed out worker (worker failed to check in within 60 seconds): 9737
 *     === puma shutdown: 2026-11-20 19:24:39 +0000 ===
 *     2026-11-20 19:24:18 +0000 Rack app ("GET /boom" - (127.0.0.1)): #<RuntimeError: cart is
 * empty>
 *
 * Only shutdowns and errors carry a time. (lib/puma/log_writer.rb, cluster.rb, error_logger.rb) */
#include <limits.h>

#include <why502/record.h>

#include "address.h"
#include "records.h"

typedef struct memo {
    bool stack; /* "\tfrom /usr/lib/…" may follow */
} memo;

static bool starts_any(w5_str s, const w5_str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w5_str_starts(s, list[i]))
            return true;
    return false;
}

/* "[9733] " */
static bool take_pid(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    uint64_t pid;
    if (!w5_str_take(&rest, W5_STR("[")))
        return false;
    w5_str digits = rest;
    if (!w5_str_take_u64(&rest, &pid) || !w5_str_take(&rest, W5_STR("] ")))
        return false;
    w5_record_set(r, W5_F_pid, w5_str_head(digits, (size_t)(rest.ptr - 2 - digits.ptr)));
    *s = rest;
    return true;
}

static bool is_cluster_line(w5_str s)
{
    static const w5_str starts[] = {W5_LIT("- "),         W5_LIT("* "),
                                    W5_LIT("! "),         W5_LIT("+ "),
                                    W5_LIT("=== puma "),  W5_LIT("Puma "),
                                    W5_LIT("Use Ctrl-C"), W5_LIT("Early termination of worker")};
    return starts_any(s, starts, sizeof starts / sizeof *starts);
}

static bool is_single_line(w5_str s)
{
    static const w5_str starts[] = {
        W5_LIT("=== puma "),          W5_LIT("Puma starting in "),
        W5_LIT("* Puma version: "),   W5_LIT("* Listening on http"),
        W5_LIT("* Listening on ssl"), W5_LIT("* Listening on unix"),
        W5_LIT("*  Min threads: "),   W5_LIT("*  Max threads: "),
        W5_LIT("*  Environment: "),   W5_LIT("*          PID: "),
        W5_LIT("* Environment: "),    W5_LIT("* Min threads: "),
        W5_LIT("* Version "),         W5_LIT("- Gracefully stopping"),
        W5_LIT("- Goodbye!"),         W5_LIT("Use Ctrl-C to stop"),
        W5_LIT("! Unable to "),       W5_LIT("Error reached top of thread-pool: "),
        W5_LIT("* Daemonizing"),      W5_LIT("* Restarting"),
    };
    return starts_any(s, starts, sizeof starts / sizeof *starts);
}

/* "2026-11-20 19:24:18 +0000" */
static bool take_stamp(w5_str *s, w5_record *r)
{
    int offset;
    unsigned digits;
    w5_str rest = *s;
    if (s->len < 25 || s->ptr[10] != ' ' || !w5_take_iso(&rest, &r->at, &offset, &digits) ||
        digits > 0 || offset != INT_MIN || !w5_str_take(&rest, W5_STR(" ")) ||
        !w5_take_offset(&rest, &offset))
        return false;
    r->at -= offset * W5_SECOND;
    r->zoned = true;
    *s = rest;
    return true;
}

/* "2026-11-20 19:24:18 +0000 Rack app (…)", "… Rack app error handling request { GET /x }" */
static bool is_error(w5_str *s, w5_record *r)
{
    w5_str rest = *s;
    if (!take_stamp(&rest, r))
        return false;
    static const w5_str starts[] = {W5_LIT(" Rack app"), W5_LIT(" HTTP parse error"),
                                    W5_LIT(" Listen loop"), W5_LIT(" Unhandled exception")};
    if (!starts_any(rest, starts, sizeof starts / sizeof *starts))
        return false;
    *s = w5_str_skip(rest, 1);
    w5_record_set(r, W5_F_level, W5_STR("error"));
    return true;
}

/* "=== puma shutdown: 2026-11-20 19:24:39 +0000 ===" */
static void read_mark(w5_record *r)
{
    w5_str what, rest;
    if (w5_str_starts(r->message, W5_STR("=== puma ")) &&
        w5_str_cut_at(r->message, W5_STR(": "), &what, &rest))
        take_stamp(&rest, r);
}

/* "/usr/lib/…/binder.rb:341:in `initialize': Address already in use - bind(2) for …
 * (Errno::EADDRINUSE)" */
static bool is_ruby_error(w5_str s)
{
    return w5_mem_find(s.ptr, s.len, ":in `", 5) && w5_mem_find(s.ptr, s.len, "': ", 3) &&
           (s.ptr[0] == '/' || s.ptr[0] == '<');
}

static bool is_stack(w5_str s)
{
    return w5_str_starts(s, W5_STR("\tfrom ")) || w5_str_starts(s, W5_STR("#<")) ||
           (s.len > 0 && s.ptr[0] == '/' && w5_mem_find(s.ptr, s.len, ".rb:", 4)) ||
           w5_str_starts(s, W5_STR("<internal:"));
}

/* "* Listening on http://127.0.0.1:21604" */
static void read_listening(w5_record *r)
{
    w5_str where = r->message;
    if (r->stream && w5_str_take(&where, W5_STR("* Listening on ")))
        w5_record_set(r, W5_F_address, w5_listen_address(where, w5_scratch_of(r->stream)));
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    w5_str message = line;
    bool cluster = take_pid(&message, r);
    if (m->stack && is_stack(message) && !is_ruby_error(message))
        return W5_FIT_MORE;
    bool error = !cluster && is_error(&message, r);
    bool ruby = !error && is_ruby_error(message);
    if (!error && !ruby && !(cluster ? is_cluster_line(message) : is_single_line(message)))
        return W5_FIT_NO;
    r->message = message;
    m->stack = error || ruby || w5_str_starts(message, W5_STR("! "));
    r->open = m->stack;
    read_mark(r);
    read_listening(r);
    return W5_FIT_YES;
}

/* `bind(2) for "127.0.0.1" port 21604 (Errno::EADDRINUSE)` */
static void read_bind(w5_record *r, w5_arena *scratch)
{
    w5_str before, host, port, rest;
    uint64_t number;
    if (!w5_str_cut_at(r->message, W5_STR(" - bind(2) for \""), &before, &rest) ||
        !w5_str_cut_at(rest, W5_STR("\" port "), &host, &port))
        return;
    rest = port;
    if (w5_str_take_u64(&rest, &number))
        w5_record_set(
            r, W5_F_address,
            w5_arena_fmt(scratch, "%.*s:%.*s", W5_ARG(host), (int)(port.len - rest.len), port.ptr));
}

/* The line without its place, for patterns: "Address already in use - bind(2) for …". */
static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    w5_str place, text, first, rest;
    if (is_ruby_error(r->message) && w5_str_cut_at(r->message, W5_STR("': "), &place, &text)) {
        w5_record_set(r, W5_F_frame, place);
        w5_record_set(r, W5_F_exception, text);
        r->message = text;
        read_bind(r, scratch);
    } else if (w5_str_starts(r->message, W5_STR("! Unable to start worker")) &&
               w5_str_cut(r->text, '\n', &first, &rest) &&
               w5_str_cut_at(rest, W5_STR("': "), &place, &text)) {
        w5_str_cut(text, '\n', &text, &rest);
        w5_record_set(r, W5_F_exception, text);
    }
}

const w5_format w5_format_puma = {
    .id = W5_LIT("puma"),
    .title = W5_LIT("puma log"),
    .sample = W5_LIT("[9733] ! Terminating timed out worker (worker failed to check in within 60 "
                     "seconds): 9737"),
    .order = 545,
    .parse = parse,
    .finish = finish,
};
