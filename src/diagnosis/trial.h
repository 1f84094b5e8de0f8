/* trial.h -- the tests that theories have to stand, one function a cause.
 *
 * A test marks what its cause explains (w5_theory_explain) and shows lines. It knows the physics;
 * the catalogue knows the words: which codes the cause can explain at all, its title, its remedies.
 * A cause without a test here is weighed by its clues (clues.c). */
#ifndef W5_DIAGNOSIS_TRIAL_H
#define W5_DIAGNOSIS_TRIAL_H

#include "score.h"

/* How deep a cause lies: what the line itself says, the event behind it, the reason behind that. */
enum {
    W5_LAYER_LINE,
    W5_LAYER_EVENT,
    W5_LAYER_REASON
};

typedef struct w5_trial {
    const char *name; /* a cause's id, or its `test:` */
    int layer;
    void (*test)(const w5_case *c, w5_theory *t);
} w5_trial;

const w5_trial *w5_trial_find(w5_str name); /* NULL: by clues */

/* One list a file. */
extern const w5_trial w5_trials_lines[], w5_trials_workers[], w5_trials_outages[],
    w5_trials_database[], w5_trials_load[], w5_trials_application[], w5_trials_host[];

/* Weighs a cause without a test by the `evidence:` and `against:` lines of its stanza. */
void w5_clues_weigh(const w5_case *c, w5_theory *t);

/* gunicorn's --timeout for an upstream: as set, else as the log shows it, else 30 s (its default).
 */
typedef struct w5_timer {
    w5_time value;
    bool known; /* set, or seen; not just the default */
} w5_timer;
w5_timer w5_case_worker_timer(const w5_case *c, w5_str upstream);
/* proxy_read_timeout likewise (60 s). */
w5_timer w5_case_read_timer(const w5_case *c, w5_str upstream, w5_str path);

/* Document B's pattern: the path that failed before, time-outs raised meanwhile (*reload, or as
 * set). */
bool w5_case_recurs(const w5_case *c, w5_id *path, const w5_cell **reload);

#endif
