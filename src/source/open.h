/* open.h -- opening what may be somebody else's trap.
 *
 * Enters a path, leaves a descriptor that is safe to read: never blocks on a FIFO, never becomes
 * the controlling terminal, and as root is not led by a link that another user planted. */
#ifndef W5_SOURCE_OPEN_H
#define W5_SOURCE_OPEN_H

#include <sys/stat.h>

#include <why502/base/err.h>

/* W5_EIO: err.sys is the errno, ENOENT and EMFILE among them. */
w5_rc w5_open_log(const char *path, int *fd, struct stat *st, w5_err *err);
/* A descriptor of its own for standard input. */
w5_rc w5_open_stdin(int *fd, struct stat *st, w5_err *err);

#endif
