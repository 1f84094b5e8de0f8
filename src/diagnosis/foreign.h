/* foreign.h -- what was given and cannot be read: logs of other programs, files that are no text. */
#ifndef W5_DIAGNOSIS_FOREIGN_H
#define W5_DIAGNOSIS_FOREIGN_H

#include "known.h"

#define W5_FOREIGN_MAX 4 /* sources that are named */

/* Writes at most W5_FOREIGN_MAX sentences behind all[*n]. */
void w5_foreign_sources(const w5_known *k, w5_sentence *all, size_t *n);

#endif
