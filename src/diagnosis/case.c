#include "case.h"

enum {
    PROOFS = 8,
    PROOFS_MAX = 40
};

/* Among the access lines of the error's second and the next, the one about the same request; nginx
 * writes the error first and the access line when the request is over. Where a request was tried
 * again elsewhere, its access line may come much later (facts/nginx.md §6.27): that one is not
 * searched for. */
static const w5_cell *access_line(const w5_known *k, const w5_cell *cell, w5_kind kind)
{
    size_t i = SIZE_MAX;
    const w5_cell *a, *found = NULL;
    while ((a = w5_known_next(k, kind, cell->at - W5_SECOND, cell->at + 2 * W5_SECOND, &i))) {
        if (a->path != cell->path || (a->client && cell->client && a->client != cell->client))
            continue;
        if (!found || a->duration > found->duration)
            found = a;
    }
    return found;
}

/* What nginx's error log would have said of a request that its access log saw fail (facts nginx.md
 * §4). A refusal takes no time. */
static uint32_t bits_of_status(int32_t status, w5_time took)
{
    if (status == 500) /* nginx's own are told in its error log */
        return W5_BIT(UPSTREAM_5XX);
    if (status == 502)
        return took > W5_SECOND / 2 ? W5_BIT(PREMATURE_CLOSE)
                                    : W5_CLOSES | W5_BIT(REFUSED) | W5_BIT(SOCKET_MISSING);
    return status == 504 ? W5_BIT(READ_TIMEOUT) | W5_BIT(CONNECT_TIMEOUT) | W5_BIT(SEND_TIMEOUT)
                         : 0;
}

static void read_error(const w5_known *k, w5_error *e, const w5_cell *cell)
{
    *e = (w5_error){.cell = cell, .kind = w5_known_kind(k, cell), .took = W5_TIME_NONE};
    e->trouble = e->kind > W5_K_UPSTREAM_LAST;
    e->bits = e->kind == W5_K_ACCESS ? bits_of_status(cell->number, cell->duration)
              : e->trouble           ? 0
                                     : UINT32_C(1) << e->kind;
    if (e->kind == W5_K_UPSTREAM_5XX || e->kind == W5_K_ACCESS) {
        e->access = cell;
    } else if (!e->trouble) {
        e->access = access_line(k, cell, W5_K_UPSTREAM_5XX);
        e->access = e->access ? e->access : access_line(k, cell, W5_K_ACCESS);
    }
    if (e->access && e->access->duration >= 0)
        e->took = e->access->duration;
}

/* A line that stands for no failed request (a second peer, a retried one) still counts for a
 * little, so that an incident that hurt nobody can be explained. */
static void weigh(w5_case *c)
{
    for (size_t i = 0; i < c->errors; i++) {
        const w5_cell *cell = c->error[i].cell;
        c->error[i].weight = (double)cell->failed + 0.001 * (double)cell->count;
        c->weight += c->error[i].weight;
    }
}

static void add_cells(w5_case *c, const uint32_t *index, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const w5_cell *cell = &c->k->t->cell[index[i]];
        w5_error *e = &c->error[c->errors];
        read_error(c->k, e, cell);
        e->index = index[i];
        if (cell->forged)
            continue;
        c->errors++;
        if (!e->trouble)
            c->seen |= e->bits;
    }
}

w5_case *w5_case_new(const w5_known *k, const w5_incident *incident, w5_arena *arena)
{
    w5_case *c = W5_NEW(arena, w5_case);
    c->k = k;
    c->arena = arena;
    c->incident = incident;
    c->error = W5_NEW_N(arena, w5_error, incident->cells + incident->troubles);
    add_cells(c, incident->cell, incident->cells);
    if (!c->errors)
        add_cells(c, incident->trouble, incident->troubles);
    weigh(c);
    c->from = incident->start;
    c->to = incident->end;
    c->tolerance = W5_SECOND;
    c->blind = c->errors > 0 && !c->seen;
    return c;
}

w5_str w5_case_code(const w5_case *c, const w5_error *e)
{
    return w5_known_str(c->k, e->cell->code);
}

bool w5_case_code_is(const w5_case *c, const w5_error *e, const char *code)
{
    return w5_str_eq(w5_case_code(c, e), w5_str_of(code));
}

static const w5_class *class_of(const w5_case *c, const w5_error *e)
{
    const w5_class *const *all;
    size_t n = w5_catalogue_classes(c->k->t->catalogue, &all);
    size_t i = e->cell->klass;
    if (i && i <= n && all[i - 1]->index == i)
        return all[i - 1];
    for (i = 0; i < n; i++)
        if (all[i]->index == e->cell->klass)
            return all[i];
    return NULL;
}

bool w5_theory_may(const w5_case *c, const w5_theory *t, const w5_error *e)
{
    const w5_class *klass = class_of(c, e);
    w5_str code = w5_case_code(c, e);
    for (size_t i = 0; i < t->cause->explains.n; i++) {
        w5_str word = t->cause->explains.at[i];
        if (w5_str_eq(word, W5_STR("*")) || (code.len && w5_str_eq(word, code)) ||
            (klass && w5_str_eq(word, klass->id)))
            return true;
    }
    return false;
}

void w5_theory_explain(const w5_case *c, w5_theory *t, size_t i, w5_join join)
{
    if (!t->join)
        t->join = W5_NEW_N(c->arena, uint8_t, c->errors);
    if (join > t->join[i])
        t->join[i] = (uint8_t)join;
}

void w5_theory_show(const w5_case *c, w5_theory *t, const w5_cell *cell, w5_role role,
                    const w5_claim *note)
{
    static const w5_claim silent;
    if (!cell || t->proofs >= PROOFS_MAX)
        return;
    for (size_t i = 0; i < t->proofs; i++)
        if (t->proof[i].cell == cell)
            return;
    if (t->proofs == t->room) {
        w5_proof *more = W5_NEW_N(c->arena, w5_proof, t->room * 2 + PROOFS);
        if (t->proofs)
            memcpy(more, t->proof, t->proofs * sizeof(*more));
        t->proof = more;
        t->room = t->room * 2 + PROOFS;
    }
    t->proof[t->proofs++] = (w5_proof){.cell = cell, .role = role, .note = note ? *note : silent};
}

void w5_theory_doubt(w5_theory *t, double doubt, w5_claim against)
{
    if (doubt <= t->doubt)
        return;
    t->doubt = doubt;
    t->against = against;
}

void w5_theory_limit(w5_theory *t, w5_confidence ceiling, w5_told_by by)
{
    if (ceiling >= t->ceiling)
        return;
    t->ceiling = ceiling;
    t->wants = by;
}

void w5_theory_ask(w5_theory *t, w5_told_by by)
{
    t->asks = true;
    if (t->wants == W5_TOLD_BYS)
        t->wants = by;
}

bool w5_theory_explains(const w5_theory *t, const w5_case *c)
{
    return w5_theory_first(t, c) != NULL;
}

const w5_error *w5_theory_first(const w5_theory *t, const w5_case *c)
{
    for (size_t i = 0; t->join && i < c->errors; i++)
        if (t->join[i])
            return &c->error[i];
    return NULL;
}

const w5_cell *w5_theory_cell(const w5_theory *t, const w5_case *c)
{
    const w5_error *first = w5_theory_first(t, c);
    return first ? first->cell : NULL;
}

double w5_theory_weight(const w5_theory *t, const w5_case *c)
{
    double weight = 0;
    for (size_t i = 0; t->join && i < c->errors; i++)
        if (t->join[i])
            weight += c->error[i].weight;
    return weight;
}

size_t w5_theory_count(const w5_theory *t, const w5_case *c)
{
    size_t lines = 0;
    for (size_t i = 0; t->join && i < c->errors; i++)
        if (t->join[i])
            lines += c->error[i].cell->count;
    return lines;
}

size_t w5_case_seek(const w5_case *c, w5_time at)
{
    size_t low = 0, high = c->errors;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->error[mid].cell->at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool w5_case_near(const w5_case *c, const w5_error *e, w5_time at, w5_time before, w5_time after)
{
    return e->cell->at >= at - before - c->tolerance && e->cell->at <= at + after + c->tolerance;
}

w5_id w5_case_path(const w5_case *c, const w5_theory *t)
{
    w5_id best = 0;
    double most = 0;
    /* incidents have few paths; of many the first hundred errors tell enough */
    for (size_t i = 0; i < c->errors && i < 100; i++) {
        double weight = 0;
        if ((t && !(t->join && t->join[i])) || !c->error[i].cell->path)
            continue;
        for (size_t j = i; j < c->errors; j++)
            if (c->error[j].cell->path == c->error[i].cell->path && (!t || t->join[j]))
                weight += c->error[j].weight;
        if (weight > most) {
            most = weight;
            best = c->error[i].cell->path;
        }
    }
    return best;
}
