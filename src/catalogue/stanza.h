/* stanza.h -- the text of a catalogue file into stanzas, one at a time.
 *
 * Enters a slice; leaves stanzas whose slices borrow from it (values of several lines live in the
 * arena). It knows the shape of the text and its bounds, not what keys mean: that is keys.h. */
#ifndef W5_CATALOGUE_STANZA_H
#define W5_CATALOGUE_STANZA_H

#include <why502/catalogue.h>

#define W5_CATALOGUE_FILE_MAX ((size_t)4 << 20)
#define W5_STANZA_VALUE_MAX   ((size_t)8 << 10)
#define W5_STANZA_PROSE_MAX   ((size_t)64 << 10)
#define W5_STANZA_KEYS_MAX    256
#define W5_STANZA_ID_MAX      64

typedef struct w5_stanza_reader {
    w5_str file, rest;
    unsigned line; /* of the first byte of `rest`, from 1 */
    w5_arena *arena;
} w5_stanza_reader;

/* Borrows file and text. W5_ESYNTAX: too long, or a NUL byte in it. */
w5_rc w5_stanza_reader_init(w5_stanza_reader *r, w5_str file, w5_str text, w5_arena *arena,
                            w5_err *err);
/* W5_OK, W5_END, W5_ESYNTAX with file, line and mistake. */
w5_rc w5_stanza_read(w5_stanza_reader *r, w5_stanza *stanza, w5_err *err);

/* w5_stanza_next for a key that is a slice. */
bool w5_stanza_find(const w5_stanza *s, w5_str key, size_t *at, w5_str *value);

/* The mistake at a line of a stanza's file. */
#define w5_stanza_fail(err, file, line, fmt, ...)                                                  \
    w5_fail((err), W5_ESYNTAX, 0, "%.*s:%u: " fmt, W5_ARG(file), (line), __VA_ARGS__)

#endif
