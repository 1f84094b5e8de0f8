/* html.h -- the parts of the HTML report.
 *
 * Foreign text leaves through w5_html_text only, and stands in element content or in no attribute
 * at all: ids, classes and numbers are ours. No style attributes: the policy names one style by
 * hash. */
#ifndef W5_REPORT_HTML_H
#define W5_REPORT_HTML_H

#include "facts.h"
#include "lanes.h"
#include "remarks.h"

typedef struct w5_html {
    const w5_show *show;
    w5_out *out;
    bool charts; /* false: in a mail, whose readers draw no SVG */
} w5_html;

void w5_html_text(const w5_html *h, w5_str text);
/* <tag class="klass">text</tag>; klass may be NULL. Nothing when the text is empty. */
void w5_html_element(const w5_html *h, const char *tag, const char *klass, w5_str text);
void w5_html_begin(const w5_html *h, const char *tag, const char *klass);
/* One block that is selected as a whole; empty ones are left out. */
void w5_html_commands(const w5_html *h, const w5_str *command, size_t n);
/* A sentence of the diagnosis, the lines it rests on linked. */
void w5_html_sentence(const w5_html *h, size_t number, const w5_diagnosis *d, const w5_sentence *s);
/* A paragraph of it, nothing when it has no words. */
void w5_html_said(const w5_html *h, size_t number, const w5_diagnosis *d, const w5_sentence *s);

void w5_html_incident(const w5_html *h, size_t number, const w5_diagnosis *d);
void w5_html_advice(const w5_html *h, size_t number, const w5_diagnosis *d);

/* Charts: x in per cent, so that they fit every width; y in pixels. */
void w5_html_percent(w5_out *out, const char *name, uint64_t part,
                     uint64_t whole); /* name="12.34%" */
void w5_html_lanes(const w5_html *h, const w5_diagnosis *d);
void w5_html_durations(const w5_html *h, const w5_diagnosis *d);
void w5_html_requests(const w5_html *h, const w5_incident *in);
void w5_html_sources(const w5_html *h);
void w5_html_ladder(const w5_html *h, const char *title, const w5_rung *rung, size_t n);

/* The whole page. */
void w5_html_page(const w5_html *h);

#endif
