/* put.h -- how an event gets into a ledger: what the files put*.c share.
 *
 * A line costs what its kind is worth: a look-alike a counter and a coarse cell, an access line two
 * counters in tables, an upstream error a comparison with the cell before it and a look into the
 * set of requests. Names are interned only for cells that are new. */
#ifndef W5_INCIDENT_PUT_H
#define W5_INCIDENT_PUT_H

#include "fold.h"
#include "ledger.h"

/* Counts the code of an upstream error; its answer is for w5_put_error. */
const w5_hot_code *w5_put_code(w5_ledger *l, const w5_event *e, uint64_t n);
void w5_put_error(w5_ledger *l, const w5_event *e, const w5_hot_code *code, uint16_t lane,
                  w5_time at, uint64_t n);
void w5_put_access(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n);
void w5_put_other(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at);
/* A look-alike whose like was there just now; false: it is not known where. */
bool w5_put_noise(w5_ledger *l, const w5_event *e, uint16_t lane, w5_time at, uint64_t n);

/* A row of another ledger, as our own folded events tell it (told.c). */
void w5_put_told(w5_ledger *l, const w5_event *e);

uint32_t w5_put_second(w5_time at);
w5_id w5_put_name(w5_ledger *l, w5_str s);
w5_str w5_put_kept(const w5_ledger *l, w5_id id);
/* A cell of one event: what needs no names. */
w5_cell w5_put_begin(const w5_event *e, uint16_t lane, w5_time at);
/* The draft joins its like, or becomes a cell with all that a cell has; its row. */
size_t w5_put_cell(w5_ledger *l, const w5_record *r, w5_cell *draft);
/* How many failed requests more a line of nginx tells of. */
int64_t w5_put_request(w5_ledger *l, const w5_record *r, w5_time at, w5_id upstream,
                       uint16_t place);
void w5_put_failed(w5_cell *cell, int64_t more);

#endif
