/* detect.c -- the formats that this build knows: one for each src/record/format_<name>.c. */
#include "detect.h"

#define X(name) extern const w5_format w5_format_##name;
#include "record/format.inc"
#undef X

static const w5_format *const formats[] = {
#define X(name) &w5_format_##name,
#include "record/format.inc"
#undef X
};
enum {
    FORMATS = sizeof(formats) / sizeof(*formats)
};
_Static_assert((int)FORMATS <= (int)W5_FORMATS_MAX, "w5_ranks has room for all");

size_t w5_formats(const w5_format *const **all)
{
    *all = formats;
    return FORMATS;
}

const w5_format *w5_format_find(w5_str id)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (w5_str_eq(formats[i]->id, id))
            return formats[i];
    return NULL;
}

bool w5_format_known(w5_str id)
{
    return w5_format_find(id) != NULL;
}

static bool before(const w5_format *a, const w5_format *b)
{
    return a->order != b->order ? a->order < b->order : w5_str_cmp(a->id, b->id) < 0;
}

void w5_ranks_init(w5_ranks *r)
{
    *r = (w5_ranks){.n = FORMATS};
    for (size_t i = 0; i < FORMATS; i++) {
        size_t place = i;
        for (; place > 0 && before(formats[i], r->at[place - 1]); place--)
            r->at[place] = r->at[place - 1];
        r->at[place] = formats[i];
        r->strict += formats[i]->order < W5_LOOSE;
    }
}

void w5_ranks_lead(w5_ranks *r, const w5_format *f)
{
    if (r->n == W5_FORMATS_MAX)
        return;
    memmove(r->at + 1, r->at, r->n * sizeof(*r->at));
    r->at[0] = f;
    r->n++;
    r->strict++;
}

size_t w5_ranks_find(const w5_ranks *r, const w5_format *f)
{
    size_t i = 0;
    while (i < r->n && r->at[i] != f)
        i++;
    return i;
}
