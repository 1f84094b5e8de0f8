/* html_sources.c -- what was read and which time it covers; the ladders of time-outs. */
#include "html.h"

/* --- what was read --------------------------------------------------------------------------- */
enum {
    BINS = 120
};
typedef enum shade {
    NOTHING,
    PLAIN,
    TROUBLE,
    FAILURE
} shade;

static shade shade_of(const w5_class *k)
{
    if (!k || k->family == W5_LOOK_ALIKE)
        return PLAIN;
    return k->family == W5_UPSTREAM ? FAILURE : k->trouble ? TROUBLE : PLAIN;
}

typedef struct strip { /* of one source: the worst of each bin */
    w5_time from, to;
    unsigned char bin[BINS];
} strip;

static size_t bin_of(const strip *s, w5_time at)
{
    if (at < s->from || s->to <= s->from)
        return 0;
    size_t bin = (size_t)((double)(at - s->from) / (double)(s->to - s->from) * BINS);
    return bin < BINS ? bin : BINS - 1;
}

static void fill_strip(const w5_show *show, uint32_t stream, strip *s)
{
    const w5_timeline *t = show->run->timeline;
    for (size_t i = 0; i < t->cells; i++) {
        const w5_cell *cell = &t->cell[i];
        if (cell->stream != stream || cell->at < s->from || cell->at > s->to)
            continue;
        const w5_class *k = w5_show_class(show->run, cell);
        shade seen = k && w5_str_eq(k->id, W5_STR("access")) ? NOTHING : shade_of(k);
        size_t bin = bin_of(s, cell->at);
        if (seen > s->bin[bin])
            s->bin[bin] = (unsigned char)seen;
    }
}

/* Equal neighbours are one rectangle. */
static void put_bins(const w5_html *h, const strip *s)
{
    static const char *const classes[] = {"", "soft", "warn", "c0"};
    for (size_t i = 0; i < BINS;) {
        size_t end = i + 1;
        while (end < BINS && s->bin[end] == s->bin[i])
            end++;
        if (s->bin[i] != NOTHING) {
            w5_out_fmt(h->out, "<rect y=\"3\" height=\"12\" class=\"%s\"", classes[s->bin[i]]);
            w5_html_percent(h->out, "x", i, BINS);
            w5_html_percent(h->out, "width", end - i, BINS);
            w5_out_lit(h->out, "/>");
        }
        i = end;
    }
}

static void put_cover(const w5_html *h, const w5_stream *stream, const strip *s)
{
    if (stream->first == W5_TIME_NONE)
        return;
    size_t first = bin_of(s, w5_stream_utc(stream, stream->first));
    size_t last = bin_of(s, w5_stream_utc(stream, stream->last));
    w5_out_lit(h->out, "<rect y=\"7\" height=\"4\" class=\"cover\"");
    w5_html_percent(h->out, "x", first, BINS);
    w5_html_percent(h->out, "width", last - first + 1, BINS);
    w5_out_lit(h->out, "/>");
}

static void put_bands(const w5_html *h, const strip *s)
{
    const w5_findings *f = h->show->run->findings;
    for (size_t i = 0; i < f->n && i < 20; i++) {
        size_t first = bin_of(s, f->at[i]->incident->start),
               last = bin_of(s, f->at[i]->incident->end);
        w5_out_lit(h->out, "<rect y=\"0\" height=\"18\" class=\"band\"");
        w5_html_percent(h->out, "x", first, BINS);
        w5_html_percent(h->out, "width", last - first + 1, BINS);
        w5_out_lit(h->out, "/>");
    }
}

static void put_strip(const w5_html *h, uint32_t i)
{
    const w5_show *show = h->show;
    strip s = {.from = show->run->window_start, .to = show->run->window_end};
    fill_strip(show, i, &s);
    w5_out_lit(h->out, "<span class=\"name src\">");
    w5_html_text(h, w5_show_middle(show, w5_show_short_source(show, i), 40));
    w5_out_lit(h->out, "</span><svg height=\"18\" aria-hidden=\"true\">");
    put_bands(h, &s);
    put_cover(h, show->run->stream[i], &s);
    put_bins(h, &s);
    w5_out_lit(h->out, "</svg><span class=\"sum\">");
    w5_html_text(h, w5_show_count(show, show->run->stream[i]->lines));
    w5_out_lit(h->out, "</span>\n");
}

static void put_strips(const w5_html *h)
{
    const w5_show *show = h->show;
    const w5_run *run = show->run;
    if (run->streams == 0 || run->window_start == W5_TIME_NONE ||
        run->window_end <= run->window_start)
        return;
    w5_out_lit(h->out, "<figure>\n<div class=\"lanes\">\n");
    for (uint32_t i = 0; i < run->streams && i < 20; i++)
        put_strip(h, i);
    w5_out_lit(h->out, "<span></span><span class=\"axis-row\">");
    w5_html_element(h, "span", NULL, w5_show_moment(show, run->window_start));
    w5_html_element(h, "span", NULL, w5_show_moment(show, run->window_end));
    w5_out_lit(h->out, "</span><span></span>\n</div>\n");
    w5_html_element(
        h, "figcaption", NULL,
        W5_TELL(show, "What each source covers (line), what it tells (grey), trouble (amber), "
                      "upstream errors (red), incidents (shaded); at the right its lines."));
    w5_out_lit(h->out, "</figure>\n");
}

static void put_cell(const w5_html *h, bool number, w5_str text)
{
    w5_out_lit(h->out, number ? "<td class=\"n\">" : "<td>");
    w5_html_text(h, text);
    w5_out_lit(h->out, "</td>");
}

static void put_source(const w5_html *h, uint32_t i)
{
    const w5_show *show = h->show;
    const w5_stream *s = show->run->stream[i];
    w5_out_lit(h->out, "<tr>");
    put_cell(h, false, w5_show_safe(show, s->name));
    put_cell(h, false, s->format ? s->format->id : W5_TELL(show, "of no known format"));
    put_cell(h, true, w5_show_count(show, s->lines));
    put_cell(h, true, w5_show_count(show, s->not_understood));
    put_cell(h, false,
             s->first == W5_TIME_NONE
                 ? W5_NONE
                 : w5_show_between(show, w5_stream_utc(s, s->first), w5_stream_utc(s, s->last)));
    put_cell(h, false,
             s->zoned ? w5_show_zone_from(show, W5_ZONE_STAMP)
                      : w5_show_join(show, w5_show_stream_zone(show, s), ", ",
                                     w5_show_zone_from(show, s->zone_from)));
    w5_out_lit(h->out, "</tr>\n");
}

static void put_trouble(const w5_html *h, const w5_run_source *s)
{
    const w5_show *show = h->show;
    w5_out_lit(h->out, "<tr>");
    put_cell(h, false, w5_show_safe(show, s->name));
    w5_out_lit(h->out, "<td colspan=\"5\" class=\"error\">");
    w5_html_text(h, s->error.len ? w5_show_safe(show, s->error)
                                 : W5_TELL(show, "the same log as another source: read once"));
    w5_out_lit(h->out, "</td></tr>\n");
}

void w5_html_sources(const w5_html *h)
{
    const w5_run *run = h->show->run;
    w5_html_element(h, "h2", NULL, W5_TELL(h->show, "Sources"));
    if (h->charts)
        put_strips(h);
    w5_out_fmt(
        h->out,
        "<table class=\"stack\">\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
        "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th>"
        "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
        W5_("Source"), W5_("Format"), W5_("Lines"), W5_("Not understood"), W5_("From - to"),
        W5_("Zone"));
    for (uint32_t i = 0; i < run->streams; i++)
        put_source(h, i);
    for (size_t i = 0; i < run->troubles; i++)
        put_trouble(h, &run->trouble[i]);
    w5_out_lit(h->out, "</tbody>\n</table>\n");
}

/* --- ladders --------------------------------------------------------------------------------- */
static w5_str rung_note(const w5_show *show, const w5_rung *r)
{
    w5_str note = w5_fact_rung(show, r);
    return r->wrong ? w5_show_join(show, note, "  ", W5_TELL(show, "WRONG: shorter than the next"))
                    : note;
}

static void put_rung_bar(const w5_html *h, const w5_rung *r, w5_time longest)
{
    if (!h->charts) {
        w5_out_lit(h->out, "<span></span>");
        return;
    }
    w5_out_fmt(h->out, "<svg height=\"14\" aria-hidden=\"true\"><rect height=\"14\" class=\"%s\"",
               r->wrong ? "c0" : "bar");
    w5_html_percent(h->out, "width", r->value > 0 ? (uint64_t)r->value : 0, (uint64_t)longest);
    w5_out_lit(h->out, "/></svg>");
}

void w5_html_ladder(const w5_html *h, const char *title, const w5_rung *rung, size_t n)
{
    w5_time longest = 1;
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        longest = rung[i].value > longest ? rung[i].value : longest;
    w5_html_element(h, "h3", NULL, w5_str_of(title));
    w5_html_element(h, "p", "dim", W5_TELL(h->show, "each at least as long as the one below it"));
    w5_out_lit(h->out, "<div class=\"ladder\">\n");
    for (size_t i = 0; i < n; i++) {
        w5_html_element(h, "span", NULL, w5_show_word(h->show, rung[i].name));
        put_rung_bar(h, &rung[i], longest);
        w5_html_element(h, "span", rung[i].wrong ? "error" : NULL, rung_note(h->show, &rung[i]));
    }
    w5_out_lit(h->out, "</div>\n");
}
