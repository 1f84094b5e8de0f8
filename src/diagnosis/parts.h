/* parts.h -- what of a fleet is missing: hosts that did not answer, events whose end did not come. */
#ifndef W5_DIAGNOSIS_PARTS_H
#define W5_DIAGNOSIS_PARTS_H

#include "known.h"

#define W5_PARTS_MAX 8 /* that are named */

/* Writes at most W5_PARTS_MAX sentences behind all[*n]. */
void w5_parts_missing(const w5_known *k, w5_sentence *all, size_t *n);

#endif
