/* decoder_lz4.c -- lz4 frames with liblz4. Their blocks are at most 4 MiB by definition. */
#include <stdlib.h>

#include <why502/base/arena.h>

#include "decoder.h"

static w5_sniff sniff(w5_str head)
{
    return w5_magic(head, W5_STR("\x04\x22\x4d\x18"));
}

#if W5_HAVE_LZ4
#include <lz4frame.h>

/* Fed as many bytes as it asks for: a call is then one block or one check sum. A call that fails
 * does not say what it made, so a wrong check sum would otherwise take a good block along. */
typedef struct lz4 {
    LZ4F_dctx *context;
    size_t wanted;
} lz4;

#define FIRST 7 /* LZ4F_HEADER_SIZE_MIN, which older headers do not publish */

static w5_rc begin(void **state, w5_err *err)
{
    lz4 *z = w5_xmalloc(sizeof *z);
    z->wanted = FIRST;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&z->context, LZ4F_VERSION))) {
        free(z);
        return w5_fail(err, W5_ELIMIT, 0, "no memory for the lz4 decoder");
    }
    *state = z;
    return W5_OK;
}

static w5_rc decode(void *state, w5_str *in, char *out, size_t room, size_t *made, w5_err *err)
{
    lz4 *z = state;
    size_t used = w5_str_head(*in, z->wanted).len;
    size_t space = room;
    size_t code = LZ4F_decompress(z->context, out, &space, in->ptr, &used, NULL);
    if (LZ4F_isError(code))
        return w5_fail(err, W5_EDAMAGED, 0, "the lz4 data are damaged (%s)",
                       LZ4F_getErrorName(code));
    *in = w5_str_skip(*in, used);
    *made = space;
    z->wanted = code;
    return code == 0 ? W5_END : W5_OK;
}

static w5_rc reset(void *state, w5_err *err)
{
    lz4 *z = state;
    (void)err;
    LZ4F_resetDecompressionContext(z->context);
    z->wanted = FIRST;
    return W5_OK;
}

static void end(void *state)
{
    lz4 *z = state;
    LZ4F_freeDecompressionContext(z->context);
    free(z);
}

const w5_decoder w5_decoder_lz4 = {W5_LIT("lz4"), sniff, begin, decode, reset, end, false};

#else

static w5_rc begin(void **state, w5_err *err)
{
    (void)state;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without lz4");
}

const w5_decoder w5_decoder_lz4 = {.name = W5_LIT("lz4"), .sniff = sniff, .begin = begin};
#endif
