/* pages.h -- pages of `why502 explain` from the built-in knowledge and a little more. */
#ifndef W5_TESTS_REPORT_PAGES_H
#define W5_TESTS_REPORT_PAGES_H

#include "check.h"

#include <why502/report.h>

static inline w5_catalogue *built_in(w5_arena *arena, const char *more)
{
    w5_err err;
    w5_catalogue *c = w5_catalogue_new(arena);
    if (w5_catalogue_load_builtin(c, &err) < 0 ||
        w5_catalogue_load(c, W5_STR("more.w5"), w5_str_of(more), &err) < 0 ||
        w5_catalogue_seal(c, &err) < 0)
        fail_msg("%s", err.text);
    return c;
}

static const w5_view narrow = {.width = 80, .top = 10};

static inline w5_str page_of(w5_arena *arena, const w5_catalogue *c, w5_str what)
{
    w5_err err;
    w5_out *out = w5_out_memory();
    if (w5_explain_page(c, what, &narrow, out, &err) != W5_OK)
        fail_msg("%s", err.text);
    w5_str page = w5_arena_str(arena, w5_out_bytes(out));
    w5_out_done(out, NULL);
    return page;
}

static inline void expect_words(w5_str page, const char *const *words, size_t n)
{
    size_t at;
    for (size_t i = 0; i < n && words[i] != NULL; i++)
        if (!w5_str_find(page, w5_str_of(words[i]), &at))
            fail_msg("'%s' is missing", words[i]);
}

#endif
