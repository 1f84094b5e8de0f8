/* fuzz_json.c -- the tree and the walk see the same members; what is read can be written and read
 * again. */
#include <why502/base/json.h>
#include <why502/base/out.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void write_again(w5_arena *arena, w5_str text)
{
    w5_out *out = w5_out_memory();
    const w5_json *value;
    size_t used;
    w5_out_lit(out, "\"");
    w5_out_text(out, W5_JSON, text);
    w5_out_lit(out, "\"");
    w5_str json = w5_out_bytes(out);
    demand(w5_json_read(arena, json, &used, &value) == W5_OK && used == json.len);
    demand(w5_json_what(value) == W5_JSON_STRING);
    w5_out_done(out, NULL);
}

static size_t walked(w5_arena *arena, w5_str text)
{
    w5_json_walk walk;
    w5_str key;
    w5_str raw;
    w5_str plain;
    size_t n = 0;
    if (!w5_json_walk_open(text, &walk))
        return SIZE_MAX;
    for (; w5_json_walk_next(&walk, &key, &raw); n++)
        w5_json_unquote(arena, raw, &plain);
    return walk.broken ? SIZE_MAX : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    w5_arena *arena = w5_arena_new();
    w5_str text = {(const char *)data, size};
    const w5_json *value;
    size_t used = 0;
    size_t members = walked(arena, text);
    if (w5_json_read(arena, text, &used, &value) == W5_OK) {
        demand(used <= size);
        /* a key that occurs twice is one member of the tree */
        if (w5_json_what(value) == W5_JSON_OBJECT)
            demand(members != SIZE_MAX && w5_json_count(value) <= members);
        write_again(arena, w5_json_str(value));
    }
    write_again(arena, text);
    w5_arena_free(arena);
    return 0;
}
