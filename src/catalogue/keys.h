/* keys.h -- which keys a stanza of each kind may hold, and what shape their values have.
 *
 * One table is the grammar of README.md; w5_keys_check holds a stanza against it. */
#ifndef W5_CATALOGUE_KEYS_H
#define W5_CATALOGUE_KEYS_H

#include <why502/catalogue.h>

/* W5_OK, or W5_ESYNTAX: unknown kind or key, a value of the wrong shape, a key twice or missing. */
w5_rc w5_keys_check(const w5_stanza *s, w5_err *err);

/* Values of this key add up (words, lines) when it is repeated or extended. */
bool w5_key_adds_up(w5_str kind, w5_str key);
bool w5_stanza_yes(const w5_stanza *s, const char *key); /* "yes" stands there */
/* All words of all values of a key; all values, one a line. The lists live in the arena. */
w5_list w5_stanza_words(const w5_stanza *s, const char *key, w5_arena *arena);
w5_list w5_stanza_lines(const w5_stanza *s, const char *key, w5_arena *arena);
/* The line of the first such key, of the stanza when there is none. */
unsigned w5_stanza_line(const w5_stanza *s, const char *key);
/* The line of the first such key that holds this word. */
unsigned w5_stanza_line_of(const w5_stanza *s, const char *key, w5_str word);
bool w5_word_stands_in(w5_str text, w5_str word);
w5_list w5_words_of(w5_str text, w5_arena *arena);

#endif
