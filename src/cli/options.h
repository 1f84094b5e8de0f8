/* options.h -- the command line as given.
 *
 * Enters argv; leaves, per option of options.def, how often it was given and with what values, and the
 * operands in order. Values are argv's own strings. What they mean is read where they are used. */
#ifndef W5_CLI_OPTIONS_H
#define W5_CLI_OPTIONS_H

#include <why502/base/arena.h>
#include <why502/base/err.h>

typedef enum option_id {
#define X(id, letter, name, argument, group, help) OPT_##id,
#include "options.def"
#undef X
    OPTIONS
} option_id;

typedef struct options {
    unsigned given[OPTIONS];
    const char **value[OPTIONS]; /* the last one given is value[id][given[id] - 1] */
    const char **operand;
    size_t operands;
} options;

/* W5_EINVAL: an unknown option (the nearest is named), a missing or a superfluous argument. */
w5_rc options_read(options *o, int argc, char **argv, w5_arena *arena, w5_err *err);
/* The last value given, or `otherwise`. */
const char *options_last(const options *o, option_id id, const char *otherwise);
/* --help. */
void options_help(void);
/* The candidate nearest to `word` by edits; NULL when none is near. */
const char *options_nearest(const char *word, const char *const *candidates, size_t n);

#endif
