/* lines.c -- bytes of any length into blocks that end at a line end.
 *
 * Reads are W5_BLOCK_MAX bytes at the buffer's end; the piece behind the last newline is moved to
 * the front before the next read. Only bytes that no earlier call has seen are searched, so a line
 * of a megabyte is searched once, however small the pieces it comes in. */
#include "lines.h"

#include <stdlib.h>

void w5_lines_init(w5_lines *l, uint64_t offset)
{
    *l = (w5_lines){.offset = offset};
}

void w5_lines_done(w5_lines *l)
{
    free(l->buffer);
    *l = (w5_lines){.over = W5_END};
}

static void drop(w5_lines *l, size_t n)
{
    l->held -= n;
    l->clean = l->clean > n ? l->clean - n : 0;
    l->offset += n;
    if (l->held > 0)
        memmove(l->buffer, l->buffer + n, l->held);
}

/* Takes back the last block, and what is here of a line that was cut. */
static void drop_given(w5_lines *l)
{
    drop(l, l->given);
    l->given = 0;
    if (!l->skipping || l->held == 0)
        return;
    const char *end = memchr(l->buffer, '\n', l->held);
    l->skipping = !end;
    drop(l, end ? (size_t)(end + 1 - l->buffer) : l->held);
    l->clean = 0;
}

static char *room_for(w5_lines *l, size_t n)
{
    if (l->size - l->held < n) {
        size_t wanted = l->held + n;
        l->size = wanted > 2 * l->size ? wanted : 2 * l->size;
        l->buffer = w5_xrealloc(l->buffer, l->size, 1);
    }
    return l->buffer + l->held;
}

static void give(w5_lines *l, size_t n, bool cut, w5_block *block)
{
    l->given = n;
    l->skipping = cut;
    block->offset = l->offset;
    block->bytes = (w5_str){l->buffer, n};
    block->cut = cut;
}

/* Only the first line can be too long: every other one came whole in one read. */
static bool first_is_too_long(const w5_lines *l)
{
    if (l->held <= W5_LINE_MAX)
        return false;
    const char *end = memchr(l->buffer + l->clean, '\n', l->held - l->clean);
    return !end || end - l->buffer > (ptrdiff_t)W5_LINE_MAX;
}

static bool take_block(w5_lines *l, w5_block *block)
{
    if (first_is_too_long(l)) {
        give(l, W5_LINE_MAX, true, block);
        return true;
    }
    const char *last =
        l->held == l->clean ? NULL : memrchr(l->buffer + l->clean, '\n', l->held - l->clean);
    if (last)
        give(l, (size_t)(last + 1 - l->buffer), false, block);
    else
        l->clean = l->held;
    return last != NULL;
}

w5_rc w5_lines_rest(w5_lines *l, w5_block *block)
{
    drop_given(l);
    if (l->held == 0)
        return W5_MISS;
    give(l, l->held, false, block);
    return W5_OK;
}

/* The failure came with the last piece, a call before it is told. */
static w5_rc ended(const w5_lines *l, w5_err *err)
{
    if (l->over < 0 && err)
        *err = l->why;
    return l->over;
}

/* A line may have no end (/dev/zero, a file of NULs): who reads it is asked now and then whether to go
 * on. */
static bool is_tired(const w5_lines *l, size_t skipped, w5_block *block)
{
    if (!l->skipping || skipped < W5_SKIP_MAX)
        return false;
    block->offset = l->offset;
    block->bytes = W5_STR("");
    block->cut = false;
    return true;
}

w5_rc w5_lines_next(w5_lines *l, w5_read read, void *from, w5_block *block, w5_err *err)
{
    size_t skipped = 0;
    drop_given(l);
    while (!take_block(l, block)) {
        size_t got = 0;
        if (l->over == W5_OK) {
            w5_rc rc = read(from, room_for(l, W5_BLOCK_MAX), W5_BLOCK_MAX, &got, &l->why);
            if (rc == W5_WAIT)
                return rc;
            l->over = rc;
        }
        if (l->over != W5_OK)
            return w5_lines_rest(l, block) == W5_OK ? W5_OK : ended(l, err);
        l->held += got;
        if (!l->skipping)
            continue;
        drop_given(l);
        skipped += got;
        if (is_tired(l, skipped, block))
            return W5_OK;
    }
    return W5_OK;
}

w5_str w5_lines_held(const w5_lines *l)
{
    return (w5_str){l->buffer + l->given, l->held - l->given};
}

void w5_lines_prepend(w5_lines *l, w5_str piece)
{
    drop_given(l);
    room_for(l, piece.len);
    if (l->held > 0)
        memmove(l->buffer + piece.len, l->buffer, l->held);
    if (piece.len > 0)
        memcpy(l->buffer, piece.ptr, piece.len);
    l->held += piece.len;
    l->clean = 0;
    l->offset -= piece.len;
}

void w5_lines_forget(w5_lines *l)
{
    drop_given(l);
    drop(l, l->held);
}

void w5_lines_rebase(w5_lines *l, uint64_t offset)
{
    drop_given(l);
    l->offset = offset - l->held;
}

void w5_lines_shrink(w5_lines *l)
{
    drop_given(l);
    if (l->held == 0) {
        free(l->buffer);
        l->buffer = NULL;
    } else {
        l->buffer = w5_xrealloc(l->buffer, l->held, 1);
    }
    l->size = l->held;
}

uint64_t w5_lines_offset(const w5_lines *l)
{
    return l->offset + l->given;
}
