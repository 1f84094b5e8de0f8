/* records.h -- the inside of the record stage: sources, streams, and the line in hand.
 *
 * A source is a run of bytes, a stream one named log in it (tail's headers part a source into several),
 * a lane one writer in a stream. The window (records_window.c) gives out lines, records_read.c finds out
 * what they are, records_judge.c whether they can be trusted, records.c drives. */
#ifndef W5_RECORD_RECORDS_H
#define W5_RECORD_RECORDS_H

#include "declared.h"
#include "detect.h"
#include "fields_access.h"
#include "fingerprint.h"
#include "forged.h"
#include "herd.h"
#include "join.h"
#include "told.h"
#include "wrap.h"
#include "year.h"

enum {
    W5_DEPTH = 4,      /* layers that are peeled off one line */
    W5_QUEUE = 8,      /* records that one line can complete: each layer may drive a lane out */
    W5_TAILED_LOGS = 256, /* that headers may name in one source */
    W5_UNKNOWN_MAX = 200
};

typedef struct w5_chain { /* the layers of a line, outermost first, and whose line it is */
    uint32_t layer[W5_DEPTH];
    uint32_t depth;
    uint64_t key; /* of the lane; 0 without a layer */
} w5_chain;

typedef struct w5_guess { /* how the last access line was read that had to be read by its own marks */
    w5_access_program program;
    char text[2048];
    bool fits;
} w5_guess;

typedef struct w5_known_stamp { /* the last stamp of the log's own lines, and what it meant */
    char bytes[40];
    size_t len; /* 0: none */
    w5_time at;
    bool zoned;
} w5_known_stamp;

typedef struct w5_echo w5_echo;

typedef struct w5_log {  /* a stream and what the stage knows of it */
    w5_stream pub;       /* first: a w5_stream of ours is one of these */
    struct w5_records *stage;
    w5_lane *lane[W5_LANES]; /* [0]: lines that no layer wraps */
    uint64_t seen[W5_FORMATS_MAX];
    w5_time latest;      /* of the last record that told a time, in the order of lines */
    bool latest_zoned;
    bool gunicorn;       /* its name says so */
    bool met_gunicorn, met_nginx; /* by who read on from here (piece.c): not counted in `seen` */
    w5_guess *guess;
    w5_known_stamp stamp;
    w5_echo *echo; /* of the last lines behind one layer (skim_layer.c); NULL: none yet */
    w5_chain chain;      /* of the last line */
    const w5_wrapper *collects; /* a layer of several lines an entry, in the middle of one */
    w5_entry entry;
    w5_mark entry_start;
    uint64_t entry_line, entry_offset, entry_lines;
} w5_log;

typedef struct w5_window { /* where lines are read */
    const char *base, *at, *end;
    const char *fence;     /* lines from here on are read from the block itself; NULL: none */
    uint64_t offset;       /* of base[0] in the source */
    const char *mark;      /* the next "%0A" not before `at`, or `end`; NULL: not looked for */
} w5_window;

/* Lines behind the one that is judged, measured once: what each is long without its layers. */
typedef struct w5_ahead {
    struct w5_measure {
        uint64_t offset, end; /* of the physical line */
        uint64_t key;         /* whose it is; 0: other layers */
        size_t len;
    } at[128];
    size_t first, n;          /* a ring */
    w5_chain chain;           /* the layers that were taken off */
} w5_ahead;

typedef struct w5_feed {   /* a source */
    uint32_t index;
    w5_str name;
    const w5_format *forced;
    w5_time year_hint;
    w5_log *log;           /* the stream that lines belong to now */
    w5_window window;
    w5_str block;          /* the last block put */
    uint64_t block_offset;
    bool cut;              /* its last line was cut */
    char *held;            /* bytes kept from block to block */
    size_t held_len, held_size;
    uint64_t held_offset;
    bool final;            /* nothing follows for now: what is held is complete */
    bool skipping;         /* inside the rest of a line that was too long */
    uint64_t tainted;      /* lines that begin before this offset are forged */
    uint64_t tainted_key;  /* in this lane */
    uint64_t stop;         /* lines from this offset on are left (piece.c) */
    w5_ahead *ahead;
    struct w5_feed *next, *next_busy;
    bool busy;             /* in one of the stage's two lists */
} w5_feed;

typedef struct w5_row {    /* a physical line in hand */
    w5_str raw;            /* without its newline */
    w5_str text;           /* without its CR */
    uint64_t offset, line;
    uint32_t lines;        /* more than one for an entry of several lines */
    bool cut;
} w5_row;

struct w5_records {
    w5_record_options options;
    w5_regex *declared[W5_DECLARED_MAX]; /* compiled, by index */
    w5_ranks ranks;
    const w5_wrapper *wrapper;
    size_t wrappers;
    size_t nginx_error, gunicorn; /* their ranks */
    w5_access_program *program; /* the log_formats of the configuration */
    size_t programs;
    w5_arena *forever, *scratch, *ahead, *finish;
    w5_log **log;
    size_t logs, log_room;
    w5_told *told;         /* logs that our own events tell of; NULL: none yet */
    w5_feed *feeds, *now;
    w5_feed *busy;         /* those that may hold something */
    w5_feed *drain;        /* those that are to give it out */
    w5_pending *queue[W5_QUEUE];
    size_t queued;
    uint64_t clock;        /* counts lanes' uses */
    w5_herds *herds;       /* NULL: never asked for */
    w5_year year;
    w5_fingerprints *fingerprints; /* NULL: none yet */
    w5_record layer;       /* fields that the layers of the line in hand told */
    w5_record nobody;      /* for a parse whose record is not wanted */
    unsigned char trial[W5_MEMO]; /* zero: for formats that have no memo in a lane yet */
    w5_str behind[W5_FORGED_LINES]; /* a line and those behind it, for its judge */
    const char *behind_end[W5_FORGED_LINES];
};

/* What became of a line. */
typedef enum w5_verdict {
    W5_STRANGE,  /* not understood */
    W5_TAKEN,    /* understood; what it completed is in the queue */
    W5_DIRECT,   /* understood and complete: it is in the caller's record */
    W5_HELD,     /* cannot be judged before more is read: ask again */
} w5_verdict;

/* --- records_window.c --- */
void w5_window_open(w5_feed *feed);
/* The next line; false when there is none (W5_WAIT): then w5_window_keep before the block goes. */
bool w5_window_line(w5_feed *feed, w5_row *row);
/* Offset of the next line. */
uint64_t w5_window_offset(const w5_feed *feed);
void w5_window_unread(w5_feed *feed, const w5_row *row);
/* More bytes of the block come behind the held ones. False: there are none. */
bool w5_window_more(w5_feed *feed);
void w5_window_keep(w5_feed *feed);

/* --- records_read.c --- */
w5_verdict w5_read_line(w5_records *r, w5_feed *feed, w5_row *row, w5_record *out);
/* Ends an entry of several lines and pieces of lines that will not be completed. */
w5_verdict w5_read_end(w5_records *r, w5_feed *feed, w5_record *out);

/* --- records_judge.c --- */
typedef enum w5_trust { W5_TRUST, W5_TRUST_LATER, W5_TRUST_NO } w5_trust;
/* Whether a line of nginx's that no layer wraps is what it seems; it may taint those behind it. */
w5_trust w5_judge_plain(w5_records *r, w5_feed *feed, const w5_row *row, const w5_record *record);
w5_trust w5_judge_wrapped(w5_records *r, w5_feed *feed, const w5_row *row, const w5_record *record,
                          w5_str inner, const w5_chain *chain);
/* Peels the same layers off another line, into r->ahead; *key tells whose it is. False: one does not
 * come off. */
bool w5_read_peel(w5_records *r, const w5_chain *chain, w5_str line, w5_str *inner, uint64_t *key);

/* --- records.c --- */
/* What a format may ask about the stream of its record: the log_formats that are known, memory that
 * lasts until the next take, the stamp it read last (which must change no answer), and whether
 * gunicorn, not nginx, writes there. */
size_t w5_programs_of(const w5_stream *stream, const w5_access_program **programs);
w5_arena *w5_scratch_of(const w5_stream *stream);
w5_guess *w5_guess_of(w5_stream *stream);
w5_fingerprints *w5_fingerprints_of(const w5_stream *stream);
w5_known_stamp *w5_stamp_of(w5_stream *stream);
bool w5_gunicorn_speaks(const w5_stream *stream);
/* Whose lines of an error log were met: gunicorn's, nginx's. */
bool w5_log_met_gunicorn(const w5_log *log);
bool w5_log_met_nginx(const w5_log *log);
bool w5_names_gunicorn(w5_str s);
/* A record that is complete gets the time of the line before, if it has none; else its stream has it. */
void w5_record_date(w5_record *record);
void w5_queue_put(w5_records *r, w5_pending *p);
/* The lane's pending record is complete: into the queue. */
void w5_lane_flush(w5_records *r, w5_lane *lane);
/* A stream's format is the commonest of its lines, of equals the one that detection asks first: so it
 * is the same whatever the order in which they were counted. `rank` may have become it. */
void w5_log_prefer(const w5_records *r, w5_log *log, size_t rank);
/* A stream more, without lines of its own yet. */
w5_log *w5_log_new(w5_records *r, const w5_feed *feed, w5_str name);
/* The stream of this name in the source, made on first use. */
w5_log *w5_log_of(w5_records *r, const w5_feed *feed, w5_str name);

#endif
