/* report_text.c -- for a terminal: the verdict first, then each incident, then what was read. */
#include "compare.h"
#include "repeats.h"
#include "text.h"

/* How many incidents are told in full. */
static size_t told(const w5_view *view, const w5_findings *f)
{
    return view->verbose || f->n < view->top ? f->n : view->top;
}

/* --- the verdict ----------------------------------------------------------------------------- */
/* Of an incident that repeats another nothing is left to say but when. */
static bool is_repeat(const w5_show *show, size_t i)
{
    return !show->view->verbose && w5_repeat_of(show->run->findings, i) != i;
}

static void put_repeats(const w5_page *page, size_t first)
{
    const w5_show *show = page->show;
    const w5_findings *f = show->run->findings;
    w5_repeats r = w5_repeats_of(f, first, told(show->view, f));
    if (r.n == 0 || show->view->verbose)
        return;
    w5_str failed = W5_TELL_N(show, r.requests_failed, "%1$s request failed",
                              "%1$s requests failed", w5_show_count(show, r.requests_failed));
    w5_page_para(page, 3, "", 3,
                 W5_TELL_N(show, r.n, "The same once more, now over: %2$s; %3$s.",
                           "The same %1$s times more, now over: %2$s; %3$s.",
                           w5_show_count(show, r.n), w5_show_between(show, r.from, r.to), failed));
}

/* Several incidents may want the same: it is said once. */
static void put_first(const w5_page *page, size_t i, w5_str *said)
{
    const w5_findings *f = page->show->run->findings;
    w5_str first = w5_fact_first(page->show, f->at[i]);
    if (first.len && !w5_str_eq(first, *said))
        w5_page_para(page, f->n > 1 ? 3 : 0, "", f->n > 1 ? 3 : 0, first);
    *said = first;
}

static void put_verdicts(const w5_page *page)
{
    w5_str said = W5_NONE;
    const w5_findings *f = page->show->run->findings;
    const w5_show *show = page->show;
    w5_str verdict = w5_show_sentence(show, &f->verdict);
    w5_str first = f->n ? w5_show_sentence(show, &f->at[0]->verdict) : W5_NONE;
    if (f->n != 1 && verdict.len && !w5_str_eq(verdict, first))
        w5_page_para(page, 0, "", 0, verdict);
    for (size_t i = 0; i < told(show->view, f); i++) {
        if (is_repeat(show, i))
            continue;
        w5_str text = w5_show_sentence(show, &f->at[i]->verdict);
        if (text.len == 0)
            text = f->n == 1 && verdict.len ? verdict : w5_show_brief(show, i + 1, f->at[i]);
        else if (f->n > 1)
            text = w5_arena_fmt(show->arena, "#%zu %.*s", i + 1, W5_ARG(text));
        w5_page_para(page, 0, "", f->n > 1 ? 3 : 0, text);
        put_first(page, i, &said);
        put_repeats(page, i);
    }
    size_t left = f->n - told(show->view, f);
    if (left)
        w5_page_para(page, 0, "", 0,
                     W5_TELL_N(show, left, "%1$s more incident: --top shows it.",
                               "%1$s more incidents: --top shows them.",
                               w5_show_count(show, left)));
}

static void put_quiet(const w5_page *page)
{
    const w5_findings *f = page->show->run->findings;
    for (size_t i = 0; i < f->n; i++) {
        w5_str line = w5_show_brief(page->show, i + 1, f->at[i]);
        w5_out_text(page->out, W5_TTY, w5_show_cut(page->show, line, page->width));
        w5_page_end(page);
    }
}

/* --- what is not an incident ----------------------------------------------------------------- */
static void put_background(const w5_page *page, const struct w5_background_finding *b)
{
    const w5_show *show = page->show;
    w5_str text = w5_fact_background(show, b);
    w5_str why = w5_show_sentence(show, &b->cause.summary);
    w5_page_para(page, 0, W5_("Background"), 2, w5_show_join(show, text, " ", why));
    for (size_t i = 0; i < b->advices && i < 3; i++)
        if (b->advice[i].state == W5_ADVISED)
            w5_page_para(page, 2, "", 4,
                         w5_show_join(show, b->advice[i].remedy->id, ": ",
                                      w5_show_word(show, b->advice[i].remedy->title)));
}

static void put_ladder(const w5_page *page, const char *title, const w5_rung *rung, size_t n)
{
    size_t wide = 0;
    bool wrong = false;
    for (size_t i = 0; i < n; i++) {
        size_t columns = w5_out_width(w5_show_word(page->show, rung[i].name));
        wide = columns > wide ? columns : wide;
        wrong |= rung[i].wrong;
    }
    if (n == 0 || (!wrong && !page->show->view->verbose))
        return;
    wide = wide > page->width / 2 ? page->width / 2 : wide;
    w5_page_end(page);
    w5_page_para(page, 0, title, 2,
                 W5_TELL(page->show, "each at least as long as the one below it"));
    for (size_t i = 0; i < n; i++) {
        w5_str text = w5_fact_rung(page->show, &rung[i]);
        if (rung[i].wrong)
            text = w5_show_join(page->show, text, "  ",
                                W5_TELL(page->show, "WRONG: shorter than the next"));
        w5_page_blanks(page, 2);
        w5_page_cell(page, rung[i].wrong ? W5_RED : W5_PLAIN,
                     w5_show_word(page->show, rung[i].name), wide);
        w5_page_blanks(page, 2);
        w5_page_flow(page, wide + 4, wide + 4, text);
    }
}

/* --- what was read --------------------------------------------------------------------------- */
static w5_str source_text(const w5_show *show, uint32_t i)
{
    const w5_stream *s = show->run->stream[i];
    w5_str name = w5_show_middle(show, w5_show_short_source(show, i), 40);
    w5_str text = W5_TELL_N(show, s->lines, "%1$s %2$s line", "%1$s %2$s lines", name,
                            w5_show_count(show, s->lines));
    if (!s->format)
        return w5_show_join(show, text, ", ", W5_TELL(show, "of no known format"));
    if (!s->zoned && s->first != W5_TIME_NONE) {
        text = W5_TELL(show, "%1$s, %2$s (%3$s)", text, w5_show_stream_zone(show, s),
                       w5_show_zone_from(show, s->zone_from));
    }
    if (s->not_understood)
        text = W5_TELL(show, "%1$s, %2$s not understood", text,
                       w5_show_count(show, s->not_understood));
    if (s->cut)
        text = W5_TELL(show, "%1$s, %2$s cut", text, w5_show_count(show, s->cut));
    return text;
}

/* "by its lines, behind syslog", as src/record words it. */
static w5_str recognised(const w5_show *show, w5_str how)
{
    static const char *const ways[] = {
        N_("by its lines"),
        N_("as told"),
        N_("from events"),
    };
    w5_str layers = W5_NONE;
    w5_str_cut_at(how, W5_STR(", behind "), &how, &layers);
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        if (w5_str_eq(how, w5_str_of(ways[i])))
            how = w5_show_word(show, how);
    w5_str text = W5_TELL(show, "recognised %1$s", how);
    return layers.len ? w5_show_join(show, text, ", ", W5_TELL(show, "behind %1$s", layers)) : text;
}

static void put_source_rows(const w5_page *page)
{
    const w5_show *show = page->show;
    for (uint32_t i = 0; i < show->run->streams; i++) {
        const w5_stream *s = show->run->stream[i];
        w5_str text =
            w5_show_join(show, source_text(show, i), ", ", s->format ? s->format->id : W5_NONE);
        if (s->how.len)
            text = w5_show_join(show, text, " ", recognised(show, s->how));
        if (s->first != W5_TIME_NONE)
            text = w5_show_join(
                show, text, ", ",
                w5_show_between(show, w5_stream_utc(s, s->first), w5_stream_utc(s, s->last)));
        w5_page_para(page, 2, "", 4, text);
        for (size_t u = 0; u < 3 && s->unknown[u].line; u++)
            w5_page_para(page, 4, "", 6,
                         W5_TELL(show, "line %1$s was not understood: %2$s",
                                 w5_show_count(show, s->unknown[u].line),
                                 w5_show_cut(show, w5_show_safe(show, s->unknown[u].text), 160)));
    }
}

static void put_sources(const w5_page *page)
{
    const w5_show *show = page->show;
    const w5_run *run = show->run;
    uint64_t strange = 0;
    w5_str text = W5_NONE;
    for (uint32_t i = 0; i < run->streams; i++)
        strange += run->stream[i]->not_understood;
    for (uint32_t i = 0; i < run->streams && i < show->view->top; i++)
        text = w5_show_join(show, text, "; ", source_text(show, i));
    if (run->streams > show->view->top)
        text = w5_show_join(show, text, "; ",
                            W5_TELL_N(show, run->streams - show->view->top, "%1$s more source",
                                      "%1$s more sources",
                                      w5_show_count(show, run->streams - show->view->top)));
    if (!strange && run->lines)
        text = w5_show_join(show, text, "; ", W5_TELL(show, "every line was understood"));
    if (show->view->verbose) {
        w5_page_para(page, 0, W5_("Sources"), 2, w5_show_covered(show));
        put_source_rows(page);
    } else {
        w5_page_para(page, 0, W5_("Sources"), 2, W5_TELL(show, "%1$s.", text));
    }
}

static void put_troubles(const w5_page *page)
{
    const w5_show *show = page->show;
    for (size_t i = 0; i < show->run->troubles; i++) {
        const w5_run_source *s = &show->run->trouble[i];
        w5_str error = s->error.len ? w5_show_safe(show, s->error)
                                    : W5_TELL(show, "the same log as another source: read once");
        w5_page_para(page, 2, "", 4, w5_show_join(show, w5_show_safe(show, s->name), ": ", error));
    }
}

/* Whatever was left out or coarsened is told. */
static void put_remarks(const w5_page *page)
{
    const w5_show *show = page->show;
    w5_str remark[W5_REMARKS_MAX];
    size_t n = w5_show_remarks(show, remark);
    for (size_t i = 0; i < n; i++)
        w5_page_para(page, 2, "", 4, remark[i]);
}

static void put_sentences(const w5_page *page, const char *label, const w5_sentence *s, size_t n)
{
    w5_str text = W5_NONE;
    for (size_t i = 0; i < n; i++)
        text = w5_show_join(page->show, text, " ", w5_show_sentence(page->show, &s[i]));
    if (text.len)
        w5_page_para(page, 0, label, 2, text);
}

static void put_foot(const w5_page *page)
{
    const w5_findings *f = page->show->run->findings;
    put_ladder(page, W5_("Time-outs"), f->timeouts, f->timeout_rungs);
    put_ladder(page, W5_("Keep-alive"), f->keepalives, f->keepalive_rungs);
    w5_page_end(page);
    put_sentences(page, W5_("Settings"), f->setup, f->setups);
    put_sources(page);
    put_troubles(page);
    put_remarks(page);
    put_sentences(page, W5_("Blind"), f->blind, f->blinds);
}

static void put_healthy(const w5_page *page)
{
    w5_page_para(page, 0, "", 0, w5_show_healthy(page->show));
    w5_text_compare(page);
    if (page->show->view->quiet)
        return;
    if (page->show->view->verbose)
        put_foot(page);
    else {
        put_troubles(page);
        put_remarks(page);
    }
}

static void write_text(const w5_run *run, const w5_view *view, w5_out *out)
{
    w5_show show = w5_show_begin(run, view);
    w5_page page = w5_page_of(&show, out);
    const w5_findings *f = run->findings;
    if (f->n == 0 && f->backgrounds == 0) {
        put_healthy(&page);
    } else if (view->quiet) {
        put_quiet(&page);
        w5_text_compare(&page);
    } else {
        put_verdicts(&page);
        for (size_t i = 0; i < told(view, f); i++) {
            w5_mark mark = w5_arena_mark(show.arena);
            w5_page_end(&page);
            if (is_repeat(&show, i))
                w5_text_repeat(&page, i + 1, w5_repeat_of(f, i) + 1, f->at[i]);
            else
                w5_text_incident(&page, i + 1, f->at[i]);
            w5_arena_rewind(show.arena, mark);
        }
        for (size_t i = 0; i < f->backgrounds; i++) {
            w5_page_end(&page);
            put_background(&page, &f->background[i]);
        }
        w5_text_compare(&page);
        put_foot(&page);
    }
    w5_show_end(&show);
}

const w5_report w5_report_text = {"text", "for people: verdict, evidence, what to do", write_text};
