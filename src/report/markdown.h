/* markdown.h -- the parts of the Markdown report.
 *
 * GitHub's dialect. Our own words stand as they are; foreign text stands in code spans, or with
 * every special back-slashed, so that nothing from a log becomes a link, an image, a heading or a
 * mention. */
#ifndef W5_REPORT_MARKDOWN_H
#define W5_REPORT_MARKDOWN_H

#include "facts.h"
#include "lanes.h"
#include "remarks.h"

typedef struct w5_md {
    const w5_show *show;
    w5_out *out;
} w5_md;

void w5_md_text(const w5_md *m, w5_str text);      /* prose that may hold foreign text */
void w5_md_code(const w5_md *m, w5_str text);      /* a code span; nothing when empty */
void w5_md_own(const w5_md *m, const char *words); /* translated already */
void w5_md_heading(const w5_md *m, unsigned level, w5_str text);
void w5_md_command(const w5_md *m, const char *indent, w5_str command);
void w5_md_sentence(const w5_md *m, const w5_diagnosis *d, const w5_sentence *s);
void w5_md_incident(const w5_md *m, size_t number, const w5_diagnosis *d);
void w5_md_advice(const w5_md *m, const w5_diagnosis *d);

#endif
