/* lines.h -- bytes of any length into blocks that end at a line end.
 *
 * Enters whatever a reader puts into the buffer; leaves blocks of whole lines. What stands behind
 * the last newline waits for its rest. A line longer than W5_LINE_MAX is given out cut there and
 * skipped to its newline, so that memory stays below W5_LINE_MAX + W5_BLOCK_MAX whatever comes.
 * Owns its buffer; a block is valid until the next call. */
#ifndef W5_SOURCE_LINES_H
#define W5_SOURCE_LINES_H

#include <why502/source.h>

/* Puts at most `room` bytes at `out`. W5_OK (*got > 0), W5_WAIT, W5_END, or a failure. */
typedef w5_rc (*w5_read)(void *from, char *out, size_t room, size_t *got, w5_err *err);

typedef struct w5_lines {
    char *buffer;
    size_t size;
    size_t held;     /* bytes in the buffer */
    size_t given;    /* of them, at the front: the last block, dropped by the next call */
    size_t clean;    /* bytes at the front known to hold no newline */
    uint64_t offset; /* of buffer[0] in the decoded stream */
    bool skipping;   /* inside the rest of a line that was cut */
    w5_rc over;      /* W5_END or the failure that ended the reader, W5_OK before */
    w5_err why;      /* of a failure */
} w5_lines;

void w5_lines_init(w5_lines *l, uint64_t offset);
void w5_lines_done(w5_lines *l);
/* Of the rest of a line that was cut, as much is skipped at once. */
#define W5_SKIP_MAX (16u << 20)

/* The next block: offset, bytes and cut of *block are set; an empty one while the rest of a line
 * that was cut is skipped. W5_OK, W5_WAIT, W5_END or the reader's
 * failure, the latter two after the last piece of a line was given out. */
w5_rc w5_lines_next(w5_lines *l, w5_read read, void *from, w5_block *block, w5_err *err);
/* The piece of a line that still waits for its newline: W5_OK, or W5_MISS when there is none. */
w5_rc w5_lines_rest(w5_lines *l, w5_block *block);
/* The same without giving it out. */
w5_str w5_lines_held(const w5_lines *l);
/* Puts bytes in front of what will be read: the piece of a line that another file began. */
void w5_lines_prepend(w5_lines *l, w5_str piece);
/* Drops the piece: it was moved elsewhere. */
void w5_lines_forget(w5_lines *l);
/* The bytes that come next stand at `offset`: their file was written anew. */
void w5_lines_rebase(w5_lines *l, uint64_t offset);
/* Gives the buffer back while nothing comes; a piece that waits is kept. */
void w5_lines_shrink(w5_lines *l);
/* Where the next block will begin. */
uint64_t w5_lines_offset(const w5_lines *l);

#endif
