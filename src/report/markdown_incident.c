/* markdown_incident.c -- one incident for a ticket: numbers, cause, evidence, what to do. */
#include "markdown.h"
#include "repeats.h"
#include "text.h"

enum {
    EVIDENCE_MAX = 20
};

static void put_head(const w5_md *m, size_t number, const w5_diagnosis *d)
{
    const w5_show *show = m->show;
    const w5_incident *in = d->incident;
    w5_out_fmt(m->out, "\n## #%zu ", number);
    w5_md_text(m, w5_fact_severity(show, d->severity));
    w5_out_lit(m->out, ": ");
    w5_md_code(m, w5_show_pattern(d));
    w5_out_lit(m->out, " ");
    w5_md_code(m, w5_fact_where(show, in));
    w5_out_lit(m->out, "\n\n");
    w5_out_text(m->out, W5_TTY, w5_show_date(show, in->start));
    w5_out_lit(m->out, " ");
    w5_out_text(m->out, W5_TTY, w5_show_between(show, in->start, in->end));
    w5_out_lit(m->out, " ");
    w5_out_text(m->out, W5_TTY, w5_show_offset(show, in->start));
    w5_out_lit(m->out, ", ");
    w5_md_text(m, w5_fact_ending(show, in));
    for (size_t i = 0; i < in->servers.n && i < 3; i++) {
        w5_out_lit(m->out, ", ");
        w5_md_code(m, w5_show_safe(show, in->servers.at[i].name));
    }
    w5_out_lit(m->out, "\n\n");
}

/* The timeline in characters; nothing in it comes from a log but figures. */
static void put_drawing(const w5_md *m, const w5_diagnosis *d)
{
    w5_view plain = *m->show->view;
    w5_show show = *m->show;
    w5_out *drawing = w5_out_memory();
    plain.width = 76;
    plain.color = false;
    show.view = &plain;
    w5_page page = w5_page_of(&show, drawing);
    w5_text_lanes(&page, d);
    w5_out_lit(m->out, "```text\n");
    w5_out_copy(m->out, drawing);
    w5_out_lit(m->out, "```\n\n");
    w5_out_done(drawing, NULL);
}

static void put_row(const w5_md *m, w5_str name, uint64_t count, w5_str text)
{
    w5_out_lit(m->out, "| ");
    w5_md_code(m, name);
    w5_out_fmt(m->out, " | %ju | ", (uintmax_t)count);
    w5_md_text(m, text);
    w5_out_lit(m->out, " |\n");
}

static void put_counts(const w5_md *m, const w5_incident *in)
{
    const w5_show *show = m->show;
    w5_out_fmt(m->out, "| %s | %s | %s |\n|---|---:|---|\n", W5_("Code"), W5_("Lines"),
               W5_("What it is"));
    for (size_t i = 0; i < in->codes.n && i < show->view->top; i++)
        put_row(m, in->codes.at[i].name, in->codes.at[i].count,
                w5_fact_code(show, in, in->codes.at[i].name));
    for (size_t i = 0; i < in->kinds.n && i < show->view->top; i++)
        put_row(m, in->kinds.at[i].name, in->kinds.at[i].count,
                w5_fact_kind(show, in->kinds.at[i].name));
    w5_out_lit(m->out, "\n");
    w5_md_text(m, w5_fact_requests(show, in));
    w5_out_lit(m->out, "\n");
}

static void put_finding(const w5_md *m, const w5_diagnosis *d, const w5_finding *f)
{
    const w5_show *show = m->show;
    w5_md_code(m, w5_show_cause(f));
    w5_out_lit(m->out, ", **");
    w5_md_text(m, w5_show_confidence(show, f->confidence));
    w5_out_lit(m->out, "**: ");
    w5_out_text(m->out, W5_TTY,
                W5_TELL_N(show, d->incident->requests_failed,
                          "explains %1$s of %2$s failed request",
                          "explains %1$s of %2$s failed requests", w5_show_count(show, f->explains),
                          w5_show_count(show, d->incident->requests_failed)));
    w5_out_lit(m->out, ". ");
    if (f->cause) {
        w5_md_text(m, w5_show_word(show, f->cause->title));
        w5_out_lit(m->out, ". ");
    }
    w5_md_sentence(m, d, &f->summary);
    if (f->against.words)
        w5_out_lit(m->out, " ");
    w5_md_sentence(m, d, &f->against);
    w5_out_lit(m->out, "\n");
}

static void put_evidence_row(const w5_md *m, const w5_diagnosis *d, size_t i, bool short_times)
{
    const w5_show *show = m->show;
    const w5_evidence *ev = &d->evidence[i];
    w5_out_lit(m->out, "| ");
    w5_out_text(m->out, W5_TTY,
                short_times ? w5_show_clock(show, ev->cell->at)
                            : w5_show_moment(show, ev->cell->at));
    w5_out_lit(m->out, " | ");
    w5_md_code(m, w5_show_place(show, ev->cell));
    w5_out_lit(m->out, " | ");
    w5_md_code(m, w5_fact_evidence(show, ev));
    w5_out_lit(m->out, ev->note.words ? " " : "");
    w5_md_sentence(m, d, &ev->note);
    w5_out_lit(m->out, " |\n");
}

static void put_evidence(const w5_md *m, const w5_diagnosis *d)
{
    const w5_show *show = m->show;
    bool *chosen = W5_NEW_N(show->arena, bool, d->evidences + 1);
    size_t n = w5_fact_choose(d, show->view->verbose ? d->evidences : EVIDENCE_MAX, chosen);
    bool short_times = w5_fact_one_day(show, d, chosen);
    if (n == 0)
        return;
    w5_md_heading(m, 3, W5_TELL(show, "Evidence"));
    w5_out_fmt(m->out, "| %s | %s | %s |\n|---|---|---|\n", W5_("Time"), W5_("Line"),
               W5_("What it says"));
    for (size_t i = 0; i < d->evidences; i++)
        if (chosen[i])
            put_evidence_row(m, d, i, short_times);
    if (n < d->evidences) {
        w5_out_lit(m->out, "\n");
        w5_md_text(m, W5_TELL_N(show, d->evidences - n, "%1$s more line with -v",
                                "%1$s more lines with -v", w5_show_count(show, d->evidences - n)));
        w5_out_lit(m->out, "\n");
    }
}

static void put_rest(const w5_md *m, const w5_diagnosis *d)
{
    const w5_show *show = m->show;
    if (d->alternatives + d->ruled_outs)
        w5_md_heading(m, 3, W5_TELL(show, "Ruled out"));
    for (size_t i = 0; i < d->alternatives && i < show->view->top; i++) {
        w5_out_lit(m->out, "- ");
        w5_md_code(m, w5_show_cause(&d->alternative[i]));
        w5_out_lit(m->out, " (");
        w5_md_text(m, w5_show_confidence(show, d->alternative[i].confidence));
        w5_out_lit(m->out, "): ");
        w5_md_sentence(m, d, &d->alternative[i].against);
        w5_out_lit(m->out, "\n");
    }
    for (size_t i = 0; i < d->ruled_outs; i++) {
        w5_out_lit(m->out, "- ");
        w5_md_sentence(m, d, &d->ruled_out[i]);
        w5_out_lit(m->out, "\n");
    }
    if (d->settles)
        w5_md_heading(m, 3, W5_TELL(show, "Still open"));
    for (size_t i = 0; i < d->settles; i++) {
        w5_md_sentence(m, d, &d->settle[i].why);
        w5_out_lit(m->out, "\n\n");
        if (d->settle[i].command.len)
            w5_md_command(m, "", d->settle[i].command);
    }
}

void w5_md_incident(const w5_md *m, size_t number, const w5_diagnosis *d)
{
    put_head(m, number, d);
    put_drawing(m, d);
    put_counts(m, d->incident);
    w5_md_heading(m, 3, W5_TELL(m->show, "Cause"));
    put_finding(m, d, &d->cause);
    put_evidence(m, d);
    size_t first = w5_repeat_of(m->show->run->findings, number - 1) + 1;
    if (first != number && !m->show->view->verbose) {
        w5_md_heading(m, 3, W5_TELL(m->show, "What to do"));
        w5_md_text(m, W5_TELL(m->show, "as for #%1$s", w5_show_count(m->show, first)));
        w5_out_lit(m->out, "\n");
        return;
    }
    if (d->chains)
        w5_md_heading(m, 3, W5_TELL(m->show, "Also at work"));
    for (size_t i = 0; i < d->chains; i++) {
        w5_out_lit(m->out, "- ");
        put_finding(m, d, &d->chain[i]);
    }
    put_rest(m, d);
    w5_md_advice(m, d);
}

/* --- what to do ------------------------------------------------------------------------------ */
static void put_note(const w5_md *m, const char *label, w5_str text)
{
    if (text.len == 0)
        return;
    w5_out_lit(m->out, "   - ");
    w5_md_own(m, label);
    w5_out_lit(m->out, ": ");
    w5_md_text(m, text);
    w5_out_lit(m->out, "\n");
}

static void put_name(const w5_md *m, const w5_advice *a)
{
    w5_md_text(m, w5_show_word(m->show, a->remedy->title));
    w5_out_lit(m->out, "** (");
    w5_md_code(m, a->remedy->id);
    if (a->remedy->rank.len) {
        w5_out_lit(m->out, ", ");
        w5_out_text(m->out, W5_TTY,
                    W5_TELL(m->show, "documents' rank %1$s", w5_show_grade(m->show, a->remedy)));
    }
    w5_out_lit(m->out, ")");
}

static void put_advised(const w5_md *m, const w5_diagnosis *d, const w5_advice *a)
{
    const w5_show *show = m->show;
    w5_out_fmt(m->out, "%u. **", a->rank);
    put_name(m, a);
    w5_out_lit(m->out, a->why.words ? ": " : "");
    w5_md_sentence(m, d, &a->why);
    w5_out_lit(m->out, "\n");
    for (size_t i = 0; i < a->changes; i++) {
        w5_out_lit(m->out, "   - ");
        w5_md_code(m, w5_show_change(show, a->remedy, &a->change[i], i));
        w5_out_lit(m->out, "\n");
    }
    put_note(m, W5_("Verify"), w5_show_filled(show, a->remedy->verify, a->verify));
    put_note(m, W5_("Undo"), w5_show_filled(show, a->remedy->undo, a->undo));
    put_note(m, W5_("Risk"), w5_show_sentence(show, &a->risk));
    for (size_t i = 0; i < a->commands; i++) {
        w5_out_lit(m->out, "\n");
        w5_md_command(m, "   ", a->command[i]);
    }
}

static void put_others(const w5_md *m, const w5_diagnosis *d, w5_advice_state state, w5_str title)
{
    bool begun = false;
    for (size_t i = 0; i < d->advices; i++) {
        const w5_advice *a = &d->advice[i];
        if (a->state != state)
            continue;
        if (!begun)
            w5_md_heading(m, 3, title);
        begun = true;
        w5_out_lit(m->out, "- **");
        put_name(m, a);
        w5_out_lit(m->out, a->why.words ? ": " : "");
        w5_md_sentence(m, d, &a->why);
        w5_out_lit(m->out, "\n");
    }
}

void w5_md_advice(const w5_md *m, const w5_diagnosis *d)
{
    bool begun = false;
    for (size_t i = 0; i < d->advices; i++) {
        if (d->advice[i].state != W5_ADVISED)
            continue;
        if (!begun)
            w5_md_heading(m, 3, W5_TELL(m->show, "What to do"));
        begun = true;
        put_advised(m, d, &d->advice[i]);
    }
    put_others(m, d, W5_IN_PLACE, W5_TELL(m->show, "In place already"));
    put_others(m, d, W5_NO_HELP, W5_TELL(m->show, "No help here"));
    put_others(m, d, W5_HARMFUL, W5_TELL(m->show, "Harmful here"));
}
