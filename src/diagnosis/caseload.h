/* caseload.h -- the incidents as causes see them: parted where two causes are at work, joined where
 * one is, without those that somebody muted, the worst first. */
#ifndef W5_DIAGNOSIS_CASELOAD_H
#define W5_DIAGNOSIS_CASELOAD_H

#include "judge.h"
#include "views.h"

typedef struct w5_file { /* one incident and what a first look made of it */
    w5_incident *incident;
    const w5_cause *cause;
    const void *anchor;
    const w5_cell *culprit; /* the line that names it, NULL */
    w5_fleet fleet;         /* what joined incidents of several machines */
    w5_confidence confidence;
    w5_severity severity;
    double score;
    uint64_t explains;
} w5_file;

typedef struct w5_caseload {
    w5_file *file;
    size_t n, room;
    uint64_t ignored; /* errors muted */
} w5_caseload;

/* `scratch` is rewound after each look. */
w5_caseload w5_caseload_new(const w5_known *k, w5_views *views, w5_arena *arena,
                            w5_arena *scratch);

/* ignore.c: is this error muted by an `ignore` stanza? */
bool w5_is_ignored(const w5_known *k, const w5_cell *cell);

#endif
