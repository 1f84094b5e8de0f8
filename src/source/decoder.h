/* decoder.h -- one compression: how it is recognised, and bytes in, bytes out.
 *
 * Each decoder_<library>.c holds one const w5_decoder and is the only file that knows its library.
 * Every decoder obeys W5_DECODER_MEMORY: larger windows are refused with W5_ELIMIT. A library that
 * was not there at build time leaves a decoder whose `begin` answers W5_ENOTSUP. */
#ifndef W5_SOURCE_DECODER_H
#define W5_SOURCE_DECODER_H

#include <why502/base/err.h>
#include <why502/base/str.h>

/* `xz -9` and `zstd --ultra -22` need windows of 64 MiB; what wants more is no log archive. */
#define W5_DECODER_MEMORY (72u << 20)
#define W5_DECODER_WINDOW 26 /* log2 of the same for zstd */
#define W5_DECODER_SNIFF  10 /* bytes that settle every sniff */

typedef enum w5_sniff {
    W5_SNIFF_NO,
    W5_SNIFF_MORE,
    W5_SNIFF_YES
} w5_sniff;

typedef struct w5_decoder {
    w5_str name; /* gzip, bzip2, xz, zstd, lz4, utf-16 */
    /* Is `head` the beginning of such data? W5_SNIFF_MORE: too short to tell. */
    w5_sniff (*sniff)(w5_str head);
    w5_rc (*begin)(void **state, w5_err *err);
    /* Takes bytes off *in and puts at most `room` at `out`. W5_OK: go on; W5_END: the member is
     * complete; W5_EDAMAGED, W5_ELIMIT: err says why, *made bytes are good all the same. */
    w5_rc (*decode)(void *state, w5_str *in, char *out, size_t room, size_t *made, w5_err *err);
    /* Ready for the next member. */
    w5_rc (*reset)(void *state, w5_err *err);
    void (*end)(void *state);
    bool endless; /* the data have no end of their own: they end where the file does */
} w5_decoder;

/* The decoder for data that begin so; NULL: plain, or (with *more) too short to tell. */
const w5_decoder *w5_decoder_for(w5_str head, bool *more);

static inline w5_sniff w5_magic(w5_str head, w5_str magic)
{
    if (w5_str_starts(head, magic))
        return W5_SNIFF_YES;
    return w5_str_starts(magic, head) ? W5_SNIFF_MORE : W5_SNIFF_NO;
}

#endif
