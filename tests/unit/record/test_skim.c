#include "stage.h"

/* Pieces of a thousand bytes have no line with enough behind it: they go the long way. */
enum {
    SHORT = 1000
};

static void assert_ways_agree(w5_str text)
{
    (void)stage_ways_agree(text, SHORT); /* states: who_skimmed_knows_what_who_read_all_knows */
}

static void both_ways_tell_the_same(void **state)
{
    (void)state;
    static const char *const logs[] = {
        "fixtures/formats/nginx-error/real-1.22.1.log",
        "fixtures/formats/nginx-error/composed.log",
        "fixtures/formats/nginx-error/forged-1.log",
        "fixtures/formats/nginx-error/forged-2.log",
        "fixtures/formats/nginx-error/forged-4-dots.log",
        "fixtures/formats/nginx-access/timed.log",
    };
    for (size_t i = 0; i < COUNT(logs); i++) {
        w5_str once = stage_file(logs[i]);
        w5_str again = stage_file("fixtures/formats/nginx-error/composed.log");
        w5_arena *arena = w5_arena_new();
        assert_ways_agree(
            w5_arena_fmt(arena, "%.*s%.*s%.*s", W5_ARG(once), W5_ARG(again), W5_ARG(once)));
        w5_arena_free(arena);
        free((void *)(uintptr_t)once.ptr);
        free((void *)(uintptr_t)again.ptr);
    }
}

/* A line on every side of what makes it plain, ten of each so that the block is long. */
static void what_is_not_plain_goes_the_long_way(void **state)
{
    (void)state;
    static const w5_str lines[] = {
        W5_LIT(
            "2026/11/20 14:00:00 [error] 7#7: *1 open() \"/a\" failed (2: x), client: 1.2.3.4\n"),
        W5_LIT("2026/11/20 14:00:00 [error] 7#7: *1 open() \"/a, client: 1.2.3.4\n"),
        W5_LIT("2026/11/20 14:00:00 [error] 7#7: *1 x, client: 1.2.3.4, request: \"GET /%0A\"\n"),
        W5_LIT("2026/11/20 14:00:01 [error] 7#7: *1 x, client: 1.2.3.4\r\n"),
        W5_LIT("1970/01/01 00:00:01 [error] 7#7: *1 x, client: 1.2.3.4\n"),
        W5_LIT("2026/11/20 14:00:02 [error] 8#8: FastCGI sent in stderr: \"a\n"),
        W5_LIT("b\" while reading upstream, client: 1.2.3.4\n"),
        W5_LIT("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: x)\n"),
        W5_LIT("\n"),
        W5_LIT("what is this\n"),
        W5_LIT("2026/11/20 14:00:02 [error] 80000#80000: *1 x, client: 1.2.3.4\n"),
    };
    w5_arena *arena = w5_arena_new();
    for (size_t i = 0; i < COUNT(lines); i++) {
        w5_str text = W5_STR("");
        for (size_t n = 0; n < 120; n++)
            text = w5_arena_fmt(arena, "%.*s%.*s%.*s", W5_ARG(text), W5_ARG(lines[0]),
                                W5_ARG(lines[n % 10 == 0 ? i : n % COUNT(lines)]));
        assert_ways_agree(text);
    }
    w5_arena_free(arena);
}

/* The caller's record is used again and again: of the one before it nothing may stay. */
static void nothing_stays_of_the_record_before(void **state)
{
    (void)state;
    w5_str line = W5_STR(
        "2026/11/20 14:00:00 [error] 7#7: *1 open() \"/a\" failed (2: x), client: 1.2.3.4\n");
    w5_arena *arena = w5_arena_new();
    w5_str text = line;
    for (size_t n = 0; n < 100; n++)
        text = w5_arena_fmt(arena, "%.*s%.*s", W5_ARG(text), W5_ARG(line));
    stage s = stage_new(NULL);
    w5_record r;
    uint64_t records = 0;
    w5_records_begin(s.records, 0, W5_STR("error.log"), W5_NONE, STAGE_HINT);
    w5_records_put(s.records, text, 0, false);
    for (;; records++) {
        memset(&r, 0xff, sizeof(r));
        if (w5_records_take(s.records, &r) != W5_OK)
            break;
        assert_int_equal(r.told.len, 0);
        assert_int_equal(r.id.len, 0);
        assert_int_equal(r.host.len, 0);
        assert_null(r.pattern);
        assert_null(r.clock);
        assert_int_equal(r.count, 1);
        assert_false(r.forged || r.cut || r.zoned || r.yearless || r.misdated);
    }
    assert_true(records > 50);
    stage_free(&s);
    w5_arena_free(arena);
}

/* What a reader knows behind a line decides whether the next one may read on from there (piece.c). */
static void who_skimmed_knows_what_who_read_all_knows(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_str text = W5_STR("");
    for (unsigned n = 0; n < 120; n++)
        text = w5_arena_fmt(arena, "%.*s2026/11/20 14:00:%02u [error] 7#7: *1 x, client: 1.2.3.4\n",
                            W5_ARG(text), n / 2);
    stage skimmed = stage_new(NULL);
    stage slow = stage_new(NULL);
    stage_read(&skimmed, text, text.len);
    stage_read(&slow, text, SHORT);
    assert_int_not_equal(w5_records_state(skimmed.records), 0);
    assert_int_equal(w5_records_state(skimmed.records), w5_records_state(slow.records));
    stage_free(&skimmed);
    stage_free(&slow);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_tell_the_same),
        cmocka_unit_test(what_is_not_plain_goes_the_long_way),
        cmocka_unit_test(nothing_stays_of_the_record_before),
        cmocka_unit_test(who_skimmed_knows_what_who_read_all_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
