#include "decoding.h"
#include "gzip.h"

extern const w5_decoder w5_decoder_zlib;

static void a_wrong_check_sum_is_told_behind_the_text(void **state)
{
    char packed[256];
    char out[256];
    size_t len;
    w5_err err = {0};
    (void)state;
    size_t n = gzip(W5_STR("the text itself is good\n"), packed, sizeof packed);
    packed[n - 8] = (char)(packed[n - 8] ^ 1); /* the last 8 bytes are CRC-32 and length */
    assert_int_equal(
        unpack(&w5_decoder_zlib, (w5_str){packed, n}, n, 64, out, sizeof out, &len, &err),
        W5_EDAMAGED);
    assert_str(((w5_str){out, len}), W5_STR("the text itself is good\n"));
    assert_string_equal(err.text, "the gzip data are damaged (incorrect data check)");
}

int main(void)
{
    static decoding d = {&w5_decoder_zlib, gzip};
    static const struct CMUnitTest tests[] = {
        DECODING_TESTS(&d),
        cmocka_unit_test(a_wrong_check_sum_is_told_behind_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
