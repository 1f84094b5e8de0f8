/* compare.h -- how `--compare` is told: the verdict, and a row a path. */
#ifndef W5_REPORT_COMPARE_H
#define W5_REPORT_COMPARE_H

#include "page.h"

/* Nothing when no change was named. */
void w5_text_compare(const w5_page *page);
/* The member "compare" of the run's object. */
void w5_json_compare(w5_out *out, bool *first, const w5_run *run, const w5_view *view);
/* Its sentences one behind the other; "" when no change was named. */
w5_str w5_show_compare(const w5_show *show);

#endif
