/* continuation.h -- does a new file begin with the other half of a line that an old one began? */
#ifndef W5_SOURCE_CONTINUATION_H
#define W5_SOURCE_CONTINUATION_H

#include <why502/base/str.h>

/* `piece`: the unfinished line; `next`: the first bytes behind it; `sample`: the beginning of an
 * earlier whole line, "" when there was none. Judges by the shape of beginnings alone. */
bool w5_continues(w5_str piece, w5_str next, w5_str sample);

#endif
