#include "caseload.h"

#include "fleet.h"

#include <stdlib.h>

enum {
    PARTS_DEEP = 4,
    WAVE_MOST = 200 /* machines of one deploy: to hold each error against each master takes time */
};

typedef struct desk {
    const w5_known *k;
    w5_views *views;
    w5_arena *arena, *scratch;
    w5_caseload *load;
} desk;

/* ---- looking ---- */

static w5_severity severity_of(const w5_incident *in, const w5_theory *t)
{
    bool nobody_hurt = in->errors > 0 && in->requests_failed == 0;
    bool harmless = t->cause->at_most_warning && t->confidence >= W5_LIKELY;
    return nobody_hurt || harmless ? W5_SEVERITY_WARNING : W5_SEVERITY_ERROR;
}

static void put(desk *d, const w5_file *file)
{
    w5_caseload *l = d->load;
    if (l->n == l->room) {
        w5_file *more = W5_NEW_N(d->arena, w5_file, l->room * 2 + 32);
        if (l->n)
            memcpy(more, l->file, l->n * sizeof(*more));
        l->file = more;
        l->room = l->room * 2 + 32;
    }
    l->file[l->n++] = *file;
}

static w5_file file_of(w5_incident *in, const w5_judgement *j)
{
    const w5_theory *t = j->chosen;
    return (w5_file){.incident = in,
                     .cause = t->cause,
                     .confidence = t->confidence,
                     .score = t->score,
                     .culprit = t->culprit,
                     .anchor = t->confidence >= W5_LIKELY ? t->anchor : NULL,
                     .severity = severity_of(in, t),
                     .explains = w5_score_requests(j->c, t->explained)};
}

/* ---- parting ---- */

/* Those errors that the stranger explains, and better than what is named does. */
static size_t choose(const w5_judgement *j, bool strangers, uint32_t *cells)
{
    size_t n = 0;
    for (size_t i = 0; i < j->c->errors; i++) {
        uint8_t theirs = j->stranger->join[i], ours = j->chosen->join ? j->chosen->join[i] : 0;
        if ((theirs > ours) == strangers)
            cells[n++] = j->c->error[i].index;
    }
    return n;
}

static void look(desk *d, w5_incident *in, unsigned depth);

static bool part(desk *d, const w5_judgement *j, unsigned depth)
{
    if (!j->stranger || depth >= PARTS_DEEP || !j->c->errors || j->c->error[0].trouble)
        return false;
    uint32_t *cells = W5_NEW_N(d->arena, uint32_t, j->c->errors);
    size_t theirs = choose(j, true, cells);
    if (!theirs || theirs == j->c->errors)
        return false;
    w5_incident *other = w5_incident_make(d->k->t, cells, theirs, d->arena);
    size_t ours = choose(j, false, cells);
    w5_incident *rest = w5_incident_make(d->k->t, cells, ours, d->arena);
    look(d, rest, depth + 1);
    look(d, other, depth + 1);
    return true;
}

static void look(desk *d, w5_incident *in, unsigned depth)
{
    w5_mark mark = w5_arena_mark(d->scratch);
    w5_judgement j = w5_judge(w5_views_of(d->views, in), in, d->scratch);
    if (!part(d, &j, depth)) {
        w5_file file = file_of(in, &j);
        put(d, &file);
    }
    if (depth == 0)
        w5_arena_rewind(d->scratch, mark);
}

/* ---- joining ---- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool one_cause(const w5_file *a, const w5_file *b)
{
    return a->anchor && a->anchor == b->anchor && a->incident->cells && b->incident->cells;
}

/* All later files with the anchor of this one, in one incident; NULL when it stands alone. */
static w5_incident *united(desk *d, const w5_file *file, size_t left)
{
    size_t n = 0, total = 0;
    for (size_t i = 0; i < left; i++)
        total += i == 0 || one_cause(file, &file[i]) ? file[i].incident->cells : 0;
    if (total == file->incident->cells)
        return NULL;
    uint32_t *cells = W5_NEW_N(d->arena, uint32_t, total);
    for (size_t i = 0; i < left; i++)
        for (size_t c = 0; (i == 0 || one_cause(file, &file[i])) && c < file[i].incident->cells;
             c++)
            cells[n++] = file[i].incident->cell[c];
    qsort(cells, n, sizeof(*cells), by_number);
    return w5_incident_make(d->k->t, cells, n, d->arena);
}

static void drop_others(w5_caseload *l, size_t kept)
{
    size_t n = kept + 1;
    for (size_t i = kept + 1; i < l->n; i++)
        if (!one_cause(&l->file[kept], &l->file[i]))
            l->file[n++] = l->file[i];
    l->n = n;
}

/* What one event explains is one incident, whatever silence lay between and whichever upstream it
 * was. */
static void join_files(desk *d)
{
    w5_caseload *l = d->load;
    for (size_t i = 0; i < l->n; i++) {
        w5_incident *all = l->file[i].anchor ? united(d, &l->file[i], l->n - i) : NULL;
        if (!all)
            continue;
        w5_mark mark = w5_arena_mark(d->scratch);
        w5_judgement j = w5_judge(w5_views_of(d->views, all), all, d->scratch);
        drop_others(l, i);
        l->file[i] = file_of(all, &j);
        w5_arena_rewind(d->scratch, mark);
    }
}

/* ---- joining machines ---- */

static int by_start(const void *a, const void *b)
{
    const w5_file *x = a, *y = b;
    if (x->incident->start != y->incident->start)
        return x->incident->start < y->incident->start ? -1 : 1;
    return strcmp(x->incident->id, y->incident->id);
}

/* Of those behind a file, in time order, the ones that join it or one that has joined: `member`
 * says which, and what joined them is answered. */
static w5_fleet find_members(const desk *d, size_t first, bool *member)
{
    const w5_caseload *l = d->load;
    w5_fleet found = W5_ALONE;
    size_t members = 1;
    w5_time end = l->file[first].incident->end;
    member[first] = true;
    for (size_t i = first + 1; i < l->n; i++) {
        if (l->file[i].incident->start > end + W5_FLEET_REACH ||
            (found == W5_ONE_DEPLOY && members == WAVE_MOST))
            break;
        for (size_t m = i; m-- > first && !member[i];) {
            w5_fleet bond = member[m] ? w5_fleet_bond(d->k, &l->file[m], &l->file[i]) : W5_ALONE;
            bool same = bond != W5_ALONE && (found == W5_ALONE || found == bond);
            found = same ? bond : found;
            member[i] = same;
        }
        members += member[i];
        if (member[i] && l->file[i].incident->end > end)
            end = l->file[i].incident->end;
    }
    return found;
}

static w5_incident *all_members(const desk *d, const bool *member)
{
    const w5_caseload *l = d->load;
    size_t n = 0, total = 0;
    for (size_t i = 0; i < l->n; i++)
        total += member[i] ? l->file[i].incident->cells : 0;
    uint32_t *cells = W5_NEW_N(d->arena, uint32_t, total);
    for (size_t i = 0; i < l->n; i++)
        for (size_t c = 0; member[i] && c < l->file[i].incident->cells; c++)
            cells[n++] = l->file[i].incident->cell[c];
    qsort(cells, n, sizeof(*cells), by_number);
    return w5_incident_make(d->k->t, cells, n, d->arena);
}

static void drop_members(w5_caseload *l, size_t kept, const bool *member)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (i == kept || !member[i])
            l->file[n++] = l->file[i];
    l->n = n;
}

/* They are one only if what joined them explains them together, too. */
static void join_machines(desk *d)
{
    w5_caseload *l = d->load;
    if (w5_views_hosts(d->views) <= 1 || l->n < 2)
        return;
    qsort(l->file, l->n, sizeof(*l->file), by_start);
    for (size_t i = 0; i < l->n; i++) {
        w5_mark mark = w5_arena_mark(d->scratch);
        bool *member = W5_NEW_N(d->scratch, bool, l->n);
        w5_fleet fleet = find_members(d, i, member);
        if (fleet != W5_ALONE) {
            w5_incident *all = all_members(d, member);
            w5_judgement j = w5_judge(w5_views_of(d->views, all), all, d->scratch);
            w5_file file = file_of(all, &j);
            file.fleet = fleet;
            if (file.cause == l->file[i].cause || fleet == W5_ONE_UPSTREAM) {
                l->file[i] = file;
                drop_members(l, i, member);
            }
        }
        w5_arena_rewind(d->scratch, mark);
    }
}

/* ---- muting ---- */

static w5_incident *without_ignored(desk *d, w5_incident *in)
{
    const w5_ignore *none;
    if (!w5_catalogue_ignores(d->k->t->catalogue, &none) || !in->cells)
        return in;
    uint32_t *cells = W5_NEW_N(d->arena, uint32_t, in->cells);
    size_t n = 0;
    for (size_t i = 0; i < in->cells; i++) {
        const w5_cell *cell = &d->k->t->cell[in->cell[i]];
        if (w5_is_ignored(d->k, cell))
            d->load->ignored += cell->count;
        else
            cells[n++] = in->cell[i];
    }
    if (n == in->cells)
        return in;
    return n ? w5_incident_make(d->k->t, cells, n, d->arena) : NULL;
}

/* ---- order ---- */

static int worst_first(const void *a, const void *b)
{
    const w5_file *x = a, *y = b;
    bool open = x->incident->over == W5_OVER_NO, other = y->incident->over == W5_OVER_NO;
    if (open != other)
        return open ? -1 : 1;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->incident->requests_failed != y->incident->requests_failed)
        return x->incident->requests_failed > y->incident->requests_failed ? -1 : 1;
    if (x->incident->start != y->incident->start)
        return x->incident->start < y->incident->start ? -1 : 1;
    return strcmp(x->incident->id, y->incident->id);
}

w5_caseload w5_caseload_new(const w5_known *k, w5_views *views, w5_arena *arena, w5_arena *scratch)
{
    w5_caseload load = {.n = 0};
    desk d = {.k = k, .views = views, .arena = arena, .scratch = scratch, .load = &load};
    load.room = k->incidents->n + 32; /* parting is rare */
    load.file = W5_NEW_N(arena, w5_file, load.room);
    for (size_t i = 0; i < k->incidents->n; i++) {
        w5_incident *in = without_ignored(&d, k->incidents->at[i]);
        if (in)
            look(&d, in, 0);
    }
    join_files(&d);
    join_machines(&d);
    if (load.n)
        qsort(load.file, load.n, sizeof(*load.file), worst_first);
    return load;
}
