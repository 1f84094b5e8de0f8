/* test_status.c -- the line at the foot of a terminal. */
#include "inspect.h"

static w5_str status(scene *s, w5_out *out, w5_time after)
{
    w5_out_reset(out);
    w5_report_status(out, &s->run, &s->view, SCENE_START + after);
    return w5_out_bytes(out);
}

static void each_log_has_the_age_of_its_last_line(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = status(s, out, 15 * W5_MINUTE);
    assert_str(text, W5_STR("last line: error.log 14m48s, access.log 14m48s, +1 | 0 errors/min | 1 open"));
    assert_has(status(s, out, W5_MINUTE / 2), " | 106 errors/min | ");
    s->incident.over = W5_OVER_YES;
    assert_lacks(status(s, out, W5_MINUTE / 2), "open");
    assert_has(status(s, out, -W5_DAY), "error.log 0s"); /* a clock that is behind */
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void what_does_not_fit_is_a_number(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->stream[2]->last -= W5_DAY;
    s->view.width = 70;
    w5_str text = status(s, out, W5_MINUTE);
    assert_has(text, ", +1 | ");
    assert_lacks(text, "gunicorn.log");
    for (unsigned width = 20; width < 120; width++) {
        s->view.width = width;
        assert_true(w5_out_width(status(s, out, W5_MINUTE)) <= width);
    }
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_hostile_name_stays_on_the_line(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->stream[0]->name = HOSTILE;
    assert_tame(status(s, out, W5_MINUTE), 80);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_log_has_the_age_of_its_last_line),
        cmocka_unit_test(what_does_not_fit_is_a_number),
        cmocka_unit_test(a_hostile_name_stays_on_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
