/* blind.h -- what could not be seen: logs that were not given, times they do not cover. */
#ifndef W5_DIAGNOSIS_BLIND_H
#define W5_DIAGNOSIS_BLIND_H

#include "known.h"

const w5_sentence *w5_blind_spots(const w5_known *k, size_t *n);

#endif
