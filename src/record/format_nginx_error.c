/* format_nginx_error.c -- nginx's error log: "2026/11/20 16:37:20 [error] 7#7: *1 message…".
 *
 * The head is checked by eight bytes at a time, for it is what every line of the hot path has: a
 * stamp of 19 bytes at fixed places (mostly that of the line before), the level, pid#tid, and *conn
 * where a connection exists (src/core/ngx_log.c, ngx_log_error_core). What follows is the business
 * of fields_nginx.c. Ingress-nginx mixes klog lines in, and at start nginx speaks without a stamp.
 */
#include "fields_nginx.h"

typedef struct memo {
    char stamp[19]; /* the last one, and what it meant */
    w5_time at;
    uint32_t
        room; /* > 0: the last record ended inside FastCGI's stderr text; bytes it may still have */
} memo;
_Static_assert(sizeof(memo) <= W5_MEMO, "the memo is too small");

static uint64_t load8(const char *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof(value));
    return value;
}

/* --- the head --------------------------------------------------------------------------------- */
enum {
    STAMP = 19,
    LEVEL = 21,   /* behind " [" */
    SHORTEST = W5_NGINX_SHORTEST /* "2026/11/20 16:37:20 [info] 1#0: " */
};

static bool digits_and_marks(const char *p)
{
    static const char shape[] = "0000/00/00 00:00:00 [";
    for (int i = 0; i <= STAMP + 1; i++) {
        bool digit = (unsigned char)(p[i] - '0') <= 9;
        if (shape[i] == '0' ? !digit : p[i] != shape[i])
            return false;
    }
    return true;
}

static w5_time civil(const char *p)
{
    unsigned year, month, day, hour, minute, second;
    w5_digits(p, 4, &year);
    w5_digits(p + 5, 2, &month);
    w5_digits(p + 8, 2, &day);
    w5_digits(p + 11, 2, &hour);
    w5_digits(p + 14, 2, &minute);
    w5_digits(p + 17, 2, &second);
    return w5_civil(year, month, day, hour, minute, second, 0);
}

static bool is_last_stamp(const memo *m, const char *p)
{
    return load8(p) == load8(m->stamp) && load8(p + 8) == load8(m->stamp + 8) &&
           memcmp(p + 16, m->stamp + 16, 3) == 0 && p[19] == ' ' && p[20] == '[';
}

static w5_time read_stamp(memo *m, const char *p)
{
    memcpy(m->stamp, p, STAMP);
    return m->at = civil(p);
}

/* The levels with the bracket behind them, as far as eight bytes reach. */
static const struct level {
    char word[9];
    uint8_t len; /* without the bracket */
} levels[] = {
    {"error] ",  5},
    {"warn] ",   4},
    {"info] ",   4},
    {"notice] ", 6},
    {"crit] ",   4},
    {"alert] ",  5},
    {"emerg] ",  5},
    {"debug] ",  5},
};

static unsigned level_length(const char *p)
{
    uint64_t here = load8(p);
    for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
        unsigned bits = (levels[i].len + 2u) * 8;
        uint64_t differ = here ^ load8(levels[i].word);
        if ((bits < 64 ? differ & (((uint64_t)1 << bits) - 1) : differ) == 0)
            return levels[i].len;
    }
    return 0;
}

static uint64_t repeat(uint64_t byte)
{
    return byte * UINT64_C(0x0101010101010101);
}

/* Behind the digits at p, by eight bytes: what "xor '0'" leaves above 9 is none. */
static inline const char *behind_digits(const char *p, const char *end)
{
    for (; end - p >= 8; p += 8) {
        uint64_t value = load8(p) ^ repeat('0');
        uint64_t others = (((value & repeat(0x7f)) + repeat(0x7f - 9)) | value) & repeat(0x80);
        if (others != 0)
            return p + __builtin_ctzll(others) / 8;
    }
    while (p < end && (unsigned char)(*p - '0') <= 9)
        p++;
    return p;
}

/* Takes digits up to `mark`; NULL when there are none or something else follows. */
static inline const char *number(const char *p, const char *end, char mark)
{
    const char *behind = behind_digits(p, end);
    return behind > p && behind < end && *behind == mark ? behind : NULL;
}

static bool same_bytes(const char *a, const char *b, size_t n, const char *end)
{
    if (n > 0 && n <= 8 && end - b >= 8)
        return (load8(a) ^ load8(b)) << (64 - 8 * n) == 0;
    for (; n > 0 && *a == *b; n--, a++, b++)
        ;
    return n == 0;
}

/* Behind "28363#28363: "; NULL when it is none. The thread mostly has the number of its process. */
static const char *skip_writer(const char *p, const char *end, const char **hash)
{
    *hash = number(p, end, '#');
    if (!*hash)
        return NULL;
    size_t n = (size_t)(*hash - p);
    const char *colon = *hash + 1 + n;
    if (end - *hash < (ptrdiff_t)n + 3 || *colon != ':' || !same_bytes(p, *hash + 1, n, end))
        colon = number(*hash + 1, end, ':');
    return colon && end - colon > 1 && colon[1] == ' ' ? colon + 2 : NULL;
}

static bool take_writer(const char *p, const char *end, w5_record *r, const char **rest)
{
    const char *hash;
    const char *behind = skip_writer(p, end, &hash);
    if (!behind)
        return false;
    w5_record_set(r, W5_F_pid, (w5_str){p, (size_t)(hash - p)});
    w5_record_set(r, W5_F_tid, (w5_str){hash + 1, (size_t)(behind - hash - 3)});
    p = behind;
    if (p < end && *p == '*') {
        const char *blank = number(p + 1, end, ' ');
        if (blank) {
            w5_record_set(r, W5_F_connection, (w5_str){p + 1, (size_t)(blank - p - 1)});
            p = blank + 1;
        }
    }
    *rest = p;
    return true;
}

bool w5_nginx_head(w5_str line, w5_str *rest)
{
    w5_record r;
    const char *message;
    r.have = 0;
    if (line.len < SHORTEST || !digits_and_marks(line.ptr))
        return false;
    unsigned n = level_length(line.ptr + LEVEL);
    if (n == 0 || !take_writer(line.ptr + LEVEL + n + 2, line.ptr + line.len, &r, &message))
        return false;
    *rest = (w5_str){message, (size_t)(line.ptr + line.len - message)};
    return true;
}

bool w5_nginx_plain(void *state, const char *p, const char *end, w5_nginx_front *front)
{
    memo *m = state;
    const char *hash;
    bool same = is_last_stamp(m, p);
    if (m->room > 0 || (!same && !digits_and_marks(p)))
        return false;
    front->level = (w5_str){p + LEVEL, level_length(p + LEVEL)};
    const char *pid = p + LEVEL + front->level.len + 2;
    const char *message = front->level.len ? skip_writer(pid, end, &hash) : NULL;
    if (!message)
        return false;
    front->pid = (w5_str){pid, (size_t)(hash - pid)};
    front->tid = (w5_str){hash + 1, (size_t)(message - hash - 3)};
    const char *blank = message < end && *message == '*' ? number(message + 1, end, ' ') : NULL;
    front->connection = blank ? (w5_str){message + 1, (size_t)(blank - message - 1)} : W5_NONE;
    front->message = blank ? blank + 1 : message;
    front->at = same ? m->at : read_stamp(m, p);
    return true;
}

/* --- FastCGI's stderr: the one message that nginx writes over several lines ------------------- */
enum {
    WRITTEN = 2047 /* bytes of a whole record without its newline: NGX_MAX_ERROR_STR */
};
static const w5_str stderr_text = W5_LIT("FastCGI sent in stderr: \"");

static bool is_stderr(w5_str rest)
{
    return rest.len >= stderr_text.len && rest.ptr[0] == 'F' && w5_str_starts(rest, stderr_text);
}

static void split_stderr(memo *m, w5_str line, w5_str rest, w5_record *r)
{
    if (w5_nginx_split_stderr(rest, r))
        return;
    r->message = rest;
    r->open = line.len < WRITTEN;
    m->room = r->open ? WRITTEN - (uint32_t)line.len : 0;
}

static w5_fit continued(memo *m, w5_str line)
{
    if (line.len >= m->room) {
        m->room = 0;
        return W5_FIT_NO;
    }
    size_t at;
    bool closed =
        w5_str_find(line, W5_STR("\" while "), &at) && w5_nginx_context_at(line) < line.len;
    m->room = closed ? 0 : m->room - (uint32_t)line.len - 1;
    return closed ? W5_FIT_LAST : W5_FIT_MORE;
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    (void)scratch;
    const char *end = r->text.ptr + r->text.len;
    w5_str rest = {r->message.ptr, (size_t)(end - r->message.ptr)};
    if (!w5_nginx_split_stderr(rest, r))
        r->message = rest;
}

/* --- lines without a stamp -------------------------------------------------------------------- */
/* "nginx: [emerg] bind() to … failed (98: …)": what ngx_log_stderr and a failed start write. */
static bool start_line(w5_str line, w5_record *r)
{
    static const w5_str said[] = {W5_LIT("the configuration file "), W5_LIT("configuration file "),
                                  W5_LIT("nginx version: "), W5_LIT("built by ")};
    if (!w5_str_take(&line, W5_STR("nginx: ")) || line.len < 10)
        return false;
    if (line.ptr[0] == '[') {
        unsigned n = level_length(line.ptr + 1);
        if (n == 0)
            return false;
        w5_record_set(r, W5_F_level, (w5_str){line.ptr + 1, n});
        w5_nginx_split(w5_str_skip(line, n + 3), r);
        return true;
    }
    r->message = line;
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++)
        if (w5_str_starts(line, said[i]))
            return true;
    return false;
}

/* "I1120 16:37:20.123456       7 controller.go:190] text": the ingress controller's own log
 * (k8s.io/klog), with no year. */
static bool controller_line(w5_str line, w5_record *r)
{
    static const struct {
        char letter;
        w5_str word;
    } klog[] = {
        {'I', W5_LIT("info") },
        {'W', W5_LIT("warn") },
        {'E', W5_LIT("error")},
        {'F', W5_LIT("emerg")}
    };
    unsigned month, day, hour, minute, second, micros;
    w5_str place;
    w5_str text;
    const char *p = line.ptr;
    if (line.len < 31 || p[5] != ' ' || p[8] != ':' || p[11] != ':' || p[14] != '.' ||
        !w5_digits(p + 1, 2, &month) || !w5_digits(p + 3, 2, &day) || !w5_digits(p + 6, 2, &hour) ||
        !w5_digits(p + 9, 2, &minute) || !w5_digits(p + 12, 2, &second) ||
        !w5_digits(p + 15, 6, &micros) || !w5_str_cut_at(line, W5_STR("] "), &place, &text))
        return false;
    if (place.len > 120 || !memchr(place.ptr + 21, ':', place.len - 21))
        return false;
    for (size_t i = 0; i < sizeof(klog) / sizeof(*klog); i++)
        if (p[0] == klog[i].letter) {
            w5_record_set(r, W5_F_level, klog[i].word);
            r->at = w5_civil(W5_YEARLESS, month, day, hour, minute, second, micros);
            r->yearless = true;
            r->digits = 6;
            r->message = text;
            return true;
        }
    return false;
}

static w5_fit other(memo *m, w5_str line, w5_record *r)
{
    if (m->room > 0)
        return continued(m, line);
    return start_line(line, r) || controller_line(line, r) ? W5_FIT_YES : W5_FIT_NO;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    const char *rest;
    const char *end = line.ptr + line.len;
    const char *p = line.ptr;
    if (line.len < SHORTEST || p[4] != '/')
        return other(m, line, r);
    bool same = is_last_stamp(m, p);
    unsigned n = same || digits_and_marks(p) ? level_length(p + LEVEL) : 0;
    if (n == 0 || !take_writer(p + LEVEL + n + 2, end, r, &rest))
        return other(m, line, r);
    w5_record_set(r, W5_F_level, (w5_str){p + LEVEL, n});
    r->at = same ? m->at : read_stamp(m, p);
    r->misdated = r->at == W5_TIME_NONE;
    m->room = 0;
    w5_str said = {rest, (size_t)(end - rest)};
    if (is_stderr(said))
        split_stderr(m, line, said, r);
    else
        w5_nginx_split(said, r);
    return W5_FIT_YES;
}

const w5_format w5_format_nginx_error = {
    .id = W5_LIT("nginx-error"),
    .title = W5_LIT("nginx error log"),
    .sample =
        W5_LIT("2026/11/20 16:37:20 [error] 28363#28363: *1 connect() failed (111: Connection "
               "refused) while connecting to upstream, client: 127.0.0.1, server: app.example, "
               "request: \"GET /x?y=1 HTTP/1.1\", upstream: \"http://127.0.0.1:21050/x?y=1\", "
               "host: \"app.example\""),
    .order = 10,
    .parse = parse,
    .finish = finish,
    .walk = w5_nginx_walk,
};
