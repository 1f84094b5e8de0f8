/* json_walk.h -- where a JSON value begins and how far it reaches. */
#ifndef W5_BASE_JSON_WALK_H
#define W5_BASE_JSON_WALK_H

#include <why502/base/str.h>

/* The length of the value at the very start of s, found by quotes and brackets alone; 0 when it
 * does not end or nests deeper than depth_max. */
size_t w5_json_extent(w5_str s, unsigned depth_max);
w5_str w5_json_skip_space(w5_str s);

#endif
