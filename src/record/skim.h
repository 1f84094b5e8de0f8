/* skim.h -- the short way of a plain line (skim.c). */
#ifndef W5_RECORD_SKIM_H
#define W5_RECORD_SKIM_H

#include "records.h"

/* The next line of the block as a record, if it is plain. False: nothing was read, nothing counted. */
bool w5_skim(w5_records *r, w5_feed *feed, w5_record *out);

#endif
