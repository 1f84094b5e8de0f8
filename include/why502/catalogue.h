/* catalogue.h -- the knowledge: formats, classes, patterns, causes, remedies, as text.
 *
 * Enters: stanzas (`-- kind id`, `key: value` lines, a blank line, prose). Leaves: tables that the
 * other modules look things up in. Everything lives in the arena handed to w5_catalogue_new. The
 * built-in text, /etc/why502/catalogue.d, $XDG_CONFIG_HOME/why502/catalogue.d and --catalogue pass
 * through the same loader in this order; a stanza with a known kind and id replaces the earlier one
 * in its place, `extend: yes` adds its lines to it, `disable: yes` removes it. The grammar is in
 * src/catalogue/README.md and why502-catalogue(5). */
#ifndef W5_CATALOGUE_H
#define W5_CATALOGUE_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/regex.h>
#include <why502/base/str.h>
#include <why502/base/time.h>

typedef struct w5_catalogue w5_catalogue;

typedef struct w5_list { /* words of one or several lines of the same key, in order */
    const w5_str *at;
    size_t n;
} w5_list;

typedef struct w5_stanza { /* any stanza, as read; the typed views below are made from these */
    w5_str kind, id, file;
    unsigned line;
    w5_str prose;
    size_t keys;
    const struct w5_key { w5_str name, value; unsigned line; } *key;
} w5_stanza;

typedef enum w5_family { /* what a class or kind means for the diagnosis */
    W5_UPSTREAM,   /* an upstream error of spec §4.1 */
    W5_LOOK_ALIKE, /* an nginx line that is none */
    W5_LIFE,       /* a kind of another source, or of nginx itself */
} w5_family;

/* A class (premature-close), look-alike (client-abort) or kind (worker-timeout). */
typedef struct w5_class {
    const w5_stanza *stanza;
    w5_str id, title;
    w5_family family;
    w5_list codes;  /* the short codes an upstream error of this class can have */
    w5_list see;    /* neighbours: ids that are easily confused with it */
    bool trouble;   /* a kind that may open an incident by itself (spec §5.1) */
    unsigned order; /* causality within one second: kernel 0, systemd, database, master, worker, nginx */
    uint16_t index; /* 1.. in order of definition: dense, for counting arrays; 0 is "other" */
} w5_class;

/* How a message is recognised. `starts`, `needs`, `match` look at the record's message; `phase`,
 * `errno`, `level`, `ident` at its fields. Patterns of a format are tried in order of definition, the
 * first that fits wins; a prefix tree over `starts` makes the cost independent of their number. */
typedef struct w5_pattern {
    const w5_stanza *stanza;
    w5_str id;
    w5_list formats;       /* ids; empty: any format */
    const w5_class *klass; /* NULL: understood, of no interest ("other") */
    w5_str code;           /* short code; "{P}" stands for the phase's letter, "{errno}" for the number */
    w5_list starts, needs; /* alternatives, one a line; empty when not asked for */
    w5_str match;          /* regular expression, "" when none; named groups become record fields */
    w5_list phases, errnos, levels, idents;
    bool ends;             /* `starts` must be the whole message (up to errno and phase for nginx) */
    w5_list sets;          /* "field=value" pairs added to the record */
    uint16_t index;
} w5_pattern;

/* One line `evidence:` or `against:` of a cause; the grammar is documented in src/catalogue. */
typedef struct w5_clue {
    int weight;            /* > 0 for, < 0 against */
    w5_str words;          /* the line as written, for messages */
    w5_list word;          /* its words */
    unsigned line;
} w5_clue;

typedef struct w5_cause {
    const w5_stanza *stanza;
    w5_str id, title;
    w5_list explains;      /* short codes or classes; "*" any */
    const w5_clue *clue;
    size_t clues;
    w5_str test;           /* name of a C test in diagnosis for what clues cannot say, or "" */
    w5_list first, then, never; /* remedy ids, as the last table of documents.md */
    w5_list see;           /* rivals, relatives: ids */
    bool at_most_warning;
    uint16_t index;
} w5_cause;

typedef struct w5_remedy {
    const w5_stanza *stanza;
    w5_str id, title;
    w5_str rank, grade;    /* the documents' own ("1", "最優先"), "" when they have none */
    w5_list change;        /* lines "file | setting | value", values may hold {placeholders} */
    w5_list commands;      /* lines to paste */
    w5_str verify, undo, risk, wont_help, effort;
    w5_list see;
    uint16_t index;
} w5_remedy;

typedef struct w5_ignore { w5_str klass, upstream, path, reason; w5_time until; } w5_ignore;

w5_catalogue *w5_catalogue_new(w5_arena *forever);
/* Frees the compiled expressions (the text is the arena's). */
void w5_catalogue_free(w5_catalogue *c);
w5_rc w5_catalogue_load_builtin(w5_catalogue *c, w5_err *err);
w5_rc w5_catalogue_load(w5_catalogue *c, w5_str file, w5_str text, w5_err *err);
w5_rc w5_catalogue_load_path(w5_catalogue *c, const char *path, w5_err *err); /* file or folder of *.w5 */
/* Resolves ids and builds the tables; after it the catalogue no longer changes. W5_ESYNTAX names
 * file, line and mistake. */
w5_rc w5_catalogue_seal(w5_catalogue *c, w5_err *err);

const w5_class *w5_catalogue_class(const w5_catalogue *c, w5_str id); /* NULL: unknown */
const w5_cause *w5_catalogue_cause(const w5_catalogue *c, w5_str id);
const w5_remedy *w5_catalogue_remedy(const w5_catalogue *c, w5_str id);
const w5_stanza *w5_catalogue_stanza(const w5_catalogue *c, w5_str kind, w5_str id);
size_t w5_catalogue_classes(const w5_catalogue *c, const w5_class *const **all); /* index order */
size_t w5_catalogue_patterns(const w5_catalogue *c, const w5_pattern *const **all);
size_t w5_catalogue_causes(const w5_catalogue *c, const w5_cause *const **all);
size_t w5_catalogue_remedies(const w5_catalogue *c, const w5_remedy *const **all);
size_t w5_catalogue_stanzas(const w5_catalogue *c, const w5_stanza *const **all);
size_t w5_catalogue_ignores(const w5_catalogue *c, const w5_ignore **all);
/* It came with the program, as it stands. */
bool w5_catalogue_is_builtin(const w5_catalogue *c, const w5_stanza *s);
/* First value of a key, "" when absent. */
w5_str w5_stanza_get(const w5_stanza *s, const char *key);
/* The values of a key one after the other: start with *at = 0, false when there is no more. */
bool w5_stanza_next(const w5_stanza *s, const char *key, size_t *at, w5_str *value);
/* The known id most like `id`, for "did you mean"; "" when none is near. */
w5_str w5_catalogue_nearest(const w5_catalogue *c, w5_str id);

/* What a pattern is asked about one message. */
typedef struct w5_question {
    w5_str format, message;
    w5_str phase;   /* nginx's action, "" when none */
    int number;     /* errno, -1 when none */
    w5_str level, ident;
} w5_question;
#define W5_GROUPS 12
typedef struct w5_answer {
    const w5_pattern *pattern;
    w5_str group[W5_GROUPS]; /* group[i] is named w5_matcher_group_name(m, pattern, i), from 1 */
    size_t groups;           /* how many of them are set, group 0 (the whole match) included */
    bool limit;              /* an expression ran into its limits and was skipped */
    /* The answer is the same for every question that differs only in its message, if that begins with
     * these first bytes of this one's and is longer; SIZE_MAX: the whole message decides. */
    size_t sight;
    bool floats;             /* and if w5_matcher_floats is false for it */
} w5_answer;
/* A matcher is one thread's working state over a sealed catalogue (compiled expressions are its
 * own, made on first use). */
typedef struct w5_matcher w5_matcher;
w5_matcher *w5_matcher_new(const w5_catalogue *c);
void w5_matcher_free(w5_matcher *m);
w5_rc w5_matcher_find(w5_matcher *m, const w5_question *q, w5_answer *a); /* W5_OK, W5_MISS */
/* Does one of the literals stand in the message that lead to a pattern wherever they stand? */
bool w5_matcher_floats(w5_matcher *m, w5_str format, w5_str message);
/* On how many messages the pattern's expression ran into its limits. */
uint64_t w5_matcher_given_up(const w5_matcher *m, const w5_pattern *p);
/* The name of a group ("" when it has none): the record field it fills. */
w5_str w5_matcher_group_name(w5_matcher *m, const w5_pattern *p, size_t i);
/* Nothing cheaper leads to the pattern's expression: it runs on every line of its formats. */
bool w5_pattern_is_costly(const w5_pattern *p);
/* Compiles the expression of a pattern now, for checks: W5_ESYNTAX tells file, line and PCRE2's words. */
w5_rc w5_matcher_try(w5_matcher *m, const w5_pattern *p, w5_err *err);

#endif
