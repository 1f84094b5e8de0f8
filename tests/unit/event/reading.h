/* reading.h -- a small catalogue for real nginx lines. */
#ifndef W5_TESTS_EVENT_READING_H
#define W5_TESTS_EVENT_READING_H

#include "check.h"

#include <why502/event.h>

#define REFUSED                                                                                    \
    "2026/11/20 16:37:20 [error] 7#7: *1 connect() failed (111: Connection refused) while "        \
    "connecting to upstream, client: 192.0.2.1, server: x, request: \"GET /a HTTP/1.1\", "         \
    "upstream: \"http://127.0.0.1:8000/a\", host: \"x\""
#define EOF_LINE                                                                                   \
    "2026/11/20 16:37:21 [error] 7#7: *2 upstream prematurely closed connection while reading "    \
    "response header from upstream, client: 192.0.2.1, server: x, request: \"GET /b HTTP/1.1\", "  \
    "upstream: \"http://127.0.0.1:8000/b\", host: \"x\""
#define REOPEN "2026/11/20 16:37:22 [notice] 7#7: reopening logs"

#define KNOWLEDGE                                                                                  \
    "-- class connection-refused\ntitle: nobody listened\nfamily: upstream\ncodes: CK-111\n"       \
    "source: s\n\nRefused.\n"                                                                      \
    "-- class premature-close\ntitle: closed\nfamily: upstream\ncodes: HU-EOF SU-EOF\nsource: s\n" \
    "\nClosed.\n"                                                                                  \
    "-- pattern refused\nformat: nginx-error\nclass: connection-refused\ncode: CK-111\n"           \
    "starts: connect() failed\nerrno: 111\nphase: connecting to upstream\nsample: " REFUSED "\n"   \
    "-- pattern eof\nformat: nginx-error\nclass: premature-close\ncode: {P}U-EOF\n"                \
    "starts: upstream prematurely closed connection\nphase: reading response header from "         \
    "upstream\nphase: sending request to upstream\nsample: " EOF_LINE "\n"

static inline w5_catalogue *load_knowledge(w5_arena *arena, const char *more)
{
    w5_err err;
    w5_catalogue *c = w5_catalogue_new(arena);
    if (w5_catalogue_load(c, W5_STR("k.w5"), W5_STR(KNOWLEDGE), &err) < 0 ||
        w5_catalogue_load(c, W5_STR("more.w5"), w5_str_of(more), &err) < 0 ||
        w5_catalogue_seal(c, &err) < 0)
        fail_msg("%s", err.text);
    return c;
}

#endif
