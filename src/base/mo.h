/* mo.h -- gettext's binary catalogue, read in place. */
#ifndef W5_BASE_MO_H
#define W5_BASE_MO_H

#include <why502/base/str.h>

/* What stands for `english` in the catalogue: the whole entry, closed by a NUL behind its end; the
 * forms of a text with a plural stand in it one behind the other with a NUL between, and it is
 * found by its singular. W5_NONE when there is none, also when `mo` is empty. The catalogue must
 * be one that msgfmt wrote (it is part of the program, not input). */
w5_str w5_mo_find(w5_str mo, w5_str english);

#endif
