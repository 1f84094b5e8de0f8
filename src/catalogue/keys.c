#include "keys.h"

#include "nearest.h"
#include "stanza.h"

typedef enum shape {
    TEXT,
    WORD,
    WORDS,
    LINES,
    YES_NO,
    NUMBER
} shape;

typedef struct rule {
    w5_str kind, key;
    shape shape;
    bool required;
    const char *choice; /* the words that may stand there, NULL: any */
} rule;

#define CLASS   W5_LIT("class")
#define PATTERN W5_LIT("pattern")
#define CAUSE   W5_LIT("cause")
#define REMEDY  W5_LIT("remedy")
#define IGNORE  W5_LIT("ignore")
#define FORMAT  W5_LIT("format")
#define FOREIGN W5_LIT("foreign")
#define ANY     W5_LIT("")

static const rule rules[] = {
    {ANY,     W5_LIT("disable"),   YES_NO, false, NULL                      },
    {ANY,     W5_LIT("extend"),    YES_NO, false, NULL                      },
    {ANY,     W5_LIT("source"),    LINES,  false, NULL                      },
    {CLASS,   W5_LIT("title"),     TEXT,   true,  NULL                      },
    {CLASS,   W5_LIT("family"),    WORD,   true,  "upstream look-alike life"},
    {CLASS,   W5_LIT("codes"),     WORDS,  false, NULL                      },
    {CLASS,   W5_LIT("trouble"),   YES_NO, false, NULL                      },
    {CLASS,   W5_LIT("order"),     NUMBER, false, NULL                      },
    {CLASS,   W5_LIT("see"),       WORDS,  false, NULL                      },
    {CLASS,   W5_LIT("command"),   LINES,  false, NULL                      },
    {PATTERN, W5_LIT("format"),    WORDS,  false, NULL                      },
    {PATTERN, W5_LIT("class"),     WORD,   false, NULL                      },
    {PATTERN, W5_LIT("kind"),      WORD,   false, NULL                      },
    {PATTERN, W5_LIT("code"),      WORD,   false, NULL                      },
    {PATTERN, W5_LIT("starts"),    LINES,  false, NULL                      },
    {PATTERN, W5_LIT("ends"),      YES_NO, false, NULL                      },
    {PATTERN, W5_LIT("needs"),     LINES,  false, NULL                      },
    {PATTERN, W5_LIT("match"),     TEXT,   false, NULL                      },
    {PATTERN, W5_LIT("errno"),     WORDS,  false, NULL                      },
    {PATTERN, W5_LIT("phase"),     LINES,  false, NULL                      },
    {PATTERN, W5_LIT("level"),     WORDS,  false, NULL                      },
    {PATTERN, W5_LIT("ident"),     WORDS,  false, NULL                      },
    {PATTERN, W5_LIT("set"),       LINES,  false, NULL                      },
    {PATTERN, W5_LIT("before"),    WORD,   false, NULL                      },
    {PATTERN, W5_LIT("sample"),    LINES,  false, NULL                      },
    {PATTERN, W5_LIT("not"),       LINES,  false, NULL                      },
    {CAUSE,   W5_LIT("title"),     TEXT,   true,  NULL                      },
    {CAUSE,   W5_LIT("explains"),  WORDS,  true,  NULL                      },
    {CAUSE,   W5_LIT("evidence"),  LINES,  false, NULL                      },
    {CAUSE,   W5_LIT("against"),   LINES,  false, NULL                      },
    {CAUSE,   W5_LIT("test"),      WORD,   false, NULL                      },
    {CAUSE,   W5_LIT("first"),     WORDS,  false, NULL                      },
    {CAUSE,   W5_LIT("then"),      WORDS,  false, NULL                      },
    {CAUSE,   W5_LIT("never"),     WORDS,  false, NULL                      },
    {CAUSE,   W5_LIT("at-most"),   WORD,   false, "warning"                 },
    {CAUSE,   W5_LIT("see"),       WORDS,  false, NULL                      },
    {CAUSE,   W5_LIT("command"),   LINES,  false, NULL                      },
    {REMEDY,  W5_LIT("title"),     TEXT,   true,  NULL                      },
    {REMEDY,  W5_LIT("rank"),      WORD,   false, NULL                      },
    {REMEDY,  W5_LIT("grade"),     WORD,   false, NULL                      },
    {REMEDY,  W5_LIT("change"),    LINES,  false, NULL                      },
    {REMEDY,  W5_LIT("command"),   LINES,  false, NULL                      },
    {REMEDY,  W5_LIT("verify"),    TEXT,   true,  NULL                      },
    {REMEDY,  W5_LIT("undo"),      TEXT,   true,  NULL                      },
    {REMEDY,  W5_LIT("risk"),      TEXT,   true,  NULL                      },
    {REMEDY,  W5_LIT("wont-help"), TEXT,   true,  NULL                      },
    {REMEDY,  W5_LIT("effort"),    TEXT,   false, NULL                      },
    {REMEDY,  W5_LIT("see"),       WORDS,  false, NULL                      },
    {IGNORE,  W5_LIT("class"),     WORD,   false, NULL                      },
    {IGNORE,  W5_LIT("upstream"),  WORD,   false, NULL                      },
    {IGNORE,  W5_LIT("path"),      WORD,   false, NULL                      },
    {IGNORE,  W5_LIT("until"),     TEXT,   false, NULL                      },
    {IGNORE,  W5_LIT("reason"),    TEXT,   true,  NULL                      },
    {FORMAT,  W5_LIT("title"),     TEXT,   true,  NULL                      },
    {FORMAT,  W5_LIT("match"),     TEXT,   false, NULL                      },
    {FORMAT,  W5_LIT("sample"),    LINES,  false, NULL                      },
    {FORMAT,  W5_LIT("not"),       LINES,  false, NULL                      },
    {FOREIGN, W5_LIT("title"),     TEXT,   true,  NULL                      },
    {FOREIGN, W5_LIT("match"),     TEXT,   true,  NULL                      },
    {FOREIGN, W5_LIT("sample"),    LINES,  false, NULL                      },
    {FOREIGN, W5_LIT("not"),       LINES,  false, NULL                      },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static bool rule_is_for(const rule *r, w5_str kind)
{
    return r->kind.len == 0 || w5_str_eq(r->kind, kind);
}

static const rule *find_rule(w5_str kind, w5_str key)
{
    for (size_t i = 0; i < RULES; i++)
        if (w5_str_eq(rules[i].key, key) && rule_is_for(&rules[i], kind))
            return &rules[i];
    return NULL;
}

bool w5_key_adds_up(w5_str kind, w5_str key)
{
    const rule *r = find_rule(kind, key);
    return r != NULL && (r->shape == WORDS || r->shape == LINES);
}

static w5_rc unknown_kind(const w5_stanza *s, w5_err *err)
{
    w5_nearest near = w5_nearest_of(s->kind);
    for (size_t i = 0; i < RULES; i++)
        w5_nearest_try(&near, rules[i].kind);
    return w5_stanza_fail(err, s->file, s->line, "unknown kind of stanza '%.*s'" W5_HINT_FMT,
                          W5_ARG(s->kind), W5_HINT_ARG(near));
}

static w5_rc unknown_key(const w5_stanza *s, const struct w5_key *key, w5_err *err)
{
    w5_nearest near = w5_nearest_of(key->name);
    for (size_t i = 0; i < RULES; i++)
        if (rule_is_for(&rules[i], s->kind))
            w5_nearest_try(&near, rules[i].key);
    return w5_stanza_fail(err, s->file, key->line, "a %.*s has no key '%.*s'" W5_HINT_FMT,
                          W5_ARG(s->kind), W5_ARG(key->name), W5_HINT_ARG(near));
}

static bool is_one_of(const char *choice, w5_str word)
{
    w5_str rest = w5_str_of(choice), head;
    while (w5_str_cut(rest, ' ', &head, &rest))
        if (w5_str_eq(head, word))
            return true;
    return w5_str_eq(rest, word);
}

static bool has_blank(w5_str s)
{
    size_t at;
    return w5_str_find_char(s, ' ', &at) || w5_str_find_char(s, '\t', &at);
}

static w5_rc check_shape(const w5_stanza *s, const struct w5_key *key, const rule *r, w5_err *err)
{
    uint64_t number;
    const char *wanted = NULL;
    if (r->shape == YES_NO && !is_one_of("yes no", key->value))
        wanted = "yes or no";
    else if (r->shape == NUMBER && !w5_str_u64(key->value, &number))
        wanted = "a number";
    else if (r->shape == WORD && has_blank(key->value))
        wanted = "one word";
    else if (r->choice != NULL && !is_one_of(r->choice, key->value))
        wanted = r->choice;
    if (wanted == NULL)
        return W5_OK;
    return w5_stanza_fail(err, s->file, key->line, "'%.*s' must be %s, not '%.*s'",
                          W5_ARG(key->name), wanted, W5_ARG(w5_str_head(key->value, 80)));
}

static bool stands_before(const w5_stanza *s, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (w5_str_eq(s->key[j].name, s->key[i].name))
            return true;
    return false;
}

static w5_rc check_key(const w5_stanza *s, size_t i, w5_err *err)
{
    const struct w5_key *key = &s->key[i];
    const rule *r = find_rule(s->kind, key->name);
    if (r == NULL)
        return unknown_key(s, key, err);
    if (!w5_key_adds_up(s->kind, key->name) && stands_before(s, i))
        return w5_stanza_fail(err, s->file, key->line, "'%.*s' stands twice", W5_ARG(key->name));
    return check_shape(s, key, r, err);
}

static w5_rc check_required(const w5_stanza *s, w5_err *err)
{
    for (size_t i = 0; i < RULES; i++) {
        size_t at = 0;
        w5_str value;
        if (rules[i].required && w5_str_eq(rules[i].kind, s->kind) &&
            !w5_stanza_find(s, rules[i].key, &at, &value))
            return w5_stanza_fail(err, s->file, s->line, "%.*s '%.*s' has no '%.*s'",
                                  W5_ARG(s->kind), W5_ARG(s->id), W5_ARG(rules[i].key));
    }
    return W5_OK;
}

static bool is_kind(w5_str kind)
{
    for (size_t i = 0; i < RULES; i++)
        if (rules[i].kind.len > 0 && w5_str_eq(rules[i].kind, kind))
            return true;
    return false;
}

/* A blank line among the keys makes prose of the rest: prose does not begin with a known key. */
static w5_rc check_prose(const w5_stanza *s, w5_err *err)
{
    w5_str name, rest;
    if (!w5_str_cut(w5_str_head(s->prose, 20), ':', &name, &rest) ||
        find_rule(s->kind, name) == NULL)
        return W5_OK;
    return w5_stanza_fail(err, s->file, s->line,
                          "%.*s '%.*s': '%.*s:' stands behind a blank line, which ends the keys",
                          W5_ARG(s->kind), W5_ARG(s->id), W5_ARG(name));
}

w5_rc w5_keys_check(const w5_stanza *s, w5_err *err)
{
    if (!is_kind(s->kind))
        return unknown_kind(s, err);
    for (size_t i = 0; i < s->keys; i++) {
        w5_rc rc = check_key(s, i, err);
        if (rc < 0)
            return rc;
    }
    if (w5_stanza_yes(s, "disable") && s->keys > 1)
        return w5_stanza_fail(err, s->file, s->line,
                              "%.*s '%.*s' is disabled: nothing else may stand in it",
                              W5_ARG(s->kind), W5_ARG(s->id));
    w5_rc rc = check_prose(s, err);
    if (rc < 0 || w5_stanza_yes(s, "disable") || w5_stanza_yes(s, "extend"))
        return rc;
    return check_required(s, err);
}

bool w5_stanza_yes(const w5_stanza *s, const char *key)
{
    return w5_str_eq(w5_stanza_get(s, key), W5_STR("yes"));
}

unsigned w5_stanza_line(const w5_stanza *s, const char *key)
{
    for (size_t i = 0; i < s->keys; i++)
        if (w5_str_eq(s->key[i].name, w5_str_of(key)))
            return s->key[i].line;
    return s->line;
}

static bool parts_words(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Takes the next word off *text. */
static bool take_word(w5_str *text, w5_str *word)
{
    size_t from = 0, to;
    while (from < text->len && parts_words(text->ptr[from]))
        from++;
    for (to = from; to < text->len && !parts_words(text->ptr[to]);)
        to++;
    *word = (w5_str){text->ptr + from, to - from};
    *text = w5_str_skip(*text, to);
    return to > from;
}

bool w5_word_stands_in(w5_str text, w5_str word)
{
    w5_str found;
    while (take_word(&text, &found))
        if (w5_str_eq(found, word))
            return true;
    return false;
}

unsigned w5_stanza_line_of(const w5_stanza *s, const char *key, w5_str word)
{
    for (size_t i = 0; i < s->keys; i++)
        if (w5_str_eq(s->key[i].name, w5_str_of(key)) && w5_word_stands_in(s->key[i].value, word))
            return s->key[i].line;
    return s->line;
}

static size_t count_words(w5_str text)
{
    size_t n = 0;
    w5_str word;
    while (take_word(&text, &word))
        n++;
    return n;
}

static size_t put_words(w5_str *at, w5_str text)
{
    size_t n = 0;
    while (take_word(&text, &at[n]))
        n++;
    return n;
}

w5_list w5_words_of(w5_str text, w5_arena *arena)
{
    w5_str *at = W5_NEW_N(arena, w5_str, count_words(text) + 1);
    return (w5_list){at, put_words(at, text)};
}

w5_list w5_stanza_words(const w5_stanza *s, const char *key, w5_arena *arena)
{
    size_t n = 0, i = 0, have = 0;
    w5_str value;
    while (w5_stanza_next(s, key, &i, &value))
        n += count_words(value);
    if (n == 0)
        return (w5_list){NULL, 0};
    w5_str *at = W5_NEW_N(arena, w5_str, n + 1);
    for (i = 0; w5_stanza_next(s, key, &i, &value);)
        have += put_words(at + have, value);
    return (w5_list){at, n};
}

w5_list w5_stanza_lines(const w5_stanza *s, const char *key, w5_arena *arena)
{
    size_t n = 0, i = 0;
    w5_str value;
    while (w5_stanza_next(s, key, &i, &value))
        n++;
    if (n == 0)
        return (w5_list){NULL, 0};
    w5_str *at = W5_NEW_N(arena, w5_str, n);
    n = 0;
    for (i = 0; w5_stanza_next(s, key, &i, &value);)
        at[n++] = value;
    return (w5_list){at, n};
}
