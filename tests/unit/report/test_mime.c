#include "inspect.h"
#include "report/mime.h"

static w5_str header(w5_out *out, const char *value)
{
    w5_out_reset(out);
    w5_mime_header(out, "Subject", w5_str_of(value));
    return w5_out_bytes(out);
}

static void a_plain_value_stays_plain(void **state)
{
    w5_out *out = w5_out_memory();
    assert_str(header(out, "[why502] web1: 3 x 502"), W5_STR("Subject: [why502] web1: 3 x 502\n"));
    assert_str(header(out, ""), W5_STR(""));
    w5_out_done(out, NULL);
    (void)state;
}

static void a_value_can_neither_end_its_line_nor_begin_a_header(void **state)
{
    static const char *const cases[] = {"a\nBcc: x@y.z",
                                        "a\r\nBcc: x@y.z",
                                        "a\r\n\r\nbody",
                                        "\n\n",
                                        "a\n b",
                                        "a\x01"
                                        "b",
                                        "a\xe2\x80\xa8"
                                        "b",
                                        "\xff\xfe",
                                        "=?utf-8?q?=0ABcc:_x?="};
    w5_out *out = w5_out_memory();
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_str text = header(out, cases[i]), line;
        while (w5_str_cut(text, '\n', &line, &text)) {
            assert_true(w5_str_starts(line, W5_STR("Subject: ")) ||
                        w5_str_starts(line, W5_STR(" ")));
            for (size_t b = 0; b < line.len; b++)
                assert_true(line.ptr[b] >= ' ' && line.ptr[b] < 0x7f);
        }
        assert_int_equal(text.len, 0);
    }
    w5_out_done(out, NULL);
    (void)state;
}

static void what_is_no_ascii_becomes_encoded_words_of_whole_characters(void **state)
{
    w5_out *out = w5_out_memory();
    assert_str(header(out, "再起動"), W5_STR("Subject: =?UTF-8?B?5YaN6LW35YuV?=\n"));
    w5_str text = header(
               out, "アプリが接続先で待ち受けていません。アプリが接続先で待ち受けていません。"),
           line;
    while (w5_str_cut(text, '\n', &line, &text)) {
        assert_true(line.len <= 78);
        assert_true(w5_str_ends(line, W5_STR("?=")));
    }
    w5_out_done(out, NULL);
    (void)state;
}

static void long_values_are_folded_at_blanks(void **state)
{
    w5_out *out = w5_out_memory();
    w5_str text = header(
               out,
               "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"),
           line;
    size_t lines = 0;
    for (; w5_str_cut(text, '\n', &line, &text); lines++)
        assert_true(line.len <= 78);
    assert_int_equal(lines, 2);
    w5_out_done(out, NULL);
    (void)state;
}

static void an_address_loses_what_no_address_has(void **state)
{
    w5_out *out = w5_out_memory();
    w5_mime_header_ascii(out, "To", W5_STR("a@b.c\r\nBcc: d\x00\xe3\x81\x82"));
    assert_str(w5_out_bytes(out), W5_STR("To: a@b.cBcc: d\n"));
    w5_out_done(out, NULL);
    (void)state;
}

static void quoted_lines_are_short_and_begin_with_nothing_special(void **state)
{
    w5_out *out = w5_out_memory();
    w5_mime_quoted(out, HOSTILE);
    w5_mime_quoted(
        out, W5_STR("\n.\n~!id\nFrom x\n-- "
                    "\n12345678901234567890123456789012345678901234567890123456789012345678901234"
                    "5.x\nblank \nend"));
    w5_str text = w5_out_bytes(out), line;
    while (w5_str_cut(text, '\n', &line, &text)) {
        assert_true(line.len <= 76);
        assert_false(line.len && strchr(".~", line.ptr[0]));
        assert_false(w5_str_starts(line, W5_STR("From ")) || w5_str_starts(line, W5_STR("--")));
        assert_false(w5_str_ends(line, W5_STR(" ")));
        for (size_t i = 0; i < line.len; i++)
            assert_true(line.ptr[i] >= ' ' && line.ptr[i] < 0x7f);
    }
    w5_out_done(out, NULL);
    (void)state;
}

static void quoted_text_reads_as_it_was(void **state)
{
    w5_out *out = w5_out_memory();
    w5_mime_quoted(out, W5_STR("a=b\ncaf\xc3\xa9\n"));
    assert_str(w5_out_bytes(out), W5_STR("a=3Db\ncaf=C3=A9\n"));
    w5_out_done(out, NULL);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_value_stays_plain),
        cmocka_unit_test(a_value_can_neither_end_its_line_nor_begin_a_header),
        cmocka_unit_test(what_is_no_ascii_becomes_encoded_words_of_whole_characters),
        cmocka_unit_test(long_values_are_folded_at_blanks),
        cmocka_unit_test(an_address_loses_what_no_address_has),
        cmocka_unit_test(quoted_lines_are_short_and_begin_with_nothing_special),
        cmocka_unit_test(quoted_text_reads_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
