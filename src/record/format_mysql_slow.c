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

#include "records.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* The next byte that matters: outside of quotes one that may open something, inside the quote, or the
 * backslash before it. */
static size_t skip_quiet(char quote, w5_str line, size_t i)
{
#ifdef __SSE2__
#define HITS(c) _mm_cmpeq_epi8(here, _mm_set1_epi8(c))
    for (; i + 16 <= line.len; i += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(const void *)(line.ptr + i));
        __m128i quotes = _mm_or_si128(_mm_or_si128(HITS('\''), HITS('"')), HITS('`'));
        __m128i others = _mm_or_si128(_mm_or_si128(HITS('/'), HITS('#')), HITS('-'));
        __m128i hits = quote ? _mm_or_si128(HITS(quote), HITS('\\')) : _mm_or_si128(quotes, others);
        int bits = _mm_movemask_epi8(hits);
        if (bits != 0)
            return i + (size_t)__builtin_ctz((unsigned)bits);
    }
#undef HITS
#endif
    while (i < line.len && (quote ? line.ptr[i] != quote && line.ptr[i] != '\\' : !may_open(line.ptr[i])))
        i++;
    return i;
}

/* Follows quotes and comments (an apostrophe in one opens nothing) through a line of SQL. A block
 * comment is kept as the quote '*'. */
static void follow_quotes(memo *m, w5_str line)
{
    for (size_t i = skip_quiet(m->quote, line, 0); i < line.len;
         i = skip_quiet(m->quote, line, i + 1)) {
        char c = line.ptr[i];
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

/* --- an entry at once --- */
enum {
    WHOLE_MAX = 60000 /* bytes: less than the stage joins */
};

static bool may_end(const memo *m)
{
    return m->place == OUTSIDE || (m->place == BODY && m->ended);
}

/* Whether parse would begin a record with the line. */
static bool is_beginning(const memo *m, w5_str line)
{
    bool time = w5_str_starts(line, W5_STR("# Time: "));
    return (time && m->place == HEAD && !m->timed) ||
           ((time || w5_str_starts(line, W5_STR("# User@Host: "))) && may_end(m));
}

/* A further line. False: it is none, or one that is better looked at alone. */
static bool follow(memo *m, w5_str line)
{
    if (line.len && line.ptr[line.len - 1] == '\r')
        return false;
    if (is_server_header(line) || (may_end(m) && w5_str_starts(line, W5_STR("==> "))))
        return false;
    bool comment = line.len && line.ptr[0] == '#';
    if (m->place == HEAD && comment && !is_administrator(line))
        return true;
    m->place = BODY;
    if (comment && is_administrator(line))
        m->ended = true;
    else
        follow_quotes(m, line);
    return true;
}

static size_t whole(void *state, w5_str bytes, uint32_t *lines)
{
    memo m = *(const memo *)state;
    w5_str rest = bytes;
    w5_str line;
    uint32_t n = 0;
    w5_record nobody;
    for (; w5_str_cut(rest, '\n', &line, &rest); n++) {
        size_t at = (size_t)(line.ptr - bytes.ptr);
        bool begins = line.len && line.ptr[0] == '#' && is_beginning(&m, line);
        if (n == 0 && begins && line.ptr[line.len - 1] != '\r' && !is_server_header(line)) {
            begin(&m, line, &nobody);
        } else if (n > 0 && begins && !is_server_header(line)) {
            *(memo *)state = m;
            *lines = n;
            return at;
        } else if (n == 0 || at + line.len > WHOLE_MAX || !follow(&m, line)) {
            return 0;
        }
    }
    return 0;
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

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static w5_str next_word(w5_str *s)
{
    const char *end = s->ptr + s->len;
    const char *from = s->ptr;
    while (from < end && is_blank(*from))
        from++;
    const char *p = from;
    while (p < end && !is_blank(*p))
        p++;
    *s = (w5_str){p, (size_t)(end - p)};
    return (w5_str){from, (size_t)(p - from)};
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

/* Without "Z" where nobody told the zone. */
static void put_instant(w5_record *r, w5_field f, w5_time at, w5_arena *scratch)
{
    char text[48];
    size_t len = w5_time_rfc3339(text, at, at % W5_SECOND ? 6 : 0);
    w5_record_set(r, f, w5_arena_str(scratch, (w5_str){text, len - !r->zoned}));
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
    w5_fingerprints *known = r->stream ? w5_fingerprints_of(r->stream) : NULL;
    w5_record_set(r, W5_F_fingerprint, known ? w5_fingerprint_known(known, scratch, sql)
                                             : w5_fingerprint(scratch, sql));
}

const w5_format w5_format_mysql_slow = {
    .id = W5_LIT("mysql-slow"),
    .title = W5_LIT("MySQL, Percona and MariaDB slow query log"),
    .sample = W5_LIT("# User@Host: app[app] @ localhost [127.0.0.1]  Id:    13"),
    .order = 20,
    .parse = parse,
    .finish = finish,
    .whole = whole,
    .multiline = true,
};
