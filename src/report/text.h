/* text.h -- the parts of the text report. */
#ifndef W5_REPORT_TEXT_H
#define W5_REPORT_TEXT_H

#include "facts.h"
#include "lanes.h"
#include "page.h"
#include "remarks.h"

void w5_text_incident(const w5_page *page, size_t number, const w5_diagnosis *d);
/* One that calls for the same as number `first`: when, how many, its lines. */
void w5_text_repeat(const w5_page *page, size_t number, size_t first, const w5_diagnosis *d);
void w5_text_lanes(const w5_page *page, const w5_diagnosis *d);
void w5_text_advice(const w5_page *page, const w5_diagnosis *d);

#endif
