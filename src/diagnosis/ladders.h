/* ladders.h -- who must wait longer than whom, and what else is set against reason (spec §5.5). */
#ifndef W5_DIAGNOSIS_LADDERS_H
#define W5_DIAGNOSIS_LADDERS_H

#include "known.h"

const w5_rung *w5_ladder_timeouts(const w5_known *k, size_t *n);
const w5_rung *w5_ladder_keepalives(const w5_known *k, size_t *n);
const w5_sentence *w5_setup_remarks(const w5_known *k, size_t *n);

#endif
