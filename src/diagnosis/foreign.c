/* foreign.c -- the lines of a source that nobody understood are held against the catalogue's
 * `foreign` stanzas, so that the reader learns what he gave instead of "no upstream errors". */
#include "foreign.h"

#include <why502/base/regex.h>

enum {
    UNKNOWNS = sizeof((w5_stream){0}.unknown) / sizeof(*(w5_stream){0}.unknown)
};

static bool matches(const w5_stanza *foreign, const w5_stream *s)
{
    w5_regex *re;
    w5_err err;
    bool found = false;
    if (w5_regex_new(w5_stanza_get(foreign, "match"), &re, &err) < 0)
        return false; /* `catalogue check` names the mistake */
    for (size_t i = 0; !found && i < UNKNOWNS && s->unknown[i].line; i++)
        found = w5_regex_match(re, s->unknown[i].text, NULL, 0) == W5_OK;
    w5_regex_free(re);
    return found;
}

static const w5_stanza *foreign_of(const w5_known *k, const w5_stream *s)
{
    const w5_stanza *const *all;
    size_t n = w5_catalogue_stanzas(k->t->catalogue, &all);
    for (size_t i = 0; i < n && s->unknown[0].line; i++)
        if (w5_str_eq(all[i]->kind, W5_STR("foreign")) && matches(all[i], s))
            return all[i];
    return NULL;
}

/* More than one control byte in ten: an image, an archive, a database. */
static bool is_no_text(const w5_stream *s)
{
    size_t bytes = 0, controls = 0;
    for (size_t i = 0; i < UNKNOWNS && s->unknown[i].line; i++) {
        w5_str text = s->unknown[i].text;
        bytes += text.len;
        for (size_t at = 0; at < text.len; at++)
            controls += (unsigned char)text.ptr[at] < ' ' && text.ptr[at] != '\t';
    }
    return controls * 10 > bytes;
}

static bool tell(const w5_known *k, const w5_stream *s, w5_sentence *out)
{
    const w5_stanza *foreign = foreign_of(k, s);
    w5_claim claim;
    if (foreign)
        claim = W5_SAY(N_("%1$s has lines of %2$s, whose logs are not read here."), s->name,
                       w5_stanza_get(foreign, "title"));
    else if (!s->understood && s->not_understood && is_no_text(s))
        claim = W5_SAY(N_("%1$s is no text: nothing in it is a log."), s->name);
    else
        return false;
    *out = w5_claim_keep(&claim, k->arena);
    return true;
}

void w5_foreign_sources(const w5_known *k, w5_sentence *all, size_t *n)
{
    size_t told = 0;
    for (size_t i = 0; i < k->t->streams && told < W5_FOREIGN_MAX; i++)
        told += tell(k, k->t->stream[i], &all[*n + told]);
    *n += told;
}
