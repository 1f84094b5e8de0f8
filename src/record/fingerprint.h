/* fingerprint.h -- the shape of an SQL statement, so that equal queries with other values are one.
 *
 * Follows the rules that pt-query-digest documents (facts/mysql.md §2.3): comments go, literals become
 * "?", lists "(?+)", blanks are folded, letters lowered. The result lives in the arena. */
#ifndef W5_RECORD_FINGERPRINT_H
#define W5_RECORD_FINGERPRINT_H

#include <why502/base/arena.h>

w5_str w5_fingerprint(w5_arena *arena, w5_str sql);

#endif
