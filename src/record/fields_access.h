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
    uint64_t bytes, mask; /* the literal's first eight bytes, and which of them are there */
} w5_access_step;

typedef struct w5_access_program {
    w5_str name;
    w5_access_step step[W5_ACCESS_STEPS];
    size_t steps;
    bool json;
    bool strict; /* learned from a line: a value ends at the first byte of what follows, or never */
} w5_access_program;

typedef struct w5_access_clock { /* the last $time_local of a stream and what it meant */
    char stamp[26];
    w5_time at;
} w5_access_clock;

/* Compiles `text`: what stands in nginx.conf, with or without `log_format NAME`, escape=… and quotes.
 * The program borrows from `arena`. False: it holds no variable that tells anything. */
bool w5_access_compile(w5_str name, w5_str text, w5_arena *arena, w5_access_program *p);
/* Reads a line into *r; false, and *r is not to be used, when it does not fit. */
bool w5_access_run(const w5_access_program *p, w5_access_clock *clock, w5_str line, w5_record *r);

/* Where the values of a line stood, in their order: the program of lines like it. */
typedef struct w5_access_marks {
    struct w5_access_mark {
        w5_str value;
        int variable;
    } at[W5_ACCESS_STEPS];
    size_t n;
    bool overflow;
} w5_access_marks;
void w5_access_mark_put(w5_access_marks *m, int variable, w5_str value);
/* The program of a line whose values were marked. `copy` has room for the line and lives as long. */
bool w5_access_learn(const w5_access_marks *m, w5_str line, bool json, char *copy, w5_access_program *p);

/* The variable of a name, or of a name that people use for it ("rt", "us"); -1: none. */
int w5_access_variable(w5_str name);
/* A value of a variable. False when it cannot be one. */
bool w5_access_set(w5_record *r, int variable, w5_str value);
bool w5_access_is_address(w5_str s);
/* Where a value without quotes ends: at a blank that is not inside a list ("a, b : c"). */
const char *w5_access_bare_end(const char *p, const char *end);
/* Both at once: false when the name is not known. */
bool w5_access_put(w5_record *r, w5_str name, w5_str value);
/* "20/Nov/2026:16:37:20 +0000" */
bool w5_access_time_local(w5_str s, w5_time *at);
bool w5_access_time_cached(w5_access_clock *clock, w5_str s, w5_time *at);
/* What is to be known of every access line: status, time, request; path and upstream are drawn from
 * the other fields, escapes taken off with `scratch` (may be NULL). False: something is missing. */
bool w5_access_finish(w5_record *r, bool json, w5_arena *scratch);

#endif
