/* deliverable.h -- the report's way to standard output or to a file.
 *
 * A file is written beside its name and renamed when it is whole; a target that is no regular file
 * (a FIFO, /dev/stdout) is written directly. */
#ifndef W5_CLI_DELIVERABLE_H
#define W5_CLI_DELIVERABLE_H

#include <why502/base/arena.h>
#include <why502/base/out.h>

typedef struct deliverable {
    w5_out *out;
    int fd;
    int folder;            /* that the temporary file stands in; -1: it cannot be read */
    const char *path;      /* NULL: standard output */
    char temporary[4096];  /* "" when written directly */
} deliverable;

/* Opened before the sandbox closes. W5_EIO. */
w5_rc deliverable_open(deliverable *d, const char *path, w5_err *err);
/* Flushes, syncs, renames, syncs the folder: what is told afterwards as delivered lasts. A reader that went away (EPIPE) is no failure. */
w5_rc deliverable_finish(deliverable *d, w5_err *err);
/* The run was interrupted: the file keeps what it had. */
void deliverable_drop(deliverable *d);

#endif
