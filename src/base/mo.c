/* mo.c -- a binary search over gettext's sorted table.
 *
 * GNU gettext manual, "The Format of GNU MO Files": seven numbers (magic, revision, count, where
 * the table of originals begins, where that of translations does, and two for a hash table that is
 * not needed); each table has (length, place) for each string. msgfmt --endianness=little wrote
 * it, so the numbers are read byte by byte in that order whatever the machine. */
#include "mo.h"

enum {
    COUNT_SLOT = 8,
    ENGLISH_SLOT = 12,
    FOREIGN_SLOT = 16
};

static uint32_t word_at(w5_str mo, size_t at)
{
    const unsigned char *b = (const unsigned char *)mo.ptr + at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Entry i of the table whose place stands at `slot` of the header. */
static w5_str entry(w5_str mo, size_t slot, uint32_t i)
{
    size_t at = word_at(mo, slot) + (size_t)8 * i;
    return (w5_str){mo.ptr + word_at(mo, at + 4), word_at(mo, at)};
}

static w5_str singular(w5_str mo, uint32_t i)
{
    return w5_str_of(entry(mo, ENGLISH_SLOT, i).ptr);
}

w5_str w5_mo_find(w5_str mo, w5_str english)
{
    uint32_t low = 0;
    uint32_t high = mo.len > 0 ? word_at(mo, COUNT_SLOT) : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = w5_str_cmp(english, singular(mo, middle));
        if (order == 0)
            return entry(mo, FOREIGN_SLOT, middle);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return W5_NONE;
}
