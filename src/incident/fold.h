/* fold.h -- what of an event becomes part of a cell: slices brought to one shape, numbers read.
 *
 * Everything borrows from the record. */
#ifndef W5_INCIDENT_FOLD_H
#define W5_INCIDENT_FOLD_H

#include <why502/incident.h>

#define W5_EXCERPT_MAX 400
#define W5_NAME_MAX    256 /* longer names are cut: they are hostile or of no use in a table */
#define W5_SLOW        (5 * W5_SECOND) /* an answered request this long is kept as a cell */

/* "http://127.0.0.1:8000/p?q" -> "127.0.0.1:8000", "http://unix:/run/g.sock:/p" ->
 * "unix:/run/g.sock", "http://backend/p" -> "backend". Names already in that shape stay. */
w5_str w5_fold_upstream(w5_str text);
/* The last peer of $upstream_addr: "A, B : C" -> "C"; "-" when none was tried. */
w5_str w5_fold_last_peer(w5_str list);
/* Method, and path without its query, of a record. */
typedef struct w5_target {
    w5_str method, path;
} w5_target;
w5_target w5_fold_target(const w5_record *r);
/* Final status, 0 when there is none. */
unsigned w5_fold_status(const w5_record *r);
/* Is one access line worth a cell: failed, aborted, retried, or slow? */
bool w5_fold_notable(const w5_record *r, unsigned status, int64_t duration);
/* Numbers and times of a cell; ids are left 0. */
void w5_fold_numbers(const w5_record *r, w5_cell *cell);
w5_str w5_fold_what(const w5_record *r);
w5_str w5_fold_where(const w5_record *r);
/* Seconds east of UTC in the stamp that the line was written with, INT_MIN when it is not found. */
int w5_fold_offset(const w5_record *r);
w5_str w5_fold_cut(w5_str s, size_t most);

#endif
