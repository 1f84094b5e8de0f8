/* identity.h -- which file is this: by device and inode, by the beginning of its text, by
 * all of it.
 *
 * Works on decoded text, so that error.log.1 and error.log.1.gz are known as one. */
#ifndef W5_SOURCE_IDENTITY_H
#define W5_SOURCE_IDENTITY_H

#include "kind.h"

/* The same in every run (a state keeps it), so not w5_str_hash, which is seeded. */
uint64_t w5_identity_hash(w5_str text);
/* Reads the head of an opened file and fills source.identity. */
void w5_identity_read(w5_slot *slot);
/* Identity of a plain file whose beginning has just been read: what stood there when it was opened may
 * have been emptied since. */
void w5_identity_take(w5_slot *slot, w5_str first);
/* Does a plain file still begin as it did when it was opened? */
bool w5_identity_holds(const w5_slot *slot);
/* Is the source the file that `was` describes? Device and inode do not matter. */
bool w5_identity_fits(const w5_slot *slot, const w5_identity *was);

typedef enum w5_sameness {
    W5_SAME_NOT,
    W5_SAME_ALL,    /* one file, or equal text */
    W5_SAME_FIRST,  /* the first is a beginning of the second */
    W5_SAME_SECOND, /* the second is a beginning of the first */
} w5_sameness;
/* Reads both as far as they agree. */
w5_sameness w5_identity_compare(const w5_slot *first, const w5_slot *second);

#endif
