#include "inside.h"

#include "clue.h"
#include "keys.h"
#include "stanza.h"

#define KIND(word) W5_STR(word)

static bool is_live(const w5_entry *e, w5_str kind)
{
    return e->stanza != NULL && w5_str_eq(e->kind, kind);
}

static size_t count_live(const w5_catalogue *c, w5_str kind)
{
    size_t n = 0;
    for (size_t i = 0; i < c->entries; i++)
        n += is_live(&c->entry[i], kind);
    return n;
}

static bool is_known(const w5_catalogue *c, w5_str kind, w5_str id)
{
    static const w5_str kinds[] = {W5_LIT("class"), W5_LIT("cause"), W5_LIT("remedy"),
                                   W5_LIT("pattern"), W5_LIT("format")};
    if (kind.len > 0)
        return w5_catalogue_stanza(c, kind, id) != NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (w5_catalogue_stanza(c, kinds[i], id) != NULL)
            return true;
    return false;
}

/* Every word of every `key` names a stanza of this kind ("": of any). */
static w5_rc seal_links(const w5_catalogue *c, const w5_stanza *s, const char *key, w5_str kind,
                        w5_err *err)
{
    for (size_t i = 0; i < s->keys; i++) {
        if (!w5_str_eq(s->key[i].name, w5_str_of(key)))
            continue;
        w5_list words = w5_words_of(s->key[i].value, c->arena);
        for (size_t w = 0; w < words.n; w++)
            if (!is_known(c, kind, words.at[w]))
                return w5_unknown_id(c, s, s->key[i].line, kind, words.at[w], err);
    }
    return W5_OK;
}

static w5_family read_family(w5_str word)
{
    if (w5_str_eq(word, W5_STR("upstream")))
        return W5_UPSTREAM;
    return w5_str_eq(word, W5_STR("life")) ? W5_LIFE : W5_LOOK_ALIKE;
}

static w5_rc seal_class(w5_catalogue *c, w5_entry *e, w5_err *err)
{
    const w5_stanza *s = e->stanza;
    w5_class *k = W5_NEW(c->arena, w5_class);
    uint64_t order = 5;
    w5_str_u64(w5_stanza_get(s, "order"), &order);
    *k = (w5_class){
        .stanza = s,
        .id = s->id,
        .title = w5_stanza_get(s, "title"),
        .family = read_family(w5_stanza_get(s, "family")),
        .codes = w5_stanza_words(s, "codes", c->arena),
        .see = w5_stanza_words(s, "see", c->arena),
        .trouble = w5_stanza_yes(s, "trouble"),
        .order = (unsigned)order,
        .index = (uint16_t)(c->class_count + 1),
    };
    e->view = k;
    c->classes[c->class_count++] = k;
    if (order > 9)
        return w5_stanza_fail(err, s->file, w5_stanza_line(s, "order"), "'order' must be %s",
                              "0 to 9");
    return seal_links(c, s, "see", W5_NONE, err);
}

static w5_rc seal_remedy(w5_catalogue *c, w5_entry *e, w5_err *err)
{
    const w5_stanza *s = e->stanza;
    w5_remedy *r = W5_NEW(c->arena, w5_remedy);
    *r = (w5_remedy){
        .stanza = s,
        .id = s->id,
        .title = w5_stanza_get(s, "title"),
        .rank = w5_stanza_get(s, "rank"),
        .grade = w5_stanza_get(s, "grade"),
        .change = w5_stanza_lines(s, "change", c->arena),
        .commands = w5_stanza_lines(s, "command", c->arena),
        .verify = w5_stanza_get(s, "verify"),
        .undo = w5_stanza_get(s, "undo"),
        .risk = w5_stanza_get(s, "risk"),
        .wont_help = w5_stanza_get(s, "wont-help"),
        .effort = w5_stanza_get(s, "effort"),
        .index = (uint16_t)c->remedy_count,
    };
    e->view = r;
    c->remedies[c->remedy_count++] = r;
    for (size_t i = 0; i < r->change.n; i++) {
        w5_str file, rest, setting, value;
        if (!w5_str_cut(r->change.at[i], '|', &file, &rest) ||
            !w5_str_cut(rest, '|', &setting, &value))
            return w5_stanza_fail(err, s->file, w5_stanza_line(s, "change"),
                                  "'change' must be 'file | setting | value', not '%.*s'",
                                  W5_ARG(r->change.at[i]));
    }
    return seal_links(c, s, "see", W5_NONE, err);
}

static bool is_explained(const w5_catalogue *c, w5_str word)
{
    if (w5_str_eq(word, W5_STR("*")) || is_known(c, KIND("class"), word))
        return true;
    for (size_t i = 0; i < c->class_count; i++)
        for (size_t j = 0; j < c->classes[i]->codes.n; j++)
            if (w5_str_eq(c->classes[i]->codes.at[j], word))
                return true;
    return false;
}

static w5_rc read_clues(w5_catalogue *c, w5_cause *cause, w5_err *err)
{
    const w5_stanza *s = cause->stanza;
    w5_clue *clue = W5_NEW_N(c->arena, w5_clue, s->keys + 1);
    cause->clue = clue;
    for (size_t i = 0; i < s->keys; i++) {
        if (!w5_str_eq(s->key[i].name, W5_STR("evidence")) &&
            !w5_str_eq(s->key[i].name, W5_STR("against")))
            continue;
        w5_rc rc = w5_clue_read(c, s, &s->key[i], &clue[cause->clues++], err);
        if (rc < 0)
            return rc;
    }
    return W5_OK;
}

static w5_rc check_cause(const w5_catalogue *c, const w5_cause *cause, w5_err *err)
{
    static const char *const lists[] = {"first", "then", "never"};
    const w5_stanza *s = cause->stanza;
    for (size_t i = 0; i < cause->explains.n; i++)
        if (!is_explained(c, cause->explains.at[i]))
            return w5_unknown_id(c, s, w5_stanza_line(s, "explains"), KIND("class"),
                                 cause->explains.at[i], err);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        w5_rc rc = seal_links(c, s, lists[i], KIND("remedy"), err);
        if (rc < 0)
            return rc;
    }
    return seal_links(c, s, "see", W5_NONE, err);
}

static w5_rc seal_cause(w5_catalogue *c, w5_entry *e, w5_err *err)
{
    const w5_stanza *s = e->stanza;
    w5_cause *cause = W5_NEW(c->arena, w5_cause);
    *cause = (w5_cause){
        .stanza = s,
        .id = s->id,
        .title = w5_stanza_get(s, "title"),
        .explains = w5_stanza_words(s, "explains", c->arena),
        .test = w5_stanza_get(s, "test"),
        .first = w5_stanza_words(s, "first", c->arena),
        .then = w5_stanza_words(s, "then", c->arena),
        .never = w5_stanza_words(s, "never", c->arena),
        .at_most_warning = w5_stanza_get(s, "at-most").len > 0,
        .index = (uint16_t)c->cause_count,
    };
    e->view = cause;
    c->causes[c->cause_count++] = cause;
    w5_rc rc = read_clues(c, cause, err);
    return rc < 0 ? rc : check_cause(c, cause, err);
}

static w5_rc seal_ignore(w5_catalogue *c, w5_entry *e, w5_err *err)
{
    const w5_stanza *s = e->stanza;
    w5_ignore *g = &c->ignores[c->ignore_count++];
    w5_str until = w5_stanza_get(s, "until");
    *g = (w5_ignore){
        .klass = w5_stanza_get(s, "class"),
        .upstream = w5_stanza_get(s, "upstream"),
        .path = w5_stanza_get(s, "path"),
        .reason = w5_stanza_get(s, "reason"),
        .until = W5_TIME_MAX,
    };
    if (g->klass.len + g->upstream.len + g->path.len == 0)
        return w5_stanza_fail(err, s->file, s->line,
                              "ignore '%.*s' says neither class, upstream nor path",
                              W5_ARG(s->id));
    w5_zone here = {0};
    if (until.len > 0 && w5_time_human(until, &here, w5_now(), &g->until, NULL) < 0)
        return w5_stanza_fail(err, s->file, w5_stanza_line(s, "until"), "'%.*s' is no date",
                              W5_ARG(until));
    if (g->klass.len > 0 && !w5_str_ends(g->klass, W5_STR("*")))
        return seal_links(c, s, "class", KIND("class"), err);
    return W5_OK;
}

static void make_room(w5_catalogue *c)
{
    c->classes = W5_NEW_N(c->arena, const w5_class *, count_live(c, KIND("class")) + 1);
    c->probes = W5_NEW_N(c->arena, w5_probe *, count_live(c, KIND("pattern")) + 1);
    c->patterns = W5_NEW_N(c->arena, const w5_pattern *, count_live(c, KIND("pattern")) + 1);
    c->causes = W5_NEW_N(c->arena, const w5_cause *, count_live(c, KIND("cause")) + 1);
    c->remedies = W5_NEW_N(c->arena, const w5_remedy *, count_live(c, KIND("remedy")) + 1);
    c->ignores = W5_NEW_N(c->arena, w5_ignore, count_live(c, KIND("ignore")) + 1);
    c->stanzas = W5_NEW_N(c->arena, const w5_stanza *, c->entries + 1);
}

w5_rc w5_catalogue_seal(w5_catalogue *c, w5_err *err)
{
    static const struct {
        w5_str kind;
        w5_rc (*seal)(w5_catalogue *c, w5_entry *e, w5_err *err);
    } seals[] = {
        {W5_LIT("class"), seal_class},     {W5_LIT("remedy"), seal_remedy},
        {W5_LIT("pattern"), w5_seal_pattern}, {W5_LIT("cause"), seal_cause},
        {W5_LIT("ignore"), seal_ignore},
    };
    make_room(c);
    for (size_t k = 0; k < sizeof(seals) / sizeof(seals[0]); k++)
        for (size_t i = 0; i < c->entries; i++)
            if (is_live(&c->entry[i], seals[k].kind)) {
                w5_rc rc = seals[k].seal(c, &c->entry[i], err);
                if (rc < 0)
                    return rc;
            }
    for (size_t i = 0; i < c->entries; i++)
        if (c->entry[i].stanza != NULL)
            c->stanzas[c->stanza_count++] = c->entry[i].stanza;
    return w5_seal_turns(c, err);
}
