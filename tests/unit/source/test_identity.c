#include "source/identity.h"

#include "gzip.h"
#include "scene.h"

/* The first member of a slot is its source. */
static const w5_slot *slot_of(const w5_source *source)
{
    return (const w5_slot *)source;
}

static void the_fingerprint_is_the_same_in_every_run(void **state)
{
    (void)state;
    /* values of FNV-1a published by its authors (http://www.isthe.com/chongo/tech/comp/fnv/) */
    assert_true(w5_identity_hash(W5_STR("")) == UINT64_C(0xcbf29ce484222325));
    assert_true(w5_identity_hash(W5_STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(w5_identity_hash(W5_STR("foobar")) == UINT64_C(0x85944171f73967e8));
}

static void a_file_and_its_archive_have_one_fingerprint(void **state)
{
    scene *s = *state;
    char packed[256];
    put(s, "a.log", "the same text\n");
    size_t n = gzip(W5_STR("the same text\n"), packed, sizeof packed);
    put_bytes(s, "a.log.gz", 0, (w5_str){packed, n});
    const w5_source *plain = add(s, at(s, "a.log"));
    const w5_source *gz = add(s, at(s, "a.log.gz"));
    assert_int_equal(plain->identity.fingerprinted, 14);
    assert_int_equal(gz->identity.fingerprinted, 14);
    assert_true(plain->identity.fingerprint == gz->identity.fingerprint);
    assert_true(plain->identity.inode != gz->identity.inode);
}

static void a_file_that_grew_is_known_again(void **state)
{
    scene *s = *state;
    put(s, "a.log", "begin\n");
    w5_identity was = add(s, at(s, "a.log"))->identity;
    append(s, "a.log", "more\n");
    put(s, "b.log", "begun\n");
    put(s, "c.log", "beg");
    assert_true(w5_identity_fits(slot_of(add(s, at(s, "a.log"))), &was));
    assert_false(w5_identity_fits(slot_of(add(s, at(s, "b.log"))), &was));
    assert_false(w5_identity_fits(slot_of(add(s, at(s, "c.log"))), &was));
    was.fingerprinted = 0; /* an empty file is every file's beginning and so tells nothing */
    assert_false(w5_identity_fits(slot_of(add(s, at(s, "a.log"))), &was));
}

static void texts_are_compared_to_their_end(void **state)
{
    static const struct {
        size_t first, second; /* bytes of one long text */
        size_t differ;        /* where the second differs, SIZE_MAX: nowhere */
        w5_sameness same;
    } cases[] = {
        {10,     10,     SIZE_MAX, W5_SAME_ALL   },
        {10,     20,     SIZE_MAX, W5_SAME_FIRST },
        {20,     10,     SIZE_MAX, W5_SAME_SECOND},
        {10,     10,     9,        W5_SAME_NOT   },
        {1024,   2000,   SIZE_MAX, W5_SAME_FIRST },
        {65536,  65536,  SIZE_MAX, W5_SAME_ALL   },
        {200000, 200000, SIZE_MAX, W5_SAME_ALL   },
        {200000, 200001, SIZE_MAX, W5_SAME_FIRST },
        {200000, 131072, SIZE_MAX, W5_SAME_SECOND},
        {200000, 200000, 199999,   W5_SAME_NOT   },
        {200000, 200000, 5000,     W5_SAME_NOT   },
        {0,      10,     SIZE_MAX, W5_SAME_NOT   },
        {0,      0,      SIZE_MAX, W5_SAME_NOT   },
    };
    scene *s = *state;
    char *text = malloc(200001);
    for (size_t i = 0; i < 200001; i++)
        text[i] = (char)('a' + i * i % 23);
    for (size_t i = 0; i < COUNT(cases); i++) {
        put_bytes(s, "1", O_TRUNC, (w5_str){text, cases[i].first});
        if (cases[i].differ != SIZE_MAX)
            text[cases[i].differ] ^= 1;
        put_bytes(s, "2", O_TRUNC, (w5_str){text, cases[i].second});
        if (cases[i].differ != SIZE_MAX)
            text[cases[i].differ] ^= 1;
        start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
        add(s, at(s, "1"));
        add(s, at(s, "2"));
        const w5_slot *first = slot_of(w5_sources_at(s->sources, 0));
        const w5_slot *second = slot_of(w5_sources_at(s->sources, 1));
        if (w5_identity_compare(first, second) != cases[i].same)
            fail_msg("case %zu", i);
    }
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fingerprint_is_the_same_in_every_run),
        TEST(a_file_and_its_archive_have_one_fingerprint),
        TEST(a_file_that_grew_is_known_again),
        TEST(texts_are_compared_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
