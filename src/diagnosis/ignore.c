/* ignore.c -- what somebody's catalogue says is known and need not be told (spec §4.4). */
#include "caseload.h"

static bool fits(w5_str pattern, w5_str value)
{
    if (!pattern.len)
        return true;
    if (!w5_str_ends(pattern, W5_STR("*")))
        return w5_str_eq(pattern, value);
    pattern.len--;
    return w5_str_starts(value, pattern);
}

static w5_str class_id(const w5_known *k, const w5_cell *cell)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(k->t->catalogue, &all);
    for (size_t i = 0; i < n; i++)
        if (all[i]->index == cell->klass)
            return all[i]->id;
    return W5_STR("");
}

bool w5_is_ignored(const w5_known *k, const w5_cell *cell)
{
    const w5_ignore *all;
    size_t n = w5_catalogue_ignores(k->t->catalogue, &all);
    for (size_t i = 0; i < n; i++) {
        bool ended = all[i].until != W5_TIME_NONE && cell->at >= all[i].until;
        if (!ended && fits(all[i].klass, class_id(k, cell)) &&
            fits(all[i].upstream, w5_known_str(k, cell->upstream)) &&
            fits(all[i].path, w5_known_str(k, cell->path)))
            return true;
    }
    return false;
}
