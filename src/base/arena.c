/* arena.c -- blocks in a chain, newest first; marks are places in it.
 *
 * Blocks double from 4 KiB to 256 KiB, so that a small arena is small and a big one makes few
 * calls. A rewind keeps the largest ordinary block it takes off as a spare: a scratch arena that
 * is rewound each turn settles on one block and never calls malloc again. */
#include <why502/base/arena.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define W5_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define W5_ASAN 1
#endif
#ifdef W5_ASAN
#include <sanitizer/asan_interface.h>
#define HIDE(ptr, size) ASAN_POISON_MEMORY_REGION(ptr, size)
#define SHOW(ptr, size) ASAN_UNPOISON_MEMORY_REGION(ptr, size)
#define GAP             8 /* bytes between two pieces that nobody may touch */
#else
#define HIDE(ptr, size) ((void)0)
#define SHOW(ptr, size) ((void)0)
#define GAP             0
#endif

enum {
    FIRST_BLOCK = 4096,
    LAST_BLOCK = 256 * 1024,
    ALIGN = _Alignof(max_align_t)
};

typedef struct block {
    struct block *older;
    size_t size, used;
    size_t below; /* handed out by the older blocks */
    _Alignas(max_align_t) char bytes[];
} block;

struct w5_arena {
    block *newest;
    block *spare;
};

/* --- malloc that never fails --------------------------------------------------------------- */
static w5_oom oom_handler;

void w5_oom_handler(w5_oom handler)
{
    oom_handler = handler;
}

static _Noreturn void out_of_memory(size_t wanted)
{
    if (oom_handler)
        oom_handler(wanted);
    abort(); /* nobody took it: a program that goes on without its memory would be worse */
}

void *w5_xmalloc(size_t size)
{
    void *ptr = malloc(size ? size : 1);
    if (!ptr)
        out_of_memory(size);
    return ptr;
}

void *w5_xrealloc(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(SIZE_MAX);
    void *ptr = realloc(old, bytes ? bytes : 1);
    if (!ptr)
        out_of_memory(bytes);
    return ptr;
}

/* --- the arena ----------------------------------------------------------------------------- */
w5_arena *w5_arena_new(void)
{
    w5_arena *arena = w5_xmalloc(sizeof *arena);
    *arena = (w5_arena){NULL, NULL};
    return arena;
}

static void block_free(block *b)
{
    if (b)
        SHOW(b->bytes, b->size);
    free(b);
}

void w5_arena_free(w5_arena *arena)
{
    if (!arena)
        return;
    w5_arena_rewind(arena, (w5_mark){NULL, 0});
    block_free(arena->spare);
    free(arena);
}

static size_t next_size(const w5_arena *arena, size_t wanted)
{
    size_t size = arena->newest ? arena->newest->size * 2 : FIRST_BLOCK;
    if (size > LAST_BLOCK)
        size = LAST_BLOCK;
    return size < wanted ? wanted : size;
}

static block *block_new(w5_arena *arena, size_t wanted)
{
    block *b = arena->spare;
    if (b && b->size >= wanted) {
        arena->spare = NULL;
    } else {
        size_t size = next_size(arena, wanted);
        if (size > SIZE_MAX - sizeof *b)
            out_of_memory(size);
        b = w5_xmalloc(sizeof *b + size);
        b->size = size;
        HIDE(b->bytes, size);
    }
    b->older = arena->newest;
    b->used = 0;
    b->below = w5_arena_used(arena);
    arena->newest = b;
    return b;
}

void *w5_arena_alloc(w5_arena *arena, size_t size)
{
    size_t room;
    if (__builtin_add_overflow(size, ALIGN - 1 + GAP, &room))
        out_of_memory(size);
    room &= ~(size_t)(ALIGN - 1);
    block *b = arena->newest;
    if (!b || b->size - b->used < room)
        b = block_new(arena, room);
    char *ptr = b->bytes + b->used;
    b->used += room;
    SHOW(ptr, size);
    return memset(ptr, 0, size);
}

void *w5_arena_alloc_n(w5_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(SIZE_MAX);
    return w5_arena_alloc(arena, bytes);
}

w5_str w5_arena_str(w5_arena *arena, w5_str s)
{
    char *copy = w5_arena_alloc(arena, s.len + 1);
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    return (w5_str){copy, s.len};
}

w5_str w5_arena_fmt(w5_arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    size_t size = len < 0 ? 0 : (size_t)len;
    char *text = w5_arena_alloc(arena, size + 1);
    vsnprintf(text, size + 1, fmt, again);
    va_end(again);
    return (w5_str){text, size};
}

w5_mark w5_arena_mark(w5_arena *arena)
{
    return (w5_mark){arena->newest, arena->newest ? arena->newest->used : 0};
}

/* The larger of the spare and a block that is no longer needed stays, unless it is a giant. */
static void retire(w5_arena *arena, block *b)
{
    HIDE(b->bytes, b->size);
    if (b->size > LAST_BLOCK || (arena->spare && arena->spare->size >= b->size)) {
        block_free(b);
        return;
    }
    block_free(arena->spare);
    arena->spare = b;
}

void w5_arena_rewind(w5_arena *arena, w5_mark mark)
{
    while (arena->newest && arena->newest != mark.block) {
        block *gone = arena->newest;
        arena->newest = gone->older;
        retire(arena, gone);
    }
    if (arena->newest) {
        arena->newest->used = mark.used;
        HIDE(arena->newest->bytes + mark.used, arena->newest->size - mark.used);
    }
}

size_t w5_arena_used(const w5_arena *arena)
{
    return arena->newest ? arena->newest->below + arena->newest->used : 0;
}
