/* repeats.h -- incidents that call for the same as an earlier one: same upstream, cause, confidence
 * and remedies, and over. Ten time-outs of one page on one day are read once, not ten times. */
#ifndef W5_REPORT_REPEATS_H
#define W5_REPORT_REPEATS_H

#include <why502/diagnosis.h>

/* The index of the first incident that the i-th repeats; i when it repeats none. */
size_t w5_repeat_of(const w5_findings *f, size_t i);

typedef struct w5_repeats {
    size_t n, last; /* how many; the index of the last */
    w5_time from, to;
    uint64_t requests_failed;
} w5_repeats;

/* Those among the first `told` incidents that repeat `first`. */
w5_repeats w5_repeats_of(const w5_findings *f, size_t first, size_t told);

#endif
