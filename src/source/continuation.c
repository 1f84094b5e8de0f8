/* continuation.c -- is the beginning of a new file the other half of a line that an old one began?
 *
 * A writer that is interrupted by a rotation ends its line in the new file. What stands there then
 * does not begin like a line: in logs, lines begin with stamps, addresses, brackets. The shape of a
 * beginning is its digits, letters and blanks as classes, everything else as it is:
 * "2026/11/20 10" is "dddd/dd/dd dd". Stamps have fixed widths, addresses do not: hence a strict
 * comparison (every byte) and a loose one (runs). */
#include "continuation.h"

#define STRICT 16 /* bytes compared strictly */
#define LOOSE  6  /* runs compared loosely */
#define SHORT  16 /* a piece below this has no shape of its own */

static char class_of(char c)
{
    if (c >= '0' && c <= '9')
        return 'd';
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80)
        return 'a';
    return c == '\t' ? ' ' : c;
}

/* The i-th byte of a piece and what follows it. */
static char byte_at(w5_str piece, w5_str next, size_t i)
{
    return i < piece.len ? piece.ptr[i] : next.ptr[i - piece.len];
}

static bool same_strictly(w5_str piece, w5_str next, w5_str sample)
{
    size_t have = piece.len + next.len;
    size_t n = have < sample.len ? have : sample.len;
    n = n < STRICT ? n : STRICT;
    for (size_t i = 0; i < n; i++)
        if (class_of(byte_at(piece, next, i)) != class_of(sample.ptr[i]))
            return false;
    return n > 0;
}

static char take_run(w5_str *s)
{
    char class = s->len > 0 ? class_of(s->ptr[0]) : '\0';
    size_t n = 0;
    while (n < s->len && class_of(s->ptr[n]) == class)
        n++;
    *s = w5_str_skip(*s, n);
    return class;
}

static bool same_loosely(w5_str a, w5_str b)
{
    for (int i = 0; i < LOOSE; i++)
        if (take_run(&a) != take_run(&b))
            return false;
    return true;
}

bool w5_continues(w5_str piece, w5_str next, w5_str sample)
{
    bool small = piece.len < SHORT;
    if (sample.len == 0 && small)
        return true;
    if (sample.len == 0)
        sample = piece;
    if (same_strictly(W5_NONE, next, sample))
        return false;
    if (small && same_strictly(piece, next, sample))
        return true;
    return !same_loosely(next, sample);
}
