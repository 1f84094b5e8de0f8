/* skim_layer.h -- the short way of a line behind one layer (skim_layer.c). */
#ifndef W5_RECORD_SKIM_LAYER_H
#define W5_RECORD_SKIM_LAYER_H

#include "records.h"

/* The next line of the block as a record, if it is like one that came lately. Lines on the way that
 * are understood and hold no record are counted. False: the next line is for the long way. */
bool w5_skim_layer(w5_records *r, w5_feed *feed, w5_record *out);
/* Keeps how a line behind one layer was read the long way: `w` is what the layer told, `at` its stamp
 * with its year. */
void w5_echo_learn(const w5_feed *feed, const w5_chain *chain, w5_str line, const w5_wrapped *w,
                   w5_time at);

#endif
