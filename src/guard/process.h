/* process.h -- what a process gives up of itself: its user, its capabilities, its core dump. */
#ifndef W5_GUARD_PROCESS_H
#define W5_GUARD_PROCESS_H

#include <why502/guard.h>

/* no_new_privs, no core dump, no ptrace by others; as root nobody instead (plan.drop_root), and no
 * capability but those that reading in the plan's folders and writing in a user's need. Where the
 * kernel allows no other user it stays root without capabilities. W5_EINTERNAL when root was not
 * given up or came back: then nothing may be read. */
w5_rc w5_process_close(const w5_guard_plan *plan, w5_err *err);

#endif
