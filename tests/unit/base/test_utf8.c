#include "check.h"

#include "base/utf8.h"

static void every_code_point_survives_the_round_trip(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x110000; code++) {
        char bytes[4];
        uint32_t back = 0;
        size_t n = w5_utf8_encode(bytes, code);
        bool surrogate = code >= 0xd800 && code < 0xe000;
        assert_int_equal(w5_utf8_decode((w5_str){bytes, n}, &back), surrogate ? 0 : n);
        if (!surrogate)
            assert_int_equal(back, code);
        for (size_t less = 1; less < n; less++) /* cut short it is no character */
            assert_int_equal(w5_utf8_decode((w5_str){bytes, less}, &back), 0);
    }
}

static void ill_formed_sequences_are_refused(void **state)
{
    (void)state;
    static const w5_str cases[] = {
        W5_LIT("\x80"),
        W5_LIT("\xbf"),
        W5_LIT("\xc0\xaf"),
        W5_LIT("\xc1\xbf"),
        W5_LIT("\xe0\x80\xaf"),
        W5_LIT("\xe0\x9f\xbf"),
        W5_LIT("\xed\xa0\x80"),
        W5_LIT("\xf0\x80\x80\xaf"),
        W5_LIT("\xf0\x8f\xbf\xbf"),
        W5_LIT("\xf4\x90\x80\x80"),
        W5_LIT("\xf5\x80\x80\x80"),
        W5_LIT("\xff"),
        W5_LIT("\xfe"),
        W5_LIT("\xc3("),
        W5_LIT("\xe3\x81("),
        W5_LIT("\xf0\x9f\x98("),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t code = 77;
        assert_int_equal(w5_utf8_decode(cases[i], &code), 0);
        assert_int_equal(code, 77);
    }
}

static void what_deceives_is_hidden(void **state)
{
    (void)state;
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00,    0x1f    },
        {0x7f,    0x9f    },
        {0xad,    0xad    },
        {0x61c,   0x61c   },
        {0x200b,  0x200f  },
        {0x2028,  0x202e  },
        {0x2060,  0x2069  },
        {0xfeff,  0xfeff  },
        {0xe000,  0xf8ff  },
        {0xfff9,  0xfffb  },
        {0xfffe,  0xffff  },
        {0xe0000, 0xe01ef },
        {0xf0000, 0x10ffff},
        {0x3164,  0x3164  },
        {0xfdd0,  0xfdef  },
        {0x1fffe, 0x1ffff },
    };
    static const uint32_t shown[] = {0x20,    0x7e,   0xa0,   0xe9,   0x301, 0x3042, 0xac00,
                                     0x1f600, 0x4e00, 0x2026, 0x2014, 0x300, 0xfe0f, 0x20000};
    for (size_t i = 0; i < COUNT(hidden); i++)
        for (uint32_t code = hidden[i].first; code <= hidden[i].last; code++)
            if (!w5_utf8_hidden(code))
                fail_msg("U+%04X would be shown", code);
    for (size_t i = 0; i < COUNT(shown); i++)
        if (w5_utf8_hidden(shown[i]))
            fail_msg("U+%04X would be hidden", shown[i]);
}

static void columns_are_those_of_a_terminal(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        unsigned columns;
    } cases[] = {
        {'a',     1},
        {0xe9,    1},
        {0x301,   0},
        {0x20d0,  0},
        {0x3042,  2},
        {0xac00,  2},
        {0xff21,  2},
        {0xff71,  1},
        {0x4e00,  2},
        {0x1f600, 2},
        {0x2026,  1},
        {0x1161,  0},
        {0x1100,  2},
        {0x20000, 2},
        {0x3fffd, 2},
        {0xfe0f,  0},
        {0x3000,  2},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(w5_utf8_columns(cases[i].code), cases[i].columns);
}

static void a_walk_shows_or_escapes_each_character(void **state)
{
    (void)state;
    static const struct {
        w5_str raw, shown;
        unsigned columns;
    } expected[] = {
        {W5_LIT("a"),                W5_LIT("a"),            1 },
        {W5_LIT("\n"),               W5_LIT("\\x0a"),        4 },
        {W5_LIT("\x7f"),             W5_LIT("\\x7f"),        4 },
        {W5_LIT("\xc2\x85"),         W5_LIT("\\u{85}"),      6 },
        {W5_LIT("\xe2\x80\xae"),     W5_LIT("\\u{202e}"),    8 },
        {W5_LIT("\xf3\xa0\x80\xa1"), W5_LIT("\\u{e0021}"),   9 },
        {W5_LIT("\xf4\x8f\xbf\xbd"), W5_LIT("\\u{10fffd}"),  10},
        {W5_LIT("\xff"),             W5_LIT("\\xff"),        4 },
        {W5_LIT("\xe3\x81\x82"),     W5_LIT("\xe3\x81\x82"), 2 },
    };
    char text[64];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(expected); i++) {
        memcpy(text + n, expected[i].raw.ptr, expected[i].raw.len);
        n += expected[i].raw.len;
    }
    w5_glyphs walk = w5_glyphs_of((w5_str){text, n});
    w5_glyph glyph;
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(w5_glyphs_next(&walk, &glyph));
        assert_str(glyph.raw, expected[i].raw);
        assert_str(glyph.escape_len ? ((w5_str){glyph.escape, glyph.escape_len}) : glyph.raw,
                   expected[i].shown);
        assert_int_equal(glyph.columns, expected[i].columns);
    }
    assert_false(w5_glyphs_next(&walk, &glyph));
}

static void marks_stay_on_their_letter(void **state)
{
    (void)state;
    char text[256] = "e";
    size_t n = 1;
    for (int i = 0; i < 100; i++, n += 2)
        memcpy(text + n, "\xcc\x81", 2);
    w5_glyphs walk = w5_glyphs_of((w5_str){text, n});
    w5_glyph glyph;
    unsigned raw = 0;
    while (w5_glyphs_next(&walk, &glyph))
        raw += glyph.columns == 0;
    assert_int_equal(raw, W5_MARKS_MAX);
    walk = w5_glyphs_of(W5_STR("\xcc\x81"
                               "a\xcc\x81\x1b\xcc\x81"));
    static const bool escaped[] = {true, false, false, true, true};
    for (size_t i = 0; i < COUNT(escaped); i++) {
        assert_true(w5_glyphs_next(&walk, &glyph));
        assert_int_equal(glyph.escape_len > 0, escaped[i]);
    }
}

static void a_plain_run_ends_at_the_first_byte_that_is_not(void **state)
{
    (void)state;
    assert_int_equal(w5_plain_run(W5_STR("abc ~")), 5);
    assert_int_equal(w5_plain_run(W5_STR("abc\x7f")), 3);
    assert_int_equal(w5_plain_run(W5_STR("\xe3")), 0);
    assert_int_equal(w5_plain_run(W5_STR("a\0b")), 1);
    assert_int_equal(w5_plain_run(W5_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_survives_the_round_trip),
        cmocka_unit_test(ill_formed_sequences_are_refused),
        cmocka_unit_test(what_deceives_is_hidden),
        cmocka_unit_test(columns_are_those_of_a_terminal),
        cmocka_unit_test(a_walk_shows_or_escapes_each_character),
        cmocka_unit_test(marks_stay_on_their_letter),
        cmocka_unit_test(a_plain_run_ends_at_the_first_byte_that_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
