/* say.h -- the one place that talks to standard error. */
#ifndef W5_CLI_SAY_H
#define W5_CLI_SAY_H

#include <why502/base/err.h>
#include <why502/base/str.h>

/* "why502: …" and a line end; the words are ours, foreign bytes pass through say_quoted first. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "why502: SUBJECT: text of the failure", the subject escaped for a terminal. */
void say_failure(w5_str subject, const w5_err *err);

/* Exit statuses of spec §2. */
enum { EXIT_FINE = 0, EXIT_INCIDENT = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_OUTPUT = 4,
       EXIT_INTERNAL = 70, EXIT_BUSY = 75,
       EXIT_SIGNAL = 128 /* and the signal's number */ };
/* The one that counts where both hold: a signal's, 2, 70, 75, 4, 3, 1, 0 in this order. */
int exit_worse(int a, int b);
int exit_of(w5_rc rc);

#endif
