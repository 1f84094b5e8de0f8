/* source_file.c -- a regular file, plain or compressed, read once from front to end.
 *
 * Reads are positioned (pread), so that several readers may share the descriptor: threads, the
 * comparison of duplicates, the look at the head. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "identity.h"

enum {
    WORTH_A_THREAD = 64 << 10 /* compressed bytes */
};

w5_rc w5_file_read(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    w5_file *file = from;
    ssize_t n;
    do
        n = pread(file->fd, out, room, (off_t)file->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return w5_fail(err, W5_EIO, errno, "reading stopped");
    *got = (size_t)n;
    file->at += (uint64_t)n;
    return n == 0 ? W5_END : W5_OK;
}

static w5_rc read_slot(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    w5_slot *slot = from;
    if (slot->ahead)
        return w5_ahead_read(slot->ahead, out, room, got, err);
    return slot->unpack ? w5_unpack_read(slot->unpack, out, room, got, err)
                        : w5_file_read(&slot->file, out, room, got, err);
}

/* Decoded bytes that an earlier run consumed, of a source that cannot seek. */
static w5_rc pass_over(w5_slot *slot, w5_err *err)
{
    static const size_t piece = W5_BLOCK_MAX;
    char *bin = w5_xmalloc(piece);
    w5_rc rc = W5_OK;
    uint64_t left = slot->skip;
    while (left > 0 && rc == W5_OK) {
        size_t got = 0;
        rc = read_slot(slot, bin, left < piece ? (size_t)left : piece, &got, err);
        left -= got;
    }
    free(bin);
    return rc;
}

/* What is read once is read in order, and the kernel may read ahead as far as it likes. Pages are
 * left in the cache: they may be the web server's own. */
static w5_rc begin(w5_slot *slot, w5_err *err)
{
    slot->begun = true;
    posix_fadvise(slot->file.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    w5_lines_init(&slot->lines, slot->skip);
    if (slot->unpack && slot->shared->options.ahead && slot->source.size >= WORTH_A_THREAD)
        slot->ahead = w5_ahead_new(w5_unpack_read, slot->unpack, &slot->file.at);
    if (slot->unpack)
        return pass_over(slot, err);
    slot->file.at = slot->base + slot->skip;
    return W5_OK;
}

/* The first block of a log that may be emptied at any time: was it read of the text that was opened? If
 * not, what stood before the place where the last run stopped is gone, and the file begins anew. */
static w5_rc settle(w5_slot *slot, w5_block *block, w5_err *err)
{
    w5_rc rc = W5_OK;
    if (slot->skip > 0 && !w5_identity_holds(slot)) {
        slot->skip = 0;
        w5_lines_done(&slot->lines);
        w5_lines_init(&slot->lines, 0);
        slot->file.at = slot->base;
        rc = w5_lines_next(&slot->lines, read_slot, slot, block, err);
    }
    if (rc == W5_OK && slot->skip == 0)
        w5_identity_take(slot, block->bytes);
    return rc;
}

static w5_rc next(w5_slot *slot, w5_block *block, w5_err *err)
{
    bool first = !slot->begun;
    w5_rc rc = first ? begin(slot, err) : W5_OK;
    if (rc == W5_OK)
        rc = w5_lines_next(&slot->lines, read_slot, slot, block, err);
    if (rc == W5_OK && first && !slot->unpack && slot->head)
        rc = settle(slot, block, err);
    slot->source.bytes = w5_lines_offset(&slot->lines) - slot->skip;
    slot->source.consumed = slot->ahead    ? w5_ahead_where(slot->ahead)
                            : slot->unpack ? slot->file.at
                                           : slot->source.bytes + slot->skip;
    return rc;
}

const w5_source_kind w5_kind_file = {.name = W5_LIT("file"), .next = next};
