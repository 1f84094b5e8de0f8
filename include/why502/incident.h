/* incident.h -- events into a ledger, the ledger into a timeline, the timeline into incidents.
 *
 * The ledger is the memory of a run: bounded, and independent of the order in which sources are
 * read. Equal events of one second are one cell with a count. Batch, pipe, follow, threads and fleets
 * all fill ledgers; ledgers merge. Nothing is decided while filling: w5_timeline_build is a pure
 * function of a ledger and may be called again whenever the ledger has grown (follow mode).
 * Bounds: W5_CELLS_MAX cells, W5_TRAFFIC_MAX traffic cells, W5_PATHS_MAX paths and the intern
 * table; what is full is coarsened (first the path, then the second), counted, and told. */
#ifndef W5_INCIDENT_H
#define W5_INCIDENT_H

#include <why502/base/arena.h>
#include <why502/base/map.h>
#include <why502/base/time.h>
#include <why502/catalogue.h>
#include <why502/config.h>
#include <why502/event.h>
#include <why502/record.h>

#define W5_CELLS_MAX   16384
#define W5_TRAFFIC_MAX 32768
#define W5_PATHS_MAX   4096
#define W5_INCIDENTS_MAX 200 /* in full detail (the worst); the rest are summarised */

/* One or several equal events of one second of one stream. Ids are in the ledger's intern table. */
typedef struct w5_cell {
    w5_time at, until;       /* first and last stamp; UTC once in a timeline */
    uint64_t line, last_line;
    uint64_t count;          /* lines */
    uint64_t failed;         /* upstream errors: distinct requests; access: final status >= 500 or 009 */
    int64_t duration;        /* request_time, query_time in microseconds; -1: not told */
    int64_t lock;            /* lock_time; -1 */
    int64_t rows_examined, rows_sent; /* -1 */
    w5_time query_start, query_end; /* W5_TIME_NONE */
    uint32_t stream;
    uint32_t pid, subject;   /* writer; the process the line is about (worker killed, victim), 0 none */
    uint32_t connection;     /* nginx's *N; the database's thread */
    int32_t number;          /* errno of nginx lines, signal, exit code, final HTTP status; -1 none */
    uint16_t klass;          /* w5_class.index, 0 other */
    uint8_t digits;          /* of fraction */
    bool zoned, forged;      /* forged lines never become cells: always false */
    uint16_t lane;           /* w5_ledger_lanes: the stream and the format it came by */
    w5_id code, upstream, method, path, server, client, host;
    w5_id unit, ident, address;  /* systemd unit, syslog identifier, bind address as upstreams are written */
    w5_id what;              /* exception, signal name, version, fingerprint, victim's name, reason: by class */
    w5_id where;             /* innermost application frame, culprit module, memcg */
    w5_id statuses;          /* "$upstream_status" of an access line, as written; of a traceback the
                              * library it ended in, or waited for */
    w5_id text;              /* excerpt of the (first) line for evidence, at most 400 bytes */
    w5_id record;            /* id of our own event, for repeats */
} w5_cell;

/* Requests that an access log saw finish in one second (or more, once coarsened). */
typedef struct w5_traffic {
    w5_time at;              /* start of the span */
    uint32_t span;           /* seconds it covers: 1, 10, 60, 3600 */
    w5_id upstream;          /* the last peer tried; 0 when the log does not tell; "-": none */
    w5_id host;              /* told by the line, 0 none */
    uint16_t status;         /* final */
    uint16_t lane;           /* the log it is of */
    uint64_t count;
    int64_t longest;         /* request_time, -1 */
} w5_traffic;

typedef struct w5_path {     /* what an access log says of one path, over the whole run */
    w5_id path;
    uint64_t requests, failed;
    int64_t longest_finished; /* of answers < 500; -1 */
    int64_t sum;              /* of request_time */
} w5_path;

/* What of one stream is of one format: `cat error.log gunicorn.log | why502` is one stream with two
 * lanes, each with its own zone and its own span. */
typedef struct w5_lane {
    uint32_t stream;
    const w5_format *format;
    w5_time first, last;     /* of its records, as their stamps say; W5_TIME_NONE */
    uint64_t records;
    uint64_t unzoned;        /* of them carried no zone */
    int offset;              /* seconds east that its first stamp tells; INT_MIN */
    char workers[64];        /* of "Using worker: gevent"; "" where no line tells, "?" where they differ */
} w5_lane;

/* The moment of a change (--compare). Only access lines inside since..until are counted. */
typedef struct w5_split {
    w5_time at, since, until; /* W5_TIME_NONE: no change; open */
    w5_zone zone;             /* of access lines whose stamps carry none */
} w5_split;

/* What of a record is shown as evidence: of a slow query its statement, of a traceback the exception
 * it ends with, else the first line. At most 400 bytes. */
w5_str w5_record_excerpt(const w5_record *r);

typedef struct w5_ledger w5_ledger;
w5_ledger *w5_ledger_new(const w5_catalogue *c);
void w5_ledger_free(w5_ledger *l);
/* Copies what matters of an event. Those without a class tell what time their lane covers. Our own
 * events (records with an id) are counted once however often they come, if they all come to one
 * ledger and not to chunks of it. */
void w5_ledger_put(w5_ledger *l, const w5_event *event);
/* Nothing is asked of events of this class but how many there were and when: those of one errno and one
 * minute may come as one record (w5_record.herd). */
bool w5_ledger_only_counts(const w5_ledger *l, const w5_class *klass);
/* Access lines from now on are counted by path on either side of a change, too. */
void w5_ledger_split(w5_ledger *l, const w5_split *split);
/* Adds everything of `from`, whose streams have the same indices: chunks of one file, one after the
 * other in the order of lines (which lines are one request is decided by what came before). A
 * timeline of `l`, its ids and w5_ledger_intern are valid until the next put, merge or reset. */
void w5_ledger_merge(w5_ledger *l, const w5_ledger *from);
/* False: time jumps back in or between the two, and only who reads the lines of `later` behind those of
 * `l` knows which are of one request. */
bool w5_ledger_goes_on(const w5_ledger *l, const w5_ledger *later);
/* What comes now is another log, and whole: no request or exit in it was told before. */
void w5_ledger_turn(w5_ledger *l);
/* Adds to the line numbers of all that was put so far: a chunk does not know how many lines stand
 * before it. */
void w5_ledger_renumber(w5_ledger *l, uint64_t by);
/* How much detail a ledger has given up: a chunk's may as well begin with no more (w5_ledger_begin,
 * on an empty one). */
typedef struct w5_ledger_detail {
    unsigned cells, texts, traffic, paths, requests, mixes, shares;
    w5_split split;
} w5_ledger_detail;
w5_ledger_detail w5_ledger_detail_of(const w5_ledger *l);
void w5_ledger_begin(w5_ledger *l, w5_ledger_detail detail);
void w5_ledger_reset(w5_ledger *l);
w5_intern *w5_ledger_intern(w5_ledger *l);
size_t w5_ledger_cells(const w5_ledger *l, const w5_cell **all); /* stamps as they stood */
size_t w5_ledger_lanes(const w5_ledger *l, const w5_lane **all);
typedef struct w5_ledger_totals {
    uint64_t upstream_errors, forged;
    const uint64_t *by_class; /* [w5_class.index] lines, whatever was coarsened */
    size_t classes;
    uint64_t coarsened, evicted; /* lines whose path or second is not kept; rows that were dropped */
} w5_ledger_totals;
w5_ledger_totals w5_ledger_sum(const w5_ledger *l);
size_t w5_ledger_codes(const w5_ledger *l, const w5_str **names, const uint64_t **counts);

/* --- a ledger as rows, told and read back (-o events --fold) ---------------------------------- */
typedef struct w5_told_member { /* of one of the three what it has; others are left out */
    const char *key;
    w5_str text;
    int64_t number;
    enum { W5_TOLD_TEXT, W5_TOLD_NUMBER, W5_TOLD_STAMP } type;
} w5_told_member;
#define W5_TOLD_MEMBERS 32

typedef struct w5_told_row {
    w5_str table;        /* "cell", "traffic", "path", "request", "mix", "lane", "peers", "total" */
    const w5_lane *lane; /* whose lines it counts */
    w5_str klass, host;  /* "" where it has none */
    w5_time at;          /* as the stamps stood; W5_TIME_NONE */
    bool zoned;
    uint8_t digits;
    uint64_t line;       /* 0: none */
    w5_told_member member[W5_TOLD_MEMBERS];
    size_t members;
} w5_told_row;

/* Gives up detail until the rows are about this few. */
void w5_ledger_condense(w5_ledger *l, size_t rows);
/* Calls `tell` with each row; one that is put into another ledger (w5_record.told) is there what it was
 * here. Paths on either side of a change (w5_ledger_split) are not told. */
void w5_ledger_tell(w5_ledger *l, void (*tell)(void *context, const w5_told_row *row), void *context);

typedef struct w5_span { w5_time from, to; } w5_span;

typedef struct w5_tally { w5_str name; uint64_t count; } w5_tally;
typedef struct w5_tallies { w5_tally *at; size_t n; } w5_tallies; /* most first, then by name */

/* A number that goes on from run to run: of "upstream_errors" those of a class and an upstream. */
typedef struct w5_counter { w5_str family, label[2]; uint64_t value; void *block; } w5_counter;

/* What was done to a clock: "nginx log read as +09:00: 41 of 41 pairs fit within 1 s". English
 * words with %1$s …, translated when they are told, as a w5_sentence's are. */
typedef struct w5_note {
    const char *words, *plural;  /* plural: for every `number` but 1; may be NULL */
    uint64_t number;
    w5_str arg[5];
    uint8_t args, translate;     /* bit i: arg[i] is English words of ours */
} w5_note;

/* The ledger on one clock: UTC, sorted by second, ties by causality (w5_class.order), then time,
 * stream, line. What two sources tell of the same record is one cell. */
typedef struct w5_timeline {
    const w5_catalogue *catalogue;
    const w5_config *config;     /* may be NULL */
    const w5_intern *intern;
    w5_stream *const *stream;    /* by w5_cell.stream; zone, zone_from, shift filled in */
    size_t streams;
    const w5_lane *lane;         /* by w5_cell.lane; first and last in UTC */
    size_t lanes;
    const w5_cell *cell;
    size_t cells;
    const w5_traffic *traffic;   /* sorted by time */
    size_t traffics;
    const w5_path *path;         /* most requests first */
    size_t paths;
    const w5_note *notes;
    size_t note_count;
    w5_time now;                 /* live: the clock; batch: W5_TIME_NONE */
    w5_time gap;
    w5_str host;
    const uint64_t *by_class;    /* [w5_class.index] lines inside since..until, each record once */
    size_t classes;
    uint64_t upstream_errors;    /* the same, as spec §6.2 counts them */
    w5_tallies codes;
    const struct w5_timeline_inside *inside; /* incident's own */
} w5_timeline;

typedef struct w5_timeline_options {
    w5_time gap, lateness;       /* 60 s, 5 s */
    w5_time since, until;        /* W5_TIME_NONE: open; cells outside are left out */
    w5_time now;
    w5_zone zone;                /* the host's */
    /* --tz FORMAT=ZONE, FILE=ZONE (a name as the report shows it, or its last part); what "" is a
     * --tz for all. The last rule that fits counts. */
    struct w5_zone_rule { w5_str what; w5_zone zone; } const *zones;
    size_t zone_rules;
    w5_str host;
} w5_timeline_options;

/* Settles every stream's zone (spec §5.3), shifts, sorts. The result lives in `arena`; the ledger only
 * gives back memory that it does not need. */
const w5_timeline *w5_timeline_build(w5_ledger *l, w5_stream *const *streams, size_t n,
                                     const w5_config *config, const w5_timeline_options *options,
                                     w5_arena *arena);
static inline w5_str w5_timeline_str(const w5_timeline *t, w5_id id)
{
    return w5_intern_str(t->intern, id);
}
/* The host that wrote a cell's lines, "" when nobody told. */
w5_str w5_cell_host(const w5_timeline *t, const w5_cell *cell);
/* First cell in the second of an instant, or after it. */
size_t w5_timeline_seek(const w5_timeline *t, w5_time at);
/* A stamp of a stream (as first and last are kept) in UTC. */
static inline w5_time w5_stream_utc(const w5_stream *s, w5_time stamp)
{
    return stamp == W5_TIME_NONE ? stamp : stamp + s->shift;
}

/* --- before and after a change ---------------------------------------------------------------- */
typedef struct w5_half {
    uint64_t requests;   /* without those that clients gave up; 0 when no access log tells */
    uint64_t failed;     /* of them: final status >= 500 or 009; or of nginx's error log */
    uint64_t clusters;   /* of failures at most 2 s apart: what chance deals out (spec §5.2) */
    uint64_t aborted;    /* 499: nobody knows how they would have ended */
    w5_time covered;     /* without an access log: how long nginx's error log is */
    w5_tallies statuses; /* of failures, and 499 */
} w5_half;

typedef struct w5_path_halves { w5_str path; w5_half before, after; } w5_path_halves;

/* The paths that failed before the change, on either side of it. */
typedef struct w5_halves {
    w5_time at;
    bool by_request; /* an access log counts them; else all of nginx's errors by time */
    w5_half before, after;
    const w5_path_halves *path; /* most failures before the change first */
    size_t paths;
    uint64_t elsewhere; /* failed behind it on paths that did not fail before */
} w5_halves;

/* Of a ledger that was split at `at`. */
const w5_halves *w5_halves_build(const w5_timeline *t, w5_time at, w5_arena *arena);

typedef struct w5_request_tally { w5_str method, path; uint64_t count; } w5_request_tally;

typedef enum w5_over { W5_OVER_UNKNOWN, W5_OVER_NO, W5_OVER_YES } w5_over;

/* Errors that belong together, before anyone asked why. */
typedef struct w5_incident {
    char id[17];                  /* 16 hex digits of host, upstream and start second */
    w5_str upstream;              /* "127.0.0.1:8000", "unix:/run/g.sock"; "" when cut off or none */
    w5_tallies upstreams;
    const w5_str *host;           /* machines its errors are of, in the order in which they began */
    size_t hosts;                 /* 0: no line tells; more than 1: joined by the diagnosis */
    w5_time start, end;
    const uint32_t *cell;         /* indices of its error cells in the timeline, in time order */
    size_t cells;
    const uint32_t *trouble;      /* cells of other kinds that opened it where nginx is silent */
    size_t troubles;
    uint64_t errors;              /* lines with an upstream class */
    uint64_t requests_failed;
    uint64_t answered;            /* by the access log, in its window on its upstream, status < 500 */
    w5_time last_answer;          /* of those; W5_TIME_NONE */
    w5_tallies classes, codes, kinds, statuses, servers;
    const w5_request_tally *request;
    size_t requests;
    w5_over over;
    w5_time over_at;              /* first sign that it was over; W5_TIME_NONE */
    const uint32_t *column;       /* errors per column of time from start, for the timeline */
    size_t columns;
    w5_time column_span;
} w5_incident;

typedef struct w5_background {    /* sparse, healthy trickle (spec §5.1) */
    w5_str klass, upstream;
    uint64_t count, groups;
    w5_time first, last;
    const uint32_t *cell;
    size_t cells;
} w5_background;

typedef struct w5_incidents {
    w5_incident **at;             /* by start */
    size_t n;
    const w5_background *background;
    size_t backgrounds;
} w5_incidents;

/* Groups upstream errors by upstream (peers of one block together) and silence; opens incidents for
 * trouble that nginx does not show; finds the background. */
w5_incidents w5_incidents_build(const w5_timeline *t, w5_arena *arena);
/* Makes an incident of a set of cells (indices in time order): counts, windows, tallies. For the diagnosis, which
 * joins groups that one cause explains and parts those that two explain. */
w5_incident *w5_incident_make(const w5_timeline *t, const uint32_t *cells, size_t n, w5_arena *arena);
/* Codes, statuses, kinds, servers, requests, columns: what the rest of w5_incidents_build lacks beyond
 * the W5_INCIDENTS_MAX worst. Nothing happens to one that has them. */
void w5_incident_complete(const w5_timeline *t, w5_incident *incident, w5_arena *arena);

#endif
