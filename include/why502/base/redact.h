/* redact.h -- takes secrets out of log text before it is shown.
 *
 * Enters a slice of log text, leaves a slice in the arena (or the same slice when nothing had to
 * go). W5_REDACT_SECRETS: query-string values, tokens, cookies, passwords, e-mail addresses,
 * card-like numbers, literals in SQL. W5_REDACT_ALL: client addresses too, as stable pseudonyms
 * ("client-1a2b", the same for the same address and run). */
#ifndef W5_BASE_REDACT_H
#define W5_BASE_REDACT_H

#include <why502/base/arena.h>
#include <why502/base/str.h>

typedef enum w5_redaction {
    W5_REDACT_SECRETS,
    W5_REDACT_ALL,
    W5_REDACT_NONE
} w5_redaction;
w5_str w5_redact(w5_arena *scratch, w5_str text, w5_redaction what);
w5_str w5_redact_client(w5_arena *scratch, w5_str address, w5_redaction what);

#endif
