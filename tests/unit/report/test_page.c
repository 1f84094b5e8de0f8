#include "inspect.h"
#include "report/page.h"

typedef struct sheet {
    w5_view view;
    w5_show show;
    w5_page page;
} sheet;

static void open_sheet(sheet *s, unsigned width)
{
    s->view = (w5_view){.width = width, .redact = W5_REDACT_NONE};
    s->show = w5_show_begin(NULL, &s->view);
    s->page = w5_page_of(&s->show, w5_out_memory());
}

static void close_sheet(sheet *s)
{
    w5_out_done(s->page.out, NULL);
    w5_show_end(&s->show);
}

static void paragraphs_break_at_blanks_and_hang(void **state)
{
    sheet s;
    open_sheet(&s, 40);
    w5_page_para(&s.page, 0, "Cause", 2,
                 W5_STR("one two three four five six seven eight nine ten"));
    assert_str(w5_out_bytes(s.page.out),
               W5_STR("Cause  one two three four five six seven\n  eight nine ten\n"));
    close_sheet(&s);
    (void)state;
}

static void japanese_breaks_between_characters_but_not_before_a_full_stop(void **state)
{
    sheet s;
    open_sheet(&s, 40);
    w5_page_para(&s.page, 0, "", 0, W5_STR("アプリケーションが接続先で待ち受けていま。次の文"));
    assert_str(w5_out_bytes(s.page.out),
               W5_STR("アプリケーションが接続先で待ち受けてい\nま。次の文\n"));
    close_sheet(&s);
    (void)state;
}

static void korean_breaks_at_blanks(void **state)
{
    sheet s;
    open_sheet(&s, 40);
    w5_page_para(&s.page, 0, "", 0,
                 W5_STR("애플리케이션이 연결 주소에서 더 이상 기다리지 않습니다"));
    assert_str(w5_out_bytes(s.page.out),
               W5_STR("애플리케이션이 연결 주소에서 더 이상\n기다리지 않습니다\n"));
    close_sheet(&s);
    (void)state;
}

static void a_word_wider_than_the_page_is_cut_between_characters(void **state)
{
    sheet s;
    open_sheet(&s, 40);
    w5_page_para(&s.page, 2, "", 2,
                 W5_STR("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    assert_tame(w5_out_bytes(s.page.out), 40);
    close_sheet(&s);
    (void)state;
}

static void cells_are_exactly_as_wide_as_they_should_be(void **state)
{
    static const char *const cases[] = {"",
                                        "a",
                                        "exactly10!",
                                        "much longer than ten",
                                        "全角文字が並ぶ",
                                        "a\x1b[31mb",
                                        "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"};
    sheet s;
    open_sheet(&s, 80);
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_page_cell(&s.page, W5_PLAIN, w5_str_of(cases[i]), 10);
        w5_page_end(&s.page);
        w5_page_cell_right(&s.page, W5_PLAIN, w5_str_of(cases[i]), 10);
        w5_page_end(&s.page);
    }
    w5_str text = w5_out_bytes(s.page.out), line;
    while (w5_str_cut(text, '\n', &line, &text))
        assert_int_equal(w5_out_width(line), 10);
    close_sheet(&s);
    (void)state;
}

static void a_command_is_continued_where_a_shell_joins_it_again(void **state)
{
    sheet s;
    open_sheet(&s, 40);
    w5_page_command(&s.page, 2,
                    W5_STR("journalctl -o short-iso -S '2026-11-21 02:05:36' -u gunicorn"));
    assert_str(w5_out_bytes(s.page.out), W5_STR("  journalctl -o short-iso \\\n"
                                                "    -S '2026-11-21 02:05:36' -u gunicorn\n"));
    close_sheet(&s);
    (void)state;
}

static void a_command_is_never_broken_inside_quotes(void **state)
{
    sheet s;
    open_sheet(&s, 40);
    w5_page_command(&s.page, 2,
                    W5_STR("grep 'a very long pattern in quotes that does not fit here' x"));
    assert_str(
        w5_out_bytes(s.page.out),
        W5_STR(
            "  grep \\\n    'a very long pattern in quotes that does not fit here' \\\n    x\n"));
    close_sheet(&s);
    (void)state;
}

static void ink_is_used_only_when_asked_for(void **state)
{
    sheet s;
    open_sheet(&s, 40);
    w5_page_text(&s.page, W5_RED, W5_STR("x"));
    assert_str(w5_out_bytes(s.page.out), W5_STR("x"));
    s.view.color = true;
    w5_page_text(&s.page, W5_RED, W5_STR("x"));
    assert_str(w5_out_bytes(s.page.out), W5_STR("x\x1b[31mx\x1b[0m"));
    close_sheet(&s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_break_at_blanks_and_hang),
        cmocka_unit_test(japanese_breaks_between_characters_but_not_before_a_full_stop),
        cmocka_unit_test(korean_breaks_at_blanks),
        cmocka_unit_test(a_word_wider_than_the_page_is_cut_between_characters),
        cmocka_unit_test(cells_are_exactly_as_wide_as_they_should_be),
        cmocka_unit_test(a_command_is_continued_where_a_shell_joins_it_again),
        cmocka_unit_test(a_command_is_never_broken_inside_quotes),
        cmocka_unit_test(ink_is_used_only_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
