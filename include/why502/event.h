/* event.h -- records into events: which pattern of the catalogue matched, and what that makes it.
 *
 * Enters a record, leaves the same record with its class or kind and short code; named groups of
 * the pattern have become fields. Borrows everything from the record. */
#ifndef W5_EVENT_H
#define W5_EVENT_H

#include <why502/catalogue.h>
#include <why502/record.h>

typedef struct w5_event {
    w5_record *record;
    const w5_pattern *pattern; /* NULL: understood, matched nothing ("other") */
    const w5_class *klass;     /* NULL: "other" */
    w5_str code;               /* short code of an upstream error, "" otherwise */
} w5_event;

typedef struct w5_classifier w5_classifier;
w5_classifier *w5_classifier_new(const w5_catalogue *c);
void w5_classifier_free(w5_classifier *k);
/* W5_OK: a class or kind was found; W5_MISS: understood, of no interest. Access records become
 * `upstream-5xx` or `access` by their fields. */
w5_rc w5_event_classify(w5_classifier *k, w5_record *record, w5_event *event);

/* Answers for people: what a pasted line is (explain). W5_MISS when no format fits. */
w5_rc w5_event_explain_line(const w5_catalogue *c, w5_str line, w5_arena *arena, w5_event *event);

#endif
