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

static void a_wrong_check_sum_is_told_behind_the_text(void **state)
{
    char packed[256];
    char out[256];
    size_t len;
    w5_err err = {0};
    (void)state;
    size_t n = pack(W5_STR("the text itself is good\n"), packed, sizeof packed);
    packed[n - 1] = (char)(packed[n - 1] ^ 1);
    assert_int_equal(
        unpack(&w5_decoder_lz4, (w5_str){packed, n}, n, 64, out, sizeof out, &len, &err),
        W5_EDAMAGED);
    assert_str(((w5_str){out, len}), W5_STR("the text itself is good\n"));
}

int main(void)
{
    static decoding d = {&w5_decoder_lz4, pack};
    static const struct CMUnitTest tests[] = {
        DECODING_TESTS(&d),
        cmocka_unit_test(a_wrong_check_sum_is_told_behind_the_text),
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
