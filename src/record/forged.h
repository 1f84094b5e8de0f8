/* forged.h -- lines of nginx's error log that a client wrote.
 *
 * A path is logged decoded and unescaped: GET /x%0A2026/11/20… of a missing file puts a newline into
 * the log, and behind it a line that looks like any other (all versions up to 1.31.5). What nginx
 * writes next betrays it: all comes from one write of at most 2047 bytes, and its end holds the
 * request as it was sent. So the line that such a write may begin with, the opener, is judged when
 * the lines behind it are known. */
#ifndef W5_RECORD_FORGED_H
#define W5_RECORD_FORGED_H

#include <why502/base/str.h>

enum {
    W5_WRITE_MAX = 2047,   /* bytes of one write without the last newline: NGX_MAX_ERROR_STR - 1 */
    W5_FORGED_LINES = 512  /* no write holds more that matter */
};

/* The first "%0A" or "%0a" in [p, end); `end` when there is none. */
const char *w5_forged_mark(const char *p, const char *end);

/* Whether a message's quoted path does not close in it: by itself a reason to look behind. */
bool w5_forged_unclosed(w5_str message);

/* A line without a head that can only be the end of a forged record: path message's end and, in the
 * request, a newline. */
bool w5_forged_tail(w5_str line);

/* lines[0] is a line of nginx's, lines[1..n) the physical lines behind it (CR kept, layers peeled),
 * as many as may belong to the same write. Answers how many lines from lines[0] on are not to be
 * trusted, 0 when all are as they seem. *opener tells whether lines[0] is one of them: it is, unless
 * nothing but its open quote speaks against what follows. */
size_t w5_forged_extent(const w5_str *lines, size_t n, bool *opener);

#endif
