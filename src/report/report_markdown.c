/* report_markdown.c -- for a ticket or a post-mortem. */
#include "markdown.h"

/* --- text ------------------------------------------------------------------------------------ */
static bool plain_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || strchr(" .,;:()/'\"%?+=-", c) != NULL;
}

/* "1. " and "1) " begin a list. */
static bool numbers_item(w5_str s)
{
    size_t i = 0;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
        i++;
    return i > 0 && i < s.len && (s.ptr[i] == '.' || s.ptr[i] == ')');
}

/* Nothing in it has a meaning in Markdown, wherever in a line it stands. */
static bool is_plain(w5_str s)
{
    size_t at;
    if (s.len == 0 || s.ptr[0] == '\0' || strchr("-+=", s.ptr[0]) || numbers_item(s))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '\0' || !plain_byte(s.ptr[i]))
            return false;
    return !w5_str_find(s, W5_STR("://"), &at) && !w5_str_find(s, W5_STR("www."), &at);
}

/* Times, counts, offsets. */
static bool is_figure(w5_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '\0' || !strchr("0123456789 .:+-ms%", s.ptr[i]))
            return false;
    return s.len > 0 && s.ptr[0] != '-' && s.ptr[0] != ' ' && !numbers_item(s);
}

void w5_md_text(const w5_md *m, w5_str text)
{
    w5_out_text(m->out, is_plain(text) ? W5_TTY : W5_MARKDOWN, text);
}

void w5_md_code(const w5_md *m, w5_str text)
{
    if (text.len == 0)
        return;
    w5_out_lit(m->out, "`");
    w5_out_text(m->out, W5_CODE, text);
    w5_out_lit(m->out, "`");
}

void w5_md_own(const w5_md *m, const char *words)
{
    w5_out_text(m->out, W5_TTY, w5_str_of(words));
}

void w5_md_heading(const w5_md *m, unsigned level, w5_str text)
{
    w5_out_lit(m->out, "\n");
    w5_out_repeat(m->out, "#", level);
    w5_out_lit(m->out, " ");
    w5_md_text(m, text);
    w5_out_lit(m->out, "\n\n");
}

void w5_md_command(const w5_md *m, const char *indent, w5_str command)
{
    w5_out_fmt(m->out, "%s```sh\n%s", indent, indent);
    w5_out_text(m->out, W5_CODE, w5_show_safe(m->show, command));
    w5_out_fmt(m->out, "\n%s```\n", indent);
}

/* Our words as they stand, figures too; anything else from a log as code. */
static void put_piece(void *context, bool own, w5_str text)
{
    const w5_md *m = context;
    if (own || is_figure(text) || is_plain(text))
        w5_out_text(m->out, W5_TTY, text);
    else
        w5_md_code(m, text);
}

void w5_md_sentence(const w5_md *m, const w5_diagnosis *d, const w5_sentence *s)
{
    w5_str arg[8];
    if (!s->words)
        return;
    w5_md md = *m;
    w5_str words = w5_str_of(w5_show_arguments(m->show, s, arg));
    w5_str stop = w5_fact_stop(&words);
    w5_show_pieces(w5_arena_str(m->show->arena, words).ptr, arg, 8, put_piece, &md);
    w5_str cites = d ? w5_show_cites(m->show, d, s) : W5_NONE;
    if (cites.len > 3) {
        w5_out_lit(m->out, " (");
        w5_md_code(m, (w5_str){cites.ptr + 2, cites.len - 3});
        w5_out_lit(m->out, ")");
    }
    w5_out_text(m->out, W5_TTY, stop);
    if (!s->then)
        return;
    w5_out_lit(m->out, " ");
    w5_md_sentence(m, d, s->then);
}

/* --- the page -------------------------------------------------------------------------------- */
static void put_verdict(const w5_md *m, const w5_findings *f, size_t i)
{
    const w5_sentence *s = &f->at[i]->verdict;
    if (!s->words && f->n == 1)
        s = &f->verdict;
    if (s->words)
        w5_md_sentence(m, NULL, s);
    else
        w5_md_text(m, w5_show_brief(m->show, i + 1, f->at[i]));
}

/* A paragraph of its own; in a list of incidents one of the item's. */
static void put_first(const w5_md *m, const w5_findings *f, size_t i)
{
    w5_str first = w5_fact_first(m->show, f->at[i]);
    if (first.len == 0)
        return;
    w5_out_lit(m->out, f->n > 1 ? "\n  " : "\n");
    w5_md_text(m, first);
    w5_out_lit(m->out, "\n");
}

static void put_verdicts(const w5_md *m)
{
    const w5_findings *f = m->show->run->findings;
    w5_out_lit(m->out, "# why502: ");
    w5_md_text(m, w5_fact_severity(m->show, f->status));
    w5_out_lit(m->out, "\n\n");
    if (f->n == 0 && f->backgrounds == 0) {
        w5_md_text(m, w5_show_healthy(m->show));
        w5_out_lit(m->out, "\n");
        return;
    }
    if (f->n != 1 && f->verdict.words) {
        w5_out_lit(m->out, "**");
        w5_md_sentence(m, NULL, &f->verdict);
        w5_out_lit(m->out, "**\n\n");
    }
    for (size_t i = 0; i < f->n && i < m->show->view->top; i++) {
        w5_out_fmt(m->out, f->n > 1 ? "- **" : "**");
        put_verdict(m, f, i);
        w5_out_lit(m->out, "**\n");
        put_first(m, f, i);
    }
}

static void put_covered(const w5_md *m)
{
    const w5_show *show = m->show;
    w5_out_lit(m->out, "\n");
    w5_str arg[] = {w5_show_covered(show), w5_show_safe(show, show->run->host),
                    w5_show_moment(show, show->run->generated_at),
                    w5_show_offset(show, show->run->generated_at), W5_STR(W5_VERSION)};
    w5_md md = *m;
    w5_show_pieces(W5_("%1$s; host %2$s; made %3$s %4$s by why502 %5$s"), arg, 5, put_piece, &md);
    w5_out_lit(m->out, "\n");
}

static void put_backgrounds(const w5_md *m)
{
    const w5_findings *f = m->show->run->findings;
    if (f->backgrounds)
        w5_md_heading(m, 2, W5_TELL(m->show, "Background"));
    for (size_t i = 0; i < f->backgrounds; i++) {
        w5_out_lit(m->out, "- ");
        w5_md_text(m, w5_fact_background(m->show, &f->background[i]));
        w5_out_lit(m->out, " ");
        w5_md_sentence(m, NULL, &f->background[i].cause.summary);
        w5_out_lit(m->out, "\n");
    }
}

static void put_ladder(const w5_md *m, w5_str title, const w5_rung *rung, size_t n)
{
    if (n == 0)
        return;
    w5_md_heading(m, 3, title);
    w5_out_fmt(m->out, "| %s | %s | %s |\n|---|---:|---|\n", W5_("Setting"), W5_("Value"),
               W5_("Line"));
    for (size_t i = 0; i < n; i++) {
        const w5_rung *r = &rung[i];
        w5_out_lit(m->out, "| ");
        w5_md_code(m, w5_show_word(m->show, r->name));
        w5_out_lit(m->out, " | ");
        w5_md_text(m, r->value == W5_TIME_NONE ? W5_TELL(m->show, "not known")
                                               : w5_show_seconds(m->show, r->value));
        w5_out_lit(m->out, " | ");
        w5_md_code(m, w5_fact_rung_place(m->show, r));
        if (r->wrong) {
            w5_out_lit(m->out, " ");
            w5_md_own(m, W5_("WRONG: shorter than the next"));
        }
        w5_out_lit(m->out, " |\n");
    }
}

static void put_source(const w5_md *m, uint32_t i)
{
    const w5_show *show = m->show;
    const w5_stream *s = show->run->stream[i];
    w5_out_lit(m->out, "| ");
    w5_md_code(m, w5_show_safe(show, s->name));
    w5_out_lit(m->out, " | ");
    w5_md_code(m, s->format ? s->format->id : W5_STR("?"));
    w5_out_fmt(m->out, " | %ju | %ju | ", (uintmax_t)s->lines, (uintmax_t)s->not_understood);
    if (s->first != W5_TIME_NONE)
        w5_out_text(m->out, W5_TTY,
                    w5_show_between(show, w5_stream_utc(s, s->first), w5_stream_utc(s, s->last)));
    w5_out_lit(m->out, " | ");
    w5_str zone = s->zoned ? W5_NONE : w5_show_stream_zone(show, s);
    w5_out_text(m->out, W5_TTY,
                w5_show_join(show, zone, ", ", w5_show_zone_from(show, s->zone_from)));
    w5_out_lit(m->out, " |\n");
}

static void put_sources(const w5_md *m)
{
    const w5_show *show = m->show;
    w5_md_heading(m, 2, W5_TELL(show, "Sources"));
    w5_out_fmt(m->out, "| %s | %s | %s | %s | %s | %s |\n|---|---|---:|---:|---|---|\n",
               W5_("Source"), W5_("Format"), W5_("Lines"), W5_("Not understood"), W5_("From - to"),
               W5_("Zone"));
    for (uint32_t i = 0; i < show->run->streams; i++)
        put_source(m, i);
    for (size_t i = 0; i < show->run->troubles; i++) {
        const w5_run_source *s = &show->run->trouble[i];
        w5_out_lit(m->out, "\n- ");
        w5_md_code(m, w5_show_safe(show, s->name));
        w5_out_lit(m->out, ": ");
        w5_md_text(m, s->error.len ? w5_show_safe(show, s->error)
                                   : W5_TELL(show, "the same log as another source: read once"));
    }
    w5_out_lit(m->out, show->run->troubles ? "\n" : "");
}

static void put_foot(const w5_md *m)
{
    const w5_findings *f = m->show->run->findings;
    w5_str remark[W5_REMARKS_MAX];
    size_t n = w5_show_remarks(m->show, remark);
    put_ladder(m, W5_TELL(m->show, "Time-outs"), f->timeouts, f->timeout_rungs);
    put_ladder(m, W5_TELL(m->show, "Keep-alive"), f->keepalives, f->keepalive_rungs);
    put_sources(m);
    w5_out_lit(m->out, "\n");
    for (size_t i = 0; i < n + f->setups + f->blinds; i++) {
        w5_out_lit(m->out, "- ");
        if (i < n)
            w5_md_text(m, remark[i]);
        else if (i < n + f->setups)
            w5_md_sentence(m, NULL, &f->setup[i - n]);
        else
            w5_md_sentence(m, NULL, &f->blind[i - n - f->setups]);
        w5_out_lit(m->out, "\n");
    }
}

static void write_markdown(const w5_run *run, const w5_view *view, w5_out *out)
{
    w5_show show = w5_show_begin(run, view);
    w5_md m = {&show, out};
    put_verdicts(&m);
    put_covered(&m);
    for (size_t i = 0; i < run->findings->n && (i < view->top || view->verbose); i++) {
        w5_mark mark = w5_arena_mark(show.arena);
        w5_md_incident(&m, i + 1, run->findings->at[i]);
        w5_arena_rewind(show.arena, mark);
    }
    put_backgrounds(&m);
    put_foot(&m);
    w5_show_end(&show);
}

const w5_report w5_report_markdown = {"markdown", "for a ticket or a post-mortem", write_markdown};
