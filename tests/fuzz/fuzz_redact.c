/* fuzz_redact.c -- redaction ends, stays inside its slice, and adds only what it may. */
#include <why502/base/redact.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const w5_redaction levels[] = {W5_REDACT_SECRETS, W5_REDACT_ALL, W5_REDACT_NONE};
    w5_arena *arena = w5_arena_new();
    w5_str text = {(const char *)data, size};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        w5_str shown = w5_redact(arena, text, levels[i]);
        if (shown.len > 12 * size + 12)
            abort();
    }
    w5_redact_client(arena, text, W5_REDACT_ALL);
    w5_arena_free(arena);
    return 0;
}
