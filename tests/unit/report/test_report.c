#include "inspect.h"

static void every_report_of_the_folder_is_known_by_its_name(void **state)
{
    static const char *const names[] = {"text",     "short", "json",   "html",
                                        "markdown", "mail",  "metrics"};
    const w5_report *const *all;
    assert_int_equal(w5_reports(&all), COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        const w5_report *r = w5_report_find(w5_str_of(names[i]));
        assert_non_null(r);
        assert_string_equal(r->name, names[i]);
        assert_true(r->summary[0] != '\0');
    }
    assert_null(w5_report_find(W5_STR("pdf")));
    (void)state;
}

static void a_sentence_is_escaped_for_its_sink(void **state)
{
    static const w5_view view = {.redact = W5_REDACT_NONE};
    w5_sentence s = {.words = "at %1$s", .arg = &W5_STR("<b>\""), .args = 1};
    w5_out *out = w5_out_memory();
    w5_sentence_put(out, W5_HTML, &s, &view);
    assert_str(w5_out_bytes(out), W5_STR("at &#60;b&#62;&#34;"));
    w5_out_reset(out);
    w5_sentence_json(out, &s, &view);
    assert_str(w5_out_bytes(out), W5_STR("\"at \\u003cb>\\\"\""));
    w5_out_done(out, NULL);
    (void)state;
}

static void the_same_run_gives_the_same_bytes(void **state)
{
    const w5_report *const *all;
    size_t n = w5_reports(&all);
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *one = w5_out_memory(), *two = w5_out_memory();
    for (size_t i = 0; i < n; i++) {
        scene_write(s, all[i]->name, one);
        scene_write(s, all[i]->name, two);
        assert_str(w5_out_bytes(one), w5_out_bytes(two));
    }
    w5_out_done(one, NULL);
    w5_out_done(two, NULL);
    scene_free(s);
    (void)state;
}

static void a_run_without_anything_can_be_reported(void **state)
{
    const w5_report *const *all;
    size_t n = w5_reports(&all);
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->timeline.streams = s->timeline.cells = s->timeline.traffics = 0;
    s->timeline.codes.n = 0;
    s->findings = (w5_findings){.n = 0};
    s->run.streams = 0;
    s->run.window_start = s->run.window_end = W5_TIME_NONE;
    for (size_t i = 0; i < n; i++)
        scene_write(s, all[i]->name, out);
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void secrets_of_a_log_stand_in_no_report(void **state)
{
    const w5_report *const *all;
    size_t n = w5_reports(&all);
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    scene_poison(s, W5_STR("GET /pay?token=s3cret HTTP/1.1"));
    s->view.redact = W5_REDACT_SECRETS;
    s->view.verbose = true;
    s->view.mail_to = s->view.mail_from = s->view.message_id = s->view.in_reply_to =
        W5_STR("a@b.c");
    for (size_t i = 0; i < n; i++)
        assert_lacks(scene_write(s, all[i]->name, out), "s3cret");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_of_the_folder_is_known_by_its_name),
        cmocka_unit_test(a_sentence_is_escaped_for_its_sink),
        cmocka_unit_test(the_same_run_gives_the_same_bytes),
        cmocka_unit_test(a_run_without_anything_can_be_reported),
        cmocka_unit_test(secrets_of_a_log_stand_in_no_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
