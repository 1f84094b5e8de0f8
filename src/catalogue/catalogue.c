#include "inside.h"

#include "keys.h"
#include "nearest.h"
#include "stanza.h"

w5_catalogue *w5_catalogue_new(w5_arena *forever)
{
    w5_catalogue *c = W5_NEW(forever, w5_catalogue);
    c->arena = forever;
    c->entry = W5_NEW_N(forever, w5_entry, W5_STANZAS_MAX);
    c->slot = W5_NEW_N(forever, uint16_t, W5_SLOTS);
    return c;
}

void w5_catalogue_free(w5_catalogue *c)
{
    (void)c; /* all of it is the arena's */
}

/* The slot of (kind, id), or the free one where it belongs. */
static size_t find_slot(const w5_catalogue *c, w5_str kind, w5_str id)
{
    size_t at = (w5_str_hash(kind) * 31 + w5_str_hash(id)) & (W5_SLOTS - 1);
    for (; c->slot[at] != 0; at = (at + 1) & (W5_SLOTS - 1)) {
        const w5_entry *e = &c->entry[c->slot[at] - 1];
        if (w5_str_eq(e->id, id) && w5_str_eq(e->kind, kind))
            break;
    }
    return at;
}

w5_entry *w5_catalogue_entry(const w5_catalogue *c, w5_str kind, w5_str id)
{
    size_t at = find_slot(c, kind, id);
    return c->slot[at] == 0 ? NULL : &c->entry[c->slot[at] - 1];
}

void w5_catalogue_layer(w5_catalogue *c)
{
    c->layer++;
}

static w5_rc add_entry(w5_catalogue *c, const w5_stanza *s, w5_err *err)
{
    if (c->entries == W5_STANZAS_MAX)
        return w5_stanza_fail(err, s->file, s->line, "more than %d stanzas", W5_STANZAS_MAX);
    size_t at = find_slot(c, s->kind, s->id);
    c->entry[c->entries] = (w5_entry){.stanza = s, .kind = s->kind, .id = s->id, .layer = c->layer};
    c->slot[at] = (uint16_t)++c->entries;
    return W5_OK;
}

static bool is_overridden(const w5_stanza *more, const w5_stanza *base, w5_str key)
{
    size_t at = 0;
    w5_str value;
    return !w5_key_adds_up(base->kind, key) && w5_stanza_find(more, key, &at, &value);
}

/* The lines and the prose of `more` behind those of `base`; keys that stand once are taken from
 * `more` where it has them. */
static const w5_stanza *join_stanzas(w5_catalogue *c, const w5_stanza *base, const w5_stanza *more)
{
    w5_stanza *s = W5_NEW(c->arena, w5_stanza);
    struct w5_key *keys = W5_NEW_N(c->arena, struct w5_key, base->keys + more->keys);
    *s = *base;
    s->file = more->file; /* mistakes are those of whoever extended it last */
    s->line = more->line;
    s->keys = 0;
    for (size_t i = 0; i < base->keys; i++)
        if (!is_overridden(more, base, base->key[i].name))
            keys[s->keys++] = base->key[i];
    for (size_t i = 0; i < more->keys; i++)
        if (!w5_str_eq(more->key[i].name, W5_STR("extend")))
            keys[s->keys++] = more->key[i];
    s->key = keys;
    if (more->prose.len > 0)
        s->prose = w5_arena_fmt(c->arena, "%.*s\n\n%.*s", W5_ARG(base->prose), W5_ARG(more->prose));
    return s;
}

static w5_rc change_entry(w5_catalogue *c, w5_entry *e, const w5_stanza *s, w5_err *err)
{
    if (e->layer == c->layer && e->stanza != NULL)
        return w5_stanza_fail(err, s->file, s->line, "%.*s '%.*s' stands twice, first at %.*s:%u",
                              W5_ARG(s->kind), W5_ARG(s->id), W5_ARG(e->stanza->file),
                              e->stanza->line);
    e->layer = c->layer;
    if (w5_stanza_yes(s, "disable")) {
        e->was = e->stanza;
        e->stanza = NULL;
        return W5_OK;
    }
    if (!w5_stanza_yes(s, "extend")) {
        e->stanza = s;
        return W5_OK;
    }
    if (e->stanza != NULL)
        e->stanza = join_stanzas(c, e->stanza, s);
    return e->stanza == NULL ? W5_OK : w5_keys_check(e->stanza, err);
}

static w5_rc put_stanza(w5_catalogue *c, const w5_stanza *s, w5_err *err)
{
    w5_rc rc = w5_keys_check(s, err);
    if (rc < 0)
        return rc;
    w5_entry *e = w5_catalogue_entry(c, s->kind, s->id);
    if (e != NULL)
        return change_entry(c, e, s, err);
    if (w5_stanza_yes(s, "disable") || w5_stanza_yes(s, "extend"))
        return w5_unknown_id(c, s, s->line, s->kind, s->id, err);
    return add_entry(c, s, err);
}

w5_rc w5_catalogue_read(w5_catalogue *c, w5_str file, w5_str text, w5_err *err)
{
    w5_stanza_reader reader;
    w5_rc rc = w5_stanza_reader_init(&reader, file, text, c->arena, err);
    while (rc == W5_OK) {
        w5_stanza *s = W5_NEW(c->arena, w5_stanza);
        rc = w5_stanza_read(&reader, s, err);
        if (rc == W5_OK)
            rc = put_stanza(c, s, err);
    }
    return rc == W5_END ? W5_OK : rc;
}

w5_rc w5_catalogue_load(w5_catalogue *c, w5_str file, w5_str text, w5_err *err)
{
    w5_catalogue_layer(c);
    return w5_catalogue_read(c, w5_arena_str(c->arena, file), w5_arena_str(c->arena, text), err);
}

static void try_entries(const w5_catalogue *c, w5_str kind, w5_nearest *near)
{
    for (size_t i = 0; i < c->entries; i++)
        if (c->entry[i].stanza != NULL && (kind.len == 0 || w5_str_eq(c->entry[i].kind, kind)))
            w5_nearest_try(near, c->entry[i].id);
}

w5_rc w5_unknown_id(const w5_catalogue *c, const w5_stanza *s, unsigned line, w5_str kind,
                    w5_str id, w5_err *err)
{
    w5_nearest near = w5_nearest_of(id);
    try_entries(c, kind, &near);
    w5_str what = kind.len > 0 ? kind : W5_STR("id");
    return w5_stanza_fail(err, s->file, line, "unknown %.*s '%.*s'" W5_HINT_FMT, W5_ARG(what),
                          W5_ARG(id), W5_HINT_ARG(near));
}

w5_str w5_catalogue_nearest(const w5_catalogue *c, w5_str id)
{
    w5_nearest near = w5_nearest_of(id);
    try_entries(c, W5_NONE, &near);
    return near.best;
}

/* A stanza may be asked for before the seal; a view only after it. */
const w5_stanza *w5_catalogue_stanza(const w5_catalogue *c, w5_str kind, w5_str id)
{
    const w5_entry *e = w5_catalogue_entry(c, kind, id);
    return e == NULL ? NULL : e->stanza;
}

bool w5_catalogue_is_builtin(const w5_catalogue *c, const w5_stanza *s)
{
    const w5_entry *e = w5_catalogue_entry(c, s->kind, s->id);
    return e != NULL && e->layer == c->builtin_layer && c->builtin_layer > 0;
}

static const void *find_view(const w5_catalogue *c, w5_str kind, w5_str id)
{
    const w5_entry *e = w5_catalogue_entry(c, kind, id);
    return e == NULL || e->stanza == NULL ? NULL : e->view;
}

const w5_class *w5_catalogue_class(const w5_catalogue *c, w5_str id)
{
    return find_view(c, W5_STR("class"), id);
}

const w5_cause *w5_catalogue_cause(const w5_catalogue *c, w5_str id)
{
    return find_view(c, W5_STR("cause"), id);
}

const w5_remedy *w5_catalogue_remedy(const w5_catalogue *c, w5_str id)
{
    return find_view(c, W5_STR("remedy"), id);
}

size_t w5_catalogue_classes(const w5_catalogue *c, const w5_class *const **all)
{
    *all = c->classes;
    return c->class_count;
}

size_t w5_catalogue_patterns(const w5_catalogue *c, const w5_pattern *const **all)
{
    *all = c->patterns;
    return c->pattern_count;
}

size_t w5_catalogue_causes(const w5_catalogue *c, const w5_cause *const **all)
{
    *all = c->causes;
    return c->cause_count;
}

size_t w5_catalogue_remedies(const w5_catalogue *c, const w5_remedy *const **all)
{
    *all = c->remedies;
    return c->remedy_count;
}

size_t w5_catalogue_stanzas(const w5_catalogue *c, const w5_stanza *const **all)
{
    *all = c->stanzas;
    return c->stanza_count;
}

size_t w5_catalogue_ignores(const w5_catalogue *c, const w5_ignore **all)
{
    *all = c->ignores;
    return c->ignore_count;
}
