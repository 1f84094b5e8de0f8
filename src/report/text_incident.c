/* text_incident.c -- one incident for a terminal: head, timeline, counts, cause, evidence. */
#include "text.h"

/* --- head ------------------------------------------------------------------------------------ */
static w5_ink severity_ink(w5_severity s)
{
    return s == W5_SEVERITY_ERROR ? W5_RED : s == W5_SEVERITY_WARNING ? W5_YELLOW : W5_GREEN;
}

/* As much of when and where as one line holds; the time on a line of its own rather than cut. */
static void put_head(const w5_page *page, size_t number, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    const w5_incident *in = d->incident;
    w5_str times = w5_show_between(show, in->start, in->end);
    w5_str zone = w5_show_offset(show, in->start);
    w5_str date = w5_show_date(show, in->start);
    w5_str right = w5_show_join(show, times, " ", zone);
    w5_str number_text = w5_arena_fmt(show->arena, "#%zu ", number);
    w5_str severity = w5_fact_severity(show, d->severity);
    w5_str left = w5_show_join(show, w5_show_pattern(d), "  ", w5_fact_where(show, in));
    size_t used = w5_out_width(number_text) + w5_out_width(severity) + 2;
    size_t room = page->width > used ? page->width - used : 0;
    w5_page_text(page, W5_BOLD, number_text);
    w5_page_text(page, severity_ink(d->severity), severity);
    w5_page_blanks(page, 2);
    if (!w5_str_starts(times, date))
        right = w5_show_join(show, date, " ", right);
    w5_str server = in->servers.n ? w5_show_safe(show, in->servers.at[0].name) : W5_NONE;
    w5_str wide = w5_show_join(show, left, "  ", server);
    if (w5_out_width(wide) + 2 + w5_out_width(right) <= room)
        left = wide;
    bool one_line = w5_out_width(left) + 2 + w5_out_width(right) <= room;
    left = w5_show_cut(show, left, room);
    w5_page_text(page, W5_BOLD, left);
    if (!one_line)
        w5_page_end(page);
    w5_page_blanks(page, one_line ? room - w5_out_width(left) - w5_out_width(right) : 2);
    w5_page_text(page, W5_PLAIN, w5_show_cut(show, right, page->width - 2));
    w5_page_end(page);
}

/* --- counts ---------------------------------------------------------------------------------- */
static void put_row(const w5_page *page, w5_str name, uint64_t count, w5_str text)
{
    enum {
        CODE = 15,
        COUNT = 6
    };
    w5_page_blanks(page, 2);
    w5_page_cell(page, W5_BOLD, name, CODE);
    w5_page_cell_right(page, W5_BOLD, w5_show_count(page->show, count), COUNT);
    w5_page_blanks(page, 2);
    w5_page_flow(page, 2 + CODE + COUNT + 2, 2 + CODE + COUNT + 2, text);
}

static void put_counts(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    const w5_incident *in = d->incident;
    size_t top = show->view->top;
    for (size_t i = 0; i < in->codes.n && i < top; i++)
        put_row(page, in->codes.at[i].name, in->codes.at[i].count,
                w5_fact_code(show, in, in->codes.at[i].name));
    for (size_t i = 0; in->codes.n == 0 && i < in->kinds.n && i < top; i++)
        put_row(page, in->kinds.at[i].name, in->kinds.at[i].count,
                w5_fact_kind(show, in->kinds.at[i].name));
    w5_page_para(page, 2, "", 4, w5_fact_requests(show, in));
}

static void put_requests(const w5_page *page, const w5_incident *in)
{
    const w5_show *show = page->show;
    for (size_t i = 0; i < in->requests && i < show->view->top; i++) {
        const w5_request_tally *r = &in->request[i];
        w5_str text =
            w5_show_join(show, w5_show_safe(show, r->method), " ", w5_show_safe(show, r->path));
        put_row(page, W5_NONE, r->count, w5_show_middle(show, text, page->width - 25));
    }
}

/* --- cause ----------------------------------------------------------------------------------- */
static void put_cause(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    w5_page_para(page, 0, W5_("Cause"), 2, w5_fact_finding(show, d, &d->cause));
    if (d->cause.cause)
        w5_page_para(page, 2, "", 2,
                     W5_TELL(show, "%1$s.", w5_show_word(show, d->cause.cause->title)));
    w5_str summary = w5_fact_sentence(show, d, &d->cause.summary);
    if (summary.len)
        w5_page_para(page, 2, "", 2, summary);
}

static void put_chain(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    for (size_t i = 0; i < d->chains; i++) {
        w5_page_para(page, 0, W5_("Also"), 2, w5_fact_finding(show, d, &d->chain[i]));
        w5_str why = w5_show_join(show, w5_fact_sentence(show, d, &d->chain[i].summary), " ",
                                  w5_fact_sentence(show, d, &d->chain[i].against));
        if (why.len)
            w5_page_para(page, 2, "", 2, why);
    }
}

/* --- evidence -------------------------------------------------------------------------------- */
static size_t widest_place(const w5_show *show, const w5_diagnosis *d, const bool *chosen)
{
    size_t wide = 0;
    for (size_t i = 0; i < d->evidences; i++) {
        size_t columns = chosen[i] ? w5_out_width(w5_show_place(show, d->evidence[i].cell)) : 0;
        wide = columns > wide ? columns : wide;
    }
    return wide;
}

static void put_evidence(const w5_page *page, const w5_diagnosis *d, size_t most)
{
    const w5_show *show = page->show;
    bool *chosen = W5_NEW_N(show->arena, bool, d->evidences + 1);
    size_t n = w5_fact_choose(d, show->view->verbose ? d->evidences : most, chosen);
    bool short_times = w5_fact_one_day(show, d, chosen);
    size_t place = widest_place(show, d, chosen);
    place = place > page->width / 3 ? page->width / 3 : place;
    for (size_t i = 0; i < d->evidences; i++) {
        const w5_cell *cell = d->evidence[i].cell;
        if (!chosen[i])
            continue;
        w5_str time = short_times ? w5_show_clock(show, cell->at) : w5_show_moment(show, cell->at);
        size_t used = 4 + place + 2 + w5_out_width(time) + 1;
        w5_page_blanks(page, 4);
        w5_page_cell(page, W5_CYAN, w5_show_place(show, cell), place);
        w5_page_blanks(page, 2);
        w5_page_text(page, W5_PLAIN, time);
        w5_page_blanks(page, 1);
        w5_str text = w5_show_join(show, w5_fact_evidence(show, &d->evidence[i]), " - ",
                                   w5_fact_sentence(show, d, &d->evidence[i].note));
        w5_page_flow(page, used, used < page->width / 2 ? used : 6,
                     show->view->verbose ? text : w5_show_cut(show, text, 3 * page->width / 2));
    }
    if (n < d->evidences)
        w5_page_para(page, 4, "", 4,
                     W5_TELL_N(show, d->evidences - n, "%1$s more line with -v",
                               "%1$s more lines with -v", w5_show_count(show, d->evidences - n)));
}

/* --- what it is not -------------------------------------------------------------------------- */
static void put_rivals(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    w5_str text = W5_NONE;
    for (size_t i = 0; i < d->alternatives && (i < 3 || show->view->verbose); i++) {
        const w5_finding *f = &d->alternative[i];
        w5_str head =
            W5_TELL(show, "%1$s (%2$s)", w5_show_cause(f), w5_show_confidence(show, f->confidence));
        w5_str why = w5_fact_sentence(show, d, &f->against);
        w5_fact_stop(&why);
        text = w5_show_join(show, text, "; ", w5_show_join(show, head, ": ", why));
    }
    if (text.len)
        w5_page_para(page, 0, W5_("Or else"), 2, text);
}

static void put_ruled_out(const w5_page *page, const w5_diagnosis *d)
{
    w5_str text = w5_fact_sentences(page->show, d, d->ruled_out, d->ruled_outs);
    if (text.len)
        w5_page_para(page, 0, W5_("Ruled out"), 2, text);
}

static void put_open(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    for (size_t i = 0; i < d->settles; i++) {
        const w5_settle *s = &d->settle[i];
        w5_str why = w5_show_sentence(show, &s->why);
        if (s->command.len)
            why = w5_show_join(show, why, " ", W5_TELL(show, "This settles it:"));
        w5_page_para(page, i ? 2 : 0, i ? "" : W5_("Open"), 2, why);
        if (s->command.len)
            w5_page_command(page, 2, w5_show_safe(show, s->command));
    }
}

enum {
    LINES = 8,
    LINES_OF_A_REPEAT = 3
};

void w5_text_repeat(const w5_page *page, size_t number, size_t first, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    put_head(page, number, d);
    put_counts(page, d);
    w5_page_para(page, 0, W5_("Cause"), 2, w5_fact_finding(show, d, &d->cause));
    put_evidence(page, d, LINES_OF_A_REPEAT);
    w5_page_para(page, 0, W5_("Do"), 2,
                 W5_TELL(show, "as for #%1$s", w5_show_count(show, first)));
}

void w5_text_incident(const w5_page *page, size_t number, const w5_diagnosis *d)
{
    put_head(page, number, d);
    w5_text_lanes(page, d);
    put_counts(page, d);
    if (page->show->view->verbose)
        put_requests(page, d->incident);
    put_cause(page, d);
    put_evidence(page, d, LINES);
    put_chain(page, d);
    put_rivals(page, d);
    put_ruled_out(page, d);
    put_open(page, d);
    w5_text_advice(page, d);
}
