#include "decoding.h"

extern const w5_decoder w5_decoder_bz2;

static void text_that_begins_like_it_is_text(void **state)
{
    (void)state;
    assert_int_equal(w5_decoder_bz2.sniff(W5_STR("BZh is how")), W5_SNIFF_NO);
    assert_int_equal(w5_decoder_bz2.sniff(W5_STR("BZh9 is no")), W5_SNIFF_NO);
    assert_int_equal(w5_decoder_bz2.sniff(W5_STR("BZh91AY")), W5_SNIFF_MORE);
}

#if W5_HAVE_BZ2
#include <bzlib.h>

static size_t pack(w5_str text, char *out, size_t room)
{
    unsigned n = (unsigned)room;
    assert_int_equal(
        BZ2_bzBuffToBuffCompress(out, &n, (char *)(uintptr_t)text.ptr, (unsigned)text.len, 9, 0, 0),
        BZ_OK);
    return n;
}

int main(void)
{
    static decoding d = {&w5_decoder_bz2, pack, 0};
    static const struct CMUnitTest tests[] = {
        DECODING_TESTS(&d),
        cmocka_unit_test(text_that_begins_like_it_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(text_that_begins_like_it_is_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
