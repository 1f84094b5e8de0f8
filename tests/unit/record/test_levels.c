#include "check.h"

#include "record/levels.h"

static void words_of_all_programs_become_nginxs(void **state)
{
    (void)state;
    static const struct {
        w5_str word, level;
    } cases[] = {
        {W5_LIT("CRITICAL"),    W5_LIT("crit") },
        {W5_LIT("warning"),     W5_LIT("warn") },
        {W5_LIT("Fatal"),       W5_LIT("crit") },
        {W5_LIT("SEVERE"),      W5_LIT("error")},
        {W5_LIT("LOUD"),        W5_LIT("")     },
        {W5_LIT(""),            W5_LIT("")     },
        {W5_LIT("INFORMATION"), W5_LIT("")     },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_level_word(cases[i].word), cases[i].level);
}

static void a_word_is_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    w5_str s = W5_STR("ERROR: x");
    assert_str(w5_level_take(&s), W5_STR("error"));
    assert_str(s, W5_STR(": x"));
    s = W5_STR("ERRORS: x");
    assert_str(w5_level_take(&s), W5_STR(""));
    assert_str(s, W5_STR("ERRORS: x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_all_programs_become_nginxs),
        cmocka_unit_test(a_word_is_taken_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
