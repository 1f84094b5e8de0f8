/* html_charts.c -- the other charts: how long requests took, which were hit, what was read,
 * ladders. */
#include "html.h"

#include <stdio.h>

static void put_percent(w5_out *out, const char *name, uint64_t part, uint64_t whole)
{
    uint64_t hundredths = whole ? part * 10000 / whole : 0;
    hundredths = hundredths > 10000 ? 10000 : hundredths;
    w5_out_fmt(out, " %s=\"%ju.%02ju%%\"", name, (uintmax_t)hundredths / 100,
               (uintmax_t)hundredths % 100);
}

/* --- requests hit ---------------------------------------------------------------------------- */
void w5_html_requests(const w5_html *h, const w5_incident *in)
{
    const w5_show *show = h->show;
    if (in->requests == 0)
        return;
    w5_html_element(h, "h3", NULL, W5_TELL(show, "Requests hit"));
    w5_out_lit(h->out, "<table>\n<tbody>\n");
    for (size_t i = 0; i < in->requests && i < show->view->top; i++) {
        const w5_request_tally *r = &in->request[i];
        w5_out_lit(h->out, "<tr><td class=\"n\">");
        w5_html_text(h, w5_show_count(show, r->count));
        w5_out_lit(h->out, "</td><td><code>");
        w5_str path = w5_show_middle(show, w5_show_safe(show, r->path), 120);
        w5_html_text(h, w5_show_join(show, w5_show_safe(show, r->method), " ", path));
        w5_out_lit(
            h->out,
            "</code><svg height=\"6\" aria-hidden=\"true\"><rect class=\"bar\" height=\"6\"");
        put_percent(h->out, "width", r->count, in->request[0].count);
        w5_out_lit(h->out, "/></svg></td></tr>\n");
    }
    w5_out_lit(h->out, "</tbody>\n</table>\n");
    if (in->requests > show->view->top)
        w5_html_element(
            h, "p", "dim",
            W5_TELL(show, "%1$s more", w5_show_count(show, in->requests - show->view->top)));
}

/* --- durations ------------------------------------------------------------------------------- */
/* The y axis is logarithmic, in half octaves of a millisecond: integers, so the same everywhere. */
enum {
    HEIGHT = 180,
    POINTS_MAX = 400,
    LEVELS = 36 /* 2^(36/2) ms = 262 s; what takes longer stands at the top */
};

/* Half octaves above 1 ms, in 64ths. */
static unsigned level_of(w5_time t)
{
    uint64_t ms64 = t > 0 ? (uint64_t)t * 64 / 1000 : 0;
    unsigned octave = 0;
    if (ms64 <= 64)
        return 0;
    while (ms64 >= 128) {
        ms64 = ms64 / 2;
        octave++;
    }
    unsigned level = octave * 128 + (unsigned)(ms64 - 64) * 2;
    return level > LEVELS * 64 ? LEVELS * 64 : level;
}

static unsigned height_of(w5_time t)
{
    return HEIGHT - 8 - level_of(t) * (HEIGHT - 20) / (LEVELS * 64);
}

typedef struct point {
    w5_time at, took;
    bool failed;
} point;

typedef struct points {
    w5_time from, to;
    point at[POINTS_MAX];
    size_t n, seen;
    w5_time longest;
} points;

static bool of_incident(const w5_show *show, const w5_incident *in, w5_id upstream)
{
    w5_str name = w5_timeline_str(show->run->timeline, upstream);
    for (size_t i = 0; i < in->upstreams.n; i++)
        if (w5_str_eq(in->upstreams.at[i].name, name))
            return true;
    return name.len == 0;
}

static bool is_request(const w5_show *show, const w5_incident *in, const w5_cell *cell)
{
    const w5_class *klass = w5_show_class(show->run, cell);
    return cell->duration >= 0 && klass &&
           (w5_str_eq(klass->id, W5_STR("access")) ||
            w5_str_eq(klass->id, W5_STR("upstream-5xx"))) &&
           of_incident(show, in, cell->upstream);
}

/* When there are too many, those that failed take the place of others. */
static void keep(points *p, point one)
{
    p->seen++;
    p->longest = one.took > p->longest ? one.took : p->longest;
    if (p->n < POINTS_MAX)
        p->at[p->n++] = one;
    else if (one.failed)
        p->at[p->seen % POINTS_MAX] = one;
}

static points *points_of(const w5_show *show, const w5_incident *in)
{
    const w5_timeline *t = show->run->timeline;
    points *p = W5_NEW(show->arena, points);
    w5_time reach = (in->end - in->start) / 4 + 10 * W5_SECOND;
    p->from = in->start - reach;
    p->to = in->end + reach;
    for (size_t i = w5_timeline_seek(t, p->from); i < t->cells && t->cell[i].at <= p->to; i++)
        if (is_request(show, in, &t->cell[i]))
            keep(p, (point){t->cell[i].at, t->cell[i].duration, t->cell[i].number >= 500});
    for (size_t i = 0; i < t->traffics; i++) {
        const w5_traffic *seen = &t->traffic[i];
        if (seen->at >= p->from && seen->at <= p->to && seen->longest >= 0 && seen->status < 500 &&
            of_incident(show, in, seen->upstream))
            keep(p, (point){seen->at, seen->longest, false});
    }
    return p;
}

static void put_grid(const w5_html *h)
{
    static const struct {
        w5_time at;
        const char *name;
    } lines[] = {
        {1000,            "1 ms"  },
        {10000,           "10 ms" },
        {100000,          "100 ms"},
        {W5_SECOND,       "1 s"   },
        {10 * W5_SECOND,  "10 s"  },
        {100 * W5_SECOND, "100 s" }
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        unsigned y = height_of(lines[i].at);
        w5_out_fmt(
            h->out,
            "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%u\" y2=\"%u\"/><text class=\"axis\" "
            "x=\"4\" y=\"%u\">%s</text>\n",
            y, y, y - 2, lines[i].name);
    }
}

static void put_points(const w5_html *h, const points *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const point *one = &p->at[i];
        if (one->at < p->from || one->at > p->to)
            continue;
        w5_out_fmt(h->out, "<circle class=\"%s\" r=\"%s\" cy=\"%u\"", one->failed ? "c0" : "good",
                   one->failed ? "3.5" : "2", height_of(one->took));
        put_percent(h->out, "cx", (uint64_t)(one->at - p->from), (uint64_t)(p->to - p->from + 1));
        w5_out_lit(h->out, "/>\n");
    }
}

/* Lines whose names would overlap are named in the key below alone. */
static void put_limits(const w5_html *h)
{
    const w5_findings *f = h->show->run->findings;
    unsigned named = 0;
    for (size_t i = 0; i < f->timeout_rungs; i++) {
        const w5_rung *r = &f->timeouts[i];
        if (r->value == W5_TIME_NONE || r->value <= 0)
            continue;
        unsigned y = height_of(r->value);
        w5_out_fmt(h->out, "<line class=\"limit\" x1=\"0\" x2=\"100%%\" y1=\"%u\" y2=\"%u\"/>", y,
                   y);
        if (named && (y > named ? y - named : named - y) < 14)
            continue;
        named = y;
        w5_out_fmt(h->out, "<text class=\"limit-name\" text-anchor=\"end\" x=\"99%%\" y=\"%u\">",
                   y - 3);
        w5_html_text(h, w5_show_join(h->show, w5_show_word(h->show, r->name), " ",
                                     w5_show_seconds(h->show, r->value)));
        w5_out_lit(h->out, "</text>\n");
    }
}

void w5_html_durations(const w5_html *h, const w5_diagnosis *d)
{
    const w5_show *show = h->show;
    const points *p = points_of(show, d->incident);
    if (p->n == 0)
        return;
    w5_html_element(h, "h3", NULL, W5_TELL(show, "How long requests took"));
    w5_out_fmt(h->out, "<figure>\n<svg height=\"%d\" role=\"img\" aria-label=\"", HEIGHT);
    w5_html_text(h, W5_TELL(show, "durations of requests, %1$s points, the longest %2$s",
                            w5_show_count(show, p->seen), w5_show_seconds(show, p->longest)));
    w5_out_lit(h->out, "\">\n");
    put_grid(h);
    put_limits(h);
    put_points(h, p);
    w5_out_lit(h->out, "</svg>\n<div class=\"axis-row\">");
    w5_html_element(h, "span", NULL, w5_show_clock(show, p->from));
    w5_html_element(h, "span", NULL, w5_show_clock(show, p->to));
    w5_out_lit(h->out, "</div>\n");
    w5_html_element(
        h, "figcaption", NULL,
        W5_TELL(show,
                "Large points are requests that failed, when they ended; small ones the slowest "
                "that was answered in each second. Dashed lines are time-outs. The longest request "
                "took %1$s.",
                w5_show_seconds(show, p->longest)));
    w5_out_lit(h->out, "</figure>\n");
}

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
            put_percent(h->out, "x", i, BINS);
            put_percent(h->out, "width", end - i, BINS);
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
    put_percent(h->out, "x", first, BINS);
    put_percent(h->out, "width", last - first + 1, BINS);
    w5_out_lit(h->out, "/>");
}

static void put_bands(const w5_html *h, const strip *s)
{
    const w5_findings *f = h->show->run->findings;
    for (size_t i = 0; i < f->n && i < 20; i++) {
        size_t first = bin_of(s, f->at[i]->incident->start),
               last = bin_of(s, f->at[i]->incident->end);
        w5_out_lit(h->out, "<rect y=\"0\" height=\"18\" class=\"band\"");
        put_percent(h->out, "x", first, BINS);
        put_percent(h->out, "width", last - first + 1, BINS);
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
    w5_str value =
        r->value == W5_TIME_NONE ? W5_TELL(show, "not known") : w5_show_seconds(show, r->value);
    w5_str place = w5_show_safe(show, r->file);
    if (place.len && r->line)
        place = w5_arena_fmt(show->arena, "%.*s:%u", W5_ARG(place), r->line);
    value = w5_show_join(show, value, "  ", place);
    return r->wrong ? w5_show_join(show, value, "  ", W5_TELL(show, "WRONG: shorter than the next"))
                    : value;
}

static void put_rung_bar(const w5_html *h, const w5_rung *r, w5_time longest)
{
    if (!h->charts) {
        w5_out_lit(h->out, "<span></span>");
        return;
    }
    w5_out_fmt(h->out, "<svg height=\"14\" aria-hidden=\"true\"><rect height=\"14\" class=\"%s\"",
               r->wrong ? "c0" : "bar");
    put_percent(h->out, "width", r->value > 0 ? (uint64_t)r->value : 0, (uint64_t)longest);
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
