/* report_short.c -- a line an incident, tab-separated (spec §6.1):
 * start end over|open severity upstream cause confidence errors failed */
#include "common.h"

static void put_incident(w5_out *out, const w5_diagnosis *d, const w5_view *view)
{
    const w5_incident *in = d->incident;
    char start[48], end[48];
    w5_time_rfc3339(start, in->start, 0);
    w5_time_rfc3339(end, in->end, 0);
    w5_out_fmt(out, "%s\t%s\t%s\t", start, end, in->over == W5_OVER_NO ? "open" : "over");
    w5_out_text(out, W5_TTY, w5_severity_word[d->severity]);
    w5_out_lit(out, "\t");
    w5_show_foreign(out, W5_TTY, in->upstream.len ? in->upstream : W5_STR("-"), view);
    w5_out_fmt(out, "\t%.*s\t", W5_ARG(d->cause.cause ? d->cause.cause->id : W5_STR("unknown")));
    w5_out_text(out, W5_TTY, w5_confidence_word[d->cause.confidence]);
    w5_out_fmt(out, "\t%ju\t%ju\n", (uintmax_t)in->errors, (uintmax_t)in->requests_failed);
}

static void write_short(const w5_run *run, const w5_view *view, w5_out *out)
{
    for (size_t i = 0; i < run->findings->n; i++)
        put_incident(out, run->findings->at[i], view);
}

const w5_report w5_report_short = {"short", "a line an incident, tab-separated", write_short};
