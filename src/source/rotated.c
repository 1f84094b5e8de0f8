/* rotated.c -- where the rest of a file went that an earlier run read in part.
 *
 * Rotation leaves it in its folder as NAME.1 or NAME-20261120, perhaps packed meanwhile, perhaps
 * one place further on. Its inode tells while it is the same file; after gzip or copytruncate only
 * its text does. Those written after it were rotated after it: nobody has read them yet. */
#include "rotated.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"
#include "identity.h"

/* A file opened just to see whose text it holds. */
static bool holds_text_of(w5_str path, const w5_identity *was, uint64_t offset)
{
    w5_shared alone = {
        .options = {.since = W5_TIME_NONE, .until = W5_TIME_NONE}
    };
    w5_slot slot = {.shared = &alone, .file = {.fd = -1}, .path = path.ptr};
    slot.source.name = path;
    w5_slot_open(&slot);
    bool plain = slot.source.compression.len == 0;
    bool same_file =
        slot.source.identity.device == was->device && slot.source.identity.inode == was->inode;
    bool fits = slot.source.error.code == W5_OK && w5_identity_fits(&slot, was) &&
                (!plain || slot.source.size >= offset);
    if (was->fingerprinted == 0 && same_file) /* empty then: only its inode can tell */
        fits = slot.source.error.code == W5_OK;
    w5_slot_close(&slot);
    free(slot.head);
    return fits;
}

w5_rc w5_rotated_find(w5_arena *arena, const char *log, const w5_identity *was, uint64_t offset,
                      w5_rotated *found)
{
    const w5_str *path;
    size_t count;
    if (w5_folder_rotations(arena, log, &path, &count) != W5_OK)
        return W5_MISS;
    for (size_t i = count; i-- > 0;)
        if (holds_text_of(path[i], was, offset)) {
            *found = (w5_rotated){path + i, count - i};
            return W5_OK;
        }
    return W5_MISS;
}
