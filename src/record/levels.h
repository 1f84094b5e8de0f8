/* levels.h -- the words programs use for severity, in nginx's: one vocabulary for all records. */
#ifndef W5_RECORD_LEVELS_H
#define W5_RECORD_LEVELS_H

#include <why502/base/str.h>

/* "CRITICAL", "WARN", "fatal", "SEVERE", … -> "crit", "warn", "crit", "error"; "" when it is none.
 */
w5_str w5_level_word(w5_str word);
/* The same for a word at the front of *s that letters do not go on behind; takes it off. */
w5_str w5_level_take(w5_str *s);
/* error or worse. */
bool w5_level_bad(w5_str level);

#endif
