/* regex.h -- PCRE2's door: patterns over bytes, under match, depth and heap limits.
 *
 * Patterns are compiled on first use (JIT when there is one). A match that hits a limit answers
 * W5_ELIMIT and is counted by the caller; it never hangs. */
#ifndef W5_BASE_REGEX_H
#define W5_BASE_REGEX_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>

typedef struct w5_regex w5_regex;

/* Checks and compiles `pattern` (bytes mode, no UTF, "(?<name>…)" groups). The pattern is copied.
 * W5_ESYNTAX: err tells the column and PCRE2's own words. */
w5_rc w5_regex_new(w5_str pattern, w5_regex **re, w5_err *err);
void w5_regex_free(w5_regex *re);
/* groups[0] is the whole match, groups[i] the i-th group (ptr NULL when unset); at most n are
 * filled, all n are set. W5_OK, W5_MISS, W5_ELIMIT. Not safe for one `re` in two threads. */
w5_rc w5_regex_match(w5_regex *re, w5_str s, w5_str *groups, size_t n);
size_t w5_regex_groups(const w5_regex *re);               /* how many, without group 0 */
w5_str w5_regex_group_name(const w5_regex *re, size_t i); /* "" when unnamed */
void w5_regex_limits(w5_regex *re, uint32_t match, uint32_t depth, uint32_t heap_kib);
const char *w5_regex_version(void);

#endif
