/* clue.h -- the grammar of `evidence:` and `against:` lines (README.md, "cause"). */
#ifndef W5_CATALOGUE_CLUE_H
#define W5_CATALOGUE_CLUE_H

#include "inside.h"

/* Reads one line into *clue; W5_MISS: its class is disabled. W5_ESYNTAX with
 * file, line and mistake. */
w5_rc w5_clue_read(const w5_catalogue *c, const w5_stanza *s, const struct w5_key *key,
                   w5_clue *clue, w5_err *err);

#endif
