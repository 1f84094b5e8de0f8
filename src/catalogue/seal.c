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

/* What a word in a link may be: a stranger is a mistake; who disables a stanza need not find all
 * who speak of it, so links to it are quietly dropped. */
typedef enum standing {
    STRANGER,
    DISABLED,
    LIVE
} standing;

static standing standing_as(const w5_catalogue *c, w5_str kind, w5_str id)
{
    const w5_entry *e = w5_catalogue_entry(c, kind, id);
    if (e == NULL)
        return STRANGER;
    return e->stanza == NULL ? DISABLED : LIVE;
}

static standing standing_of(const w5_catalogue *c, w5_str kind, w5_str id)
{
    static const w5_str kinds[] = {W5_LIT("class"), W5_LIT("cause"), W5_LIT("remedy"),
                                   W5_LIT("pattern"), W5_LIT("format")};
    if (kind.len > 0)
        return standing_as(c, kind, id);
    standing best = STRANGER;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        standing here = standing_as(c, kinds[i], id);
        best = here > best ? here : best;
    }
    return best;
}

/* The words of `key`, which name stanzas of this kind ("": of any), without those disabled. */
static w5_rc read_links(const w5_catalogue *c, const w5_stanza *s, const char *key, w5_str kind,
                        w5_list *links, w5_err *err)
{
    w5_list words = w5_stanza_words(s, key, c->arena);
    w5_str *at = W5_NEW_N(c->arena, w5_str, words.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < words.n; i++) {
        standing is = standing_of(c, kind, words.at[i]);
        if (is == STRANGER)
            return w5_unknown_id(c, s, w5_stanza_line_of(s, key, words.at[i]), kind, words.at[i],
                                 err);
        if (is == LIVE)
            at[n++] = words.at[i];
    }
    *links = (w5_list){at, n};
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
        .trouble = w5_stanza_yes(s, "trouble"),
        .order = (unsigned)order,
        .index = (uint16_t)(c->class_count + 1),
    };
    e->view = k;
    c->classes[c->class_count++] = k;
    if (order > 9)
        return w5_stanza_fail(err, s->file, w5_stanza_line(s, "order"), "'order' must be %s",
                              "0 to 9");
    return read_links(c, s, "see", W5_NONE, &k->see, err);
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
    return read_links(c, s, "see", W5_NONE, &r->see, err);
}

static bool has_code(const w5_stanza *s, w5_str word)
{
    w5_str line = W5_NONE;
    for (size_t at = 0; w5_stanza_next(s, "codes", &at, &line);)
        if (w5_word_stands_in(line, word))
            return true;
    return false;
}

/* A class, live or not, or one of their codes. */
static bool is_explained(const w5_catalogue *c, w5_str word)
{
    if (w5_str_eq(word, W5_STR("*")) || standing_of(c, KIND("class"), word) != STRANGER)
        return true;
    for (size_t i = 0; i < c->entries; i++) {
        const w5_entry *e = &c->entry[i];
        const w5_stanza *s = e->stanza != NULL ? e->stanza : e->was;
        if (s != NULL && w5_str_eq(e->kind, KIND("class")) && has_code(s, word))
            return true;
    }
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
        w5_rc rc = w5_clue_read(c, s, &s->key[i], &clue[cause->clues], err);
        if (rc < 0)
            return rc;
        cause->clues += rc == W5_OK;
    }
    return W5_OK;
}

static w5_rc check_explains(const w5_catalogue *c, const w5_cause *cause, w5_err *err)
{
    const w5_stanza *s = cause->stanza;
    for (size_t i = 0; i < cause->explains.n; i++)
        if (!is_explained(c, cause->explains.at[i]))
            return w5_unknown_id(c, s, w5_stanza_line_of(s, "explains", cause->explains.at[i]),
                                 KIND("class"), cause->explains.at[i], err);
    return W5_OK;
}

static w5_rc read_cause_links(const w5_catalogue *c, w5_cause *cause, w5_err *err)
{
    struct {
        const char *key;
        w5_str kind;
        w5_list *links;
    } rows[] = {
        {"first", KIND("remedy"), &cause->first},
        {"then",  KIND("remedy"), &cause->then },
        {"never", KIND("remedy"), &cause->never},
        {"see",   W5_NONE,        &cause->see  },
    };
    w5_rc rc = W5_OK;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == W5_OK; i++)
        rc = read_links(c, cause->stanza, rows[i].key, rows[i].kind, rows[i].links, err);
    return rc;
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
        .at_most_warning = w5_stanza_get(s, "at-most").len > 0,
        .index = (uint16_t)c->cause_count,
    };
    e->view = cause;
    c->causes[c->cause_count++] = cause;
    w5_rc rc = check_explains(c, cause, err);
    if (rc == W5_OK)
        rc = read_clues(c, cause, err);
    return rc < 0 ? rc : read_cause_links(c, cause, err);
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
                              "ignore '%.*s' says neither class, upstream nor path", W5_ARG(s->id));
    w5_zone here = {0};
    if (until.len > 0 && w5_time_human(until, &here, w5_now(), &g->until, NULL) < 0)
        return w5_stanza_fail(err, s->file, w5_stanza_line(s, "until"), "'%.*s' is no date",
                              W5_ARG(until));
    bool whole = g->klass.len > 0 && !w5_str_ends(g->klass, W5_STR("*"));
    if (whole && standing_of(c, KIND("class"), g->klass) == STRANGER)
        return w5_unknown_id(c, s, w5_stanza_line(s, "class"), KIND("class"), g->klass, err);
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
        {W5_LIT("class"),   seal_class     },
        {W5_LIT("remedy"),  seal_remedy    },
        {W5_LIT("pattern"), w5_seal_pattern},
        {W5_LIT("cause"),   seal_cause     },
        {W5_LIT("ignore"),  seal_ignore    },
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
