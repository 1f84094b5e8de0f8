#include "memory.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- where it is ----------------------------------------------------------------------------- */
static const char *default_path(w5_arena *arena)
{
    const char *given = getenv("STATE_DIRECTORY"); /* systemd's */
    const char *base = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (given && *given)
        return w5_arena_fmt(arena, "%s/state.db", given).ptr;
    if (geteuid() == 0)
        return "/var/lib/why502/state.db";
    if (base && *base)
        return w5_arena_fmt(arena, "%s/why502/state.db", base).ptr;
    return w5_arena_fmt(arena, "%s/.local/state/why502/state.db", home ? home : "").ptr;
}

static w5_rc make_folders(const char *path, w5_err *err)
{
    char name[PATH_MAX];
    if (strlen(path) >= sizeof(name))
        return w5_fail(err, W5_EIO, ENAMETOOLONG, "cannot keep a state");
    strcpy(name, path);
    for (char *slash = strchr(name + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(name, 0700) != 0 && errno != EEXIST)
            return w5_fail(err, W5_EIO, errno, "cannot make the folder '%s' for the state", name);
        *slash = '/';
    }
    return W5_OK;
}

w5_rc memory_open(memory *m, const options *o, setup *s, w5_err *err)
{
    *m = (memory){.arena = s->arena, .path = options_last(o, OPT_STATE, NULL)};
    w5_rc rc = W5_OK;
    if (!m->path) {
        m->path = default_path(s->arena);
        rc = make_folders(m->path, err);
    }
    if (rc >= 0)
        rc = w5_state_open(&m->state, m->path, err);
    if (rc >= 0) {
        s->state_file = m->path;
        s->engine.whole_lines = true;
    }
    return rc;
}

/* --- what was ---------------------------------------------------------------------------------- */
static const w5_position *position_of(const memory *m, w5_sources *sources, size_t i)
{
    const w5_position *all;
    size_t n = w5_state_positions(m->state, &all);
    for (size_t k = 0; k < n; k++)
        if (!all[k].cursor.len && w5_sources_is(sources, i, &all[k].identity, all[k].offset))
            return &all[k];
    return NULL;
}

/* The last file that stood under this name, unless another source is it. */
static const w5_position *predecessor_of(const memory *m, w5_sources *sources, w5_str name)
{
    const w5_position *all;
    const w5_position *last = NULL;
    size_t n = w5_state_positions(m->state, &all);
    for (size_t k = 0; k < n; k++)
        if (w5_str_eq(all[k].name, name) && (!last || all[k].seen > last->seen))
            last = &all[k];
    for (size_t i = 0; last && i < m->sources; i++)
        if (w5_sources_is(sources, i, &last->identity, last->offset))
            return NULL;
    return last;
}

static void find_place(memory *m, w5_sources *sources, size_t i)
{
    const w5_source *s = w5_sources_at(sources, i);
    const w5_position *p = NULL;
    if (w5_str_eq(s->kind, W5_STR("journal"))) {
        p = predecessor_of(m, sources, s->name);
        if (p && p->cursor.len)
            w5_sources_seek(sources, i, p->cursor, NULL);
        return;
    }
    if (!w5_str_eq(s->kind, W5_STR("file")) || s->error.code < 0)
        return;
    p = position_of(m, sources, i);
    if (p && w5_sources_skip(sources, i, p->offset, NULL) >= 0) {
        w5_engine_lines_before(m->engine, i, p->lines);
        return;
    }
    p = predecessor_of(m, sources, s->name);
    if (p)
        w5_sources_add_rotated(sources, i, &p->identity, p->offset, NULL);
}

static void recall_lines(const memory *m)
{
    const w5_kept *kept;
    size_t n = w5_state_kept(m->state, &kept);
    for (size_t i = 0; i < n; i++)
        w5_engine_recall(m->engine, kept[i].name, kept[i].format, kept[i].line, kept[i].text);
}

void memory_recall(memory *m, w5_engine *e)
{
    const w5_told *known;
    w5_sources *sources = w5_engine_sources(e);
    m->engine = e;
    m->sources = w5_sources_count(sources);
    size_t n = w5_state_told(m->state, &known);
    for (size_t i = 0; i < n; i++)
        *told_add(&m->told) = known[i];
    recall_lines(m);
    for (size_t i = 0; i < m->sources; i++)
        find_place(m, sources, i);
    w5_engine_recalled(e);
    m->reading = true; /* what was recalled is in the state already */
}

/* --- what is ----------------------------------------------------------------------------------- */
void memory_keep(memory *m, const w5_event *event)
{
    const w5_record *r = event->record;
    if (!m->reading || !event->klass || w5_str_eq(event->klass->id, W5_STR("access")))
        return;
    w5_str text = w5_arena_fmt(m->arena, "%.*s\n", W5_ARG(r->text));
    const w5_source *s = r->stream->source < w5_sources_count(w5_engine_sources(m->engine))
                             ? w5_sources_at(w5_engine_sources(m->engine), r->stream->source)
                             : NULL;
    w5_state_keep(m->state, &(w5_kept){.name = r->stream->name,
                                       .format = s ? s->format : W5_NONE,
                                       .line = r->line,
                                       .at = w5_now(),
                                       .text = text});
}

static const char *change_word(const char *what)
{
    return strcmp(what, "opened") == 0 ? "new" : what;
}

/* The first news of an incident says it all: one that opened and is over is new. */
static void collect(void *context, const char *what, const w5_diagnosis *d)
{
    memory *m = context;
    if (m->n > 0 && m->news[m->n - 1] == d)
        return;
    m->news[m->n] = d;
    m->change[m->n++] = change_word(what);
}

static const char *news_of(const memory *m, const w5_diagnosis *d)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->news[i] == d)
            return m->change[i];
    return NULL;
}

w5_run memory_news(memory *m, const w5_run *run)
{
    w5_run shown = *run;
    w5_findings *f = W5_NEW(m->arena, w5_findings);
    const char **change = W5_NEW_N(m->arena, const char *, run->findings->n + 1);
    *f = *run->findings;
    m->news = W5_NEW_N(m->arena, const w5_diagnosis *, f->n + 1);
    m->change = W5_NEW_N(m->arena, const char *, f->n + 1);
    m->n = 0;
    told_news(&m->told, f, collect, m);
    f->at = W5_NEW_N(m->arena, w5_diagnosis *, f->n + 1);
    f->n = 0;
    for (size_t i = 0; i < run->findings->n; i++) {
        const char *word = news_of(m, run->findings->at[i]);
        if (!word)
            continue;
        change[f->n] = word;
        f->at[f->n++] = run->findings->at[i];
    }
    shown.findings = f;
    shown.change = change;
    return shown;
}

static void save_position(memory *m, w5_sources *sources, size_t i)
{
    const w5_source *s = w5_sources_at(sources, i);
    w5_position p = {.name = s->name, .identity = s->identity, .seen = w5_now()};
    p.offset = w5_engine_consumed(m->engine, i);
    p.lines = w5_engine_lines(m->engine, i);
    if (w5_str_eq(s->kind, W5_STR("journal")))
        p.cursor = w5_sources_cursor(sources, i);
    if (p.offset == 0 && !p.cursor.len) { /* nothing new: it stays where it was */
        const w5_position *was = position_of(m, sources, i);
        if (!was)
            return;
        p.offset = was->offset;
        p.lines = was->lines;
        p.identity = was->identity;
    }
    w5_state_set_position(m->state, &p);
}

w5_rc memory_save(memory *m, w5_err *err)
{
    w5_sources *sources = w5_engine_sources(m->engine);
    for (size_t i = 0; i < w5_sources_count(sources); i++)
        save_position(m, sources, i);
    told_forget(&m->told, w5_now() - W5_STATE_SEEN_FOR);
    w5_state_set_told(m->state, m->told.at, m->told.n);
    return w5_state_save(m->state, w5_now(), err);
}

void memory_close(memory *m)
{
    told_done(&m->told);
    w5_state_close(m->state);
    m->state = NULL;
}
