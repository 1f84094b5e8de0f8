/* herd.h -- plain lines of nginx's error log whose heads are known: counted, or told without a look.
 *
 * What `w5_herder` (record.h) says about a record is remembered by the ends of its head: "open() \"" and
 * "\" failed (2: No such file or directory)" are enough to know the next line of the kind, of which
 * neither the middle nor what follows is read then. Everything the answer can depend on is compared:
 * level, the bytes of the message that were looked at, errno and phase as bytes; what else could make
 * such a line another (an action or a quote in the middle, a literal that may float) sends it the long
 * way, which reads it again and asks. Only skim.c calls this. */
#ifndef W5_RECORD_HERD_H
#define W5_RECORD_HERD_H

#include "fields_nginx.h"

/* One kind of head. */
typedef struct w5_shape {
    uint64_t level;      /* its word */
    uint8_t level_len;   /* 0: free */
    uint8_t number;      /* the kind; 0: lines of this head are told */
    uint8_t front, tail; /* bytes of the two ends; of a head whose lines are told `front` is all of it */
    uint8_t closing;     /* of the tail these are the message's: its path's closing quote */
    bool phase, errno_;  /* are in the tail */
    bool quoteless;      /* a quote in the message would be looked into */
    bool floats;
    struct {
        uint8_t at, len;
    } part[3];           /* of a head that is told: where its message, errno and phase stand */
    uint8_t spare;       /* 0: without gaps two shapes are compared as bytes */
    uint64_t have;       /* and which of the fields there are */
    char bytes[152];     /* front, then tail, then eight that may be read */
} w5_shape;
#define W5_SHAPES 64

typedef struct w5_herd { /* lines of one kind that were counted and not yet told */
    uint64_t n;
    w5_str text;         /* of the first: the oldest, of these the first */
    uint64_t line, offset;
    w5_time at;
    uint64_t last_line;
    w5_time until;
} w5_herd;

typedef struct w5_herds {
    w5_herder herder;
    const w5_format *format; /* of the shapes */
    bool on;
    bool telling;        /* what is there must be told before more is counted */
    uint64_t used;       /* bit i: herd[i] has lines */
    w5_time from, to;    /* the span of those lines */
    w5_herd herd[W5_BREEDS];
    w5_shape shape[W5_SHAPES];
} w5_herds;

/* A line in hand. */
typedef struct w5_sheep {
    const char *at, *newline;
    const char *context; /* where it begins */
    w5_nginx_front front;
} w5_sheep;

/* The shape of the line's head; NULL: not known. *quoted: its message holds a quote. */
const w5_shape *w5_shape_find(const w5_herds *h, const w5_sheep *s, bool *quoted);
/* Remembers what was said of a record. */
void w5_shape_keep(w5_herds *h, const w5_record *record, const w5_breed *breed);
/* Into a record that is prepared for the line: what a parser would read in it. */
void w5_shape_read(const w5_shape *shape, const w5_sheep *s, w5_record *record);
/* Whether a line of that time may be counted with those that were. */
static inline bool w5_herds_fit(const w5_herds *h, w5_time at)
{
    return h->used == 0 || (h->from <= at && at < h->to);
}
void w5_herd_add(w5_herds *h, unsigned number, const w5_sheep *s, uint64_t line, uint64_t offset);
#endif
