/* evidence.h -- the lines a diagnosis shows, in time order, and citations into them.
 *
 * Claims live in the scratch of one incident; what leaves here is copied into the bench's arena.
 *
 * Sentences are said first and cite cells; each cited cell becomes a piece of evidence. When all
 * has been said, w5_bench_seal orders the pieces, and w5_bench_cite turns a claim into a sentence.
 */
#ifndef W5_DIAGNOSIS_EVIDENCE_H
#define W5_DIAGNOSIS_EVIDENCE_H

#include "judge.h"

#define W5_EVIDENCE_MAX 80

typedef struct w5_bench {
    const w5_known *k;
    w5_arena *arena;
    w5_proof piece[W5_EVIDENCE_MAX];
    size_t pieces;
} w5_bench;

void w5_bench_add(w5_bench *b, const w5_proof *proof);
void w5_bench_claim(w5_bench *b, const w5_claim *claim); /* what it cites */
/* What the named cause and its chain show, and the errors themselves, run by run. */
void w5_bench_judgement(w5_bench *b, const w5_judgement *j);
void w5_bench_seal(w5_bench *b);
w5_sentence w5_bench_cite(const w5_bench *b, const w5_claim *claim);
const w5_evidence *w5_bench_evidence(const w5_bench *b, size_t *n);

#endif
