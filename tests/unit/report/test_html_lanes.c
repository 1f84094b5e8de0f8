#include "html_piece.h"

static void each_lane_has_a_text_alternative(void **state)
{
    piece *p = open_piece();
    w5_html_lanes(&p->html, &p->s->diagnosis);
    assert_has(piece_text(p), "role=\"img\" aria-label=\"106 errors over time, at most 13 in 1s\"");
    assert_has(piece_text(p), "aria-label=\"7 requests answered over time\"");
    assert_has(piece_text(p), "<title>02:05:46 worker timeout</title>");
    close_piece(p);
    (void)state;
}

static void classes_are_told_apart_by_name_and_number_too(void **state)
{
    piece *p = open_piece();
    w5_html_lanes(&p->html, &p->s->diagnosis);
    assert_has(piece_text(p), "class=\"c0\"/></svg> connection-refused 104</li>");
    assert_has(piece_text(p), "class=\"c1\"/></svg> premature-close 2</li>");
    close_piece(p);
    (void)state;
}

static void nothing_lies_outside_the_chart(void **state)
{
    piece *p = open_piece();
    w5_html_lanes(&p->html, &p->s->diagnosis);
    for (unsigned percent = 101; percent < 200; percent++) {
        char value[16];
        snprintf(value, sizeof value, "\"%u.", percent);
        assert_lacks(piece_text(p), value);
    }
    assert_lacks(piece_text(p), "=\"-");
    close_piece(p);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_lane_has_a_text_alternative),
        cmocka_unit_test(classes_are_told_apart_by_name_and_number_too),
        cmocka_unit_test(nothing_lies_outside_the_chart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
