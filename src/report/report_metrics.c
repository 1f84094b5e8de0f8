/* report_metrics.c -- OpenMetrics 1.0, as node_exporter's textfile collector reads it.
 *
 * At most a thousand series: each family has its share, and what is beyond it is added up under
 * "other". Counters are those of the run, or, with a state, of all runs. */
#include "common.h"

#include <stdlib.h>

enum {
    ERRORS_MAX = 400,
    INCIDENTS_MAX = 100,
    OPEN_MAX = 100,
    UPSTREAMS_MAX = 100,
    FORMATS_MAX = 50,
    SOURCES_MAX = 100
};

typedef struct series {
    w5_str label[2];
    uint64_t value;
} series;

typedef struct family {
    const w5_show *show;
    const char *name;     /* without "_total" */
    const char *names[2]; /* of its labels, NULL: none */
    bool counter;
    series *at;
    size_t n, max;
} family;

static family begin(const w5_show *show, const char *name, bool counter, const char *first,
                    const char *second, size_t max)
{
    family f = {
        .show = show, .name = name, .names = {first, second},
                .counter = counter, .max = max
    };
    f.at = W5_NEW_N(show->arena, series, max + 1);
    return f;
}

static series *find(family *f, w5_str first, w5_str second)
{
    for (size_t i = 0; i < f->n; i++)
        if (w5_str_eq(f->at[i].label[0], first) && w5_str_eq(f->at[i].label[1], second))
            return &f->at[i];
    if (f->n >= f->max)
        return NULL;
    f->at[f->n] = (series){
        {first, second},
        0
    };
    return &f->at[f->n++];
}

/* The last place is kept for all that found none. */
static void add(family *f, w5_str first, w5_str second, uint64_t value)
{
    series *s = f->n + 1 < f->max ? find(f, first, second) : NULL;
    for (size_t i = 0; !s && i < f->n; i++)
        if (w5_str_eq(f->at[i].label[0], first) && w5_str_eq(f->at[i].label[1], second))
            s = &f->at[i];
    if (!s)
        s = find(f, W5_STR("other"), f->names[1] ? W5_STR("other") : W5_NONE);
    if (s)
        s->value += value;
}

static int order(const void *a, const void *b)
{
    const series *one = a, *two = b;
    int first = w5_str_cmp(one->label[0], two->label[0]);
    return first ? first : w5_str_cmp(one->label[1], two->label[1]);
}

static void put_label(w5_out *out, const w5_view *view, const char *name, w5_str value)
{
    w5_out_fmt(out, "%s=\"", name);
    w5_show_foreign(out, W5_METRIC, value, view);
    w5_out_lit(out, "\"");
}

static void put_series(const family *f, w5_out *out, const series *s)
{
    w5_out_fmt(out, "%s%s", f->name, f->counter ? "_total" : "");
    for (size_t i = 0; i < 2 && f->names[i]; i++) {
        w5_out_lit(out, i ? "," : "{");
        put_label(out, f->show->view, f->names[i], s->label[i]);
    }
    w5_out_fmt(out, "%s %ju\n", f->names[0] ? "}" : "", (uintmax_t)s->value);
}

static void end(family *f, w5_out *out, const char *help)
{
    w5_out_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, help, f->name,
               f->counter ? "counter" : "gauge");
    qsort(f->at, f->n, sizeof *f->at, order);
    for (size_t i = 0; i < f->n; i++)
        put_series(f, out, &f->at[i]);
}

/* --- the families ---------------------------------------------------------------------------- */
enum {
    ERRORS,
    FAILED,
    LINES,
    STRANGE,
    COUNTED
};

static const struct {
    const char *name, *names[2], *help;
    size_t max;
} counted[COUNTED] = {
    [ERRORS] = {"why502_upstream_errors", {"class", "upstream"}, "Lines about upstream errors.",
                ERRORS_MAX},
    [FAILED] = {"why502_requests_failed", {"upstream", NULL}, "Requests that failed.",
                UPSTREAMS_MAX},
    [LINES] = {"why502_lines", {"format", NULL}, "Lines read.", FORMATS_MAX},
    [STRANGE] = {"why502_lines_not_understood", {"format", NULL}, "Lines that were not understood.",
                 FORMATS_MAX},
};

static void begin_counted(const w5_show *show, family f[COUNTED])
{
    for (size_t i = 0; i < COUNTED; i++)
        f[i] = begin(show, counted[i].name, true, counted[i].names[0], counted[i].names[1],
                     counted[i].max);
}

static void count_errors(const w5_show *show, family *f)
{
    const w5_timeline *t = show->run->timeline;
    for (size_t i = 0; i < t->cells; i++) {
        const w5_class *k = w5_show_class(show->run, &t->cell[i]);
        if (k && k->family == W5_UPSTREAM)
            add(f, k->id, w5_timeline_str(t, t->cell[i].upstream), t->cell[i].count);
    }
}

/* This run's own. */
static void count(const w5_show *show, family f[COUNTED])
{
    const w5_run *run = show->run;
    count_errors(show, &f[ERRORS]);
    for (size_t i = 0; i < run->findings->n; i++) {
        const w5_incident *in = run->findings->at[i]->incident;
        add(&f[FAILED], in->upstream, W5_NONE, in->requests_failed);
    }
    for (size_t i = 0; i < run->streams; i++) {
        const w5_stream *s = run->stream[i];
        w5_str format = s->format ? s->format->id : W5_STR("unknown");
        add(&f[LINES], format, W5_NONE, s->lines);
        add(&f[STRANGE], format, W5_NONE, s->not_understood);
    }
}

static w5_str short_name(const char *name)
{
    return w5_str_skip(w5_str_of(name), sizeof("why502_") - 1);
}

const w5_counter *w5_report_counters(const w5_run *run, w5_arena *arena, size_t *n)
{
    static const w5_view plain;
    w5_show show = w5_show_begin(run, &plain);
    family f[COUNTED];
    begin_counted(&show, f);
    count(&show, f);
    w5_counter *all = W5_NEW_N(arena, w5_counter, f[0].n + f[1].n + f[2].n + f[3].n + 1);
    *n = 0;
    for (size_t i = 0; i < COUNTED; i++)
        for (size_t k = 0; k < f[i].n; k++)
            all[(*n)++] = (w5_counter){.family = short_name(f[i].name),
                                       .label = {w5_arena_str(arena, f[i].at[k].label[0]),
                                                 w5_arena_str(arena, f[i].at[k].label[1])},
                                       .value = f[i].at[k].value};
    w5_show_end(&show);
    return all;
}

static void take_counters(const w5_run *run, family f[COUNTED])
{
    for (size_t i = 0; i < run->counters; i++)
        for (size_t k = 0; k < COUNTED; k++)
            if (w5_str_eq(run->counter[i].family, short_name(f[k].name)))
                add(&f[k], run->counter[i].label[0], run->counter[i].label[1],
                    run->counter[i].value);
}

static void put_counted(const w5_show *show, w5_out *out)
{
    family f[COUNTED];
    begin_counted(show, f);
    if (show->run->counter)
        take_counters(show->run, f);
    else
        count(show, f);
    for (size_t i = 0; i < COUNTED; i++)
        end(&f[i], out, counted[i].help);
}

static void put_incidents(const w5_show *show, w5_out *out)
{
    const w5_findings *all = show->run->findings;
    family incidents = begin(show, "why502_incidents", false, "cause", "severity", INCIDENTS_MAX);
    family open = begin(show, "why502_incident_open", false, "cause", "upstream", OPEN_MAX);
    for (size_t i = 0; i < all->n; i++) {
        const w5_diagnosis *d = all->at[i];
        w5_str cause = w5_show_cause(&d->cause);
        add(&incidents, cause, w5_severity_word[d->severity], 1);
        add(&open, cause, d->incident->upstream, d->incident->over == W5_OVER_NO);
    }
    end(&incidents, out, "Incidents in what was read.");
    end(&open, out, "Incidents that are not over.");
}

static void put_last_lines(const w5_show *show, w5_out *out)
{
    const w5_run *run = show->run;
    family last = begin(show, "why502_source_last_line_timestamp_seconds", false, "source", NULL,
                        SOURCES_MAX);
    for (size_t i = 0; i < run->streams; i++) {
        const w5_stream *s = run->stream[i];
        w5_time at = w5_stream_utc(s, s->last);
        series *seen = at > 0 ? find(&last, s->name, W5_NONE) : NULL;
        if (seen && (uint64_t)(at / W5_SECOND) > seen->value)
            seen->value = (uint64_t)(at / W5_SECOND);
    }
    end(&last, out, "When the last line of a source was written.");
}

static void put_run(const w5_show *show, w5_out *out)
{
    family f = begin(show, "why502_last_run_timestamp_seconds", false, NULL, NULL, 1);
    w5_time at = show->run->generated_at;
    f.at[0].value = at > 0 ? (uint64_t)(at / W5_SECOND) : 0;
    f.n = 1;
    end(&f, out, "When this was written.");
}

static void write_metrics(const w5_run *run, const w5_view *view, w5_out *out)
{
    w5_show show = w5_show_begin(run, view);
    put_counted(&show, out);
    put_incidents(&show, out);
    put_last_lines(&show, out);
    put_run(&show, out);
    w5_out_lit(out, "# EOF\n");
    w5_show_end(&show);
}

const w5_report w5_report_metrics = {"metrics", "OpenMetrics, for node_exporter", write_metrics};
