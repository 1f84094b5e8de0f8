/* source_follow.h -- what a followed source tells the list about the files it holds. */
#ifndef W5_SOURCE_FOLLOW_H
#define W5_SOURCE_FOLLOW_H

#include <sys/stat.h>

#include "kind.h"

/* News from inotify: there may be more to read; the name may mean another file. */
void w5_follow_hint(w5_slot *slot, bool name);
/* A file that stood under the name before, read up to `at`: it is read on from there. Takes the
 * descriptor. Call it before the source is asked for blocks, the oldest first. */
void w5_follow_elder(w5_slot *slot, int fd, uint64_t at);
/* Is the file open in one of the generations of a followed source? */
bool w5_follow_holds(const w5_slot *slot, const struct stat *st);
/* Does one of them begin with this text? Then a packed file that does is its copy. */
bool w5_follow_reads(const w5_slot *slot, w5_str head);
/* Was the text of this file followed already? `fd` is open on it. *read is the place up to which it
 * was, 0 if it is not known. */
bool w5_follow_retired(const w5_shared *shared, int fd, const struct stat *st, uint64_t *read);

#endif
