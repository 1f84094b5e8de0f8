/* join.h -- records that wait for further lines, and the writers they belong to.
 *
 * A record's slices borrow from the block as long as it stays; w5_pending_own copies what they point
 * to, so that the block may go. Of a record at most W5_JOIN_MAX bytes are kept. */
#ifndef W5_RECORD_JOIN_H
#define W5_RECORD_JOIN_H

#include <why502/record.h>

#include "detect.h"

enum {
    W5_LONGEST = 1 << 20, /* bytes of a line that are read: as long as source.h hands out */
    W5_JOIN_MAX = 64 << 10,
    W5_LANES = 16 /* writers of one stream that are told apart; the one longest silent goes first */
};

typedef struct w5_pending {
    w5_record r;
    w5_str inner;   /* the line given to parse: part of r.text, or unescaped bytes elsewhere */
    char *bytes;    /* own memory */
    size_t size, used;
    bool owned, full;
} w5_pending;

void w5_pending_free(w5_pending *p);
/* A record begins; p->r and p->inner are set. */
void w5_pending_start(w5_pending *p);
void w5_pending_own(w5_pending *p);
/* The next line of the record: `raw` as it stands in the block, `inner` without layers. */
void w5_pending_add(w5_pending *p, w5_str raw, w5_str inner);
/* Of the text the first `len` bytes alone. */
void w5_pending_cut(w5_pending *p, size_t len);
/* All lines are there: the format reads the whole. */
void w5_pending_finish(w5_pending *p, void *memo, w5_arena *scratch);

/* Copies the fields that are set and leaves the others as they are. */
void w5_record_copy(w5_record *to, const w5_record *from);

/* One writer within a stream: a process, a container's stdout, … */
typedef struct w5_lane {
    uint64_t key;
    const w5_format *format; /* of its last record */
    size_t rank;
    unsigned char *memo[W5_FORMATS_MAX];
    w5_pending *slot[2];
    w5_pending *pending;     /* one of the two, or NULL */
    bool turn;               /* which slot is free while none is pending */
    char *piece;             /* the beginning of a line that comes in pieces */
    size_t piece_len, piece_size;
    uint64_t used;
} w5_lane;

w5_lane *w5_lane_new(uint64_t key);
void w5_lane_free(w5_lane *lane);
/* A slot that holds neither the pending record nor the one flushed last. */
w5_pending *w5_lane_spare(w5_lane *lane);
/* The memo of a format, made (zero) on first use. */
void *w5_lane_memo(w5_lane *lane, size_t rank);
/* Adds a piece; what goes beyond the longest line is dropped. */
void w5_lane_add_piece(w5_lane *lane, w5_str piece);

#endif
