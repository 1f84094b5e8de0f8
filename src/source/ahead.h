/* ahead.h -- a reader that reads on in a thread of its own while its bytes are being used.
 *
 * Decompressing costs more than what is done with the lines: side by side both take no longer than
 * the slower. The bytes are the same, and so is the answer at their end. */
#ifndef W5_SOURCE_AHEAD_H
#define W5_SOURCE_AHEAD_H

#include "lines.h"

typedef struct w5_ahead w5_ahead;

/* From now on only the thread calls `read`. *where is how far it has come in its own input. NULL:
 * there is no thread to be had. */
w5_ahead *w5_ahead_new(w5_read read, void *from, const uint64_t *where);
void w5_ahead_free(w5_ahead *a);
w5_rc w5_ahead_read(void *ahead, char *out, size_t room, size_t *got, w5_err *err); /* a w5_read */
/* *where, when what was given out last had been read. */
uint64_t w5_ahead_where(const w5_ahead *a);

#endif
