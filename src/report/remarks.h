/* remarks.h -- what was read, what was left out, and what that leaves in the dark. */
#ifndef W5_REPORT_REMARKS_H
#define W5_REPORT_REMARKS_H

#include "common.h"

#define W5_REMARKS_MAX 16

w5_str w5_show_zone_from(const w5_show *show, w5_zone_from from);
/* "3 sources, 88 412 lines, 2026-11-20 00:00:00 - 14:30:00 +09:00" */
w5_str w5_show_covered(const w5_show *show);
/* The line for a run without incidents. */
w5_str w5_show_healthy(const w5_show *show);
/* Sentences about forged, muted, folded and coarsened lines, and about clocks. Returns how many. */
size_t w5_show_remarks(const w5_show *show, w5_str remark[W5_REMARKS_MAX]);

#endif
