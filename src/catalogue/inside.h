/* inside.h -- what a catalogue is made of; for the files of this folder only.
 *
 * While loading it is a list of entries in order of first definition and a table to find them by
 * kind and id. Sealing adds the typed views. */
#ifndef W5_CATALOGUE_INSIDE_H
#define W5_CATALOGUE_INSIDE_H

#include <why502/catalogue.h>

#define W5_STANZAS_MAX  4096
#define W5_PATTERNS_MAX 2048

typedef struct w5_entry {
    const w5_stanza *stanza; /* NULL once disabled */
    const w5_stanza *was;    /* what was disabled */
    w5_str kind, id;
    unsigned layer;   /* of the last change */
    const void *view; /* the typed view, made by seal */
} w5_entry;

/* A pattern with what the matcher wants beside the public view. */
typedef struct w5_probe {
    w5_pattern pattern; /* first: a w5_pattern of a catalogue is always inside one */
    const int *numbers; /* of `errnos`; -1 for "none" */
} w5_probe;

struct w5_catalogue {
    w5_arena *arena;
    unsigned layer, builtin_layer; /* of the moment; that of the built-in text, 0 before it */
    w5_entry *entry;
    size_t entries;
    uint16_t *slot; /* hash table: 0 free, else entry + 1; a power of two, never full */
    bool sealed;

    const w5_class **classes;
    w5_probe **probes;           /* patterns in the order of their turns */
    const w5_pattern **patterns; /* the same, for the public */
    const w5_cause **causes;
    const w5_remedy **remedies;
    const w5_stanza **stanzas;
    w5_ignore *ignores;
    size_t class_count, pattern_count, cause_count, remedy_count, stanza_count, ignore_count;
};

#define W5_SLOTS (2 * W5_STANZAS_MAX)

w5_entry *w5_catalogue_entry(const w5_catalogue *c, w5_str kind, w5_str id); /* NULL: none */
/* Begins a layer: the stanzas loaded after it may replace those of the layers before. */
void w5_catalogue_layer(w5_catalogue *c);
/* Reads a text that lives as long as the catalogue. */
w5_rc w5_catalogue_read(w5_catalogue *c, w5_str file, w5_str text, w5_err *err);

/* pattern.c: the view of one, and once all are there, their turns (`before`) and indices. */
w5_rc w5_seal_pattern(w5_catalogue *c, w5_entry *e, w5_err *err);
w5_rc w5_seal_turns(w5_catalogue *c, w5_err *err);

/* "unknown class 'x'; did you mean 'y'?" at a line. */
w5_rc w5_unknown_id(const w5_catalogue *c, const w5_stanza *s, unsigned line, w5_str kind,
                    w5_str id, w5_err *err);

#endif
