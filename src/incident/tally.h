/* tally.h -- counting how often what: keys with counts, summed, then most first.
 *
 * Counts are collected into an array in the order in which they turn up; summing sorts it by key.
 */
#ifndef W5_INCIDENT_TALLY_H
#define W5_INCIDENT_TALLY_H

#include <why502/incident.h>

typedef struct w5_counts {
    struct w5_count {
        uint64_t key, n;
    } * at;
    size_t n, room;
} w5_counts;

void w5_counts_done(w5_counts *c);
void w5_counts_add(w5_counts *c, uint64_t key, uint64_t n); /* nothing when n is 0 */
/* One entry per key, in the order of keys. */
void w5_counts_sum(w5_counts *c);
/* Summed, named, most first, then by name. Keys are ids of `words`, or class indices. */
w5_tallies w5_counts_words(w5_counts *c, const w5_intern *words, w5_arena *arena);
w5_tallies w5_counts_classes(w5_counts *c, const w5_catalogue *catalogue, w5_arena *arena);
/* Keys are numbers, shown with at least three digits: statuses. */
w5_tallies w5_counts_numbers(w5_counts *c, w5_arena *arena);
/* Keys are method << 32 | path. */
size_t w5_counts_requests(w5_counts *c, const w5_intern *words, w5_arena *arena,
                          const w5_request_tally **all);

#endif
