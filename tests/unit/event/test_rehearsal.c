#include "reading.h"

static void put_in_pieces(w5_rehearsal *t, w5_str log, size_t piece)
{
    for (size_t at = 0; at < log.len; at += piece)
        w5_rehearsal_put(t, w5_str_head(w5_str_skip(log, at), piece));
}

static bool holds(w5_str text, const char *words)
{
    size_t at;
    return w5_str_find(text, w5_str_of(words), &at);
}

static void every_pattern_is_counted_however_the_log_is_cut(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 7, 100, 1000000};
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = load_knowledge(arena, "");
    for (size_t i = 0; i < COUNT(pieces); i++) {
        w5_rehearsal *t = w5_rehearsal_new(c);
        w5_out *out = w5_out_memory();
        put_in_pieces(t, W5_STR(REFUSED "\n" REFUSED "\n" EOF_LINE "\nnonsense\n" REOPEN),
                      pieces[i]);
        w5_rehearsal_write(t, out);
        w5_str report = w5_out_bytes(out);
        assert_true(holds(report, "         2  refused "));
        assert_true(holds(report, "         1  eof "));
        assert_true(holds(report, "         1  records known to no pattern\n"));
        assert_true(holds(report, "of nginx-error, the first: " REOPEN "\n"));
        assert_true(holds(report, "         1  lines of no known format\n"));
        w5_out_done(out, NULL);
        w5_rehearsal_free(t);
    }
    w5_rehearsal_free(NULL);
    w5_arena_free(arena);
}

static void an_expression_that_runs_into_its_limits_is_named(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_catalogue *c = load_knowledge(arena, "-- pattern mine.costly\n"
                                            "format: nginx-error\n"
                                            "class:  connection-refused\n"
                                            "code:   CK-111\n"
                                            "match:  ^(x+)+$\n"
                                            "source: here\n\nNested.\n");
    w5_rehearsal *t = w5_rehearsal_new(c);
    w5_out *out = w5_out_memory();
    w5_rehearsal_put(t, W5_STR("2026/11/20 10:00:00 [error] 7#7: *1 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy\n" EOF_LINE "\n"));
    w5_rehearsal_write(t, out);
    w5_str report = w5_out_bytes(out);
    assert_true(holds(report, "         1  expressions given up at their limits\n"));
    assert_true(holds(report, "         1  of mine.costly  "));
    assert_true(holds(report, "         1  eof "));
    w5_out_done(out, NULL);
    w5_rehearsal_free(t);
    w5_arena_free(arena);
}

static void a_line_without_end_does_not_grow_for_ever(void **state)
{
    (void)state;
    static char block[1 << 16];
    w5_arena *arena = w5_arena_new();
    w5_rehearsal *t = w5_rehearsal_new(load_knowledge(arena, ""));
    memset(block, 'x', sizeof(block));
    for (int i = 0; i < 200; i++)
        w5_rehearsal_put(t, (w5_str){block, sizeof(block)});
    w5_out *out = w5_out_memory();
    w5_rehearsal_write(t, out);
    assert_true(holds(w5_out_bytes(out), "lines of no known format\n"));
    w5_out_done(out, NULL);
    w5_rehearsal_free(t);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_is_counted_however_the_log_is_cut),
        cmocka_unit_test(an_expression_that_runs_into_its_limits_is_named),
        cmocka_unit_test(a_line_without_end_does_not_grow_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
