/* state.h -- what one run remembers for the next: positions, told incidents, late lines, mails.
 *
 * Enters a path, leaves rows. From w5_state_open to w5_state_save or w5_state_close the database is
 * held: another run finds it busy. All that a run has to say is written by one transaction. Slices
 * handed out live as long as their row. */
#ifndef W5_STATE_H
#define W5_STATE_H

#include <why502/base/err.h>
#include <why502/base/time.h>
#include <why502/incident.h>
#include <why502/source.h>

#define W5_STATE_KEPT_BYTES (16u << 20) /* of late lines; the oldest go first */
#define W5_STATE_KEPT_FOR   (6 * W5_HOUR)
#define W5_STATE_SEEN_FOR   (30 * W5_DAY)
#define W5_STATE_DAYS       35 /* of errors a day */

/* `block` is the state's own in each of these: what the slices of a row point to. */
typedef struct w5_position {
    w5_str name; /* of the log; those that were rotated away keep it */
    w5_identity identity;
    uint64_t offset, lines;
    w5_str cursor; /* of a journal */
    w5_time seen;
    void *block;
} w5_position;

typedef struct w5_told { /* an incident, as it was last told */
    char id[17], cause[48], upstream[128];
    int confidence;
    uint64_t count;
    w5_time start, end; /* as last seen */
    bool over, seen;    /* seen: in the findings of this run */
    void *block;        /* NULL */
} w5_told;

typedef struct w5_kept { /* a record as it stood in its log */
    w5_str name, format, text;
    uint64_t line;
    w5_time at; /* when it was read */
    uint64_t seq; /* its place among all that were ever kept: the state's own */
    void *block;
} w5_kept;

typedef struct w5_mail {
    w5_str message_id, address, body;
    w5_time made;
    bool tried; /* it was about to be handed over: perhaps it was */
    void *block;
} w5_mail;

typedef struct w5_day {
    int64_t day; /* since 1970, in the host's zone */
    uint64_t errors;
    void *block; /* NULL */
} w5_day;

typedef struct w5_state w5_state;
/* W5_OK; W5_MISS: it was damaged, set aside (err says where) and begun anew; W5_EBUSY; W5_EIO;
 * W5_ENOTSUP: built without SQLite. Folders are not made. */
w5_rc w5_state_open(w5_state **state, const char *path, w5_err *err);
void w5_state_close(w5_state *state); /* what was not saved is forgotten */

size_t w5_state_positions(const w5_state *s, const w5_position **all);
size_t w5_state_told(const w5_state *s, const w5_told **all);
size_t w5_state_kept(const w5_state *s, const w5_kept **all);
size_t w5_state_mails(const w5_state *s, const w5_mail **all); /* not handed over yet */
size_t w5_state_counters(const w5_state *s, const w5_counter **all);
size_t w5_state_days(const w5_state *s, const w5_day **all);

/* What the next save writes. Slices are copied; what was handed out of a row that is replaced or
 * forgotten is no longer valid. */
/* Instead of the one that knew the file as `was`: a text that grows has a longer fingerprint each time,
 * and an inode may have held another text before, which lives on in a copy. */
void w5_state_set_position(w5_state *s, const w5_identity *was, const w5_position *p);
void w5_state_set_told(w5_state *s, const w5_told *told, size_t n);
void w5_state_keep(w5_state *s, const w5_kept *line);
void w5_state_add_mail(w5_state *s, const w5_mail *mail);
void w5_state_drop_mail(w5_state *s, w5_str message_id);
void w5_state_try_mail(w5_state *s, w5_str message_id, bool tried);
void w5_state_set_counters(w5_state *s, const w5_counter *all, size_t n); /* instead of those before */
void w5_state_count_errors(w5_state *s, int64_t day, uint64_t errors);    /* adds */
/* One transaction; the database is held on. */
w5_rc w5_state_save(w5_state *s, w5_time now, w5_err *err);

#endif
