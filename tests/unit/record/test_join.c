#include "record/join.h"

#include "stage.h"

/* A record whose slices point into memory that can be taken away. */
static w5_pending *pending_of(char *block, const char *prefix, const char *inner)
{
    w5_pending *p = calloc(1, sizeof(*p));
    size_t front = strlen(prefix);
    size_t n = strlen(inner);
    memcpy(block, prefix, front);
    memcpy(block + front, inner, n);
    p->r.text = (w5_str){block, front + n};
    p->r.lines = 1;
    p->inner = (w5_str){block + front, n};
    p->r.message = w5_str_skip(p->inner, 2);
    p->r.host = w5_str_head(p->r.text, 2);
    w5_record_set(&p->r, W5_F_pid, w5_str_head(p->inner, 1));
    w5_record_set(&p->r, W5_F_level, W5_STR("error"));
    w5_pending_start(p);
    return p;
}

static void a_record_owned_outlives_its_block(void **state)
{
    (void)state;
    char block[64];
    w5_pending *p = pending_of(block, "ab ", "1 message");
    w5_pending_own(p);
    w5_pending_own(p);
    memset(block, '#', sizeof(block));
    assert_str(p->r.text, W5_STR("ab 1 message"));
    assert_str(p->inner, W5_STR("1 message"));
    assert_str(p->r.message, W5_STR("message"));
    assert_str(p->r.host, W5_STR("ab"));
    assert_str(w5_record_get(&p->r, W5_F_pid), W5_STR("1"));
    assert_str(w5_record_get(&p->r, W5_F_level), W5_STR("error"));
    w5_pending_free(p);
}

static void unescaped_bytes_take_the_place_of_the_line(void **state)
{
    (void)state;
    char block[64];
    char scratch[] = "in\"ner";
    w5_pending *p = pending_of(block, "", "{\"x\":\"in\\\"ner\"}");
    p->inner = w5_str_of(scratch);
    p->r.message = p->inner;
    w5_pending_own(p);
    memset(block, '#', sizeof(block));
    memset(scratch, '#', sizeof(scratch));
    assert_str(p->r.text, W5_STR("in\"ner"));
    assert_str(p->r.message, W5_STR("in\"ner"));
    assert_str(w5_record_get(&p->r, W5_F_pid), W5_STR("{"));
    w5_pending_free(p);
}

static void lines_that_follow_in_the_block_are_not_copied(void **state)
{
    (void)state;
    char block[] = "1 first\nsecond\n\nfourth";
    w5_pending *p = calloc(1, sizeof(*p));
    p->r.text = p->inner = (w5_str){block, 7};
    p->r.lines = 1;
    w5_pending_start(p);
    w5_pending_add(p, (w5_str){block + 8, 6}, (w5_str){block + 8, 6});
    w5_pending_add(p, (w5_str){block + 15, 0}, (w5_str){block + 15, 0});
    w5_pending_add(p, (w5_str){block + 16, 6}, (w5_str){block + 16, 6});
    assert_false(p->owned);
    assert_int_equal(p->r.lines, 4);
    assert_str(p->r.text, W5_STR("1 first\nsecond\n\nfourth"));
    w5_pending_free(p);
}

/* A record that was copied meanwhile has none; so one that was not must have none either. */
static void carriage_returns_are_no_part_of_a_record(void **state)
{
    (void)state;
    char block[] = "1 first\r\nsecond\r\nthird";
    w5_pending *p = calloc(1, sizeof(*p));
    p->r.text = p->inner = (w5_str){block, 7};
    p->r.lines = 1;
    w5_pending_start(p);
    w5_pending_add(p, (w5_str){block + 9, 7}, (w5_str){block + 9, 6});
    w5_pending_add(p, (w5_str){block + 17, 5}, (w5_str){block + 17, 5});
    assert_str(p->r.text, W5_STR("1 first\nsecond\nthird"));
    w5_pending_free(p);
}

static void other_lines_are_joined_by_newlines(void **state)
{
    (void)state;
    char block[64];
    w5_pending *p = pending_of(block, "ab ", "1 message");
    for (int i = 0; i < 300; i++)
        w5_pending_add(p, W5_STR("ab  line"), W5_STR(" line"));
    assert_true(p->owned);
    assert_int_equal(p->r.lines, 301);
    assert_int_equal(p->r.text.len, 12 + 300 * 6);
    assert_true(w5_str_starts(p->r.text, W5_STR("ab 1 message\n line\n line\n")));
    assert_str(p->r.message, W5_STR("message"));
    w5_pending_free(p);
}

static void what_is_kept_of_a_record_is_bounded(void **state)
{
    (void)state;
    char block[64];
    char line[1000];
    memset(line, 'x', sizeof(line));
    w5_pending *p = pending_of(block, "", "1 message");
    for (int i = 0; i < 200; i++)
        w5_pending_add(p, (w5_str){line, sizeof(line)}, (w5_str){line, sizeof(line)});
    w5_pending_add(p, W5_STR("y"), W5_STR("y"));
    assert_int_equal(p->r.lines, 202);
    assert_true(p->r.text.len <= W5_JOIN_MAX);
    assert_true(p->r.text.len > W5_JOIN_MAX - 1100);
    assert_int_equal(p->r.text.ptr[p->r.text.len - 1], 'x');
    w5_pending_free(p);
}

static void finish_text(void *memo, w5_record *r, w5_arena *scratch)
{
    (void)memo;
    r->message = w5_arena_str(scratch, r->text);
}

static void a_format_reads_the_whole_without_its_layer(void **state)
{
    (void)state;
    const w5_format many = {.finish = finish_text, .multiline = true};
    char block[64];
    w5_arena *scratch = w5_arena_new();
    w5_pending *p = pending_of(block, "ab ", "1 message");
    p->r.format = &many;
    w5_pending_add(p, W5_STR("ab  line"), W5_STR(" line"));
    w5_pending_finish(p, NULL, scratch);
    assert_str(p->r.message, W5_STR("1 message\n line"));
    assert_str(p->r.text, W5_STR("ab 1 message\n line"));
    w5_pending_free(p);
    w5_arena_free(scratch);
}

static void only_fields_that_are_set_are_copied(void **state)
{
    (void)state;
    w5_record from = {.line = 7, .count = 3};
    w5_record to;
    memset(&to, 0x55, sizeof(to));
    w5_record_set(&from, W5_F_pid, W5_STR("1"));
    w5_record_set(&from, W5_F_elb_reason, W5_STR("2"));
    w5_record_copy(&to, &from);
    assert_int_equal(to.line, 7);
    assert_int_equal(to.count, 3);
    assert_int_equal(to.have, from.have);
    assert_str(w5_record_get(&to, W5_F_pid), W5_STR("1"));
    assert_str(w5_record_get(&to, W5_F_elb_reason), W5_STR("2"));
    assert_null(to.pattern);
}

static void a_lane_gives_the_slot_that_is_free(void **state)
{
    (void)state;
    w5_lane *lane = w5_lane_new(5);
    w5_pending *a = w5_lane_spare(lane);
    lane->pending = a;
    w5_pending *b = w5_lane_spare(lane);
    assert_ptr_not_equal(a, b);
    lane->pending = b;
    assert_ptr_equal(w5_lane_spare(lane), a);
    assert_ptr_equal(w5_lane_memo(lane, 3), w5_lane_memo(lane, 3));
    w5_lane_add_piece(lane, W5_STR("ab"));
    w5_lane_add_piece(lane, W5_STR("c"));
    assert_str(((w5_str){lane->piece, lane->piece_len}), W5_STR("abc"));
    w5_lane_free(lane);
    w5_lane_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_owned_outlives_its_block),
        cmocka_unit_test(unescaped_bytes_take_the_place_of_the_line),
        cmocka_unit_test(lines_that_follow_in_the_block_are_not_copied),
        cmocka_unit_test(carriage_returns_are_no_part_of_a_record),
        cmocka_unit_test(other_lines_are_joined_by_newlines),
        cmocka_unit_test(what_is_kept_of_a_record_is_bounded),
        cmocka_unit_test(a_format_reads_the_whole_without_its_layer),
        cmocka_unit_test(only_fields_that_are_set_are_copied),
        cmocka_unit_test(a_lane_gives_the_slot_that_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
