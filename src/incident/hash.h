/* hash.h -- hashes for tables that are checked by comparison, and the lasting one of incident ids.
 *
 * The first two multiply and fold 64 x 64 bits; log text chooses our keys, so they begin from the
 * run's secret (w5_hash_key). w5_hash_lasting has none: an id must be the same in every run. */
#ifndef W5_INCIDENT_HASH_H
#define W5_INCIDENT_HASH_H

#include <why502/base/str.h>

__extension__ typedef unsigned __int128 w5_u128;

/* `a` is kept beside the product: a word that makes it zero must not erase what came before. */
static inline uint64_t w5_hash_mix(uint64_t a, uint64_t b)
{
    w5_u128 product =
        (w5_u128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xc2b2ae3d27d4eb4f));
    return (uint64_t)product ^ (uint64_t)(product >> 64) ^ a;
}

/* The run's secret, as far as w5_hash_seed has been told one. */
static inline uint64_t w5_hash_key(void)
{
    return w5_str_hash(W5_STR("incident"));
}

static inline uint64_t w5_hash_words(uint64_t seed, const uint32_t *word, size_t n)
{
    uint64_t h = seed ^ n;
    uint64_t pair;
    for (; n >= 2; n -= 2, word += 2) {
        memcpy(&pair, word, sizeof(pair));
        h = w5_hash_mix(h, pair);
    }
    return n == 0 ? h : w5_hash_mix(h, *word);
}

static inline uint64_t w5_load(const char *p, size_t bytes)
{
    uint64_t eight = 0;
    uint32_t four = 0;
    if (bytes == 8)
        memcpy(&eight, p, 8);
    else
        memcpy(&four, p, 4);
    return bytes == 8 ? eight : four;
}

/* Reads of fixed size only; the last one may overlap the one before. */
static inline uint64_t w5_hash_bytes(uint64_t seed, w5_str s)
{
    uint64_t h = seed ^ s.len;
    const char *p = s.ptr;
    if (s.len >= 8) {
        for (const char *end = p + s.len - 8; p < end; p += 8)
            h = w5_hash_mix(h, w5_load(p, 8));
        return w5_hash_mix(h, w5_load(s.ptr + s.len - 8, 8));
    }
    if (s.len >= 4)
        return w5_hash_mix(h, w5_load(p, 4) << 32 | w5_load(p + s.len - 4, 4));
    if (s.len == 0)
        return w5_hash_mix(h, 0);
    uint64_t first = (unsigned char)p[0], middle = (unsigned char)p[s.len / 2];
    return w5_hash_mix(h, first << 16 | middle << 8 | (unsigned char)p[s.len - 1]);
}

/* FNV-1a with a last stir: sixteen hexadecimal digits of it name an incident. */
uint64_t w5_hash_lasting(uint64_t h, w5_str s);
#define W5_HASH_LASTING UINT64_C(0xcbf29ce484222325)

#endif
