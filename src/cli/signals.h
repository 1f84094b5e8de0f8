/* signals.h -- the signals that end us, as a flag.
 *
 * A handler may do next to nothing; the loops ask the flag. The second signal of a kind finds the
 * default action again, so that nobody is held by a loop that does not ask. */
#ifndef W5_CLI_SIGNALS_H
#define W5_CLI_SIGNALS_H

/* Watches SIGINT, SIGTERM and SIGHUP. System calls that wait are interrupted, not restarted. */
void signals_watch(void);
/* The signal that came, 0: none. */
int signals_came(void);

#endif
