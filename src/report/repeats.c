/* repeats.c -- incidents that call for the same as an earlier one. */
#include "repeats.h"

static bool same_changes(const w5_advice *a, const w5_advice *b)
{
    if (a->changes != b->changes)
        return false;
    for (size_t i = 0; i < a->changes; i++)
        if (!w5_str_eq(a->change[i].file, b->change[i].file) ||
            !w5_str_eq(a->change[i].setting, b->change[i].setting) ||
            !w5_str_eq(a->change[i].to, b->change[i].to))
            return false;
    return true;
}

static bool same_advice(const w5_diagnosis *a, const w5_diagnosis *b)
{
    if (a->advices != b->advices)
        return false;
    for (size_t i = 0; i < a->advices; i++)
        if (a->advice[i].remedy != b->advice[i].remedy ||
            a->advice[i].state != b->advice[i].state ||
            !same_changes(&a->advice[i], &b->advice[i]))
            return false;
    return true;
}

static bool repeats(const w5_diagnosis *d, const w5_diagnosis *before)
{
    return d->cause.cause && d->cause.cause == before->cause.cause &&
           d->cause.confidence == before->cause.confidence && d->severity == before->severity &&
           d->chains == 0 && before->chains == 0 && d->incident->over == W5_OVER_YES &&
           w5_str_eq(d->incident->upstream, before->incident->upstream) && same_advice(d, before);
}

size_t w5_repeat_of(const w5_findings *f, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (repeats(f->at[i], f->at[j]))
            return j;
    return i;
}

w5_repeats w5_repeats_of(const w5_findings *f, size_t first, size_t told)
{
    w5_repeats r = {.from = W5_TIME_NONE};
    for (size_t i = first + 1; i < told; i++) {
        const w5_incident *in = f->at[i]->incident;
        if (w5_repeat_of(f, i) != first)
            continue;
        r.from = r.n == 0 || in->start < r.from ? in->start : r.from;
        r.to = r.n == 0 || in->end > r.to ? in->end : r.to;
        r.requests_failed += in->requests_failed;
        r.last = i;
        r.n++;
    }
    return r;
}
