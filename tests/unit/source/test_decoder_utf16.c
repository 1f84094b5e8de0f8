#include "source/source_compressed.h"

#include "scene.h"

extern const w5_decoder w5_decoder_utf16;

static void text_of_either_order_becomes_utf8(void **state)
{
    static const struct {
        w5_str utf16;
        const char *utf8;
    } cases[] = {
        {W5_LIT("\xff\xfe\x61\0\n\0"),       "a\n"             },
        {W5_LIT("\xfe\xff\0a\0\n"),          "a\n"             },
        {W5_LIT("\xff\xfe\xe9\0"),           "\xc3\xa9"        },
        {W5_LIT("\xff\xfe\xac\x20"),         "\xe2\x82\xac"    },
        {W5_LIT("\xff\xfe\x3d\xd8\x00\xde"), "\xf0\x9f\x98\x80"},
        {W5_LIT("\xff\xfe\x00\xde\x61\0"),   "\xef\xbf\xbd\x61"},
        {W5_LIT("\xff\xfe\x3d\xd8\x61\0"),   "\xef\xbf\xbd\x61"},
        {W5_LIT("\xff\xfe"),                 ""                },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t piece = 1; piece < 8; piece++) {
            char out[64];
            char held[16];
            size_t held_len = 0;
            size_t len = 0;
            void *u;
            w5_decoder_utf16.begin(&u, NULL);
            for (size_t from = 0; from < cases[i].utf16.len; from += piece) {
                w5_str more = w5_str_head(w5_str_skip(cases[i].utf16, from), piece);
                size_t made;
                memcpy(held + held_len, more.ptr, more.len);
                w5_str in = {held, held_len + more.len};
                w5_rc rc =
                    w5_decoder_utf16.decode(u, &in, out + len, sizeof out - len, &made, NULL);
                assert_int_equal(rc, W5_OK);
                len += made;
                held_len = in.len;
                memmove(held, in.ptr, in.len);
            }
            w5_decoder_utf16.end(u);
            assert_str(((w5_str){out, len}), w5_str_of(cases[i].utf8));
        }
}

static void only_a_mark_tells(void **state)
{
    static const struct {
        w5_str head;
        w5_sniff sniff;
    } cases[] = {
        {W5_LIT("\xff\xfe\x61\0"), W5_SNIFF_YES },
        {W5_LIT("\xfe\xff\0a"),    W5_SNIFF_YES },
        {W5_LIT("\xff\xfe\0\0"),   W5_SNIFF_NO  },
        {W5_LIT("a\0b\0"),         W5_SNIFF_NO  },
        {W5_LIT("\xff"),           W5_SNIFF_MORE},
        {W5_LIT("\xef\xbb\xbf"),   W5_SNIFF_NO  },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(w5_decoder_utf16.sniff(cases[i].head), cases[i].sniff);
}

static void a_log_from_powershell_is_a_log(void **state)
{
    scene *s = *state;
    char text[4096] = "\xff\xfe";
    size_t n = 2;
    for (const char *c = "2026/11/20 10:00:00 [error] 7#7: one\r\nand two\r\n"; *c; c++) {
        text[n++] = *c;
        text[n++] = '\0';
    }
    put_bytes(s, "error.log", 0, (w5_str){text, n});
    put_bytes(s, "odd.log", 0, (w5_str){text, n - 1});
    const w5_source *source = add(s, at(s, "error.log"));
    assert_str(read_all(s, 0), W5_STR("2026/11/20 10:00:00 [error] 7#7: one\r\nand two\r\n"));
    assert_str(source->compression, W5_STR("utf-16"));
    assert_int_equal(source->error.code, W5_OK);
    start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
    add(s, at(s, "odd.log"));
    assert_str(read_all(s, 0), W5_STR("2026/11/20 10:00:00 [error] 7#7: one\r\nand two\r"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_either_order_becomes_utf8),
        cmocka_unit_test(only_a_mark_tells),
        TEST(a_log_from_powershell_is_a_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
