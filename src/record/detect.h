/* detect.h -- all formats, in the order in which a line is offered to them.
 *
 * A format whose order is below W5_LOOSE has a shape no wrapped line can have and is asked before
 * layers are peeled off; the loose ones are asked last. One that takes anything is never asked first:
 * it does not become its writer's format. */
#ifndef W5_RECORD_DETECT_H
#define W5_RECORD_DETECT_H

#include <why502/record.h>

enum {
    W5_FORMATS_MAX = 64,
    W5_LOOSE = 500,
    W5_LAST = 900 /* from here on a format takes whatever nobody else wants */
};

typedef struct w5_ranks {
    const w5_format *at[W5_FORMATS_MAX]; /* by order, then by id */
    size_t n;
    size_t strict;                       /* how many stand below W5_LOOSE */
} w5_ranks;

void w5_ranks_init(w5_ranks *r);
/* Puts a format in front of all others. */
void w5_ranks_lead(w5_ranks *r, const w5_format *f);
/* Its place in the list above. */
size_t w5_ranks_find(const w5_ranks *r, const w5_format *f);

#endif
