/* decoder_zlib.c -- gzip (RFC 1952) with zlib. Its window is 32 KiB by definition. */
#include <stdlib.h>

#define ZLIB_CONST /* next_in points to const */
#include <zlib.h>

#include <why502/base/arena.h>

#include "decoder.h"

#define GZIP_ONLY (15 + 16) /* zlib.h: 15 bits of window, and 16 asks for the gzip header */

static w5_sniff sniff(w5_str head)
{
    return w5_magic(head, W5_STR("\x1f\x8b\x08"));
}

static w5_rc begin(void **state, w5_err *err)
{
    z_stream *z = w5_xmalloc(sizeof *z);
    *z = (z_stream){0};
    if (inflateInit2(z, GZIP_ONLY) != Z_OK) {
        free(z);
        return w5_fail(err, W5_ELIMIT, 0, "no memory for the gzip decoder");
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
    z_stream *z = state;
    unsigned offered = clamp(in->len);
    unsigned space = clamp(room);
    z->next_in = (const Bytef *)in->ptr;
    z->avail_in = offered;
    z->next_out = (Bytef *)out;
    z->avail_out = space;
    int rc = inflate(z, Z_NO_FLUSH);
    *in = w5_str_skip(*in, offered - z->avail_in);
    *made = space - z->avail_out;
    if (rc == Z_STREAM_END)
        return W5_END;
    if (rc == Z_OK || rc == Z_BUF_ERROR)
        return W5_OK;
    return w5_fail(err, W5_EDAMAGED, 0, "the gzip data are damaged (%s)",
                   z->msg ? z->msg : zError(rc));
}

static w5_rc reset(void *state, w5_err *err)
{
    (void)err;
    inflateReset(state);
    return W5_OK;
}

static void end(void *state)
{
    inflateEnd(state);
    free(state);
}

const w5_decoder w5_decoder_zlib = {W5_LIT("gzip"), sniff, begin, decode, reset, end, false};
