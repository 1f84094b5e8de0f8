/* record.h -- lines into records: who wrote when, at what level, about what.
 *
 * Enters: blocks of lines of one source. Leaves: records, one at a time, whose slices borrow from
 * the block or from the stage's own join buffer: valid until the next w5_records_take. The stage peels
 * wrappers (tail headers, docker, CRI, syslog, journal), detects the format per stream and in a mixed
 * stream per line, joins multi-line records, spots forged lines, and accounts for every line. */
#ifndef W5_RECORD_H
#define W5_RECORD_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>
#include <why502/base/time.h>
#include <why502/catalogue.h>

/* Fields of a record. The first group are keys of their own in -o events, the others stand under
 * "fields". Names are nginx's where nginx has one. At most 64. */
#define W5_FIELD_LIST(X)                                                                           \
    X(level) X(pid) X(tid) X(connection) X(client) X(server) X(method) X(path) X(request)          \
    X(upstream) X(referrer) X(status) X(phase) X(errno)                                            \
    X(http_host) X(subrequest) X(resolver) X(user_agent) X(bytes_sent) X(request_time)             \
    X(upstream_addr) X(upstream_status) X(upstream_response_time) X(upstream_connect_time)         \
    X(upstream_header_time) X(request_completion)                                                  \
    X(unit) X(ident) X(subject) X(signal) X(exit_code) X(address) X(version) X(worker_class)       \
    X(exception) X(frame) X(library) X(reason) X(count) X(message_id)                              \
    X(comm) X(memcg) X(rss) X(module)                                                              \
    X(query_time) X(lock_time) X(rows_sent) X(rows_examined) X(user) X(db) X(thread) X(db_errno)   \
    X(query) X(fingerprint) X(query_start) X(query_end) X(duration) X(limit)                       \
    X(elb_status) X(target_status) X(elb_reason)

typedef enum w5_field {
#define W5_FIELD_ENUM(name) W5_F_##name,
    W5_FIELD_LIST(W5_FIELD_ENUM)
#undef W5_FIELD_ENUM
    W5_FIELDS
} w5_field;
extern const w5_str w5_field_name[W5_FIELDS];

#define W5_YEARLESS 1972 /* a leap year */

typedef struct w5_format w5_format;
typedef struct w5_stream w5_stream;

typedef struct w5_record {
    const w5_format *format;
    w5_stream *stream;
    w5_time at;          /* see `zoned`; W5_TIME_NONE when the line carries no time at all */
    bool zoned;          /* false: `at` is civil time read as UTC; the stream's zone is still to be found */
    bool yearless;       /* set by parse: the stamp has no year, `at` is in W5_YEARLESS; the stage finds it */
    bool misdated;       /* set by parse: the stamp names no instant (month 13), `at` is W5_TIME_NONE */
    uint8_t digits;      /* digits of fraction the stamp had: 0 = whole seconds */
    bool forged;         /* a client could have written this line: never evidence */
    bool cut;            /* cut at W5_LINE_MAX */
    bool open;           /* set by parse: this one record may go on in the next lines (see `multiline`) */
    uint32_t lines;      /* physical lines it spans */
    uint64_t line;       /* number of its first line in the stream, from 1 */
    uint64_t offset;     /* byte offset of its first line in the source */
    w5_str text;         /* the whole record as it stood (first line first), wrappers included */
    w5_str message;      /* without stamp, level, pid; nginx: up to " (errno: …)", " while", ", client:" */
    w5_str host;         /* machine name told by a wrapper or the journal, "" when none */
    uint64_t have;       /* bit f: field[f] is set */
    w5_str field[W5_FIELDS];
    uint64_t count;      /* 1; more when a line stands for several (our events, "repeated N times") */
    w5_str context;      /* what w5_record_walk has still to read; the format's own business */
    const w5_pattern *pattern; /* set beforehand only for our own events, which carry class and kind */
    const w5_format *clock; /* not NULL: the line had no stamp, `at` is that of the line before it, by this format */
    w5_str id;           /* of our own events: the same id again is the same event */
    w5_str told;         /* of our own folded events: the line, a row of a ledger (incident.h) */
    bool herd;           /* the first of `count` lines that are alike (w5_herder) */
    uint64_t last_line;  /* of a herd: the number of its last line, */
    w5_time until;       /* its newest stamp, */
    w5_time latest;      /* and that of the line before this take, which may be of another herd */
} w5_record;

static inline w5_str w5_record_get(const w5_record *r, w5_field f)
{
    return r->have >> f & 1 ? r->field[f] : W5_NONE;
}
static inline void w5_record_set(w5_record *r, w5_field f, w5_str value)
{
    r->field[f] = value;
    r->have |= (uint64_t)1 << f;
}
int w5_field_find(w5_str name); /* index, or -1 */
/* Reads the fields that parse left unread because most lines are never asked for them (of nginx: client,
 * server, request, method, path, upstream, …). Cheap when there is nothing to do. */
void w5_record_walk(w5_record *r);

typedef enum w5_zone_from { W5_ZONE_STAMP, W5_ZONE_OPTION, W5_ZONE_CONFIG, W5_ZONE_ACCESS_LOG,
                            W5_ZONE_INFERRED, W5_ZONE_HOST } w5_zone_from;
extern const w5_str w5_zone_from_word[]; /* "stamp", "option", "config", "access-log", … */

/* One named log inside a source: the source itself, or each name under tail's "==> name <==". */
struct w5_stream {
    uint32_t index;      /* dense, over all sources of the run, in order of first appearance */
    uint32_t source;     /* index of the w5_source */
    w5_str name;         /* as the report shows it */
    w5_str host;         /* "" when not told */
    w5_str named;        /* the host that its lines name, "" when none does */
    bool named_several;  /* and others: a log of many hosts */
    const w5_format *format; /* the commonest so far, NULL before any line was understood */
    uint64_t lines, understood, not_understood, cut, forged; /* lines = the sum of the other four */
    uint64_t records, events, bytes, suspect_times;
    uint64_t outside;    /* lines outside --since/--until */
    w5_time first, last; /* as the stamps say (see `zoned`), W5_TIME_NONE before any */
    bool zoned;          /* every stamp so far carried its zone */
    w5_zone zone;        /* of stamps without zone, once known */
    w5_zone_from zone_from;
    w5_time shift;       /* added to stamps of this stream; filled in by incident (spec §5.3) */
    w5_time year_hint;   /* instant near the newest line (file's mtime): the year of stamps without one */
    struct { uint64_t line; w5_str text; } unknown[3]; /* first lines that were not understood */
    w5_str how;          /* how the format was recognised, for -v */
    /* --- of a log that only our own events tell of (src/record/told.c) --- */
    bool told;           /* its accounts are those of who read it, not of lines of this run */
    bool ended;          /* whoever read it has said so: its events are all there */
    int zone_told;       /* seconds east, as who read it took its stamps; INT_MIN: not told */
    w5_str reader;       /* the machine that read it; `host` is the engine's conclusion (hosts.c) */
    w5_str lost;         /* why nothing came of this host, "" otherwise */
};

/* A format in C: one const w5_format in src/record/format_<name>.c, registered by the folder listing. */
typedef enum w5_fit { W5_FIT_NO, W5_FIT_MORE, W5_FIT_YES, W5_FIT_LAST } w5_fit;
struct w5_format {
    w5_str id, title, sample;
    unsigned order;      /* detection tries low numbers first; strict shapes before loose ones */
    /* Parses one line (without its newline) into *r, whose line, offset, stream, text are set.
     * W5_FIT_NO: not this format. W5_FIT_MORE: it continues the record before it (lines of tracebacks,
     * slow-log bodies); the stage joins. W5_FIT_LAST: the same, and nothing more can follow. W5_FIT_YES: a record begins here. `memo` is the format's own
     * small state in this stream (zeroed at start, W5_MEMO bytes). */
    w5_fit (*parse)(void *memo, w5_str line, w5_record *r);
    /* NULL, or called when a record with all its lines is complete, to read what only the whole tells
     * (the traceback's last line, a slow query's body). `r->text` is the joined text. */
    void (*finish)(void *memo, w5_record *r, w5_arena *scratch);
    void (*walk)(w5_record *r); /* NULL, or reads r->context into fields (w5_record_walk) */
    /* NULL, or measures a record of several lines that begins at the front of `bytes`, if the one before it
     * has surely ended, and another one begins behind it: how many bytes it has, its last newline among
     * them, and how many lines; *memo is then as if they had been parsed. 0: not so, or not known. */
    size_t (*whole)(void *memo, w5_str bytes, uint32_t *lines);
    bool again;          /* a line that begins a record may be parsed twice, and is then parsed alike */
    bool multiline;      /* lines may continue it: the stage holds it until the next record begins */
};
#define W5_MEMO 512

bool w5_format_known(w5_str id);
const w5_format *w5_format_find(w5_str id); /* NULL: unknown */
size_t w5_formats(const w5_format *const **all);

/* Formats that a catalogue declares by an expression (src/record/declared.c). They live in `arena`, and
 * may be shared by stages and threads. W5_ESYNTAX tells file, line and mistake. */
#define W5_DECLARED_MAX 16
typedef struct w5_declared w5_declared;
w5_rc w5_declared_read(const w5_catalogue *c, w5_arena *arena, const w5_declared **all, size_t *n,
                       w5_err *err);
const w5_format *w5_declared_format(const w5_declared *all, size_t i);

/* --- lines that are counted, not told ------------------------------------------------------------
 * Nine of ten lines of an error log are of no interest but for their number. Who knows which they are
 * tells the stage of what kind a record is, and the stage gives out one record for many lines of a
 * kind: their first (`herd`). What the stage promises: the lines of a herd are whole, plain and unforged
 * lines of one log and one span of time, each counted in one herd, and all herds are given out before
 * the block goes and before any record that is not plain. The log's accounts are those of the lines. */
typedef struct w5_breed {
    unsigned number; /* below W5_BREEDS: lines of the same kind may be one herd; 0: tell the record itself */
    size_t sight;    /* also of this kind, if level, errno and phase are the same: longer messages that begin */
    bool floats;     /* with these bytes of this one's (SIZE_MAX: none), if `floats` says no to them */
    bool dull;       /* nothing of such a line is asked: behind a layer it is counted as a record and not told */
} w5_breed;
#define W5_BREEDS 64
typedef struct w5_herder {
    w5_breed (*ask)(void *context, w5_record *record); /* of number 0: `record` is the next that is taken */
    bool (*floats)(void *context, const w5_format *format, w5_str message);
    void *context;
    w5_time span;    /* stamps of one herd lie between two multiples of it */
} w5_herder;

typedef struct w5_records w5_records;
typedef struct w5_log_format { w5_str name, text; } w5_log_format; /* of nginx.conf, escapes kept */
typedef struct w5_record_options {
    const w5_log_format *log_formats; /* from --config and --log-format */
    size_t log_formats_n;
    const w5_declared *declared; /* of w5_declared_read */
    size_t declared_n;
    bool all_fields;     /* walk every field of every record (-o events); else only where needed */
    w5_str host;         /* --host */
    uint32_t first_stream; /* index of the first stream: a piece of a source is a stage of its own */
} w5_record_options;

w5_records *w5_records_new(const w5_record_options *options);
void w5_records_free(w5_records *r);
/* Begins a source; `forced` is a format id or "". Blocks that follow belong to it. A source known by
 * its index is gone on with (live sources take turns). */
void w5_records_begin(w5_records *r, uint32_t source, w5_str name, w5_str forced, w5_time year_hint);
/* The block must stay valid until it is drained (w5_records_take answers W5_WAIT). */
void w5_records_put(w5_records *r, w5_str bytes, uint64_t offset, bool cut);
/* The next complete record. W5_OK, W5_WAIT: feed more. Lines that were not understood are counted
 * in their stream, not returned. */
w5_rc w5_records_take(w5_records *r, w5_record *record);
/* From now on lines are counted, of which `herder` says so; NULL: none. Not while a take is under way. */
void w5_records_herd(w5_records *r, const w5_herder *herder);
/* The source ended, or has been silent for long: what was held back for a continuation becomes
 * complete (take until W5_WAIT). */
void w5_records_tick(w5_records *r);
size_t w5_records_streams(const w5_records *r);
w5_stream *w5_records_stream(w5_records *r, size_t index);

/* --- a source in pieces, each read by a stage of its own (src/record/piece.c) --- */
/* Lines that begin at `offset` or behind it are left: w5_records_take answers W5_WAIT before them.
 * UINT64_MAX: none. */
void w5_records_stop_at(w5_records *r, uint64_t offset);
/* Where the source's next line begins; 0 when no byte is there to tell. */
uint64_t w5_records_offset(const w5_records *r);
/* What was read so far only showed the stage where it is: the accounts of its stream become those of a
 * piece that nothing was read of; or they become `as`, and bytes that were put and not read are
 * forgotten. */
void w5_records_arrive(w5_records *r, const w5_stream *as);
/* Stages of the same number go on alike from here. 0: nobody can tell. */
uint64_t w5_records_state(const w5_records *r);
/* Adds the accounts of the next piece of the source that r began; what r held of the source itself is
 * forgotten. The answer must be added to the numbers of the piece's lines. */
uint64_t w5_records_absorb(w5_records *r, const w5_records *piece);

#endif
