#include "lanes.h"

/* Order inside a track does not matter. Booting and exiting workers are the ordinary beat of a day:
 * weight 1 gives way to everything. */
/* clang-format off */
static const struct { w5_track track; w5_sign sign; } signs[] = {
    {W5_TRACK_APP,    {"worker-timeout",  'T', NULL,           N_("worker timeout"),          8}},
    {W5_TRACK_APP,    {"worker-killed",   'K', NULL,           N_("worker killed"),           8}},
    {W5_TRACK_APP,    {"worker-exit",     'e', NULL,           N_("worker exit"),             2}},
    {W5_TRACK_APP,    {"worker-boot",     '+', NULL,           N_("worker boot"),             1}},
    {W5_TRACK_APP,    {"worker-recycle",  'r', NULL,           N_("worker recycled"),         4}},
    {W5_TRACK_APP,    {"master-start",    'S', NULL,           N_("master start"),            7}},
    {W5_TRACK_APP,    {"listening",       'L', NULL,           N_("listening"),               5}},
    {W5_TRACK_APP,    {"master-stop",     'x', "\xe2\x80\xa0", N_("master stopped"),          9}},
    {W5_TRACK_APP,    {"master-term",     't', NULL,           N_("told to stop"),            7}},
    {W5_TRACK_APP,    {"master-reload",   'R', NULL,           N_("reload"),                  7}},
    {W5_TRACK_APP,    {"boot-failure",    '!', NULL,           N_("did not boot"),           10}},
    {W5_TRACK_APP,    {"request-error",   'E', NULL,           N_("error in a request"),      5}},
    {W5_TRACK_APP,    {"traceback",       'E', NULL,           N_("traceback"),               5}},
    {W5_TRACK_APP,    {"bind-failure",    'b', NULL,           N_("could not bind"),          8}},
    {W5_TRACK_APP,    {"pool-exhausted",  'P', NULL,           N_("no free worker"),          8}},
    {W5_TRACK_SYSTEM, {"unit-start",      's', NULL,           N_("unit start"),              3}},
    {W5_TRACK_SYSTEM, {"unit-stop",       'q', NULL,           N_("unit stop"),               6}},
    {W5_TRACK_SYSTEM, {"unit-failed",     'F', NULL,           N_("unit failed"),             8}},
    {W5_TRACK_SYSTEM, {"unit-restart",    'r', NULL,           N_("unit restart"),            5}},
    {W5_TRACK_SYSTEM, {"unit-oom",        'M', NULL,           N_("out of memory"),           9}},
    {W5_TRACK_SYSTEM, {"oom-kill",        'M', NULL,           N_("out of memory"),          10}},
    {W5_TRACK_SYSTEM, {"segfault",        'C', NULL,           N_("crash"),                  10}},
    {W5_TRACK_SYSTEM, {"syn-flood",       'Y', NULL,           N_("flood of connections"),    7}},
    {W5_TRACK_SYSTEM, {"disk-full",       'D', NULL,           N_("disk full"),               9}},
    {W5_TRACK_SYSTEM, {"io-error",        'I', NULL,           N_("disk error"),              9}},
    {W5_TRACK_SYSTEM, {"hung-task",       'H', NULL,           N_("hung task"),               7}},
    {W5_TRACK_SYSTEM, {"host-boot",       'B', NULL,           N_("machine booted"),         10}},
    {W5_TRACK_SYSTEM, {"clock-change",    'c', NULL,           N_("clock changed"),           9}},
    {W5_TRACK_DB,     {"db-start",        'S', NULL,           N_("database start"),          7}},
    {W5_TRACK_DB,     {"db-ready",        '+', NULL,           N_("database ready"),          6}},
    {W5_TRACK_DB,     {"db-stop",         'q', NULL,           N_("database stop"),           8}},
    {W5_TRACK_DB,     {"db-crash",        'x', "\xe2\x80\xa0", N_("database crash"),         10}},
    {W5_TRACK_DB,     {"db-recovery",     'r', NULL,           N_("recovery"),                5}},
    {W5_TRACK_DB,     {"db-too-many-connections", 'N', NULL,   N_("too many connections"),    8}},
    {W5_TRACK_DB,     {"db-aborted-connection",   'a', NULL,   N_("aborted connection"),      2}},
    {W5_TRACK_DB,     {"db-lock-wait",    'L', NULL,           N_("lock wait"),               7}},
    {W5_TRACK_DB,     {"db-deadlock",     'X', NULL,           N_("deadlock"),                7}},
    {W5_TRACK_DB,     {"db-disk-full",    'D', NULL,           N_("disk full"),               9}},
    {W5_TRACK_DB,     {"db-error-in-app", 'E', NULL,           N_("database error in the application"), 5}},
    {W5_TRACK_DB,     {"slow-query",      '=', "\xe2\x95\x90", N_("slow query"),              3}},
    {W5_TRACK_NGINX,  {"nginx-start",     'S', NULL,           N_("nginx start"),             6}},
    {W5_TRACK_NGINX,  {"nginx-reload",    'R', NULL,           N_("nginx reload"),            5}},
    {W5_TRACK_NGINX,  {"nginx-fd-limit",  'f', NULL,           N_("no file descriptors"),     8}},
    {W5_TRACK_NGINX,  {"nginx-connections", 'n', NULL,         N_("no connections left"),     8}},
    {W5_TRACK_NGINX,  {"nginx-no-memory", 'M', NULL,           N_("out of memory"),           8}},
    {W5_TRACK_NGINX,  {"nginx-worker-exit", 'x', "\xe2\x80\xa0", N_("nginx worker died"),     9}},
};
/* clang-format on */
#define SIGNS (sizeof signs / sizeof *signs)

const w5_sign *w5_sign_of(w5_str kind, w5_track *track)
{
    for (size_t i = 0; i < SIGNS; i++)
        if (w5_str_eq(kind, w5_str_of(signs[i].sign.kind))) {
            *track = signs[i].track;
            return &signs[i].sign;
        }
    return NULL;
}

/* --- the window ------------------------------------------------------------------------------ */
/* What the diagnosis cites in its favour may lie outside, but not so far that the errors shrink to
 * nothing. */
static void widen(const w5_diagnosis *d, w5_time *from, w5_time *to)
{
    w5_time reach = (*to - *from) / 2;
    if (reach < 5 * W5_SECOND)
        reach = 5 * W5_SECOND;
    w5_time start = *from - reach, end = *to + reach;
    for (size_t i = 0; i < d->evidences; i++) {
        const w5_cell *cell = d->evidence[i].cell;
        if (d->evidence[i].role != W5_FOR || cell->at < start || cell->at > end)
            continue;
        *from = cell->at < *from ? cell->at : *from;
        *to = cell->at > *to ? cell->at : *to;
    }
}

static w5_time nice_span(w5_time length, size_t columns)
{
    static const int seconds[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                  600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        if (length / (seconds[i] * W5_SECOND) < (w5_time)columns)
            return seconds[i] * W5_SECOND;
    return (length / (w5_time)columns / W5_DAY + 1) * W5_DAY;
}

static w5_time floor_to(w5_time at, w5_time span)
{
    w5_time rest = at % span;
    return at - (rest < 0 ? rest + span : rest);
}

static bool column_of(const w5_lanes *l, w5_time at, size_t *column)
{
    if (at < l->from || at >= l->from + (w5_time)l->columns * l->span)
        return false;
    *column = (size_t)((at - l->from) / l->span);
    return true;
}

/* --- filling --------------------------------------------------------------------------------- */
/* A cell that stands for a stretch of time is spread over it evenly. */
void w5_lanes_spread(const w5_lanes *l, uint64_t *columns, w5_time at, w5_time until,
                     uint64_t count)
{
    size_t first, last;
    if (!column_of(l, at, &first))
        return;
    if (until < at || !column_of(l, until, &last))
        last = until > at ? l->columns - 1 : first;
    size_t n = last - first + 1;
    for (size_t i = 0; i < n; i++)
        columns[first + i] += count / n + (i < count % n);
}

static void fill_failed(const w5_show *show, w5_lanes *l, const w5_incident *in)
{
    const w5_timeline *t = show->run->timeline;
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &t->cell[in->cell[i]];
        w5_lanes_spread(l, l->failed, cell->at, cell->until, cell->count);
        l->failed_sum += cell->count;
    }
    for (size_t i = 0; i < l->columns; i++)
        l->peak = l->failed[i] > l->peak ? l->failed[i] : l->peak;
}

static bool of_upstream(const w5_show *show, const w5_incident *in, w5_id upstream)
{
    w5_str name = w5_timeline_str(show->run->timeline, upstream);
    if (name.len == 0)
        return true;
    for (size_t i = 0; i < in->upstreams.n; i++)
        if (w5_str_eq(in->upstreams.at[i].name, name))
            return true;
    return in->upstreams.n == 0;
}

static void fill_answered(const w5_show *show, w5_lanes *l, const w5_incident *in)
{
    const w5_timeline *t = show->run->timeline;
    size_t column;
    for (size_t i = 0; i < t->traffics; i++) {
        const w5_traffic *seen = &t->traffic[i];
        if (!column_of(l, seen->at, &column))
            continue;
        l->traffic = true;
        if (seen->status >= 500 || seen->status < 100 || !of_upstream(show, in, seen->upstream))
            continue;
        w5_lanes_spread(l, l->answered, seen->at, seen->at + (seen->span - 1) * W5_SECOND,
                        seen->count);
        l->answered_sum += seen->count;
        l->last_answer = seen->at > l->last_answer ? seen->at : l->last_answer;
    }
}

static void put_sign(w5_lanes *l, w5_track track, const w5_sign *sign, w5_time at, w5_time until)
{
    size_t column;
    if (at < l->from)
        at = l->from;
    for (; at <= until && column_of(l, at, &column); at += l->span) {
        const w5_sign **slot = &l->track[track].sign[column];
        if (!*slot || (*slot)->weight < sign->weight)
            *slot = sign;
    }
}

static void put_mark(w5_lanes *l, const w5_cell *cell, const w5_sign *sign, w5_track track)
{
    w5_time at = cell->at, until = cell->until > at ? cell->until : at;
    if (cell->query_start != W5_TIME_NONE && cell->query_end != W5_TIME_NONE) {
        at = cell->query_start;
        until = cell->query_end;
    }
    if (until < l->from || at >= l->from + (w5_time)l->columns * l->span)
        return;
    put_sign(l, track, sign, at, until);
    l->track[track].mark[l->track[track].marks++] = (w5_mark_at){cell, sign, until};
}

/* Called for each life event near the window, in time order. */
static void each_event(const w5_show *show, w5_lanes *l,
                       void (*meet)(w5_lanes *l, const w5_cell *cell, const w5_sign *sign,
                                    w5_track track))
{
    const w5_timeline *t = show->run->timeline;
    w5_time end = l->from + (w5_time)l->columns * l->span;
    w5_time reach = end + 10 * W5_MINUTE; /* a query is logged when it ends */
    for (size_t i = w5_timeline_seek(t, l->from); i < t->cells && t->cell[i].at < reach; i++) {
        const w5_cell *cell = &t->cell[i];
        const w5_class *klass = w5_show_class(show->run, cell);
        w5_track track;
        if (cell->forged || !klass || klass->family != W5_LIFE ||
            (cell->at >= end && cell->query_start == W5_TIME_NONE))
            continue;
        const w5_sign *sign = w5_sign_of(klass->id, &track);
        if (sign)
            meet(l, cell, sign, track);
    }
}

static void count_mark(w5_lanes *l, const w5_cell *cell, const w5_sign *sign, w5_track track)
{
    (void)cell;
    (void)sign;
    l->track[track].marks++;
}

static void fill_tracks(const w5_show *show, w5_lanes *l)
{
    each_event(show, l, count_mark);
    for (size_t i = 0; i < W5_TRACKS; i++) {
        l->track[i].sign = W5_NEW_N(show->arena, const w5_sign *, l->columns);
        l->track[i].mark = W5_NEW_N(show->arena, w5_mark_at, l->track[i].marks + 1);
        l->track[i].marks = 0;
    }
    each_event(show, l, put_mark);
}

/* The application's lane bears the name of the program that speaks there. */
static w5_str app_name(const w5_show *show)
{
    static const char *const programs[] = {"gunicorn", "uvicorn", "uwsgi",  "php-fpm",
                                           "puma",     "tomcat",  "spring", "node"};
    for (size_t i = 0; i < show->run->streams; i++)
        for (size_t p = 0; show->run->stream[i]->format && p < sizeof programs / sizeof *programs;
             p++)
            if (w5_str_starts(show->run->stream[i]->format->id, w5_str_of(programs[p])))
                return w5_str_of(programs[p]);
    return W5_TELL(show, "app");
}

w5_lanes *w5_lanes_of(const w5_show *show, const w5_diagnosis *d, size_t columns)
{
    const w5_incident *in = d->incident;
    w5_lanes *l = W5_NEW(show->arena, w5_lanes);
    w5_time from = in->start, to = in->end;
    widen(d, &from, &to);
    l->span = nice_span(to - from + 1, columns);
    l->from = floor_to(from, l->span);
    l->columns = (size_t)((to - l->from) / l->span) + 1;
    l->last_answer = W5_TIME_NONE;
    l->failed = W5_NEW_N(show->arena, uint64_t, l->columns);
    l->answered = W5_NEW_N(show->arena, uint64_t, l->columns);
    l->track[W5_TRACK_APP].name = app_name(show);
    l->track[W5_TRACK_DB].name = W5_TELL(show, "db");
    l->track[W5_TRACK_SYSTEM].name = W5_TELL(show, "system");
    l->track[W5_TRACK_NGINX].name = W5_STR("nginx");
    fill_failed(show, l, in);
    fill_answered(show, l, in);
    fill_tracks(show, l);
    return l;
}
