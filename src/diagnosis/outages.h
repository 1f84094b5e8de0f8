/* outages.h -- the times when nobody listened where somebody had: between one master and the next.
 */
#ifndef W5_DIAGNOSIS_OUTAGES_H
#define W5_DIAGNOSIS_OUTAGES_H

#include "lives.h"

/* Fills lives->outage. */
void w5_outages_find(const w5_known *k, w5_lives *lives);

#endif
