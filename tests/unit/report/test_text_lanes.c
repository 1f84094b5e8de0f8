#include "inspect.h"
#include "report/text.h"

static w5_str draw(scene *s, w5_out *out)
{
    w5_show show = w5_show_begin(&s->run, &s->view);
    w5_page page = w5_page_of(&show, out);
    w5_text_lanes(&page, &s->diagnosis);
    w5_show_end(&show);
    return w5_out_bytes(out);
}

static void lanes_stand_one_below_the_other(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_str(draw(s, out), W5_STR("  failed   ▁▃▅█▅▆█▆█▇█▂▂  106   one column = 1s, peak 13/s\n"
                                    "  answered ▅                7   the last in 02:05:46\n"
                                    "  gunicorn T              T worker timeout\n"));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void nothing_answered_is_said(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->traffic->status = 502;
    assert_has(draw(s, out), "nothing was answered meanwhile");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void without_an_access_log_nothing_is_said_of_answers(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->timeline.traffics = 0;
    assert_lacks(draw(s, out), "answered");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_stand_one_below_the_other),
        cmocka_unit_test(nothing_answered_is_said),
        cmocka_unit_test(without_an_access_log_nothing_is_said_of_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
