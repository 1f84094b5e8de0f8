#include "inspect.h"
#include "report/common.h"

static void people_are_told_times_as_nginx_writes_them(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_str(w5_show_clock(&show, SCENE_START), W5_STR("02:05:46"));
    assert_str(w5_show_date(&show, SCENE_START), W5_STR("2026-11-21"));
    assert_str(w5_show_moment(&show, SCENE_START), W5_STR("2026-11-21 02:05:46"));
    assert_str(w5_show_offset(&show, SCENE_START), W5_STR("+09:00"));
    assert_str(w5_show_stream_zone(&show, s->stream[0]), W5_STR("+09:00"));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void odd_offsets_are_written_with_their_minutes(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    s->stream[0]->zone.offset = -(3 * 3600 + 30 * 60);
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_str(w5_show_offset(&show, SCENE_START), W5_STR("-03:30"));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void a_stretch_over_midnight_bears_its_dates(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    assert_str(w5_show_between(&show, SCENE_START, SCENE_START + 12 * W5_SECOND),
               W5_STR("02:05:46 - 02:05:58"));
    assert_str(w5_show_between(&show, SCENE_START, SCENE_START), W5_STR("02:05:46"));
    assert_str(w5_show_between(&show, SCENE_START - 3 * W5_HOUR, SCENE_START),
               W5_STR("2026-11-20 23:05:46 - 2026-11-21 02:05:46"));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void spans_are_told_in_their_two_largest_units(void **state)
{
    static const struct {
        w5_time span;
        const char *text;
    } cases[] = {
        {0,                                    "0s"   },
        {W5_SECOND,                            "1s"   },
        {204 * W5_SECOND,                      "3m24s"},
        {2 * W5_HOUR,                          "2h"   },
        {W5_DAY + 4 * W5_HOUR + 9 * W5_MINUTE, "1d4h" },
        {W5_HOUR + 5 * W5_SECOND,              "1h"   }
    };
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_show_span(&show, cases[i].span), w5_str_of(cases[i].text));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

static void seconds_are_told_no_finer_than_they_matter(void **state)
{
    static const struct {
        w5_time span;
        const char *text;
    } cases[] = {
        {16000,          "16 ms" },
        {3356000,        "3.36 s"},
        {30 * W5_SECOND, "30 s"  },
        {123456789,      "123 s" }
    };
    scene *s = scene_new(W5_STR("/ok"));
    w5_show show = w5_show_begin(&s->run, &s->view);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(w5_show_seconds(&show, cases[i].span), w5_str_of(cases[i].text));
    w5_show_end(&show);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_are_told_times_as_nginx_writes_them),
        cmocka_unit_test(odd_offsets_are_written_with_their_minutes),
        cmocka_unit_test(a_stretch_over_midnight_bears_its_dates),
        cmocka_unit_test(spans_are_told_in_their_two_largest_units),
        cmocka_unit_test(seconds_are_told_no_finer_than_they_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
