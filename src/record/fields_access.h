/* fields_access.h -- nginx's log_format as a small program over a line.
 *
 * Enters the text of a log_format, leaves a row of steps: bytes that must stand there, then a variable
 * whose value reaches to the next such bytes. Values of variables are escaped by nginx (default: a
 * quote is \x22; json: \"), so a quote in the format ends its value; lists of upstreams hold ", " and
 * " : " themselves. */
#ifndef W5_RECORD_FIELDS_ACCESS_H
#define W5_RECORD_FIELDS_ACCESS_H

#include <why502/record.h>

enum {
    W5_ACCESS_STEPS = 96
};

typedef struct w5_access_step {
    w5_str literal;  /* before the value */
    int variable;    /* place in the table of variables, -1: a value nobody asks for */
    bool more;       /* a variable follows (the last step may be a literal alone) */
} w5_access_step;

typedef struct w5_access_program {
    w5_str name;
    w5_access_step step[W5_ACCESS_STEPS];
    size_t steps;
    bool json;
} w5_access_program;

/* Compiles `text`: what stands in nginx.conf, with or without `log_format NAME`, escape=… and quotes.
 * The program borrows from `arena`. False: it holds no variable that tells anything. */
bool w5_access_compile(w5_str name, w5_str text, w5_arena *arena, w5_access_program *p);
/* Reads a line into *r; false, and *r is not to be used, when it does not fit. */
bool w5_access_run(const w5_access_program *p, w5_str line, w5_record *r);

/* A value under its variable's name, or under a name people use for it ("rt", "us"). False when the
 * name is not known, or the value cannot be one of that variable. */
bool w5_access_put(w5_record *r, w5_str name, w5_str value);
/* "20/Nov/2026:16:37:20 +0000" */
bool w5_access_time_local(w5_str s, w5_time *at);
/* What is to be known of every access line: status, time, request; path and upstream are drawn from
 * the other fields, escapes taken off with `scratch` (may be NULL). False: something is missing. */
bool w5_access_finish(w5_record *r, bool json, w5_arena *scratch);

#endif
