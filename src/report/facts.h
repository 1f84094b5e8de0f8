/* facts.h -- what is to be told of an incident, in words, whatever the report.
 *
 * Texts are raw: redacted and translated, not yet escaped. */
#ifndef W5_REPORT_FACTS_H
#define W5_REPORT_FACTS_H

#include "common.h"

w5_str w5_fact_severity(const w5_show *show, w5_severity s);
/* "127.0.0.1:8000 +2": the upstream, and how many more. */
w5_str w5_fact_where(const w5_show *show, const w5_incident *in);
/* "nobody listened on the upstream's address: /ok 48, / 32" */
w5_str w5_fact_code(const w5_show *show, const w5_incident *in, w5_str code);
w5_str w5_fact_kind(const w5_show *show, w5_str kind); /* its title */
/* "106 x 502, 7 x 200" */
w5_str w5_fact_tallies(const w5_show *show, w5_tallies t, size_t top);
/* "106 requests failed; clients saw 106 x 502" */
w5_str w5_fact_requests(const w5_show *show, const w5_incident *in);
/* "Do first: Start the application again.": of what is advised the first; "" when nothing is. */
w5_str w5_fact_first(const w5_show *show, const w5_diagnosis *d);
w5_str w5_fact_ending(const w5_show *show, const w5_incident *in); /* "NOT over" */
/* "app-down, proven, explains 105 of 106" */
w5_str w5_fact_finding(const w5_show *show, const w5_diagnosis *d, const w5_finding *f);
/* "9 x connection-reset on 127.0.0.1:8001, …: keepalive-race, possible." */
w5_str w5_fact_background(const w5_show *show, const struct w5_background_finding *b);
/* Takes the full stop off the end: the lines that a sentence rests on stand before it. */
w5_str w5_fact_stop(w5_str *text);
/* A sentence with the lines it rests on. */
w5_str w5_fact_sentence(const w5_show *show, const w5_diagnosis *d, const w5_sentence *s);
/* Several, as one; what rests on the same lines as the one before it does not say so again. */
w5_str w5_fact_sentences(const w5_show *show, const w5_diagnosis *d, const w5_sentence *s,
                         size_t n);
/* What a line of the evidence says, how often, without its note. */
w5_str w5_fact_evidence(const w5_show *show, const w5_evidence *ev);
/* Marks the most telling lines, at most `most` of them; returns how many. */
size_t w5_fact_choose(const w5_diagnosis *d, size_t most, bool *chosen);
/* Are the chosen lines all of the day on which the incident began? */
bool w5_fact_one_day(const w5_show *show, const w5_diagnosis *d, const bool *chosen);
/* A rung of a ladder: "30 s  gunicorn.service:9"; where it is set. */
w5_str w5_fact_rung(const w5_show *show, const w5_rung *r);
w5_str w5_fact_rung_place(const w5_show *show, const w5_rung *r);

#endif
