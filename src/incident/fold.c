#include "fold.h"

#include <limits.h>

/* --- upstreams ------------------------------------------------------------------------------- */
static w5_str without_scheme(w5_str text)
{
    w5_str head;
    w5_str tail;
    return w5_str_cut_at(w5_str_head(text, 32), W5_STR("://"), &head, &tail)
               ? w5_str_skip(text, head.len + 3)
               : text;
}

w5_str w5_fold_upstream(w5_str text)
{
    size_t end;
    if (!w5_str_find_char(text, '/', &end)) /* "127.0.0.1:8000": mostly it comes so */
        return w5_str_find_char(text, '?', &end) ? w5_str_head(text, end) : text;
    text = without_scheme(text);
    if (w5_str_starts(text, W5_STR("unix:"))) {
        bool more = w5_str_find_char(w5_str_skip(text, 5), ':', &end);
        return more ? w5_str_head(text, end + 5) : text;
    }
    for (end = 0; end < text.len && text.ptr[end] != '/' && text.ptr[end] != '?'; end++)
        ;
    return w5_str_head(text, end);
}

/* Attempts are parted by ", ", groups of them (internal redirects) by " : ". */
w5_str w5_fold_last_peer(w5_str list)
{
    for (size_t i = list.len; i > 0; i--)
        if (list.ptr[i - 1] == ' ')
            return w5_str_skip(list, i);
    return list;
}

/* --- requests -------------------------------------------------------------------------------- */
static w5_str without_query(w5_str path)
{
    size_t end;
    return w5_str_find_char(path, '?', &end) ? w5_str_head(path, end) : path;
}

w5_target w5_fold_target(const w5_record *r)
{
    w5_target t = {w5_record_get(r, W5_F_method), w5_record_get(r, W5_F_path)};
    w5_str request = w5_record_get(r, W5_F_request);
    w5_str rest;
    if (t.path.len == 0 && w5_str_cut(request, ' ', &t.method, &rest) &&
        !w5_str_cut(rest, ' ', &t.path, &rest))
        t.path = rest;
    t.path = w5_fold_cut(without_query(t.path), W5_NAME_MAX);
    t.method = w5_str_head(t.method, 16);
    return t;
}

unsigned w5_fold_status(const w5_record *r)
{
    uint64_t status;
    w5_str text = w5_record_get(r, W5_F_status);
    if (text.len == 0)
        text = w5_record_get(r, W5_F_elb_status);
    return w5_str_u64(text, &status) && status <= 999 ? (unsigned)status : 0;
}

/* "502, 200": an earlier attempt failed and the client never knew. */
static bool was_retried(w5_str statuses)
{
    w5_str last = w5_fold_last_peer(statuses);
    w5_str before = w5_str_head(statuses, statuses.len - last.len);
    for (size_t i = 0; i + 2 < before.len; i++)
        if (before.ptr[i] == '5' && (i == 0 || before.ptr[i - 1] == ' '))
            return true;
    return false;
}

bool w5_fold_notable(const w5_record *r, unsigned status, int64_t duration)
{
    return status >= 499 || status == 9 || duration >= W5_SLOW ||
           was_retried(w5_record_get(r, W5_F_upstream_status));
}

/* --- numbers --------------------------------------------------------------------------------- */
static uint32_t number32(const w5_record *r, w5_field f)
{
    uint64_t n;
    return w5_str_u64(w5_record_get(r, f), &n) ? (uint32_t)n : 0;
}

static int64_t amount(const w5_record *r, w5_field f)
{
    uint64_t n;
    return w5_str_u64(w5_record_get(r, f), &n) && n <= INT64_MAX ? (int64_t)n : -1;
}

static int64_t micros(const w5_record *r, w5_field f)
{
    int64_t n;
    return w5_str_micros(w5_record_get(r, f), &n) ? n : -1;
}

static w5_time instant(const w5_record *r, w5_field f)
{
    w5_str text = w5_record_get(r, f);
    w5_time at;
    int offset;
    unsigned digits;
    if (w5_str_micros(text, &at) || w5_take_iso(&text, &at, &offset, &digits))
        return at;
    return W5_TIME_NONE;
}

static const struct {
    w5_str name;
    int number;
} signals[] = {
    {W5_LIT("HUP"),  1 },
    {W5_LIT("INT"),  2 },
    {W5_LIT("QUIT"), 3 },
    {W5_LIT("ILL"),  4 },
    {W5_LIT("TRAP"), 5 },
    {W5_LIT("ABRT"), 6 },
    {W5_LIT("BUS"),  7 },
    {W5_LIT("FPE"),  8 },
    {W5_LIT("KILL"), 9 },
    {W5_LIT("USR1"), 10},
    {W5_LIT("SEGV"), 11},
    {W5_LIT("USR2"), 12},
    {W5_LIT("PIPE"), 13},
    {W5_LIT("ALRM"), 14},
    {W5_LIT("TERM"), 15},
    {W5_LIT("XCPU"), 24},
    {W5_LIT("SYS"),  31},
};

static int signal_number(w5_str name)
{
    uint64_t n;
    if (w5_str_u64(name, &n) && n < 128)
        return (int)n;
    w5_str_take(&name, W5_STR("SIG"));
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        if (w5_str_eq(name, signals[i].name))
            return signals[i].number;
    return -1;
}

/* What the class is about: the field that is there. */
static int32_t number_of(const w5_record *r)
{
    static const w5_field fields[] = {W5_F_errno, W5_F_exit_code, W5_F_status, W5_F_elb_status,
                                      W5_F_db_errno};
    uint64_t n;
    if (r->have >> W5_F_signal & 1)
        return signal_number(w5_record_get(r, W5_F_signal));
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (w5_str_u64(w5_record_get(r, fields[i]), &n) && n <= INT32_MAX)
            return (int32_t)n;
    return -1;
}

static int64_t duration_of(const w5_record *r)
{
    static const w5_field fields[] = {W5_F_request_time, W5_F_query_time, W5_F_duration};
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (micros(r, fields[i]) >= 0)
            return micros(r, fields[i]);
    return -1;
}

void w5_fold_numbers(const w5_record *r, w5_cell *cell)
{
    uint32_t connection = number32(r, W5_F_connection);
    cell->pid = number32(r, W5_F_pid);
    cell->subject = number32(r, W5_F_subject);
    cell->connection = connection != 0 ? connection : number32(r, W5_F_thread);
    cell->number = number_of(r);
    cell->duration = duration_of(r);
    cell->lock = micros(r, W5_F_lock_time);
    cell->rows_examined = amount(r, W5_F_rows_examined);
    cell->rows_sent = amount(r, W5_F_rows_sent);
    cell->query_start = instant(r, W5_F_query_start);
    cell->query_end = instant(r, W5_F_query_end);
}

/* --- words ----------------------------------------------------------------------------------- */
static w5_str first_of(const w5_record *r, const w5_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w5_record_get(r, fields[i]).len > 0)
            return w5_fold_cut(w5_record_get(r, fields[i]), W5_NAME_MAX);
    return W5_NONE;
}

w5_str w5_fold_what(const w5_record *r)
{
    static const w5_field fields[] = {W5_F_fingerprint,  W5_F_exception, W5_F_comm,
                                      W5_F_reason,       W5_F_version,   W5_F_signal,
                                      W5_F_worker_class, W5_F_elb_reason};
    return first_of(r, fields, sizeof(fields) / sizeof(*fields));
}

w5_str w5_fold_where(const w5_record *r)
{
    static const w5_field fields[] = {W5_F_frame, W5_F_module, W5_F_library, W5_F_memcg, W5_F_db};
    return first_of(r, fields, sizeof(fields) / sizeof(*fields));
}

w5_str w5_fold_cut(w5_str s, size_t most)
{
    if (s.len <= most)
        return s;
    while (most > 0 && ((unsigned char)s.ptr[most] & 0xc0) == 0x80)
        most--;
    return w5_str_head(s, most);
}

static w5_str last_line(w5_str text)
{
    size_t at;
    while (text.len > 0 && text.ptr[text.len - 1] == '\n')
        text.len--;
    return w5_str_rfind_char(text, '\n', &at) ? w5_str_skip(text, at + 1) : text;
}

/* Of a slow query its statement, of a traceback the exception it ends with, else the first line. */
w5_str w5_record_excerpt(const w5_record *r)
{
    w5_str query = w5_record_get(r, W5_F_query);
    w5_str rest;
    w5_str line = r->text;
    size_t end;
    if (query.len > 0)
        return w5_fold_cut(query, W5_EXCERPT_MAX);
    if (w5_str_starts(r->message, W5_STR("Traceback (")))
        line = last_line(r->text);
    else if (w5_str_find_char(w5_str_head(line, W5_EXCERPT_MAX + 4), '\n', &end))
        w5_str_cut(line, '\n', &line, &rest);
    return w5_fold_cut(line, W5_EXCERPT_MAX);
}

/* --- the offset of a stamp ------------------------------------------------------------------- */
/* Does the clock time before the sign, "18:33:07 " or "18:33:07.123", show this instant there? */
static bool shows(w5_str before, w5_time at, int east)
{
    unsigned hour, minute, second;
    w5_date d = w5_date_of(at + east * W5_SECOND);
    size_t point;
    before = w5_str_trim(before);
    if (w5_str_rfind_char(before, '.', &point) && before.len - point < 10)
        before.len = point;
    const char *p = before.ptr + before.len - 8;
    return before.len >= 8 && w5_digits(p, 2, &hour) && w5_digits(p + 3, 2, &minute) &&
           w5_digits(p + 6, 2, &second) && hour == d.hour && minute == d.minute &&
           second == d.second;
}

/* The last that does: the program's own stamp stands behind the journal's, which may be in UTC. */
int w5_fold_offset(const w5_record *r)
{
    enum {
        FAR = 400
    };
    int found = INT_MIN;
    w5_str text = w5_str_head(r->text, FAR);
    for (size_t i = 8; i < text.len; i++) {
        w5_str sign = w5_str_skip(text, i);
        int east;
        if ((text.ptr[i] == '+' || text.ptr[i] == '-') && w5_take_offset(&sign, &east) &&
            shows(w5_str_head(text, i), r->at, east))
            found = east;
    }
    return found;
}
