/* landlock.h -- the kernel's file and network rights for this thread and all it starts. */
#ifndef W5_GUARD_LANDLOCK_H
#define W5_GUARD_LANDLOCK_H

#include <why502/guard.h>

/* Leaves nothing but reading below plan->read_below and writing below plan->write_below. Needs
 * no_new_privs. W5_OK, W5_MISS with err: the kernel has none, or a container forbids it. */
w5_rc w5_landlock_close(const w5_guard_plan *plan, w5_err *err);

#endif
