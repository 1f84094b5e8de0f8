#include "hash.h"

uint64_t w5_hash_lasting(uint64_t h, w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 32; /* a length mark, so that "a","bc" and "ab","c" differ */
    return h * UINT64_C(0x9e3779b97f4a7c15) + s.len;
}
