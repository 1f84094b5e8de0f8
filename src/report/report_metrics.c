/* report_metrics.c -- OpenMetrics 1.0, as node_exporter's textfile collector reads it.
 *
 * At most a thousand series: each family has its share, and what is beyond it is added up under
 * "other". Numbers are those of the run. */
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
static void put_errors(const w5_show *show, w5_out *out)
{
    const w5_timeline *t = show->run->timeline;
    family f = begin(show, "why502_upstream_errors", true, "class", "upstream", ERRORS_MAX);
    for (size_t i = 0; i < t->cells; i++) {
        const w5_class *k = w5_show_class(show->run, &t->cell[i]);
        if (k && k->family == W5_UPSTREAM)
            add(&f, k->id, w5_timeline_str(t, t->cell[i].upstream), t->cell[i].count);
    }
    end(&f, out, "Lines about upstream errors.");
}

static void put_incidents(const w5_show *show, w5_out *out)
{
    const w5_findings *all = show->run->findings;
    family incidents = begin(show, "why502_incidents", false, "cause", "severity", INCIDENTS_MAX);
    family open = begin(show, "why502_incident_open", false, "cause", "upstream", OPEN_MAX);
    family failed = begin(show, "why502_requests_failed", true, "upstream", NULL, UPSTREAMS_MAX);
    for (size_t i = 0; i < all->n; i++) {
        const w5_diagnosis *d = all->at[i];
        w5_str cause = w5_show_cause(&d->cause);
        add(&incidents, cause, w5_severity_word[d->severity], 1);
        add(&open, cause, d->incident->upstream, d->incident->over == W5_OVER_NO);
        add(&failed, d->incident->upstream, W5_NONE, d->incident->requests_failed);
    }
    end(&incidents, out, "Incidents in what was read.");
    end(&open, out, "Incidents that are not over.");
    end(&failed, out, "Requests that failed.");
}

static void put_lines(const w5_show *show, w5_out *out)
{
    const w5_run *run = show->run;
    family lines = begin(show, "why502_lines", true, "format", NULL, FORMATS_MAX);
    family strange = begin(show, "why502_lines_not_understood", true, "format", NULL, FORMATS_MAX);
    family last = begin(show, "why502_source_last_line_timestamp_seconds", false, "source", NULL,
                        SOURCES_MAX);
    for (size_t i = 0; i < run->streams; i++) {
        const w5_stream *s = run->stream[i];
        w5_str format = s->format ? s->format->id : W5_STR("unknown");
        w5_time at = w5_stream_utc(s, s->last);
        add(&lines, format, W5_NONE, s->lines);
        add(&strange, format, W5_NONE, s->not_understood);
        series *seen = at > 0 ? find(&last, s->name, W5_NONE) : NULL;
        if (seen && (uint64_t)(at / W5_SECOND) > seen->value)
            seen->value = (uint64_t)(at / W5_SECOND);
    }
    end(&lines, out, "Lines read.");
    end(&strange, out, "Lines that were not understood.");
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
    put_errors(&show, out);
    put_incidents(&show, out);
    put_lines(&show, out);
    put_run(&show, out);
    w5_out_lit(out, "# EOF\n");
    w5_show_end(&show);
}

const w5_report w5_report_metrics = {"metrics", "OpenMetrics, for node_exporter", write_metrics};
