#include "reader.h"

/* "Using worker: gevent" is no event, but what a time-out means depends on it. */
static bool tells_of_workers(const w5_record *r)
{
    return r->have >> W5_F_worker_class & 1;
}

void w5_reader_flow(w5_reader *r, void (*event)(void *context, const w5_event *event), bool all,
                    void *context)
{
    w5_record record;
    w5_event e;
    bool limited = w5_outside_asked(&r->outside);
    while (w5_records_take(r->records, &record) == W5_OK) {
        if (limited)
            w5_outside_see(&r->outside, &record);
        w5_rc rc = w5_event_classify(r->classifier, &record, &e);
        record.stream->records += !record.stream->told;
        record.stream->events += rc == W5_OK && !record.stream->told;
        if (rc == W5_OK || tells_of_workers(&record) || record.told.len > 0)
            w5_ledger_put(r->ledger, &e);
        if (event && (rc == W5_OK || all || record.told.len > 0))
            event(context, &e);
    }
}

void w5_reader_drop(w5_reader *r)
{
    w5_record record;
    while (w5_records_take(r->records, &record) == W5_OK)
        ;
}
