/* source_compressed.c -- a stream of compressed members as one stream of plain bytes.
 *
 * What could be decoded is always given out first; the failure is kept for the next call. */
#include "source_compressed.h"

#include <stdlib.h>

#define INPUT (128u * 1024)

struct w5_unpack {
    const w5_decoder *decoder;
    void *state;
    w5_read raw;
    void *from;
    char *buffer;
    w5_str in;     /* in the buffer, not yet decoded */
    bool raw_over; /* no more raw bytes will come */
    bool between;  /* a member is complete, none has begun */
    bool stuck;    /* the decoder can do nothing without more bytes */
    uint64_t made;
    w5_rc over; /* W5_OK while it goes on */
    w5_err error;
};

#define X(name) extern const w5_decoder w5_decoder_##name;
#include "source/decoder.inc"
#undef X

static const w5_decoder *const decoders[] = {
#define X(name) &w5_decoder_##name,
#include "source/decoder.inc"
#undef X
    NULL,
};

const w5_decoder *w5_decoder_for(w5_str head, bool *more)
{
    *more = false;
    for (size_t i = 0; decoders[i]; i++) {
        w5_sniff sniff = decoders[i]->sniff(head);
        if (sniff == W5_SNIFF_YES)
            return decoders[i];
        *more |= sniff == W5_SNIFF_MORE;
    }
    return NULL;
}

w5_rc w5_unpack_new(const w5_decoder *d, w5_str first, w5_read raw, void *from, w5_unpack **u,
                    w5_err *err)
{
    void *state;
    w5_rc rc = d->begin(&state, err);
    if (rc < 0)
        return rc;
    w5_unpack *made = w5_xmalloc(sizeof *made);
    *made = (w5_unpack){.decoder = d, .state = state, .raw = raw, .from = from};
    made->buffer = w5_xmalloc(INPUT + first.len);
    made->in = (w5_str){made->buffer, first.len};
    if (first.len > 0)
        memcpy(made->buffer, first.ptr, first.len);
    *u = made;
    return W5_OK;
}

void w5_unpack_free(w5_unpack *u)
{
    if (!u)
        return;
    u->decoder->end(u->state);
    free(u->buffer);
    free(u);
}

const w5_decoder *w5_unpack_decoder(const w5_unpack *u)
{
    return u->decoder;
}

/* Adds raw bytes behind the few that are left in the buffer. */
static w5_rc refill(w5_unpack *u, w5_err *err)
{
    size_t got = 0;
    if (u->in.len > 0)
        memmove(u->buffer, u->in.ptr, u->in.len);
    u->in.ptr = u->buffer;
    w5_rc rc = u->raw(u->from, u->buffer + u->in.len, INPUT - u->in.len, &got, err);
    u->in.len += got;
    u->raw_over = rc == W5_END;
    return rc == W5_END ? W5_OK : rc;
}

/* Between two members: padding, the next member, the end, or rubbish. */
static w5_rc next_member(w5_unpack *u, w5_err *err)
{
    while (u->in.len > 0 && u->in.ptr[0] == '\0')
        u->in = w5_str_skip(u->in, 1);
    w5_sniff sniff = u->decoder->sniff(u->in);
    if (sniff == W5_SNIFF_YES) {
        u->between = false;
        return u->decoder->reset(u->state, err);
    }
    if (u->in.len == 0 && u->raw_over)
        return W5_END;
    if (sniff == W5_SNIFF_MORE && !u->raw_over)
        return refill(u, err);
    return w5_fail(err, W5_EDAMAGED, 0, "what follows the %.*s data is something else",
                   W5_ARG(u->decoder->name));
}

/* Nothing more comes and the decoder asks for more: for most formats that is damage. */
static w5_rc ended(const w5_unpack *u, w5_err *err)
{
    if (u->decoder->endless)
        return W5_END;
    return w5_fail(err, W5_EDAMAGED, 0, "the %.*s data end too early", W5_ARG(u->decoder->name));
}

/* One step inside a member; *made may stay 0. */
static w5_rc step(w5_unpack *u, char *out, size_t room, size_t *made, w5_err *err)
{
    if (u->between)
        return next_member(u, err);
    if (u->stuck && !u->raw_over) {
        w5_rc rc = refill(u, err);
        if (rc != W5_OK)
            return rc;
    }
    size_t before = u->in.len;
    w5_rc rc = u->decoder->decode(u->state, &u->in, out, room, made, err);
    u->between = rc == W5_END;
    u->stuck = rc == W5_OK && *made == 0 && u->in.len == before;
    if (u->stuck && u->raw_over)
        return ended(u, err);
    return rc == W5_END ? W5_OK : rc;
}

w5_rc w5_unpack_read(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    w5_unpack *u = from;
    size_t made = 0;
    while (u->over == W5_OK && made == 0) {
        w5_rc rc = step(u, out, room, &made, &u->error);
        if (rc == W5_WAIT)
            return rc;
        u->over = rc;
        u->made += made;
        if (u->over == W5_OK && u->made > W5_DECODED_MAX)
            u->over = w5_fail(&u->error, W5_ELIMIT, 0,
                              "more than 16 GiB came out of it; the rest was not read");
    }
    *got = made;
    if (made > 0)
        return W5_OK;
    if (u->over < 0 && err)
        *err = u->error;
    return u->over;
}
