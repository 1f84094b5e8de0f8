/* str.c -- what can be asked of a slice.
 *
 * The two functions that every log byte may pass are at the end: the search (w5_mem_find) and the
 * keyed hash (w5_str_hash). */
#include <why502/base/str.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static unsigned char lower(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte | 0x20) : byte;
}

bool w5_str_ieq(w5_str a, w5_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int w5_str_cmp(w5_str a, w5_str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool w5_str_take(w5_str *s, w5_str prefix)
{
    if (!w5_str_starts(*s, prefix))
        return false;
    *s = w5_str_skip(*s, prefix.len);
    return true;
}

static void split(w5_str s, size_t at, size_t width, w5_str *head, w5_str *tail)
{
    *head = (w5_str){s.ptr, at};
    *tail = w5_str_skip(s, at + width);
}

bool w5_str_cut(w5_str s, char sep, w5_str *head, w5_str *tail)
{
    size_t at;
    if (!w5_str_find_char(s, sep, &at))
        return false;
    split(s, at, 1, head, tail);
    return true;
}

bool w5_str_cut_at(w5_str s, w5_str sep, w5_str *head, w5_str *tail)
{
    size_t at;
    if (!w5_str_find(s, sep, &at))
        return false;
    split(s, at, sep.len, head, tail);
    return true;
}

bool w5_str_find(w5_str s, w5_str needle, size_t *at)
{
    const char *hit = w5_mem_find(s.ptr, s.len, needle.ptr, needle.len);
    if (needle.len != 0 && !hit)
        return false;
    *at = needle.len == 0 ? 0 : (size_t)(hit - s.ptr);
    return true;
}

bool w5_str_find_char(w5_str s, char c, size_t *at)
{
    const char *hit = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);
    if (!hit)
        return false;
    *at = (size_t)(hit - s.ptr);
    return true;
}

bool w5_str_rfind_char(w5_str s, char c, size_t *at)
{
    const char *hit = s.len == 0 ? NULL : memrchr(s.ptr, c, s.len);
    if (!hit)
        return false;
    *at = (size_t)(hit - s.ptr);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

w5_str w5_str_trim(w5_str s)
{
    while (s.len > 0 && is_blank(s.ptr[0]))
        s = w5_str_skip(s, 1);
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool w5_str_take_u64(w5_str *s, uint64_t *value)
{
    enum {
        SAFE = 19 /* digits that cannot overflow */
    };
    uint64_t sum = 0;
    size_t i = 0;
    for (size_t safe = s->len < SAFE ? s->len : SAFE; i < safe; i++) {
        unsigned digit = (unsigned)(unsigned char)s->ptr[i] - '0';
        if (digit > 9)
            break;
        sum = sum * 10 + digit;
    }
    for (; i >= SAFE && i < s->len; i++) {
        unsigned digit = (unsigned)(unsigned char)s->ptr[i] - '0';
        if (digit > 9)
            break;
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, digit, &sum))
            return false;
    }
    if (i == 0)
        return false;
    *s = w5_str_skip(*s, i);
    *value = sum;
    return true;
}

bool w5_str_u64(w5_str s, uint64_t *value)
{
    uint64_t number;
    if (!w5_str_take_u64(&s, &number) || s.len != 0)
        return false;
    *value = number;
    return true;
}

/* The digits behind the point, as millionths. */
static bool fraction(w5_str s, int64_t *value)
{
    static const int64_t unit[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    int64_t sum = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        sum = i < 6 ? sum * 10 + (s.ptr[i] - '0') : sum;
    }
    *value = sum * unit[s.len < 6 ? s.len : 6];
    return s.len > 0;
}

bool w5_str_micros(w5_str s, int64_t *value)
{
    uint64_t whole;
    int64_t part = 0;
    int64_t sum;
    if (!w5_str_take_u64(&s, &whole))
        return false;
    if (s.len > 0 && (s.ptr[0] != '.' || !fraction(w5_str_skip(s, 1), &part)))
        return false;
    if (__builtin_mul_overflow(whole, 1000000, &sum) || __builtin_add_overflow(sum, part, &sum))
        return false;
    *value = sum;
    return true;
}

/* --- the hash ------------------------------------------------------------------------------
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, with one round a
 * word and three at the end, as Rust and Python use for tables). Log text chooses our keys: under
 * a hash without a secret an attacker would prepare a hundred thousand that collide. */
static uint64_t hash_key = UINT64_C(0x77687935303221a5);

void w5_hash_seed(uint64_t seed)
{
    hash_key = seed;
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

uint64_t w5_str_hash(w5_str s)
{
    uint64_t k0 = hash_key;
    uint64_t k1 = ~hash_key * UINT64_C(0x9e3779b97f4a7c15);
    uint64_t v[4] = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                     k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
    uint64_t word;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.ptr + i, 8);
        sip_word(v, word);
    }
    word = 0;
    if (i < s.len)
        memcpy(&word, s.ptr + i, s.len - i);
    sip_word(v, word ^ (uint64_t)s.len << 56);
    v[2] ^= 0xff;
    for (int round = 0; round < 3; round++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* --- the search ------------------------------------------------------------------------------
 * Most lines hold none of the words that are looked for, so what counts is how fast a search says
 * no. Both the first and the last byte of the needle must stand at their places; sixteen or
 * thirty-two starting points are held against them at once, and only those that pass are compared.
 * Measured over an nginx error log (eight needles, counting all in 73 MiB, and line by line):
 *     memmem 6-14 and 5-7 GB/s, memchr of the first byte 9-48 and 8-18, SSE2 9-20 and 9-12,
 *     AVX2 15-32 and 10-16 GB/s.
 * The rarest byte of the needle instead of the first helps little and costs a look at every byte
 * of the needle for each line. */
static const char *find_plain(const char *hay, size_t starts, const char *needle, size_t len)
{
    const char *end = hay + starts;
    while (hay < end && (hay = memchr(hay, needle[0], (size_t)(end - hay)))) {
        if (memcmp(hay, needle, len) == 0)
            return hay;
        hay++;
    }
    return NULL;
}

#if defined(__x86_64__)
static const char *confirm(const char *hay, unsigned mask, const char *needle, size_t len)
{
    for (; mask != 0; mask &= mask - 1) {
        const char *at = hay + __builtin_ctz(mask);
        if (memcmp(at, needle, len) == 0)
            return at;
    }
    return NULL;
}

/* `starts` places, at least 16, where the needle could begin; the last step overlaps the one
 * before it, so that no byte behind the haystack is read. */
static const char *find_16(const char *hay, size_t starts, const char *needle, size_t len)
{
    const __m128i first = _mm_set1_epi8(needle[0]);
    const __m128i last = _mm_set1_epi8(needle[len - 1]);
    for (size_t i = 0;; i += 16) {
        if (i + 16 > starts)
            i = starts - 16;
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(hay + i));
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(hay + i + len - 1));
        __m128i both = _mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last));
        const char *at = confirm(hay + i, (unsigned)_mm_movemask_epi8(both), needle, len);
        if (at || i + 16 == starts)
            return at;
    }
}

/* The same with 32. */
__attribute__((target("avx2"))) static const char *find_32(const char *hay, size_t starts,
                                                           const char *needle, size_t len)
{
    const __m256i first = _mm256_set1_epi8(needle[0]);
    const __m256i last = _mm256_set1_epi8(needle[len - 1]);
    for (size_t i = 0;; i += 32) {
        if (i + 32 > starts)
            i = starts - 32;
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(hay + i));
        __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(hay + i + len - 1));
        __m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(a, first), _mm256_cmpeq_epi8(b, last));
        const char *at = confirm(hay + i, (unsigned)_mm256_movemask_epi8(both), needle, len);
        if (at || i + 32 == starts)
            return at;
    }
}
#endif

const char *w5_mem_find(const char *hay, size_t hay_len, const char *needle, size_t needle_len)
{
    if (needle_len == 0)
        return hay;
    if (hay_len < needle_len)
        return NULL;
    size_t starts = hay_len - needle_len + 1;
#if defined(__x86_64__)
    if (needle_len > 1 && starts >= 32 && __builtin_cpu_supports("avx2"))
        return find_32(hay, starts, needle, needle_len);
    if (needle_len > 1 && starts >= 16)
        return find_16(hay, starts, needle, needle_len);
#endif
    return find_plain(hay, starts, needle, needle_len);
}
