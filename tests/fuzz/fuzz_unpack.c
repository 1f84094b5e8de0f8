/* fuzz_unpack.c -- hostile archives through their decoders and the splitter of lines. The first
 * byte chooses in which pieces the bytes come. */
#include <stdlib.h>

#include "source/source_compressed.h"

#define ENOUGH (4u << 20) /* decoded bytes: bombs are not what is looked for here */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct bytes {
    w5_str rest;
    size_t piece;
    w5_unpack *u;
    uint64_t made;
} bytes;

static w5_rc raw(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    bytes *b = from;
    (void)err;
    *got = w5_str_head(b->rest, b->piece < room ? b->piece : room).len;
    if (*got > 0)
        memcpy(out, b->rest.ptr, *got);
    b->rest = w5_str_skip(b->rest, *got);
    return *got > 0 ? W5_OK : W5_END;
}

static w5_rc decoded(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    bytes *b = from;
    w5_rc rc = b->u ? w5_unpack_read(b->u, out, room, got, err) : raw(b, out, room, got, err);
    b->made += *got;
    return rc == W5_OK && b->made > ENOUGH ? W5_END : rc;
}

/* Blocks must end at a line end, begin where the one before it ended, and lines stay bounded. */
static void check(const w5_block *block, uint64_t end, bool last)
{
    bool whole = w5_str_ends(block->bytes, W5_STR("\n"));
    if (block->bytes.len == 0 || block->offset < end || (last && !block->cut) ||
        (!whole && block->bytes.len > W5_LINE_MAX + W5_BLOCK_MAX))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    w5_lines lines;
    w5_block block = {0};
    w5_err err;
    uint64_t end = 0;
    bool partial = false;
    bool more;
    if (size == 0)
        return 0;
    bytes b = {
        .rest = {(const char *)data + 1, size - 1},
          .piece = 1 + (size_t)data[0] * data[0]
    };
    const w5_decoder *d = w5_decoder_for(b.rest, &more);
    if (d && w5_unpack_new(d, W5_NONE, raw, &b, &b.u, &err) != W5_OK)
        return 0;
    w5_lines_init(&lines, 0);
    while (w5_lines_next(&lines, decoded, &b, &block, &err) == W5_OK) {
        check(&block, end, partial);
        end = block.offset + block.bytes.len;
        partial = !block.cut && !w5_str_ends(block.bytes, W5_STR("\n"));
    }
    w5_lines_done(&lines);
    w5_unpack_free(b.u);
    return 0;
}
