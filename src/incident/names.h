/* names.h -- the ledger's string table, with a small cache in front and a way to move out of it.
 *
 * Log lines repeat the same few names; the cache spares them the keyed hash. When strings that no
 * row uses any more fill the table, the ledger moves into a new one: every id is asked for once
 * through w5_move_id. Merging ledgers is the same move from one's table into the other's. */
#ifndef W5_INCIDENT_NAMES_H
#define W5_INCIDENT_NAMES_H

#include <why502/base/map.h>

#define W5_NAMES_CACHE 512

typedef struct w5_names {
    w5_intern *table;
    uint64_t seed;
    size_t bytes;  /* that were put in, about */
    size_t rested; /* of these were there when it was last made anew to save room */
    struct {
        const char *ptr;
        uint32_t len;
        w5_id id;
    } cache[W5_NAMES_CACHE];
} w5_names;

void w5_names_init(w5_names *names);
void w5_names_done(w5_names *names);
void w5_names_reset(w5_names *names);
w5_id w5_names_put(w5_names *names, w5_str s);
/* For long strings that hardly come twice. */
w5_id w5_names_put_text(w5_names *names, w5_str s);
bool w5_names_full(const w5_names *names); /* time to move */

typedef struct w5_move {
    const w5_intern *from;
    w5_names *to;
    w5_id *id; /* by old id; 0 = not asked for yet */
} w5_move;
void w5_move_init(w5_move *m, const w5_intern *from, w5_names *to);
void w5_move_done(w5_move *m);
w5_id w5_move_id(w5_move *m, w5_id old);

#endif
