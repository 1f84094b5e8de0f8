/* fingerprint.h -- the shape of an SQL statement, so that equal queries with other values are one.
 *
 * Follows the rules that pt-query-digest documents (facts/mysql.md §2.3): comments go, literals become
 * "?", lists "(?+)", blanks are folded, letters lowered. The result lives in the arena. */
#ifndef W5_RECORD_FINGERPRINT_H
#define W5_RECORD_FINGERPRINT_H

#include <why502/base/arena.h>

w5_str w5_fingerprint(w5_arena *arena, w5_str sql);

/* Statements whose fingerprints are known: one that differs from them in its numbers and strings only
 * need not be read a second time. */
typedef struct w5_fingerprints w5_fingerprints;
w5_fingerprints *w5_fingerprints_new(void);
void w5_fingerprints_free(w5_fingerprints *known);
/* The same answer as w5_fingerprint. */
w5_str w5_fingerprint_known(w5_fingerprints *known, w5_arena *arena, w5_str sql);

#endif
