/* explain.c -- what is known about one thing: an id, a short code, or a line that somebody pasted.
 *
 * An id may name several things (a class and its cause): all are shown. */
#include "knowledge.h"

/* --- by id ----------------------------------------------------------------------------------- */
typedef struct finding { /* pages found so far */
    const w5_page *page;
    const w5_catalogue *catalogue;
    w5_str what;
    size_t pages;
} finding;

static void next_page(finding *f)
{
    if (f->pages++ > 0)
        w5_out_lit(f->page->out, "\n\n");
}

static void find_classes(finding *f)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(f->catalogue, &all);
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(all[i]->id, f->what) || w5_knowledge_holds(&all[i]->codes, f->what)) {
            next_page(f);
            w5_knowledge_class(f->page, f->catalogue, all[i]);
        }
}

static void find_cause(finding *f)
{
    const w5_cause *cause = w5_catalogue_cause(f->catalogue, f->what);
    if (cause == NULL)
        return;
    next_page(f);
    w5_knowledge_cause(f->page, f->catalogue, cause);
}

static void find_remedy(finding *f)
{
    const w5_remedy *remedy = w5_catalogue_remedy(f->catalogue, f->what);
    if (remedy == NULL)
        return;
    next_page(f);
    w5_knowledge_remedy(f->page, f->catalogue, remedy);
}

static void find_pattern(finding *f)
{
    const w5_pattern *const *all;
    size_t n = w5_catalogue_patterns(f->catalogue, &all);
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(all[i]->id, f->what)) {
            next_page(f);
            w5_knowledge_pattern(f->page, f->catalogue, all[i]);
        }
}

static void find_format(finding *f)
{
    const w5_format *format = w5_format_find(f->what);
    if (format == NULL)
        return;
    next_page(f);
    w5_knowledge_format(f->page, f->catalogue, format);
}

static void find_foreign(finding *f)
{
    const w5_stanza *s = w5_catalogue_stanza(f->catalogue, W5_STR("foreign"), f->what);
    if (s == NULL)
        return;
    next_page(f);
    w5_knowledge_foreign(f->page, s);
}

/* --- a code that no class lists: its three parts still say something (spec §4.1) -------------- */
typedef struct letter {
    char letter;
    const char *words;
} letter;

static const letter phases[] = {
    {'R', N_("resolving the name")    },
    {'C', N_("connecting")            },
    {'T', N_("TLS handshake")         },
    {'S', N_("sending the request")   },
    {'H', N_("waiting for the header")},
    {'B', N_("reading the body")      },
};
static const letter actors[] = {
    {'U', N_("the upstream")},
    {'N', N_("nginx")       },
    {'K', N_("the kernel")  },
    {'L', N_("a limit")     },
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *words_of(const letter *table, size_t n, char c)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].letter == c)
            return table[i].words;
    return NULL;
}

/* An errno or a word in capitals. */
static bool ends_a_code(w5_str what)
{
    size_t digits = 0, capitals = 0;
    for (size_t i = 0; i < what.len; i++) {
        digits += what.ptr[i] >= '0' && what.ptr[i] <= '9';
        capitals += what.ptr[i] >= 'A' && what.ptr[i] <= 'Z';
    }
    return what.len > 0 && (digits == what.len || capitals == what.len);
}

static bool read_code(const finding *f, const char **where, const char **who)
{
    if (f->what.len < 4 || f->what.ptr[2] != '-' || !ends_a_code(w5_str_skip(f->what, 3)))
        return false;
    *where = words_of(phases, COUNT(phases), f->what.ptr[0]);
    *who = words_of(actors, COUNT(actors), f->what.ptr[1]);
    return *where != NULL && *who != NULL;
}

static void find_code(finding *f)
{
    const char *where, *who;
    const w5_class *other = w5_catalogue_class(f->catalogue, W5_STR("upstream-other"));
    if (f->pages > 0 || other == NULL || !read_code(f, &where, &who))
        return;
    next_page(f);
    w5_page_para(f->page, 0, "", 0,
                 W5_TELL(f->page->show, "%1$s: %2$s, by %3$s, %4$s.", f->what,
                         w5_str_of(W5_(where)), w5_str_of(W5_(who)), w5_str_skip(f->what, 3)));
    w5_page_end(f->page);
    w5_knowledge_class(f->page, f->catalogue, other);
}

/* --- a line ---------------------------------------------------------------------------------- */
static void put_fields(const w5_page *page, const w5_record *r)
{
    if (r->have == 0)
        return;
    w5_page_end(page);
    w5_page_text(page, W5_BOLD, w5_str_of(W5_("Fields")));
    w5_page_end(page);
    for (int i = 0; i < W5_FIELDS; i++) {
        w5_str value = w5_record_get(r, (w5_field)i);
        if (value.len == 0)
            continue;
        w5_page_blanks(page, 2);
        w5_page_cell(page, W5_CYAN, w5_field_name[i], 22);
        w5_page_blanks(page, 1);
        w5_page_flow(page, 25, 25, w5_show_safe(page->show, value));
    }
}

static void put_line(finding *f, const w5_event *event)
{
    const w5_page *page = f->page;
    const w5_record *r = event->record;
    next_page(f);
    w5_page_para(page, 0, "", 2,
                 W5_TELL(page->show, "A line of format %1$s: %2$s", r->format->id,
                         w5_show_word(page->show, r->format->title)));
    if (event->code.len > 0)
        w5_page_para(page, 0, "", 2, W5_TELL(page->show, "Short code %1$s", event->code));
    put_fields(page, r);
    w5_page_end(page);
    if (event->pattern != NULL && event->pattern->stanza != NULL) {
        w5_knowledge_heading(page, event->pattern->id, W5_("pattern"), W5_STR(""));
        w5_knowledge_prose(page, event->pattern->stanza);
        w5_page_end(page);
    }
    if (event->klass != NULL)
        w5_knowledge_class(page, f->catalogue, event->klass);
    else
        w5_page_para(page, 0, "", 0,
                     w5_str_of(W5_("Understood, and of no interest here: neither "
                                   "an upstream error nor an event.")));
}

static void find_line(finding *f)
{
    w5_event event;
    size_t blank;
    if (f->pages > 0 || !w5_str_find_char(f->what, ' ', &blank))
        return;
    if (w5_event_explain_line(f->catalogue, f->what, f->page->show->arena, &event) == W5_OK)
        put_line(f, &event);
}

static w5_rc nothing_found(const finding *f, w5_err *err)
{
    w5_str near = w5_catalogue_nearest(f->catalogue, f->what);
    w5_str what = w5_str_head(f->what, 100);
    if (near.len > 0)
        return w5_fail(err, W5_EINVAL, 0, "nothing is known as '%.*s'; did you mean '%.*s'?",
                       W5_ARG(what), W5_ARG(near));
    return w5_fail(err, W5_EINVAL, 0,
                   "'%.*s' is no id, no short code and no log line that is understood; "
                   "see why502 list",
                   W5_ARG(what));
}

w5_rc w5_explain_page(const w5_catalogue *c, w5_str what, const w5_view *view, w5_out *out,
                      w5_err *err)
{
    w5_show show = w5_show_begin(NULL, view);
    w5_page page = w5_page_of(&show, out);
    finding f = {.page = &page, .catalogue = c, .what = w5_str_trim(what)};
    find_classes(&f);
    find_cause(&f);
    find_remedy(&f);
    find_pattern(&f);
    find_format(&f);
    find_foreign(&f);
    find_code(&f);
    find_line(&f);
    w5_show_end(&show);
    return f.pages > 0 ? W5_OK : nothing_found(&f, err);
}
