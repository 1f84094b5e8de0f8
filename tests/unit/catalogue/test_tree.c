#include "check.h"

#include <stdlib.h>

#include "catalogue/tree.h"

static uint64_t find(const w5_tree *tree, w5_str text)
{
    uint64_t bits = 0;
    w5_tree_leaves(tree, w5_tree_find(tree, text), &bits);
    return bits;
}

static void every_literal_that_begins_the_text_is_found(void **state)
{
    (void)state;
    w5_leaf leaves[] = {
        {W5_LIT("upstream timed out"), 0, false},
        {W5_LIT("upstream sent "),     1, false},
        {W5_LIT("upstream"),           2, false},
        {W5_LIT("connect() failed"),   3, true },
        {W5_LIT("connect() "),         4, false},
        {W5_LIT("upstream"),           5, false},
        {W5_LIT("\xff\0x"),            6, false},
    };
    static const struct {
        w5_str text;
        uint64_t bits;
    } rows[] = {
        {W5_LIT("upstream timed out"),     1 | 4 | 32},
        {W5_LIT("upstream timed out (x)"), 1 | 4 | 32},
        {W5_LIT("upstream timed ou"),      4 | 32    },
        {W5_LIT("upstream sent too big"),  2 | 4 | 32},
        {W5_LIT("upstrea"),                0         },
        {W5_LIT("connect() failed"),       8 | 16    },
        {W5_LIT("connect() failed (111)"), 16        },
        {W5_LIT("connect() "),             16        },
        {W5_LIT("\xff\0x"),                64        },
        {W5_LIT("\xff\0"),                 0         },
        {W5_LIT(""),                       0         },
        {W5_LIT("zzz"),                    0         },
    };
    w5_arena *arena = w5_arena_new();
    w5_tree tree;
    w5_tree_build(&tree, leaves, COUNT(leaves), arena);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(find(&tree, rows[i].text), rows[i].bits);
    w5_arena_free(arena);
}

static void an_empty_tree_finds_nothing(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_tree tree;
    w5_tree_build(&tree, NULL, 0, arena);
    assert_int_equal(find(&tree, W5_STR("x")), 0);
    assert_int_equal(find(&tree, W5_STR("")), 0);
    w5_arena_free(arena);
}

static w5_str random_word(char *room, size_t most)
{
    size_t len = 1 + (size_t)rand() % most;
    for (size_t i = 0; i < len; i++)
        room[i] = "ab"[rand() % 2];
    return (w5_str){room, len};
}

static void it_finds_what_comparing_one_by_one_finds(void **state)
{
    (void)state;
    srand(2);
    for (int round = 0; round < 500; round++) {
        char words[60][8];
        w5_leaf leaves[60], sorted[60];
        w5_arena *arena = w5_arena_new();
        w5_tree tree;
        for (uint16_t i = 0; i < 60; i++)
            leaves[i] = (w5_leaf){random_word(words[i], 8), i, rand() % 4 == 0};
        memcpy(sorted, leaves, sizeof(leaves));
        w5_tree_build(&tree, sorted, 60, arena);
        for (int t = 0; t < 50; t++) {
            char room[12];
            w5_str text = random_word(room, 12);
            uint64_t wanted = 0;
            for (size_t i = 0; i < 60; i++)
                if (w5_str_starts(text, leaves[i].literal) &&
                    (!leaves[i].whole || text.len == leaves[i].literal.len))
                    wanted |= (uint64_t)1 << i;
            assert_true(find(&tree, text) == wanted);
        }
        w5_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_literal_that_begins_the_text_is_found),
        cmocka_unit_test(an_empty_tree_finds_nothing),
        cmocka_unit_test(it_finds_what_comparing_one_by_one_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
