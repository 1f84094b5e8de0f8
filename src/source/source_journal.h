/* source_journal.h -- systemd's journal, read through libsystemd.
 *
 * Each entry becomes one line: the object that `journalctl -o json` would write, with the fields
 * that record reads. */
#ifndef W5_SOURCE_JOURNAL_H
#define W5_SOURCE_JOURNAL_H

#include "kind.h"

extern const w5_source_kind w5_kind_journal;

/* What stands behind "journal:": "" everything, "kernel" the kernel's, a unit's name or a pattern
 * of names, a path (it holds a '/' or ends in ".journal"). */
w5_rc w5_journal_open(w5_slot *slot, w5_str what, w5_err *err);
/* Entries behind the one of `cursor` come next. */
w5_rc w5_journal_seek(w5_slot *slot, w5_str cursor, w5_err *err);
/* Of the last entry given out; it lives until the next block. "" before the first. */
w5_str w5_journal_cursor(const w5_slot *slot);
/* Does a file begin like a journal's? */
bool w5_journal_is(w5_str head);

#endif
