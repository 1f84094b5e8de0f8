/* state.c -- SQLite's door.
 *
 * Everything is read at the beginning and written at the end: a run holds the write lock all the
 * time (BEGIN IMMEDIATE), so that two runs never tell the same. Between two transactions the lock
 * is taken again at once; who waits for it does not wait at all but says that the state is busy. */
#include <why502/state.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if W5_HAVE_SQLITE
#include <sqlite3.h>
#include <stddef.h>

#include "table.h"

/* Step n brings a database of version n to version n + 1. */
static const char first_step[] = {
#include "state/data/schema-1.sql.inc"
    0};
static const char second_step[] = {
#include "state/data/schema-2.sql.inc"
    0};
static const char *const steps[] = {first_step, second_step};
static const char strange_rows[] = {
#include "state/data/strange.sql.inc"
    0};
#define VERSION ((int64_t)(sizeof(steps) / sizeof(*steps)))

struct w5_state {
    sqlite3 *db;
    char *path;
    w5_table positions, told, kept, mails, counters, days;
    uint64_t seq;   /* of the next line to be kept */
    uint64_t saved; /* lines below stand in the database already */
    bool lost;      /* another run has it: it came between two transactions */
};
enum {
    COMMIT_MS = 5000
};

static void own_position(w5_state *s, w5_position *p)
{
    w5_str *const slices[] = {&p->name, &p->cursor};
    w5_table_own(&s->positions, p, slices, 2);
}

static void own_kept(w5_state *s, w5_kept *k)
{
    w5_str *const slices[] = {&k->name, &k->format, &k->text};
    w5_table_own(&s->kept, k, slices, 3);
}

static void own_mail(w5_state *s, w5_mail *m)
{
    w5_str *const slices[] = {&m->message_id, &m->address, &m->body};
    w5_table_own(&s->mails, m, slices, 3);
}

static void own_counter(w5_state *s, w5_counter *c)
{
    w5_str *const slices[] = {&c->family, &c->label[0], &c->label[1]};
    w5_table_own(&s->counters, c, slices, 3);
}

/* --- reading --------------------------------------------------------------------------------- */
/* Valid until the next step of the query. */
static w5_str blob(sqlite3_stmt *q, int column)
{
    const void *bytes = sqlite3_column_blob(q, column);
    int n = sqlite3_column_bytes(q, column);
    return bytes && n > 0 ? (w5_str){bytes, (size_t)n} : W5_STR("");
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
    w5_position *p = w5_table_add(&s->positions);
    p->name = blob(q, 0);
    p->identity = (w5_identity){.device = number(q, 1),
                                .inode = number(q, 2),
                                .fingerprint = number(q, 3),
                                .fingerprinted = (uint32_t)number(q, 4)};
    p->offset = number(q, 5);
    p->lines = number(q, 6);
    p->cursor = blob(q, 7);
    p->seen = sqlite3_column_int64(q, 8);
    own_position(s, p);
}

static void read_told(w5_state *s, sqlite3_stmt *q)
{
    w5_told *t = w5_table_add(&s->told);
    copy(t->id, sizeof(t->id), blob(q, 0));
    copy(t->cause, sizeof(t->cause), blob(q, 1));
    copy(t->upstream, sizeof(t->upstream), blob(q, 2));
    t->confidence = sqlite3_column_int(q, 3);
    t->count = number(q, 4);
    t->start = sqlite3_column_int64(q, 5);
    t->end = sqlite3_column_int64(q, 6);
    t->over = sqlite3_column_int(q, 7) != 0;
}

static void read_kept(w5_state *s, sqlite3_stmt *q)
{
    w5_kept *k = w5_table_add(&s->kept);
    *k = (w5_kept){.name = blob(q, 0),
                   .format = blob(q, 1),
                   .line = number(q, 2),
                   .at = sqlite3_column_int64(q, 3),
                   .text = blob(q, 4),
                   .seq = number(q, 5)};
    s->seq = s->saved = k->seq + 1;
    own_kept(s, k);
}

static void read_mail(w5_state *s, sqlite3_stmt *q)
{
    w5_mail *m = w5_table_add(&s->mails);
    *m = (w5_mail){.message_id = blob(q, 0),
                   .address = blob(q, 1),
                   .made = sqlite3_column_int64(q, 2),
                   .body = blob(q, 3),
                   .tried = sqlite3_column_int(q, 4) != 0};
    own_mail(s, m);
}

static void read_counter(w5_state *s, sqlite3_stmt *q)
{
    w5_counter *c = w5_table_add(&s->counters);
    *c = (w5_counter){
        .family = blob(q, 0), .label = {blob(q, 1), blob(q, 2)},
              .value = number(q, 3)
    };
    own_counter(s, c);
}

static void read_day(w5_state *s, sqlite3_stmt *q)
{
    w5_day *d = w5_table_add(&s->days);
    *d = (w5_day){.day = sqlite3_column_int64(q, 0), .errors = number(q, 1)};
}

static const struct {
    const char *sql;
    void (*read)(w5_state *s, sqlite3_stmt *q);
} tables[] = {
    {"SELECT name, device, inode, fingerprint, fingerprinted, offset, lines, cursor, seen"
     " FROM position",                                                       read_position},
    {"SELECT id, cause, upstream, confidence, count, start, end, over FROM told", read_told    },
    {"SELECT name, format, line, at, text, seq FROM kept ORDER BY seq",           read_kept    },
    {"SELECT message_id, address, made, body, tried FROM outbox ORDER BY made",   read_mail    },
    {"SELECT family, first, second, value FROM counter",                          read_counter },
    {"SELECT day, errors FROM day ORDER BY day",                                  read_day     },
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
static int ask(w5_state *s, const char *sql, int64_t *value)
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

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int step_up(sqlite3 *db, int64_t version)
{
    int rc = SQLITE_OK;
    for (int64_t i = version; rc == SQLITE_OK && i < VERSION; i++)
        rc = run(db, steps[i]);
    return rc;
}

/* The statements that made the tables: a table of ours with a trigger, a view or a constraint more
 * could be read and never be written. */
static int read_schema(sqlite3 *db, char **schema)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(db,
                                "SELECT group_concat(coalesce(sql, name), ';') FROM"
                                " (SELECT sql, name FROM sqlite_master ORDER BY name)",
                                -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW) {
        *schema = sqlite3_mprintf("%s", sqlite3_column_text(q, 0));
        rc = *schema ? SQLITE_OK : SQLITE_NOMEM;
    } else if (rc == SQLITE_DONE || rc == SQLITE_OK) {
        rc = SQLITE_CORRUPT; /* a sum has always one row */
    }
    sqlite3_finalize(q);
    return rc;
}

/* What a database that was just begun would hold is asked of one. */
static int check_schema(w5_state *s)
{
    sqlite3 *fresh = NULL;
    char *ours = NULL, *found = NULL;
    int rc = sqlite3_open(":memory:", &fresh);
    if (rc == SQLITE_OK)
        rc = step_up(fresh, 0);
    if (rc == SQLITE_OK)
        rc = read_schema(fresh, &ours);
    if (rc == SQLITE_OK)
        rc = read_schema(s->db, &found);
    if (rc == SQLITE_OK && strcmp(ours, found) != 0)
        rc = SQLITE_NOTADB;
    sqlite3_free(ours);
    sqlite3_free(found);
    sqlite3_close(fresh);
    return rc;
}

/* Of each of these the answer must be 0: pages that hang together, rows as we write them. */
static int check_content(w5_state *s)
{
    static const char *const questions[] = {
        "SELECT count(*) FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'",
        strange_rows};
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof(questions) / sizeof(*questions); i++) {
        int64_t found = 0;
        rc = ask(s, questions[i], &found);
        if (rc == SQLITE_OK && found != 0)
            rc = SQLITE_CORRUPT;
    }
    return rc;
}

/* SQLITE_NOTADB for what another program or a newer version wrote. It is asked before anything is
 * changed: already the journal's mode would be written into another program's database. */
static int judge(w5_state *s, int64_t *version)
{
    int64_t tables_there = 0;
    int rc = ask(s, "PRAGMA user_version", version);
    if (rc == SQLITE_OK)
        rc = ask(s, "SELECT count(*) FROM sqlite_master", &tables_there);
    bool ours = *version > 0 ? *version <= VERSION : *version == 0 && tables_there == 0;
    return rc == SQLITE_OK && !ours ? SQLITE_NOTADB : rc;
}

static int prepare(w5_state *s)
{
    int64_t version = 0;
    int rc = judge(s, &version);
    if (rc == SQLITE_OK)
        rc = run(s->db,
                 "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA trusted_schema=0;"
                 "PRAGMA cell_size_check=1; BEGIN IMMEDIATE");
    if (rc == SQLITE_OK)
        rc = judge(s, &version); /* now that nobody can change it */
    if (rc == SQLITE_OK)
        rc = step_up(s->db, version);
    if (rc == SQLITE_OK)
        rc = check_schema(s);
    if (rc == SQLITE_OK)
        rc = check_content(s);
    if (rc == SQLITE_OK)
        rc = read_tables(s);
    return rc & 0xff;
}

/* The name in its folder; NULL: no folder has so long a name. */
static const char *folder_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t len = !slash || slash == path ? 1 : (size_t)(slash - path);
    if (len >= PATH_MAX)
        return NULL;
    memcpy(folder, slash ? path : ".", len);
    folder[len] = '\0';
    return slash ? slash + 1 : path;
}

/* SQLite rolls back what it finds in a journal. In a folder where everybody may add one (/tmp)
 * there is one of ours before SQLite looks; empty it means nothing, and nobody else can remove it.
 */
static bool has_own_journal(const char *path, uid_t owner)
{
    char journal[PATH_MAX + sizeof("-journal")];
    struct stat st;
    snprintf(journal, sizeof(journal), "%s-journal", path);
    int fd = open(journal, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    bool own = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
               st.st_uid == owner;
    if (fd >= 0)
        close(fd);
    return own;
}

/* Root keeps a state only where nobody but its owner could put another in its place, or a journal
 * beside it. */
static bool is_safe(const char *path, const struct stat *st)
{
    char folder[PATH_MAX];
    struct stat around;
    if (!S_ISREG(st->st_mode) || st->st_nlink > 1 || !folder_of(path, folder))
        return false;
    if (geteuid() != 0)
        return true;
    if (stat(folder, &around) != 0 || around.st_uid != st->st_uid)
        return false;
    bool others_may_add = (around.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    return !others_may_add ||
           ((around.st_mode & S_ISVTX) != 0 && has_own_journal(path, st->st_uid));
}

/* 0600 from the first moment, and no link is followed. It is closed before SQLite opens it: closing
 * it later would give up SQLite's locks (howtocorrupt.html, 2.2). */
static int create(const w5_state *s, struct stat *st)
{
    int fd = open(s->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0)
        return SQLITE_CANTOPEN;
    int rc = fstat(fd, st) == 0 ? SQLITE_OK : SQLITE_CANTOPEN;
    if (rc == SQLITE_OK && !is_safe(s->path, st))
        rc = SQLITE_PERM;
    if (rc == SQLITE_OK && (st->st_mode & 077) && fchmod(fd, 0600) != 0)
        rc = SQLITE_CANTOPEN;
    int sys = errno;
    close(fd);
    errno = sys;
    return rc;
}

static int open_database(w5_state *s)
{
    struct stat made;
    struct stat now;
    int rc = create(s, &made);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
    if (rc == SQLITE_OK &&
        (lstat(s->path, &now) != 0 || now.st_dev != made.st_dev || now.st_ino != made.st_ino))
        rc = SQLITE_PERM;
    return rc == SQLITE_OK ? prepare(s) : rc & 0xff;
}

/* Folders may be links (/var/run); the file may not, so its name stays as it was given. */
static char *real_path(const char *path)
{
    char folder[PATH_MAX];
    char real[PATH_MAX] = "";
    const char *name = folder_of(path, folder);
    bool found = name && realpath(folder, real);
    size_t size = strlen(found ? name : path) + strlen(real) + 2;
    char *whole = w5_xmalloc(size);
    snprintf(whole, size, "%s%s%s", real, found && strcmp(real, "/") != 0 ? "/" : "",
             found ? name : path);
    return whole;
}

#define ROWS(type) ((w5_table){.size = sizeof(type), .block = offsetof(type, block)})

static w5_state *state_new(const char *path)
{
    w5_state *s = w5_xmalloc(sizeof(*s));
    *s = (w5_state){.positions = ROWS(w5_position),
                    .told = ROWS(w5_told),
                    .kept = ROWS(w5_kept),
                    .mails = ROWS(w5_mail),
                    .counters = ROWS(w5_counter),
                    .days = ROWS(w5_day),
                    .seq = 1,
                    .saved = 1};
    s->path = real_path(path);
    return s;
}

void w5_state_close(w5_state *s)
{
    if (!s)
        return;
    w5_table *const rows[] = {&s->positions, &s->told, &s->kept, &s->mails, &s->counters, &s->days};
    sqlite3_close(s->db); /* rolls back */
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        w5_table_done(rows[i]);
    free(s->path);
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
    if (rc == SQLITE_PERM)
        return w5_fail(
            err, W5_EIO, 0,
            "cannot use the state '%s': it must be a file with one name, and as root in a "
            "folder where nobody else can replace it",
            s->path);
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

#define W5_GIVE_ROWS(name, type, rows)                                                             \
    size_t name(const w5_state *s, const type **all)                                               \
    {                                                                                              \
        *all = s->rows.at;                                                                         \
        return s->rows.n;                                                                          \
    }
W5_GIVE_ROWS(w5_state_positions, w5_position, positions)
W5_GIVE_ROWS(w5_state_told, w5_told, told)
W5_GIVE_ROWS(w5_state_kept, w5_kept, kept)
W5_GIVE_ROWS(w5_state_mails, w5_mail, mails)
W5_GIVE_ROWS(w5_state_counters, w5_counter, counters)
W5_GIVE_ROWS(w5_state_days, w5_day, days)

/* --- what is new ----------------------------------------------------------------------------- */
static bool same_text(const w5_identity *a, const w5_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->fingerprint == b->fingerprint &&
           a->fingerprinted == b->fingerprinted;
}

static w5_position *find_position(w5_state *s, const w5_identity *was, const w5_position *p)
{
    w5_position *at = s->positions.at;
    for (size_t i = 0; i < s->positions.n; i++)
        if (p->cursor.len || at[i].cursor.len ? w5_str_eq(at[i].name, p->name)
                                              : same_text(&at[i].identity, was))
            return &at[i];
    return NULL;
}

void w5_state_set_position(w5_state *s, const w5_identity *was, const w5_position *p)
{
    w5_position *place = find_position(s, was, p);
    if (!place)
        place = find_position(s, &p->identity, p);
    if (!place)
        place = w5_table_add(&s->positions);
    void *block = place->block;
    *place = *p;
    place->block = block;
    own_position(s, place);
}

void w5_state_set_told(w5_state *s, const w5_told *told, size_t n)
{
    s->told.n = 0;
    for (size_t i = 0; i < n; i++) {
        w5_told *t = w5_table_add(&s->told);
        *t = told[i];
        t->block = NULL;
    }
}

void w5_state_keep(w5_state *s, const w5_kept *line)
{
    w5_kept *k = w5_table_add(&s->kept);
    *k = *line;
    k->seq = s->seq++;
    k->block = NULL;
    own_kept(s, k);
}

void w5_state_add_mail(w5_state *s, const w5_mail *mail)
{
    w5_mail *m = w5_table_add(&s->mails);
    *m = *mail;
    m->block = NULL;
    own_mail(s, m);
}

static w5_mail *mail_named(w5_state *s, w5_str message_id)
{
    w5_mail *all = s->mails.at;
    for (size_t i = 0; i < s->mails.n; i++)
        if (w5_str_eq(all[i].message_id, message_id))
            return &all[i];
    return NULL;
}

void w5_state_drop_mail(w5_state *s, w5_str message_id)
{
    const w5_mail *m = mail_named(s, message_id);
    if (m)
        w5_table_drop(&s->mails, (size_t)(m - (const w5_mail *)s->mails.at));
}

void w5_state_try_mail(w5_state *s, w5_str message_id, bool tried)
{
    w5_mail *m = mail_named(s, message_id);
    if (m)
        m->tried = tried;
}

void w5_state_set_counters(w5_state *s, const w5_counter *all, size_t n)
{
    w5_table_drop_first(&s->counters, s->counters.n);
    for (size_t i = 0; i < n; i++) {
        w5_counter *c = w5_table_add(&s->counters);
        *c = all[i];
        c->block = NULL;
        own_counter(s, c);
    }
}

void w5_state_count_errors(w5_state *s, int64_t day, uint64_t errors)
{
    w5_day *all = s->days.at;
    for (size_t i = 0; i < s->days.n; i++)
        if (all[i].day == day) {
            all[i].errors += errors;
            return;
        }
    *(w5_day *)w5_table_add(&s->days) = (w5_day){.day = day, .errors = errors};
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
    bind_number(q, 6, k->seq);
}

static void bind_mail(sqlite3_stmt *q, const void *row)
{
    const w5_mail *m = row;
    bind_text(q, 1, m->message_id);
    bind_text(q, 2, m->address);
    sqlite3_bind_int64(q, 3, m->made);
    bind_blob(q, 4, m->body);
    sqlite3_bind_int(q, 5, m->tried);
}

static void bind_counter(sqlite3_stmt *q, const void *row)
{
    const w5_counter *c = row;
    bind_text(q, 1, c->family);
    bind_text(q, 2, c->label[0]);
    bind_text(q, 3, c->label[1]);
    bind_number(q, 4, c->value);
}

static void bind_day(sqlite3_stmt *q, const void *row)
{
    const w5_day *d = row;
    sqlite3_bind_int64(q, 1, d->day);
    bind_number(q, 2, d->errors);
}

static int write_rows(w5_state *s, const char *sql, const w5_table *r, size_t from,
                      void (*bind)(sqlite3_stmt *q, const void *row))
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    for (size_t i = from; rc == SQLITE_OK && i < r->n; i++) {
        bind(q, (const char *)r->at + i * r->size);
        rc = sqlite3_step(q) == SQLITE_DONE ? sqlite3_reset(q) : sqlite3_errcode(s->db);
    }
    sqlite3_finalize(q);
    return rc;
}

static void forget_positions(w5_state *s, w5_time before)
{
    for (size_t i = s->positions.n; i-- > 0;)
        if (((const w5_position *)s->positions.at)[i].seen < before)
            w5_table_drop(&s->positions, i);
}

static void forget_lines(w5_state *s, w5_time before)
{
    const w5_kept *k = s->kept.at;
    size_t bytes = 0, first;
    for (first = s->kept.n; first > 0; first--) {
        bytes += k[first - 1].text.len;
        if (bytes > W5_STATE_KEPT_BYTES || k[first - 1].at < before)
            break;
    }
    w5_table_drop_first(&s->kept, first);
}

static void forget_days(w5_state *s)
{
    while (s->days.n > W5_STATE_DAYS) {
        const w5_day *d = s->days.at;
        size_t oldest = 0;
        for (size_t i = 1; i < s->days.n; i++)
            if (d[i].day < d[oldest].day)
                oldest = i;
        w5_table_drop(&s->days, oldest);
    }
}

/* Lines only come at the end and go at the beginning: what stays in between is not written again.
 */
static int write_lines(w5_state *s)
{
    char sql[64];
    const w5_kept *k = s->kept.at;
    size_t from = s->kept.n;
    while (from > 0 && k[from - 1].seq >= s->saved)
        from--;
    snprintf(sql, sizeof(sql), "DELETE FROM kept WHERE seq < %llu",
             (unsigned long long)(s->kept.n ? k[0].seq : s->seq));
    int rc = run(s->db, sql);
    if (rc == SQLITE_OK)
        rc = write_rows(s,
                        "INSERT INTO kept(name, format, line, at, text, seq) VALUES (?,?,?,?,?,?)",
                        &s->kept, from, bind_kept);
    return rc;
}

static int write_tables(w5_state *s)
{
    const struct {
        const char *sql;
        const w5_table *rows;
        void (*bind)(sqlite3_stmt *q, const void *row);
    } tables_written[] = {
        {"INSERT INTO position VALUES (?,?,?,?,?,?,?,?,?)",      &s->positions, bind_position},
        {"INSERT OR REPLACE INTO told VALUES (?,?,?,?,?,?,?,?)", &s->told,      bind_told    },
        {"INSERT OR REPLACE INTO outbox VALUES (?,?,?,?,?)",     &s->mails,     bind_mail    },
        {"INSERT OR REPLACE INTO counter VALUES (?,?,?,?)",      &s->counters,  bind_counter },
        {"INSERT OR REPLACE INTO day VALUES (?,?)",              &s->days,      bind_day     },
    };
    int rc = run(s->db,
                 "DELETE FROM position; DELETE FROM told; DELETE FROM outbox; DELETE FROM counter;"
                 "DELETE FROM day");
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof(tables_written) / sizeof(*tables_written); i++)
        rc =
            write_rows(s, tables_written[i].sql, tables_written[i].rows, 0, tables_written[i].bind);
    return rc;
}

/* Who comes now reads for a moment before it finds the state held: that is waited for. Whoever came
 * between two transactions holds it: nothing is written over what that run does. */
static int commit(w5_state *s)
{
    sqlite3_busy_timeout(s->db, COMMIT_MS);
    int rc = run(s->db, "COMMIT");
    sqlite3_busy_timeout(s->db, 0);
    s->lost = rc == SQLITE_OK && run(s->db, "BEGIN IMMEDIATE") != SQLITE_OK;
    return rc;
}

w5_rc w5_state_save(w5_state *s, w5_time now, w5_err *err)
{
    if (s->lost)
        return w5_fail(err, W5_EBUSY, 0, "another run has taken the state '%s'", s->path);
    forget_positions(s, now - W5_STATE_SEEN_FOR);
    forget_lines(s, now - W5_STATE_KEPT_FOR);
    forget_days(s);
    int rc = write_lines(s);
    if (rc == SQLITE_OK)
        rc = write_tables(s);
    if (rc == SQLITE_OK)
        rc = commit(s);
    if (rc != SQLITE_OK)
        return w5_fail(err, W5_EIO, 0, "cannot save the state '%s': %s", s->path,
                       sqlite3_errmsg(s->db));
    s->saved = s->seq;
    return W5_OK;
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
W5_NO_ROWS(w5_state_counters, w5_counter)
W5_NO_ROWS(w5_state_days, w5_day)
void w5_state_set_position(w5_state *s, const w5_identity *was, const w5_position *p)
{
    (void)s, (void)was, (void)p;
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
void w5_state_try_mail(w5_state *s, w5_str message_id, bool tried)
{
    (void)s, (void)message_id, (void)tried;
}
void w5_state_set_counters(w5_state *s, const w5_counter *all, size_t n)
{
    (void)s, (void)all, (void)n;
}
void w5_state_count_errors(w5_state *s, int64_t day, uint64_t errors)
{
    (void)s, (void)day, (void)errors;
}
w5_rc w5_state_save(w5_state *s, w5_time now, w5_err *err)
{
    (void)s, (void)now;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without SQLite: no state");
}
#endif
