/* known.h -- what the whole timeline tells, gathered once before any incident is looked at.
 *
 * Cells by kind in time order, which source covers which time, the settings in force. Everything is
 * borrowed from the timeline or lives in the arena handed to w5_known_new. */
#ifndef W5_DIAGNOSIS_KNOWN_H
#define W5_DIAGNOSIS_KNOWN_H

#include "sentence.h"

/* Where a kind is told; names as in would_settle.source (spec §6.2). */
#define W5_ROLE_LIST(X)                                                                            \
    X(NGINX, "nginx-error")                                                                        \
    X(ACCESS, "nginx-access")                                                                      \
    X(APP, "app")                                                                                  \
    X(SYSTEMD, "systemd")                                                                          \
    X(KERNEL, "kernel")                                                                            \
    X(DATABASE, "mysql-error")                                                                     \
    X(SLOW, "mysql-slow")                                                                          \
    X(ALB, "alb")                                                                                  \
    X(CONFIG, "config")

typedef enum w5_told_by {
#define W5_ROLE_ENUM(name, word) W5_BY_##name,
    W5_ROLE_LIST(W5_ROLE_ENUM)
#undef W5_ROLE_ENUM
    W5_TOLD_BYS
} w5_told_by;
extern const w5_str w5_told_by_word[];

/* The classes of spec §4.1 that the tests speak of. Upstream errors come first, so that a set of
 * them fits into 32 bits. */
#define W5_KIND_LIST(X)                                                                            \
    X(PREMATURE_CLOSE, "premature-close", NGINX)                                                   \
    X(TRUNCATED_BODY, "truncated-body", NGINX)                                                     \
    X(REFUSED, "connection-refused", NGINX)                                                        \
    X(RESET, "connection-reset", NGINX)                                                            \
    X(READ_TIMEOUT, "read-timeout", NGINX)                                                         \
    X(CONNECT_TIMEOUT, "connect-timeout", NGINX)                                                   \
    X(SEND_TIMEOUT, "send-timeout", NGINX)                                                         \
    X(BROKEN_PIPE, "broken-pipe", NGINX)                                                           \
    X(SOCKET_MISSING, "socket-missing", NGINX)                                                     \
    X(SOCKET_PERMISSION, "socket-permission", NGINX)                                               \
    X(BACKLOG_FULL, "backlog-full", NGINX)                                                         \
    X(UNREACHABLE, "host-unreachable", NGINX)                                                      \
    X(PORTS, "ports-exhausted", NGINX)                                                             \
    X(FD_LIMIT, "fd-limit", NGINX)                                                                 \
    X(CONNECTIONS, "worker-connections", NGINX)                                                    \
    X(NO_LIVE, "no-live-upstreams", NGINX)                                                         \
    X(PEER_DISABLED, "peer-disabled", NGINX)                                                       \
    X(HEADER_TOO_BIG, "header-too-big", NGINX)                                                     \
    X(INVALID, "invalid-response", NGINX)                                                          \
    X(TLS, "tls-handshake", NGINX)                                                                 \
    X(DNS, "upstream-dns", NGINX)                                                                  \
    X(UPSTREAM_5XX, "upstream-5xx", ACCESS)                                                        \
    X(UPSTREAM_OTHER, "upstream-other", NGINX)                                                     \
    X(WORKER_TIMEOUT, "worker-timeout", APP)                                                       \
    X(WORKER_KILLED, "worker-killed", APP)                                                         \
    X(WORKER_EXIT, "worker-exit", APP)                                                             \
    X(WORKER_BOOT, "worker-boot", APP)                                                             \
    X(WORKER_RECYCLE, "worker-recycle", APP)                                                       \
    X(MASTER_START, "master-start", APP)                                                           \
    X(LISTENING, "listening", APP)                                                                 \
    X(MASTER_STOP, "master-stop", APP)                                                             \
    X(MASTER_TERM, "master-term", APP)                                                             \
    X(MASTER_RELOAD, "master-reload", APP)                                                         \
    X(BOOT_FAILURE, "boot-failure", APP)                                                           \
    X(REQUEST_ERROR, "request-error", APP)                                                         \
    X(TRACEBACK, "traceback", APP)                                                                 \
    X(BIND_FAILURE, "bind-failure", APP)                                                           \
    X(POOL_EXHAUSTED, "pool-exhausted", APP)                                                       \
    X(UNIT_START, "unit-start", SYSTEMD)                                                           \
    X(UNIT_STOP, "unit-stop", SYSTEMD)                                                             \
    X(UNIT_FAILED, "unit-failed", SYSTEMD)                                                         \
    X(UNIT_RESTART, "unit-restart", SYSTEMD)                                                       \
    X(UNIT_OOM, "unit-oom", SYSTEMD)                                                               \
    X(OOM_KILL, "oom-kill", KERNEL)                                                                \
    X(SEGFAULT, "segfault", KERNEL)                                                                \
    X(SYN_FLOOD, "syn-flood", KERNEL)                                                              \
    X(DISK_FULL, "disk-full", KERNEL)                                                              \
    X(IO_ERROR, "io-error", KERNEL)                                                                \
    X(HUNG_TASK, "hung-task", KERNEL)                                                              \
    X(HOST_BOOT, "host-boot", KERNEL)                                                              \
    X(CLOCK_CHANGE, "clock-change", SYSTEMD)                                                       \
    X(DB_START, "db-start", DATABASE)                                                              \
    X(DB_READY, "db-ready", DATABASE)                                                              \
    X(DB_STOP, "db-stop", DATABASE)                                                                \
    X(DB_CRASH, "db-crash", DATABASE)                                                              \
    X(DB_RECOVERY, "db-recovery", DATABASE)                                                        \
    X(DB_TOO_MANY, "db-too-many-connections", APP)                                                 \
    X(DB_ABORTED, "db-aborted-connection", DATABASE)                                               \
    X(DB_LOCK_WAIT, "db-lock-wait", DATABASE)                                                      \
    X(DB_DEADLOCK, "db-deadlock", DATABASE)                                                        \
    X(DB_DISK_FULL, "db-disk-full", DATABASE)                                                      \
    X(DB_ERROR_IN_APP, "db-error-in-app", APP)                                                     \
    X(SLOW_QUERY, "slow-query", SLOW)                                                              \
    X(NGINX_START, "nginx-start", NGINX)                                                           \
    X(NGINX_RELOAD, "nginx-reload", NGINX)                                                         \
    X(NGINX_FD_LIMIT, "nginx-fd-limit", NGINX)                                                     \
    X(NGINX_CONNECTIONS, "nginx-connections", NGINX)                                               \
    X(NGINX_NO_MEMORY, "nginx-no-memory", NGINX)                                                   \
    X(NGINX_WORKER_EXIT, "nginx-worker-exit", NGINX)                                               \
    X(ACCESS, "access", ACCESS)

typedef enum w5_kind {
#define W5_KIND_ENUM(name, id, by) W5_K_##name,
    W5_KIND_LIST(W5_KIND_ENUM)
#undef W5_KIND_ENUM
    W5_K_OTHER, /* a class of somebody's own catalogue, or none */
    W5_KINDS
} w5_kind;
#define W5_K_UPSTREAM_LAST W5_K_UPSTREAM_OTHER
#define W5_BIT(name)       (UINT32_C(1) << W5_K_##name)

typedef struct w5_kind_cells {
    const w5_cell **at;
    size_t n;
} w5_kind_cells;

typedef struct w5_stretch { /* one lane as the teller of something */
    w5_span span;
    uint16_t lane;
} w5_stretch;
typedef struct w5_stretches {
    w5_stretch *at;
    size_t n;
} w5_stretches;

typedef struct w5_known {
    const w5_timeline *t;
    const w5_incidents *incidents;
    const w5_diagnose_options *options;
    w5_arena *arena;
    uint8_t *kind_of; /* by w5_class.index */
    size_t kinds_of;
    w5_kind_cells kind[W5_KINDS];
    w5_stretches told[W5_TOLD_BYS];
    w5_span *span;                 /* by lane */
    w5_time first, last;           /* of all cells and streams; W5_TIME_NONE */
    const w5_zone *zone;           /* in which people are told times */
    size_t apps_elsewhere;         /* of a fleet: machines whose application answers (views.h) */
    struct w5_lives *lives;        /* lives.h */
    struct w5_db_lives *databases; /* databases.h */
} w5_known;

w5_known *w5_known_new(const w5_timeline *t, const w5_incidents *incidents,
                       const w5_diagnose_options *options, w5_arena *arena);

w5_kind w5_known_kind(const w5_known *k, const w5_cell *cell);
static inline w5_str w5_known_str(const w5_known *k, w5_id id)
{
    return w5_timeline_str(k->t, id);
}
/* Index of the first cell of a kind at or after `at`. */
size_t w5_known_seek(const w5_known *k, w5_kind kind, w5_time at);
/* Walks the cells of a kind inside [from, to]: start with *i = SIZE_MAX; NULL at the end. */
const w5_cell *w5_known_next(const w5_known *k, w5_kind kind, w5_time from, w5_time to, size_t *i);
/* The first and the last of them, NULL when there is none. */
const w5_cell *w5_known_first(const w5_known *k, w5_kind kind, w5_time from, w5_time to);
const w5_cell *w5_known_last(const w5_known *k, w5_kind kind, w5_time from, w5_time to);

/* Does a source of this kind cover a span? OPEN: it was being written before, but its last line is
 * older than the span's end: a log that is silent when nothing happens. */
typedef enum w5_cover {
    W5_COVER_NONE,
    W5_COVER_OPEN,
    W5_COVER_FULL
} w5_cover;
w5_cover w5_known_covers(const w5_known *k, w5_told_by by, w5_time from, w5_time to);
bool w5_known_has(const w5_known *k, w5_told_by by);
/* The last line of any such source; W5_TIME_NONE when there is none. */
w5_time w5_known_ends(const w5_known *k, w5_told_by by);
/* Nothing but what nginx wrote was given. */
bool w5_known_only_nginx(const w5_known *k);
/* The time that the log behind a lane covers. */
w5_span w5_known_span(const w5_known *k, uint16_t lane);
w5_str w5_known_host(const w5_known *k, const w5_cell *cell);
/* One machine, as far as anybody told. */
bool w5_known_one_machine(const w5_known *k, const w5_cell *a, const w5_cell *b);
/* That; or `b` is an error of nginx's at an upstream that is not on its own machine, and
 * `a` is of the machine that answers there. */
bool w5_known_same_host(const w5_known *k, const w5_cell *a, const w5_cell *b);
/* Which source a cell is of, by what it tells; an access line of the application's is the
 * application's. */
w5_told_by w5_known_teller(const w5_known *k, const w5_cell *cell);

/* A line of this source was written by or is about this program: "uwsgi", "php-fpm", "gunicorn". */
bool w5_known_by(const w5_known *k, const w5_cell *cell, const char *program);

/* The setting in force; false when it is nowhere set. */
bool w5_known_setting(const w5_known *k, const char *program, const char *name, w5_str upstream,
                      w5_str path, w5_setting *found);
/* Its duration; `otherwise` when it is nowhere set or no duration. */
w5_time w5_known_duration(const w5_known *k, const char *program, const char *name, w5_str upstream,
                          w5_str path, w5_time otherwise);
int64_t w5_known_integer(const w5_known *k, const char *program, const char *name, w5_str upstream,
                         int64_t otherwise);

w5_date w5_known_date(const w5_known *k, w5_time at);                   /* for people */
w5_str w5_known_clock(const w5_known *k, w5_time at, w5_arena *arena);  /* "02:05:46" */
w5_str w5_known_moment(const w5_known *k, w5_time at, w5_arena *arena); /* "2026-11-21 02:05:46" */
w5_str w5_known_offset(const w5_known *k, w5_time at, w5_arena *arena); /* "+09:00" */

const w5_path *w5_known_path(const w5_known *k, w5_id path); /* NULL: never finished a request */
/* Requests that an access log saw answered (status < 500) by an upstream inside [from, to]. */
uint64_t w5_known_answers(const w5_known *k, w5_id upstream, w5_time from, w5_time to);

#endif
