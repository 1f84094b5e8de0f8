/* read.h -- a text at hand into classified records, for explain, check and test. */
#ifndef W5_EVENT_READ_H
#define W5_EVENT_READ_H

#include <why502/event.h>

/* Called for each record of the text, in order; the event borrows and is gone afterwards. */
typedef void (*w5_read_seen)(void *ctx, const w5_event *event);

/* `forced` is a format id, or "" to let the content tell. */
void w5_read_text(w5_classifier *k, w5_str text, w5_str forced, w5_read_seen seen, void *ctx);

const w5_catalogue *w5_classifier_catalogue(const w5_classifier *k);

#endif
