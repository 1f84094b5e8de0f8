/* html_advice.c -- what to do, what is in place already, and what would not help. */
#include "html.h"

static size_t count_state(const w5_diagnosis *d, w5_advice_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < d->advices; i++)
        n += d->advice[i].state == state;
    return n;
}

static void put_rank(const w5_html *h, const w5_remedy *r)
{
    if (r->rank.len == 0)
        return;
    w5_html_element(h, "span", "badge dim",
                    W5_TELL(h->show, "documents' rank %1$s", w5_show_grade(h->show, r)));
}

static void put_note(const w5_html *h, const char *label, w5_str text)
{
    if (text.len == 0)
        return;
    w5_out_lit(h->out, "<p><b>");
    w5_html_text(h, w5_str_of(label));
    w5_out_lit(h->out, "</b>: ");
    w5_html_text(h, text);
    w5_out_lit(h->out, "</p>\n");
}

static void put_advised(const w5_html *h, size_t number, const w5_diagnosis *d, const w5_advice *a)
{
    const w5_show *show = h->show;
    w5_out_lit(h->out, "<li>\n<div class=\"head\">");
    w5_out_fmt(h->out, "<b>%u. ", a->rank);
    w5_html_text(h, w5_show_word(show, a->remedy->title));
    w5_out_lit(h->out, "</b> <code class=\"grow dim\">");
    w5_html_text(h, a->remedy->id);
    w5_out_lit(h->out, "</code>");
    put_rank(h, a->remedy);
    w5_out_lit(h->out, "</div>\n");
    w5_html_said(h, number, d, &a->why);
    for (size_t i = 0; i < a->changes; i++) {
        w5_out_lit(h->out, "<p><code>");
        w5_html_text(h, w5_show_change(show, a->remedy, &a->change[i], i));
        w5_out_lit(h->out, "</code></p>\n");
    }
    w5_html_commands(h, a->command, a->commands);
    put_note(h, W5_("Verify"), w5_show_filled(show, a->remedy->verify, a->verify));
    put_note(h, W5_("Undo"), w5_show_filled(show, a->remedy->undo, a->undo));
    put_note(h, W5_("Risk"), w5_show_sentence(show, &a->risk));
    w5_out_lit(h->out, "</li>\n");
}

static void put_others(const w5_html *h, size_t number, const w5_diagnosis *d,
                       w5_advice_state state, const char *title)
{
    if (count_state(d, state) == 0)
        return;
    w5_html_element(h, "h3", state == W5_HARMFUL ? "harmful" : NULL, w5_str_of(title));
    w5_out_lit(h->out, "<ul>\n");
    for (size_t i = 0; i < d->advices; i++) {
        const w5_advice *a = &d->advice[i];
        if (a->state != state)
            continue;
        w5_out_lit(h->out, "<li>");
        w5_html_text(h, w5_show_word(h->show, a->remedy->title));
        w5_out_lit(h->out, " (<code>");
        w5_html_text(h, a->remedy->id);
        w5_out_lit(h->out, "</code>");
        if (a->remedy->rank.len) {
            w5_out_lit(h->out, ", ");
            w5_html_text(h, w5_show_grade(h->show, a->remedy));
        }
        w5_out_lit(h->out, a->why.words ? "): " : ")");
        w5_html_sentence(h, number, d, &a->why);
        w5_out_lit(h->out, "</li>\n");
    }
    w5_out_lit(h->out, "</ul>\n");
}

void w5_html_advice(const w5_html *h, size_t number, const w5_diagnosis *d)
{
    if (count_state(d, W5_ADVISED)) {
        w5_html_element(h, "h3", NULL, W5_TELL(h->show, "What to do"));
        w5_out_lit(h->out, "<ol class=\"steps\">\n");
        for (size_t i = 0; i < d->advices; i++)
            if (d->advice[i].state == W5_ADVISED)
                put_advised(h, number, d, &d->advice[i]);
        w5_out_lit(h->out, "</ol>\n");
    }
    put_others(h, number, d, W5_IN_PLACE, W5_("In place already"));
    put_others(h, number, d, W5_NO_HELP, W5_("No help here"));
    put_others(h, number, d, W5_HARMFUL, W5_("Harmful here"));
}
