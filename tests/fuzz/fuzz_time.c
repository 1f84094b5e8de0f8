/* fuzz_time.c -- zone files, zone rules, durations and times as hostile text. */
#include <why502/base/time.h>

#include <stdlib.h>

#include "base/tzif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const w5_tz *tz)
{
    for (int64_t at = INT64_C(-4000000000); at < INT64_C(20000000000); at += 777777777) {
        int offset = w5_tz_offset(tz, at);
        if (offset <= -93600 || offset >= 93600)
            abort();
        w5_tz_offset_civil(tz, at + offset);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const w5_zone utc = {.fixed = true};
    w5_arena *arena = w5_arena_new();
    w5_str text = {(const char *)data, size};
    w5_tz tz;
    w5_time at = 0;
    int offset = 0;
    unsigned digits = 0;
    char buf[40];
    if (w5_tz_read(arena, text, &tz) == W5_OK)
        ask(&tz);
    if (w5_tz_rule(arena, text, &tz) == W5_OK)
        ask(&tz);
    if (w5_time_human(text, &utc, INT64_C(1795183200) * W5_SECOND, &at, NULL) == W5_OK)
        w5_time_rfc3339(buf, at, 6);
    w5_duration(text, &at, NULL);
    if (w5_take_iso(&text, &at, &offset, &digits))
        w5_time_rfc3339(buf, at, digits);
    w5_arena_free(arena);
    return 0;
}
