#include "inspect.h"
#include "report/remarks.h"

static void what_was_covered_is_told_with_span_and_zone(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_str(w5_show_covered(&show),
               W5_STR("3 sources, 277 lines, 2026-11-21 02:05:36 - 02:05:58 +09:00"));
    s->run.window_start -= W5_DAY;
    assert_true(w5_str_ends(w5_show_covered(&show),
                            W5_STR("2026-11-20 02:05:36 - 2026-11-21 02:05:58 +09:00")));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void whatever_was_left_out_is_told(void **state)
{
    static const char *const told[] = {"2 lines may have been forged by a client",
                                       "3 lines lay outside",
                                       "4 errors are muted",
                                       "5 incidents are told without",
                                       "6 entries lost their path or second",
                                       "7 entries had to be dropped"};
    scene *s = scene_new(W5_STR("/ok"));
    w5_str remark[W5_REMARKS_MAX];
    s->run.totals.forged = 2;
    s->run.outside_window = 3;
    s->findings.ignored = 4;
    s->findings.folded = 5;
    s->run.totals.coarsened = 6;
    s->run.totals.evicted = 7;
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_int_equal(w5_show_remarks(&show, remark), COUNT(told));
    for (size_t i = 0; i < COUNT(told); i++)
        assert_has(remark[i], told[i]);
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void more_notes_than_fit_are_dropped(void **state)
{
    w5_note notes[40];
    scene *s = scene_new(W5_STR("/ok"));
    w5_str remark[W5_REMARKS_MAX];
    for (size_t i = 0; i < COUNT(notes); i++)
        notes[i] = (w5_note){.words = "a note"};
    s->timeline.notes = notes;
    s->timeline.note_count = COUNT(notes);
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_int_equal(w5_show_remarks(&show, remark), W5_REMARKS_MAX);
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void nothing_left_out_needs_no_remark(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_str remark[W5_REMARKS_MAX];
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_int_equal(w5_show_remarks(&show, remark), 0);
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_covered_is_told_with_span_and_zone),
        cmocka_unit_test(whatever_was_left_out_is_told),
        cmocka_unit_test(more_notes_than_fit_are_dropped),
        cmocka_unit_test(nothing_left_out_needs_no_remark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
