#include "html_piece.h"

static void commands_select_as_a_whole(void **state)
{
    piece *p = open_piece();
    w5_html_advice(&p->html, 1, &p->s->diagnosis);
    assert_has(piece_text(p),
               "<pre class=\"cmd\"><code>sudo systemctl restart gunicorn</code></pre>");
    close_piece(p);
    (void)state;
}

static void the_documents_rank_is_shown_where_there_is_one(void **state)
{
    piece *p = open_piece();
    w5_html_advice(&p->html, 1, &p->s->diagnosis);
    assert_has(piece_text(p), "<span class=\"badge dim\">documents&#39; rank 2 優先</span>");
    assert_has(piece_text(p),
               "(<code>nginx-timeouts</code>, 1 最優先): 0 of 106 were nginx timeouts.");
    close_piece(p);
    (void)state;
}

static void harm_is_told_under_a_heading_of_its_own(void **state)
{
    piece *p = open_piece();
    w5_html_advice(&p->html, 1, &p->s->diagnosis);
    assert_has(piece_text(p), "<h3 class=\"harmful\">Harmful here</h3>");
    close_piece(p);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_select_as_a_whole),
        cmocka_unit_test(the_documents_rank_is_shown_where_there_is_one),
        cmocka_unit_test(harm_is_told_under_a_heading_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
