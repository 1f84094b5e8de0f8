#include "inspect.h"
#include "report/markdown.h"

static w5_str write(scene *s, w5_out *out)
{
    w5_show show = w5_show_begin(&s->run, &s->view);
    w5_md_incident(&(w5_md){&show, out}, 1, &s->diagnosis);
    w5_show_end(&show);
    return w5_out_bytes(out);
}

static void evidence_is_a_table_with_places(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = write(s, out);
    assert_has(text, "| 02:05:46 | `gunicorn.log:6` | `WORKER TIMEOUT (pid:10227)` |\n");
    assert_has(text, "`CK-111 GET /ok, 104 times to line 106` gunicorn is silent |\n");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void remedies_keep_their_numbers_and_the_documents_rank(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    w5_str text = write(s, out);
    assert_has(text,
               "1. **Start the application again** (`restart-service`): Brings back 105 of 106.\n");
    assert_has(text, "(`gunicorn-timeout`, documents' rank 2 優先)");
    assert_has(text, "`--timeout 3 \xe2\x86\x92 300   /etc/systemd/system/gunicorn.service:9`");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void a_bar_in_a_line_ends_no_cell(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    s->cell[1].text = w5_intern_put(s->words, W5_STR("a | b"));
    assert_has(write(s, out), "`a \\x7c b`");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_is_a_table_with_places),
        cmocka_unit_test(remedies_keep_their_numbers_and_the_documents_rank),
        cmocka_unit_test(a_bar_in_a_line_ends_no_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
