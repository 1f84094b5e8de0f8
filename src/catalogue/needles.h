/* needles.h -- which of many literals stand anywhere in a text? In one pass, mostly by leaps.
 *
 * After Wu and Manber (A fast algorithm for multi-pattern searching, TR-94-17, University of
 * Arizona): a table over pairs of bytes tells how far the window may leap because no literal has
 * that pair so near its end; only where the leap is zero are literals compared. */
#ifndef W5_CATALOGUE_NEEDLES_H
#define W5_CATALOGUE_NEEDLES_H

#include <why502/base/arena.h>
#include <why502/base/str.h>

#define W5_NEEDLE_MIN 2 /* bytes; shorter literals are not for this */

typedef struct w5_needle {
    w5_str literal;
    uint16_t bit, next; /* next of the same hash, as index + 1 */
} w5_needle;

typedef struct w5_needles {
    w5_needle *needle;
    size_t n, window; /* window: length of the shortest literal */
    uint8_t leap[4096];
    uint16_t chain[256];
} w5_needles;

/* Keeps the array. Literals have at least W5_NEEDLE_MIN bytes. */
void w5_needles_build(w5_needles *set, w5_needle *needles, size_t n);
/* Sets the bit of every literal that stands in `text`. */
void w5_needles_find(const w5_needles *set, w5_str text, uint64_t *bits);
/* Whether any of them does. */
bool w5_needles_any(const w5_needles *set, w5_str text);

#endif
