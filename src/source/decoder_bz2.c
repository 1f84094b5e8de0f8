/* decoder_bz2.c -- bzip2 with libbz2. Its blocks are at most 900 kB by definition. */
#include <stdlib.h>

#include <why502/base/arena.h>

#include "decoder.h"

/* "BZh", the size of a block, and the mark of a block (pi) or of an empty stream's end (its root):
 * three letters alone would take a line of text for an archive. */
static w5_sniff sniff(w5_str head)
{
    w5_sniff start = w5_magic(w5_str_head(head, 3), W5_STR("BZh"));
    if (start != W5_SNIFF_YES || head.len < 4)
        return start == W5_SNIFF_YES ? W5_SNIFF_MORE : start;
    if (head.ptr[3] < '1' || head.ptr[3] > '9')
        return W5_SNIFF_NO;
    w5_sniff block = w5_magic(w5_str_skip(head, 4), W5_STR("\x31\x41\x59\x26\x53\x59"));
    w5_sniff empty = w5_magic(w5_str_skip(head, 4), W5_STR("\x17\x72\x45\x38\x50\x90"));
    return block > empty ? block : empty;
}

#if W5_HAVE_BZ2
#include <bzlib.h>

static w5_rc begin(void **state, w5_err *err)
{
    bz_stream *z = w5_xmalloc(sizeof *z);
    *z = (bz_stream){0};
    if (BZ2_bzDecompressInit(z, 0, 0) != BZ_OK) {
        free(z);
        return w5_fail(err, W5_ELIMIT, 0, "no memory for the bzip2 decoder");
    }
    *state = z;
    return W5_OK;
}

static unsigned clamp(size_t n)
{
    return n > (1u << 30) ? 1u << 30 : (unsigned)n;
}

static w5_rc decode(void *state, w5_str *in, char *out, size_t room, size_t *made, w5_err *err)
{
    bz_stream *z = state;
    unsigned offered = clamp(in->len);
    unsigned space = clamp(room);
    memcpy(&z->next_in, &in->ptr, sizeof in->ptr); /* only read, but its type does not say so */
    z->avail_in = offered;
    z->next_out = out;
    z->avail_out = space;
    int rc = BZ2_bzDecompress(z);
    *in = w5_str_skip(*in, offered - z->avail_in);
    *made = space - z->avail_out;
    if (rc == BZ_STREAM_END)
        return W5_END;
    if (rc == BZ_OK)
        return W5_OK;
    if (rc == BZ_MEM_ERROR)
        return w5_fail(err, W5_ELIMIT, 0, "no memory for the bzip2 decoder");
    return w5_fail(err, W5_EDAMAGED, 0, "the bzip2 data are damaged");
}

static w5_rc reset(void *state, w5_err *err)
{
    BZ2_bzDecompressEnd(state);
    memset(state, 0, sizeof(bz_stream));
    if (BZ2_bzDecompressInit(state, 0, 0) != BZ_OK)
        return w5_fail(err, W5_ELIMIT, 0, "no memory for the bzip2 decoder");
    return W5_OK;
}

static void end(void *state)
{
    BZ2_bzDecompressEnd(state);
    free(state);
}

const w5_decoder w5_decoder_bz2 = {W5_LIT("bzip2"), sniff, begin, decode, reset, end, false};

#else

static w5_rc begin(void **state, w5_err *err)
{
    (void)state;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without bzip2");
}

const w5_decoder w5_decoder_bz2 = {.name = W5_LIT("bzip2"), .sniff = sniff, .begin = begin};
#endif
