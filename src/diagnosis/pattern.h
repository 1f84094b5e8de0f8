/* pattern.h -- which picture of the two documents an incident shows (documents.md, "Patterns"). */
#ifndef W5_DIAGNOSIS_PATTERN_H
#define W5_DIAGNOSIS_PATTERN_H

#include "judge.h"

/* "cascade", "recurring-light-load", "premature-close", "connection-refused" or "". */
w5_str w5_pattern_of(const w5_judgement *j);

#endif
