/* river.h -- what the targets share that let the whole river run: a catalogue, an engine, a folder
 * in memory. */
#ifndef W5_TESTS_RIVER_H
#define W5_TESTS_RIVER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <why502/engine.h>

#include "demand.h"

/* The built-in knowledge, read once: it is the same for every input. */
static inline const w5_catalogue *river_catalogue(void)
{
    static w5_catalogue *c;
    if (!c) {
        c = w5_catalogue_new(w5_arena_new());
        DEMAND(w5_catalogue_load_builtin(c, NULL) == W5_OK);
        DEMAND(w5_catalogue_seal(c, NULL) == W5_OK);
    }
    return c;
}

static inline w5_engine *river_begin(w5_engine_options options)
{
    options.host = W5_STR("host");
    options.jobs = options.jobs ? options.jobs : 1;
    return w5_engine_new(river_catalogue(), NULL, &options);
}

/* A path below a folder of this process, in memory where there is such a place. */
static inline const char *river_path(char buf[64], const char *name)
{
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(buf, 64, "%s/w5-fuzz-%d-%s", root, (int)getpid(), name);
    return buf;
}

/* The report of a run with what may differ between two runs taken out. */
static inline w5_out *river_told(w5_engine *e, const char *format)
{
    w5_run run = *w5_engine_run(e);
    w5_view view = {.width = 80, .top = 10, .redact = W5_REDACT_SECRETS};
    w5_out *out = w5_out_memory();
    run.generated_at = 0;
    w5_report_find(w5_str_of(format))->write(&run, &view, out);
    return out;
}

static inline void river_equal(const w5_out *a, const w5_out *b)
{
    w5_str one = w5_out_bytes(a), two = w5_out_bytes(b);
    if (w5_str_eq(one, two))
        return;
    fprintf(stderr, "--- one\n%.*s\n--- other\n%.*s\n", W5_ARG(one), W5_ARG(two));
    abort();
}

#endif
