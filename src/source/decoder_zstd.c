/* decoder_zstd.c -- zstd with libzstd, the window limited by its own parameter. */
#include <stdlib.h>

#include <why502/base/arena.h>

#include "decoder.h"

/* A frame, or a skippable frame before it (RFC 8878 §3.1.2; pzstd begins with one). */
static w5_sniff sniff(w5_str head)
{
    w5_sniff frame = w5_magic(head, W5_STR("\x28\xb5\x2f\xfd"));
    if (frame != W5_SNIFF_NO || head.len == 0 || (head.ptr[0] & 0xf0) != 0x50)
        return frame;
    return w5_magic(w5_str_skip(head, 1), W5_STR("\x2a\x4d\x18"));
}

#if W5_HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

/* Fed as many bytes as it asks for: a call is then one block or one check sum. What a failed call
 * made is not told, so a wrong check sum would otherwise take good blocks along. */
typedef struct zstd {
    ZSTD_DCtx *context;
    size_t wanted;
} zstd;

#define FIRST 5 /* magic and descriptor: what every frame has before its sizes (RFC 8878) */

static w5_rc begin(void **state, w5_err *err)
{
    zstd *z = w5_xmalloc(sizeof *z);
    *z = (zstd){ZSTD_createDCtx(), FIRST};
    if (!z->context) {
        free(z);
        return w5_fail(err, W5_ELIMIT, 0, "no memory for the zstd decoder");
    }
    ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax, W5_DECODER_WINDOW);
    *state = z;
    return W5_OK;
}

static w5_rc answer(size_t code, w5_err *err)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return w5_fail(err, W5_ELIMIT, 0, "the zstd data want a window of more than 64 MiB");
    case ZSTD_error_memory_allocation:
        return w5_fail(err, W5_ELIMIT, 0, "no memory for the zstd decoder");
    case ZSTD_error_dictionary_wrong:
        return w5_fail(err, W5_ENOTSUP, 0, "the zstd data need a dictionary");
    default:
        return w5_fail(err, W5_EDAMAGED, 0, "the zstd data are damaged (%s)",
                       ZSTD_getErrorName(code));
    }
}

static w5_rc decode(void *state, w5_str *in, char *out, size_t room, size_t *made, w5_err *err)
{
    zstd *z = state;
    ZSTD_inBuffer input = {in->ptr, w5_str_head(*in, z->wanted).len, 0};
    ZSTD_outBuffer output = {out, room, 0};
    size_t code = ZSTD_decompressStream(z->context, &output, &input);
    *in = w5_str_skip(*in, input.pos);
    *made = output.pos;
    if (ZSTD_isError(code))
        return answer(code, err);
    z->wanted = code;
    return code == 0 ? W5_END : W5_OK;
}

static w5_rc reset(void *state, w5_err *err)
{
    zstd *z = state;
    (void)err;
    ZSTD_DCtx_reset(z->context, ZSTD_reset_session_only);
    z->wanted = FIRST;
    return W5_OK;
}

static void end(void *state)
{
    zstd *z = state;
    ZSTD_freeDCtx(z->context);
    free(z);
}

const w5_decoder w5_decoder_zstd = {W5_LIT("zstd"), sniff, begin, decode, reset, end, false};

#else

static w5_rc begin(void **state, w5_err *err)
{
    (void)state;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without zstd");
}

const w5_decoder w5_decoder_zstd = {.name = W5_LIT("zstd"), .sniff = sniff, .begin = begin};
#endif
