#include "nearest.h"

#define LONGEST 64

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Optimal string alignment distance with three rolling rows. */
size_t w5_distance(w5_str a, w5_str b)
{
    size_t row[3][LONGEST + 1];
    a = w5_str_head(a, LONGEST);
    b = w5_str_head(b, LONGEST);
    for (size_t j = 0; j <= b.len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = row[i % 3], *up = row[(i + 2) % 3], *upper = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            now[j] = least(up[j] + 1, now[j - 1] + 1, up[j - 1] + !same);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                now[j] = least(now[j], upper[j - 2] + 1, now[j]);
        }
    }
    return row[a.len % 3][b.len];
}

w5_nearest w5_nearest_of(w5_str word)
{
    size_t reach = word.len / 3 > 2 ? word.len / 3 : 2;
    return (w5_nearest){.word = word, .best = W5_STR(""), .distance = reach + 1};
}

void w5_nearest_try(w5_nearest *n, w5_str name)
{
    size_t distance = w5_distance(n->word, name);
    if (distance >= n->distance || distance >= name.len)
        return;
    n->distance = distance;
    n->best = name;
}
