/* text.h -- the parts of the text report. */
#ifndef W5_REPORT_TEXT_H
#define W5_REPORT_TEXT_H

#include "facts.h"
#include "lanes.h"
#include "page.h"
#include "remarks.h"

void w5_text_incident(const w5_page *page, size_t number, const w5_diagnosis *d);
void w5_text_lanes(const w5_page *page, const w5_diagnosis *d);
void w5_text_advice(const w5_page *page, const w5_diagnosis *d);

#endif
