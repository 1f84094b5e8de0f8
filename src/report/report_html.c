/* report_html.c -- one self-contained page: no script, nothing from outside, readable everywhere.
 */
#include "html.h"
#include "sha256.h"

static const unsigned char style[] = {
#include "report/data/report.css.inc"
};

/* --- elements -------------------------------------------------------------------------------- */
void w5_html_text(const w5_html *h, w5_str text)
{
    w5_out_text(h->out, W5_HTML, text);
}

void w5_html_begin(const w5_html *h, const char *tag, const char *klass)
{
    if (klass)
        w5_out_fmt(h->out, "<%s class=\"%s\">", tag, klass);
    else
        w5_out_fmt(h->out, "<%s>", tag);
}

void w5_html_element(const w5_html *h, const char *tag, const char *klass, w5_str text)
{
    if (text.len == 0)
        return;
    w5_html_begin(h, tag, klass);
    w5_html_text(h, text);
    w5_out_fmt(h->out, "</%s>\n", tag);
}

void w5_html_commands(const w5_html *h, const w5_str *command, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (command[i].len == 0)
            continue;
        w5_out_lit(h->out, any ? "\n" : "<pre class=\"cmd\"><code>");
        w5_html_text(h, w5_show_safe(h->show, command[i]));
        any = true;
    }
    w5_out_lit(h->out, any ? "</code></pre>\n" : "");
}

void w5_html_sentence(const w5_html *h, size_t number, const w5_diagnosis *d, const w5_sentence *s)
{
    bool any = false;
    w5_str text = w5_show_sentence(h->show, s);
    w5_str stop = w5_fact_stop(&text);
    w5_html_text(h, text);
    for (size_t i = 0; i < s->cites; i++) {
        if (s->cite[i] >= d->evidences)
            continue;
        w5_out_fmt(h->out, "%s<a href=\"#i%zue%u\">", any ? ", " : " (", number, s->cite[i]);
        w5_html_text(h, w5_show_place(h->show, d->evidence[s->cite[i]].cell));
        w5_out_lit(h->out, "</a>");
        any = true;
    }
    w5_out_lit(h->out, any ? ")" : "");
    w5_html_text(h, stop);
}

void w5_html_said(const w5_html *h, size_t number, const w5_diagnosis *d, const w5_sentence *s)
{
    if (!s->words)
        return;
    w5_out_lit(h->out, "<p>");
    w5_html_sentence(h, number, d, s);
    if (s->then) {
        w5_out_lit(h->out, " ");
        w5_html_sentence(h, number, d, s->then);
    }
    w5_out_lit(h->out, "</p>\n");
}

/* In hundredths, without floating point: the same bytes everywhere. */
void w5_html_percent(w5_out *out, const char *name, uint64_t part, uint64_t whole)
{
    uint64_t hundredths = whole ? part * 10000 / whole : 0;
    hundredths = hundredths > 10000 ? 10000 : hundredths;
    w5_out_fmt(out, " %s=\"%ju.%02ju%%\"", name, (uintmax_t)hundredths / 100,
               (uintmax_t)hundredths % 100);
}

/* --- the page -------------------------------------------------------------------------------- */
/* The policy stands before all else that could load anything; charset within the first 1024 bytes.
 */
static void put_head(const w5_html *h, w5_str title)
{
    char hash[W5_SHA256_BASE64];
    w5_str css = {(const char *)style, sizeof style};
    w5_sha256_base64(css, hash);
    w5_out_fmt(h->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
               /* the language that everything is translated into: "ja", "ko" */
               W5_("en"));
    w5_out_fmt(
        h->out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
        hash);
    w5_out_lit(h->out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n"
                       "<meta name=\"referrer\" content=\"no-referrer\">\n");
    w5_html_element(h, "title", NULL, title);
    w5_out_lit(h->out, "<style>");
    w5_out_fmt(h->out, "%.*s", W5_ARG(css));
    w5_out_lit(h->out, "</style>\n</head>\n<body>\n");
}

static w5_str verdict_of(const w5_show *show, size_t i)
{
    const w5_findings *f = show->run->findings;
    w5_str text = w5_show_sentence(show, &f->at[i]->verdict);
    if (text.len == 0 && f->n == 1)
        text = w5_show_sentence(show, &f->verdict);
    return text.len ? text : w5_show_brief(show, i + 1, f->at[i]);
}

static w5_str headline(const w5_show *show)
{
    const w5_findings *f = show->run->findings;
    w5_str text = w5_show_sentence(show, &f->verdict);
    if (f->n == 0 && f->backgrounds == 0)
        return w5_show_healthy(show);
    return f->n == 1 || text.len == 0 ? (f->n ? verdict_of(show, 0) : text) : text;
}

static void put_first(const w5_html *h, const w5_diagnosis *d)
{
    w5_str first = w5_fact_first(h->show, d);
    if (first.len)
        w5_html_element(h, "p", "first", first);
}

static void put_contents(const w5_html *h)
{
    const w5_findings *f = h->show->run->findings;
    if (f->n < 2)
        return;
    w5_out_fmt(h->out, "<nav aria-label=\"%s\">\n<ol>\n", W5_("Incidents"));
    for (size_t i = 0; i < f->n && i < h->show->view->top; i++) {
        w5_out_fmt(h->out, "<li><a href=\"#i%zu\">", i + 1);
        w5_html_text(h, verdict_of(h->show, i));
        w5_out_lit(h->out, "</a>\n");
        put_first(h, f->at[i]);
        w5_out_lit(h->out, "</li>\n");
    }
    w5_out_lit(h->out, "</ol>\n</nav>\n");
}

static void put_top(const w5_html *h)
{
    static const char *const classes[] = {"badge ok", "badge warning", "badge error"};
    const w5_show *show = h->show;
    const w5_findings *f = show->run->findings;
    w5_out_fmt(h->out, "<header>\n<a class=\"skip\" href=\"#main\">%s</a>\n<h1>",
               W5_("To the report"));
    w5_html_element(h, "span", classes[f->status], w5_fact_severity(show, f->status));
    w5_html_text(h, headline(show));
    w5_out_lit(h->out, "</h1>\n");
    if (f->n == 1)
        put_first(h, f->at[0]);
    w5_html_element(h, "p", "dim",
                    W5_TELL(show, "%1$s; host %2$s; made %3$s %4$s by why502 %5$s",
                            w5_show_covered(show), w5_show_safe(show, show->run->host),
                            w5_show_moment(show, show->run->generated_at),
                            w5_show_offset(show, show->run->generated_at), W5_STR(W5_VERSION)));
    put_contents(h);
    w5_out_lit(h->out, "</header>\n");
}

static void put_background(const w5_html *h, const struct w5_background_finding *b)
{
    const w5_show *show = h->show;
    w5_html_element(h, "p", NULL, w5_fact_background(show, b));
    w5_html_element(h, "p", NULL, w5_show_sentence(show, &b->cause.summary));
}

static void put_backgrounds(const w5_html *h)
{
    const w5_findings *f = h->show->run->findings;
    if (f->backgrounds == 0)
        return;
    w5_html_element(h, "h2", NULL, W5_TELL(h->show, "Background"));
    for (size_t i = 0; i < f->backgrounds; i++)
        put_background(h, &f->background[i]);
}

static void put_list(const w5_html *h, const char *title, const w5_sentence *s, size_t n)
{
    if (n == 0)
        return;
    w5_html_element(h, "h3", NULL, w5_str_of(title));
    w5_out_lit(h->out, "<ul>\n");
    for (size_t i = 0; i < n; i++)
        w5_html_element(h, "li", NULL, w5_show_sentence(h->show, &s[i]));
    w5_out_lit(h->out, "</ul>\n");
}

static void put_foot(const w5_html *h)
{
    const w5_show *show = h->show;
    const w5_findings *f = show->run->findings;
    w5_str remark[W5_REMARKS_MAX];
    size_t n = w5_show_remarks(show, remark);
    w5_html_ladder(h, W5_("Time-outs"), f->timeouts, f->timeout_rungs);
    w5_html_ladder(h, W5_("Keep-alive"), f->keepalives, f->keepalive_rungs);
    put_list(h, W5_("Settings"), f->setup, f->setups);
    w5_html_sources(h);
    w5_out_lit(h->out, n ? "<ul>\n" : "");
    for (size_t i = 0; i < n; i++)
        w5_html_element(h, "li", NULL, remark[i]);
    w5_out_lit(h->out, n ? "</ul>\n" : "");
    put_list(h, W5_("Blind spots"), f->blind, f->blinds);
}

void w5_html_page(const w5_html *h)
{
    const w5_findings *f = h->show->run->findings;
    put_head(h, headline(h->show));
    put_top(h);
    w5_out_lit(h->out, "<main id=\"main\">\n");
    for (size_t i = 0; i < f->n && (i < h->show->view->top || h->show->view->verbose); i++) {
        w5_mark mark = w5_arena_mark(h->show->arena);
        w5_html_incident(h, i + 1, f->at[i]);
        w5_arena_rewind(h->show->arena, mark);
    }
    put_backgrounds(h);
    w5_out_lit(h->out, "</main>\n<footer>\n");
    put_foot(h);
    w5_out_lit(h->out, "</footer>\n</body>\n</html>\n");
}

static void write_html(const w5_run *run, const w5_view *view, w5_out *out)
{
    w5_show show = w5_show_begin(run, view);
    w5_html_page(&(w5_html){&show, out, true});
    w5_show_end(&show);
}

const w5_report w5_report_html = {"html", "one self-contained page with charts", write_html};
