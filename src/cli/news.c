#include "news.h"

#include <string.h>

typedef struct collection {
    const w5_diagnosis **at;
    const char **change;
    size_t n;
} collection;

/* The first news of an incident says it all: one that opened and is over is new. */
static void collect(void *context, const char *what, const w5_diagnosis *d)
{
    collection *c = context;
    if (c->n > 0 && c->at[c->n - 1] == d)
        return;
    c->at[c->n] = d;
    c->change[c->n++] = strcmp(what, "opened") == 0 ? "new" : what;
}

static const char *change_of(const collection *c, const w5_diagnosis *d)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i] == d)
            return c->change[i];
    return NULL;
}

w5_run news_take(const w5_run *run, told_list *known, w5_arena *arena)
{
    w5_run shown = *run;
    const w5_findings *all = run->findings;
    w5_findings *f = W5_NEW(arena, w5_findings);
    const char **change = W5_NEW_N(arena, const char *, all->n + 1);
    collection c = {.at = W5_NEW_N(arena, const w5_diagnosis *, all->n + 1),
                    .change = W5_NEW_N(arena, const char *, all->n + 1)};
    told_news(known, all, collect, &c);
    *f = *all;
    f->at = W5_NEW_N(arena, w5_diagnosis *, all->n + 1);
    f->n = 0;
    for (size_t i = 0; i < all->n; i++) {
        const char *word = change_of(&c, all->at[i]);
        if (!word)
            continue;
        change[f->n] = word;
        f->at[f->n++] = all->at[i];
    }
    shown.findings = f;
    shown.change = change;
    return shown;
}
