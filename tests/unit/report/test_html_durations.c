#include "html_piece.h"

static void add_request(piece *p, int second, int64_t duration, int status)
{
    w5_cell *cell = scene_cell(p->s, 1, 50, second, "access", "");
    cell->duration = duration;
    cell->number = status;
    cell->upstream = w5_intern_put(p->s->words, W5_STR("127.0.0.1:8000"));
    p->s->timeline.cells = p->s->cells;
}

static void durations_are_drawn_where_a_log_tells_them(void **state)
{
    piece *p = open_piece();
    w5_html_durations(&p->html, &p->s->diagnosis);
    assert_lacks(piece_text(p), "c0"); /* one second of answers */
    add_request(p, 1, 16000, 200);
    add_request(p, 2, 3 * W5_SECOND, 502);
    w5_html_durations(&p->html, &p->s->diagnosis);
    assert_has(piece_text(p), "<circle class=\"good\" r=\"2\"");
    assert_has(piece_text(p), "<circle class=\"c0\" r=\"3.5\"");
    assert_has(piece_text(p), "durations of requests, 3 points, the longest 3 s");
    close_piece(p);
    (void)state;
}

static void time_outs_are_lines_across_them(void **state)
{
    piece *p = open_piece();
    add_request(p, 1, 16000, 200);
    w5_html_durations(&p->html, &p->s->diagnosis);
    assert_has(piece_text(p), "<line class=\"limit\"");
    assert_has(piece_text(p), "nginx proxy_read_timeout 10 s</text>");
    close_piece(p);
    (void)state;
}

static void requests_hit_have_bars_of_their_share(void **state)
{
    piece *p = open_piece();
    w5_html_requests(&p->html, &p->s->incident);
    assert_has(piece_text(p), "<code>GET /ok</code>");
    assert_has(piece_text(p), "width=\"100.00%\"");
    assert_has(piece_text(p), "width=\"0.96%\"");
    close_piece(p);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_drawn_where_a_log_tells_them),
        cmocka_unit_test(time_outs_are_lines_across_them),
        cmocka_unit_test(requests_hit_have_bars_of_their_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
