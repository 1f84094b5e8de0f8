/* databases.c -- brackets [the server went, "ready for connections"].
 *
 * A stop is told, a crash mostly too ("got signal"), a kill never: then the next line is a start
 * with no stop before it (facts/mysql.md §0.7, §3 oom_gap). The "Aborted connection" lines around
 * all of them are effects and prove nothing. */
#include "databases.h"

/* By the victim's name (mysqldump is none), or by the unit whose memory it was. */
static bool is_database(const w5_known *k, const w5_cell *oom)
{
    w5_str unit = w5_known_str(k, oom->unit), victim = w5_known_str(k, oom->what);
    return w5_str_eq(victim, W5_STR("mysqld")) || w5_str_eq(victim, W5_STR("mariadbd")) ||
           w5_str_starts(unit, W5_STR("mysql")) || w5_str_starts(unit, W5_STR("mariadb"));
}

static void close_outage(w5_db_lives *l, const w5_cell *ready)
{
    w5_db_outage *o = l->outages ? &l->outage[l->outages - 1] : NULL;
    if (o && o->to == W5_TIME_MAX && ready->at >= o->from) {
        o->to = ready->at;
        o->end = ready;
    }
}

static w5_db_outage *open_outage(w5_db_lives *l, const w5_cell *begin, bool crashed)
{
    bool going_on = l->outages > 0 && l->outage[l->outages - 1].to == W5_TIME_MAX;
    if (!going_on)
        l->outage[l->outages++] =
            (w5_db_outage){.from = begin->at, .to = W5_TIME_MAX, .begin = begin};
    w5_db_outage *o = &l->outage[l->outages - 1];
    o->crashed = o->crashed || crashed;
    return o;
}

static void read_cell(const w5_known *k, w5_db_lives *l, const w5_cell *cell)
{
    switch (w5_known_kind(k, cell)) {
    case W5_K_DB_STOP:
        open_outage(l, cell, false);
        break;
    case W5_K_DB_CRASH:
    case W5_K_DB_START: /* inside an outage it changes nothing; without one, nobody had said
                           good-bye */
        open_outage(l, cell, w5_known_kind(k, cell) == W5_K_DB_CRASH);
        break;
    case W5_K_DB_DISK_FULL:
        if (l->outages && l->outage[l->outages - 1].to == W5_TIME_MAX)
            l->outage[l->outages - 1].disk = cell;
        break;
    case W5_K_OOM_KILL:
        if (is_database(k, cell))
            open_outage(l, cell, true)->oom = cell;
        break;
    case W5_K_DB_READY:
        close_outage(l, cell);
        break;
    default:
        break;
    }
}

/* The cells of the kinds that matter, merged by time. */
w5_db_lives *w5_db_lives_new(const w5_known *k)
{
    static const w5_kind kinds[] = {W5_K_OOM_KILL,     W5_K_DB_STOP,  W5_K_DB_CRASH,
                                    W5_K_DB_DISK_FULL, W5_K_DB_START, W5_K_DB_READY};
    enum {
        N = sizeof(kinds) / sizeof(*kinds)
    };
    size_t next[N] = {0}, total = 0;
    w5_db_lives *l = W5_NEW(k->arena, w5_db_lives);
    for (size_t i = 0; i < N; i++)
        total += k->kind[kinds[i]].n;
    l->outage = W5_NEW_N(k->arena, w5_db_outage, total);
    for (size_t done = 0; done < total; done++) {
        size_t best = N;
        for (size_t i = 0; i < N; i++)
            if (next[i] < k->kind[kinds[i]].n &&
                (best == N ||
                 k->kind[kinds[i]].at[next[i]]->at < k->kind[kinds[best]].at[next[best]]->at))
                best = i;
        if (best < N)
            read_cell(k, l, k->kind[kinds[best]].at[next[best]++]);
    }
    return l;
}
