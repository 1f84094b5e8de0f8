/* pieces.h -- one large file, read by several threads (pieces.c). */
#ifndef W5_ENGINE_PIECES_H
#define W5_ENGINE_PIECES_H

#include "reader.h"

enum {
    W5_PIECES_FROM = 4 << 20, /* bytes of a file that is worth it */
    W5_LEAD = 16 << 10,       /* read in front of a piece, to know where one is */
    W5_JOBS_MAX = 8
};

typedef struct w5_pieces {
    const w5_catalogue *catalogue;
    const w5_source *source;
    w5_record_options options; /* of the stages */
    w5_time year_hint;
    w5_reader *whole;          /* begun with this source; gets what the pieces told */
    unsigned jobs;
    bool (*progress)(void *context, uint64_t bytes); /* NULL, or called after each piece; false: stop */
    void *context;
} w5_pieces;

/* Reads on from where `whole` is to the end of the file. *at: up to where it was read; from there
 * `whole` goes on (at the end: nowhere). W5_OK; W5_MISS: this file is better read by one. */
w5_rc w5_pieces_read(const w5_pieces *p, uint64_t *at);

#endif
