/* live.c -- what happens, as it happens: a line when an incident opens, worsens, is explained,
 * ends. */
#include "common.h"

static const struct {
    const char *what;
    const char *words; /* of one width in English; translations may differ */
} turns[] = {
    {"opened", N_("OPEN ")},
    {"worse",  N_("WORSE")},
    {"cause",  N_("CAUSE")},
    {"over",   N_("OVER ")},
};

static w5_str turn_word(const w5_show *show, const char *what)
{
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        if (strcmp(turns[i].what, what) == 0)
            return w5_show_word(show, w5_str_of(turns[i].words));
    return w5_str_of(what);
}

/* Incidents are numbered as they opened, so that a number does not change when another one is
 * worse. */
static size_t number_of(const w5_run *run, const w5_diagnosis *d)
{
    const w5_findings *f = run->findings;
    size_t number = 1;
    for (size_t i = 0; i < f->n; i++) {
        const w5_incident *other = f->at[i]->incident;
        if (other == d->incident)
            continue;
        number += other->start < d->incident->start ||
                  (other->start == d->incident->start && strcmp(other->id, d->incident->id) < 0);
    }
    return number;
}

static w5_str pages(const w5_show *show, const w5_incident *in)
{
    if (in->requests == 0)
        return W5_NONE;
    if (in->requests > 3)
        return W5_TELL_N(show, in->requests, "%1$s page", "%1$s pages",
                         w5_show_count(show, in->requests));
    return w5_show_safe(show, in->request[0].path);
}

/* Machines get these words as they are, so their figure stands in them. */
static w5_str over_by(const w5_show *show, w5_str said)
{
    static const struct {
        w5_str begins;
        const char *words;
    } signs[] = {
        {W5_LIT("listening again, pid "), N_("listening again, pid %1$s")},
        {W5_LIT("answers again at "),     N_("answers again at %1$s")    },
        {W5_LIT("nginx reloaded"),        N_("nginx reloaded")           },
        {W5_LIT("no more errors"),        N_("no more errors")           },
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (w5_str_starts(said, signs[i].begins))
            return w5_show_tell(show, w5_words(signs[i].words),
                                (w5_str[]){w5_str_skip(said, signs[i].begins.len)}, 1);
    return w5_show_word(show, said);
}

static w5_str over_text(const w5_show *show, const w5_diagnosis *d)
{
    const w5_incident *in = d->incident;
    w5_str text = W5_TELL(show, "after %1$s, %2$s, %3$s", w5_show_span(show, in->end - in->start),
                          w5_show_counted(show, in), w5_show_verdict(show, &d->cause));
    return w5_show_join(show, text, "; ", w5_show_safe(show, over_by(show, d->over_by)));
}

static w5_str open_text(const w5_show *show, const w5_diagnosis *d)
{
    const w5_incident *in = d->incident;
    w5_str text = w5_show_join(show, w5_show_safe(show, in->upstream), " ", w5_show_counted(show, in));
    text = w5_show_join(show, text, " ", pages(show, in));
    return w5_show_join(show, text, ": ", w5_show_verdict(show, &d->cause));
}

/* When it happened: the last line that told it, or the end. */
static w5_time when(const char *what, const w5_incident *in)
{
    if (strcmp(what, "over") == 0 && in->over_at != W5_TIME_NONE)
        return in->over_at;
    return strcmp(what, "opened") == 0 ? in->start : in->end;
}

static void put_text(const w5_show *show, w5_out *out, const char *what, const w5_diagnosis *d)
{
    const w5_incident *in = d->incident;
    bool over = strcmp(what, "over") == 0;
    w5_str number = w5_arena_fmt(show->arena, "#%zu", number_of(show->run, d));
    w5_str line =
        w5_show_join(show, w5_show_clock(show, when(what, in)), " ", turn_word(show, what));
    line = w5_show_join(show, line, " ", number);
    line = w5_show_join(show, line, " ", over ? over_text(show, d) : open_text(show, d));
    w5_out_text(out, W5_TTY, w5_show_cut(show, line, show->view->width));
    w5_out_lit(out, "\n");
}

static void put_json(w5_out *out, const char *what, const w5_diagnosis *d, const w5_run *run,
                     const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_own(out, &first, "schema", W5_STR("why502/follow/1"));
    w5_member_own(out, &first, "event", w5_str_of(what));
    w5_member_num(out, &first, "upstream_errors", run->timeline->upstream_errors);
    if (d) {
        w5_member_key(out, &first, "incident");
        w5_json_incident(out, d, run, view, NULL, false);
    } else {
        w5_member_key(out, &first, "report");
        w5_json_run(out, run, view);
    }
    w5_out_lit(out, "}\n");
}

void w5_report_live(w5_out *out, const char *what, const w5_diagnosis *d, const w5_run *run,
                    const w5_view *view, bool json)
{
    if (json) {
        put_json(out, what, d, run, view);
        return;
    }
    w5_show show = w5_show_begin(run, view);
    if (d)
        put_text(&show, out, what, d);
    else
        w5_report_find(W5_STR("text"))->write(run, view, out);
    w5_show_end(&show);
}
