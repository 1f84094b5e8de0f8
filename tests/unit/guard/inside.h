/* inside.h -- a door that is closed stays closed, so each test does it in a child of its own. */
#ifndef W5_TESTS_GUARD_INSIDE_H
#define W5_TESTS_GUARD_INSIDE_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <why502/guard.h>

#include "check.h"

/* Runs a function in a child: its answer is 0 or the line that failed. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            dprintf(2, "%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);   \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

enum {
    ABSENT = 42
}; /* this kernel does not have it */

static inline void inside(int (*test)(void))
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(test());
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == ABSENT)
        skip();
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static inline int opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

#endif
