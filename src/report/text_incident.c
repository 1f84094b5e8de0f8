/* text_incident.c -- one incident for a terminal: head, timeline, counts, cause, evidence. */
#include "text.h"

/* --- head ------------------------------------------------------------------------------------ */
static w5_ink severity_ink(w5_severity s)
{
    return s == W5_SEVERITY_ERROR ? W5_RED : s == W5_SEVERITY_WARNING ? W5_YELLOW : W5_GREEN;
}

static w5_str severity_word(const w5_show *show, w5_severity s)
{
    static const char *const words[] = {N_("ok"), N_("warning"), N_("error")};
    return w5_show_word(show, w5_str_of(words[s]));
}

static w5_str where(const w5_show *show, const w5_incident *in)
{
    w5_str text = w5_show_safe(show, in->upstream);
    if (in->upstreams.n > 1)
        text = w5_arena_fmt(show->arena, "%.*s +%zu", W5_ARG(text), in->upstreams.n - 1);
    return text;
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
    w5_str severity = severity_word(show, d->severity);
    w5_str left = w5_show_join(show, w5_show_pattern(d), "  ", where(show, in));
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
typedef struct paths { /* of one short code */
    w5_str path[3];
    uint64_t count[3];
    size_t n;
} paths;

static w5_str path_of(const w5_show *show, const w5_cell *cell)
{
    return w5_timeline_str(show->run->timeline, cell->path);
}

static bool has_code(const w5_show *show, const w5_cell *cell, w5_str code)
{
    return w5_str_eq(w5_timeline_str(show->run->timeline, cell->code), code);
}

static uint64_t count_path(const w5_show *show, const w5_incident *in, w5_str code, w5_id path)
{
    uint64_t count = 0;
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &show->run->timeline->cell[in->cell[i]];
        if (cell->path == path && has_code(show, cell, code))
            count += cell->count;
    }
    return count;
}

static bool known_path(const paths *p, w5_str path)
{
    for (size_t i = 0; i < p->n; i++)
        if (w5_str_eq(p->path[i], path))
            return true;
    return false;
}

static void keep_path(paths *p, w5_str path, uint64_t count)
{
    size_t at = p->n < 3 ? p->n : 3;
    while (at > 0 && p->count[at - 1] < count)
        at--;
    if (at == 3)
        return;
    for (size_t i = p->n < 3 ? p->n : 2; i > at; i--) {
        p->path[i] = p->path[i - 1];
        p->count[i] = p->count[i - 1];
    }
    p->path[at] = path;
    p->count[at] = count;
    p->n += p->n < 3;
}

/* Of a code the three paths most hit. An incident has few paths; an attack has many, of which the
 * first hundred cells are asked. */
static paths paths_of(const w5_show *show, const w5_incident *in, w5_str code)
{
    paths p = {.n = 0};
    for (size_t i = 0, asked = 0; i < in->cells && asked < 100; i++) {
        const w5_cell *cell = &show->run->timeline->cell[in->cell[i]];
        w5_str path = path_of(show, cell);
        if (path.len == 0 || !has_code(show, cell, code) || known_path(&p, path))
            continue;
        keep_path(&p, path, count_path(show, in, code, cell->path));
        asked++;
    }
    return p;
}

static w5_str code_title(const w5_show *show, const w5_incident *in, w5_str code)
{
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &show->run->timeline->cell[in->cell[i]];
        const w5_class *klass = has_code(show, cell, code) ? w5_show_class(show->run, cell) : NULL;
        if (klass)
            return w5_show_word(show, klass->title);
    }
    return W5_NONE;
}

static w5_str code_text(const w5_show *show, const w5_incident *in, w5_str code)
{
    paths p = paths_of(show, in, code);
    w5_str list = W5_NONE;
    for (size_t i = 0; i < p.n; i++) {
        w5_str path = w5_show_middle(show, w5_show_safe(show, p.path[i]), 32);
        list = w5_show_join(show, list, ", ",
                            w5_show_join(show, path, " ", w5_show_count(show, p.count[i])));
    }
    return w5_show_join(show, code_title(show, in, code), ": ", list);
}

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

static w5_str kind_title(const w5_show *show, w5_str kind)
{
    const w5_class *klass = w5_catalogue_class(show->run->catalogue, kind);
    return klass ? w5_show_word(show, klass->title) : W5_NONE;
}

static w5_str tally_text(const w5_show *show, w5_tallies t, size_t top)
{
    w5_str text = W5_NONE;
    for (size_t i = 0; i < t.n && i < top; i++)
        text = w5_show_join(show, text, ", ",
                            W5_TELL(show, "%1$s x %2$s", w5_show_count(show, t.at[i].count),
                                    w5_show_safe(show, t.at[i].name)));
    return text;
}

static void put_counts(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    const w5_incident *in = d->incident;
    size_t top = show->view->top;
    for (size_t i = 0; i < in->codes.n && i < top; i++)
        put_row(page, in->codes.at[i].name, in->codes.at[i].count,
                code_text(show, in, in->codes.at[i].name));
    for (size_t i = 0; in->codes.n == 0 && i < in->kinds.n && i < top; i++)
        put_row(page, in->kinds.at[i].name, in->kinds.at[i].count,
                kind_title(show, in->kinds.at[i].name));
    w5_str text = W5_TELL_N(show, in->requests_failed, "%1$s request failed",
                            "%1$s requests failed", w5_show_count(show, in->requests_failed));
    if (in->statuses.n)
        text = W5_TELL(show, "%1$s; clients saw %2$s", text, tally_text(show, in->statuses, top));
    w5_page_para(page, 2, "", 4, text);
}

static void put_requests(const w5_page *page, const w5_incident *in)
{
    const w5_show *show = page->show;
    for (size_t i = 0; i < in->requests && i < show->view->top; i++) {
        const w5_request_tally *r = &in->request[i];
        w5_str text = w5_show_join(show, r->method, " ", w5_show_safe(show, r->path));
        put_row(page, W5_NONE, r->count, w5_show_middle(show, text, page->width - 25));
    }
}

/* --- cause ----------------------------------------------------------------------------------- */
static w5_str with_cites(const w5_show *show, const w5_diagnosis *d, const w5_sentence *s)
{
    w5_str text = w5_show_sentence(show, s);
    return text.len ? w5_show_join(show, text, "", w5_show_cites(show, d, s)) : text;
}

static w5_str finding_text(const w5_show *show, const w5_diagnosis *d, const w5_finding *f)
{
    w5_str explains =
        W5_TELL(show, "%1$s, %2$s, explains %3$s of %4$s", w5_show_cause(f),
                w5_show_confidence(show, f->confidence), w5_show_count(show, f->explains),
                w5_show_count(show, d->incident->requests_failed));
    return f->cause ? explains : w5_show_confidence(show, W5_UNKNOWN);
}

static void put_cause(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    w5_page_para(page, 0, W5_("Cause"), 2, finding_text(show, d, &d->cause));
    if (d->cause.cause)
        w5_page_para(
            page, 2, "", 2,
            w5_arena_fmt(show->arena, "%.*s.", W5_ARG(w5_show_word(show, d->cause.cause->title))));
    w5_str summary = with_cites(show, d, &d->cause.summary);
    if (summary.len)
        w5_page_para(page, 2, "", 2, summary);
}

static void put_chain(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    for (size_t i = 0; i < d->chains; i++) {
        w5_page_para(page, 0, W5_("Also"), 2, finding_text(show, d, &d->chain[i]));
        w5_str why = w5_show_join(show, with_cites(show, d, &d->chain[i].summary), " ",
                                  with_cites(show, d, &d->chain[i].against));
        if (why.len)
            w5_page_para(page, 2, "", 2, why);
    }
}

/* --- evidence -------------------------------------------------------------------------------- */
static w5_str evidence_text(const w5_show *show, const w5_diagnosis *d, const w5_evidence *ev)
{
    const w5_timeline *t = show->run->timeline;
    const w5_cell *cell = ev->cell;
    w5_str code = w5_timeline_str(t, cell->code);
    w5_str text = w5_show_line(show, cell);
    if (code.len) {
        w5_str path = w5_show_safe(show, w5_timeline_str(t, cell->path));
        text = w5_show_join(show, w5_timeline_str(t, cell->method), " ", path);
        text = w5_show_join(show, code, " ", text);
    }
    if (ev->count > 1)
        text = W5_TELL(show, "%1$s, %2$s times to line %3$s", text, w5_show_count(show, ev->count),
                       w5_arena_fmt(show->arena, "%ju", (uintmax_t)ev->last_line));
    if (ev->role == W5_AGAINST)
        text = W5_TELL(show, "AGAINST: %1$s", text);
    return w5_show_join(show, text, " - ", with_cites(show, d, &ev->note));
}

static bool cited(const w5_diagnosis *d, size_t i)
{
    for (size_t c = 0; c < d->cause.summary.cites; c++)
        if (d->cause.summary.cite[c] == i)
            return true;
    return false;
}

/* What to show when there is not room for all: what the cause's own sentence cites, then what
 * speaks for it, then the rest. */
static int weight(const w5_diagnosis *d, size_t i)
{
    if (cited(d, i))
        return 3;
    return d->evidence[i].role == W5_FOR ? 2 : d->evidence[i].role == W5_AGAINST ? 1 : 0;
}

static size_t choose(const w5_diagnosis *d, size_t most, bool *chosen)
{
    size_t n = 0;
    for (int w = 3; w >= 0; w--)
        for (size_t i = 0; i < d->evidences && n < most; i++)
            if (weight(d, i) == w) {
                chosen[i] = true;
                n++;
            }
    return n;
}

static size_t widest_place(const w5_show *show, const w5_diagnosis *d, const bool *chosen)
{
    size_t wide = 0;
    for (size_t i = 0; i < d->evidences; i++) {
        size_t columns = chosen[i] ? w5_out_width(w5_show_place(show, d->evidence[i].cell)) : 0;
        wide = columns > wide ? columns : wide;
    }
    return wide;
}

/* Stamps carry their date where the lines are not all of one day. */
static bool one_day(const w5_show *show, const w5_diagnosis *d, const bool *chosen)
{
    w5_str day = w5_show_date(show, d->incident->start);
    for (size_t i = 0; i < d->evidences; i++)
        if (chosen[i] && !w5_str_eq(day, w5_show_date(show, d->evidence[i].cell->at)))
            return false;
    return true;
}

static void put_evidence(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    bool *chosen = W5_NEW_N(show->arena, bool, d->evidences + 1);
    size_t n = choose(d, show->view->verbose ? d->evidences : 8, chosen);
    bool short_times = one_day(show, d, chosen);
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
        w5_str text = evidence_text(show, d, &d->evidence[i]);
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
        w5_str why = with_cites(show, d, &f->against);
        text = w5_show_join(show, text, "; ", w5_show_join(show, head, ": ", why));
    }
    if (text.len)
        w5_page_para(page, 0, W5_("Or else"), 2, text);
}

static void put_ruled_out(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    w5_str text = W5_NONE;
    for (size_t i = 0; i < d->ruled_outs; i++)
        text = w5_show_join(show, text, "; ", with_cites(show, d, &d->ruled_out[i]));
    if (text.len)
        w5_page_para(page, 0, W5_("Ruled out"), 2, text);
}

static void put_open(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    for (size_t i = 0; i < d->settles; i++) {
        const w5_settle *s = &d->settle[i];
        w5_str why = w5_show_join(show, with_cites(show, d, &s->why), " ",
                                  W5_TELL(show, "This settles it:"));
        w5_page_para(page, 0, i ? "" : W5_("Open"), 2,
                     s->command.len ? why : with_cites(show, d, &s->why));
        if (s->command.len)
            w5_page_command(page, 2, w5_show_safe(show, s->command));
    }
}

void w5_text_incident(const w5_page *page, size_t number, const w5_diagnosis *d)
{
    put_head(page, number, d);
    w5_text_lanes(page, d);
    put_counts(page, d);
    if (page->show->view->verbose)
        put_requests(page, d->incident);
    put_cause(page, d);
    put_evidence(page, d);
    put_chain(page, d);
    put_rivals(page, d);
    put_ruled_out(page, d);
    put_open(page, d);
    w5_text_advice(page, d);
}
