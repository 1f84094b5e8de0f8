#include "decoding.h"

extern const w5_decoder w5_decoder_zstd;

#if W5_HAVE_ZSTD
#include <zstd.h>

static size_t pack(w5_str text, char *out, size_t room)
{
    ZSTD_CCtx *z = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
    size_t n = ZSTD_compress2(z, out, room, text.ptr, text.len);
    assert_false(ZSTD_isError(n));
    ZSTD_freeCCtx(z);
    return n;
}

/* Frame headers by hand (RFC 8878 §3.1.1): no single segment, window descriptor = exponent << 3,
 * then an empty last raw block. */
static void windows_are_refused_by_their_size(void **state)
{
    static const struct {
        unsigned log;
        w5_rc rc;
    } cases[] = {
        {23, W5_END   },
        {26, W5_END   },
        {27, W5_ELIMIT},
        {31, W5_ELIMIT}
    };
    char out[64];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char frame[] = "\x28\xb5\x2f\xfd\0\0\x01\0\0";
        size_t len;
        w5_err err = {0};
        frame[5] = (char)((cases[i].log - 10) << 3);
        assert_int_equal(unpack(&w5_decoder_zstd, (w5_str){frame, sizeof frame - 1}, 64, 64, out,
                                64, &len, &err),
                         cases[i].rc);
        if (cases[i].rc < 0)
            assert_string_equal(err.text, "the zstd data want a window of more than 64 MiB");
    }
}

static void a_skippable_frame_may_come_first(void **state)
{
    char packed[256] = "\x50\x2a\x4d\x18\x03\0\0\0abc";
    char out[64];
    size_t len;
    w5_err err = {0};
    (void)state;
    assert_int_equal(w5_decoder_zstd.sniff((w5_str){packed, 11}), W5_SNIFF_YES);
    assert_int_equal(w5_decoder_zstd.sniff(W5_STR("P")), W5_SNIFF_MORE);
    assert_int_equal(w5_decoder_zstd.sniff(W5_STR("POST /")), W5_SNIFF_NO);
    assert_int_equal(unpack(&w5_decoder_zstd, (w5_str){packed, 11}, 64, 64, out, 64, &len, &err),
                     W5_END);
    assert_int_equal(len, 0);
}

int main(void)
{
    static decoding d = {&w5_decoder_zstd, pack, 1};
    static const struct CMUnitTest tests[] = {
        DECODING_TESTS(&d),
        cmocka_unit_test(windows_are_refused_by_their_size),
        cmocka_unit_test(a_skippable_frame_may_come_first),
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
    assert_int_equal(w5_decoder_zstd.begin(&decoder, &err), W5_ENOTSUP);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(without_its_library_it_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
