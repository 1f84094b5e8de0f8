#include "blind.h"

#include "foreign.h"
#include "parts.h"

static const struct {
    w5_told_by by;
    const char *missing;
} sources[] = {
    {W5_BY_NGINX,    N_("No nginx error log was given.")                                   },
    {W5_BY_ACCESS,   N_("No nginx access log was given: what clients saw is not known.")   },
    {W5_BY_APP,      N_("No log of the application was given.")                            },
    {W5_BY_SYSTEMD,  N_("No lines of systemd were given.")                                 },
    {W5_BY_KERNEL,
     N_("No kernel log was given: kills for want of memory and crashes would stand there.")},
    {W5_BY_DATABASE, N_("No error log of the database was given.")                         },
    {W5_BY_SLOW,     N_("No slow log of the database was given.")                          },
};
enum {
    SOURCES = sizeof(sources) / sizeof(*sources)
};

/* From the first to the last error of all incidents. */
static w5_span troubled(const w5_known *k)
{
    w5_span span = {W5_TIME_MAX, W5_TIME_NONE};
    for (size_t i = 0; k->incidents && i < k->incidents->n; i++) {
        const w5_incident *in = k->incidents->at[i];
        span.from = in->start < span.from ? in->start : span.from;
        span.to = in->end > span.to ? in->end : span.to;
    }
    return span;
}

static w5_str name_of(const w5_known *k, uint16_t lane)
{
    return k->t->stream[k->t->lane[lane].stream]->name;
}

/* A log that begins after the first error says nothing about it. That one ends early says little:
 * many are silent as long as all is well. */
static bool begins_late(const w5_known *k, w5_told_by by, w5_span span, w5_sentence *out)
{
    if (span.to == W5_TIME_NONE || !k->told[by].n ||
        w5_known_covers(k, by, span.from, span.to) != W5_COVER_NONE)
        return false;
    const w5_stretch *s = &k->told[by].at[0];
    w5_claim claim = W5_SAY(N_("%1$s begins at %2$s, after the first error."), name_of(k, s->lane),
                            w5_known_moment(k, s->span.from, k->arena));
    *out = w5_claim_keep(&claim, k->arena);
    return true;
}

static void add_config_troubles(const w5_known *k, w5_sentence *all, size_t *n)
{
    const w5_config_trouble *t;
    size_t troubles = k->t->config ? w5_config_troubles(k->t->config, &t) : 0;
    for (size_t i = 0; i < troubles && i < 4; i++) {
        w5_claim claim = W5_SAY(N_("%1$s, line %2$s could not be understood: %3$s. What stands "
                                   "there is not known here."),
                                t[i].file, w5_say_number(k->arena, t[i].line), t[i].what);
        all[(*n)++] = w5_claim_keep(&claim, k->arena);
    }
}

/* Month 13, or 1970 in a log of this year. */
static void add_impossible_times(const w5_known *k, w5_sentence *all, size_t *n)
{
    enum {
        MOST = 4
    };
    for (size_t i = 0, told = 0; i < k->t->streams && told < MOST; i++) {
        const w5_stream *s = k->t->stream[i];
        if (!s->suspect_times)
            continue;
        told++;
        w5_claim claim =
            W5_SAY_COUNT(s->suspect_times,
                         W5_FORMS("%1$s: %2$s line has a time that cannot be; it is taken to be "
                                     "as old as the line before it.",
                                  "%1$s: %2$s lines have a time that cannot be; each is taken "
                                     "to be as old as the line before it."),
                         s->name, w5_say_number(k->arena, s->suspect_times));
        all[(*n)++] = w5_claim_keep(&claim, k->arena);
    }
}

const w5_sentence *w5_blind_spots(const w5_known *k, size_t *n)
{
    w5_sentence *all = W5_NEW_N(k->arena, w5_sentence, SOURCES + 9 + W5_FOREIGN_MAX + W5_PARTS_MAX);
    w5_span span = troubled(k);
    *n = 0;
    w5_foreign_sources(k, all, n);
    w5_parts_missing(k, all, n);
    for (size_t i = 0; i < SOURCES; i++) {
        if (!k->told[sources[i].by].n)
            all[(*n)++] = W5_SAY(sources[i].missing).said;
        else if (begins_late(k, sources[i].by, span, &all[*n]))
            ++*n;
    }
    if (!w5_known_has(k, W5_BY_CONFIG))
        all[(*n)++] = W5_SAY(N_("No configuration was given: values in force are not known.")).said;
    add_config_troubles(k, all, n);
    add_impossible_times(k, all, n);
    return all;
}
