/* process.h -- what a process gives up of itself: its user, its capabilities, its core dump. */
#ifndef W5_GUARD_PROCESS_H
#define W5_GUARD_PROCESS_H

#include <why502/guard.h>

/* no_new_privs, no core dump, no ptrace by others; as root the plan's user or, staying root, no
 * capability but to read every file. W5_EINTERNAL when root could not be dropped as asked: then
 * nothing may be read. */
w5_rc w5_process_close(const w5_guard_plan *plan, w5_err *err);

#endif
