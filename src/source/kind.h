/* kind.h -- what every kind of source can do, and the slot that one source lives in.
 *
 * A kind is a const table of functions in source_<kind>.c. The list (sources.c) owns the slots: it
 * opens them, asks them for blocks in turn, waits on their descriptors and closes them. */
#ifndef W5_SOURCE_KIND_H
#define W5_SOURCE_KIND_H

#include <time.h>
#include <why502/source.h>

#include "ahead.h"
#include "lines.h"
#include "source_compressed.h"
#include "watch.h"

#define W5_HEAD_MAX 1024 /* bytes of the decoded head that tell one file from another */

typedef struct w5_slot w5_slot;

/* A text that was followed to its end: should it come back under a name, be it as a copy, it is read
 * on from there. */
typedef struct w5_retired {
    w5_identity identity;
    uint64_t offset, end; /* whole lines up to here were given out; bytes up to here were read */
    char last[64];        /* before `end` */
    size_t last_len;
} w5_retired;

#define W5_RETIRED_MAX 256

/* What the slots of one list know of each other. */
typedef struct w5_shared {
    w5_source_options options;
    w5_watch *watch; /* NULL: names and sizes are looked at twice a second */
    w5_slot **slot;
    size_t count;
    w5_retired retired[W5_RETIRED_MAX]; /* a ring */
    size_t retirements;
    w5_retired *known; /* by an earlier run */
    size_t knowns, knowns_room;
} w5_shared;

typedef struct w5_source_kind {
    w5_str name; /* w5_source.kind */
    bool live;   /* may answer W5_WAIT: files are read first, live sources as they speak */
    /* The next block. W5_OK, W5_WAIT, W5_END or a failure; err says the reason without the name. */
    w5_rc (*next)(w5_slot *slot, w5_block *block, w5_err *err);
    /* What to wait for: a descriptor (-1: none), and in *due the latest moment on the monotonic
     * clock at which `next` wants to be called again (untouched: none). */
    int (*wait)(const w5_slot *slot, w5_time *due);
    void (*close)(w5_slot *slot); /* NULL: the descriptor is all it has */
} w5_source_kind;

extern const w5_source_kind w5_kind_file, w5_kind_pipe, w5_kind_follow;

/* A descriptor and where its next positioned read begins. */
typedef struct w5_file {
    int fd; /* -1 when closed */
    uint64_t at;
} w5_file;

struct w5_slot {
    w5_source source;
    w5_shared *shared;
    const w5_source_kind *kind; /* NULL: never opened, see source.error */
    const char *path;           /* NUL-terminated; "" for standard input */
    w5_file file;
    struct timespec opened; /* before that, by the clock of st_mtim */
    bool pending; /* no descriptor was left: opened when its turn comes */
    bool awaited; /* followed, and not there yet: it may appear, or become readable */
    bool begun;
    bool stopping;     /* a live source gives out what it holds and ends */
    uint64_t base;     /* where standard input stood when we were started */
    uint64_t skip;     /* decoded bytes that an earlier run consumed */
    w5_unpack *unpack; /* NULL: plain */
    w5_ahead *ahead;   /* NULL, or a thread that reads from `unpack` and `file` */
    w5_lines lines;
    char *head; /* the decoded head, at most W5_HEAD_MAX bytes */
    size_t head_len;
    char *cursor; /* of the last entry of a journal that was closed */
    void *own;    /* the kind's */
};

/* Opens slot->path (or standard input), chooses the kind and reads the head. A failure is told in
 * source.error; running out of descriptors makes the slot pending. */
void w5_slot_open(w5_slot *slot);
void w5_slot_close(w5_slot *slot);
/* Keeps why the source could not be read, or not to its end. */
void w5_slot_fail(w5_slot *slot, const w5_err *reason);

/* A w5_read from a w5_file. */
w5_rc w5_file_read(void *from, char *out, size_t room, size_t *got, w5_err *err);

#endif
