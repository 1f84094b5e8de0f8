/* plan.h -- the remedies of one incident while they are being put into order. */
#ifndef W5_DIAGNOSIS_PLAN_H
#define W5_DIAGNOSIS_PLAN_H

#include "remedies.h"

typedef enum w5_figure { /* of the errors, in lines: what reasons are told with */
    W5_FIGURE_NONE,
    W5_FIGURE_TIMERS,   /* nginx's own */
    W5_FIGURE_BIG,      /* headers */
    W5_FIGURE_TIMEOUTS, /* gunicorn's */
    W5_FIGURE_QUEUE,    /* full */
    W5_FIGURES
} w5_figure;

typedef struct w5_figures {
    uint64_t errors, of[W5_FIGURES];
    const w5_cell *first;
} w5_figures;

typedef struct w5_plan {
    const w5_judgement *j;
    const w5_catalogue *catalogue;
    w5_values v;
    w5_figures n;
    w5_drafts *out;
    bool documents; /* the documents' order stands */
} w5_plan;

w5_draft *w5_plan_draft(w5_plan *p, w5_str id); /* NULL: not on the list */
void w5_plan_add(w5_plan *p, w5_str id);        /* advised, behind what is advised */
bool w5_plan_lists(const w5_list *ids, w5_str id);

/* moves.c: what this incident's evidence changes in the cause's order. */
void w5_moves_make(w5_plan *p);

/* reasons.c: why a remedy would harm here, NULL when it would not; the sentences of all. */
const char *w5_reason_harm(const w5_plan *p, w5_str remedy);
void w5_reasons_say(w5_plan *p);

#endif
