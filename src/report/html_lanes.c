/* html_lanes.c -- an incident's lanes as bars and marks: errors by class, answers, life events. */
#include "html.h"

#include <stdio.h>

enum {
    COLUMNS = 60,
    CLASSES = 6, /* colours; the last is for all others */
    BARS = 56,   /* height of a lane of bars, of one of marks, in pixels */
    MARKS = 22
};

typedef struct stack { /* errors of each column by class */
    w5_str name[CLASSES];
    uint64_t *count[CLASSES];
    uint64_t sum[CLASSES];
    size_t n;
} stack;

/* Where a column begins, in hundredths of a per cent. */
static unsigned place(const w5_lanes *l, size_t column)
{
    return (unsigned)(column * 10000 / l->columns);
}

/* --- by class -------------------------------------------------------------------------------- */
static size_t slot_of(stack *s, w5_str name)
{
    for (size_t i = 0; i < s->n; i++)
        if (w5_str_eq(s->name[i], name))
            return i;
    return CLASSES - 1;
}

static void name_slots(const w5_show *show, stack *s, const w5_lanes *l, const w5_incident *in)
{
    s->n = in->classes.n < CLASSES - 1 ? in->classes.n : CLASSES - 1;
    for (size_t i = 0; i < CLASSES; i++)
        s->count[i] = W5_NEW_N(show->arena, uint64_t, l->columns);
    for (size_t i = 0; i < s->n; i++)
        s->name[i] = in->classes.at[i].name;
    s->name[CLASSES - 1] = W5_TELL(show, "other");
}

static stack stack_of(const w5_show *show, const w5_lanes *l, const w5_incident *in)
{
    stack s = {.n = 0};
    name_slots(show, &s, l, in);
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &show->run->timeline->cell[in->cell[i]];
        const w5_class *klass = w5_show_class(show->run, cell);
        size_t slot = slot_of(&s, klass ? klass->id : W5_NONE);
        s.sum[slot] += cell->count;
        w5_lanes_spread(l, s.count[slot], cell->at, cell->until, cell->count);
    }
    return s;
}

static w5_str column_time(const w5_show *show, const w5_lanes *l, size_t column)
{
    return w5_show_clock(show, l->from + (w5_time)column * l->span);
}

static void put_bar(const w5_html *h, const w5_lanes *l, size_t column, unsigned low, unsigned high,
                    const char *klass)
{
    unsigned left = place(l, column);
    w5_out_lit(h->out, "<rect");
    w5_html_percent(h->out, "x", left, 10000);
    w5_html_percent(h->out, "width", place(l, column + 1) - left - (l->columns > 1 ? 15 : 0),
                    10000);
    w5_out_fmt(h->out, " y=\"%u\" height=\"%u\" class=\"%s\"/>", BARS - high, high - low, klass);
}

static unsigned pixels(uint64_t n, uint64_t most)
{
    unsigned y = most ? (unsigned)(n * (BARS - 4) / most) : 0;
    return n && y < 2 ? 2 : y;
}

static void put_stack(const w5_html *h, const w5_lanes *l, const stack *s, uint64_t most)
{
    for (size_t c = 0; c < l->columns; c++) {
        uint64_t below = 0;
        if (l->failed[c] == 0)
            continue;
        w5_out_lit(h->out, "<g><title>");
        w5_html_text(h, column_time(h->show, l, c));
        for (size_t i = 0; i < CLASSES; i++) {
            if (s->count[i][c] == 0)
                continue;
            w5_html_text(h, w5_arena_fmt(h->show->arena, ", %ju %.*s", (uintmax_t)s->count[i][c],
                                         W5_ARG(s->name[i])));
        }
        w5_out_lit(h->out, "</title>");
        for (size_t i = 0; i < CLASSES; i++) {
            char klass[4];
            if (s->count[i][c] == 0)
                continue;
            snprintf(klass, sizeof klass, "c%zu", i % 10);
            put_bar(h, l, c, pixels(below, most), pixels(below + s->count[i][c], most), klass);
            below += s->count[i][c];
        }
        w5_out_lit(h->out, "</g>\n");
    }
}

/* --- rows ------------------------------------------------------------------------------------ */
static void begin_lane(const w5_html *h, w5_str name, unsigned height, w5_str label)
{
    w5_out_lit(h->out, "<span class=\"name\">");
    w5_html_text(h, name);
    w5_out_fmt(h->out, "</span><svg height=\"%u\" role=\"img\" aria-label=\"", height);
    w5_html_text(h, label);
    w5_out_lit(h->out, "\">");
}

static void end_lane(const w5_html *h, w5_str sum)
{
    w5_out_lit(h->out, "</svg><span class=\"sum\">");
    w5_html_text(h, sum);
    w5_out_lit(h->out, "</span>\n");
}

static void put_failed(const w5_html *h, const w5_lanes *l, const stack *s, uint64_t most)
{
    const w5_show *show = h->show;
    w5_str sum = w5_show_count(show, l->failed_sum);
    if (l->failed_sum == 0)
        return;
    begin_lane(h, W5_TELL(show, "failed"), BARS,
               W5_TELL_N(show, l->failed_sum, "%1$s error over time, at most %2$s in %3$s",
                         "%1$s errors over time, at most %2$s in %3$s", sum,
                         w5_show_count(show, l->peak), w5_show_span(show, l->span)));
    put_stack(h, l, s, most);
    end_lane(h, sum);
}

static void put_answered(const w5_html *h, const w5_lanes *l, uint64_t most)
{
    const w5_show *show = h->show;
    w5_str sum = w5_show_count(show, l->answered_sum);
    if (!l->traffic)
        return;
    begin_lane(h, W5_TELL(show, "answered"), BARS,
               W5_TELL_N(show, l->answered_sum, "%1$s request answered over time",
                         "%1$s requests answered over time", sum));
    for (size_t c = 0; c < l->columns; c++)
        if (l->answered[c])
            put_bar(h, l, c, 0, pixels(l->answered[c], most), "good");
    end_lane(h, sum);
}

/* --- marks ----------------------------------------------------------------------------------- */
static void put_letter(const w5_html *h, const w5_lanes *l, size_t column, const w5_sign *sign)
{
    unsigned middle = (place(l, column) + place(l, column + 1)) / 2;
    w5_out_lit(h->out, "<text text-anchor=\"middle\" y=\"15\"");
    w5_html_percent(h->out, "x", middle, 10000);
    w5_out_fmt(h->out, "%s>", sign->weight >= 8 ? " class=\"c0\"" : "");
    w5_html_element(h, "title", NULL,
                    w5_show_join(h->show, column_time(h->show, l, column), " ",
                                 w5_show_word(h->show, w5_str_of(sign->words))));
    if (sign->rune)
        w5_out_lit(h->out, sign->rune);
    else
        w5_out_fmt(h->out, "%c", sign->letter);
    w5_out_lit(h->out, "</text>\n");
}

/* A query is a bar from its start to its end. */
static void put_stretch(const w5_html *h, const w5_lanes *l, const w5_mark_at *mark)
{
    w5_time from = mark->cell->query_start - l->from, length = (w5_time)l->columns * l->span;
    w5_time to = mark->until - l->from;
    if (mark->cell->query_start == W5_TIME_NONE || to <= from || length <= 0)
        return;
    from = from < 0 ? 0 : from;
    to = to > length ? length : to;
    w5_out_lit(h->out, "<rect class=\"warn\" y=\"6\" height=\"10\" rx=\"2\"");
    w5_html_percent(h->out, "x", (unsigned)(from * 10000 / length), 10000);
    w5_html_percent(h->out, "width", (unsigned)((to - from) * 10000 / length) + 20, 10000);
    w5_out_lit(h->out, "/>\n");
}

static void put_track(const w5_html *h, const w5_lanes *l, w5_track track)
{
    const w5_show *show = h->show;
    w5_str sum = w5_show_count(show, l->track[track].marks);
    if (l->track[track].marks == 0)
        return;
    begin_lane(h, l->track[track].name, MARKS,
               W5_TELL_N(show, l->track[track].marks, "%1$s: %2$s event", "%1$s: %2$s events",
                         l->track[track].name, sum));
    for (size_t i = 0; i < l->track[track].marks && i < 100; i++)
        put_stretch(h, l, &l->track[track].mark[i]);
    for (size_t c = 0; c < l->columns; c++)
        if (l->track[track].sign[c] && strcmp(l->track[track].sign[c]->kind, "slow-query") != 0)
            put_letter(h, l, c, l->track[track].sign[c]);
    end_lane(h, sum);
}

/* --- keys ------------------------------------------------------------------------------------ */
static void put_class_key(const w5_html *h, const stack *s)
{
    w5_out_lit(h->out, "<ul class=\"key\">\n");
    for (size_t i = 0; i < CLASSES; i++) {
        if (s->sum[i] == 0)
            continue;
        w5_out_fmt(h->out,
                   "<li><svg aria-hidden=\"true\"><rect width=\"100%%\" height=\"100%%\" "
                   "class=\"c%zu\"/></svg> ",
                   i);
        w5_html_text(h, w5_show_join(h->show, s->name[i], " ", w5_show_count(h->show, s->sum[i])));
        w5_out_lit(h->out, "</li>\n");
    }
}

static bool met_before(const w5_lanes *l, w5_track track, size_t column)
{
    for (size_t c = 0; c < column; c++)
        if (l->track[track].sign[c] == l->track[track].sign[column])
            return true;
    return false;
}

static void put_sign_key(const w5_html *h, const w5_lanes *l)
{
    for (w5_track t = 0; t < W5_TRACKS; t++)
        for (size_t c = 0; c < l->columns; c++) {
            const w5_sign *sign = l->track[t].sign[c];
            if (!sign || met_before(l, t, c))
                continue;
            char letter[2] = {sign->letter, '\0'};
            w5_out_lit(h->out, "<li><b class=\"mono\">");
            w5_out_lit(h->out, sign->rune ? sign->rune : letter);
            w5_out_lit(h->out, "</b> ");
            w5_html_text(h, w5_show_word(h->show, w5_str_of(sign->words)));
            w5_out_lit(h->out, "</li>\n");
        }
    w5_out_lit(h->out, "</ul>\n");
}

static void put_axis(const w5_html *h, const w5_lanes *l)
{
    w5_out_lit(h->out, "<span></span><span class=\"axis-row\">");
    for (size_t i = 0; i < 3; i++)
        w5_html_element(h, "span", NULL,
                        w5_show_clock(h->show, l->from + (w5_time)(l->columns * i) * l->span / 2));
    w5_out_lit(h->out, "</span><span></span>\n");
}

static uint64_t greatest(const w5_lanes *l)
{
    uint64_t most = l->peak;
    for (size_t c = 0; c < l->columns; c++)
        most = l->answered[c] > most ? l->answered[c] : most;
    return most;
}

void w5_html_lanes(const w5_html *h, const w5_diagnosis *d)
{
    const w5_lanes *l = w5_lanes_of(h->show, d, COLUMNS);
    stack s = stack_of(h->show, l, d->incident);
    w5_out_lit(h->out, "<figure>\n<div class=\"lanes\">\n");
    put_failed(h, l, &s, greatest(l));
    put_answered(h, l, greatest(l));
    for (w5_track track = 0; track < W5_TRACKS; track++)
        put_track(h, l, track);
    put_axis(h, l);
    w5_out_lit(h->out, "</div>\n");
    put_class_key(h, &s);
    put_sign_key(h, l);
    w5_html_element(h, "figcaption", NULL,
                    W5_TELL(h->show, "One column is %1$s; at most %2$s errors in one.",
                            w5_show_span(h->show, l->span), w5_show_count(h->show, l->peak)));
    w5_out_lit(h->out, "</figure>\n");
}
