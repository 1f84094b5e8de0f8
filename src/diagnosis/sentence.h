/* sentence.h -- sentences for people, made from whole English sentences and the cells they rest on.
 *
 * A claim is a sentence whose citations still are cells; evidence.c turns them into indices of the
 * diagnosis once it is known which cells are shown. Arguments are log text or formatted numbers. */
#ifndef W5_DIAGNOSIS_SENTENCE_H
#define W5_DIAGNOSIS_SENTENCE_H

#include <why502/diagnosis.h>

/* Marks English words for the translators; w5_words looks them up when a report is written. */
#define N_(english) english

/* The same with a plural: words for one, words for any other number. In tables NN_, else W5_FORMS.
 */
typedef struct w5_forms {
    const char *one, *many;
} w5_forms;
#define NN_(one, many)                                                                             \
    {                                                                                              \
        (one), (many)                                                                              \
    }
#define W5_FORMS(one, many) ((w5_forms)NN_(one, many))

#define W5_CITES 6

#define W5_ARGS 8

typedef struct w5_claim {
    w5_sentence said; /* its arg is set when it leaves here */
    w5_str arg[W5_ARGS];
    const w5_cell *cell[W5_CITES];
} w5_claim;

w5_claim w5_claim_of(const char *words, const w5_str *args, size_t n);
/* W5_SAY(words), W5_SAY(words, a, b): a claim with these arguments. */
#define W5_SAY(...) W5_SAY_N(__VA_ARGS__, W5_NONE)
#define W5_SAY_N(words, ...)                                                                       \
    w5_claim_of((words), (const w5_str[]){__VA_ARGS__},                                            \
                sizeof((w5_str[]){__VA_ARGS__}) / sizeof(w5_str))
/* W5_SAY_COUNT(number, forms, a, …): the same, its words chosen by the number when it is told. */
w5_claim w5_claim_count(w5_claim claim, uint64_t number, w5_forms forms);
#define W5_SAY_COUNT(number, forms, ...)                                                           \
    w5_claim_count(W5_SAY(NULL, __VA_ARGS__), (number), (forms))
/* The sentence alone, its arguments kept in `arena`; its citations are not settled. */
w5_sentence w5_claim_keep(const w5_claim *claim, w5_arena *arena);
/* Adds a line the claim rests on; NULL and what is already there add nothing. */
void w5_claim_cite(w5_claim *claim, const w5_cell *cell);
static inline bool w5_claimed(const w5_claim *claim)
{
    return claim->said.words != NULL;
}

w5_str w5_say_number(w5_arena *arena, uint64_t n);
w5_str w5_say_seconds(w5_arena *arena, w5_time duration); /* "30 s", "3.3 s", "16 ms" */
w5_str w5_say_bytes(w5_arena *arena, uint64_t bytes);     /* "512 MiB" */

#endif
