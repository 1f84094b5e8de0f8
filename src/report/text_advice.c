/* text_advice.c -- what to do, in order, with the documents' own rank beside each; and what not. */
#include "text.h"

enum {
    IN_FULL = 3 /* remedies told with their commands and reasons */
};

static size_t count_state(const w5_diagnosis *d, w5_advice_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < d->advices; i++)
        n += d->advice[i].state == state;
    return n;
}

static void put_title(const w5_page *page, const w5_advice *a)
{
    const w5_show *show = page->show;
    w5_str rank = w5_show_grade(show, a->remedy);
    w5_str number = w5_arena_fmt(show->arena, "%2u ", a->rank);
    w5_str id = a->remedy->id;
    w5_str title = w5_show_word(show, a->remedy->title);
    size_t used = w5_out_width(number) + w5_out_width(id) + 2;
    size_t right = w5_out_width(rank);
    w5_page_text(page, W5_BOLD, number);
    w5_page_text(page, W5_BOLD, id);
    w5_page_blanks(page, 2);
    if (used + w5_out_width(title) + 2 + right <= page->width) {
        w5_page_cell(page, W5_PLAIN, title, page->width - used - right);
        w5_page_text(page, W5_PLAIN, rank);
        w5_page_end(page);
        return;
    }
    w5_page_cell_right(page, W5_PLAIN, rank, page->width - used);
    w5_page_end(page);
    w5_page_para(page, 5, "", 5, title);
}

static void put_changes(const w5_page *page, const w5_advice *a, size_t most)
{
    for (size_t i = 0; i < a->changes && i < most; i++)
        w5_page_para(page, 5, "", 7, w5_show_change(page->show, a->remedy, &a->change[i], i));
}

static void put_commands(const w5_page *page, const w5_advice *a)
{
    for (size_t i = 0; i < a->commands; i++)
        w5_page_command(page, 5, w5_show_safe(page->show, a->command[i]));
}

static void put_note(const w5_page *page, const char *label, w5_str text)
{
    if (text.len)
        w5_page_para(page, 5, "", 5,
                     w5_arena_fmt(page->show->arena, "%s: %.*s", label, W5_ARG(text)));
}

/* How much is told: of the first all but how to undo it, of the next why, of the rest what to set.
 */
typedef enum detail {
    BRIEF,
    WHY,
    CHECKS,
    ALL
} detail;

static detail detail_of(const w5_view *view, size_t place)
{
    if (view->verbose)
        return ALL;
    return place == 0 ? CHECKS : place < IN_FULL ? WHY : BRIEF;
}

static w5_str why_text(const w5_show *show, const w5_diagnosis *d, const w5_advice *a)
{
    return show->view->verbose ? w5_fact_sentence(show, d, &a->why)
                               : w5_show_sentence(show, &a->why);
}

static void put_advised(const w5_page *page, const w5_diagnosis *d, const w5_advice *a, detail how)
{
    const w5_show *show = page->show;
    put_title(page, a);
    put_changes(page, a, how == BRIEF ? 1 : a->changes);
    if (how == BRIEF)
        return;
    put_commands(page, a);
    w5_str why = why_text(show, d, a);
    if (why.len)
        w5_page_para(page, 5, "", 5, why);
    if (how == WHY)
        return;
    put_note(page, W5_("Risk"), w5_show_sentence(show, &a->risk));
    put_note(page, W5_("Verify"), w5_show_filled(show, a->remedy->verify, a->verify));
    if (how == ALL)
        put_note(page, W5_("Undo"), w5_show_filled(show, a->remedy->undo, a->undo));
}

static void put_do(const w5_page *page, const w5_diagnosis *d)
{
    const w5_show *show = page->show;
    w5_str head = W5_TELL(show, "Do");
    size_t shown = 0;
    if (count_state(d, W5_ADVISED) == 0)
        return;
    w5_page_text(page, W5_BOLD, head);
    w5_page_cell_right(page, W5_DIM, W5_TELL(show, "documents' rank"),
                       page->width - w5_out_width(head));
    w5_page_end(page);
    for (size_t i = 0; i < d->advices; i++)
        if (d->advice[i].state == W5_ADVISED)
            put_advised(page, d, &d->advice[i], detail_of(show->view, shown++));
}

/* "nginx-timeouts (1 最優先): 0 of 106 were nginx timeouts" */
static w5_str other_text(const w5_show *show, const w5_diagnosis *d, const w5_advice *a)
{
    w5_str text = a->remedy->id;
    if (a->remedy->rank.len)
        text = w5_arena_fmt(show->arena, "%.*s (%.*s)", W5_ARG(text),
                            W5_ARG(w5_show_grade(show, a->remedy)));
    w5_str why = why_text(show, d, a);
    w5_fact_stop(&why);
    return w5_show_join(show, text, ": ", why);
}

static void put_others(const w5_page *page, const w5_diagnosis *d, w5_advice_state state,
                       const char *label)
{
    w5_str text = W5_NONE;
    for (size_t i = 0; i < d->advices; i++)
        if (d->advice[i].state == state)
            text = w5_show_join(page->show, text, "; ", other_text(page->show, d, &d->advice[i]));
    if (text.len)
        w5_page_para(page, 0, label, 2, text);
}

void w5_text_advice(const w5_page *page, const w5_diagnosis *d)
{
    put_do(page, d);
    put_others(page, d, W5_IN_PLACE, W5_("In place"));
    put_others(page, d, W5_NO_HELP, W5_("No help"));
    put_others(page, d, W5_HARMFUL, W5_("HARMFUL"));
}
