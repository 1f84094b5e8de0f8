/* html_durations.c -- which requests were hit, and how long requests took beside the time-outs. */
#include "html.h"

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
        w5_html_percent(h->out, "width", r->count, in->request[0].count);
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
        w5_html_percent(h->out, "cx", (uint64_t)(one->at - p->from),
                        (uint64_t)(p->to - p->from + 1));
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
    w5_html_text(h, W5_TELL_N(show, p->seen, "durations of requests, %1$s point, the longest %2$s",
                              "durations of requests, %1$s points, the longest %2$s",
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
