#include "tally.h"

#include <stdlib.h>

void w5_counts_done(w5_counts *c)
{
    free(c->at);
    *c = (w5_counts){.at = NULL};
}

void w5_counts_add(w5_counts *c, uint64_t key, uint64_t n)
{
    if (n == 0)
        return;
    if (c->n > 0 && c->at[c->n - 1].key == key) {
        c->at[c->n - 1].n += n;
        return;
    }
    if (c->n == c->room) {
        c->room = c->room ? c->room * 2 : 16;
        c->at = w5_xrealloc(c->at, c->room, sizeof(*c->at));
    }
    c->at[c->n++] = (struct w5_count){key, n};
}

static int by_key(const void *a, const void *b)
{
    uint64_t one = ((const struct w5_count *)a)->key, other = ((const struct w5_count *)b)->key;
    return (one > other) - (one < other);
}

void w5_counts_sum(w5_counts *c)
{
    size_t n = 0;
    if (c->n > 1)
        qsort(c->at, c->n, sizeof(*c->at), by_key);
    for (size_t i = 0; i < c->n; i++) {
        if (n > 0 && c->at[n - 1].key == c->at[i].key)
            c->at[n - 1].n += c->at[i].n;
        else
            c->at[n++] = c->at[i];
    }
    c->n = n;
}

static int by_count(const void *a, const void *b)
{
    const w5_tally *one = a, *other = b;
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return w5_str_cmp(one->name, other->name);
}

static w5_tallies sorted(w5_tally *at, size_t n)
{
    if (n > 1)
        qsort(at, n, sizeof(*at), by_count);
    return (w5_tallies){at, n};
}

w5_tallies w5_counts_words(w5_counts *c, const w5_intern *words, w5_arena *arena)
{
    w5_counts_sum(c);
    w5_tally *at = W5_NEW_N(arena, w5_tally, c->n);
    for (size_t i = 0; i < c->n; i++)
        at[i] = (w5_tally){w5_intern_str(words, (w5_id)c->at[i].key), c->at[i].n};
    return sorted(at, c->n);
}

static w5_str class_name(const w5_catalogue *catalogue, uint64_t index)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(catalogue, &all);
    if (index > 0 && index <= n && all[index - 1]->index == index)
        return all[index - 1]->id;
    for (size_t i = 0; i < n; i++)
        if (all[i]->index == index)
            return all[i]->id;
    return W5_STR("other");
}

w5_tallies w5_counts_classes(w5_counts *c, const w5_catalogue *catalogue, w5_arena *arena)
{
    w5_counts_sum(c);
    w5_tally *at = W5_NEW_N(arena, w5_tally, c->n);
    for (size_t i = 0; i < c->n; i++)
        at[i] = (w5_tally){class_name(catalogue, c->at[i].key), c->at[i].n};
    return sorted(at, c->n);
}

w5_tallies w5_counts_numbers(w5_counts *c, w5_arena *arena)
{
    w5_counts_sum(c);
    w5_tally *at = W5_NEW_N(arena, w5_tally, c->n);
    for (size_t i = 0; i < c->n; i++)
        at[i] = (w5_tally){w5_arena_fmt(arena, "%03u", (unsigned)c->at[i].key), c->at[i].n};
    return sorted(at, c->n);
}

static int by_requests(const void *a, const void *b)
{
    const w5_request_tally *one = a, *other = b;
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    int order = w5_str_cmp(one->path, other->path);
    return order != 0 ? order : w5_str_cmp(one->method, other->method);
}

size_t w5_counts_requests(w5_counts *c, const w5_intern *words, w5_arena *arena,
                          const w5_request_tally **all)
{
    w5_counts_sum(c);
    w5_request_tally *at = W5_NEW_N(arena, w5_request_tally, c->n);
    for (size_t i = 0; i < c->n; i++)
        at[i] = (w5_request_tally){.method = w5_intern_str(words, (w5_id)(c->at[i].key >> 32)),
                                   .path = w5_intern_str(words, (w5_id)c->at[i].key),
                                   .count = c->at[i].n};
    if (c->n > 1)
        qsort(at, c->n, sizeof(*at), by_requests);
    *all = at;
    return c->n;
}
