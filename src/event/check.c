/* check.c -- a catalogue held against itself (`why502 catalogue check`). */
#include <why502/event.h>

#include <stdlib.h>

#include "read.h"

typedef struct checking {
    const w5_catalogue *catalogue;
    w5_classifier *classifier;
    w5_matcher *matcher;
    w5_arena *arena;
    const w5_declared *declared;
    size_t declared_n;
    w5_complaint *complaint;
    size_t n, room;
} checking;

/* Remarks are for those who write a catalogue, not for those who use the built-in one. */
static void complain(checking *k, bool mistake, const w5_stanza *s, unsigned line, w5_str text)
{
    if (!mistake && w5_catalogue_is_builtin(k->catalogue, s))
        return;
    if (k->n == k->room) {
        k->room = k->room == 0 ? 64 : 2 * k->room;
        k->complaint = w5_xrealloc(k->complaint, k->room, sizeof(*k->complaint));
    }
    k->complaint[k->n++] = (w5_complaint){mistake, s->file, line, text};
}

#define MISTAKE(k, s, line, ...)                                                                   \
    complain((k), true, (s), (line), w5_arena_fmt((k)->arena, __VA_ARGS__))
#define REMARK(k, s, line, ...)                                                                    \
    complain((k), false, (s), (line), w5_arena_fmt((k)->arena, __VA_ARGS__))

/* --- formats that the catalogue declares -------------------------------------------------------
 */
static bool is_declared(const checking *k, w5_str id)
{
    for (size_t i = 0; i < k->declared_n; i++)
        if (w5_str_eq(w5_declared_format(k->declared, i)->id, id))
            return true;
    return false;
}

static bool is_format(const checking *k, w5_str id)
{
    return w5_format_known(id) || is_declared(k, id);
}

typedef struct taking { /* whether a sample's records are of the format */
    w5_str id;
    size_t mine, others, timeless;
} taking;

static void see_format(void *ctx, const w5_event *event)
{
    taking *t = ctx;
    bool mine = event->record->format && w5_str_eq(event->record->format->id, t->id);
    t->mine += mine;
    t->others += !mine;
    t->timeless += mine && event->record->at == W5_TIME_NONE;
}

static void check_declared(checking *k, const w5_stanza *s)
{
    size_t samples = 0;
    for (size_t i = 0; i < s->keys; i++) {
        const struct w5_key *key = &s->key[i];
        bool sample = w5_str_eq(key->name, W5_STR("sample"));
        taking t = {.id = s->id};
        if (!sample && !w5_str_eq(key->name, W5_STR("not")))
            continue;
        samples += sample;
        w5_read_text(k->classifier, key->value, W5_STR(""), see_format, &t);
        if (sample && t.mine == 0)
            MISTAKE(k, s, key->line, "sample of format '%.*s': it does not match", W5_ARG(s->id));
        else if (sample && t.timeless > 0)
            REMARK(k, s, key->line, "sample of format '%.*s': it tells no time", W5_ARG(s->id));
        else if (!sample && t.mine > 0)
            MISTAKE(k, s, key->line, "'not' of format '%.*s': it matches all the same",
                    W5_ARG(s->id));
    }
    if (samples == 0)
        REMARK(k, s, s->line, "format '%.*s' has no sample", W5_ARG(s->id));
}

/* --- samples ------------------------------------------------------------------------------- */
typedef struct verdict { /* what became of a sample */
    const w5_pattern *wanted;
    const w5_pattern *other; /* another pattern that took one of its records */
    size_t records;
    bool met;
} verdict;

static void judge(void *ctx, const w5_event *event)
{
    verdict *v = ctx;
    v->records++;
    if (event->pattern == v->wanted)
        v->met = true;
    else if (event->pattern != NULL)
        v->other = event->pattern;
}

/* As it would be read from a file; where a line alone does not tell its format, as that format. */
static verdict try_sample(checking *k, const w5_pattern *p, w5_str sample)
{
    verdict v = {.wanted = p};
    w5_read_text(k->classifier, sample, W5_STR(""), judge, &v);
    for (size_t i = 0; i < p->formats.n && !v.met && v.other == NULL; i++)
        if (is_format(k, p->formats.at[i]))
            w5_read_text(k->classifier, sample, p->formats.at[i], judge, &v);
    return v;
}

static void check_sample(checking *k, const w5_pattern *p, const struct w5_key *key)
{
    verdict v = try_sample(k, p, key->value);
    if (v.met)
        return;
    if (v.records == 0)
        MISTAKE(k, p->stanza, key->line, "sample of '%.*s': no format understands it",
                W5_ARG(p->id));
    else if (v.other != NULL)
        MISTAKE(k, p->stanza, key->line, "sample of '%.*s': pattern '%.*s' (%.*s:%u) takes it",
                W5_ARG(p->id), W5_ARG(v.other->id), W5_ARG(v.other->stanza->file),
                v.other->stanza->line);
    else
        MISTAKE(k, p->stanza, key->line, "sample of '%.*s': no pattern matches it", W5_ARG(p->id));
}

static void check_not(checking *k, const w5_pattern *p, const struct w5_key *key)
{
    if (try_sample(k, p, key->value).met)
        MISTAKE(k, p->stanza, key->line, "'not' of '%.*s': it matches all the same", W5_ARG(p->id));
}

static void check_samples(checking *k, const w5_pattern *p)
{
    size_t samples = 0;
    for (size_t i = 0; i < p->stanza->keys; i++) {
        const struct w5_key *key = &p->stanza->key[i];
        if (w5_str_eq(key->name, W5_STR("sample"))) {
            check_sample(k, p, key);
            samples++;
        } else if (w5_str_eq(key->name, W5_STR("not"))) {
            check_not(k, p, key);
        }
    }
    if (samples == 0)
        REMARK(k, p->stanza, p->stanza->line, "pattern '%.*s' has no sample", W5_ARG(p->id));
}

/* --- names --------------------------------------------------------------------------------- */
static void check_formats(checking *k, const w5_pattern *p)
{
    for (size_t i = 0; i < p->formats.n; i++)
        if (!is_format(k, p->formats.at[i]))
            MISTAKE(k, p->stanza, p->stanza->line, "pattern '%.*s': unknown format '%.*s'",
                    W5_ARG(p->id), W5_ARG(p->formats.at[i]));
}

/* A `format` stanza is prose about a format of src/record, or declares one. */
static void check_format_page(checking *k, const w5_stanza *s)
{
    if (!w5_str_eq(s->kind, W5_STR("format")))
        return;
    if (is_declared(k, s->id))
        check_declared(k, s);
    else if (!w5_format_known(s->id))
        MISTAKE(k, s, s->line, "unknown format '%.*s'", W5_ARG(s->id));
}

/* A log that is known only to be told apart. */
static void check_foreign(checking *k, const w5_stanza *s)
{
    w5_regex *re;
    w5_err err;
    size_t samples = 0;
    if (!w5_str_eq(s->kind, W5_STR("foreign")))
        return;
    if (w5_regex_new(w5_stanza_get(s, "match"), &re, &err) < 0) {
        MISTAKE(k, s, s->line, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < s->keys; i++) {
        const struct w5_key *key = &s->key[i];
        bool sample = w5_str_eq(key->name, W5_STR("sample"));
        if (!sample && !w5_str_eq(key->name, W5_STR("not")))
            continue;
        samples += sample;
        if ((w5_regex_match(re, key->value, NULL, 0) == W5_OK) != sample)
            MISTAKE(k, s, key->line,
                    sample ? "sample of foreign '%.*s': it does not match"
                           : "'not' of foreign '%.*s': it matches all the same",
                    W5_ARG(s->id));
    }
    if (samples == 0)
        REMARK(k, s, s->line, "foreign '%.*s' has no sample", W5_ARG(s->id));
    w5_regex_free(re);
}

static void check_groups(checking *k, const w5_pattern *p)
{
    w5_err err;
    if (w5_matcher_try(k->matcher, p, &err) < 0) {
        MISTAKE(k, p->stanza, p->stanza->line, "%s", err.text);
        return;
    }
    for (size_t i = 1; i < W5_GROUPS; i++) {
        w5_str name = w5_matcher_group_name(k->matcher, p, i);
        if (name.len > 0 && w5_field_find(name) < 0)
            MISTAKE(k, p->stanza, p->stanza->line, "pattern '%.*s': no field is called '%.*s'",
                    W5_ARG(p->id), W5_ARG(name));
    }
}

static void check_sets(checking *k, const w5_pattern *p)
{
    for (size_t i = 0; i < p->sets.n; i++) {
        w5_str name = W5_NONE, value;
        w5_str_cut(p->sets.at[i], '=', &name, &value);
        if (w5_field_find(name) < 0)
            MISTAKE(k, p->stanza, p->stanza->line, "pattern '%.*s': no field is called '%.*s'",
                    W5_ARG(p->id), W5_ARG(name));
    }
}

static void check_cost(checking *k, const w5_pattern *p)
{
    if (w5_pattern_is_costly(p))
        REMARK(k, p->stanza, p->stanza->line,
               "pattern '%.*s': its expression is tried on every line; give it 'starts' or 'needs'",
               W5_ARG(p->id));
}

static void check_pattern(checking *k, const w5_pattern *p)
{
    check_formats(k, p);
    check_groups(k, p);
    check_sets(k, p);
    check_cost(k, p);
    check_samples(k, p);
}

/* --- codes: what a pattern gives must stand at its class ----------------------------------- */
static bool holds(const w5_list *words, w5_str word)
{
    for (size_t i = 0; i < words->n; i++)
        if (w5_str_eq(words->at[i], word))
            return true;
    return false;
}

static void check_code(checking *k, const w5_pattern *p)
{
    size_t at;
    bool template = w5_str_find_char(p->code, '{', &at);
    if (p->klass == NULL || p->code.len == 0 || template || holds(&p->klass->codes, p->code))
        return;
    MISTAKE(k, p->stanza, p->stanza->line, "pattern '%.*s': class '%.*s' has no code '%.*s'",
            W5_ARG(p->id), W5_ARG(p->klass->id), W5_ARG(p->code));
}

/* --- pages: no two say the same ------------------------------------------------------------ */
static void check_prose(checking *k, const w5_stanza *const *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool page = !w5_str_eq(all[i]->kind, W5_STR("pattern")) &&
                    !w5_str_eq(all[i]->kind, W5_STR("ignore"));
        if (page && all[i]->prose.len == 0)
            REMARK(k, all[i], all[i]->line, "%.*s '%.*s' has no prose", W5_ARG(all[i]->kind),
                   W5_ARG(all[i]->id));
        for (size_t j = 0; j < i; j++)
            if (all[i]->prose.len > 0 && w5_str_eq(all[i]->prose, all[j]->prose))
                MISTAKE(k, all[i], all[i]->line, "'%.*s' has the prose of '%.*s'",
                        W5_ARG(all[i]->id), W5_ARG(all[j]->id));
    }
}

/* --- what nothing leads to ----------------------------------------------------------------- */
static bool is_advised(const checking *k, const w5_remedy *r)
{
    const w5_cause *const *causes;
    size_t n = w5_catalogue_causes(k->catalogue, &causes);
    for (size_t i = 0; i < n; i++)
        if (holds(&causes[i]->first, r->id) || holds(&causes[i]->then, r->id))
            return true;
    return false;
}

static void check_remedies(checking *k)
{
    const w5_remedy *const *remedies;
    size_t n = w5_catalogue_remedies(k->catalogue, &remedies);
    for (size_t i = 0; i < n; i++)
        if (!is_advised(k, remedies[i]))
            REMARK(k, remedies[i]->stanza, remedies[i]->stanza->line,
                   "no cause advises remedy '%.*s'", W5_ARG(remedies[i]->id));
}

static void check_causes(checking *k)
{
    const w5_cause *const *causes;
    size_t n = w5_catalogue_causes(k->catalogue, &causes);
    for (size_t i = 0; i < n; i++)
        if (causes[i]->first.n == 0)
            MISTAKE(k, causes[i]->stanza, causes[i]->stanza->line,
                    "cause '%.*s' has no remedy under 'first'", W5_ARG(causes[i]->id));
}

size_t w5_catalogue_check(const w5_catalogue *c, w5_arena *arena, const w5_complaint **all)
{
    checking k = {.catalogue = c, .arena = arena};
    const w5_pattern *const *patterns;
    const w5_stanza *const *stanzas;
    size_t n = w5_catalogue_patterns(c, &patterns);
    w5_err err;
    if (w5_declared_read(c, arena, &k.declared, &k.declared_n, &err) < 0)
        k.declared_n = 0; /* told when the catalogue was loaded */
    k.classifier = w5_classifier_new(c);
    k.matcher = w5_matcher_new(c);
    for (size_t i = 0; i < n; i++) {
        check_pattern(&k, patterns[i]);
        check_code(&k, patterns[i]);
    }
    size_t all_stanzas = w5_catalogue_stanzas(c, &stanzas);
    check_prose(&k, stanzas, all_stanzas);
    for (size_t i = 0; i < all_stanzas; i++) {
        check_format_page(&k, stanzas[i]);
        check_foreign(&k, stanzas[i]);
    }
    check_causes(&k);
    check_remedies(&k);
    w5_classifier_free(k.classifier);
    w5_matcher_free(k.matcher);
    w5_complaint *kept = W5_NEW_N(arena, w5_complaint, k.n + 1);
    if (k.n > 0)
        memcpy(kept, k.complaint, k.n * sizeof(*kept));
    free(k.complaint);
    *all = kept;
    return k.n;
}
