#include "decoding.h"

extern const w5_decoder w5_decoder_lz4;

#if W5_HAVE_LZ4
#include <lz4frame.h>

static size_t pack(w5_str text, char *out, size_t room)
{
    LZ4F_preferences_t how = {0};
    how.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    size_t n = LZ4F_compressFrame(out, room, text.ptr, text.len, &how);
    assert_false(LZ4F_isError(n));
    return n;
}

int main(void)
{
    static decoding d = {&w5_decoder_lz4, pack, 1};
    static const struct CMUnitTest tests[] = {
        DECODING_TESTS(&d),
        cmocka_unit_test_prestate(a_wrong_check_sum_is_told_behind_the_text, &d),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
static void without_its_library_it_says_so(void **state)
{
    void *decoder;
    w5_err err;
    (void)state;
    assert_int_equal(w5_decoder_lz4.begin(&decoder, &err), W5_ENOTSUP);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(without_its_library_it_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
