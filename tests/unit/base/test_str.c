#include "check.h"

#include <stdlib.h>

static void pieces_are_compared_by_bytes(void **state)
{
    (void)state;
    assert_true(w5_str_ieq(W5_STR("Host-9"), W5_STR("hOST-9")));
    assert_false(w5_str_ieq(W5_STR("host"), W5_STR("hosts")));
    assert_false(w5_str_ieq(W5_STR("["), W5_STR("{"))); /* 0x20 apart, but no letters */
    assert_false(w5_str_ieq(W5_STR("\xc4"), W5_STR("\xe4")));
    assert_true(w5_str_cmp(W5_STR("a"), W5_STR("ab")) < 0);
    assert_true(w5_str_cmp(W5_STR("b"), W5_STR("ab")) > 0);
    assert_true(w5_str_cmp(W5_STR("\xff"), W5_STR("a")) > 0);
    assert_int_equal(w5_str_cmp(W5_NONE, W5_STR("")), 0);
    assert_true(w5_str_eq(W5_NONE, W5_STR("")));
    assert_true(w5_str_starts(W5_STR("abc"), W5_NONE));
    assert_true(w5_str_ends(W5_STR("error.log.gz"), W5_STR(".gz")));
    assert_false(w5_str_ends(W5_STR("gz"), W5_STR(".gz")));
    assert_str(w5_str_skip(W5_STR("abc"), 7), W5_STR(""));
    assert_str(w5_str_head(W5_STR("abc"), 7), W5_STR("abc"));
}

static void a_prefix_is_taken_only_when_it_stands_there(void **state)
{
    (void)state;
    w5_str s = W5_STR("upstream: x");
    assert_false(w5_str_take(&s, W5_STR("client")));
    assert_str(s, W5_STR("upstream: x"));
    assert_true(w5_str_take(&s, W5_STR("upstream: ")));
    assert_str(s, W5_STR("x"));
    assert_false(w5_str_take(&s, W5_STR("xy")));
}

static void a_cut_leaves_both_sides_or_nothing(void **state)
{
    (void)state;
    static const struct {
        w5_str text, sep, head, tail;
        bool found;
    } cases[] = {
        {W5_LIT("a=b=c"), W5_LIT("="),  W5_LIT("a"), W5_LIT("b=c"), true },
        {W5_LIT("=b"),    W5_LIT("="),  W5_LIT(""),  W5_LIT("b"),   true },
        {W5_LIT("b="),    W5_LIT("="),  W5_LIT("b"), W5_LIT(""),    true },
        {W5_LIT("b"),     W5_LIT("="),  W5_LIT("-"), W5_LIT("-"),   false},
        {W5_LIT(""),      W5_LIT("="),  W5_LIT("-"), W5_LIT("-"),   false},
        {W5_LIT("a\0b"),  W5_LIT("\0"), W5_LIT("a"), W5_LIT("b"),   true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str head = W5_STR("-");
        w5_str tail = W5_STR("-");
        assert_int_equal(w5_str_cut(cases[i].text, cases[i].sep.ptr[0], &head, &tail),
                         cases[i].found);
        assert_str(head, cases[i].head);
        assert_str(tail, cases[i].tail);
        head = tail = W5_STR("-");
        assert_int_equal(w5_str_cut_at(cases[i].text, cases[i].sep, &head, &tail), cases[i].found);
        assert_str(head, cases[i].head);
        assert_str(tail, cases[i].tail);
    }
    w5_str head;
    w5_str tail;
    assert_true(w5_str_cut_at(W5_STR("a, b, c"), W5_STR(", "), &head, &tail));
    assert_str(tail, W5_STR("b, c"));
}

static void characters_are_found_from_either_end(void **state)
{
    (void)state;
    size_t at = 99;
    assert_true(w5_str_find_char(W5_STR("a.b.c"), '.', &at));
    assert_int_equal(at, 1);
    assert_true(w5_str_rfind_char(W5_STR("a.b.c"), '.', &at));
    assert_int_equal(at, 3);
    assert_false(w5_str_find_char(W5_NONE, '.', &at));
    assert_false(w5_str_rfind_char(W5_STR("abc"), '.', &at));
    assert_int_equal(at, 3);
}

static void blanks_are_trimmed_at_the_ends_only(void **state)
{
    (void)state;
    assert_str(w5_str_trim(W5_STR(" \t a b \r")), W5_STR("a b"));
    assert_str(w5_str_trim(W5_STR(" \t\r ")), W5_STR(""));
    assert_str(w5_str_trim(W5_NONE), W5_STR(""));
    assert_str(w5_str_trim(W5_STR("\n")), W5_STR("\n"));
}

static void numbers_are_digits_and_fit(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        bool ok;
        uint64_t value;
    } cases[] = {
        {W5_LIT("0"),                                        true,  0         },
        {W5_LIT("007"),                                      true,  7         },
        {W5_LIT("18446744073709551615"),                     true,  UINT64_MAX},
        {W5_LIT("18446744073709551616"),                     false, 0         },
        {W5_LIT("99999999999999999999"),                     false, 0         },
        {W5_LIT("1234567890123456789012345678901234567890"), false, 0         },
        {W5_LIT(""),                                         false, 0         },
        {W5_LIT("-1"),                                       false, 0         },
        {W5_LIT("+1"),                                       false, 0         },
        {W5_LIT("1 "),                                       false, 0         },
        {W5_LIT("1\0"),                                      false, 0         },
        {W5_LIT("0x1"),                                      false, 0         },
        {W5_LIT("\xb2"),                                     false, 0         },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t value = 42;
        assert_int_equal(w5_str_u64(cases[i].text, &value), cases[i].ok);
        assert_true(value == (cases[i].ok ? cases[i].value : 42));
    }
}

static void leading_digits_are_taken(void **state)
{
    (void)state;
    uint64_t value;
    w5_str s = W5_STR("1234#0: *5");
    assert_true(w5_str_take_u64(&s, &value));
    assert_int_equal(value, 1234);
    assert_str(s, W5_STR("#0: *5"));
    assert_false(w5_str_take_u64(&s, &value));
    assert_str(s, W5_STR("#0: *5"));
}

static void decimals_become_millionths(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        bool ok;
        int64_t value;
    } cases[] = {
        {W5_LIT("1.250"),                true,  1250000  },
        {W5_LIT("0.001"),                true,  1000     },
        {W5_LIT("60"),                   true,  60000000 },
        {W5_LIT("0.0000019"),            true,  1        }, /* the seventh digit is cut */
        {W5_LIT("9223372036854.775807"), true,  INT64_MAX},
        {W5_LIT("9223372036854.775808"), false, 0        },
        {W5_LIT("9223372036855"),        false, 0        },
        {W5_LIT("1."),                   false, 0        },
        {W5_LIT(".5"),                   false, 0        },
        {W5_LIT("1.5s"),                 false, 0        },
        {W5_LIT("1,5"),                  false, 0        },
        {W5_LIT("-1.5"),                 false, 0        },
        {W5_LIT("-"),                    false, 0        },
        {W5_LIT(""),                     false, 0        },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = 42;
        assert_int_equal(w5_str_micros(cases[i].text, &value), cases[i].ok);
        assert_true(value == (cases[i].ok ? cases[i].value : 42));
    }
}

static void a_needle_is_found_where_it_first_stands(void **state)
{
    (void)state;
    static const struct {
        w5_str hay, needle;
        bool found;
        size_t at;
    } cases[] = {
        {W5_LIT("abcabc"),                       W5_LIT("bc"),          true,  1 },
        {W5_LIT("abc"),                          W5_LIT(""),            true,  0 },
        {W5_LIT(""),                             W5_LIT(""),            true,  0 },
        {W5_LIT(""),                             W5_LIT("a"),           false, 0 },
        {W5_LIT("ab"),                           W5_LIT("abc"),         false, 0 },
        {W5_LIT("aaaaaaaaab"),                   W5_LIT("aab"),         true,  7 },
        {W5_LIT("a\0b\0c"),                      W5_LIT("\0c"),         true,  3 },
        {W5_LIT("xxxxxxxxxxxxxxxxxxxxxxxy"),     W5_LIT("y"),           true,  23},
        {W5_LIT("GET /upstream upstreamX"),      W5_LIT("upstreamX"),   true,  14},
        {W5_LIT("\xff\xfe\xfd"),                 W5_LIT("\xfe\xfd"),    true,  1 },
        {W5_LIT("while connecting to upstream"), W5_LIT("to upstream"), true,  17},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t at = 99;
        assert_int_equal(w5_str_find(cases[i].hay, cases[i].needle, &at), cases[i].found);
        assert_int_equal(at, cases[i].found ? cases[i].at : 99);
    }
    size_t at;
    assert_false(w5_str_find(W5_NONE, W5_STR("a"), &at));
}

/* The plainest search there is. */
static const char *slow_find(const char *hay, size_t n, const char *needle, size_t m)
{
    for (size_t i = 0; i + m <= n; i++)
        if (memcmp(hay + i, needle, m) == 0)
            return hay + i;
    return NULL;
}

/* Over two letters every prefix, suffix and repetition occurs; the haystack ends exactly where its
 * memory does, so that a read past it is seen by the sanitizer. */
static void the_search_agrees_with_a_plain_one(void **state)
{
    (void)state;
    uint32_t dice = 12345;
    for (int round = 0; round < 20000; round++) {
        dice = dice * 1664525u + 1013904223u;
        size_t n = dice >> 8 & 127;
        size_t m = 1 + (dice >> 16 & 15);
        char *hay = malloc(n ? n : 1);
        char needle[16];
        assert_non_null(hay);
        for (size_t i = 0; i < n; i++)
            hay[i] = (char)('a' + ((dice = dice * 1664525u + 1013904223u) >> 24 & 1));
        for (size_t i = 0; i < m; i++)
            needle[i] = (char)('a' + ((dice = dice * 1664525u + 1013904223u) >> 24 & 1));
        assert_ptr_equal(w5_mem_find(hay, n, needle, m), slow_find(hay, n, needle, m));
        free(hay);
    }
}

/* Computed by a second implementation, which agrees with CPython's siphash13 under a zero key. */
static void the_hash_is_siphash_1_3(void **state)
{
    (void)state;
    static const struct {
        w5_str text;
        uint64_t hash;
    } cases[] = {
        {W5_LIT(""),                UINT64_C(0xbdf078c4042173ab)},
        {W5_LIT("a"),               UINT64_C(0x2209046dc3b43596)},
        {W5_LIT("upstream"),        UINT64_C(0x664518837cabe10f)},
        {W5_LIT("premature-close"), UINT64_C(0x1a91e77d6c3ea0fb)},
    };
    w5_hash_seed(1);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_true(w5_str_hash(cases[i].text) == cases[i].hash);
}

static void the_hash_depends_on_every_byte_the_length_and_the_seed(void **state)
{
    (void)state;
    w5_hash_seed(1);
    uint64_t one = w5_str_hash(W5_STR("upstream"));
    assert_true(one == w5_str_hash(W5_STR("upstream")));
    assert_true(one != w5_str_hash(W5_STR("upstreaM")));
    assert_true(w5_str_hash(W5_STR("")) != w5_str_hash(W5_STR("\0")));
    assert_true(w5_str_hash(W5_STR("a\0")) != w5_str_hash(W5_STR("a")));
    w5_hash_seed(2);
    assert_true(one != w5_str_hash(W5_STR("upstream")));
}

static void hashes_spread_over_the_low_bits(void **state)
{
    (void)state;
    unsigned used[256] = {0};
    char key[8] = "key";
    for (unsigned i = 0; i < 4096; i++) {
        key[3] = (char)('0' + i % 16);
        key[4] = (char)('0' + i / 16 % 16);
        key[5] = (char)('0' + i / 256);
        used[w5_str_hash((w5_str){key, 6}) & 255]++;
    }
    for (unsigned i = 0; i < 256; i++)
        assert_in_range(used[i], 1, 48); /* 16 expected */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_compared_by_bytes),
        cmocka_unit_test(a_prefix_is_taken_only_when_it_stands_there),
        cmocka_unit_test(a_cut_leaves_both_sides_or_nothing),
        cmocka_unit_test(characters_are_found_from_either_end),
        cmocka_unit_test(blanks_are_trimmed_at_the_ends_only),
        cmocka_unit_test(numbers_are_digits_and_fit),
        cmocka_unit_test(leading_digits_are_taken),
        cmocka_unit_test(decimals_become_millionths),
        cmocka_unit_test(a_needle_is_found_where_it_first_stands),
        cmocka_unit_test(the_search_agrees_with_a_plain_one),
        cmocka_unit_test(the_hash_is_siphash_1_3),
        cmocka_unit_test(the_hash_depends_on_every_byte_the_length_and_the_seed),
        cmocka_unit_test(hashes_spread_over_the_low_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
