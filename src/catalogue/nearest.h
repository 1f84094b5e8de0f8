/* nearest.h -- which known name was meant by a mistyped one. Owns nothing. */
#ifndef W5_CATALOGUE_NEAREST_H
#define W5_CATALOGUE_NEAREST_H

#include <why502/base/str.h>

/* How many letters must be put in, taken out, changed or swapped with their neighbour to make one
 * word of the other; words are compared up to 64 bytes. */
size_t w5_distance(w5_str a, w5_str b);

/* Keeps the best name seen so far; start from w5_nearest_of. A name further away than a third of
 * the word (at least 2) is not near. */
typedef struct w5_nearest {
    w5_str word, best;
    size_t distance;
} w5_nearest;

w5_nearest w5_nearest_of(w5_str word);
void w5_nearest_try(w5_nearest *n, w5_str name);

/* For messages: "; did you mean 'x'?" or "". */
#define W5_HINT_FMT "%s%.*s%s"
#define W5_HINT_ARG(n)                                                                             \
    (n).best.len > 0 ? "; did you mean '" : "", W5_ARG((n).best), (n).best.len > 0 ? "'?" : ""

#endif
