#include "check.h"

#include "event/code.h"

static void every_phase_has_a_letter(void **state)
{
    (void)state;
    static const struct {
        w5_str phase;
        char letter;
    } rows[] = {
        {W5_LIT("resolving"),                              'R'},
        {W5_LIT("connecting to upstream"),                 'C'},
        {W5_LIT("SSL handshaking to upstream"),            'T'},
        {W5_LIT("sending request to upstream"),            'S'},
        {W5_LIT("reading response header from upstream"),  'H'},
        {W5_LIT("reading upstream"),                       'B'},
        {W5_LIT("proxying upgraded connection"),           'B'},
        {W5_LIT("sending to client"),                      'B'},
        {W5_LIT("proxying and reading from upstream"),     'B'},
        {W5_LIT("reading response header from upstream."), 'H'},
        {W5_LIT(""),                                       'H'},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(w5_phase_letter(rows[i].phase), rows[i].letter);
}

static void templates_are_filled(void **state)
{
    (void)state;
    static const struct {
        w5_str template;
        char letter;
        int number;
        w5_str code;
    } rows[] = {
        {W5_LIT("HU-BIG"),       'C', 5,    W5_LIT("HU-BIG")  },
        {W5_LIT("{P}U-EOF"),     'S', -1,   W5_LIT("SU-EOF")  },
        {W5_LIT("{P}K-{errno}"), 'H', 110,  W5_LIT("HK-110")  },
        {W5_LIT("{P}K-{errno}"), 'H', -1,   W5_LIT("HK-OTHER")},
        {W5_LIT("{P}K-{errno}"), 'H', 0,    W5_LIT("HK-OTHER")},
        {W5_LIT("{P}K-{errno}"), 'B', 4096, W5_LIT("BK-OTHER")},
        {W5_LIT("{other}"),      'B', 1,    W5_LIT("{other}") },
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_str(w5_code_fill(rows[i].template, rows[i].letter, rows[i].number, arena),
                   rows[i].code);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phase_has_a_letter),
        cmocka_unit_test(templates_are_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
