/* knowledge.c -- one page a class, cause, remedy, pattern or format, out of the catalogue.
 *
 * Prose stands in the catalogue as it was written; lines that begin with a blank are drawings and
 * keep their shape. */
#include "knowledge.h"

enum {
    LOOKS = 4 /* patterns a class shows */
};

static void put_blank_line(const w5_page *page)
{
    w5_page_end(page);
}

void w5_knowledge_heading(const w5_page *page, w5_str id, const char *kind, w5_str title)
{
    w5_page_text(page, W5_BOLD, id);
    w5_page_blanks(page, 2);
    w5_page_text(page, W5_DIM, w5_str_of(kind));
    w5_page_end(page);
    if (title.len > 0)
        w5_page_para(page, 2, "", 2, w5_show_word(page->show, title));
}

static void put_label(const w5_page *page, const char *label)
{
    put_blank_line(page);
    w5_page_text(page, W5_BOLD, w5_str_of(label));
    w5_page_end(page);
}

/* --- prose ----------------------------------------------------------------------------------- */
static bool is_drawing(w5_str line)
{
    return line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
}

static w5_str take_line(w5_str *text)
{
    w5_str line = *text;
    if (!w5_str_cut(*text, '\n', &line, text))
        *text = w5_str_skip(*text, text->len);
    return line;
}

/* The lines of a paragraph as one. */
static w5_str take_paragraph(const w5_page *page, w5_str first, w5_str *text)
{
    w5_str whole = first;
    for (;;) {
        w5_str rest = *text, line = take_line(&rest);
        if (text->len == 0 || is_drawing(line) || w5_str_trim(line).len == 0)
            return whole;
        whole = w5_show_join(page->show, whole, " ", line);
        *text = rest;
    }
}

/* Where the words beside a drawing begin: behind the last gap of two blanks in its left half. */
static size_t words_beside(const w5_page *page, w5_str line)
{
    size_t at = 0;
    for (size_t i = 2; i < line.len && w5_out_width(w5_str_head(line, i)) <= page->width / 2; i++)
        if (line.ptr[i] != ' ' && line.ptr[i - 1] == ' ' && line.ptr[i - 2] == ' ')
            at = i;
    return at;
}

static void put_drawing(const w5_page *page, w5_str line)
{
    size_t at = w5_out_width(line) > page->width ? words_beside(page, line) : 0;
    w5_page_text(page, W5_PLAIN, w5_str_head(line, at == 0 ? line.len : at));
    if (at == 0) {
        w5_page_end(page);
        return;
    }
    size_t column = w5_out_width(w5_str_head(line, at));
    w5_page_flow(page, column, column, w5_str_skip(line, at));
}

void w5_knowledge_prose(const w5_page *page, const w5_stanza *s)
{
    w5_str text = s->prose;
    if (text.len > 0)
        put_blank_line(page);
    while (text.len > 0) {
        w5_str line = take_line(&text);
        if (is_drawing(line)) {
            put_drawing(page, line);
        } else if (w5_str_trim(line).len == 0) {
            put_blank_line(page);
        } else {
            w5_page_para(page, 2, "", 2,
                         w5_show_word(page->show, take_paragraph(page, line, &text)));
        }
    }
}

/* --- lists ----------------------------------------------------------------------------------- */
static w5_str title_of(const w5_catalogue *c, w5_str id)
{
    static const w5_str kinds[] = {W5_LIT("remedy"), W5_LIT("cause"), W5_LIT("class")};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const w5_stanza *s = w5_catalogue_stanza(c, kinds[i], id);
        if (s != NULL)
            return w5_stanza_get(s, "title");
    }
    return W5_STR("");
}

static void put_id(const w5_page *page, w5_str id, w5_str title)
{
    w5_page_blanks(page, 2);
    w5_page_cell(page, W5_CYAN, id, 26);
    w5_page_blanks(page, 1);
    w5_page_flow(page, 29, 29, w5_show_word(page->show, title));
}

static void put_ids(const w5_page *page, const w5_catalogue *c, const char *label, w5_list ids)
{
    if (ids.n > 0)
        put_label(page, label);
    for (size_t i = 0; i < ids.n; i++)
        put_id(page, ids.at[i], title_of(c, ids.at[i]));
}

static void put_words(const w5_page *page, const char *label, w5_list words)
{
    w5_str all = W5_STR("");
    if (words.n == 0)
        return;
    put_label(page, label);
    for (size_t i = 0; i < words.n; i++)
        all = i == 0 ? words.at[i] : w5_show_join(page->show, all, " ", words.at[i]);
    w5_page_para(page, 2, "", 2, all);
}

/* Without an incident {braces} stand for what is usual, and for the documents' own values. */
static const struct {
    w5_str name, usual;
} usuals[] = {
    {W5_LIT("{timeout}"),         W5_LIT("300")               },
    {W5_LIT("{timeout_stop}"),    W5_LIT("310")               },
    {W5_LIT("{workers}"),         W5_LIT("5")                 },
    {W5_LIT("{connections}"),     W5_LIT("300")               },
    {W5_LIT("{keepalive_nginx}"), W5_LIT("60s")               },
    {W5_LIT("{keepalive_app}"),   W5_LIT("65")                },
    {W5_LIT("{unit}"),            W5_LIT("gunicorn")          },
    {W5_LIT("{upstream}"),        W5_LIT("127.0.0.1:8000")    },
    {W5_LIT("{address}"),         W5_LIT("127.0.0.1:8000")    },
    {W5_LIT("{socket}"),          W5_LIT("/run/gunicorn.sock")},
    {W5_LIT("{group}"),           W5_LIT("gunicorn")          },
    {W5_LIT("{pid}"),             W5_LIT("PID")               },
    {W5_LIT("{path}"),            W5_LIT("/PATH")             },
    {W5_LIT("{since}"),           W5_LIT("-1h")               },
    {W5_LIT("{until}"),           W5_LIT("now")               },
};

static w5_str fill(const w5_page *page, w5_str text)
{
    for (size_t i = 0; i < sizeof(usuals) / sizeof(usuals[0]); i++) {
        w5_str head, tail;
        while (w5_str_cut_at(text, usuals[i].name, &head, &tail))
            text = w5_arena_fmt(page->show->arena, "%.*s%.*s%.*s", W5_ARG(head),
                                W5_ARG(usuals[i].usual), W5_ARG(tail));
    }
    return text;
}

static void put_commands(const w5_page *page, const char *label, const w5_stanza *s)
{
    w5_str command;
    for (size_t at = 0, n = 0; w5_stanza_next(s, "command", &at, &command); n++) {
        if (n == 0)
            put_label(page, label);
        w5_page_command(page, 2, fill(page, command));
    }
}

static void put_sources(const w5_page *page, const w5_stanza *s)
{
    w5_str source;
    for (size_t at = 0, n = 0; w5_stanza_next(s, "source", &at, &source); n++) {
        if (n == 0)
            put_label(page, W5_("Source"));
        w5_page_blanks(page, 2);
        w5_page_text(page, W5_DIM, source);
        w5_page_end(page);
    }
}

/* --- what a class looks like, and what may stand behind it ----------------------------------- */
static w5_str looks_like(const w5_pattern *p)
{
    if (p->starts.n > 0)
        return p->starts.at[0];
    if (p->needs.n > 0)
        return p->needs.at[0];
    return p->match;
}

static void put_looks(const w5_page *page, const w5_catalogue *c, const w5_class *k)
{
    const w5_pattern *const *all;
    size_t n = w5_catalogue_patterns(c, &all), shown = 0;
    for (size_t i = 0; i < n && shown < LOOKS; i++) {
        if (all[i]->klass != k)
            continue;
        if (shown++ == 0)
            put_label(page, W5_("In the log"));
        w5_page_para(page, 2, "", 4, looks_like(all[i]));
    }
}

bool w5_knowledge_holds(const w5_list *words, w5_str word)
{
    for (size_t i = 0; i < words->n; i++)
        if (w5_str_ieq(words->at[i], word))
            return true;
    return false;
}

static bool explains(const w5_cause *cause, const w5_class *k)
{
    for (size_t i = 0; i < cause->explains.n; i++)
        if (w5_str_eq(cause->explains.at[i], k->id) ||
            w5_knowledge_holds(&k->codes, cause->explains.at[i]))
            return true;
    return false;
}

/* For kinds: the causes they are evidence for. */
static bool is_proven_by(const w5_cause *cause, const w5_class *k)
{
    for (size_t i = 0; i < cause->clues; i++)
        if (cause->clue[i].weight > 0 && w5_str_eq(cause->clue[i].word.at[1], k->id))
            return true;
    return false;
}

static void put_remedies_of(const w5_page *page, const w5_cause *cause)
{
    w5_str all = W5_STR("");
    for (size_t i = 0; i < cause->first.n; i++)
        all = i == 0 ? cause->first.at[i] : w5_show_join(page->show, all, ", ", cause->first.at[i]);
    w5_page_blanks(page, 29);
    w5_page_text(page, W5_DIM, W5_STR("-> "));
    w5_page_flow(page, 32, 32, all);
}

static void put_causes(const w5_page *page, const w5_catalogue *c, const w5_class *k)
{
    const w5_cause *const *all;
    size_t n = w5_catalogue_causes(c, &all), shown = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(k->family == W5_LIFE ? is_proven_by(all[i], k) : explains(all[i], k)))
            continue;
        if (shown++ == 0)
            put_label(page, k->family == W5_LIFE ? W5_("Can be evidence for")
                                                 : W5_("Possible causes, and what to do first"));
        put_id(page, all[i]->id, all[i]->title);
        put_remedies_of(page, all[i]);
    }
}

void w5_knowledge_class(const w5_page *page, const w5_catalogue *c, const w5_class *k)
{
    static const char *const family[] = {N_("upstream error"), N_("no upstream error"),
                                         N_("event")};
    w5_knowledge_heading(page, k->id, W5_(family[k->family]), k->title);
    put_words(page, W5_("Short codes"), k->codes);
    w5_knowledge_prose(page, k->stanza);
    put_looks(page, c, k);
    put_causes(page, c, k);
    if (k->stanza->prose.len == 0) /* prose names the neighbours and tells them apart */
        put_ids(page, c, W5_("See also"), k->see);
    put_commands(page, W5_("Look"), k->stanza);
    put_sources(page, k->stanza);
}

/* --- causes and remedies --------------------------------------------------------------------- */
void w5_knowledge_cause(const w5_page *page, const w5_catalogue *c, const w5_cause *cause)
{
    w5_knowledge_heading(page, cause->id, W5_("cause"), cause->title);
    put_words(page, W5_("Can explain"), cause->explains);
    w5_knowledge_prose(page, cause->stanza);
    put_ids(page, c, W5_("Do first"), cause->first);
    put_ids(page, c, W5_("Then"), cause->then);
    put_ids(page, c, W5_("Does not help, or harms"), cause->never);
    put_ids(page, c, W5_("See also"), cause->see);
    put_commands(page, W5_("Look"), cause->stanza);
    put_sources(page, cause->stanza);
}

static void put_changes(const w5_page *page, const w5_remedy *r)
{
    for (size_t i = 0; i < r->change.n; i++) {
        w5_str file, rest, setting, value;
        if (i == 0)
            put_label(page, W5_("Change"));
        w5_str_cut(r->change.at[i], '|', &file, &rest);
        w5_str_cut(rest, '|', &setting, &value);
        w5_str what =
            w5_show_join(page->show, w5_str_trim(setting), " = ", fill(page, w5_str_trim(value)));
        w5_page_para(page, 2, "", 4,
                     w5_show_join(page->show, what, "  ", fill(page, w5_str_trim(file))));
    }
}

static void put_note(const w5_page *page, const char *label, w5_str text)
{
    if (text.len == 0)
        return;
    put_label(page, label);
    w5_page_para(page, 2, "", 2, w5_show_word(page->show, text));
}

static void put_advised_for(const w5_page *page, const w5_catalogue *c, const w5_remedy *r)
{
    const w5_cause *const *all;
    size_t n = w5_catalogue_causes(c, &all), shown = 0;
    for (size_t i = 0; i < n; i++) {
        if (!w5_knowledge_holds(&all[i]->first, r->id))
            continue;
        if (shown++ == 0)
            put_label(page, W5_("Comes first for"));
        put_id(page, all[i]->id, all[i]->title);
    }
}

void w5_knowledge_remedy(const w5_page *page, const w5_catalogue *c, const w5_remedy *r)
{
    w5_knowledge_heading(page, r->id, W5_("remedy"), r->title);
    if (r->rank.len > 0)
        put_note(page, W5_("Rank in the documents"), w5_show_grade(page->show, r));
    put_changes(page, r);
    put_commands(page, W5_("Apply"), r->stanza);
    w5_knowledge_prose(page, r->stanza);
    put_note(page, W5_("Verify"), r->verify);
    put_note(page, W5_("Undo"), r->undo);
    put_note(page, W5_("Risk"), r->risk);
    put_note(page, W5_("Will not help when"), r->wont_help);
    put_note(page, W5_("Effort"), r->effort);
    put_advised_for(page, c, r);
    put_ids(page, c, W5_("See also"), r->see);
    put_sources(page, r->stanza);
}

/* --- patterns and formats -------------------------------------------------------------------- */
/* Lines as they stand in a log, cut to the width. */
static void put_sample(const w5_page *page, w5_str sample)
{
    if (sample.len > 0)
        put_label(page, W5_("Example"));
    while (sample.len > 0) {
        w5_page_blanks(page, 2);
        w5_page_text(page, W5_DIM, w5_show_cut(page->show, take_line(&sample), page->width - 2));
        w5_page_end(page);
    }
}

void w5_knowledge_pattern(const w5_page *page, const w5_catalogue *c, const w5_pattern *p)
{
    w5_str title = p->klass == NULL ? W5_STR("understood, of no interest") : p->klass->title;
    w5_knowledge_heading(page, p->id, W5_("pattern"), title);
    put_words(page, W5_("Format"), p->formats);
    put_sample(page, w5_stanza_get(p->stanza, "sample"));
    w5_knowledge_prose(page, p->stanza);
    put_sources(page, p->stanza);
    if (p->klass != NULL) {
        put_blank_line(page);
        w5_knowledge_class(page, c, p->klass);
    }
}

void w5_knowledge_format(const w5_page *page, const w5_catalogue *c, const w5_format *f)
{
    const w5_stanza *s = w5_catalogue_stanza(c, W5_STR("format"), f->id);
    w5_knowledge_heading(page, f->id, W5_("format"), f->title);
    put_sample(page, f->sample);
    if (s != NULL) {
        w5_knowledge_prose(page, s);
        put_sources(page, s);
    }
}

void w5_knowledge_foreign(const w5_page *page, const w5_stanza *s)
{
    w5_knowledge_heading(page, s->id, W5_("a log that is not read"), w5_stanza_get(s, "title"));
    put_sample(page, w5_stanza_get(s, "sample"));
    w5_knowledge_prose(page, s);
    put_sources(page, s);
}
