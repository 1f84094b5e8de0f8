/* format_mysql_slow.c -- slow query logs of MySQL, Percona Server and MariaDB.
 *
 * An entry is comment lines ("# Time:", "# User@Host:", "# Query_time: …"), optional `use` and SET, and the
 * SQL text. SQL may hold anything, also lines that imitate a header; so a new entry is accepted only
 * where the statement before it has ended (its quotes are closed and its last line ends in ';').
 *
 * Which instant is written differs (facts/mysql.md §2.1): MySQL >= 5.7 writes the end after "# Time:"
 * (and from 8.0.14 the start in SET timestamp); MySQL <= 5.6 and Percona 5 write the end in both;
 * MariaDB 10.11 and later writes the start in both. log_slow_extra tells both. */
#include "fingerprint.h"

#include <limits.h>
#include <why502/record.h>

typedef enum place { OUTSIDE, HEAD, BODY } place;

typedef struct memo {
    place place;
    char quote;      /* the quote the body stands in, 0 none */
    bool ended;      /* the statement's last line ended in ';' */
    bool timed;      /* this entry's head had its "# Time:" line */
    char db[64];     /* of the last `use`: printed only when it changes */
    w5_time time;    /* of the last "# Time:", which old servers print once a second; 0 none */
} memo;

static bool is_server_header(w5_str line)
{
    return w5_str_ends(line, W5_STR("started with:")) && line.len > 30;
}

static bool begins_comment(w5_str rest)
{
    return rest.ptr[0] == '#' || w5_str_starts(rest, W5_STR("-- "));
}

static bool may_open(char c)
{
    return c == '\'' || c == '"' || c == '`' || c == '/' || c == '#' || c == '-';
}

/* Follows quotes and comments (an apostrophe in one opens nothing) through a line of SQL. A block
 * comment is kept as the quote '*'. */
static void follow_quotes(memo *m, w5_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        if (!m->quote && !may_open(c))
            continue;
        char next = i + 1 < line.len ? line.ptr[i + 1] : '\0';
        if (m->quote == '*')
            m->quote = c == '*' && next == '/' ? 0 : '*';
        else if (m->quote && c == '\\' && m->quote != '`')
            i++;
        else if (m->quote)
            m->quote = c == m->quote ? 0 : m->quote;
        else if (c == '/' && next == '*')
            m->quote = '*';
        else if (begins_comment(w5_str_skip(line, i)))
            break;
        else if (c == '\'' || c == '"' || c == '`')
            m->quote = c;
    }
    w5_str text = w5_str_trim(line);
    if (text.len)
        m->ended = !m->quote && text.ptr[text.len - 1] == ';';
}

static bool is_administrator(w5_str line)
{
    return w5_str_starts(line, W5_STR("# administrator command:"));
}

static w5_fit begin(memo *m, w5_str line, w5_record *r)
{
    m->place = HEAD;
    m->quote = 0;
    m->ended = false;
    m->timed = w5_str_starts(line, W5_STR("# Time:"));
    r->message = line;
    return W5_FIT_YES;
}

static w5_fit parse(void *state, w5_str line, w5_record *r)
{
    memo *m = state;
    bool time = w5_str_starts(line, W5_STR("# Time: "));
    bool user = w5_str_starts(line, W5_STR("# User@Host: "));
    bool may_end = m->place == OUTSIDE || (m->place == BODY && m->ended);
    if (is_server_header(line) && (may_end || m->place == HEAD)) {
        *m = (memo){.place = OUTSIDE}; /* a new file, or a restart: no `use`, no time to inherit */
        r->message = W5_STR("server header");
        return W5_FIT_YES;
    }
    if ((time || user) && may_end)
        return begin(m, line, r);
    if (time && m->place == HEAD && !m->timed) /* an entry without SQL before it */
        return begin(m, line, r);
    if (m->place == BODY && m->ended && w5_str_starts(line, W5_STR("==> ")))
        return W5_FIT_NO; /* tail's header: another log */
    if (m->place == OUTSIDE)
        return w5_str_starts(line, W5_STR("Tcp port: ")) || w5_str_starts(line, W5_STR("TCP Port: ")) ||
                       w5_str_starts(line, W5_STR("Time  ")) ||
                       w5_str_starts(line, W5_STR("Time\t"))
                   ? W5_FIT_MORE
                   : W5_FIT_NO;
    if (m->place == HEAD && line.len && line.ptr[0] == '#' && !is_administrator(line))
        return W5_FIT_MORE;
    m->place = BODY;
    if (is_administrator(line))
        m->ended = true;
    else
        follow_quotes(m, line);
    return W5_FIT_MORE;
}

/* --- reading a whole entry --- */

static const struct {
    w5_str key;
    w5_field field;
} keys[] = {
    {W5_LIT("Query_time:"), W5_F_query_time},   {W5_LIT("Lock_time:"), W5_F_lock_time},
    {W5_LIT("Rows_sent:"), W5_F_rows_sent},     {W5_LIT("Rows_examined:"), W5_F_rows_examined},
    {W5_LIT("Thread_id:"), W5_F_thread},        {W5_LIT("Id:"), W5_F_thread},
    {W5_LIT("Schema:"), W5_F_db},               {W5_LIT("Errno:"), W5_F_db_errno},
    {W5_LIT("Last_errno:"), W5_F_db_errno},     {W5_LIT("InnoDB_rec_lock_wait:"), W5_F_lock_time},
    {W5_LIT("Start:"), W5_F_query_start},       {W5_LIT("End:"), W5_F_query_end},
};

static w5_str next_word(w5_str *s)
{
    while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == '\t'))
        *s = w5_str_skip(*s, 1);
    size_t n = 0;
    while (n < s->len && s->ptr[n] != ' ' && s->ptr[n] != '\t')
        n++;
    w5_str word = w5_str_head(*s, n);
    *s = w5_str_skip(*s, n);
    return word;
}

/* "Key: value  Key: value": a key followed by a key ("Schema:  Last_errno: 0") has no value. */
static void read_pairs(w5_str line, w5_record *r)
{
    w5_str word = next_word(&line);
    while (word.len) {
        size_t i = 0;
        while (i < sizeof(keys) / sizeof(keys[0]) && !w5_str_eq(word, keys[i].key))
            i++;
        word = next_word(&line);
        if (i == sizeof(keys) / sizeof(keys[0]) || !word.len || word.ptr[word.len - 1] == ':')
            continue;
        w5_record_set(r, keys[i].field, word);
        word = next_word(&line);
    }
}

/* "app[app] @ web1 [10.0.0.5]  Id:   412" */
static void read_user(w5_str line, w5_record *r)
{
    w5_str user, rest;
    if (!w5_str_cut(line, '[', &user, &rest))
        return;
    w5_record_set(r, W5_F_user, w5_str_trim(user));
    size_t at;
    if (w5_str_find(rest, W5_STR("Id:"), &at))
        read_pairs(w5_str_skip(rest, at), r);
}

typedef struct stamps {
    w5_time time;      /* "# Time:"; W5_TIME_NONE */
    bool zoned, iso;
    unsigned digits;
    w5_time set;       /* SET timestamp; W5_TIME_NONE */
    bool mariadb;
} stamps;

static void read_time(memo *m, w5_str text, stamps *s)
{
    unsigned year, month, day, hour, minute, second;
    int offset;
    w5_str rest = text;
    if (text.len > 10 && text.ptr[4] == '-' && w5_take_iso(&rest, &s->time, &offset, &s->digits)) {
        s->zoned = offset != INT_MIN;
        s->iso = true;
    } else if (text.len >= 15) {
        const char *p = text.ptr;
        unsigned tens = p[7] == ' ' ? 0 : (unsigned)(p[7] - '0');
        if (tens > 2 || !w5_digits(p, 2, &year) || !w5_digits(p + 2, 2, &month) ||
            !w5_digits(p + 4, 2, &day) || !w5_digits(p + 8, 1, &hour) ||
            !w5_digits(p + 10, 2, &minute) || !w5_digits(p + 13, 2, &second))
            return;
        s->time = w5_civil(2000 + (int64_t)year, month, day, tens * 10 + hour, minute, second, 0);
    }
    m->time = s->time == W5_TIME_NONE ? 0 : s->time;
}

static void read_set(w5_str line, stamps *s)
{
    size_t at;
    uint64_t seconds;
    w5_str rest;
    if (!w5_str_find(line, W5_STR("timestamp="), &at))
        return;
    rest = w5_str_skip(line, at + 10);
    if (w5_str_take_u64(&rest, &seconds) && seconds < 1u << 31)
        s->set = (w5_time)seconds * W5_SECOND;
}

static void keep_db(memo *m, w5_str line)
{
    w5_str name = w5_str_skip(line, 4);
    size_t n = 0;
    for (size_t i = 0; i < name.len && n < sizeof(m->db) - 1; i++)
        if (name.ptr[i] != '`' && name.ptr[i] != ';' && name.ptr[i] != '\r')
            m->db[n++] = name.ptr[i];
    m->db[n] = '\0';
}

static void read_comment(memo *m, w5_str line, w5_record *r, stamps *s)
{
    w5_str rest = w5_str_trim(w5_str_skip(line, 1));
    if (w5_str_take(&rest, W5_STR("Time: ")))
        read_time(m, w5_str_trim(rest), s);
    else if (w5_str_take(&rest, W5_STR("User@Host: ")))
        read_user(rest, r);
    else
        read_pairs(rest, r);
    size_t at;
    if (w5_str_find(line, W5_STR("QC_hit:"), &at))
        s->mariadb = true;
}

/* Reads the head and answers where the SQL begins. */
static w5_str read_head(memo *m, w5_record *r, stamps *s)
{
    w5_str rest = r->text;
    while (rest.len) {
        w5_str line = rest, next = W5_NONE;
        w5_str_cut(rest, '\n', &line, &next);
        if (line.len && line.ptr[0] == '#' && !is_administrator(line))
            read_comment(m, line, r, s);
        else if (line.len > 4 && w5_str_ieq(w5_str_head(line, 4), W5_STR("use ")) && s->set == W5_TIME_NONE)
            keep_db(m, line);
        else if (w5_str_starts(line, W5_STR("SET ")) && s->set == W5_TIME_NONE)
            read_set(line, s);
        else
            return rest;
        rest = next;
    }
    return rest;
}

static void put_instant(w5_record *r, w5_field f, w5_time at, w5_arena *scratch)
{
    char text[48];
    w5_time_rfc3339(text, at, at % W5_SECOND ? 6 : 0);
    w5_record_set(r, f, w5_arena_str(scratch, w5_str_of(text)));
}

static void settle(w5_record *r, const stamps *s, w5_arena *scratch)
{
    int64_t took = 0;
    w5_str_micros(w5_record_get(r, W5_F_query_time), &took);
    w5_time start, end;
    bool zoned = true;
    if (s->iso) {
        end = s->time;
        start = end - took;
        zoned = s->zoned;
    } else if (s->set != W5_TIME_NONE && s->mariadb) {
        start = s->set;
        end = start + took;
    } else if (s->set != W5_TIME_NONE) {
        end = s->set;
        start = end - took;
    } else if (s->time != W5_TIME_NONE) {
        end = s->time;
        start = end - took;
        zoned = false;
    } else {
        return;
    }
    r->at = end;
    r->zoned = zoned;
    r->digits = (uint8_t)s->digits;
    if (!(r->have >> W5_F_query_start & 1))
        put_instant(r, W5_F_query_start, start, scratch);
    if (!(r->have >> W5_F_query_end & 1))
        put_instant(r, W5_F_query_end, end, scratch);
}

static void finish(void *state, w5_record *r, w5_arena *scratch)
{
    memo *m = state;
    stamps s = {.time = W5_TIME_NONE, .set = W5_TIME_NONE};
    if (!r->text.len || r->text.ptr[0] != '#')
        return;
    w5_str sql = w5_str_trim(read_head(m, r, &s));
    if (s.time == W5_TIME_NONE && m->time)
        s.time = m->time; /* printed once a second by old servers */
    settle(r, &s, scratch);
    if (!(r->have >> W5_F_db & 1) && m->db[0])
        w5_record_set(r, W5_F_db, w5_arena_str(scratch, w5_str_of(m->db)));
    r->message = sql;
    w5_record_set(r, W5_F_query, w5_str_head(sql, 4096));
    w5_record_set(r, W5_F_fingerprint, w5_fingerprint(scratch, sql));
}

const w5_format w5_format_mysql_slow = {
    .id = W5_LIT("mysql-slow"),
    .title = W5_LIT("MySQL, Percona and MariaDB slow query log"),
    .sample = W5_LIT("# User@Host: app[app] @ localhost [127.0.0.1]  Id:    13"),
    .order = 20,
    .parse = parse,
    .finish = finish,
    .multiline = true,
};
