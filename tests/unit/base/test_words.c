#include "check.h"

#include <why502/base/words.h>

#include <stdlib.h>

static void clear_environment(void)
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
}

static void english_needs_no_translation(void **state)
{
    (void)state;
    assert_true(w5_words_language("en"));
    assert_string_equal(W5_("no such sentence"), "no such sentence");
    assert_string_equal(W5_(""), "");
    assert_string_equal(W5_N("one worker", "workers", 1), "one worker");
    assert_string_equal(W5_N("one worker", "workers", 0), "workers");
    assert_string_equal(W5_N("one worker", "workers", 7), "workers");
}

static void an_unknown_language_is_told_and_english_stands(void **state)
{
    (void)state;
    static const char *const unknown[] = {"tlh", "x", "jaa", "../ja", "\xff"};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_false(w5_words_language(unknown[i]));
        assert_string_equal(W5_("no such sentence"), "no such sentence");
    }
}

static void the_environment_never_fails(void **state)
{
    (void)state;
    static const char *const locales[] = {"",      "C",     "C.UTF-8", "POSIX", "de_DE.UTF-8",
                                          "ja_JP", "tr_TR", "::",      "\xff"};
    for (size_t i = 0; i < COUNT(locales); i++) {
        clear_environment();
        setenv("LANG", locales[i], 1);
        setenv("LANGUAGE", "xx::yy_YY", 1);
        assert_true(w5_words_language(NULL));
        assert_true(w5_words_language(""));
        assert_string_equal(W5_("no such sentence"), "no such sentence");
    }
    clear_environment();
}

/* A sentence that every translation has is its header's; what users see of it is nothing. */
static void the_catalogues_header_is_never_shown(void **state)
{
    (void)state;
    static const char *const languages[] = {"ja", "ko", "ja_JP.UTF-8", "KO"};
    for (size_t i = 0; i < COUNT(languages); i++) {
        w5_words_language(languages[i]); /* false when built without msgfmt */
        assert_string_equal(W5_(""), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_needs_no_translation),
        cmocka_unit_test(an_unknown_language_is_told_and_english_stands),
        cmocka_unit_test(the_environment_never_fails),
        cmocka_unit_test(the_catalogues_header_is_never_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
