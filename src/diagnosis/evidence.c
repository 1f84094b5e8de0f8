#include "evidence.h"

#include <stdlib.h>

static w5_proof *find(w5_bench *b, const w5_cell *cell)
{
    for (size_t i = 0; i < b->pieces; i++)
        if (b->piece[i].cell == cell)
            return &b->piece[i];
    return NULL;
}

/* What speaks for or against outranks what is only told along. */
static void join(w5_proof *into, const w5_proof *from)
{
    if (into->role == W5_CONTEXT)
        into->role = from->role;
    if (from->count > into->count) {
        into->count = from->count;
        into->last_line = from->last_line;
    }
    if (!w5_claimed(&into->note))
        into->note = from->note;
}

void w5_bench_add(w5_bench *b, const w5_proof *proof)
{
    w5_proof *known = proof->cell ? find(b, proof->cell) : NULL;
    if (known)
        join(known, proof);
    else if (proof->cell && b->pieces < W5_EVIDENCE_MAX)
        b->piece[b->pieces++] = *proof;
}

void w5_bench_claim(w5_bench *b, const w5_claim *claim)
{
    for (size_t i = 0; i < claim->said.cites; i++)
        w5_bench_add(b, &(w5_proof){.cell = claim->cell[i], .role = W5_CONTEXT});
}

static void add_theory(w5_bench *b, const w5_theory *t, const w5_role *role)
{
    for (size_t i = 0; i < t->proofs; i++) {
        w5_proof proof = t->proof[i];
        if (role)
            proof.role = *role;
        w5_bench_add(b, &proof);
        w5_bench_claim(b, &proof.note);
    }
    w5_bench_claim(b, &t->summary);
    w5_bench_claim(b, &t->against);
}

/* Errors of one code are one piece: the first of them, how many, and where the last stands. */
static void add_runs(w5_bench *b, const w5_case *c)
{
    for (size_t i = 0; i < c->errors; i++) {
        const w5_cell *first = c->error[i].cell;
        w5_proof run = {.cell = first, .role = W5_FOR};
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = c->error[j].cell->klass == first->klass &&
                   c->error[j].cell->code == first->code &&
                   c->error[j].cell->stream == first->stream;
        for (size_t j = i; j < c->errors && !seen; j++) {
            const w5_cell *cell = c->error[j].cell;
            if (cell->klass != first->klass || cell->code != first->code ||
                cell->stream != first->stream)
                continue;
            run.count += cell->count;
            run.last_line = cell->last_line > run.last_line ? cell->last_line : run.last_line;
        }
        if (!seen)
            w5_bench_add(b, &run);
        if (b->pieces >= W5_EVIDENCE_MAX / 2)
            return;
    }
}

void w5_bench_judgement(w5_bench *b, const w5_judgement *j)
{
    add_theory(b, j->chosen, NULL);
    add_runs(b, j->c);
    for (size_t i = 0; i < j->chains; i++)
        add_theory(b, j->chain[i], NULL);
    for (size_t i = 0; i < j->alternatives; i++)
        w5_bench_claim(b, &j->alternative[i]->against);
}

static int by_time(const void *a, const void *b)
{
    const w5_cell *x = ((const w5_proof *)a)->cell, *y = ((const w5_proof *)b)->cell;
    if (x->at / W5_SECOND != y->at / W5_SECOND)
        return x->at < y->at ? -1 : 1;
    return (x > y) - (x < y); /* cells of a timeline stand in causal order */
}

void w5_bench_seal(w5_bench *b)
{
    if (b->pieces)
        qsort(b->piece, b->pieces, sizeof(*b->piece), by_time);
}

static size_t index_of(const w5_bench *b, const w5_cell *cell)
{
    for (size_t i = 0; i < b->pieces; i++)
        if (b->piece[i].cell == cell)
            return i;
    return SIZE_MAX;
}

w5_sentence w5_bench_cite(const w5_bench *b, const w5_claim *claim)
{
    w5_sentence s = w5_claim_keep(claim, b->arena);
    for (size_t i = 0; i < claim->said.cites; i++) {
        size_t at = index_of(b, claim->cell[i]);
        if (at != SIZE_MAX)
            s.cite[s.cites++] = (uint16_t)at;
    }
    return s;
}

const w5_evidence *w5_bench_evidence(const w5_bench *b, size_t *n)
{
    w5_evidence *all = W5_NEW_N(b->arena, w5_evidence, b->pieces);
    for (size_t i = 0; i < b->pieces; i++) {
        const w5_proof *p = &b->piece[i];
        all[i] = (w5_evidence){.cell = p->cell,
                               .role = p->role,
                               .count = p->count ? p->count : p->cell->count,
                               .last_line = p->last_line ? p->last_line : p->cell->last_line,
                               .note = w5_bench_cite(b, &p->note)};
    }
    *n = b->pieces;
    return all;
}
