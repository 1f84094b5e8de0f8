/* remarks.c -- what was read, what was left out, and what that leaves in the dark. */
#include "remarks.h"

#include <string.h>

w5_str w5_show_zone_from(const w5_show *show, w5_zone_from from)
{
    static const char *const words[] = {
        [W5_ZONE_STAMP] = N_("as stamped"),
        [W5_ZONE_OPTION] = N_("from --tz"),
        [W5_ZONE_CONFIG] = N_("from the configuration"),
        [W5_ZONE_ACCESS_LOG] = N_("from the access log"),
        [W5_ZONE_INFERRED] = N_("inferred from other logs"),
        [W5_ZONE_HOST] = N_("this host's zone"),
    };
    return w5_show_word(show, w5_str_of(words[from]));
}

w5_str w5_show_covered(const w5_show *show)
{
    const w5_run *run = show->run;
    w5_str sources = W5_TELL_N(show, run->streams, "%1$s source", "%1$s sources",
                               w5_show_count(show, run->streams));
    w5_str lines =
        W5_TELL_N(show, run->lines, "%1$s line", "%1$s lines", w5_show_count(show, run->lines));
    w5_str text = w5_show_join(show, sources, ", ", lines);
    if (run->window_start == W5_TIME_NONE || run->window_end == W5_TIME_NONE)
        return text;
    w5_str start = w5_show_moment(show, run->window_start);
    bool one_day =
        w5_str_eq(w5_show_date(show, run->window_start), w5_show_date(show, run->window_end));
    w5_str end =
        one_day ? w5_show_clock(show, run->window_end) : w5_show_moment(show, run->window_end);
    return w5_arena_fmt(show->arena, "%.*s, %.*s - %.*s %.*s", W5_ARG(text), W5_ARG(start),
                        W5_ARG(end), W5_ARG(w5_show_offset(show, run->window_end)));
}

static uint64_t lines_of(const w5_run *run, const char *id)
{
    const w5_class *k = w5_catalogue_class(run->catalogue, w5_str_of(id));
    return k && k->index < run->timeline->classes ? run->timeline->by_class[k->index] : 0;
}

static uint64_t lines_not_understood(const w5_run *run)
{
    uint64_t strange = 0;
    for (size_t i = 0; i < run->streams; i++)
        strange += run->stream[i]->not_understood;
    return strange;
}

/* No error was seen because nothing could be seen. */
static w5_str blindness(const w5_show *show)
{
    const w5_run *run = show->run;
    uint64_t strange = lines_not_understood(run);
    for (size_t i = 0; run->lines == 0 && i < run->troubles; i++)
        if (run->trouble[i].error.len)
            return W5_TELL(show, "Nothing could be read, so nothing is known.");
    if (run->lines == 0)
        return W5_TELL(show, "Nothing to read: no line came.");
    if (strange <= run->lines / 2 || run->timeline->upstream_errors)
        return W5_NONE;
    return W5_TELL(show,
                   "Hardly a log that why502 knows: %1$s of %2$s lines were not understood. "
                   "\"why502 list formats\" names those it reads, and --dry-run tells what it took "
                   "each for.",
                   w5_show_count(show, strange), w5_show_count(show, run->lines));
}

/* A log that was not given is told by its name, all in one sentence; other blind spots as they are. */
static void put_blinds(const w5_show *show, w5_str *missing, w5_str *others)
{
    static const struct {
        const char *sentence, *name;
    } known[] = {
        {N_("No nginx error log was given."), N_("nginx's error log")},
        {N_("No nginx access log was given: what clients saw is not known."),
         N_("nginx's access log")},
        {N_("No log of the application was given."), N_("the application's log")},
        {N_("No lines of systemd were given."), N_("systemd")},
        {N_("No kernel log was given: kills for want of memory and crashes would stand there."),
         N_("the kernel's log")},
        {N_("No error log of the database was given."), N_("the database's error log")},
        {N_("No slow log of the database was given."), N_("the database's slow log")},
        {N_("No configuration was given: values in force are not known."), N_("the configuration")},
    };
    const w5_findings *f = show->run->findings;
    w5_str names = W5_NONE;
    *missing = *others = W5_NONE;
    for (size_t i = 0; i < f->blinds; i++) {
        const char *name = NULL;
        for (size_t k = 0; k < sizeof(known) / sizeof(*known) && !name; k++)
            name = strcmp(f->blind[i].words, known[k].sentence) == 0 ? known[k].name : NULL;
        if (name)
            names = w5_show_join(show, names, ", ", w5_show_word(show, w5_str_of(name)));
        else
            *others = w5_show_join(show, *others, " ", w5_show_sentence(show, &f->blind[i]));
    }
    if (names.len)
        *missing = W5_TELL(show, "Not covered: %1$s.", names);
}

w5_str w5_show_healthy(const w5_show *show)
{
    const w5_run *run = show->run;
    const w5_findings *f = run->findings;
    uint64_t aborts = lines_of(run, "client-abort"), strange = lines_not_understood(run);
    w5_str blind = blindness(show), missing, others;
    put_blinds(show, &missing, &others);
    if (blind.len)
        return w5_show_join(show, blind, " ", others);
    w5_str verdict = w5_show_sentence(show, &f->verdict);
    if (verdict.len == 0)
        verdict = run->timeline->upstream_errors ? W5_TELL(show, "No incident.")
                                                 : W5_TELL(show, "No upstream errors.");
    w5_str rest = w5_show_covered(show);
    if (aborts)
        rest = w5_show_join(show, rest, "; ",
                            W5_TELL_N(show, aborts, "%1$s client hung up early (499)",
                                      "%1$s clients hung up early (499)",
                                      w5_show_count(show, aborts)));
    rest = w5_show_join(show, rest, aborts ? ", " : "; ",
                        W5_TELL_N(show, strange, "%1$s line not understood",
                                  "%1$s lines not understood", w5_show_count(show, strange)));
    w5_str text = w5_show_join(show, verdict, " ", W5_TELL(show, "%1$s.", rest));
    text = w5_show_join(show, text, " ", missing);
    return w5_show_join(show, text, " ", others);
}

/* --- left out -------------------------------------------------------------------------------- */
typedef struct remarks {
    const w5_show *show;
    w5_str *at;
    size_t n;
} remarks;

static void add(remarks *r, w5_str text)
{
    if (r->n < W5_REMARKS_MAX)
        r->at[r->n++] = text;
}

static void add_counts(remarks *r)
{
    const w5_show *show = r->show;
    const w5_run *run = show->run;
    const w5_ledger_totals *sum = &run->totals;
    if (sum->forged)
        add(r, W5_TELL_N(show, sum->forged,
                         "%1$s line may have been forged by a client: told here, counted nowhere.",
                         "%1$s lines may have been forged by a client: told here, counted nowhere.",
                         w5_show_count(show, sum->forged)));
    if (run->outside_window)
        add(r, W5_TELL_N(show, run->outside_window, "%1$s line lay outside the times asked for.",
                         "%1$s lines lay outside the times asked for.",
                         w5_show_count(show, run->outside_window)));
    if (run->findings->ignored)
        add(r, W5_TELL_N(show, run->findings->ignored, "%1$s error is muted by the catalogue.",
                         "%1$s errors are muted by the catalogue.",
                         w5_show_count(show, run->findings->ignored)));
    if (run->findings->folded)
        add(r, W5_TELL_N(show, run->findings->folded, "%1$s incident is told without its details.",
                         "%1$s incidents are told without their details.",
                         w5_show_count(show, run->findings->folded)));
}

static void add_bounds(remarks *r)
{
    const w5_show *show = r->show;
    const w5_ledger_totals *sum = &show->run->totals;
    if (sum->coarsened)
        add(r, W5_TELL_N(
                   show, sum->coarsened,
                   "There was more than is kept in memory: %1$s entry lost its path or second; "
                   "counts are exact.",
                   "There was more than is kept in memory: %1$s entries lost their path or second; "
                   "counts are exact.",
                   w5_show_count(show, sum->coarsened)));
    if (sum->evicted)
        add(r, W5_TELL_N(show, sum->evicted,
                         "%1$s entry had to be dropped: totals are exact, incidents may be not.",
                         "%1$s entries had to be dropped: totals are exact, incidents may be not.",
                         w5_show_count(show, sum->evicted)));
}

/* "9 today, 2 on average": what a person asks first of a mail from cron. */
static void add_trend(remarks *r)
{
    const w5_show *show = r->show;
    const w5_trend *t = &show->run->trend;
    if (t->days == 0)
        return;
    w5_str average = w5_show_count(show, (t->before + t->days / 2) / t->days);
    add(r, W5_TELL_N(show, t->today, "%1$s upstream error today, %2$s a day on average before.",
                     "%1$s upstream errors today, %2$s a day on average before.",
                     w5_show_count(show, t->today), average));
}

size_t w5_show_remarks(const w5_show *show, w5_str remark[W5_REMARKS_MAX])
{
    remarks r = {.show = show, .at = remark};
    const w5_timeline *t = show->run->timeline;
    add_trend(&r);
    add_counts(&r);
    add_bounds(&r);
    for (size_t i = 0; i < t->note_count; i++) {
        w5_sentence note = w5_show_note(&t->notes[i]);
        add(&r, w5_show_sentence(show, &note));
    }
    return r.n;
}
