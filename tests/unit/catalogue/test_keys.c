#include "loading.h"

#include "catalogue/keys.h"

static void unknown_names_are_told_with_the_nearest(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {"-- clas x\n",                                           "b.w5:1: unknown kind of stanza 'clas'; did you mean 'class'?"},
        {"-- zebra x\n",                                          "b.w5:1: unknown kind of stanza 'zebra'"                      },
        {"-- cause x\ntitle: t\nexplains: *\nevidnece: +1 oom\n",
         "b.w5:4: a cause has no key 'evidnece'; did you mean 'evidence'?"                                                      },
        {"-- pattern x\ntitle: t\n",                              "b.w5:2: a pattern has no key 'title'"                        },
    };
    expect_complaints(rows, COUNT(rows));
}

static void values_have_a_shape(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {"-- class x\ntitle: t\nfamily: life\n",                 NULL                               },
        {"-- class x\ntitle: t\nfamily: friend\n",
         "b.w5:3: 'family' must be upstream look-alike life, not 'friend'"                          },
        {"-- class x\ntitle: t\nfamily: life upstream\n",
         "b.w5:3: 'family' must be one word, not 'life upstream'"                                   },
        {"-- class x\ntitle: t\nfamily: life\ntrouble: maybe\n",
         "b.w5:4: 'trouble' must be yes or no, not 'maybe'"                                         },
        {"-- class x\ntitle: t\nfamily: life\norder: first\n",
         "b.w5:4: 'order' must be a number, not 'first'"                                            },
        {"-- class x\ntitle: t\nfamily: life\norder: 10\n",      "b.w5:4: 'order' must be 0 to 9"   },
        {"-- class x\ntitle: t\ntitle: u\nfamily: life\n",       "b.w5:3: 'title' stands twice"     },
        {"-- class x\ntitle: t\n",                               "b.w5:1: class 'x' has no 'family'"},
        {"-- remedy x\ntitle: t\nverify: v\nundo: u\nrisk: r\n",
         "b.w5:1: remedy 'x' has no 'wont-help'"                                                    },
    };
    expect_complaints(rows, COUNT(rows));
}

static void a_blank_line_among_the_keys_is_noticed(void **state)
{
    (void)state;
    static const complaint_row rows[] = {
        {"-- pattern x\nstarts: a\n\nneeds: b\n",
         "b.w5:1: pattern 'x': 'needs:' stands behind a blank line, which ends the keys"},
        {"-- pattern x\nstarts: a\n\nNote: prose may hold colons.\nneeds: b\n", NULL    },
    };
    expect_complaints(rows, COUNT(rows));
}

static void words_add_up_and_lines_stay_whole(void **state)
{
    (void)state;
    static const struct w5_key keys[] = {
        {W5_LIT("then"),  W5_LIT("a  b"), 2},
        {W5_LIT("then"),  W5_LIT("c\nd"), 3},
        {W5_LIT("phase"), W5_LIT("e f"),  4},
    };
    w5_stanza s = {.key = keys, .keys = COUNT(keys), .line = 1};
    w5_arena *arena = w5_arena_new();
    w5_list words = w5_stanza_words(&s, "then", arena);
    assert_int_equal(words.n, 4);
    assert_str(words.at[1], W5_STR("b"));
    assert_str(words.at[3], W5_STR("d"));
    w5_list lines = w5_stanza_lines(&s, "phase", arena);
    assert_int_equal(lines.n, 1);
    assert_str(lines.at[0], W5_STR("e f"));
    assert_int_equal(w5_stanza_lines(&s, "none", arena).n, 0);
    assert_int_equal(w5_stanza_line(&s, "phase"), 4);
    assert_int_equal(w5_stanza_line(&s, "none"), 1);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_names_are_told_with_the_nearest),
        cmocka_unit_test(values_have_a_shape),
        cmocka_unit_test(a_blank_line_among_the_keys_is_noticed),
        cmocka_unit_test(words_add_up_and_lines_stay_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
