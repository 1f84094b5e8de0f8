/* list.c -- what there is to explain: formats, classes, causes, remedies. */
#include "page.h"

typedef struct listing {
    const w5_page *page;
    const w5_catalogue *catalogue;
} listing;

static void put_label(const w5_page *page, const char *label)
{
    w5_page_text(page, W5_BOLD, w5_str_of(label));
    w5_page_end(page);
}

static void put_row(const w5_page *page, w5_str id, w5_str text)
{
    w5_page_blanks(page, 2);
    w5_page_cell(page, W5_CYAN, id, 26);
    w5_page_blanks(page, 1);
    w5_page_flow(page, 29, 29, text);
}

static w5_str place_of(const w5_show *show, const w5_stanza *s)
{
    return w5_arena_fmt(show->arena, "%.*s:%u", W5_ARG(s->file), s->line);
}

/* A title, and where it comes from if that is not the program itself. */
static w5_str title_of(const listing *l, w5_str title, const w5_stanza *s)
{
    const w5_show *show = l->page->show;
    title = w5_show_word(show, title);
    if (w5_catalogue_is_builtin(l->catalogue, s))
        return title;
    return w5_arena_fmt(show->arena, "%.*s  [%.*s]", W5_ARG(title), W5_ARG(place_of(show, s)));
}

/* As it stands in a log, each of its lines cut to the page. */
static void put_sample(const w5_page *page, w5_str sample)
{
    w5_str line;
    for (bool more = sample.len > 0; more;) {
        more = w5_str_cut(sample, '\n', &line, &sample);
        w5_page_blanks(page, 6);
        w5_page_text(page, W5_DIM, w5_show_cut(page->show, more ? line : sample, page->width - 6));
        w5_page_end(page);
    }
}

static void put_format(const listing *l, const w5_format *f)
{
    put_row(l->page, f->id, w5_show_word(l->page->show, f->title));
    put_sample(l->page, f->sample);
}

static void list_formats(const listing *l)
{
    const w5_format *const *all;
    const w5_declared *declared;
    size_t n = w5_formats(&all), declared_n = 0;
    w5_err err;
    put_label(l->page, W5_("Formats"));
    for (size_t i = 0; i < n; i++)
        put_format(l, all[i]);
    if (w5_declared_read(l->catalogue, l->page->show->arena, &declared, &declared_n, &err) >= 0)
        for (size_t i = 0; i < declared_n; i++)
            put_format(l, w5_declared_format(declared, i));
}

static void list_family(const listing *l, w5_family family, const char *label)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(l->catalogue, &all);
    put_label(l->page, label);
    for (size_t i = 0; i < n; i++) {
        w5_str title = title_of(l, all[i]->title, all[i]->stanza);
        if (all[i]->family != family)
            continue;
        for (size_t c = 0; c < all[i]->codes.n; c++)
            title = w5_show_join(l->page->show, title, c == 0 ? "  " : " ", all[i]->codes.at[c]);
        put_row(l->page, all[i]->id, title);
    }
}

static void list_classes(const listing *l)
{
    list_family(l, W5_UPSTREAM, W5_("Classes of upstream error, with their short codes"));
    w5_page_end(l->page);
    list_family(l, W5_LOOK_ALIKE, W5_("Look-alikes: lines of nginx that are no upstream error"));
    w5_page_end(l->page);
    list_family(l, W5_LIFE, W5_("Kinds: events of the application, the host, the database, nginx"));
}

static void list_causes(const listing *l)
{
    const w5_cause *const *all;
    size_t n = w5_catalogue_causes(l->catalogue, &all);
    put_label(l->page, W5_("Causes"));
    for (size_t i = 0; i < n; i++)
        put_row(l->page, all[i]->id, title_of(l, all[i]->title, all[i]->stanza));
}

static void put_remedy(const listing *l, const w5_remedy *r)
{
    const w5_page *page = l->page;
    w5_page_blanks(page, 2);
    w5_page_cell(page, W5_CYAN, r->id, 26);
    w5_page_blanks(page, 1);
    w5_page_cell(page, W5_PLAIN, r->rank.len > 0 ? w5_show_grade(page->show, r) : W5_STR(""), 14);
    w5_page_flow(page, 43, 43, title_of(l, r->title, r->stanza));
}

static void list_remedies(const listing *l)
{
    const w5_remedy *const *all;
    size_t n = w5_catalogue_remedies(l->catalogue, &all);
    put_label(l->page, W5_("Remedies, with the documents' rank"));
    for (size_t i = 0; i < n; i++)
        put_remedy(l, all[i]);
}

/* Not among the formats, whose ids may stand before a file. */
static void list_foreign(const listing *l)
{
    const w5_stanza *const *all;
    size_t n = w5_catalogue_stanzas(l->catalogue, &all);
    w5_page_end(l->page);
    put_label(l->page, W5_("Logs that are known by sight and not read"));
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(all[i]->kind, W5_STR("foreign")))
            put_row(l->page, all[i]->id, title_of(l, w5_stanza_get(all[i], "title"), all[i]));
}

/* Stanzas of the host, of the user, of --catalogue; patterns stand in no other list. */
static void list_added(const listing *l)
{
    const w5_stanza *const *all;
    size_t n = w5_catalogue_stanzas(l->catalogue, &all), shown = 0;
    for (size_t i = 0; i < n; i++) {
        if (w5_catalogue_is_builtin(l->catalogue, all[i]))
            continue;
        if (shown++ == 0) {
            w5_page_end(l->page);
            put_label(l->page, W5_("Knowledge that was added, and where it stands"));
        }
        put_row(l->page, all[i]->id,
                w5_show_join(l->page->show, all[i]->kind, "  ", place_of(l->page->show, all[i])));
    }
}

static const struct {
    w5_str name;
    void (*list)(const listing *l);
} lists[] = {
    {W5_LIT("formats"),  list_formats },
    {W5_LIT("classes"),  list_classes },
    {W5_LIT("causes"),   list_causes  },
    {W5_LIT("remedies"), list_remedies},
};

w5_rc w5_list_page(const w5_catalogue *c, w5_str what, const w5_view *view, w5_out *out,
                   w5_err *err)
{
    w5_show show = w5_show_begin(NULL, view);
    w5_page page = w5_page_of(&show, out);
    listing l = {&page, c};
    size_t shown = 0;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (what.len > 0 && !w5_str_eq(what, lists[i].name))
            continue;
        if (shown++ > 0)
            w5_page_end(&page);
        lists[i].list(&l);
    }
    if (what.len == 0) {
        list_foreign(&l);
        list_added(&l);
    }
    w5_show_end(&show);
    if (shown > 0)
        return W5_OK;
    return w5_fail(err, W5_EINVAL, 0,
                   "cannot list '%.*s': say formats, classes, causes or remedies",
                   W5_ARG(w5_str_head(what, 100)));
}
