/* html_incident.c -- one incident as a section of the page. */
#include "html.h"
#include "page.h"
#include "repeats.h"
#include "text.h"

enum {
    EVIDENCE_MAX = 60 /* rows; -v shows all */
};

static const char *const confidence_classes[] = {"badge unknown", "badge possible", "badge likely",
                                                 "badge proven"};

static void put_head(const w5_html *h, size_t number, const w5_diagnosis *d)
{
    static const char *const classes[] = {"badge ok", "badge warning", "badge error"};
    const w5_show *show = h->show;
    const w5_incident *in = d->incident;
    w5_out_fmt(h->out, "<section id=\"i%zu\" aria-labelledby=\"h%zu\">\n<h2 id=\"h%zu\">#%zu ",
               number, number, number, number);
    w5_html_element(h, "span", classes[d->severity], w5_fact_severity(show, d->severity));
    w5_html_text(h, w5_show_join(show, w5_show_pattern(d), " - ", w5_fact_where(show, in)));
    w5_out_lit(h->out, "</h2>\n");
    w5_str times = w5_show_between(show, in->start, in->end);
    w5_str line = W5_TELL(show, "%1$s %2$s %3$s, %4$s", w5_show_date(show, in->start), times,
                          w5_show_offset(show, in->start), w5_fact_ending(show, in));
    for (size_t i = 0; i < in->servers.n && i < 3; i++)
        line = w5_show_join(show, line, ", ", w5_show_safe(show, in->servers.at[i].name));
    w5_html_element(h, "p", "dim", line);
    if (show->run->findings->n > 1)
        w5_html_said(h, number, d, &d->verdict);
}

static void put_row(const w5_html *h, w5_str name, uint64_t count, w5_str text)
{
    w5_out_lit(h->out, "<tr><th class=\"mono\" scope=\"row\">");
    w5_html_text(h, name);
    w5_out_lit(h->out, "</th><td class=\"n\">");
    w5_html_text(h, w5_show_count(h->show, count));
    w5_out_lit(h->out, "</td><td class=\"any\">");
    w5_html_text(h, text);
    w5_out_lit(h->out, "</td></tr>\n");
}

static void put_counts(const w5_html *h, const w5_incident *in)
{
    const w5_show *show = h->show;
    size_t top = show->view->top;
    w5_out_lit(h->out, "<table>\n");
    w5_html_element(h, "caption", NULL, w5_fact_requests(show, in));
    for (size_t i = 0; i < in->codes.n && i < top; i++)
        put_row(h, in->codes.at[i].name, in->codes.at[i].count,
                w5_fact_code(show, in, in->codes.at[i].name));
    for (size_t i = 0; i < in->kinds.n && i < top; i++)
        put_row(h, in->kinds.at[i].name, in->kinds.at[i].count,
                w5_fact_kind(show, in->kinds.at[i].name));
    w5_out_lit(h->out, "</table>\n");
}

/* --- why ------------------------------------------------------------------------------------- */
static void put_finding(const w5_html *h, size_t number, const w5_diagnosis *d, const w5_finding *f)
{
    const w5_show *show = h->show;
    w5_out_lit(h->out, "<p>");
    w5_html_element(h, "code", NULL, w5_show_cause(f));
    w5_html_element(h, "span", confidence_classes[f->confidence],
                    w5_show_confidence(show, f->confidence));
    w5_html_text(
        h, W5_TELL_N(show, d->incident->requests_failed, "explains %1$s of %2$s failed request",
                     "explains %1$s of %2$s failed requests", w5_show_count(show, f->explains),
                     w5_show_count(show, d->incident->requests_failed)));
    w5_out_lit(h->out, "</p>\n");
    if (f->cause)
        w5_html_element(h, "p", NULL, w5_show_word(show, f->cause->title));
    w5_html_said(h, number, d, &f->summary);
    w5_html_said(h, number, d, &f->against);
}

static void put_evidence_row(const w5_html *h, size_t number, const w5_diagnosis *d, size_t i,
                             bool short_times)
{
    const w5_show *show = h->show;
    const w5_evidence *ev = &d->evidence[i];
    w5_str time =
        short_times ? w5_show_clock(show, ev->cell->at) : w5_show_moment(show, ev->cell->at);
    w5_out_fmt(h->out, "<tr id=\"i%zue%zu\"%s>", number, i,
               ev->role == W5_AGAINST ? " class=\"against\"" : "");
    w5_html_element(h, "td", "place mono", time);
    w5_html_element(h, "td", "place mono", w5_show_middle(show, w5_show_place(show, ev->cell), 36));
    w5_out_lit(h->out, "<td><code>");
    w5_html_text(h, w5_fact_evidence(show, ev));
    w5_out_lit(h->out, "</code>");
    if (ev->note.words) {
        w5_out_lit(h->out, "<br>");
        w5_html_sentence(h, number, d, &ev->note);
    }
    w5_out_lit(h->out, "</td></tr>\n");
}

static void put_evidence(const w5_html *h, size_t number, const w5_diagnosis *d)
{
    const w5_show *show = h->show;
    bool *chosen = W5_NEW_N(show->arena, bool, d->evidences + 1);
    size_t n = w5_fact_choose(d, show->view->verbose ? d->evidences : EVIDENCE_MAX, chosen);
    bool short_times = w5_fact_one_day(show, d, chosen);
    if (n == 0)
        return;
    w5_html_element(h, "h3", NULL, W5_TELL(show, "Evidence"));
    w5_out_fmt(
        h->out,
        "<table class=\"stack\">\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
        "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
        W5_("Time"), W5_("Line"), W5_("What it says"));
    for (size_t i = 0; i < d->evidences; i++)
        if (chosen[i])
            put_evidence_row(h, number, d, i, short_times);
    w5_out_lit(h->out, "</tbody>\n</table>\n");
    if (n < d->evidences)
        w5_html_element(h, "p", "dim",
                        W5_TELL_N(show, d->evidences - n, "%1$s more line with -v",
                                  "%1$s more lines with -v",
                                  w5_show_count(show, d->evidences - n)));
}

/* --- what it is not -------------------------------------------------------------------------- */
static void put_rivals(const w5_html *h, size_t number, const w5_diagnosis *d)
{
    const w5_show *show = h->show;
    if (d->alternatives == 0)
        return;
    w5_html_element(h, "h3", NULL, W5_TELL(show, "Or else"));
    w5_out_lit(h->out, "<ul>\n");
    for (size_t i = 0; i < d->alternatives && i < show->view->top; i++) {
        const w5_finding *f = &d->alternative[i];
        w5_out_lit(h->out, "<li>");
        w5_html_element(h, "code", NULL, w5_show_cause(f));
        w5_html_element(h, "span", confidence_classes[f->confidence],
                        w5_show_confidence(show, f->confidence));
        w5_html_sentence(h, number, d, &f->against);
        w5_out_lit(h->out, "</li>\n");
    }
    w5_out_lit(h->out, "</ul>\n");
}

static void put_ruled_out(const w5_html *h, size_t number, const w5_diagnosis *d)
{
    if (d->ruled_outs == 0)
        return;
    w5_html_element(h, "h3", NULL, W5_TELL(h->show, "Ruled out"));
    w5_out_lit(h->out, "<ul>\n");
    for (size_t i = 0; i < d->ruled_outs; i++) {
        w5_out_lit(h->out, "<li>");
        w5_html_sentence(h, number, d, &d->ruled_out[i]);
        w5_out_lit(h->out, "</li>\n");
    }
    w5_out_lit(h->out, "</ul>\n");
}

static void put_open(const w5_html *h, size_t number, const w5_diagnosis *d)
{
    if (d->settles == 0)
        return;
    w5_html_element(h, "h3", NULL, W5_TELL(h->show, "Still open"));
    for (size_t i = 0; i < d->settles; i++) {
        w5_html_said(h, number, d, &d->settle[i].why);
        w5_html_commands(h, &d->settle[i].command, 1);
    }
}

static void put_drawing(const w5_html *h, const w5_diagnosis *d)
{
    w5_view plain = *h->show->view;
    w5_show show = *h->show;
    w5_out *drawing = w5_out_memory();
    plain.width = 72;
    plain.color = false;
    show.view = &plain;
    w5_page page = w5_page_of(&show, drawing);
    w5_text_lanes(&page, d);
    w5_str text = w5_out_bytes(drawing);
    w5_str line;
    w5_out_lit(h->out, "<pre class=\"draw\">");
    while (w5_str_cut(text, '\n', &line, &text)) {
        w5_html_text(h, line);
        w5_out_lit(h->out, "\n");
    }
    w5_out_lit(h->out, "</pre>\n");
    w5_out_done(drawing, NULL);
}

static void put_as_for(const w5_html *h, size_t first)
{
    w5_html_element(h, "h3", NULL, W5_TELL(h->show, "What to do"));
    w5_out_fmt(h->out, "<p><a href=\"#i%zu\">", first);
    w5_html_text(h, W5_TELL(h->show, "as for #%1$s", w5_show_count(h->show, first)));
    w5_out_lit(h->out, "</a></p>\n</section>\n");
}

void w5_html_incident(const w5_html *h, size_t number, const w5_diagnosis *d)
{
    size_t first = w5_repeat_of(h->show->run->findings, number - 1) + 1;
    const w5_show *show = h->show;
    put_head(h, number, d);
    if (h->charts)
        w5_html_lanes(h, d);
    else
        put_drawing(h, d);
    put_counts(h, d->incident);
    w5_html_element(h, "h3", NULL, W5_TELL(show, "Cause"));
    put_finding(h, number, d, &d->cause);
    put_evidence(h, number, d);
    if (first != number && !show->view->verbose) {
        put_as_for(h, first);
        return;
    }
    if (d->chains)
        w5_html_element(h, "h3", NULL, W5_TELL(show, "Also at work"));
    for (size_t i = 0; i < d->chains; i++)
        put_finding(h, number, d, &d->chain[i]);
    put_rivals(h, number, d);
    put_ruled_out(h, number, d);
    put_open(h, number, d);
    w5_html_advice(h, number, d);
    if (h->charts) {
        w5_html_requests(h, d->incident);
        w5_html_durations(h, d);
    }
    w5_out_lit(h->out, "</section>\n");
}
