/* census.c -- one pass over the application's own lines.
 *
 * Within a second the order of lines in one log is the order of things, so cells are read by time,
 * stream and line, not in the timeline's causal order. */
#include "census.h"

#include <stdlib.h>

enum {
    GROW = 64,
    ROOM = 8, /* for the masters and workers of one machine, of which a fleet has thousands */
    BUCKETS = 1 << 15
};

/* ---- tables ---- */

/* What a line was written to: its stream, or, of servers that tell no pid, its lane, for `cat` may
 * have made one stream of the logs of two. */
static size_t log_of(const w5_census *c, const w5_cell *cell)
{
    static const char *const names[] = {"uwsgi", "php-fpm", "puma", "tomcat", "node"};
    const w5_format *format = cell->lane < c->k->t->lanes ? c->k->t->lane[cell->lane].format : NULL;
    for (size_t i = 0; format && i < sizeof(names) / sizeof(*names); i++)
        if (w5_str_eq(format->id, w5_str_of(names[i])))
            return c->k->t->streams + cell->lane;
    return cell->stream;
}

static w5_master *add_master(w5_census *c, uint32_t pid, const w5_cell *cell)
{
    w5_lives *l = c->lives;
    if (l->masters == c->master_room) {
        w5_master *more = W5_NEW_N(c->k->arena, w5_master, c->master_room * 2 + ROOM);
        if (l->masters)
            memcpy(more, l->master, l->masters * sizeof(*more));
        l->master = more;
        c->master_room = c->master_room * 2 + ROOM;
    }
    w5_master *m = &l->master[l->masters++];
    *m = (w5_master){.pid = pid,
                     .stream = cell->stream,
                     .log = log_of(c, cell),
                     .major = -1,
                     .minor = -1,
                     .from = cell->at,
                     .listen = W5_TIME_NONE,
                     .end = W5_TIME_MAX,
                     .last = cell->at,
                     .unit = cell->unit,
                     .first = cell};
    return m;
}

static w5_worker *add_worker(w5_census *c, uint32_t pid, int32_t master, const w5_cell *cell)
{
    w5_lives *l = c->lives;
    if (l->workers == c->worker_room) {
        w5_worker *more = W5_NEW_N(c->k->arena, w5_worker, c->worker_room * 2 + ROOM);
        if (l->workers)
            memcpy(more, l->worker, l->workers * sizeof(*more));
        l->worker = more;
        c->worker_room = c->worker_room * 2 + ROOM;
    }
    w5_worker *w = &l->worker[l->workers++];
    uint32_t *latest = &c->latest[pid % BUCKETS];
    *w = (w5_worker){.pid = pid,
                     .first = cell,
                     .master = master,
                     .boot = W5_TIME_NONE,
                     .end = W5_TIME_MAX,
                     .signal = -1,
                     .code = -1,
                     .elder = *latest};
    *latest = (uint32_t)l->workers;
    return w;
}

/* A central log has the lines of many machines. */
static bool in_log_of(const w5_census *c, const w5_master *m, const w5_cell *cell)
{
    return m->log == log_of(c, cell) && w5_known_one_machine(c->k, m->first, cell);
}

/* Who cannot boot, or speaks without a pid, is whoever began last, though another may live beside
 * it. */
static int32_t youngest_master(const w5_census *c, const w5_cell *cell)
{
    for (size_t i = c->lives->masters; i-- > 0;) {
        const w5_master *m = &c->lives->master[i];
        if (in_log_of(c, m, cell) && !(cell->unit && m->unit && cell->unit != m->unit))
            return (int32_t)i;
    }
    return -1;
}

/* The latest life of this pid as a master that the cell can belong to. Rotation changes the stream
 * under a master, so any stream of the host will do. uWSGI, php-fpm and Tomcat write no pid before
 * their lines: then it is the youngest that has not said good-bye. */
static w5_master *find_master(const w5_census *c, uint32_t pid, const w5_cell *cell)
{
    int32_t youngest = pid ? -1 : youngest_master(c, cell);
    if (youngest >= 0 && !c->lives->master[youngest].stop)
        return &c->lives->master[youngest];
    for (size_t i = c->lives->masters; pid && i-- > 0;) {
        w5_master *m = &c->lives->master[i];
        if (m->pid == pid && w5_known_one_machine(c->k, m->first, cell))
            return m;
    }
    return NULL;
}

static w5_master *the_master(w5_census *c, const w5_cell *cell)
{
    w5_master *m = find_master(c, cell->pid, cell);
    return m ? m : add_master(c, cell->pid, cell);
}

static bool shares_address(const w5_master *a, const w5_master *b)
{
    for (size_t i = 0; i < a->addresses; i++)
        for (size_t j = 0; j < b->addresses; j++)
            if (a->address[i] == b->address[j])
                return true;
    return !a->addresses || !b->addresses;
}

/* Whose child is a worker that does not say? The youngest master of this stream (and unit), for no
 * two can listen at one address; -1 when two live side by side. */
static int32_t guess_master(const w5_census *c, const w5_cell *cell)
{
    int32_t found = -1;
    size_t n = c->lives->masters;
    for (size_t i = n; i-- > 0 && n - i <= GROW;) {
        const w5_master *m = &c->lives->master[i];
        if (!in_log_of(c, m, cell) || m->stop || (cell->unit && m->unit && cell->unit != m->unit))
            continue;
        if (found < 0)
            found = (int32_t)i;
        else if (!m->term && !m->boot_failure && !shares_address(m, &c->lives->master[found]))
            return -1;
    }
    return found;
}

static w5_worker *find_worker(const w5_census *c, uint32_t pid, const w5_cell *cell)
{
    for (uint32_t i = c->latest[pid % BUCKETS]; i; i = c->lives->worker[i - 1].elder)
        if (c->lives->worker[i - 1].pid == pid &&
            w5_known_one_machine(c->k, c->lives->worker[i - 1].first, cell))
            return &c->lives->worker[i - 1];
    return NULL;
}

w5_worker *w5_census_worker(const w5_census *c, uint32_t pid, const w5_cell *cell)
{
    w5_time at = cell->at;
    for (uint32_t i = c->latest[pid % BUCKETS]; pid && i; i = c->lives->worker[i - 1].elder) {
        w5_worker *w = &c->lives->worker[i - 1];
        if (w->pid == pid && w->boot <= at + W5_SECOND &&
            (w->end == W5_TIME_MAX || w->end >= at - 2 * W5_SECOND) &&
            w5_known_one_machine(c->k, w->first, cell))
            return w;
    }
    return NULL;
}

static uint32_t spoken_of(const w5_cell *cell)
{
    return cell->subject ? cell->subject : cell->pid;
}

static void alive(w5_census *c, int32_t master, w5_time at)
{
    if (master >= 0 && at > c->lives->master[master].last)
        c->lives->master[master].last = at;
}

/* ---- masters ---- */

/* "20.1.0" of "Starting gunicorn 20.1.0", or "gevent" of "Using worker: gevent". */
static void read_version(const w5_known *k, w5_master *m, w5_id what)
{
    w5_str s = w5_known_str(k, what);
    uint64_t major, minor;
    if (!w5_str_take_u64(&s, &major) || major > 1000) {
        m->class = what ? what : m->class;
        return;
    }
    m->version = what;
    m->major = (int)major;
    if (w5_str_take(&s, W5_STR(".")) && w5_str_take_u64(&s, &minor) && minor < 1000)
        m->minor = (int)minor;
}

/* The line of a start may be the first to tell the pid: uWSGI listens before it. */
static w5_master *starting_master(w5_census *c, uint32_t pid, const w5_cell *cell)
{
    w5_master *m = find_master(c, pid, cell);
    w5_master *nameless = m || cell->pid ? NULL : find_master(c, 0, cell);
    if (!nameless || nameless->pid || nameless->started)
        return m;
    nameless->pid = pid;
    return nameless;
}

static bool begins_anew(const w5_master *m, const w5_cell *cell)
{
    bool reloaded = m->reload && cell->at <= m->reload->at + W5_MINUTE;
    return m->stop || m->term || (cell->at > m->from + 10 * W5_SECOND && !reloaded);
}

/* A start is told by several lines within a second or two. */
static void on_start(w5_census *c, const w5_cell *cell)
{
    uint32_t pid = cell->pid ? cell->pid : cell->subject;
    w5_master *m = starting_master(c, pid, cell);
    if (!m || begins_anew(m, cell))
        m = add_master(c, pid, cell);
    if (!m->started)
        m->started = cell;
    read_version(c->k, m, cell->what);
}

static void add_address(w5_master *m, w5_id id)
{
    if (id > W5_INTERN_FULL && m->addresses < W5_BINDS)
        m->address[m->addresses++] = id;
}

/* "unix:/run/a.sock,127.0.0.1:8000": of several the whole list stands in `what`. Parts that nginx's
 * lines speak of too stand in the intern table; others are of no use. */
static void read_addresses(const w5_known *k, w5_master *m, const w5_cell *cell)
{
    w5_str rest = w5_known_str(k, cell->what), part;
    add_address(m, cell->address);
    while (w5_str_cut(rest, ',', &part, &rest)) {
        w5_str next = rest, ignored;
        w5_str_cut(rest, ',', &next, &ignored);
        if (!w5_str_take(&next, W5_STR("http://")))
            w5_str_take(&next, W5_STR("https://"));
        add_address(m, w5_intern_find(k->t->intern, w5_str_trim(next)));
    }
}

static void on_listening(w5_census *c, const w5_cell *cell)
{
    w5_master *m = find_master(c, cell->pid, cell);
    bool another = m && !cell->pid && m->listening && begins_anew(m, cell);
    if (!m || m->stop || m->term || another)
        m = add_master(c, cell->pid, cell);
    if (!m->listening) {
        m->listening = cell;
        m->listen = cell->at;
    }
    read_addresses(c->k, m, cell);
    m->last = cell->at;
}

static void on_master(w5_census *c, const w5_cell *cell, w5_kind kind)
{
    w5_master *m = the_master(c, cell);
    m->last = cell->at;
    if (kind == W5_K_MASTER_RELOAD)
        m->reload = cell;
    else if (kind == W5_K_MASTER_TERM && !m->term)
        m->term = cell;
    else if (kind == W5_K_MASTER_STOP && !m->stop)
        m->stop = cell;
    else if (kind == W5_K_BIND_FAILURE)
        m->bind_failure = cell;
}

/* "Exception in worker process" is written by the worker, "Reason: …" by the master, and a bare
 * traceback (--preload) by a master that never came to say who it was. */
static void on_boot_failure(w5_census *c, const w5_cell *cell)
{
    w5_master *m = find_master(c, cell->pid, cell);
    if (!m) {
        const w5_worker *w = cell->pid ? find_worker(c, cell->pid, cell) : NULL;
        int32_t i = w && w->master >= 0 ? w->master : youngest_master(c, cell);
        m = i >= 0 && !c->lives->master[i].stop ? &c->lives->master[i] : NULL;
    }
    if (!m || (m->term && m->term->at <= cell->at))
        m = add_master(c, cell->pid, cell);
    if (!m->boot_failure || (!m->boot_failure->what && cell->what))
        m->boot_failure = cell;
    m->last = cell->at;
}

/* ---- workers ---- */

static void end_worker(w5_census *c, w5_worker *w, w5_time at)
{
    if (w->end == W5_TIME_MAX && w->master >= 0 && !w->replaced)
        c->lives->master[w->master].vacant++;
    if (at < w->end)
        w->end = at;
}

/* Of a worker killed for its time-out gunicorn up to 20.0 says nothing more. */
static bool fill_timed_out(w5_census *c, int32_t master, w5_time at)
{
    for (size_t i = c->lives->workers, seen = 0; i-- > 0 && seen < GROW; seen++) {
        w5_worker *w = &c->lives->worker[i];
        if (w->master != master || !w->timeout || w->end != W5_TIME_MAX || w->replaced ||
            w->timeout->at < at - 5 * W5_SECOND)
            continue;
        return w->replaced = true;
    }
    return false;
}

/* gunicorn up to 20.0 has no line for a death, 20.1 none for an exit (facts §2.2): a worker that is
 * booted where nobody was seen to go betrays one that went. */
static void betray(w5_census *c, int32_t master, const w5_cell *boot)
{
    const w5_master *m = &c->lives->master[master];
    bool first_crew = !m->started || boot->at <= m->from + 2 * W5_SECOND;
    bool reloaded = m->reload && boot->at <= m->reload->at + 5 * W5_SECOND;
    if (first_crew || reloaded || m->major > 20 || m->term || !w5_known_by(c->k, boot, "gunicorn"))
        return;
    w5_worker *ghost = add_worker(c, 0, master, boot);
    ghost->end = boot->at;
    ghost->booted = boot;
}

static void on_boot(w5_census *c, const w5_cell *cell)
{
    int32_t master = guess_master(c, cell);
    w5_worker *w = add_worker(c, spoken_of(cell), master, cell);
    w->boot = cell->at;
    w->booted = cell;
    alive(c, master, cell->at);
    if (master < 0)
        return;
    w5_master *m = &c->lives->master[master];
    m->booted++;
    if (m->started && cell->at <= m->from + 2 * W5_SECOND)
        m->crew++;
    if (m->vacant)
        m->vacant--;
    else if (!fill_timed_out(c, master, cell->at))
        betray(c, master, cell);
}

static w5_worker *the_worker(w5_census *c, const w5_cell *cell)
{
    w5_worker *w = find_worker(c, spoken_of(cell), cell);
    if (w && w->end != W5_TIME_MAX && cell->at > w->end + 5 * W5_SECOND)
        w = NULL; /* the pid was given again, and the log does not show to whom */
    return w ? w : add_worker(c, spoken_of(cell), guess_master(c, cell), cell);
}

/* A line about a worker by its master names both. */
static void name_master(w5_census *c, w5_worker *w, const w5_cell *cell)
{
    if (!cell->pid || cell->pid == w->pid)
        return;
    w->master = (int32_t)(the_master(c, cell) - c->lives->master);
    alive(c, w->master, cell->at);
}

/* "code 139" is SIGSEGV with a core (gunicorn 21-23). */
static int signal_of(const w5_known *k, const w5_cell *cell)
{
    uint64_t n;
    if (cell->number >= 0)
        return cell->number & 0x7f;
    return w5_str_u64(w5_known_str(k, cell->what), &n) ? (int)(n & 0x7f) : -1;
}

static void on_worker(w5_census *c, const w5_cell *cell, w5_kind kind)
{
    w5_worker *w = the_worker(c, cell);
    name_master(c, w, cell);
    if (kind == W5_K_WORKER_TIMEOUT) {
        w->timeout = cell;
        alive(c, w->master, cell->at);
        return;
    }
    if (kind == W5_K_WORKER_RECYCLE) {
        w->recycle = cell;
        alive(c, w->master, cell->at);
        return;
    }
    if (kind == W5_K_WORKER_KILLED) {
        w->killed = cell;
        w->signal = signal_of(c->k, cell);
    } else {
        w->exited = cell;
        if (cell->number >= 0)
            w->code = cell->number;
    }
    end_worker(c, w, cell->at);
}

/* ---- the pass ---- */

static void read_cell(w5_census *c, const w5_cell *cell)
{
    w5_kind kind = w5_known_kind(c->k, cell);
    switch (kind) {
    case W5_K_MASTER_START:
        on_start(c, cell);
        break;
    case W5_K_LISTENING:
        on_listening(c, cell);
        break;
    case W5_K_MASTER_STOP:
    case W5_K_MASTER_TERM:
    case W5_K_MASTER_RELOAD:
    case W5_K_BIND_FAILURE:
        on_master(c, cell, kind);
        break;
    case W5_K_BOOT_FAILURE:
        on_boot_failure(c, cell);
        break;
    case W5_K_WORKER_BOOT:
        on_boot(c, cell);
        break;
    default:
        on_worker(c, cell, kind);
        break;
    }
}

static int by_log_order(const void *a, const void *b)
{
    const w5_cell *x = *(const w5_cell *const *)a, *y = *(const w5_cell *const *)b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->stream != y->stream)
        return x->stream < y->stream ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static const w5_kind life_kinds[] = {
    W5_K_MASTER_START,   W5_K_LISTENING,      W5_K_MASTER_STOP,   W5_K_MASTER_TERM,
    W5_K_MASTER_RELOAD,  W5_K_BIND_FAILURE,   W5_K_BOOT_FAILURE,  W5_K_WORKER_BOOT,
    W5_K_WORKER_TIMEOUT, W5_K_WORKER_RECYCLE, W5_K_WORKER_KILLED, W5_K_WORKER_EXIT,
};
enum {
    LIFE_KINDS = sizeof(life_kinds) / sizeof(*life_kinds)
};

void w5_census_read(w5_census *c)
{
    size_t n = 0, total = 0;
    c->latest = W5_NEW_N(c->scratch, uint32_t, BUCKETS);
    for (size_t i = 0; i < LIFE_KINDS; i++)
        total += c->k->kind[life_kinds[i]].n;
    const w5_cell **cells = W5_NEW_N(c->scratch, const w5_cell *, total);
    for (size_t i = 0; i < LIFE_KINDS; i++)
        for (size_t j = 0; j < c->k->kind[life_kinds[i]].n; j++)
            cells[n++] = c->k->kind[life_kinds[i]].at[j];
    if (n)
        qsort(cells, n, sizeof(*cells), by_log_order);
    for (size_t i = 0; i < n; i++)
        read_cell(c, cells[i]);
}
