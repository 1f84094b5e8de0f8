#include "needles.h"

#include "tree.h"

static size_t pair(const char *p)
{
    return ((size_t)(unsigned char)p[0] << 4 ^ (unsigned char)p[1]) & 4095;
}

static size_t bucket(size_t pair_hash)
{
    return (pair_hash ^ pair_hash >> 8) & 255;
}

static void put(w5_needles *set, size_t i)
{
    w5_needle *needle = &set->needle[i];
    for (size_t at = 0; at + 2 <= set->window; at++) {
        size_t hash = pair(needle->literal.ptr + at), leap = set->window - 2 - at;
        if (leap < set->leap[hash])
            set->leap[hash] = (uint8_t)leap;
    }
    uint16_t *chain = &set->chain[bucket(pair(needle->literal.ptr + set->window - 2))];
    needle->next = *chain;
    *chain = (uint16_t)(i + 1);
}

void w5_needles_build(w5_needles *set, w5_needle *needles, size_t n)
{
    *set = (w5_needles){.needle = needles, .n = n, .window = 255};
    for (size_t i = 0; i < n; i++)
        if (needles[i].literal.len < set->window)
            set->window = needles[i].literal.len;
    memset(set->leap, (int)(set->window - 1), sizeof(set->leap));
    for (size_t i = 0; i < n; i++)
        put(set, i);
}

static bool stands(const w5_needles *set, w5_str text, size_t hash)
{
    for (size_t i = set->chain[bucket(hash)]; i != 0; i = set->needle[i - 1].next)
        if (w5_str_starts(text, set->needle[i - 1].literal))
            return true;
    return false;
}

bool w5_needles_any(const w5_needles *set, w5_str text)
{
    for (size_t at = 0; set->n > 0 && at + set->window <= text.len;) {
        size_t hash = pair(text.ptr + at + set->window - 2), leap = set->leap[hash];
        if (leap == 0 && stands(set, w5_str_skip(text, at), hash))
            return true;
        at += leap == 0 ? 1 : leap;
    }
    return false;
}

static void compare(const w5_needles *set, w5_str text, size_t hash, uint64_t *bits)
{
    for (size_t i = set->chain[bucket(hash)]; i != 0; i = set->needle[i - 1].next)
        if (w5_str_starts(text, set->needle[i - 1].literal))
            w5_bit_set(bits, set->needle[i - 1].bit);
}

void w5_needles_find(const w5_needles *set, w5_str text, uint64_t *bits)
{
    if (set->n == 0)
        return;
    for (size_t at = 0; at + set->window <= text.len;) {
        size_t hash = pair(text.ptr + at + set->window - 2), leap = set->leap[hash];
        if (leap == 0)
            compare(set, w5_str_skip(text, at), hash, bits);
        at += leap == 0 ? 1 : leap;
    }
}
