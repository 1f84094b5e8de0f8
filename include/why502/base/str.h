/* str.h -- a borrowed slice of bytes, and what can be asked of it.
 *
 * A w5_str points into memory that somebody else owns (a read buffer, an arena, a literal). It is
 * never NUL-terminated and may hold any bytes, NUL included. Copy it into an arena (w5_arena_str)
 * to keep it longer than its owner. */
#ifndef W5_BASE_STR_H
#define W5_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct w5_str {
    const char *ptr;
    size_t len;
} w5_str;

/* clang-format off */
/* W5_STR in expressions, W5_LIT in static tables (a compound literal is no constant initialiser),
 * W5_ARG as the argument of "%.*s". Lines are capped at 1 MiB, so the cast cannot overflow. */
#define W5_LIT(literal) {literal, sizeof(literal) - 1}
#define W5_STR(literal) ((w5_str)W5_LIT(literal))
#define W5_ARG(s)       (int)(s).len, (s).ptr
#define W5_NONE         ((w5_str){NULL, 0})
/* clang-format on */

static inline w5_str w5_str_of(const char *text)
{
    return (w5_str){text, text ? strlen(text) : 0};
}
static inline bool w5_str_eq(w5_str a, w5_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool w5_str_starts(w5_str s, w5_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}
static inline bool w5_str_ends(w5_str s, w5_str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}
/* The slice without its first n bytes; n may be larger than the slice. */
static inline w5_str w5_str_skip(w5_str s, size_t n)
{
    return n >= s.len ? (w5_str){s.ptr + s.len, 0} : (w5_str){s.ptr + n, s.len - n};
}
/* At most its first n bytes. */
static inline w5_str w5_str_head(w5_str s, size_t n)
{
    return (w5_str){s.ptr, n < s.len ? n : s.len};
}

bool w5_str_ieq(w5_str a, w5_str b); /* ASCII letters without regard to case */
int w5_str_cmp(w5_str a, w5_str b);  /* bytewise, shorter first */

/* Takes `prefix` off the front of *s when it stands there. */
bool w5_str_take(w5_str *s, w5_str prefix);
/* Splits s at the first `sep`: false (and outputs untouched) when there is none. */
bool w5_str_cut(w5_str s, char sep, w5_str *head, w5_str *tail);
/* The same at the first occurrence of a string. */
bool w5_str_cut_at(w5_str s, w5_str sep, w5_str *head, w5_str *tail);
/* Where `needle` first stands in s; false when nowhere. An empty needle stands at 0. */
bool w5_str_find(w5_str s, w5_str needle, size_t *at);
bool w5_str_find_char(w5_str s, char c, size_t *at);
bool w5_str_rfind_char(w5_str s, char c, size_t *at);
/* Without blanks and tabs (and CR) at either end. */
w5_str w5_str_trim(w5_str s);

/* The whole slice as a number: digits only, no sign, false on overflow or anything else. */
bool w5_str_u64(w5_str s, uint64_t *value);
/* A whole decimal number such as "1.250" in millionths (1250000); digits past the sixth are cut. */
bool w5_str_micros(w5_str s, int64_t *value);
/* Takes the leading digits off *s: false when there are none or they overflow. */
bool w5_str_take_u64(w5_str *s, uint64_t *value);

/* 64-bit hash, seeded once per run (w5_hash_seed) so that hostile keys cannot be prepared. */
uint64_t w5_str_hash(w5_str s);
void w5_hash_seed(uint64_t seed);

/* Like memmem(3), tuned for short needles. */
const char *w5_mem_find(const char *hay, size_t hay_len, const char *needle, size_t needle_len);

#endif
