#include "pages.h"

/* Drawings keep their shape where they fit; words beside them flow. */
static void pages_keep_to_the_width(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = built_in(arena, "-- class mine\ntitle: t\nfamily: life\n\n"
                                      "A paragraph\nof two lines.\n\n"
                                      "    a --> b   words beside a drawing that go on and on and "
                                      "on until they do not fit\n"
                                      "    |  kept  |\n");
    w5_str page = page_of(arena, c, W5_STR("mine"));
    static const char *const words[] = {
        "  A paragraph of two lines.\n",
        "    a --> b   words beside a drawing that go on and on and on until they do not\n"
        "              fit\n",
        "    |  kept  |\n",
    };
    expect_words(page, words, COUNT(words));
    w5_arena_free(arena);
}

static void every_page_can_be_written(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = built_in(arena, "");
    const w5_stanza *const *all;
    size_t n = w5_catalogue_stanzas(c, &all), wide = 0;
    for (size_t i = 0; i < n; i++) {
        w5_str page = page_of(arena, c, all[i]->id), line;
        while (w5_str_cut(page, '\n', &line, &page))
            wide += w5_out_width(line) > 80 && !w5_str_starts(w5_str_trim(line), W5_STR("http"));
    }
    assert_true(wide < 12); /* commands that cannot be continued */
    w5_arena_free(arena);
}

static void braces_show_what_is_usual(void **state)
{
    (void)state;
    static const char *const words[] = {"--timeout = 300  /etc/systemd/system/gunicorn.service",
                                        "  sudo systemctl restart gunicorn\n"};
    w5_arena *arena = w5_arena_new();
    expect_words(page_of(arena, built_in(arena, ""), W5_STR("gunicorn-timeout")), words,
                 COUNT(words));
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_keep_to_the_width),
        cmocka_unit_test(every_page_can_be_written),
        cmocka_unit_test(braces_show_what_is_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
