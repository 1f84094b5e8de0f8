/* pattern.c -- the typed view of a pattern stanza, and whose turn comes when. */
#include "inside.h"
#include "keys.h"
#include "stanza.h"

/* "111 61 none" as numbers. */
static w5_rc read_numbers(w5_catalogue *c, w5_probe *p, w5_err *err)
{
    const w5_pattern *pattern = &p->pattern;
    int *numbers = W5_NEW_N(c->arena, int, pattern->errnos.n + 1);
    for (size_t i = 0; i < pattern->errnos.n; i++) {
        w5_str word = pattern->errnos.at[i];
        uint64_t n = 0;
        if (!w5_str_eq(word, W5_STR("none")) && (!w5_str_u64(word, &n) || n > INT32_MAX))
            return w5_stanza_fail(err, pattern->stanza->file,
                                  w5_stanza_line(pattern->stanza, "errno"),
                                  "errno must be numbers or 'none', not '%.*s'", W5_ARG(word));
        numbers[i] = w5_str_eq(word, W5_STR("none")) ? -1 : (int)n;
    }
    p->numbers = numbers;
    return W5_OK;
}

static w5_rc check_sets(const w5_pattern *p, w5_err *err)
{
    for (size_t i = 0; i < p->sets.n; i++) {
        w5_str field, value;
        if (!w5_str_cut(p->sets.at[i], '=', &field, &value) || field.len == 0)
            return w5_stanza_fail(err, p->stanza->file, w5_stanza_line(p->stanza, "set"),
                                  "'set' must be field=value, not '%.*s'", W5_ARG(p->sets.at[i]));
    }
    return W5_OK;
}

/* `class` is for upstream errors and their look-alikes, `kind` for what lives. */
static w5_rc check_family(const w5_pattern *p, bool as_kind, w5_err *err)
{
    const w5_stanza *s = p->stanza;
    bool life = p->klass->family == W5_LIFE;
    if (life != as_kind)
        return w5_stanza_fail(err, s->file, w5_stanza_line(s, as_kind ? "kind" : "class"),
                              "'%.*s' is %s: write '%s: %.*s'", W5_ARG(p->klass->id),
                              life ? "a kind" : "a class", life ? "kind" : "class",
                              W5_ARG(p->klass->id));
    if (p->klass->family == W5_UPSTREAM && p->code.len == 0)
        return w5_stanza_fail(err, s->file, s->line, "an upstream error needs a 'code': '%.*s'",
                              W5_ARG(s->id));
    return W5_OK;
}

static w5_rc read_class(const w5_catalogue *c, w5_pattern *p, w5_err *err)
{
    const w5_stanza *s = p->stanza;
    w5_str klass = w5_stanza_get(s, "class"), kind = w5_stanza_get(s, "kind");
    if (klass.len > 0 && kind.len > 0)
        return w5_stanza_fail(err, s->file, w5_stanza_line(s, "kind"),
                              "'%.*s' has both 'class' and 'kind'", W5_ARG(s->id));
    w5_str id = klass.len > 0 ? klass : kind;
    if (id.len == 0 || w5_str_eq(id, W5_STR("other")))
        return W5_OK;
    const w5_entry *entry = w5_catalogue_entry(c, W5_STR("class"), id);
    if (entry != NULL && entry->stanza == NULL)
        return W5_OK; /* disabled: understood, of no interest */
    p->klass = w5_catalogue_class(c, id);
    if (p->klass == NULL)
        return w5_unknown_id(c, s, w5_stanza_line(s, klass.len > 0 ? "class" : "kind"),
                             W5_STR("class"), id, err);
    return check_family(p, kind.len > 0, err);
}

static w5_rc check_ends(const w5_pattern *p, w5_err *err)
{
    if (p->ends && p->starts.n == 0)
        return w5_stanza_fail(err, p->stanza->file, w5_stanza_line(p->stanza, "ends"),
                              "'%.*s' says 'ends' but not how it 'starts'", W5_ARG(p->id));
    return W5_OK;
}

/* The built-in expressions are tried by `catalogue check`; those of users here, so that a mistake
 * is told at once. */
static w5_rc check_match(const w5_catalogue *c, const w5_entry *e, const w5_pattern *p, w5_err *err)
{
    w5_err why;
    w5_regex *re = NULL;
    if (p->match.len == 0 || e->layer == c->builtin_layer)
        return W5_OK;
    if (w5_regex_new(p->match, &re, &why) < 0)
        return w5_stanza_fail(err, p->stanza->file, w5_stanza_line(p->stanza, "match"),
                              "'match' of '%.*s': %s", W5_ARG(p->id), why.text);
    w5_regex_free(re);
    return W5_OK;
}

w5_rc w5_seal_pattern(w5_catalogue *c, w5_entry *e, w5_err *err)
{
    const w5_stanza *s = e->stanza;
    w5_probe *probe = W5_NEW(c->arena, w5_probe);
    w5_pattern *p = &probe->pattern;
    if (c->pattern_count == W5_PATTERNS_MAX)
        return w5_stanza_fail(err, s->file, s->line, "more than %d patterns", W5_PATTERNS_MAX);
    *p = (w5_pattern){
        .stanza = s,
        .id = s->id,
        .formats = w5_stanza_words(s, "format", c->arena),
        .code = w5_stanza_get(s, "code"),
        .starts = w5_stanza_lines(s, "starts", c->arena),
        .needs = w5_stanza_lines(s, "needs", c->arena),
        .match = w5_stanza_get(s, "match"),
        .phases = w5_stanza_lines(s, "phase", c->arena),
        .errnos = w5_stanza_words(s, "errno", c->arena),
        .levels = w5_stanza_words(s, "level", c->arena),
        .idents = w5_stanza_words(s, "ident", c->arena),
        .ends = w5_stanza_yes(s, "ends"),
        .sets = w5_stanza_lines(s, "set", c->arena),
    };
    e->view = p;
    c->probes[c->pattern_count++] = probe;
    w5_rc rc = read_class(c, p, err);
    if (rc == W5_OK)
        rc = read_numbers(c, probe, err);
    if (rc == W5_OK)
        rc = check_sets(p, err);
    if (rc == W5_OK)
        rc = check_ends(p, err);
    return rc < 0 ? rc : check_match(c, e, p, err);
}

static size_t find_turn(const w5_catalogue *c, w5_str id)
{
    size_t i = 0;
    while (i < c->pattern_count && !w5_str_eq(c->probes[i]->pattern.id, id))
        i++;
    return i;
}

static void move_before(w5_probe **at, size_t from, size_t to)
{
    w5_probe *p = at[from];
    if (from < to)
        memmove(at + from, at + from + 1, (--to - from) * sizeof(*at));
    else
        memmove(at + to + 1, at + to, (from - to) * sizeof(*at));
    at[to] = p;
}

static w5_rc take_turn(w5_catalogue *c, const w5_stanza *s, w5_err *err)
{
    w5_str before = w5_stanza_get(s, "before");
    if (before.len == 0)
        return W5_OK;
    size_t to = find_turn(c, before);
    if (w5_catalogue_entry(c, W5_STR("pattern"), before) == NULL)
        return w5_unknown_id(c, s, w5_stanza_line(s, "before"), W5_STR("pattern"), before, err);
    if (to == c->pattern_count)
        return W5_OK; /* disabled */
    move_before(c->probes, find_turn(c, s->id), to);
    return W5_OK;
}

w5_rc w5_seal_turns(w5_catalogue *c, w5_err *err)
{
    for (size_t i = 0; i < c->entries; i++) {
        const w5_entry *e = &c->entry[i];
        bool pattern = e->stanza != NULL && w5_str_eq(e->kind, W5_STR("pattern"));
        w5_rc rc = pattern ? take_turn(c, e->stanza, err) : W5_OK;
        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i < c->pattern_count; i++) {
        c->probes[i]->pattern.index = (uint16_t)i;
        c->patterns[i] = &c->probes[i]->pattern;
    }
    return W5_OK;
}
