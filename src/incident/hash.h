/* hash.h -- hashes for tables that are checked by comparison, and the lasting one of incident ids.
 *
 * The first two multiply and fold 64 x 64 bits; log text chooses our keys, so they begin from the
 * run's secret (w5_hash_key). w5_hash_lasting has none: an id must be the same in every run. */
#ifndef W5_INCIDENT_HASH_H
#define W5_INCIDENT_HASH_H

#include <why502/base/str.h>

__extension__ typedef unsigned __int128 w5_u128;

static inline uint64_t w5_hash_mix(uint64_t a, uint64_t b)
{
    w5_u128 product =
        (w5_u128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xc2b2ae3d27d4eb4f));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
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

static inline uint64_t w5_hash_bytes(uint64_t seed, w5_str s)
{
    uint64_t h = seed ^ s.len;
    uint64_t word = 0;
    for (; s.len >= 8; s = w5_str_skip(s, 8)) {
        memcpy(&word, s.ptr, 8);
        h = w5_hash_mix(h, word);
    }
    word = 0;
    if (s.len > 0)
        memcpy(&word, s.ptr, s.len);
    return w5_hash_mix(h, word);
}

/* FNV-1a with a last stir: sixteen hexadecimal digits of it name an incident. */
uint64_t w5_hash_lasting(uint64_t h, w5_str s);
#define W5_HASH_LASTING UINT64_C(0xcbf29ce484222325)

#endif
