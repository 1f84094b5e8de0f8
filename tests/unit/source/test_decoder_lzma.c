#include "decoding.h"

extern const w5_decoder w5_decoder_lzma;

#if W5_HAVE_LZMA
#include <lzma.h>

static size_t pack_with(w5_str text, char *out, size_t room, uint32_t dictionary)
{
    lzma_options_lzma options;
    lzma_lzma_preset(&options, 1);
    options.dict_size = dictionary;
    lzma_filter filters[] = {
        {LZMA_FILTER_LZMA2, &options},
        {LZMA_VLI_UNKNOWN,  NULL    }
    };
    size_t n = 0;
    assert_int_equal(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, NULL,
                                               (const uint8_t *)text.ptr, text.len, (uint8_t *)out,
                                               &n, room),
                     LZMA_OK);
    return n;
}

static size_t pack(w5_str text, char *out, size_t room)
{
    return pack_with(text, out, room, 1 << 20);
}

/* The dictionary's size is one byte of the block header: (2 | bit 0) << (bits / 2 + 11), 40 = 4
 * GiB. (xz file format 1.1.0 §5.3.1). */
static void a_window_of_4_gib_is_refused(void **state)
{
    char packed[512];
    char out[64];
    size_t len;
    w5_err err = {0};
    (void)state;
    size_t n = pack_with(W5_STR("small\n"), packed, sizeof packed, 64u << 20);
    assert_int_equal(unpack(&w5_decoder_lzma, (w5_str){packed, n}, n, 64, out, 64, &len, &err),
                     W5_END); /* xz -9 */
    n = pack_with(W5_STR("small\n"), packed, sizeof packed, 1u << 20);
    char *size =
        memchr(packed + 12, 0x21, 16); /* the filter's id, before its length and the size */
    assert_non_null(size);
    size[2] = 40;
    uint32_t crc = lzma_crc32((const uint8_t *)packed + 12, 8, 0);
    memcpy(packed + 12 + 8, &crc, 4);
    assert_int_equal(unpack(&w5_decoder_lzma, (w5_str){packed, n}, n, 64, out, 64, &len, &err),
                     W5_ELIMIT);
    assert_string_equal(err.text, "the xz data want a window of more than 72 MiB");
}

int main(void)
{
    static decoding d = {&w5_decoder_lzma, pack, 0};
    static const struct CMUnitTest tests[] = {
        DECODING_TESTS(&d),
        cmocka_unit_test(a_window_of_4_gib_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
static void without_its_library_it_says_so(void **state)
{
    void *decoder;
    w5_err err;
    (void)state;
    assert_int_equal(w5_decoder_lzma.begin(&decoder, &err), W5_ENOTSUP);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(without_its_library_it_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
