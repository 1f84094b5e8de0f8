#include "html_piece.h"

static void a_mail_gets_the_lanes_in_characters(void **state)
{
    piece *p = open_piece();
    p->html.charts = false;
    w5_html_incident(&p->html, 1, &p->s->diagnosis);
    assert_lacks(piece_text(p), "<svg");
    assert_has(piece_text(p), "<pre class=\"draw\">  failed ");
    close_piece(p);
    (void)state;
}

static void evidence_that_speaks_against_is_marked_in_words(void **state)
{
    piece *p = open_piece();
    w5_evidence one = p->s->diagnosis.evidence[1];
    one.role = W5_AGAINST;
    p->s->diagnosis.evidence = &one;
    p->s->diagnosis.evidences = 1;
    w5_html_incident(&p->html, 1, &p->s->diagnosis);
    assert_has(piece_text(p), "<tr id=\"i1e0\" class=\"against\">");
    assert_has(piece_text(p), "AGAINST: WORKER TIMEOUT");
    close_piece(p);
    (void)state;
}

static void confidence_is_a_word_not_only_a_colour(void **state)
{
    piece *p = open_piece();
    w5_html_incident(&p->html, 1, &p->s->diagnosis);
    assert_has(piece_text(p), "<span class=\"badge proven\">proven</span>");
    close_piece(p);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_gets_the_lanes_in_characters),
        cmocka_unit_test(evidence_that_speaks_against_is_marked_in_words),
        cmocka_unit_test(confidence_is_a_word_not_only_a_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
