/* literal.h -- the bytes an expression's matches must begin with. */
#ifndef W5_CATALOGUE_LITERAL_H
#define W5_CATALOGUE_LITERAL_H

#include <why502/base/arena.h>
#include <why502/base/str.h>

/* "^WORKER TIMEOUT \(pid:(?<pid>\d+)" -> "WORKER TIMEOUT (pid:"; "" when nothing is certain. */
w5_str w5_literal_prefix(w5_str expression, w5_arena *arena);

#endif
