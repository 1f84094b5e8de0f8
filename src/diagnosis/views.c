#include "views.h"

#include "databases.h"
#include "lives.h"

#include <stdlib.h>

#define BY(name)   (UINT32_C(1) << W5_BY_##name)
#define FRONT      (BY(NGINX) | BY(ACCESS))
#define DATABASE   (BY(DATABASE) | BY(SLOW))
#define MACHINE    (BY(SYSTEMD) | BY(KERNEL))
#define EVERYTHING UINT32_MAX

struct w5_views {
    const w5_known *whole;
    w5_intern *names;
    w5_id *host_of;       /* by cell */
    uint8_t *teller;      /* by cell: w5_told_by */
    w5_id *lane_host;     /* by lane */
    uint32_t *roles;      /* by host: what it tells of */
    const w5_known **own; /* by host, once it was asked for */
    size_t n, fronts;     /* ids; machines with nginx */
};

/* What one incident sees: by host the bits of what may be seen of it. */
typedef struct sight {
    const w5_views *v;
    uint32_t *mask;
    size_t apps; /* other machines whose application answers */
} sight;

static w5_id host_named(const w5_views *v, w5_str host)
{
    return host.len > 0 ? w5_intern_find(v->names, host) : 0;
}

static w5_str lane_host(const w5_known *k, uint16_t lane)
{
    const w5_stream *s = k->t->stream[k->t->lane[lane].stream];
    return s->named_several ? W5_NONE : s->host;
}

static void name_all(w5_views *v)
{
    const w5_timeline *t = v->whole->t;
    v->host_of = w5_xrealloc(NULL, t->cells + 1, sizeof(*v->host_of));
    w5_str last = W5_NONE;
    for (size_t i = 0; i < t->cells; i++) {
        w5_str host = w5_known_host(v->whole, &t->cell[i]);
        bool again = i > 0 && host.ptr == last.ptr && host.len == last.len;
        v->host_of[i] = again          ? v->host_of[i - 1]
                        : host.len > 0 ? w5_intern_put(v->names, host)
                                       : 0;
        last = host;
    }
    for (size_t i = 0; i < t->streams; i++)
        if (t->stream[i]->lost.len == 0 && t->stream[i]->host.len > 0)
            w5_intern_put(v->names, t->stream[i]->host);
    v->n = w5_intern_count(v->names);
}

static void find_roles(w5_views *v)
{
    const w5_known *k = v->whole;
    v->roles = w5_xrealloc(NULL, v->n, sizeof(*v->roles));
    memset(v->roles, 0, v->n * sizeof(*v->roles));
    v->teller = w5_xmalloc(k->t->cells + 1);
    for (size_t i = 0; i < k->t->cells; i++) {
        v->teller[i] = (uint8_t)w5_known_teller(k, &k->t->cell[i]);
        v->roles[v->host_of[i]] |= UINT32_C(1) << v->teller[i];
    }
    v->lane_host = w5_xrealloc(NULL, k->t->lanes + 1, sizeof(*v->lane_host));
    for (size_t i = 0; i < k->t->lanes; i++)
        v->lane_host[i] = host_named(v, lane_host(k, (uint16_t)i));
    for (size_t by = 0; by < W5_TOLD_BYS; by++)
        for (size_t i = 0; i < k->told[by].n; i++)
            v->roles[v->lane_host[k->told[by].at[i].lane]] |= UINT32_C(1) << by;
    for (size_t i = W5_INTERN_FULL + 1; i < v->n; i++)
        v->fronts += (v->roles[i] & FRONT) != 0;
}

w5_views *w5_views_new(const w5_known *whole)
{
    w5_views *v = w5_xmalloc(sizeof(*v));
    *v = (w5_views){.whole = whole, .names = w5_intern_new(SIZE_MAX / 2, SIZE_MAX / 2)};
    name_all(v);
    find_roles(v);
    v->own = w5_xrealloc(NULL, v->n, sizeof(*v->own));
    memset(v->own, 0, v->n * sizeof(*v->own));
    return v;
}

void w5_views_free(w5_views *v)
{
    if (!v)
        return;
    w5_intern_free(v->names);
    free(v->host_of);
    free(v->teller);
    free(v->lane_host);
    free(v->roles);
    free(v->own);
    free(v);
}

size_t w5_views_hosts(const w5_views *v)
{
    return v->n - (W5_INTERN_FULL + 1);
}

size_t w5_views_fronts(const w5_views *v)
{
    return v->fronts;
}

/* ---- what may be seen ---- */

/* What stands beside an nginx is that machine's own. */
static uint32_t seen_of(const w5_views *v, w5_id host, uint32_t own)
{
    uint32_t roles = v->roles[host], seen = BY(ALB);
    bool front = (roles & FRONT) != 0;
    if (!front && (roles & DATABASE) && !(own & DATABASE))
        seen |= DATABASE | MACHINE;
    if (!front && (roles & BY(APP)) && !(own & BY(APP)))
        seen |= BY(APP) | MACHINE;
    return seen;
}

static sight look_from(const w5_views *v, const w5_incident *in)
{
    sight s = {.v = v, .mask = w5_xrealloc(NULL, v->n, sizeof(*s.mask))};
    uint32_t own = 0;
    for (size_t i = 0; i < in->hosts; i++)
        own |= v->roles[host_named(v, in->host[i])];
    for (size_t i = 0; i < v->n; i++) {
        s.mask[i] = i <= W5_INTERN_FULL ? EVERYTHING : seen_of(v, (w5_id)i, own);
        s.apps += i > W5_INTERN_FULL && (s.mask[i] & BY(APP)) != 0;
    }
    for (size_t i = 0; i < in->hosts; i++)
        s.mask[host_named(v, in->host[i])] = EVERYTHING;
    return s;
}

/* ---- the view ---- */

static bool sees(const sight *s, const w5_cell *cell)
{
    size_t i = (size_t)(cell - s->v->whole->t->cell);
    return s->mask[s->v->host_of[i]] >> s->v->teller[i] & 1;
}

/* Borrowed where nothing is hidden: a slow log that all of a thousand see is kept once. */
static w5_kind_cells cells_seen(const sight *s, const w5_kind_cells *all, w5_arena *arena)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += sees(s, all->at[i]);
    if (n == all->n)
        return *all;
    w5_kind_cells seen = {.at = W5_NEW_N(arena, const w5_cell *, n)};
    for (size_t i = 0; i < all->n; i++)
        if (sees(s, all->at[i]))
            seen.at[seen.n++] = all->at[i];
    return seen;
}

static bool sees_stretch(const sight *s, w5_told_by by, const w5_stretch *stretch)
{
    return s->mask[s->v->lane_host[stretch->lane]] >> by & 1;
}

static w5_stretches stretches_seen(const sight *s, w5_told_by by, w5_arena *arena)
{
    const w5_stretches *all = &s->v->whole->told[by];
    w5_stretches seen = {.n = 0};
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += sees_stretch(s, by, &all->at[i]);
    if (n == all->n)
        return *all;
    seen.at = W5_NEW_N(arena, w5_stretch, n);
    for (size_t i = 0; i < all->n; i++)
        if (sees_stretch(s, by, &all->at[i]))
            seen.at[seen.n++] = all->at[i];
    return seen;
}

static bool all_the_same(const w5_known *a, const w5_known *b)
{
    static const w5_kind kinds[] = {W5_K_OOM_KILL,     W5_K_DB_STOP,  W5_K_DB_CRASH,
                                    W5_K_DB_DISK_FULL, W5_K_DB_START, W5_K_DB_READY};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (a->kind[kinds[i]].n != b->kind[kinds[i]].n)
            return false;
    return true;
}

static const w5_known *view_of(const w5_views *v, const w5_incident *in)
{
    w5_arena *arena = v->whole->arena;
    w5_known *k = W5_NEW(arena, w5_known);
    sight s = look_from(v, in);
    *k = *v->whole;
    for (size_t i = 0; i < W5_KINDS; i++)
        k->kind[i] = cells_seen(&s, &v->whole->kind[i], arena);
    for (w5_told_by by = W5_BY_NGINX; by < W5_TOLD_BYS; by++)
        k->told[by] = stretches_seen(&s, by, arena);
    k->apps_elsewhere = s.apps;
    free(s.mask);
    k->lives = w5_lives_new(k);
    k->databases = all_the_same(k, v->whole) ? v->whole->databases : w5_db_lives_new(k);
    return k;
}

const w5_known *w5_views_of(w5_views *v, const w5_incident *in)
{
    if (w5_views_hosts(v) <= 1 || in->hosts == 0)
        return v->whole;
    if (in->hosts > 1)
        return view_of(v, in);
    const w5_known **own = &v->own[host_named(v, in->host[0])];
    if (!*own)
        *own = view_of(v, in);
    return *own;
}
