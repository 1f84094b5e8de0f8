/* decoder_lzma.c -- xz with liblzma, its memory limited by liblzma's own check of the header. */
#include <stdlib.h>

#include <why502/base/arena.h>

#include "decoder.h"

static w5_sniff sniff(w5_str head)
{
    return w5_magic(head, W5_STR("\3757zXZ\0"));
}

#if W5_HAVE_LZMA
#include <lzma.h>

static w5_rc open_stream(lzma_stream *z, w5_err *err)
{
    lzma_ret rc = lzma_stream_decoder(z, W5_DECODER_MEMORY, 0);
    return rc == LZMA_OK ? W5_OK : w5_fail(err, W5_ELIMIT, 0, "no memory for the xz decoder");
}

static w5_rc begin(void **state, w5_err *err)
{
    lzma_stream *z = w5_xmalloc(sizeof *z);
    *z = (lzma_stream)LZMA_STREAM_INIT;
    w5_rc rc = open_stream(z, err);
    if (rc < 0)
        free(z);
    else
        *state = z;
    return rc;
}

static const struct {
    lzma_ret code;
    w5_rc rc;
    const char *text;
} answers[] = {
    {LZMA_MEMLIMIT_ERROR, W5_ELIMIT,   "the xz data want a window of more than 72 MiB"  },
    {LZMA_MEM_ERROR,      W5_ELIMIT,   "no memory for the xz decoder"                   },
    {LZMA_OPTIONS_ERROR,  W5_ENOTSUP,  "the xz data use a filter that is not known here"},
    {LZMA_FORMAT_ERROR,   W5_EDAMAGED, "the xz data are damaged (no xz header)"         },
    {LZMA_DATA_ERROR,     W5_EDAMAGED, "the xz data are damaged"                        },
};

static w5_rc answer(lzma_ret code, w5_err *err)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (answers[i].code == code)
            return w5_fail(err, answers[i].rc, 0, "%s", answers[i].text);
    return w5_fail(err, W5_EDAMAGED, 0, "the xz data are damaged (%d)", (int)code);
}

static w5_rc decode(void *state, w5_str *in, char *out, size_t room, size_t *made, w5_err *err)
{
    lzma_stream *z = state;
    z->next_in = (const uint8_t *)in->ptr;
    z->avail_in = in->len;
    z->next_out = (uint8_t *)out;
    z->avail_out = room;
    lzma_ret code = lzma_code(z, LZMA_RUN);
    *in = w5_str_skip(*in, in->len - z->avail_in);
    *made = room - z->avail_out;
    if (code == LZMA_STREAM_END)
        return W5_END;
    /* LZMA_BUF_ERROR: twice in a row nothing to do, our caller fetches more */
    return code == LZMA_OK || code == LZMA_BUF_ERROR ? W5_OK : answer(code, err);
}

static w5_rc reset(void *state, w5_err *err)
{
    return open_stream(state, err);
}

static void end(void *state)
{
    lzma_end(state);
    free(state);
}

const w5_decoder w5_decoder_lzma = {W5_LIT("xz"), sniff, begin, decode, reset, end, false};

#else

static w5_rc begin(void **state, w5_err *err)
{
    (void)state;
    return w5_fail(err, W5_ENOTSUP, 0, "this why502 was built without xz");
}

const w5_decoder w5_decoder_lzma = {.name = W5_LIT("xz"), .sniff = sniff, .begin = begin};
#endif
