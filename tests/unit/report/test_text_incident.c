#include "inspect.h"
#include "report/text.h"

static w5_str write(scene *s, w5_out *out)
{
    w5_show show = w5_show_begin(&s->run, &s->view);
    w5_page page = w5_page_of(&show, out);
    w5_out_reset(out);
    w5_text_incident(&page, 1, &s->diagnosis);
    w5_show_end(&show);
    return w5_out_bytes(out);
}

static void the_head_holds_what_fits_and_ends_at_the_right_edge(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    for (unsigned width = 80; width < 140; width += 5) {
        w5_str line, rest;
        s->view.width = width;
        assert_true(w5_str_cut(write(s, out), '\n', &line, &rest));
        assert_int_equal(w5_out_width(line), width);
        assert_true(w5_str_ends(line, W5_STR(" 2026-11-21 02:05:46 - 02:05:58 +09:00")));
    }
    assert_has(w5_out_bytes(out), "shop.example.com");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_long_upstream_moves_the_times_to_a_line_of_their_own(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->incident.upstream = W5_STR("unix:/run/a/rather/long/way/to/the/socket/of/gunicorn.sock");
    assert_has(write(s, out), "\n  2026-11-21 02:05:46 - 02:05:58 +09:00\n");
    assert_tame(w5_out_bytes(out), 80);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void more_evidence_than_fits_is_counted(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_evidence *many = W5_NEW_N(s->arena, w5_evidence, 20);
    for (size_t i = 0; i < 20; i++)
        many[i] = s->diagnosis.evidence[1];
    s->diagnosis.evidence = many;
    s->diagnosis.evidences = 20;
    assert_has(write(s, out), "    12 more lines with -v\n");
    s->view.verbose = true;
    assert_lacks(write(s, out), "more lines with -v");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void trouble_that_nginx_does_not_show_is_counted_by_kind(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->incident.codes.n = 0;
    s->incident.cells = 0;
    assert_has(write(s, out), "  worker-timeout ");
    assert_lacks(w5_out_bytes(out), "  failed ");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_line_against_it_is_marked(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_evidence one = s->diagnosis.evidence[1];
    one.role = W5_AGAINST;
    s->diagnosis.evidence = &one;
    s->diagnosis.evidences = 1;
    assert_has(write(s, out), "AGAINST: WORKER TIMEOUT");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_holds_what_fits_and_ends_at_the_right_edge),
        cmocka_unit_test(a_long_upstream_moves_the_times_to_a_line_of_their_own),
        cmocka_unit_test(more_evidence_than_fits_is_counted),
        cmocka_unit_test(trouble_that_nginx_does_not_show_is_counted_by_kind),
        cmocka_unit_test(a_line_against_it_is_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
