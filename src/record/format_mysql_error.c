/* format_mysql_error.c -- error logs of MySQL 5.5-9, MariaDB, mysqld_safe, and crash reports.
 *
 * One log holds lines of several programs with clocks of their own, so a line is read by its shape:
 *   140101  3:04:05 [Note] msg                          MySQL <= 5.5, mysqld_safe       local
 *   2014-01-01 12:00:00 1234 [Note] msg                 MySQL 5.6, MariaDB >= 10.1      local
 *   2014-01-01 12:00:00 7f12ab34c700 InnoDB: msg        MySQL 5.6, low-level InnoDB     local
 *   2026-11-20T16:50:31.296219Z 0 [System] [MY-015015] [Server] msg   MySQL >= 5.7.2    zoned
 *   10:15:01 UTC - mysqld got signal 6 ;                crash, no date                  UTC
 *   2026-11-20T16:52:20Z UTC - mysqld got signal 11 ;   crash, MySQL 8.0 late and 9     UTC
 *   261120 17:49:45 [ERROR] mariadbd got signal 11 ;    crash, MariaDB                  local
 * Everything else belongs to the record before it. */
#include <limits.h>
#include <why502/base/json.h>
#include <why502/record.h>

typedef struct memo {
    w5_time last;   /* of the newest record, for crash lines without a date */
    bool open;      /* a record began: other lines continue it */
} memo;

static const struct {
    w5_str label, level;
} labels[] = {
    {W5_LIT("Note"), W5_LIT("notice")},    {W5_LIT("System"), W5_LIT("notice")},
    {W5_LIT("Warning"), W5_LIT("warn")},   {W5_LIT("ERROR"), W5_LIT("error")},
    {W5_LIT("Error"), W5_LIT("error")},    {W5_LIT("Info"), W5_LIT("info")},
    {W5_LIT("FATAL"), W5_LIT("crit")},
};

/* Takes "[words]" off the front. */
static bool take_bracket(w5_str *s, w5_str *inside)
{
    size_t end;
    if (!s->len || s->ptr[0] != '[' || !w5_str_find_char(*s, ']', &end))
        return false;
    *inside = (w5_str){s->ptr + 1, end - 1};
    *s = w5_str_skip(*s, end + 1);
    while (s->len && s->ptr[0] == ' ')
        *s = w5_str_skip(*s, 1);
    return true;
}

static bool take_label(w5_str *s, w5_record *r)
{
    w5_str rest = *s, word;
    if (!take_bracket(&rest, &word))
        return false;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (!w5_str_ieq(word, labels[i].label))
            continue;
        w5_record_set(r, W5_F_level, labels[i].level);
        *s = rest;
        return true;
    }
    return false;
}

/* "[MY-010931] [Server] ", both optional, and a second severity such as "[FATAL] ". */
static void take_codes(w5_str *s, w5_record *r)
{
    w5_str rest = *s, word;
    while (take_bracket(&rest, &word)) {
        if (w5_str_starts(word, W5_STR("MY-")))
            w5_record_set(r, W5_F_message_id, word);
        *s = rest;
    }
}

/* "YYMMDD hh:mm:ss", the hour padded with a blank: 15 bytes. */
static bool take_short_date(w5_str *s, w5_time *at)
{
    unsigned year, month, day, hour, minute, second;
    if (s->len < 15)
        return false;
    const char *p = s->ptr;
    unsigned tens = p[7] == ' ' ? 0 : (unsigned)(p[7] - '0');
    if (!w5_digits(p, 2, &year) || !w5_digits(p + 2, 2, &month) || !w5_digits(p + 4, 2, &day) ||
        p[6] != ' ' || tens > 2 || !w5_digits(p + 8, 1, &hour) || p[9] != ':' ||
        !w5_digits(p + 10, 2, &minute) || p[12] != ':' || !w5_digits(p + 13, 2, &second))
        return false;
    *at = w5_civil(2000 + (int64_t)year, month, day, tens * 10 + hour, minute, second, 0);
    if (*at == W5_TIME_NONE)
        return false;
    *s = w5_str_skip(*s, 15);
    return true;
}

static bool take_blanks(w5_str *s)
{
    size_t n = 0;
    while (n < s->len && s->ptr[n] == ' ')
        n++;
    *s = w5_str_skip(*s, n);
    return n > 0;
}

/* The connection's number, or the thread in hexadecimal. */
static bool take_thread(w5_str *s, w5_record *r)
{
    size_t n = 0;
    while (n < s->len && ((s->ptr[n] >= '0' && s->ptr[n] <= '9') || (s->ptr[n] >= 'a' && s->ptr[n] <= 'f')))
        n++;
    if (n == 0 || n > 20 || n == s->len || s->ptr[n] != ' ')
        return false;
    w5_record_set(r, W5_F_thread, w5_str_head(*s, n));
    *s = w5_str_skip(*s, n);
    return take_blanks(s);
}

/* The oldest wrote "mysqld started" and nothing behind it. */
static bool is_safe_line(w5_str rest)
{
    return w5_str_starts(rest, W5_STR("mysqld_safe ")) ||
           w5_str_starts(rest, W5_STR("mariadbd-safe ")) || w5_str_eq(rest, W5_STR("mysqld started")) ||
           w5_str_eq(rest, W5_STR("mysqld ended")) || w5_str_eq(rest, W5_STR("mysqld restarted"));
}

static bool short_line(w5_str line, w5_record *r)
{
    w5_str rest = line;
    if (!take_short_date(&rest, &r->at) || !take_blanks(&rest))
        return false;
    if (!take_label(&rest, r) && !is_safe_line(rest) && !w5_str_starts(rest, W5_STR("InnoDB:")) &&
        !w5_str_starts(rest, W5_STR("- mysqld got signal")))
        return false;
    take_codes(&rest, r);
    r->message = rest;
    return true;
}

static bool crash_line(w5_str rest, w5_record *r)
{
    size_t at;
    if (!w5_str_starts(rest, W5_STR("UTC - ")) || !w5_str_find(rest, W5_STR(" got signal "), &at))
        return false;
    r->zoned = true;
    r->message = w5_str_skip(rest, 6);
    w5_record_set(r, W5_F_level, W5_STR("crit"));
    return true;
}

static bool long_line(w5_str line, w5_record *r)
{
    w5_str rest = line;
    int offset;
    unsigned digits;
    if (line.len < 22 || line.ptr[4] != '-' || !w5_take_iso(&rest, &r->at, &offset, &digits))
        return false;
    r->zoned = offset != INT_MIN;
    r->digits = (uint8_t)digits;
    if (!take_blanks(&rest))
        return false;
    if (crash_line(rest, r))
        return true;
    bool thread = take_thread(&rest, r);
    if (take_label(&rest, r)) {
        take_codes(&rest, r);
        r->message = rest;
        return true;
    }
    r->message = rest;
    return thread && w5_str_starts(rest, W5_STR("InnoDB: "));
}

/* "10:15:01 UTC - mysqld got signal 6 ;": the day is the one that lies nearest to the last record. */
static bool dateless_crash(const memo *m, w5_str line, w5_record *r)
{
    unsigned hour, minute, second;
    if (line.len < 9 || line.ptr[2] != ':' || line.ptr[5] != ':' || line.ptr[8] != ' ' ||
        !w5_digits(line.ptr, 2, &hour) || !w5_digits(line.ptr + 3, 2, &minute) ||
        !w5_digits(line.ptr + 6, 2, &second) || !crash_line(w5_str_skip(line, 9), r))
        return false;
    w5_time clock = ((w5_time)hour * 3600 + minute * 60 + second) * W5_SECOND;
    w5_time day = m->last - m->last % W5_DAY;
    r->at = m->last ? day + clock : W5_TIME_NONE;
    if (m->last && r->at - m->last > W5_DAY / 2)
        r->at -= W5_DAY;
    else if (m->last && m->last - r->at > W5_DAY / 2)
        r->at += W5_DAY;
    return true;
}

/* component_log_sink_json: read as a whole in finish. */
static bool json_line(w5_str line, w5_record *r)
{
    size_t at;
    if (line.len < 20 || line.ptr[0] != '{' || !w5_str_find(line, W5_STR("\"err_code\""), &at) ||
        !w5_str_find(line, W5_STR("\"msg\""), &at))
        return false;
    r->message = line;
    return true;
}

/* Lines that no server puts into a record of several lines: in a stream of several logs they begin
 * another one. */
static bool is_another_log(w5_str line)
{
    static const w5_str heads[] = {W5_LIT("==> "), W5_LIT("# Time: "), W5_LIT("# User@Host: ")};
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (w5_str_starts(line, heads[i]))
            return true;
    return w5_str_ends(line, W5_STR("started with:"));
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    bool begins = line.len && line.ptr[0] == '{'
                      ? json_line(line, r)
                      : long_line(line, r) || short_line(line, r) || dateless_crash(m, line, r);
    if (!begins)
        return m->open && !is_another_log(line) ? W5_FIT_MORE : W5_FIT_NO;
    if (r->at != W5_TIME_NONE)
        m->last = r->at;
    m->open = true;
    return W5_FIT_YES;
}

static void json_level(const w5_json *v, w5_record *r)
{
    w5_str label = w5_json_str(w5_json_get(v, "label"));
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (w5_str_ieq(label, labels[i].label))
            w5_record_set(r, W5_F_level, labels[i].level);
}

static void finish_json(w5_record *r, w5_arena *scratch)
{
    const w5_json *v;
    size_t used;
    int64_t number;
    int offset;
    unsigned digits;
    if (w5_json_read(scratch, r->message, &used, &v) != W5_OK)
        return;
    w5_str time = w5_json_str(w5_json_get(v, "time"));
    if (w5_take_iso(&time, &r->at, &offset, &digits)) {
        r->zoned = offset != INT_MIN;
        r->digits = (uint8_t)digits;
    }
    if (w5_json_int(w5_json_get(v, "ts"), &number)) { /* milliseconds, whatever log_timestamps says */
        r->at = number * 1000;
        r->zoned = true;
        r->digits = 3;
    }
    if (w5_json_int(w5_json_get(v, "err_code"), &number))
        w5_record_set(r, W5_F_message_id, w5_arena_fmt(scratch, "MY-%06jd", (intmax_t)number));
    if (w5_json_int(w5_json_get(v, "thread"), &number))
        w5_record_set(r, W5_F_thread, w5_arena_fmt(scratch, "%jd", (intmax_t)number));
    json_level(v, r);
    r->message = w5_json_str(w5_json_get(v, "msg"));
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    (void)state;
    if (r->message.len && r->message.ptr[0] == '{')
        finish_json(r, scratch);
}

const w5_format w5_format_mysql_error = {
    .id = W5_LIT("mysql-error"),
    .title = W5_LIT("MySQL and MariaDB error log"),
    .sample = W5_LIT("2026-11-20T16:50:31.820566Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready "
                     "for connections. Version: '9.7.4-2'  socket: '/run/mysqld/mysqld.sock'  port: 3306"),
    .order = 30,
    .parse = parse,
    .finish = finish,
    .multiline = true,
};
