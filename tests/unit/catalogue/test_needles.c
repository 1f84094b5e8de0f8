#include "check.h"

#include <stdlib.h>

#include "catalogue/needles.h"

static uint64_t find(const w5_needles *set, w5_str text)
{
    uint64_t bits = 0;
    w5_needles_find(set, text, &bits);
    return bits;
}

static void every_literal_in_the_text_is_found(void **state)
{
    (void)state;
    w5_needle needles[] = {
        {W5_LIT("Killed process"), 0, 0},
        {W5_LIT("oom"),            1, 0},
        {W5_LIT("process 1300"),   2, 0},
        {W5_LIT("\0\xff"),         3, 0},
    };
    static const struct {
        w5_str text;
        uint64_t bits;
    } rows[] = {
        {W5_LIT("Out of memory: Killed process 1300 (gunicorn)"), 1 | 4},
        {W5_LIT("oom"),                                           2    },
        {W5_LIT("invoked oom-killer; oom"),                       2    },
        {W5_LIT("a\0\xff"),                                       8    },
        {W5_LIT("oo"),                                            0    },
        {W5_LIT("o"),                                             0    },
        {W5_LIT(""),                                              0    },
        {W5_LIT("Killed proces"),                                 0    },
    };
    w5_needles set;
    w5_needles_build(&set, needles, COUNT(needles));
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(find(&set, rows[i].text), rows[i].bits);
}

static void no_needles_find_nothing(void **state)
{
    (void)state;
    w5_needles set;
    w5_needles_build(&set, NULL, 0);
    assert_int_equal(find(&set, W5_STR("anything")), 0);
}

static w5_str random_word(char *room, size_t least, size_t most)
{
    size_t len = least + (size_t)rand() % (most - least + 1);
    for (size_t i = 0; i < len; i++)
        room[i] = "abc"[rand() % 3];
    return (w5_str){room, len};
}

static void it_finds_what_searching_one_by_one_finds(void **state)
{
    (void)state;
    srand(3);
    for (int round = 0; round < 300; round++) {
        char words[40][9];
        size_t least = 2 + (size_t)rand() % 4;
        w5_needle needles[40];
        w5_needles set;
        for (uint16_t i = 0; i < 40; i++)
            needles[i] = (w5_needle){random_word(words[i], least, 9), i, 0};
        w5_needles_build(&set, needles, 40);
        for (int t = 0; t < 40; t++) {
            char room[80];
            w5_str text = random_word(room, 1, 80);
            uint64_t wanted = 0;
            size_t at;
            for (size_t i = 0; i < 40; i++)
                if (w5_str_find(text, needles[i].literal, &at))
                    wanted |= (uint64_t)1 << i;
            assert_true(find(&set, text) == wanted);
        }
    }
}

static void very_long_literals_are_found_too(void **state)
{
    (void)state;
    char word[600], text[2000];
    memset(word, 'a', sizeof(word));
    word[0] = 'b';
    memset(text, 'a', sizeof(text));
    w5_needle needles[] = {
        {{word, sizeof(word)}, 0, 0}
    };
    w5_needles set;
    w5_needles_build(&set, needles, 1);
    assert_int_equal(find(&set, (w5_str){text, sizeof(text)}), 0);
    memcpy(text + 1400, word, sizeof(word));
    assert_int_equal(find(&set, (w5_str){text, sizeof(text)}), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_literal_in_the_text_is_found),
        cmocka_unit_test(no_needles_find_nothing),
        cmocka_unit_test(it_finds_what_searching_one_by_one_finds),
        cmocka_unit_test(very_long_literals_are_found_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
