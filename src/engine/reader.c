#include "reader.h"

/* "Using worker: gevent" is no event, but what a time-out means depends on it. */
static bool tells_of_workers(const w5_record *r)
{
    return r->have >> W5_F_worker_class & 1;
}

/* --- lines of which only the number is asked --------------------------------------------------- */
static int errno_of(const w5_record *record)
{
    uint64_t n;
    return w5_str_u64(w5_record_get(record, W5_F_errno), &n) && n <= INT32_MAX ? (int)n : -1;
}

/* 0: there are too many kinds. */
static unsigned kind_number(w5_reader *r, const w5_pattern *pattern, int number)
{
    for (unsigned i = 1; i <= r->kinds; i++)
        if (r->kind[i].pattern == pattern && r->kind[i].number == number)
            return i;
    if (r->kinds + 1 == W5_BREEDS)
        return 0;
    r->kinds++;
    r->kind[r->kinds].pattern = pattern;
    r->kind[r->kinds].number = number;
    return r->kinds;
}

static w5_breed kind_of(w5_reader *r, const w5_record *record)
{
    const w5_event *e = &r->event;
    bool interesting = r->rc == W5_OK;
    if (!e->alike || tells_of_workers(record) ||
        (interesting && !w5_ledger_only_counts(r->ledger, e->klass)))
        return (w5_breed){0};
    return (w5_breed){.number = interesting ? kind_number(r, e->pattern, errno_of(record))
                                           : kind_number(r, NULL, -1),
                     .sight = e->sight,
                     .floats = e->floats,
                     .dull = !interesting && !w5_outside_asked(&r->outside)};
}

static w5_breed ask(void *context, w5_record *record)
{
    w5_reader *r = context;
    r->rc = w5_event_classify(r->classifier, record, &r->event);
    w5_breed kind = kind_of(r, record);
    r->asked = kind.number == 0;
    return kind;
}

static bool floats(void *context, const w5_format *format, w5_str message)
{
    const w5_reader *r = context;
    return w5_event_floats(r->classifier, format, message);
}

/* Where lines are counted by a limit of time, those of one second are on one side of it. */
static w5_herder herder(w5_reader *r)
{
    return (w5_herder){.ask = ask,
                       .floats = floats,
                       .context = r,
                       .span = w5_outside_asked(&r->outside) ? W5_SECOND : W5_MINUTE};
}

/* --- threads ------------------------------------------------------------------------------------ */
void w5_reader_like(w5_reader *r, const w5_reader *whole, const w5_catalogue *catalogue)
{
    *r = (w5_reader){.classifier = w5_classifier_new(catalogue),
                     .ledger = w5_ledger_new(catalogue),
                     .outside = {.since = whole->outside.since, .until = whole->outside.until}};
}

void w5_reader_end(w5_reader *r, const w5_reader *whole)
{
    w5_records_free(r->records);
    w5_classifier_absorb(whole->classifier, r->classifier);
    w5_classifier_free(r->classifier);
    w5_ledger_free(r->ledger);
    w5_outside_done(&r->outside);
}

/* --- records ------------------------------------------------------------------------------------ */
void w5_reader_flow(w5_reader *r, void (*event)(void *context, const w5_event *event), bool all,
                    void *context)
{
    w5_record record;
    bool limited = w5_outside_asked(&r->outside);
    const w5_herder counting = herder(r);
    w5_records_herd(r->records, event || all ? NULL : &counting);
    r->asked = false;
    while (w5_records_take(r->records, &record) == W5_OK) {
        uint64_t n = record.herd ? record.count : 1;
        if (limited)
            w5_outside_see(&r->outside, &record);
        if (!r->asked)
            r->rc = w5_event_classify(r->classifier, &record, &r->event);
        r->asked = false;
        record.stream->records += record.stream->told ? 0 : n;
        record.stream->events += r->rc == W5_OK && !record.stream->told ? n : 0;
        if (r->rc == W5_OK || tells_of_workers(&record) || record.told.len > 0)
            w5_ledger_put(r->ledger, &r->event);
        if (event && (r->rc == W5_OK || all || record.told.len > 0))
            event(context, &r->event);
    }
}

void w5_reader_drop(w5_reader *r)
{
    w5_record record;
    w5_records_herd(r->records, NULL);
    while (w5_records_take(r->records, &record) == W5_OK)
        ;
}
