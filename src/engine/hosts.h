/* hosts.h -- which machine a log is of.
 *
 * Lines of syslog and the journal name their host, nginx's and gunicorn's own files do not. They
 * are of the machine that read them, unless the logs that were read beside them all name one other.
 */
#ifndef W5_ENGINE_HOSTS_H
#define W5_ENGINE_HOSTS_H

#include <why502/record.h>

/* Sets `host` of every log that our own events tell of. */
void w5_hosts_conclude(w5_stream *const *stream, size_t n);
/* Then, of the logs that this run has read itself: the one host that they name, else `machine`. If
 * it has read nothing but events of one host, that one. */
w5_str w5_hosts_own(w5_stream *const *stream, size_t n, w5_str machine);

#endif
