#include "check.h"

#include "incident/hash.h"

static void the_lasting_hash_never_changes(void **state)
{
    (void)state;
    uint64_t h = w5_hash_lasting(W5_HASH_LASTING, W5_STR("web1"));
    h = w5_hash_lasting(h, W5_STR("127.0.0.1:8000"));
    assert_int_equal(h, UINT64_C(0xa8552d1aa4e74420));
    w5_hash_seed(12345); /* the run's secret has no part in it */
    assert_int_equal(
        w5_hash_lasting(w5_hash_lasting(W5_HASH_LASTING, W5_STR("web1")), W5_STR("127.0.0.1:8000")),
        h);
}

static void pieces_are_told_apart(void **state)
{
    (void)state;
    uint64_t one = w5_hash_lasting(w5_hash_lasting(W5_HASH_LASTING, W5_STR("a")), W5_STR("bc"));
    uint64_t other = w5_hash_lasting(w5_hash_lasting(W5_HASH_LASTING, W5_STR("ab")), W5_STR("c"));
    assert_true(one != other);
}

static void every_byte_counts(void **state)
{
    (void)state;
    char text[40] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (size_t len = 0; len <= 36; len++) {
        uint64_t h = w5_hash_bytes(1, (w5_str){text, len});
        assert_true(h != w5_hash_bytes(2, (w5_str){text, len}));
        for (size_t i = 0; i < len; i++) {
            text[i] ^= 1;
            if (w5_hash_bytes(1, (w5_str){text, len}) == h)
                fail_msg("byte %zu of %zu", i, len);
            text[i] ^= 1;
        }
        if (len > 0)
            assert_true(h != w5_hash_bytes(1, (w5_str){text, len - 1}));
    }
}

static void every_word_counts(void **state)
{
    (void)state;
    uint32_t words[5] = {1, 2, 3, 4, 5};
    for (size_t n = 1; n <= 5; n++)
        for (size_t i = 0; i < n; i++) {
            uint64_t h = w5_hash_words(9, words, n);
            words[i] ^= 0x100;
            assert_true(h != w5_hash_words(9, words, n));
            words[i] ^= 0x100;
        }
}

/* Whoever knows the program knows its constants; a word that cancels one must not hide those before. */
static void no_word_erases_what_came_before(void **state)
{
    (void)state;
    static const uint64_t constants[] = {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xc2b2ae3d27d4eb4f)};
    for (size_t i = 0; i < COUNT(constants); i++) {
        char one[24] = "/path/a/", other[24] = "/path/b/";
        memcpy(one + 8, &constants[i], 8);
        memcpy(other + 8, &constants[i], 8);
        assert_true(w5_hash_bytes(7, (w5_str){one, 24}) != w5_hash_bytes(7, (w5_str){other, 24}));
        assert_true(w5_hash_bytes(7, (w5_str){one, 16}) != w5_hash_bytes(7, (w5_str){other, 16}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lasting_hash_never_changes),
        cmocka_unit_test(pieces_are_told_apart),
        cmocka_unit_test(no_word_erases_what_came_before),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(every_word_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
