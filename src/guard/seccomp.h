/* seccomp.h -- which system calls are left, for all threads of the process. */
#ifndef W5_GUARD_SECCOMP_H
#define W5_GUARD_SECCOMP_H

#include <why502/guard.h>

/* Leaves reading, memory, time and the end; what the plan adds to that. All else answers EPERM.
 * W5_OK, W5_MISS with err: not built in, or not in this kernel. */
w5_rc w5_seccomp_close(const w5_guard_plan *plan, w5_err *err);

#endif
