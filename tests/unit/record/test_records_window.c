#include "stage.h"

static const char *const logs[] = {
    "fixtures/formats/nginx-error/real-1.22.1.log",
    "fixtures/formats/nginx-error/composed.log",
    "fixtures/formats/nginx-error/forged-1.log",
    "fixtures/formats/nginx-error/forged-2.log",
    "fixtures/formats/nginx-error/forged-3.log",
    "fixtures/formats/nginx-error/forged-4.log",
    "fixtures/formats/nginx-error/forged-4-dots.log",
    "fixtures/formats/nginx-error/forged-5.log",
    "fixtures/formats/nginx-access/timed.log",
};

static void assert_same_in_pieces(w5_str text, const size_t *sizes, size_t n)
{
    stage whole = stage_new(NULL);
    stage_read(&whole, text, text.len);
    for (size_t i = 0; i < n; i++) {
        stage pieces = stage_new(NULL);
        stage_read(&pieces, text, sizes[i]);
        assert_str(w5_out_bytes(pieces.out), w5_out_bytes(whole.out));
        const w5_stream *a = w5_records_stream(whole.records, 0);
        assert_account(w5_records_stream(pieces.records, 0), a->understood, a->not_understood, a->cut,
                       a->forged);
        assert_int_equal(w5_records_stream(pieces.records, 0)->bytes, text.len);
        stage_free(&pieces);
    }
    stage_free(&whole);
}

static void the_input_may_be_cut_anywhere(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3, 61, 500, 2047, 2048, 2049, 4096, 9000};
    for (size_t i = 0; i < COUNT(logs); i++) {
        w5_str text = stage_file(logs[i]);
        assert_same_in_pieces(text, sizes, COUNT(sizes));
        free((void *)(uintptr_t)text.ptr);
    }
}

static void two_pieces_of_any_size_make_one_log(void **state)
{
    (void)state;
    w5_str text = stage_file("fixtures/formats/nginx-error/forged-2.log");
    for (size_t at = 1; at < text.len; at++) {
        stage s = stage_new(NULL);
        w5_records_begin(s.records, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
        stage_put(&s, w5_str_head(text, at), at);
        w5_records_put(s.records, w5_str_skip(text, at), at, false);
        stage_drain(&s);
        stage_end(&s);
        assert_account(w5_records_stream(s.records, 0), 0, 0, 0, 3);
        stage_free(&s);
    }
    free((void *)(uintptr_t)text.ptr);
}

static void offsets_and_lines_count_from_the_start_of_the_source(void **state)
{
    (void)state;
    w5_str text = stage_file("fixtures/formats/nginx-error/real-1.22.1.log");
    w5_records *r = w5_records_new(NULL);
    w5_record record;
    uint64_t line = 0;
    w5_records_begin(r, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
    for (size_t at = 0, n; at <= text.len; at += n) {
        n = text.len - at < 777 ? text.len - at : 777;
        if (n == 0)
            w5_records_tick(r);
        else
            w5_records_put(r, (w5_str){text.ptr + at, n}, at, false);
        while (w5_records_take(r, &record) == W5_OK) {
            assert_memory_equal(text.ptr + record.offset, record.text.ptr, record.text.len);
            assert_true(record.line > line);
            line = record.line;
        }
        if (n == 0)
            break;
    }
    assert_int_equal(line, 125);
    w5_records_free(r);
    free((void *)(uintptr_t)text.ptr);
}

static void line_ends_of_two_bytes_are_taken_off(void **state)
{
    (void)state;
    stage s = stage_new(NULL);
    stage_read(&s, W5_STR("2026/11/20 16:37:20 [notice] 7#7: exiting\r\n\r\n"), 7);
    assert_told(&s, "1 2026-11-20T16:37:20Z? nginx-error \"exiting\" level=<notice> pid=<7> tid=<7>\n");
    assert_account(w5_records_stream(s.records, 0), 2, 0, 0, 0);
    stage_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_input_may_be_cut_anywhere),
        cmocka_unit_test(two_pieces_of_any_size_make_one_log),
        cmocka_unit_test(offsets_and_lines_count_from_the_start_of_the_source),
        cmocka_unit_test(line_ends_of_two_bytes_are_taken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
