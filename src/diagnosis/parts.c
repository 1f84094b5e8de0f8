/* parts.c -- every log that events tell of ends with a coverage record; ssh says which host is down. */
#include "parts.h"

static bool tell(const w5_known *k, const w5_stream *s, w5_sentence *out)
{
    w5_claim claim = W5_SAY(N_("Nothing came from %1$s: %2$s."), s->host, s->lost);
    if (s->lost.len == 0 && (!s->told || s->ended))
        return false;
    if (s->lost.len == 0)
        claim = W5_SAY(N_("The events of %1$s on %2$s come without their end: a part may be missing."),
                       s->name, s->host);
    *out = w5_claim_keep(&claim, k->arena);
    return true;
}

void w5_parts_missing(const w5_known *k, w5_sentence *all, size_t *n)
{
    size_t told = 0;
    for (size_t i = 0; i < k->t->streams && told < W5_PARTS_MAX; i++)
        told += tell(k, k->t->stream[i], &all[*n + told]);
    *n += told;
}
