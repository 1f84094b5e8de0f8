/* source_compressed.h -- a stream of compressed members as one stream of plain bytes.
 *
 * Enters a w5_read of raw bytes, leaves a w5_read of decoded ones. Members follow each other
 * without a seam, zero padding between them is skipped. Memory: one input buffer and the decoder's
 * window. */
#ifndef W5_SOURCE_COMPRESSED_H
#define W5_SOURCE_COMPRESSED_H

#include "decoder.h"
#include "lines.h"

/* A bomb decodes for ever at constant memory; after so many bytes of one
 * file we say so and stop. */
#define W5_DECODED_MAX (UINT64_C(16) << 30)

typedef struct w5_unpack w5_unpack;

/* `first` are raw bytes that were read already, to find the decoder. `raw` is read with `from`. */
w5_rc w5_unpack_new(const w5_decoder *d, w5_str first, w5_read raw, void *from, w5_unpack **u,
                    w5_err *err);
void w5_unpack_free(w5_unpack *u);
/* A w5_read from a w5_unpack. Errors say the reason alone: the caller knows
 * the name. */
w5_rc w5_unpack_read(void *from, char *out, size_t room, size_t *got, w5_err *err);
const w5_decoder *w5_unpack_decoder(const w5_unpack *u);

#endif
