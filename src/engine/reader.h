/* reader.h -- what one thread needs to read: lines into records, records into events, events into a
 * ledger. */
#ifndef W5_ENGINE_READER_H
#define W5_ENGINE_READER_H

#include "outside.h"
#include <why502/engine.h>

typedef struct w5_reader {
    w5_records *records;
    w5_classifier *classifier;
    w5_ledger *ledger;
    w5_outside outside;
    /* --- what the records of which only the number is asked are (w5_herder) --- */
    struct {
        const w5_pattern *pattern; /* NULL: none of interest */
        int number;                /* errno */
    } kind[W5_BREEDS];
    unsigned kinds;
    w5_event event;
    w5_rc rc;
    bool asked;                    /* the record that comes next is that of `event` */
} w5_reader;

/* Another thread's, for a part of what `whole` reads; its records are still to be made. */
void w5_reader_like(w5_reader *r, const w5_reader *whole, const w5_catalogue *catalogue);
/* Frees it; what its classifier counted is added to the whole's. */
void w5_reader_end(w5_reader *r, const w5_reader *whole);
/* Everything the record stage has ready goes into the ledger. `event` may be NULL; `all`: it is
 * called for records of no interest, too. */
void w5_reader_flow(w5_reader *r, void (*event)(void *context, const w5_event *event), bool all,
                    void *context);
/* Nothing of what the stage has ready is of interest. */
void w5_reader_drop(w5_reader *r);

#endif
