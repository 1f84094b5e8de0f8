/* loading.h -- a catalogue out of a literal, for tests. */
#ifndef W5_TESTS_CATALOGUE_LOADING_H
#define W5_TESTS_CATALOGUE_LOADING_H

#include "check.h"

#include <why502/catalogue.h>

typedef struct loaded {
    w5_arena *arena;
    w5_catalogue *catalogue;
    w5_err err;
    w5_rc rc;
} loaded;

#define CLASSES                                                                                    \
    "-- class refused\ntitle: refused\nfamily: upstream\ncodes: CK-111 CK-61\n"                    \
    "-- class abort\ntitle: client left\nfamily: look-alike\n"                                     \
    "-- class timeout\ntitle: worker time-out\nfamily: life\ntrouble: yes\norder: 3\n"             \
    "-- class oom\ntitle: killed for memory\nfamily: life\norder: 0\n"                             \
    "-- remedy raise\ntitle: raise it\nverify: v\nundo: u\nrisk: r\nwont-help: w\n"                \
    "-- remedy lower\ntitle: lower it\nverify: v\nundo: u\nrisk: r\nwont-help: w\n"

/* Loads texts, each as a file and layer of its own: a.w5, b.w5, …, and seals. */
static inline loaded load_texts(const char *const *texts, size_t n)
{
    loaded l = {.arena = w5_arena_new()};
    l.catalogue = w5_catalogue_new(l.arena);
    for (size_t i = 0; i < n && l.rc == W5_OK; i++) {
        char name[] = "a.w5";
        name[0] = (char)('a' + i);
        l.rc = w5_catalogue_load(l.catalogue, w5_str_of(name), w5_str_of(texts[i]), &l.err);
    }
    if (l.rc == W5_OK)
        l.rc = w5_catalogue_seal(l.catalogue, &l.err);
    return l;
}

static inline void unload(loaded *l)
{
    w5_catalogue_free(l->catalogue);
    w5_arena_free(l->arena);
}

/* Each row: a text (file b.w5, behind CLASSES as a.w5) and the complaint it must draw; NULL: none.
 */
typedef struct complaint_row {
    const char *text, *complaint;
} complaint_row;

static inline void expect_complaints(const complaint_row *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *texts[] = {CLASSES, row[i].text};
        loaded l = load_texts(texts, 2);
        if (row[i].complaint == NULL && l.rc != W5_OK)
            fail_msg("row %zu: '%s'", i, l.err.text);
        if (row[i].complaint != NULL) {
            if (l.rc != W5_ESYNTAX)
                fail_msg("row %zu passes, should say '%s'", i, row[i].complaint);
            assert_string_equal(l.err.text, row[i].complaint);
        }
        unload(&l);
    }
}

#endif
