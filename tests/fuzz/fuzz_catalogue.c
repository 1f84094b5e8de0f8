/* fuzz_catalogue.c -- a user's catalogue file, however broken, is refused or works: what can be
 * sealed can be asked about any message. The input is the file, a 0x01 byte, and the message. */
#include <why502/catalogue.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const w5_catalogue *c, w5_str format, w5_str message)
{
    w5_matcher *m = w5_matcher_new(c);
    w5_question q = {
        .format = format, .message = message, .phase = W5_STR("reading"), .number = 111};
    w5_answer a;
    if (w5_matcher_find(m, &q, &a) == W5_OK) {
        if (a.pattern == NULL || a.groups > W5_GROUPS)
            abort();
        for (size_t i = 1; i < a.groups; i++) {
            if (a.group[i].ptr != NULL &&
                (a.group[i].ptr < message.ptr ||
                 a.group[i].ptr + a.group[i].len > message.ptr + message.len))
                abort();
            w5_matcher_group_name(m, a.pattern, i);
        }
    }
    w5_matcher_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    w5_str input = {(const char *)data, size}, text = input, message = W5_STR("");
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = w5_catalogue_new(arena);
    w5_err err;
    w5_str_cut(input, '\1', &text, &message);
    if (w5_catalogue_load(c, W5_STR("fuzz.w5"), text, &err) == W5_OK &&
        w5_catalogue_seal(c, &err) == W5_OK) {
        const w5_stanza *const *all;
        size_t n = w5_catalogue_stanzas(c, &all);
        for (size_t i = 0; i < n; i++)
            if (w5_catalogue_stanza(c, all[i]->kind, all[i]->id) != all[i])
                abort();
        ask(c, W5_STR("nginx-error"), message);
        w5_catalogue_nearest(c, w5_str_head(message, 100));
    } else if (err.text[0] == '\0') {
        abort();
    }
    w5_catalogue_free(c);
    w5_arena_free(arena);
    return 0;
}
