#include "source/lines.h"

#include <stdlib.h>

#include "check.h"

/* A reader that gives out `text` in pieces of `piece` bytes, then ends as told. */
typedef struct feeder {
    w5_str text;
    size_t piece;
    w5_rc over;
    unsigned waits; /* answers W5_WAIT this often between two pieces */
    unsigned waited;
} feeder;

static w5_rc feed(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    feeder *f = from;
    (void)err;
    if (f->waited < f->waits) {
        f->waited++;
        return W5_WAIT;
    }
    f->waited = 0;
    *got = f->piece < room ? f->piece : room;
    *got = *got < f->text.len ? *got : f->text.len;
    memcpy(out, f->text.ptr, *got);
    f->text = w5_str_skip(f->text, *got);
    return *got > 0 ? W5_OK : f->over;
}

/* Reads everything; each block must end at a line end unless it is the last or cut. */
static size_t drain(feeder f, char *out, unsigned *cuts)
{
    w5_lines l;
    w5_block block;
    size_t len = 0;
    bool partial = false;
    w5_rc rc;
    w5_lines_init(&l, 0);
    *cuts = 0;
    while ((rc = w5_lines_next(&l, feed, &f, &block, NULL)) == W5_OK || rc == W5_WAIT) {
        if (rc == W5_WAIT)
            continue;
        assert_false(partial);
        assert_true(block.bytes.len > 0);
        memcpy(out + len, block.bytes.ptr, block.bytes.len);
        len += block.bytes.len;
        *cuts += block.cut;
        partial = !block.cut && !w5_str_ends(block.bytes, W5_STR("\n"));
    }
    assert_int_equal(rc, f.over);
    w5_lines_done(&l);
    return len;
}

static const char *const texts[] = {
    "", "\n", "a", "a\n", "a\nb", "one\ntwo\nthree\n", "\n\n\n", "no end", "\r\nx\ry\n",
};

static void every_byte_comes_out_whatever_the_pieces(void **state)
{
    char out[64];
    unsigned cuts;
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t piece = 1; piece < 8; piece++) {
            feeder f = {w5_str_of(texts[i]), piece, W5_END, piece % 2, 0};
            size_t len = drain(f, out, &cuts);
            assert_str(((w5_str){out, len}), w5_str_of(texts[i]));
            assert_int_equal(cuts, 0);
        }
}

static void a_failure_comes_after_the_bytes_before_it(void **state)
{
    char out[64];
    unsigned cuts;
    (void)state;
    size_t len = drain((feeder){W5_STR("one\ntw"), 4, W5_EDAMAGED, 0, 0}, out, &cuts);
    assert_str(((w5_str){out, len}), W5_STR("one\ntw"));
}

static void nul_is_a_byte_and_no_end(void **state)
{
    char out[64];
    unsigned cuts;
    (void)state;
    size_t len = drain((feeder){W5_STR("a\0b\n\0\0\n"), 3, W5_END, 0, 0}, out, &cuts);
    assert_str(((w5_str){out, len}), W5_STR("a\0b\n\0\0\n"));
}

/* Lines around the limit: shorter and equal ones stay whole, longer ones are cut there. */
static void a_line_is_cut_behind_its_first_megabyte(void **state)
{
    static const struct {
        size_t length;
        bool newline;
        bool cut;
    } cases[] = {
        {W5_LINE_MAX - 1,         true,  false},
        {W5_LINE_MAX,             true,  false},
        {W5_LINE_MAX + 1,         true,  true },
        {W5_LINE_MAX,             false, false},
        {W5_LINE_MAX + 1,         false, true },
        {3 * (size_t)W5_LINE_MAX, true,  true },
    };
    static const size_t pieces[] = {4096, 65537, W5_BLOCK_MAX};
    size_t most = 3 * (size_t)W5_LINE_MAX + 64;
    char *text = w5_xmalloc(most);
    char *out = w5_xmalloc(most);
    (void)state;
    for (size_t i = 0; i < COUNT(cases) * COUNT(pieces); i++) {
        size_t n = cases[i % COUNT(cases)].length;
        bool cut = cases[i % COUNT(cases)].cut;
        bool newline = cases[i % COUNT(cases)].newline;
        unsigned cuts;
        memset(text, 'x', most);
        memcpy(text, "before\n", 7);
        memcpy(text + 7 + n, "\nafter\n", 7);
        feeder f = {
            {text, 7 + n + (newline ? 7 : 0)},
            pieces[i / COUNT(cases)], W5_END, 0, 0
        };
        size_t len = drain(f, out, &cuts);
        assert_int_equal(cuts, cut);
        /* of a line that is cut its newline goes, too */
        size_t tail = !newline ? 0 : cut ? 6 : 7;
        assert_int_equal(len, 7 + (cut ? W5_LINE_MAX : n) + tail);
        if (newline)
            assert_memory_equal(out + len - 6, "after\n", 6);
    }
    free(text);
    free(out);
}

static void offsets_count_what_was_skipped(void **state)
{
    size_t long_line = W5_LINE_MAX + 1000;
    char *text = w5_xmalloc(long_line + 16);
    w5_lines l;
    w5_block block;
    (void)state;
    memset(text, 'x', long_line);
    memcpy(text + long_line, "\nafter\n", 7);
    feeder f = {
        {text, long_line + 7},
        W5_BLOCK_MAX, W5_END, 0, 0
    };
    w5_lines_init(&l, 100);
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_OK);
    assert_true(block.cut);
    assert_int_equal(block.offset, 100);
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_OK);
    assert_int_equal(block.offset, 100 + long_line + 1);
    assert_str(block.bytes, W5_STR("after\n"));
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_END);
    assert_int_equal(w5_lines_offset(&l), 100 + long_line + 7);
    w5_lines_done(&l);
    free(text);
}

static w5_rc more_of_it(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    (void)err;
    *(size_t *)from += room;
    memset(out, 'x', *got = room);
    return W5_OK;
}

static void who_skips_a_line_without_end_is_asked_now_and_then(void **state)
{
    (void)state;
    w5_lines l;
    w5_block block;
    size_t read = 0;
    w5_lines_init(&l, 0);
    assert_int_equal(w5_lines_next(&l, more_of_it, &read, &block, NULL), W5_OK);
    assert_true(block.cut && block.bytes.len == W5_LINE_MAX);
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(w5_lines_next(&l, more_of_it, &read, &block, NULL), W5_OK);
        assert_false(block.cut);
        assert_int_equal(block.bytes.len, 0);
        assert_true(read <= 2 * W5_LINE_MAX + i * (W5_SKIP_MAX + W5_BLOCK_MAX));
    }
    feeder f = {W5_STR("\nafter\n"), 64, W5_END, 0, 0};
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_OK);
    assert_str(block.bytes, W5_STR("after\n"));
    assert_int_equal(block.offset, read + 1);
    w5_lines_done(&l);
}

static void a_piece_of_a_line_can_be_asked_for(void **state)
{
    w5_lines l;
    w5_block block;
    (void)state;
    feeder f = {W5_STR("one\nhalf"), 64, W5_END, 1, 0};
    w5_lines_init(&l, 0);
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_WAIT);
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_OK);
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_WAIT);
    assert_str(w5_lines_held(&l), W5_STR("half"));
    assert_int_equal(w5_lines_rest(&l, &block), W5_OK);
    assert_str(block.bytes, W5_STR("half"));
    assert_int_equal(block.offset, 4);
    assert_int_equal(w5_lines_rest(&l, &block), W5_MISS);
    w5_lines_done(&l);
}

static void what_another_file_began_is_put_in_front(void **state)
{
    w5_lines l;
    w5_block block;
    (void)state;
    feeder f = {W5_STR("half\nnext\n"), 64, W5_END, 0, 0};
    w5_lines_init(&l, 0);
    w5_lines_prepend(&l, W5_STR("first "));
    assert_int_equal(w5_lines_next(&l, feed, &f, &block, NULL), W5_OK);
    assert_str(block.bytes, W5_STR("first half\nnext\n"));
    assert_int_equal(w5_lines_offset(&l), 10);
    w5_lines_done(&l);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_comes_out_whatever_the_pieces),
        cmocka_unit_test(a_failure_comes_after_the_bytes_before_it),
        cmocka_unit_test(nul_is_a_byte_and_no_end),
        cmocka_unit_test(a_line_is_cut_behind_its_first_megabyte),
        cmocka_unit_test(offsets_count_what_was_skipped),
        cmocka_unit_test(who_skips_a_line_without_end_is_asked_now_and_then),
        cmocka_unit_test(a_piece_of_a_line_can_be_asked_for),
        cmocka_unit_test(what_another_file_began_is_put_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
