#include "source/kind.h"

#include <errno.h>

#include "scene.h"

static void a_file_comes_out_as_it_is(void **state)
{
    scene *s = *state;
    put(s, "error.log", "one\ntwo\nhalf");
    const w5_source *source = add(s, at(s, "error.log"));
    assert_str(source->kind, W5_STR("file"));
    assert_true(source->seekable);
    assert_int_equal(source->size, 12);
    assert_str(read_all(s, 0), W5_STR("one\ntwo\nhalf"));
    assert_true(source->done);
    assert_int_equal(source->error.code, W5_OK);
    assert_int_equal(source->bytes, 12);
    assert_int_equal(source->consumed, 12);
}

static void an_empty_file_is_no_fault(void **state)
{
    scene *s = *state;
    put(s, "error.log", "");
    const w5_source *source = add(s, at(s, "error.log"));
    assert_int_equal(read_all(s, 0).len, 0);
    assert_int_equal(source->error.code, W5_OK);
}

static void a_file_larger_than_a_block_is_whole(void **state)
{
    scene *s = *state;
    size_t size = 3 * W5_BLOCK_MAX + 12345;
    char *text = malloc(size);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 97 == 96 ? '\n' : (char)('a' + i % 26);
    put_bytes(s, "big.log", 0, (w5_str){text, size});
    add(s, at(s, "big.log"));
    assert_str(read_all(s, 0), ((w5_str){text, size}));
    free(text);
}

/* 5 GiB of nothing between two lines: offsets are 64 bits wide, and a hole is a line of NULs. */
static void a_sparse_file_is_read_to_its_far_end(void **state)
{
    scene *s = *state;
    uint64_t far = UINT64_C(5) << 30;
    put(s, "sparse.log", "first\n");
    int fd = open(at(s, "sparse.log"), O_WRONLY);
    assert_int_equal(pwrite(fd, "\nlast\n", 6, (off_t)far), 6);
    close(fd);
    const w5_source *source = add(s, at(s, "sparse.log"));
    char buffer[16];
    w5_err err;
    assert_int_equal(w5_source_pread(source, far, buffer, sizeof buffer, &err), 6);
    assert_memory_equal(buffer, "\nlast\n", 6);
    assert_int_equal(w5_sources_skip(s->sources, 0, far + 1, &err), W5_OK);
    assert_str(read_all(s, 0), W5_STR("last\n"));
    assert_int_equal(source->bytes, 5);
}

static void reading_goes_on_where_an_earlier_run_stopped(void **state)
{
    scene *s = *state;
    w5_err err;
    w5_block block;
    put(s, "error.log", "one\ntwo\n");
    add(s, at(s, "error.log"));
    assert_int_equal(w5_sources_skip(s->sources, 0, 4, &err), W5_OK);
    assert_int_equal(w5_sources_next(s->sources, 0, &block), W5_OK);
    assert_str(block.bytes, W5_STR("two\n"));
    assert_int_equal(block.offset, 4);
}

static void ranges_need_no_order(void **state)
{
    scene *s = *state;
    char buffer[8];
    w5_err err = {0};
    put(s, "error.log", "0123456789");
    const w5_source *source = add(s, at(s, "error.log"));
    assert_int_equal(w5_source_pread(source, 8, buffer, 8, &err), 2);
    assert_memory_equal(buffer, "89", 2);
    assert_int_equal(w5_source_pread(source, 0, buffer, 8, &err), 8);
    assert_memory_equal(buffer, "01234567", 8);
    assert_int_equal(w5_source_pread(source, 10, buffer, 8, &err), 0);
    assert_int_equal(err.code, W5_OK);
}

static void a_file_that_vanishes_is_read_all_the_same(void **state)
{
    scene *s = *state;
    put(s, "error.log", "still here\n");
    add(s, at(s, "error.log"));
    unlink(at(s, "error.log"));
    assert_str(read_all(s, 0), W5_STR("still here\n"));
}

static void a_file_cut_short_meanwhile_just_ends(void **state)
{
    scene *s = *state;
    put(s, "error.log", "one\ntwo\n");
    add(s, at(s, "error.log"));
    assert_int_equal(truncate(at(s, "error.log"), 4), 0);
    assert_str(read_all(s, 0), W5_STR("one\n"));
}

/* Reading our own memory at address 0 fails with EIO, as a dying disk does. */
static void a_read_that_fails_is_said_and_no_more(void **state)
{
    scene *s = *state;
    put(s, "good.log", "good\n");
    const w5_source *bad = add(s, "/proc/self/mem");
    add(s, at(s, "good.log"));
    assert_str(read_all(s, 0), W5_STR("good\n"));
    assert_int_equal(bad->error.code, W5_EIO);
    assert_int_equal(bad->error.sys, EIO);
    assert_string_equal(bad->error.text, "cannot read all of '/proc/self/mem': reading stopped: "
                                         "Input/output error");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_file_comes_out_as_it_is),
        TEST(an_empty_file_is_no_fault),
        TEST(a_file_larger_than_a_block_is_whole),
        TEST(a_sparse_file_is_read_to_its_far_end),
        TEST(reading_goes_on_where_an_earlier_run_stopped),
        TEST(ranges_need_no_order),
        TEST(a_file_that_vanishes_is_read_all_the_same),
        TEST(a_file_cut_short_meanwhile_just_ends),
        TEST(a_read_that_fails_is_said_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
