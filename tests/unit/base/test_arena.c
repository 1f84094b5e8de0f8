#include "check.h"

#include <why502/base/arena.h>

#include <stdlib.h>

static bool all_zero(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    char *last = NULL;
    size_t last_size = 0;
    for (size_t size = 0; size < 3000; size += 7) {
        char *p = w5_arena_alloc(arena, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        assert_true(all_zero(p, size));
        assert_true(!last || p >= last + last_size || p + size <= last);
        memset(p, 0xff, size);
        last = p;
        last_size = size;
    }
    w5_arena_free(arena);
}

static void a_rewind_gives_zeroed_memory_again(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_str kept = w5_arena_str(arena, W5_STR("kept"));
    w5_mark mark = w5_arena_mark(arena);
    size_t used = w5_arena_used(arena);
    for (int turn = 0; turn < 50; turn++) {
        for (int i = 0; i < 100; i++) {
            char *p = w5_arena_alloc(arena, 1000);
            assert_true(all_zero(p, 1000));
            memset(p, 0xee, 1000);
        }
        assert_true(w5_arena_used(arena) >= used + 100000);
        w5_arena_rewind(arena, mark);
        assert_int_equal(w5_arena_used(arena), used);
    }
    assert_str(kept, W5_STR("kept"));
    w5_arena_free(arena);
}

static void a_mark_of_an_empty_arena_takes_everything_back(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_mark mark = w5_arena_mark(arena);
    w5_arena_alloc(arena, 10);
    w5_arena_alloc(arena, 3 * 1024 * 1024); /* larger than any block */
    w5_arena_alloc(arena, 10);
    w5_arena_rewind(arena, mark);
    assert_int_equal(w5_arena_used(arena), 0);
    assert_non_null(w5_arena_alloc(arena, 1));
    w5_arena_free(arena);
}

static void marks_nest(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    w5_mark outer = w5_arena_mark(arena);
    w5_str a = w5_arena_str(arena, W5_STR("a"));
    w5_mark inner = w5_arena_mark(arena);
    w5_arena_alloc(arena, 100000);
    w5_arena_rewind(arena, inner);
    assert_str(a, W5_STR("a"));
    w5_arena_rewind(arena, outer);
    assert_int_equal(w5_arena_used(arena), 0);
    w5_arena_free(arena);
    w5_arena_free(NULL);
}

static void a_copy_is_closed_by_a_nul(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    static const char text[] = "upstream";
    w5_str copy = w5_arena_str(arena, (w5_str){text, 2});
    assert_str(copy, W5_STR("up"));
    assert_int_equal(copy.ptr[2], '\0');
    assert_str(w5_arena_str(arena, W5_NONE), W5_STR(""));
    assert_str(w5_arena_str(arena, W5_STR("a\0b")), W5_STR("a\0b"));
    w5_arena_free(arena);
}

static void formatted_text_has_any_length(void **state)
{
    (void)state;
    w5_arena *arena = w5_arena_new();
    assert_str(w5_arena_fmt(arena, "%s:%d", "error.log", 12), W5_STR("error.log:12"));
    w5_str wide = w5_arena_fmt(arena, "%*d", 20000, 7);
    assert_int_equal(wide.len, 20000);
    assert_int_equal(wide.ptr[19999], '7');
    w5_arena_free(arena);
}

static jmp_buf out_of_memory;
static size_t last_wanted;

static void note_and_jump(size_t wanted)
{
    last_wanted = wanted;
    longjmp(out_of_memory, 1);
}

/* The handler leaves by longjmp, so nothing of the failed call remains. */
static void what_cannot_be_had_reaches_the_handler(void **state)
{
    (void)state;
    w5_arena *volatile arena = w5_arena_new();
    w5_oom_handler(note_and_jump);
    if (setjmp(out_of_memory) == 0) {
        w5_arena_alloc_n(arena, SIZE_MAX / 2, 3);
        fail_msg("count * size overflowed unseen");
    }
    assert_true(last_wanted == SIZE_MAX);
    if (setjmp(out_of_memory) == 0) {
        w5_arena_alloc(arena, SIZE_MAX - 3);
        fail_msg("a size near the end of the address space");
    }
    if (setjmp(out_of_memory) == 0) {
        w5_xrealloc(NULL, SIZE_MAX / 4, 8);
        fail_msg("count * size overflowed unseen");
    }
    w5_oom_handler(NULL);
    assert_non_null(w5_arena_alloc(arena, 1));
    w5_arena_free(arena);
}

static void empty_requests_are_answered(void **state)
{
    (void)state;
    void *p = w5_xmalloc(0);
    assert_non_null(p);
    p = w5_xrealloc(p, 0, 8);
    assert_non_null(p);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(a_rewind_gives_zeroed_memory_again),
        cmocka_unit_test(a_mark_of_an_empty_arena_takes_everything_back),
        cmocka_unit_test(marks_nest),
        cmocka_unit_test(a_copy_is_closed_by_a_nul),
        cmocka_unit_test(formatted_text_has_any_length),
        cmocka_unit_test(what_cannot_be_had_reaches_the_handler),
        cmocka_unit_test(empty_requests_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
