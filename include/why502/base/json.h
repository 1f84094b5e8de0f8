/* json.h -- the JSON library's door: reading a small JSON text into a flat view.
 *
 * Writing JSON needs no library (w5_out with W5_JSON). Reading: log lines that are JSON objects
 * (journalctl -o json, docker's json-file, MySQL's JSON sink, our own events). */
#ifndef W5_BASE_JSON_H
#define W5_BASE_JSON_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>

typedef struct w5_json w5_json; /* one value, lives in the arena it was read into */
typedef enum w5_json_type {
    W5_JSON_NULL,
    W5_JSON_BOOL,
    W5_JSON_NUMBER,
    W5_JSON_STRING,
    W5_JSON_ARRAY,
    W5_JSON_OBJECT
} w5_json_type;

/* Reads one JSON value from the start of `text`; *used is how many bytes it took. W5_MISS when it
 * is no JSON (depth over 32 and numbers out of range included): a strange line is data, no error.
 * Bytes in strings that are no UTF-8 are read as U+FFFD. */
w5_rc w5_json_read(w5_arena *arena, w5_str text, size_t *used, const w5_json **value);
w5_json_type w5_json_what(const w5_json *v);
w5_str w5_json_str(const w5_json *v); /* of a string; "" otherwise */
bool w5_json_number(const w5_json *v, double *number);
bool w5_json_int(const w5_json *v, int64_t *number); /* also of a string of digits */
bool w5_json_true(const w5_json *v);
const w5_json *w5_json_get(const w5_json *object, const char *key); /* NULL when absent */
size_t w5_json_count(const w5_json *array_or_object);
const w5_json *w5_json_at(const w5_json *array, size_t i);
bool w5_json_member(const w5_json *object, size_t i, w5_str *key, const w5_json **value);

/* --- without building anything, for long files of flat objects ---
 * Walks the members of one object in place. A text that is no JSON ends the walk early, with
 * walk.broken set; nesting is skipped, not checked. */
typedef struct w5_json_walk {
    w5_str rest;
    bool broken;
} w5_json_walk;
/* false when the text (blanks aside) does not begin with an object. */
bool w5_json_walk_open(w5_str text, w5_json_walk *walk);
/* *key is what stands between its quotes, *raw the value as written, quotes and brackets included;
 * false at the closing brace, and walk.rest is then what stands behind it. */
bool w5_json_walk_next(w5_json_walk *walk, w5_str *key, w5_str *raw);
/* The text of a raw string, or of a key put between its quotes: borrowed when nothing in it is
 * escaped, else decoded into the arena; lone surrogates become U+FFFD. W5_MISS: no string. */
w5_rc w5_json_unquote(w5_arena *arena, w5_str raw, w5_str *text);

#endif
