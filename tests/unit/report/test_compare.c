#include "inspect.h"

static w5_comparison comparison(scene *s)
{
    static const w5_path_outcome outcome = {W5_NOT_YET, 250};
    w5_halves *h = W5_NEW(s->arena, w5_halves);
    w5_path_halves *p = W5_NEW(s->arena, w5_path_halves);
    *p = (w5_path_halves){
        .path = W5_STR("/report"),
        .before = {.requests = 1000, .failed = 10},
        .after = {.requests = 100               }
    };
    *h = (w5_halves){
        .at = w5_civil(2026, 11, 20, 12, 0, 0, 0),
        .by_request = true,
        .before = {.requests = 1000, .failed = 10, .clusters = 10},
        .after = {.requests = 100 },
        .path = p,
        .paths = 1
    };
    return (w5_comparison){.halves = h,
                           .outcome = W5_NOT_YET,
                           .chance = 0.385543,
                           .needed = 250,
                           .path = &outcome,
                           .said = {{.words = "Not provable yet."}}};
}

static void people_read_a_verdict_and_a_row_a_path(void **state)
{
    static const char *const told[] = {"Before and after 2026-11-20", "Not provable yet.",
                                       "/report",
                                       "0/100  not provable yet, 250 more requests needed"};
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_comparison c = comparison(s);
    s->run.comparison = &c;
    s->view.width = 120;
    w5_str text = scene_write(s, "text", out);
    for (size_t i = 0; i < COUNT(told); i++)
        assert_has(text, told[i]);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void machines_read_an_object(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_comparison c = comparison(s);
    s->run.comparison = &c;
    assert_has(scene_write(s, "json", out),
               "\"compare\":{\"at\":\"2026-11-20T12:00:00Z\",\"unit\":\"requests\","
               "\"verdict\":\"not-provable-yet\",\"chance\":0.385543,\"needed\":250,"
               "\"before\":{\"requests\":1000,\"failed\":10,");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void without_a_change_nothing_is_said(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_lacks(scene_write(s, "text", out), "Before and after");
    w5_out_reset(out);
    assert_lacks(scene_write(s, "json", out), "\"compare\"");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_read_a_verdict_and_a_row_a_path),
        cmocka_unit_test(machines_read_an_object),
        cmocka_unit_test(without_a_change_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
