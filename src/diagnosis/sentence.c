#include "sentence.h"

#include <inttypes.h>

w5_claim w5_claim_of(const char *words, const w5_str *args, size_t n)
{
    w5_claim claim = {.said.words = words};
    for (size_t i = 0; i < n && i < W5_ARGS; i++)
        claim.arg[i] = args[i];
    /* the last one is the macro's own end mark */
    claim.said.args = (uint8_t)(n ? n - 1 : 0);
    return claim;
}

w5_claim w5_claim_count(w5_claim claim, uint64_t number, w5_forms forms)
{
    claim.said.words = forms.one;
    claim.said.plural = forms.many;
    claim.said.number = number;
    return claim;
}

w5_sentence w5_claim_keep(const w5_claim *claim, w5_arena *arena)
{
    w5_sentence s = claim->said;
    w5_str *arg = W5_NEW_N(arena, w5_str, s.args);
    for (size_t i = 0; i < s.args; i++)
        arg[i] = w5_arena_str(arena, claim->arg[i]);
    s.arg = arg;
    s.cites = 0;
    return s;
}

void w5_claim_cite(w5_claim *claim, const w5_cell *cell)
{
    if (!cell)
        return;
    for (size_t i = 0; i < claim->said.cites; i++)
        if (claim->cell[i] == cell)
            return;
    if (claim->said.cites < W5_CITES)
        claim->cell[claim->said.cites++] = cell;
}

w5_str w5_say_number(w5_arena *arena, uint64_t n)
{
    return w5_arena_fmt(arena, "%" PRIu64, n);
}

w5_str w5_say_seconds(w5_arena *arena, w5_time duration)
{
    if (duration < W5_SECOND)
        return w5_arena_fmt(arena, "%" PRId64 " ms", duration / 1000);
    if (duration % W5_SECOND == 0 || duration >= 100 * W5_SECOND)
        return w5_arena_fmt(arena, "%" PRId64 " s", duration / W5_SECOND);
    return w5_arena_fmt(arena, "%.1f s", (double)duration / (double)W5_SECOND);
}

w5_str w5_say_bytes(w5_arena *arena, uint64_t bytes)
{
    if (bytes >= (UINT64_C(1) << 30))
        return w5_arena_fmt(arena, "%.1f GiB", (double)bytes / (double)(1 << 30));
    if (bytes >= (UINT64_C(1) << 20))
        return w5_arena_fmt(arena, "%" PRIu64 " MiB", bytes >> 20);
    return w5_arena_fmt(arena, "%" PRIu64 " KiB", bytes >> 10);
}
