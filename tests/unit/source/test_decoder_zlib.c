#include "decoding.h"
#include "gzip.h"

extern const w5_decoder w5_decoder_zlib;

int main(void)
{
    static decoding d = {&w5_decoder_zlib, gzip, 8}; /* CRC-32, length */
    static const struct CMUnitTest tests[] = {
        DECODING_TESTS(&d),
        cmocka_unit_test_prestate(a_wrong_check_sum_is_told_behind_the_text, &d),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
