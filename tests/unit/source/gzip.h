/* gzip.h -- one gzip member, the compression that every build has. */
#ifndef W5_TESTS_SOURCE_GZIP_H
#define W5_TESTS_SOURCE_GZIP_H

#include <zlib.h>

#include "check.h"

static size_t gzip(w5_str text, char *out, size_t room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text.ptr;
    z.avail_in = (unsigned)text.len;
    z.next_out = (Bytef *)out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

#endif
