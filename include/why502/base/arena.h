/* arena.h -- memory with three lifetimes: forever, one run of the diagnosis, scratch.
 *
 * An arena hands out zeroed memory and takes it all back at once. Allocation never returns NULL:
 * when the system has no more, the handler set by w5_oom_handler is called (cli's says so and exits
 * with 70; without one the process aborts). Bounds are kept elsewhere, by counts. */
#ifndef W5_BASE_ARENA_H
#define W5_BASE_ARENA_H

#include <why502/base/str.h>

typedef struct w5_arena w5_arena;
typedef struct w5_mark {
    void *block;
    size_t used;
} w5_mark;

w5_arena *w5_arena_new(void);
void w5_arena_free(w5_arena *arena);
/* Zeroed, aligned for any type; never NULL. The second checks count * size. */
__attribute__((returns_nonnull)) void *w5_arena_alloc(w5_arena *arena, size_t size);
__attribute__((returns_nonnull)) void *w5_arena_alloc_n(w5_arena *arena, size_t count,
                                                        size_t size);
w5_str w5_arena_str(w5_arena *arena, w5_str s); /* a copy, NUL-terminated for convenience */
w5_str w5_arena_fmt(w5_arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Everything handed out since the mark is taken back. */
w5_mark w5_arena_mark(w5_arena *arena);
void w5_arena_rewind(w5_arena *arena, w5_mark mark);
size_t w5_arena_used(const w5_arena *arena);

#define W5_NEW(arena, type)      ((type *)w5_arena_alloc((arena), sizeof(type)))
#define W5_NEW_N(arena, type, n) ((type *)w5_arena_alloc_n((arena), (n), sizeof(type)))

/* malloc that never fails (it calls the handler); for the few _new functions and growing arrays. */
void *w5_xmalloc(size_t size);
void *w5_xrealloc(void *old, size_t count, size_t size); /* checks count * size for overflow */
typedef void (*w5_oom)(size_t wanted);
void w5_oom_handler(w5_oom handler); /* must not return */

#endif
