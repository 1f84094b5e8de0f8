#include "stage.h"

#define LINE(n) "2026/11/20 14:00:0" #n " [error] 7#7: *" #n " x, client: 1.2.3.4\n"
static const w5_str text = W5_LIT(LINE(1) LINE(2) LINE(3) LINE(4) LINE(5));
enum {
    LEN = sizeof(LINE(1)) - 1
};

static stage begin(void)
{
    stage s = stage_new(NULL);
    w5_records_begin(s.records, 0, W5_STR("x"), W5_STR(""), STAGE_HINT);
    return s;
}

static void lines_from_the_stop_on_are_left(void **state)
{
    (void)state;
    stage s = begin();
    w5_records_stop_at(s.records, 2 * LEN - 3);
    w5_records_put(s.records, text, 0, false);
    stage_drain(&s);
    assert_int_equal(s.n, 2);
    assert_int_equal(w5_records_offset(s.records), 2 * LEN);
    w5_records_stop_at(s.records, UINT64_MAX);
    stage_drain(&s);
    assert_int_equal(s.n, 5);
    stage_free(&s);
}

static void who_read_the_line_before_knows_what_who_read_all_knows(void **state)
{
    (void)state;
    stage all = begin();
    stage piece = begin();
    w5_records_stop_at(all.records, 3 * LEN);
    w5_records_put(all.records, text, 0, false);
    stage_drain(&all);
    w5_records_stop_at(piece.records, 3 * LEN);
    w5_records_put(piece.records, w5_str_skip(text, 2 * LEN), 2 * LEN, false);
    stage_drain(&piece);
    assert_int_not_equal(w5_records_state(all.records), 0);
    assert_int_equal(w5_records_state(all.records), w5_records_state(piece.records));
    w5_records_stop_at(all.records, 4 * LEN);
    stage_drain(&all);
    assert_int_not_equal(w5_records_state(all.records), w5_records_state(piece.records));
    stage_free(&all);
    stage_free(&piece);
}

static void a_piece_is_added_as_if_it_had_been_read_here(void **state)
{
    (void)state;
    w5_record r;
    stage all = begin();
    stage piece = begin();
    w5_records_stop_at(all.records, 3 * LEN);
    w5_records_put(all.records, text, 0, false);
    stage_drain(&all);
    w5_records_stop_at(piece.records, 3 * LEN);
    w5_records_put(piece.records, w5_str_skip(text, 2 * LEN), 2 * LEN, false);
    stage_drain(&piece);
    w5_records_arrive(piece.records, NULL);
    w5_records_stop_at(piece.records, UINT64_MAX);
    assert_int_equal(w5_records_take(piece.records, &r), W5_OK);
    uint64_t line = r.line;
    stage_drain(&piece);
    uint64_t shift = w5_records_absorb(all.records, piece.records);
    const w5_stream *s = w5_records_stream(all.records, 0);
    assert_int_equal(line + shift, 4);
    assert_int_equal(s->lines, 5);
    assert_int_equal(s->understood, 5);
    assert_int_equal(s->bytes, text.len);
    assert_int_equal(s->last - s->first, 4 * W5_SECOND);
    stage_free(&all);
    stage_free(&piece);
}

/* Who read only the end met the writers in another order; at the end all that waits is given out. */
static void what_waits_at_the_end_comes_in_the_order_of_lines(void **state)
{
    (void)state;
    static const w5_str lines[] = {
        W5_LIT("Mar 15 09:47:10 web-1 app[1]: x\n"),
        W5_LIT("Mar 15 09:47:11 web-1 other[2]: [2026-03-15 09:47:11 +0000] [2] [ERROR] y\n"),
        W5_LIT("Mar 15 09:47:12 web-1 app[1]: Traceback (most recent call last):\n"),
    };
    for (size_t from = 0; from < 2; from++) {
        stage s = begin();
        uint64_t offset = 0;
        for (size_t i = 0; i < 3; i++, offset += lines[i - 1].len)
            if (i >= from)
                w5_records_put(s.records, lines[i], offset, false), stage_drain(&s);
        w5_out_reset(s.out);
        stage_end(&s);
        w5_str out = w5_out_bytes(s.out);
        size_t first = 0, second = 0;
        assert_true(w5_str_find(out, W5_STR("ident=<other>"), &first));
        assert_true(w5_str_find(out, W5_STR("ident=<app>"), &second));
        assert_true(first < second);
        stage_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_from_the_stop_on_are_left),
        cmocka_unit_test(who_read_the_line_before_knows_what_who_read_all_knows),
        cmocka_unit_test(a_piece_is_added_as_if_it_had_been_read_here),
        cmocka_unit_test(what_waits_at_the_end_comes_in_the_order_of_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
