/* case.h -- one incident on the table: its errors, and the theories that want to explain them.
 *
 * A theory is one cause of the catalogue. Its test marks each error it explains with the kind of
 * join that ties the two together, and hands in the lines that speak for and against. How strong
 * that makes it is score.c's business. Lives in the arena handed to w5_case_new. */
#ifndef W5_DIAGNOSIS_CASE_H
#define W5_DIAGNOSIS_CASE_H

#include "databases.h"
#include "lives.h"

/* How an error is tied to its cause, weakest first. From W5_JOIN_ADDRESS on a join is structural.
 */
typedef enum w5_join {
    W5_JOIN_NONE,
    W5_JOIN_GUESS,    /* its kind fits, nothing ties it */
    W5_JOIN_TIME,     /* near in time */
    W5_JOIN_PATH,     /* near in time on the same request path, or more often than chance has it */
    W5_JOIN_ADDRESS,  /* at the address that the dead one held */
    W5_JOIN_REQUEST,  /* the same path in the same second, one to one */
    W5_JOIN_INTERVAL, /* its request's time and the cause's are the same */
    W5_JOIN_PID,      /* the process that served it */
    W5_JOIN_LINE,     /* the line itself says so */
} w5_join;

typedef struct w5_error {
    const w5_cell *cell;
    uint32_t index; /* of the cell in the timeline */
    w5_kind kind;
    double weight;         /* failed requests it stands for */
    w5_time took;          /* how long the request ran, W5_TIME_NONE when no log tells */
    const w5_cell *access; /* its line in the access log, NULL */
    bool trouble;          /* not nginx's error line, but one of another log */
    uint32_t bits; /* upstream classes it can be: its own, or, where only the access log saw it,
                      all that give its status */
} w5_error;

typedef struct w5_proof {
    const w5_cell *cell;
    uint64_t count, last_line; /* of a run of equal lines; 0: the cell's own */
    w5_role role;
    w5_claim note;
} w5_proof;

typedef struct w5_theory {
    const w5_cause *cause;
    uint8_t *join; /* [w5_case.errors] of w5_join */
    w5_proof *proof;
    size_t proofs, room;
    w5_claim summary, against;
    double doubt;          /* 0..1: what speaks against it */
    w5_confidence ceiling; /* for want of a log that could speak against it */
    w5_told_by wants;      /* that log; W5_TOLD_BYS: none */
    bool asks;             /* what lies behind it stands in that log */
    const void *anchor; /* what happened once and may explain several incidents: an outage, … */
    w5_time anchor_from, anchor_to;
    bool stuck_in_c;        /* workers that no signal reached */
    const w5_cell *culprit; /* the line that names what to change: a traceback, a query, a kill */
    /* score.c */
    double explained, structural, score;
    w5_confidence confidence;
    w5_time first; /* first error it explains */
    int layer;
} w5_theory;

typedef struct w5_case {
    const w5_known *k;
    w5_arena *arena;
    const w5_incident *incident;
    w5_error *error;
    size_t errors;
    double weight; /* of all errors */
    uint32_t seen; /* W5_BIT of the upstream classes that nginx named */
    bool blind;    /* nginx's error log told none of them */
    w5_time from, to;
    w5_time tolerance; /* stamps of whole seconds on two clocks */
    w5_theory *theory; /* those that explain something */
    size_t theories;
} w5_case;

/* Weighs nothing yet. `incident` is borrowed. */
w5_case *w5_case_new(const w5_known *k, const w5_incident *incident, w5_arena *arena);

static inline bool w5_error_is(const w5_error *e, uint32_t bits)
{
    return (e->bits & bits) != 0;
}
/* By nginx's own line, not by the status alone. */
static inline bool w5_error_says(const w5_error *e, uint32_t bits)
{
    return !e->trouble && (e->bits & bits) != 0;
}
/* The other side closed or reset the connection: a death, a restart, or a race. */
#define W5_CLOSES (W5_BIT(PREMATURE_CLOSE) | W5_BIT(RESET) | W5_BIT(BROKEN_PIPE))
/* Nobody listened. */
#define W5_ABSENT (W5_BIT(REFUSED) | W5_BIT(SOCKET_MISSING) | W5_BIT(NO_LIVE))

w5_str w5_case_code(const w5_case *c, const w5_error *e);
bool w5_case_code_is(const w5_case *c, const w5_error *e, const char *code);
/* Does the catalogue say that the theory's cause can explain such an error? */
bool w5_theory_may(const w5_case *c, const w5_theory *t, const w5_error *e);

/* Marks error i; a stronger join stands. */
void w5_theory_explain(const w5_case *c, w5_theory *t, size_t i, w5_join join);
/* Hands in a line. A note may be NULL: the line speaks for itself. The same cell twice is one. */
void w5_theory_show(const w5_case *c, w5_theory *t, const w5_cell *cell, w5_role role,
                    const w5_claim *note);
/* What speaks against it, and how loudly (0..1). The loudest sentence is kept. */
void w5_theory_doubt(w5_theory *t, double doubt, w5_claim against);
/* It cannot be more than `ceiling` while `by` is not at hand. */
void w5_theory_limit(w5_theory *t, w5_confidence ceiling, w5_told_by by);
/* That log could tell what lies behind it: named as the cause it is at most likely, as a link of a
 * chain it may be proven. */
void w5_theory_ask(w5_theory *t, w5_told_by by);
bool w5_theory_explains(const w5_theory *t, const w5_case *c);
/* The first error it explains, NULL when none. */
const w5_error *w5_theory_first(const w5_theory *t, const w5_case *c);
const w5_cell *w5_theory_cell(const w5_theory *t, const w5_case *c); /* its line */
double w5_theory_weight(const w5_theory *t, const w5_case *c);
size_t w5_theory_count(const w5_theory *t, const w5_case *c);

/* The first error at or after an instant: errors stand in time order. */
size_t w5_case_seek(const w5_case *c, w5_time at);
/* Do the times fit, stamps of whole seconds considered? */
bool w5_case_near(const w5_case *c, const w5_error *e, w5_time at, w5_time before, w5_time after);
/* The path most of the errors that a theory explains are about; 0 when there is none. */
w5_id w5_case_path(const w5_case *c, const w5_theory *t);

#endif
