#include "inspect.h"
#include "report/text.h"

static w5_str write(scene *s, w5_out *out)
{
    w5_show show = w5_show_begin(&s->run, &s->view);
    w5_page page = w5_page_of(&show, out);
    w5_out_reset(out);
    w5_text_advice(&page, &s->diagnosis);
    w5_show_end(&show);
    return w5_out_bytes(out);
}

static void the_documents_rank_stands_at_the_right(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = write(s, out), line;
    assert_true(w5_str_cut(text, '\n', &line, &text));
    assert_true(w5_str_ends(line, W5_STR("documents' rank")));
    assert_int_equal(w5_out_width(line), 80);
    assert_has(
        text, " 3 gunicorn-timeout  Raise gunicorn's worker time-out                     2 優先\n");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void the_first_remedy_says_how_to_check_it(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_has(write(s, out), "     Verify: curl on the bind address answers");
    assert_lacks(w5_out_bytes(out), "Undo");
    s->view.verbose = true;
    assert_has(write(s, out), "Undo: ");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void what_would_not_help_is_told_with_the_reason(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = write(s, out);
    assert_has(text, "No help  nginx-timeouts (1 最優先): 0 of 106 were nginx timeouts;\n");
    assert_has(text, "HARMFUL  instance-upgrade (7 環境調整): costs money");
    assert_lacks(text, "In place");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void no_advice_needs_no_heading(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->diagnosis.advices = 0;
    assert_str(write(s, out), W5_STR(""));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documents_rank_stands_at_the_right),
        cmocka_unit_test(the_first_remedy_says_how_to_check_it),
        cmocka_unit_test(what_would_not_help_is_told_with_the_reason),
        cmocka_unit_test(no_advice_needs_no_heading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
