/* event.h -- records into events: which pattern of the catalogue matched, and what that makes it.
 *
 * Enters a record, leaves the same record with its class or kind and short code; named groups of
 * the pattern have become fields. Borrows everything from the record. */
#ifndef W5_EVENT_H
#define W5_EVENT_H

#include <why502/base/out.h>
#include <why502/catalogue.h>
#include <why502/record.h>

typedef struct w5_event {
    w5_record *record;
    const w5_pattern *pattern; /* NULL: understood, matched nothing ("other") */
    const w5_class *klass;     /* NULL: "other" */
    w5_str code;               /* short code of an upstream error, "" otherwise */
    bool alike;                /* nothing of the message itself became a field of the record */
    /* Records of the same format, level, errno, phase and ident are the same, whose messages begin with
     * these bytes of this one's and are longer; SIZE_MAX: the whole message decides. */
    size_t sight;
    bool floats;               /* if, besides, w5_event_floats is false for them */
} w5_event;

typedef struct w5_classifier w5_classifier;
w5_classifier *w5_classifier_new(const w5_catalogue *c);
void w5_classifier_free(w5_classifier *k);
/* W5_OK: a class or kind was found; W5_MISS: understood, of no interest. Access records become
 * `upstream-5xx` or `access` by their fields. */
w5_rc w5_event_classify(w5_classifier *k, w5_record *record, w5_event *event);
/* Could a message of this format be something else by what stands anywhere in it? */
bool w5_event_floats(w5_classifier *k, const w5_format *format, w5_str message);
/* How often an expression ran into its limits and was taken not to match: any, and a pattern's own. */
uint64_t w5_classifier_limits(const w5_classifier *k);
uint64_t w5_classifier_given_up(const w5_classifier *k, const w5_pattern *p);
/* Adds to these counts those of another classifier of the same catalogue. */
void w5_classifier_absorb(w5_classifier *k, const w5_classifier *other);

/* Answers for people: what a pasted line (or several lines of one record) is. Its record is copied into the
 * arena. W5_OK; W5_MISS when no format fits. An understood line of no interest has no class. */
w5_rc w5_event_explain_line(const w5_catalogue *c, w5_str line, w5_arena *arena, w5_event *event);

/* `why502 catalogue check`: holds a sealed catalogue against itself: links between stanzas, samples
 * against patterns, fields, codes, expressions, pages that say the same. */
typedef struct w5_complaint {
    bool mistake; /* false: only a remark */
    w5_str file;
    unsigned line;
    w5_str text;  /* lower case, no full stop */
} w5_complaint;
size_t w5_catalogue_check(const w5_catalogue *c, w5_arena *arena, const w5_complaint **all);

/* `why502 catalogue test FILE < log`: what every pattern makes of a log. */
typedef struct w5_rehearsal w5_rehearsal;
w5_rehearsal *w5_rehearsal_new(const w5_catalogue *c);
void w5_rehearsal_free(w5_rehearsal *t);
void w5_rehearsal_put(w5_rehearsal *t, w5_str bytes); /* pieces of a log, cut anywhere */
void w5_rehearsal_write(w5_rehearsal *t, w5_out *out); /* ends the log and writes counts, strangers, times */

#endif
