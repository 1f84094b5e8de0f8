/* skim_entry.h -- the short way of a record of several lines (skim_entry.c). */
#ifndef W5_RECORD_SKIM_ENTRY_H
#define W5_RECORD_SKIM_ENTRY_H

#include "records.h"

/* The next lines of the block as one record, if they are one as a whole; a record that waited for its end
 * goes into the queue before. False: no line was read, none counted. */
bool w5_skim_entry(w5_records *r, w5_feed *feed, w5_record *out);

#endif
