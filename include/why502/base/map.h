/* map.h -- a bounded string table: every distinct string once, as a small number.
 *
 * Interned strings live until the table is freed. When it is full (by count or bytes) a new string
 * gets W5_INTERN_FULL, is counted, and callers show "(other)". */
#ifndef W5_BASE_MAP_H
#define W5_BASE_MAP_H

#include <why502/base/arena.h>
#include <why502/base/str.h>

typedef uint32_t w5_id;           /* 0 is the empty string, always present */
#define W5_INTERN_FULL ((w5_id)1) /* shown as "(other)" */

typedef struct w5_intern w5_intern;
w5_intern *w5_intern_new(size_t max_strings, size_t max_bytes);
void w5_intern_free(w5_intern *t);
w5_id w5_intern_put(w5_intern *t, w5_str s);
w5_id w5_intern_find(const w5_intern *t, w5_str s); /* 0 when it is not there */
w5_str w5_intern_str(const w5_intern *t, w5_id id);
/* One more than the greatest id: `for (w5_id id = 2; id < w5_intern_count(t); id++)` meets all. */
size_t w5_intern_count(const w5_intern *t);
uint64_t w5_intern_refused(const w5_intern *t); /* how many did not fit */

#endif
