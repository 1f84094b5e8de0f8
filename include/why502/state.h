/* state.h -- what one run remembers for the next: positions, told incidents, late lines, mails.
 *
 * Enters a path, leaves rows. From w5_state_open to w5_state_save or w5_state_close the database is
 * held: another run finds it busy. All that a run has to say is written by one transaction. Slices
 * handed out live as long as the state. */
#ifndef W5_STATE_H
#define W5_STATE_H

#include <why502/base/err.h>
#include <why502/base/time.h>
#include <why502/source.h>

#define W5_STATE_KEPT_BYTES (16u << 20) /* of late lines; the oldest go first */
#define W5_STATE_KEPT_FOR   (6 * W5_HOUR)
#define W5_STATE_SEEN_FOR   (30 * W5_DAY)

typedef struct w5_position {
    w5_str name;
    w5_identity identity;
    uint64_t offset, lines;
    w5_str cursor; /* of a journal */
    w5_time seen;
} w5_position;

typedef struct w5_told { /* an incident, as it was last told */
    char id[17], cause[48], upstream[128];
    int confidence;
    uint64_t count;
    w5_time start, end; /* as last seen */
    bool over, seen;    /* seen: in the findings of this run */
} w5_told;

typedef struct w5_kept { /* a record as it stood in its log */
    w5_str name, format, text;
    uint64_t line;
    w5_time at; /* when it was read */
} w5_kept;

typedef struct w5_mail {
    w5_str message_id, address, body;
    w5_time made;
} w5_mail;

typedef struct w5_state w5_state;
/* W5_OK; W5_MISS: it was damaged, set aside (err says where) and begun anew; W5_EBUSY; W5_EIO;
 * W5_ENOTSUP: built without SQLite. Folders are not made. */
w5_rc w5_state_open(w5_state **state, const char *path, w5_err *err);
void w5_state_close(w5_state *state); /* what was not saved is forgotten */

size_t w5_state_positions(const w5_state *s, const w5_position **all);
size_t w5_state_told(const w5_state *s, const w5_told **all);
size_t w5_state_kept(const w5_state *s, const w5_kept **all);
size_t w5_state_mails(const w5_state *s, const w5_mail **all); /* not handed over yet */

/* What the next save writes. Slices are copied. */
void w5_state_set_position(w5_state *s, const w5_position *p); /* of the same file: replaced */
void w5_state_set_told(w5_state *s, const w5_told *told, size_t n);
void w5_state_keep(w5_state *s, const w5_kept *line);
void w5_state_add_mail(w5_state *s, const w5_mail *mail);
void w5_state_drop_mail(w5_state *s, w5_str message_id);
/* One transaction; the database is held on. */
w5_rc w5_state_save(w5_state *s, w5_time now, w5_err *err);

#endif
