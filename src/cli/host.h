/* host.h -- this host's own logs, for runs that were given none (spec §3.4).
 *
 * Leaves the sources and the configuration files that were found, as the user would have typed them.
 * Nothing is read but nginx's configuration, for its `error_log` and `access_log`. */
#ifndef W5_CLI_HOST_H
#define W5_CLI_HOST_H

#include "options.h"

typedef struct host {
    const char **source;
    size_t sources;
    const char **config;
    size_t configs;
    const char **unit; /* "journal:shop": they run an application server, by their unit files */
    size_t units;
    const char **denied; /* logs that are there and cannot be read */
    size_t denials;
} host;

/* Was the tool asked about this host? True also when standard input ended without a byte; then
 * that is said. Waits for standard input's first byte. */
bool host_is_meant(const options *o);
/* `everything`: nginx's logs, journals, the database's logs, configuration. Otherwise what -u and -k
 * name alone. */
void host_find(host *h, const options *o, bool everything, w5_arena *arena);
/* Tells what was found and what cannot be read. */
void host_tell(const host *h);

#endif
