/* setup.h -- from the command line to what the engine and the reports want.
 *
 * Enters options; leaves a loaded catalogue, the configuration, engine options and a view. Owns all
 * of it: one setup_free at the end. */
#ifndef W5_CLI_SETUP_H
#define W5_CLI_SETUP_H

#include "options.h"

#include <why502/engine.h>

typedef struct setup {
    w5_arena *arena;
    w5_catalogue *catalogue;
    w5_config *config;
    w5_engine_options engine;
    w5_view view;
    const w5_report *report;  /* NULL with -o events */
    const char *output_file;  /* NULL: standard output */
    const char *state_file;   /* NULL: nothing is remembered */
    int status;               /* exit status so far: configuration that could not be read */
} setup;

/* W5_EINVAL, W5_ESYNTAX: err says which option or which stanza. */
w5_rc setup_make(setup *s, const options *o, w5_err *err);
/* Reads what --config names and what was found on this host. What cannot be read is told, and kept in
 * `status`. */
void setup_config(setup *s, const options *o, const char *const *found, size_t n);
void setup_free(setup *s);
/* The catalogue alone, for explain, list and catalogue check. */
w5_rc setup_catalogue(setup *s, const options *o, w5_err *err);
w5_rc setup_view(setup *s, const options *o, w5_err *err);

#endif
