/* state.c -- SQLite's door.
 *
 * Everything is read at the beginning and written at the end: a run holds the write lock all the
 * time (BEGIN IMMEDIATE), so that two runs never tell the same. Between two transactions the lock is
 * taken again at once; who waits for it does not wait at all but says that the state is busy. */
#include <why502/state.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if W5_HAVE_SQLITE
#include <sqlite3.h>

#define VERSION 1

static const char schema[] = {
#include "state/data/schema.sql.inc"
    0};

typedef struct rows { /* of one table */
    void *at;
    size_t n, room, size;
} rows;

struct w5_state {
    sqlite3 *db;
    char *path;
    w5_arena *arena;
    rows positions, told, kept, mails;
};

static void *add(rows *r)
{
    if (r->n == r->room) {
        r->room = r->room ? 2 * r->room : 16;
        r->at = w5_xrealloc(r->at, r->room, r->size);
    }
    return memset((char *)r->at + r->size * r->n++, 0, r->size);
}

/* --- reading --------------------------------------------------------------------------------- */
static w5_str blob(w5_state *s, sqlite3_stmt *q, int column)
{
    const void *bytes = sqlite3_column_blob(q, column);
    int n = sqlite3_column_bytes(q, column);
    return bytes && n > 0 ? w5_arena_str(s->arena, (w5_str){bytes, (size_t)n}) : W5_STR("");
}

static uint64_t number(sqlite3_stmt *q, int column)
{
    return (uint64_t)sqlite3_column_int64(q, column);
}

static void copy(char *to, size_t size, w5_str text)
{
    size_t n = text.len < size - 1 ? text.len : size - 1;
    memcpy(to, text.ptr, n);
    to[n] = '\0';
}

static void read_position(w5_state *s, sqlite3_stmt *q)
{
    w5_position *p = add(&s->positions);
    p->name = blob(s, q, 0);
    p->identity = (w5_identity){.device = number(q, 1),
                                .inode = number(q, 2),
                                .fingerprint = number(q, 3),
                                .fingerprinted = (uint32_t)number(q, 4)};
    p->offset = number(q, 5);
    p->lines = number(q, 6);
    p->cursor = blob(s, q, 7);
    p->seen = sqlite3_column_int64(q, 8);
}

static void read_told(w5_state *s, sqlite3_stmt *q)
{
    w5_told *t = add(&s->told);
    copy(t->id, sizeof(t->id), blob(s, q, 0));
    copy(t->cause, sizeof(t->cause), blob(s, q, 1));
    copy(t->upstream, sizeof(t->upstream), blob(s, q, 2));
    t->confidence = sqlite3_column_int(q, 3);
    t->count = number(q, 4);
    t->start = sqlite3_column_int64(q, 5);
    t->end = sqlite3_column_int64(q, 6);
    t->over = sqlite3_column_int(q, 7) != 0;
}

static void read_kept(w5_state *s, sqlite3_stmt *q)
{
    w5_kept *k = add(&s->kept);
    *k = (w5_kept){.name = blob(s, q, 0),
                   .format = blob(s, q, 1),
                   .line = number(q, 2),
                   .at = sqlite3_column_int64(q, 3),
                   .text = blob(s, q, 4)};
}

static void read_mail(w5_state *s, sqlite3_stmt *q)
{
    w5_mail *m = add(&s->mails);
    *m = (w5_mail){.message_id = blob(s, q, 0),
                   .address = blob(s, q, 1),
                   .made = sqlite3_column_int64(q, 2),
                   .body = blob(s, q, 3)};
}

static const struct {
    const char *sql;
    void (*read)(w5_state *s, sqlite3_stmt *q);
} tables[] = {
    {"SELECT name, device, inode, fingerprint, fingerprinted, offset, lines, cursor, seen"
     " FROM position",
     read_position},
    {"SELECT id, cause, upstream, confidence, count, start, end, over FROM told", read_told},
    {"SELECT name, format, line, at, text FROM kept ORDER BY seq", read_kept},
    {"SELECT message_id, address, made, body FROM outbox ORDER BY made", read_mail},
};

static int read_tables(w5_state *s)
{
    int rc = SQLITE_DONE;
    for (size_t i = 0; rc == SQLITE_DONE && i < sizeof(tables) / sizeof(tables[0]); i++) {
        sqlite3_stmt *q = NULL;
        rc = sqlite3_prepare_v2(s->db, tables[i].sql, -1, &q, NULL);
        while (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
            tables[i].read(s, q);
            rc = SQLITE_OK;
        }
        sqlite3_finalize(q);
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* --- opening --------------------------------------------------------------------------------- */
static int pragma(w5_state *s, const char *sql, int64_t *value)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        *value = sqlite3_column_int64(q, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(q);
    return rc;
}

static int run(w5_state *s, const char *sql)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL);
}

/* SQLITE_NOTADB also for what another program or a newer version wrote. */
static int prepare(w5_state *s)
{
    int64_t version = 0;
    int64_t tables_there = 0;
    int rc = run(s, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA trusted_schema=0;"
                    "BEGIN IMMEDIATE");
    if (rc == SQLITE_OK)
        rc = pragma(s, "PRAGMA user_version", &version);
    if (rc == SQLITE_OK)
        rc = pragma(s, "SELECT count(*) FROM sqlite_master", &tables_there);
    if (rc == SQLITE_OK && version == 0 && tables_there == 0)
        rc = run(s, schema);
    else if (rc == SQLITE_OK && version != VERSION)
        rc = SQLITE_NOTADB;
    if (rc == SQLITE_OK)
        rc = read_tables(s);
    return rc & 0xff;
}

static int open_database(w5_state *s)
{
    /* 0600 from the first moment, and no link is followed */
    int fd = open(s->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return SQLITE_CANTOPEN;
    close(fd);
    int rc = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
    return rc == SQLITE_OK ? prepare(s) : rc & 0xff;
}

static w5_state *state_new(const char *path)
{
    w5_state *s = w5_xmalloc(sizeof(*s));
    *s = (w5_state){.arena = w5_arena_new(),
                    .positions = {.size = sizeof(w5_position)},
                    .told = {.size = sizeof(w5_told)},
                    .kept = {.size = sizeof(w5_kept)},
                    .mails = {.size = sizeof(w5_mail)}};
    char real[4096];
    s->path = strdup(realpath(path, real) ? real : path);
    if (!s->path)
        abort();
    return s;
}

void w5_state_close(w5_state *s)
{
    if (!s)
        return;
    sqlite3_close(s->db); /* rolls back */
    free(s->positions.at);
    free(s->told.at);
    free(s->kept.at);
    free(s->mails.at);
    free(s->path);
    w5_arena_free(s->arena);
    free(s);
}

static w5_rc set_aside(const char *path, w5_err *err)
{
    char aside[4096];
    snprintf(aside, sizeof(aside), "%s.damaged-%lld", path, (long long)(w5_now() / W5_SECOND));
    if (rename(path, aside) != 0)
        return w5_fail(err, W5_EIO, errno, "cannot set the damaged state '%s' aside", path);
    return w5_fail(err, W5_MISS, 0, "the state was damaged; it is '%s' now, and begun anew", aside);
}

static w5_rc refuse(const w5_state *s, int rc, int sys, w5_err *err)
{
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        return w5_fail(err, W5_EBUSY, 0, "another run holds the state '%s'", s->path);
    if (rc == SQLITE_CANTOPEN)
        return w5_fail(err, W5_EIO, sys, "cannot open the state '%s'", s->path);
    return w5_fail(err, W5_EIO, 0, "cannot use the state '%s': %s", s->path, sqlite3_errstr(rc));
}

w5_rc w5_state_open(w5_state **state, const char *path, w5_err *err)
{
    w5_rc answer = W5_OK;
    w5_state *s = state_new(path);
    errno = 0;
    int rc = open_database(s);
    int sys = errno;
    if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB || rc == SQLITE_ERROR) {
        w5_state_close(s);
        answer = set_aside(path, err);
        if (answer < 0)
            return answer;
        s = state_new(path);
        rc = open_database(s);
        sys = errno;
    }
    if (rc != SQLITE_OK) {
        answer = refuse(s, rc, sys, err);
        w5_state_close(s);
        return answer;
    }
    *state = s;
    return answer;
}

size_t w5_state_positions(const w5_state *s, const w5_position **all)
{
    *all = s->positions.at;
    return s->positions.n;
}

size_t w5_state_told(const w5_state *s, const w5_told **all)
{
    *all = s->told.at;
    return s->told.n;
}

size_t w5_state_kept(const w5_state *s, const w5_kept **all)
{
    *all = s->kept.at;
    return s->kept.n;
}

size_t w5_state_mails(const w5_state *s, const w5_mail **all)
{
    *all = s->mails.at;
    return s->mails.n;
}

/* --- what is new ----------------------------------------------------------------------------- */
static bool same_file(const w5_position *a, const w5_position *b)
{
    if (a->cursor.len || b->cursor.len)
        return w5_str_eq(a->name, b->name);
    return a->identity.device == b->identity.device && a->identity.inode == b->identity.inode;
}

void w5_state_set_position(w5_state *s, const w5_position *p)
{
    w5_position *at = s->positions.at;
    w5_position *place = NULL;
    for (size_t i = 0; i < s->positions.n && !place; i++)
        if (same_file(&at[i], p))
            place = &at[i];
    if (!place)
        place = add(&s->positions);
    *place = *p;
    place->name = w5_arena_str(s->arena, p->name);
    place->cursor = w5_arena_str(s->arena, p->cursor);
}

void w5_state_set_told(w5_state *s, const w5_told *told, size_t n)
{
    s->told.n = 0;
    for (size_t i = 0; i < n; i++)
        *(w5_told *)add(&s->told) = told[i];
}

void w5_state_keep(w5_state *s, const w5_kept *line)
{
    w5_kept *k = add(&s->kept);
    *k = *line;
    k->name = w5_arena_str(s->arena, line->name);
    k->format = w5_arena_str(s->arena, line->format);
    k->text = w5_arena_str(s->arena, line->text);
}

void w5_state_add_mail(w5_state *s, const w5_mail *mail)
{
    w5_mail *m = add(&s->mails);
    *m = (w5_mail){.message_id = w5_arena_str(s->arena, mail->message_id),
                   .address = w5_arena_str(s->arena, mail->address),
                   .body = w5_arena_str(s->arena, mail->body),
                   .made = mail->made};
}

void w5_state_drop_mail(w5_state *s, w5_str message_id)
{
    w5_mail *all = s->mails.at;
    size_t left = 0;
    for (size_t i = 0; i < s->mails.n; i++)
        if (!w5_str_eq(all[i].message_id, message_id))
            all[left++] = all[i];
    s->mails.n = left;
}

/* --- writing --------------------------------------------------------------------------------- */
static void bind_text(sqlite3_stmt *q, int at, w5_str text)
{
    sqlite3_bind_text(q, at, text.len ? text.ptr : "", (int)text.len, SQLITE_STATIC);
}

static void bind_blob(sqlite3_stmt *q, int at, w5_str bytes)
{
    sqlite3_bind_blob(q, at, bytes.len ? bytes.ptr : "", (int)bytes.len, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *q, int at, uint64_t value)
{
    sqlite3_bind_int64(q, at, (sqlite3_int64)value);
}

static void bind_position(sqlite3_stmt *q, const void *row)
{
    const w5_position *p = row;
    bind_text(q, 1, p->name);
    bind_number(q, 2, p->identity.device);
    bind_number(q, 3, p->identity.inode);
    bind_number(q, 4, p->identity.fingerprint);
    bind_number(q, 5, p->identity.fingerprinted);
    bind_number(q, 6, p->offset);
    bind_number(q, 7, p->lines);
    bind_text(q, 8, p->cursor);
    sqlite3_bind_int64(q, 9, p->seen);
}

static void bind_told(sqlite3_stmt *q, const void *row)
{
    const w5_told *t = row;
    bind_text(q, 1, w5_str_of(t->id));
    bind_text(q, 2, w5_str_of(t->cause));
    bind_text(q, 3, w5_str_of(t->upstream));
    sqlite3_bind_int(q, 4, t->confidence);
    bind_number(q, 5, t->count);
    sqlite3_bind_int64(q, 6, t->start);
    sqlite3_bind_int64(q, 7, t->end);
    sqlite3_bind_int(q, 8, t->over);
}

static void bind_kept(sqlite3_stmt *q, const void *row)
{
    const w5_kept *k = row;
    bind_text(q, 1, k->name);
    bind_text(q, 2, k->format);
    bind_number(q, 3, k->line);
    sqlite3_bind_int64(q, 4, k->at);
    bind_blob(q, 5, k->text);
}

static void bind_mail(sqlite3_stmt *q, const void *row)
{
    const w5_mail *m = row;
    bind_text(q, 1, m->message_id);
    bind_text(q, 2, m->address);
    sqlite3_bind_int64(q, 3, m->made);
    bind_blob(q, 4, m->body);
}

static int write_rows(w5_state *s, const char *sql, const rows *r,
                      void (*bind)(sqlite3_stmt *q, const void *row))
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    for (size_t i = 0; rc == SQLITE_OK && i < r->n; i++) {
        bind(q, (const char *)r->at + i * r->size);
        rc = sqlite3_step(q) == SQLITE_DONE ? sqlite3_reset(q) : sqlite3_errcode(s->db);
    }
    sqlite3_finalize(q);
    return rc;
}

static void forget_old(w5_state *s, w5_time now)
{
    size_t left = 0, bytes = 0, first;
    w5_position *p = s->positions.at;
    w5_kept *k = s->kept.at;
    for (size_t i = 0; i < s->positions.n; i++)
        if (p[i].seen >= now - W5_STATE_SEEN_FOR)
            p[left++] = p[i];
    s->positions.n = left;
    for (first = s->kept.n; first > 0; first--) {
        bytes += k[first - 1].text.len;
        if (bytes > W5_STATE_KEPT_BYTES || k[first - 1].at < now - W5_STATE_KEPT_FOR)
            break;
    }
    s->kept.n -= first;
    if (first > 0)
        memmove(k, k + first, s->kept.n * sizeof(*k));
}

w5_rc w5_state_save(w5_state *s, w5_time now, w5_err *err)
{
    forget_old(s, now);
    int rc = run(s, "DELETE FROM position; DELETE FROM told; DELETE FROM kept; DELETE FROM outbox");
    if (rc == SQLITE_OK)
        rc = write_rows(s, "INSERT INTO position VALUES (?,?,?,?,?,?,?,?,?)", &s->positions,
                        bind_position);
    if (rc == SQLITE_OK)
        rc = write_rows(s, "INSERT OR REPLACE INTO told VALUES (?,?,?,?,?,?,?,?)", &s->told,
                        bind_told);
    if (rc == SQLITE_OK)
        rc = write_rows(s, "INSERT INTO kept(name, format, line, at, text) VALUES (?,?,?,?,?)",
                        &s->kept, bind_kept);
    if (rc == SQLITE_OK)
        rc = write_rows(s, "INSERT OR REPLACE INTO outbox VALUES (?,?,?,?)", &s->mails, bind_mail);
    if (rc == SQLITE_OK)
        rc = run(s, "COMMIT; BEGIN IMMEDIATE");
    if (rc == SQLITE_OK)
        return W5_OK;
    return w5_fail(err, W5_EIO, 0, "cannot save the state '%s': %s", s->path, sqlite3_errmsg(s->db));
}

#else

w5_rc w5_state_open(w5_state **state, const char *path, w5_err *err)
{
    (void)state, (void)path;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without SQLite: no state");
}
void w5_state_close(w5_state *s)
{
    (void)s;
}
#define W5_NO_ROWS(name, type)                                                                     \
    size_t name(const w5_state *s, const type **all)                                               \
    {                                                                                              \
        (void)s, (void)all;                                                                        \
        return 0;                                                                                  \
    }
W5_NO_ROWS(w5_state_positions, w5_position)
W5_NO_ROWS(w5_state_told, w5_told)
W5_NO_ROWS(w5_state_kept, w5_kept)
W5_NO_ROWS(w5_state_mails, w5_mail)
void w5_state_set_position(w5_state *s, const w5_position *p)
{
    (void)s, (void)p;
}
void w5_state_set_told(w5_state *s, const w5_told *told, size_t n)
{
    (void)s, (void)told, (void)n;
}
void w5_state_keep(w5_state *s, const w5_kept *line)
{
    (void)s, (void)line;
}
void w5_state_add_mail(w5_state *s, const w5_mail *mail)
{
    (void)s, (void)mail;
}
void w5_state_drop_mail(w5_state *s, w5_str message_id)
{
    (void)s, (void)message_id;
}
w5_rc w5_state_save(w5_state *s, w5_time now, w5_err *err)
{
    (void)s, (void)now;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without SQLite: no state");
}
#endif
