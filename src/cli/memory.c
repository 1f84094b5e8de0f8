#include "memory.h"

#define LATE (10 * W5_MINUTE) /* how long a writer may hold on to a log that was rotated away */

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
    const char *given = secure_getenv("STATE_DIRECTORY"); /* systemd's */
    const char *base = secure_getenv("XDG_STATE_HOME");
    const char *home = secure_getenv("HOME");
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
    memcpy(name, path, strlen(path) + 1);
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
    m->zone = s->view.zone;
    m->follows = s->engine.follow;
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
static bool is_surer(const w5_position *a, const w5_position *b)
{
    uint32_t known = a->identity.fingerprinted, other = b->identity.fingerprinted;
    return known != other ? known > other : a->offset > b->offset;
}

/* Of several that fit the one of which most of the text is known; of copies the one that was read
 * furthest: what stands before that place was read. */
static const w5_position *position_of(const memory *m, const w5_sources *sources, size_t i)
{
    const w5_position *all, *best = NULL;
    size_t n = w5_state_positions(m->state, &all);
    for (size_t k = 0; k < n; k++)
        if (!all[k].cursor.len && w5_sources_is(sources, i, &all[k].identity, all[k].offset) &&
            (!best || is_surer(&all[k], best)))
            best = &all[k];
    return best;
}

static w5_place place_of(const w5_position *p)
{
    return (w5_place){.identity = p->identity, .was = p->identity, .offset = p->offset, .lines = p->lines, .at = p->seen};
}

static w5_time last_seen(const memory *m, w5_str name)
{
    const w5_position *all;
    w5_time last = W5_TIME_NONE;
    size_t n = w5_state_positions(m->state, &all);
    for (size_t k = 0; k < n; k++)
        if (w5_str_eq(all[k].name, name) && (last == W5_TIME_NONE || all[k].seen > last))
            last = all[k].seen;
    return last;
}

/* The source may be a copy of the file whose text the state knows. */
static void begin_at(const memory *m, w5_sources *sources, size_t i, const w5_position *p)
{
    w5_place place = place_of(p);
    const w5_identity *is = &w5_sources_at(sources, i)->identity;
    place.identity.device = is->device;
    place.identity.inode = is->inode;
    w5_engine_begin_at(m->engine, i, &place);
}

static void begin_rotated(const memory *m, w5_sources *sources, size_t from)
{
    for (size_t i = from; i < w5_sources_count(sources); i++) {
        const w5_position *p = position_of(m, sources, i);
        if (p)
            begin_at(m, sources, i, p);
    }
}

typedef struct question {
    const memory *m;
    w5_str name;
    w5_time last; /* when the state knew of this log for the last time */
} question;

static w5_before ask_before(void *context, const w5_sources *sources, size_t i)
{
    const question *q = context;
    const w5_position *p = position_of(q->m, sources, i);
    if (!p)
        return (w5_before){0};
    return (w5_before){p->offset, p->seen == q->last && w5_str_eq(p->name, q->name)};
}

/* The files that stood under this name when the last run ended, and since: their rest comes first. */
static void find_rotated(const memory *m, w5_sources *sources, size_t i, const w5_position *current)
{
    const w5_position *all;
    size_t had = w5_sources_count(sources), others = 0;
    w5_str name = w5_sources_at(sources, i)->name;
    question q = {m, name, last_seen(m, name)};
    size_t n = w5_state_positions(m->state, &all);
    for (size_t k = 0; k < n; k++) {
        w5_place place = place_of(&all[k]);
        if (&all[k] == current || all[k].seen != q.last || !w5_str_eq(all[k].name, name))
            continue;
        others++;
        if (m->follows)
            w5_engine_begin_at(m->engine, i, &place);
    }
    if (others)
        w5_sources_add_rotated(sources, i, ask_before, &q);
    begin_rotated(m, sources, had);
}

/* Rotations that nobody saw may bring these texts back under any name. */
static void know_texts(const memory *m, w5_sources *sources)
{
    const w5_position *all;
    size_t n = m->follows ? w5_state_positions(m->state, &all) : 0;
    for (size_t k = 0; k < n; k++)
        if (!all[k].cursor.len)
            w5_sources_know(sources, &all[k].identity, all[k].offset);
}

static void find_place(const memory *m, w5_sources *sources, size_t i)
{
    if (!w5_str_eq(w5_sources_at(sources, i)->kind, W5_STR("file")))
        return;
    const w5_position *p = position_of(m, sources, i);
    bool known = p && w5_sources_skip(sources, i, p->offset, NULL) >= 0;
    find_rotated(m, sources, i, known ? p : NULL);
    if (known)
        begin_at(m, sources, i, p);
}

static void find_cursor(const memory *m, w5_sources *sources, size_t i)
{
    const w5_position *all;
    const w5_source *s = w5_sources_at(sources, i);
    size_t n = w5_state_positions(m->state, &all);
    for (size_t k = 0; k < n; k++)
        if (all[k].cursor.len && w5_str_eq(all[k].name, s->name))
            w5_sources_seek(sources, i, all[k].cursor, NULL);
}

static void recall_lines(const memory *m)
{
    const w5_kept *kept;
    size_t n = w5_state_kept(m->state, &kept);
    for (size_t i = 0; i < n; i++)
        w5_engine_recall(m->engine, kept[i].name, kept[i].format, kept[i].line, kept[i].text);
}

/* The rows of the state change with each save. */
static void recall_counters(memory *m)
{
    const w5_counter *all;
    m->was_n = w5_state_counters(m->state, &all);
    w5_counter *own = W5_NEW_N(m->arena, w5_counter, m->was_n + 1);
    for (size_t i = 0; i < m->was_n; i++) {
        own[i] = all[i];
        own[i].family = w5_arena_str(m->arena, all[i].family);
        for (size_t k = 0; k < 2; k++)
            own[i].label[k] = w5_arena_str(m->arena, all[i].label[k]);
    }
    m->was = own;
    m->recalled = w5_report_counters(w5_engine_run(m->engine), m->arena, &m->recalled_n);
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
    know_texts(m, sources);
    for (size_t i = 0; i < m->sources; i++)
        find_place(m, sources, i);
    for (size_t i = 0; i < m->sources; i++)
        if (w5_str_eq(w5_sources_at(sources, i)->kind, W5_STR("journal")))
            find_cursor(m, sources, i);
    w5_engine_recalled(e);
    recall_counters(m);
    m->reading = true; /* what was recalled is in the state already */
}

/* --- what is ----------------------------------------------------------------------------------- */
static int64_t day_of(const memory *m, w5_time at)
{
    int64_t local = at / W5_SECOND + w5_zone_offset(&m->zone, at);
    return local / 86400 - (local % 86400 < 0);
}

static bool is_error(const w5_class *k)
{
    return k->family == W5_UPSTREAM && !w5_str_eq(k->id, W5_STR("peer-disabled")) &&
           !w5_str_eq(k->id, W5_STR("upstream-5xx"));
}

/* A stamp without a zone is local time already. */
static void count_day(const memory *m, const w5_record *r)
{
    if (r->at != W5_TIME_NONE)
        w5_state_count_errors(m->state, r->zoned ? day_of(m, r->at) : r->at / W5_DAY, r->count);
}

void memory_keep(memory *m, const w5_event *event)
{
    const w5_record *r = event->record;
    if (!m->reading || !event->klass || w5_str_eq(event->klass->id, W5_STR("access")))
        return;
    const w5_sources *sources = w5_engine_sources(m->engine);
    const w5_source *s = r->stream->source < w5_sources_count(sources)
                             ? w5_sources_at(w5_engine_sources(m->engine), r->stream->source)
                             : NULL;
    if (m->room < r->text.len + 1) {
        m->room = 2 * r->text.len + 1;
        m->line = w5_xrealloc(m->line, m->room, 1);
    }
    memcpy(m->line, r->text.ptr, r->text.len);
    m->line[r->text.len] = '\n';
    w5_state_keep(m->state, &(w5_kept){.name = r->stream->name,
                                       .format = s ? s->format : W5_NONE,
                                       .line = r->line,
                                       .at = w5_now(),
                                       .text = {m->line, r->text.len + 1}});
    if (is_error(event->klass) && !r->forged)
        count_day(m, r);
}

/* --- numbers over all runs --------------------------------------------------------------------- */
static w5_counter *counter_like(w5_counter *all, size_t n, const w5_counter *c)
{
    for (size_t i = 0; i < n; i++)
        if (w5_str_eq(all[i].family, c->family) && w5_str_eq(all[i].label[0], c->label[0]) &&
            w5_str_eq(all[i].label[1], c->label[1]))
            return &all[i];
    return NULL;
}

/* What was recalled is in the saved numbers already; they never fall. */
static void count_all(const memory *m, w5_run *run, w5_arena *arena)
{
    size_t n;
    const w5_counter *now = w5_report_counters(run, arena, &n);
    w5_counter *all = W5_NEW_N(arena, w5_counter, n + m->was_n + 1);
    memcpy(all, now, n * sizeof(*all));
    for (size_t i = 0; i < m->recalled_n; i++) {
        w5_counter *c = counter_like(all, n, &m->recalled[i]);
        if (c)
            c->value -= c->value < m->recalled[i].value ? c->value : m->recalled[i].value;
    }
    for (size_t i = 0; i < m->was_n; i++) {
        w5_counter *c = counter_like(all, n, &m->was[i]);
        if (c)
            c->value += m->was[i].value;
        else
            all[n++] = m->was[i];
    }
    run->counter = all;
    run->counters = n;
}

static w5_trend trend_of(const memory *m, w5_time now)
{
    enum {
        WEEK = 7
    };
    const w5_day *all;
    w5_trend t = {0};
    int64_t today = day_of(m, now);
    size_t n = w5_state_days(m->state, &all);
    for (size_t i = 0; i < n; i++) {
        int64_t ago = today - all[i].day;
        if (ago == 0)
            t.today = all[i].errors;
        if (ago < 1)
            continue;
        if (ago <= WEEK)
            t.before += all[i].errors;
        unsigned known = (unsigned)(ago < WEEK ? ago : WEEK);
        t.days = known > t.days ? known : t.days;
    }
    return t;
}

w5_run memory_count(memory *m, const w5_run *run)
{
    w5_run counted = *run;
    w5_arena_free(m->answer);
    m->answer = w5_arena_new();
    count_all(m, &counted, m->answer);
    counted.trend = trend_of(m, w5_now());
    return counted;
}

/* --- saving ------------------------------------------------------------------------------------ */
/* Whether the next run has to look for a file that the name may no longer mean. */
static bool may_grow(const w5_source *s, const w5_place *p, bool youngest, w5_time now)
{
    return s->log.len ? s->modified > now - LATE : youngest || p->at > now - LATE;
}

static void save_places(const memory *m, const w5_source *s, w5_time now)
{
    w5_place *all;
    size_t n = w5_engine_places(m->engine, s->index, &all);
    for (size_t i = 0; i < n; i++) {
        w5_position p = {.name = s->log.len ? s->log : s->name,
                         .identity = all[i].identity,
                         .offset = all[i].offset,
                         .lines = all[i].lines,
                         .seen = now - !may_grow(s, &all[i], i + 1 == n, now)};
        w5_state_set_position(m->state, &all[i].was, &p);
        all[i].was = all[i].identity;
    }
}

static void save_position(const memory *m, w5_sources *sources, size_t i, w5_time now)
{
    const w5_source *s = w5_sources_at(sources, i);
    w5_str cursor = w5_sources_cursor(sources, i);
    if (s->duplicate_of != UINT32_MAX)
        return; /* its twin knows how far it was read */
    if (!w5_str_eq(s->kind, W5_STR("journal")))
        save_places(m, s, now);
    else if (cursor.len)
        w5_state_set_position(m->state, &s->identity,
                              &(w5_position){.name = s->name, .cursor = cursor, .seen = now});
}

w5_rc memory_save(memory *m, const w5_run *run, w5_err *err)
{
    w5_sources *sources = w5_engine_sources(m->engine);
    w5_time now = w5_now();
    for (size_t i = 0; i < w5_sources_count(sources); i++)
        save_position(m, sources, i, now);
    w5_run counted = memory_count(m, run);
    w5_state_set_counters(m->state, counted.counter, counted.counters);
    w5_state_count_errors(m->state, day_of(m, now), 0); /* a day without errors is a day, too */
    told_forget(&m->told, now - W5_STATE_SEEN_FOR);
    w5_state_set_told(m->state, m->told.at, m->told.n);
    return w5_state_save(m->state, now, err);
}

void memory_close(memory *m)
{
    told_done(&m->told);
    w5_state_close(m->state);
    w5_arena_free(m->answer);
    free(m->line);
    m->state = NULL;
}
