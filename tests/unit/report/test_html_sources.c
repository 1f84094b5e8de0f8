#include "html_piece.h"

static void a_wrong_rung_says_so_in_words(void **state)
{
    piece *p = open_piece();
    w5_html_ladder(&p->html, "Time-outs", p->s->findings.timeouts, 3);
    assert_has(piece_text(p), "WRONG: shorter than the next");
    assert_has(piece_text(p), "not known");
    close_piece(p);
    (void)state;
}

static void sources_that_could_not_be_read_are_told(void **state)
{
    piece *p = open_piece();
    w5_run_source broken = {W5_LIT("x.gz"), W5_LIT(""), W5_LIT("unexpected end"), UINT32_MAX};
    p->s->run.trouble = &broken;
    p->s->run.troubles = 1;
    w5_html_sources(&p->html);
    assert_has(piece_text(p), "<td>x.gz</td><td colspan=\"5\" class=\"error\">unexpected end</td>");
    close_piece(p);
    (void)state;
}

static void a_strip_shows_what_a_source_covers_and_tells(void **state)
{
    piece *p = open_piece();
    w5_html_sources(&p->html);
    assert_has(piece_text(p), "class=\"cover\"");
    assert_has(piece_text(p), "class=\"band\"");
    assert_has(piece_text(p), "class=\"c0\"");
    assert_has(piece_text(p),
               "<td>/var/log/nginx/error.log</td><td>nginx-error</td><td class=\"n\">106</td>");
    close_piece(p);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_rung_says_so_in_words),
        cmocka_unit_test(sources_that_could_not_be_read_are_told),
        cmocka_unit_test(a_strip_shows_what_a_source_covers_and_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
