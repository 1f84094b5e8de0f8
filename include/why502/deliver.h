/* deliver.h -- a small process that starts programs for one that no longer may.
 *
 * The reader of logs gives up every right before the first log byte, the right to start a program
 * too. So a courier is forked before: it reads no log, knows the commands from the command line
 * alone, and does one thing: run command number N with these bytes as its standard input. */
#ifndef W5_DELIVER_H
#define W5_DELIVER_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/time.h>

#define W5_COURIER_PATIENCE (30 * W5_SECOND) /* then the program is killed */

typedef struct w5_courier w5_courier;

/* `command`: `n` argument vectors, NULL-ended, the program's path first. NULL and *err when there can
 * be no process. Call before threads and sandbox. */
w5_courier *w5_courier_start(char *const *const *command, size_t n, w5_err *err);
/* Runs a command and waits for its end. W5_EIO: it could not be started, failed or took too long. */
w5_rc w5_courier_run(w5_courier *c, size_t command, w5_str input, w5_err *err);
/* The same in two steps, for one who has more to do than wait. One command at a time. */
w5_rc w5_courier_begin(w5_courier *c, size_t command, w5_str input, w5_err *err);
/* W5_WAIT: it has not ended within `patience`. */
w5_rc w5_courier_end(w5_courier *c, w5_time patience, w5_err *err);
void w5_courier_stop(w5_courier *c);

/* Words of a command, split on blanks, and `more` behind them (NULL-ended, may be NULL). */
char **w5_command_words(w5_arena *arena, w5_str text, const char *const *more);

#endif
