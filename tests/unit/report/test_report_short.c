#include "inspect.h"

static void nine_columns_parted_by_tabs(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    assert_str(
        scene_write(s, "short", out),
        W5_STR("2026-11-20T17:05:46Z\t2026-11-20T17:05:58Z\topen\terror\t127.0.0.1:8000\tapp-down\t"
               "proven\t106\t106\n"));
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

static void hostile_bytes_add_neither_column_nor_line(void **state)
{
    scene *s = scene_new(W5_STR("/ok"));
    w5_out *out = w5_out_memory();
    scene_poison(s, W5_STR("a\tb\nc\x1b[31m"));
    w5_str text = scene_write(s, "short", out);
    size_t tabs = 0, lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        tabs += text.ptr[i] == '\t';
        lines += text.ptr[i] == '\n';
    }
    assert_int_equal(tabs, 8);
    assert_int_equal(lines, 1);
    assert_lacks(text, "\x1b");
    w5_out_done(out, NULL);
    scene_free(s);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nine_columns_parted_by_tabs),
        cmocka_unit_test(hostile_bytes_add_neither_column_nor_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
