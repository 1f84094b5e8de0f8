/* format_node.c -- what Node.js prints when it dies, and its warnings; PM2's log.
 *
 *     /srv/app/server.js:4                       <- a place, the line of code, a caret, a blank
 * line throw new Error('cart is empty');
 *       ^
 *
 *     Error: cart is empty
 *         at Timeout._onTimeout (/srv/app/server.js:4:52)
 *
 *     Node.js v20.20.2                           <- 17 and later
 *
 *     FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
 *     (node:7) UnhandledPromiseRejectionWarning: …   (up to 14)
 *
 * The record of a crash is the whole; its message becomes the error. (lib/internal/process/…) */
#include <why502/record.h>

#include "address.h"

typedef enum part {
    OUTSIDE,
    CRASH,
    STACK,
    NATIVE
} part;
typedef struct memo {
    part part;
    uint8_t lines; /* of a crash, before its error */
    bool error;    /* the error's line was seen */
} memo;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "TypeError: db.query is not a function", "Error", "UnhandledPromiseRejection: …" */
static bool is_error(w5_str line)
{
    size_t i = 0;
    while (i < line.len && (is_letter(line.ptr[i]) || line.ptr[i] == '.' || line.ptr[i] == '_'))
        i++;
    w5_str name = w5_str_head(line, i);
    bool named = w5_str_ends(name, W5_STR("Error")) || w5_str_ends(name, W5_STR("Rejection")) ||
                 w5_str_ends(name, W5_STR("Exception"));
    return named && (i == line.len || line.ptr[i] == ':' ||
                     w5_str_starts(w5_str_skip(line, i), W5_STR(" [")));
}

/* "/srv/app/server.js:4", "node:events:502", "file:///srv/app/x.mjs:3" */
static bool is_place(w5_str line)
{
    size_t colon;
    uint64_t number;
    if (!w5_str_starts(line, W5_STR("/")) && !w5_str_starts(line, W5_STR("node:")) &&
        !w5_str_starts(line, W5_STR("file:///")) && !w5_str_starts(line, W5_STR("internal/")) &&
        !w5_str_starts(line, W5_STR("events.js:")))
        return false;
    if (memchr(line.ptr, ' ', line.len) || !w5_str_rfind_char(line, ':', &colon) ||
        !w5_str_u64(w5_str_skip(line, colon + 1), &number))
        return false;
    w5_str path = w5_str_head(line, colon);
    return w5_str_starts(line, W5_STR("node:")) || w5_str_ends(path, W5_STR(".js")) ||
           w5_str_ends(path, W5_STR(".mjs")) || w5_str_ends(path, W5_STR(".cjs")) ||
           w5_str_ends(path, W5_STR(".ts"));
}

static bool is_indented(w5_str line)
{
    return line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
}

/* Between the place and the error stand one line of code and one with carets. */
static bool in_crash(memo *m, w5_str line)
{
    enum {
        LINES = 6
    };
    if (line.len == 0 || is_indented(line) || w5_str_starts(line, W5_STR("^")))
        return true;
    if (is_error(line)) {
        m->error = true;
        return true;
    }
    if (w5_str_starts(line, W5_STR("Node.js v"))) {
        m->part = OUTSIDE;
        return true;
    }
    return m->error ? w5_str_starts(line, W5_STR("}")) ||
                          w5_str_starts(line, W5_STR("Require stack:")) ||
                          w5_str_starts(line, W5_STR("- /")) ||
                          w5_str_starts(line, W5_STR("Emitted '")) ||
                          w5_str_starts(line, W5_STR("Thrown at:"))
                    : m->lines++ < LINES;
}

/* " 1: 0xb78db3 node::OOMErrorHandler(…) [node]" */
static bool is_native(w5_str line)
{
    w5_str rest = w5_str_trim(line);
    uint64_t number;
    return line.len == 0 || w5_str_starts(line, W5_STR("----- ")) ||
           (w5_str_take_u64(&rest, &number) && w5_str_starts(rest, W5_STR(": 0x")));
}

static bool goes_on(memo *m, w5_str line)
{
    switch (m->part) {
    case CRASH:
        return in_crash(m, line);
    case STACK:
        return is_indented(line) || w5_str_eq(line, W5_STR("}"));
    case NATIVE:
        return is_native(line);
    case OUTSIDE:
        break;
    }
    return false;
}

/* "(node:7) Warning: …": "node" and the pid. */
static bool take_warning(w5_str line, w5_record *r)
{
    w5_str pid, text;
    uint64_t number;
    if (!w5_str_take(&line, W5_STR("(node:")) || !w5_str_cut_at(line, W5_STR(") "), &pid, &text) ||
        !w5_str_u64(pid, &number))
        return false;
    w5_record_set(r, W5_F_pid, pid);
    r->message = text;
    return true;
}

/* "[15979:0x27012ca0]     1200 ms: Scavenge 27.6 (44.6) -> …" */
static bool is_collection(w5_str line)
{
    return line.len > 12 && line.ptr[0] == '[' &&
           w5_mem_find(line.ptr, 20 < line.len ? 20 : line.len, ":0x", 3) &&
           w5_mem_find(line.ptr, line.len, " ms: ", 5);
}

/* "2026-03-15T09:47:10: PM2 log: App [web:0] exited with code [1] via signal [SIGINT]",
 * "PM2        | App [web:0] online" */
static bool take_pm2(w5_str line, w5_record *r)
{
    w5_str rest = line;
    int offset;
    unsigned digits;
    if (line.len > 21 && line.ptr[10] == 'T' && w5_take_iso(&rest, &r->at, &offset, &digits))
        w5_str_take(&rest, W5_STR(": "));
    if (!w5_str_take(&rest, W5_STR("PM2 ")))
        return false;
    while (rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '|'))
        rest = w5_str_skip(rest, 1);
    w5_str_take(&rest, W5_STR("log: "));
    w5_str_take(&rest, W5_STR("error: "));
    r->message = rest;
    return true;
}

static bool is_known(w5_str line)
{
    static const w5_str starts[] = {W5_LIT("<--- Last few GCs --->"),
                                    W5_LIT("<--- JS stacktrace --->"),
                                    W5_LIT("Node.js v"),
                                    W5_LIT("==== JS stack trace ="),
                                    W5_LIT("npm ERR! "),
                                    W5_LIT("npm error ")};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (w5_str_starts(line, starts[i]))
            return true;
    return is_collection(line);
}

static part part_behind(w5_str line)
{
    if (is_place(line))
        return CRASH;
    if (w5_str_starts(line, W5_STR("FATAL ERROR: ")))
        return NATIVE;
    return is_error(line) ? STACK : OUTSIDE;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    if (goes_on(m, line))
        return W5_FIT_MORE;
    part behind = part_behind(line);
    r->message = line;
    bool warning = take_warning(line, r);
    if (warning)
        behind = STACK;
    bool taken = warning || take_pm2(line, r) || is_known(line) || behind != OUTSIDE;
    if (!taken)
        return W5_FIT_NO;
    *m = (memo){.part = behind};
    r->open = behind != OUTSIDE;
    return W5_FIT_YES;
}

/* --- what only the whole tells
 * ------------------------------------------------------------------------ */
/* "    at Object.<anonymous> (/srv/app/server.js:4:52)": ours, when it is no package and not
 * Node's. */
static bool read_frame(w5_str line, w5_record *r)
{
    w5_str rest = w5_str_trim(line);
    if (!w5_str_take(&rest, W5_STR("at ")) ||
        w5_mem_find(rest.ptr, rest.len, "node_modules/", 13) ||
        w5_mem_find(rest.ptr, rest.len, "node:", 5) ||
        w5_mem_find(rest.ptr, rest.len, "(internal/", 10) || !memchr(rest.ptr, '/', rest.len))
        return false;
    w5_record_set(r, W5_F_frame, rest);
    return true;
}

/* "listen EADDRINUSE: address already in use :::3000" */
static void read_address(w5_record *r, w5_arena *scratch)
{
    size_t blank;
    if (w5_mem_find(r->message.ptr, r->message.len, "listen E", 8) &&
        w5_str_rfind_char(r->message, ' ', &blank))
        w5_record_set(r, W5_F_address,
                      w5_listen_address(w5_str_skip(r->message, blank + 1), scratch));
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    w5_str text = r->text;
    w5_str line;
    bool crash = is_place(r->message);
    bool framed = false;
    while (text.len > 0) {
        w5_str all = text;
        if (!w5_str_cut(all, '\n', &line, &text)) {
            line = all;
            text = W5_NONE;
        }
        if (is_error(line) && w5_record_get(r, W5_F_exception).len == 0)
            w5_record_set(r, W5_F_exception, line);
        framed = framed || read_frame(line, r);
    }
    w5_str exception = w5_record_get(r, W5_F_exception);
    if (crash && exception.len > 0)
        r->message = w5_arena_fmt(scratch, "Uncaught %.*s", W5_ARG(exception));
    read_address(r, scratch);
}

const w5_format w5_format_node = {
    .id = W5_LIT("node"),
    .title = W5_LIT("Node.js crashes and warnings, PM2 log"),
    .sample =
        W5_LIT("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
    .order = 570,
    .parse = parse,
    .finish = finish,
};
