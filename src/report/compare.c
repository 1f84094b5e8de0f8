#include "compare.h"

enum {
    SENTENCES = sizeof(((w5_comparison *)0)->said) / sizeof(w5_sentence)
};

w5_str w5_show_compare(const w5_show *show)
{
    const w5_comparison *c = show->run->comparison;
    w5_str text = W5_NONE;
    for (size_t i = 0; c && i < SENTENCES; i++)
        text = w5_show_join(show, text, " ", w5_show_sentence(show, &c->said[i]));
    return text;
}

/* --- for people ------------------------------------------------------------------------------ */
static const char *const outcomes[] = {
    [W5_NOTHING_BEFORE] = N_("nothing to compare"),
    [W5_CURED] = N_("cured"),
    [W5_NOT_YET] = N_("not provable yet"),
    [W5_MOVED] = N_("moved"),
    [W5_BETTER] = N_("better"),
    [W5_WORSE] = N_("worse"),
    [W5_UNCHANGED] = N_("no difference shown"),
};

static w5_str ratio(const w5_show *show, const w5_half *half)
{
    return w5_arena_fmt(show->arena, "%.*s/%.*s", W5_ARG(w5_show_count(show, half->failed)),
                        W5_ARG(w5_show_count(show, half->requests)));
}

static void put_path(const w5_page *page, const w5_path_halves *p, const w5_path_outcome *how,
                     size_t wide)
{
    enum {
        COUNTS = 14
    };
    const w5_show *show = page->show;
    w5_str word = w5_show_word(show, w5_str_of(outcomes[how->outcome]));
    if (how->outcome == W5_NOT_YET)
        word = W5_TELL_N(show, how->needed, "%1$s, %2$s more request needed",
                         "%1$s, %2$s more requests needed", word, w5_show_count(show, how->needed));
    w5_page_blanks(page, 2);
    w5_page_cell(page, W5_PLAIN, w5_show_safe(show, p->path), wide);
    w5_page_cell_right(page, W5_PLAIN, ratio(show, &p->before), COUNTS);
    w5_page_cell_right(page, W5_PLAIN, ratio(show, &p->after), COUNTS);
    w5_page_blanks(page, 2);
    w5_page_flow(page, 2 + wide + 2 * COUNTS + 2, 2 + wide + 2 * COUNTS + 2, word);
}

void w5_text_compare(const w5_page *page)
{
    const w5_show *show = page->show;
    const w5_comparison *c = show->run->comparison;
    if (!c)
        return;
    w5_page_end(page);
    w5_str title = W5_TELL(show, "Before and after %1$s", w5_show_moment(show, c->halves->at));
    w5_page_para(page, 0, w5_arena_fmt(show->arena, "%.*s", W5_ARG(title)).ptr, 2,
                 w5_show_compare(show));
    size_t n = c->halves->paths < show->view->top ? c->halves->paths : show->view->top, wide = 8;
    for (size_t i = 0; i < n; i++) {
        size_t columns = w5_out_width(w5_show_safe(show, c->halves->path[i].path));
        wide = columns > wide ? columns : wide;
    }
    wide = wide > page->width / 3 ? page->width / 3 : wide;
    for (size_t i = 0; i < n && !show->view->quiet; i++)
        put_path(page, &c->halves->path[i], &c->path[i], wide);
}

/* --- for machines ---------------------------------------------------------------------------- */
static void put_half(w5_out *out, bool *first, const char *key, const w5_half *half,
                     bool by_request, const w5_view *view)
{
    bool inner = true;
    w5_member_key(out, first, key);
    w5_out_lit(out, "{");
    if (by_request)
        w5_member_num(out, &inner, "requests", half->requests);
    else
        w5_member_num(out, &inner, "seconds", (uint64_t)(half->covered / W5_SECOND));
    w5_member_num(out, &inner, "failed", half->failed);
    w5_member_num(out, &inner, "clusters", half->clusters);
    w5_member_num(out, &inner, "aborted", half->aborted);
    w5_member_tallies(out, &inner, "statuses", half->statuses, view);
    w5_out_lit(out, "}");
}

static void put_path_json(w5_out *out, const w5_path_halves *p, const w5_path_outcome *how,
                          const w5_view *view)
{
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_str(out, &first, "path", p->path, view);
    w5_member_num(out, &first, "requests_before", p->before.requests);
    w5_member_num(out, &first, "failed_before", p->before.failed);
    w5_member_num(out, &first, "requests_after", p->after.requests);
    w5_member_num(out, &first, "failed_after", p->after.failed);
    w5_member_own(out, &first, "verdict", w5_outcome_word[how->outcome]);
    w5_member_num(out, &first, "needed", how->needed);
    w5_out_lit(out, "}");
}

static void put_comparison(w5_out *out, const w5_comparison *c, const w5_view *view)
{
    const w5_halves *h = c->halves;
    bool first = true;
    w5_out_lit(out, "{");
    w5_member_time(out, &first, "at", h->at, h->at % W5_SECOND ? 6 : 0);
    w5_member_own(out, &first, "unit", h->by_request ? W5_STR("requests") : W5_STR("seconds"));
    w5_member_own(out, &first, "verdict", w5_outcome_word[c->outcome]);
    w5_member_key(out, &first, "chance");
    w5_out_fmt(out, "%.6f", c->chance);
    w5_member_num(out, &first, "needed", c->needed);
    if (c->outcome == W5_MOVED) {
        w5_member_own(out, &first, "from", c->from);
        w5_member_own(out, &first, "to", c->to);
    }
    put_half(out, &first, "before", &h->before, h->by_request, view);
    put_half(out, &first, "after", &h->after, h->by_request, view);
    w5_member_num(out, &first, "failed_elsewhere", h->elsewhere);
    w5_member_key(out, &first, "paths");
    w5_out_lit(out, "[");
    for (size_t i = 0; i < h->paths && i < view->top; i++) {
        w5_out_lit(out, i ? "," : "");
        put_path_json(out, &h->path[i], &c->path[i], view);
    }
    w5_out_lit(out, "]");
    w5_member_key(out, &first, "said");
    w5_out_lit(out, "[");
    for (size_t i = 0; i < SENTENCES && c->said[i].words; i++) {
        w5_out_lit(out, i ? "," : "");
        w5_sentence_json(out, &c->said[i], view);
    }
    w5_out_lit(out, "]}");
}

void w5_json_compare(w5_out *out, bool *first, const w5_run *run, const w5_view *view)
{
    if (!run->comparison)
        return;
    w5_member_key(out, first, "compare");
    put_comparison(out, run->comparison, view);
}
