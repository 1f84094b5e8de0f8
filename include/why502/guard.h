/* guard.h -- gives up every right that reading logs does not need, before the first log byte.
 *
 * Opens nothing and parses nothing. Call after all descriptors are open; threads started before are
 * bound by seccomp alone, threads started behind the door (plan.threads) by Landlock, too. A plan that
 * starts programs has no sandbox: below no_new_privs a setuid or setgid sendmail could not work. */
#ifndef W5_GUARD_H
#define W5_GUARD_H

#include <why502/base/err.h>
#include <why502/base/str.h>

typedef enum w5_guard_when { W5_GUARD_AUTO, W5_GUARD_REQUIRE, W5_GUARD_OFF } w5_guard_when;
typedef struct w5_guard_plan {
    w5_guard_when when;
    const char *const *read_below;  /* folders that may still be opened for reading (follow), NULL-ended */
    const char *const *write_below; /* state, output, NULL-ended */
    bool spawn;                     /* a process may still be started (mail, exec) */
    bool threads;                   /* threads may still be created */
    bool drop_root;                 /* become nobody when root */
} w5_guard_plan;
/* W5_OK; W5_MISS: the kernel has none of it (and `when` is auto); W5_ENOTSUP with `require`. */
w5_rc w5_guard_close(const w5_guard_plan *plan, w5_err *err);
const char *w5_guard_word(void);    /* "landlock+seccomp", "seccomp", "none: …", "off" */

/* What is tried from inside: to open a file, to connect, to start a program. */
typedef struct w5_guard_try {
    const char *what;
    bool (*succeeds)(void);
} w5_guard_try;
const w5_guard_try *w5_guard_tries(size_t *n);
w5_rc w5_guard_self_test(w5_err *err); /* W5_OK when each is refused */

#endif
