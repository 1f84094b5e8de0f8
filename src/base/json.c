/* json.c -- jansson's door.
 *
 * jansson (2.14) recurses 2048 deep, refuses strings that are no UTF-8, and builds reference
 * counted trees on the heap. So the text is measured first (end and depth, without recursion),
 * broken UTF-8 is repaired in a copy, and the tree is moved to the caller's arena. */
#include <why502/base/json.h>

#include <jansson.h>

#include "json_walk.h"
#include "utf8.h"

enum {
    DEPTH_MAX = 32
};

struct w5_json {
    w5_json_type type;
    bool whole; /* a number without fraction and exponent */
    bool yes;   /* a boolean's value */
    int64_t integer;
    double number;
    w5_str text;
    size_t count; /* of an array or object */
    const w5_json *items;
    const w5_str *keys;
};

/* --- into the arena -------------------------------------------------------------------------- */
static void build(w5_arena *arena, json_t *from, w5_json *to);

static void build_array(w5_arena *arena, const json_t *from, w5_json *to)
{
    to->type = W5_JSON_ARRAY;
    to->count = json_array_size(from);
    w5_json *items = W5_NEW_N(arena, w5_json, to->count);
    for (size_t i = 0; i < to->count; i++)
        build(arena, json_array_get(from, i), &items[i]);
    to->items = items;
}

static void build_object(w5_arena *arena, json_t *from, w5_json *to)
{
    const char *key;
    json_t *value;
    size_t i = 0;
    to->type = W5_JSON_OBJECT;
    to->count = json_object_size(from);
    w5_json *items = W5_NEW_N(arena, w5_json, to->count);
    w5_str *keys = W5_NEW_N(arena, w5_str, to->count);
    json_object_foreach(from, key, value)
    {
        keys[i] = w5_arena_str(arena, w5_str_of(key));
        build(arena, value, &items[i++]);
    }
    to->items = items;
    to->keys = keys;
}

static void build_number(const json_t *from, w5_json *to)
{
    to->type = W5_JSON_NUMBER;
    to->whole = json_is_integer(from);
    to->integer = to->whole ? json_integer_value(from) : 0;
    to->number = json_number_value(from);
}

static void build(w5_arena *arena, json_t *from, w5_json *to)
{
    switch (json_typeof(from)) {
    case JSON_OBJECT:
        build_object(arena, from, to);
        break;
    case JSON_ARRAY:
        build_array(arena, from, to);
        break;
    case JSON_STRING:
        to->type = W5_JSON_STRING;
        to->text = w5_arena_str(arena, (w5_str){json_string_value(from), json_string_length(from)});
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        build_number(from, to);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        to->type = W5_JSON_BOOL;
        to->yes = json_is_true(from);
        break;
    case JSON_NULL:
        break;
    }
}

/* --- reading --------------------------------------------------------------------------------- */
static bool is_utf8(w5_str s)
{
    uint32_t code;
    for (;;) {
        s = w5_str_skip(s, w5_plain_run(s));
        if (s.len == 0)
            return true;
        size_t n = w5_utf8_decode(s, &code);
        if (n == 0)
            return false;
        s = w5_str_skip(s, n);
    }
}

/* A copy in which each byte that is no UTF-8 stands as U+FFFD. */
static w5_str repaired(w5_arena *arena, w5_str s)
{
    static const char mark[] = "\xef\xbf\xbd";
    char *start = w5_arena_alloc_n(arena, s.len, sizeof mark - 1);
    char *to = start;
    uint32_t code;
    while (s.len > 0) {
        size_t n = w5_utf8_decode(s, &code);
        size_t width = n ? n : sizeof mark - 1;
        memcpy(to, n ? s.ptr : mark, width);
        to += width;
        s = w5_str_skip(s, n ? n : 1);
    }
    return (w5_str){start, (size_t)(to - start)};
}

w5_rc w5_json_read(w5_arena *arena, w5_str text, size_t *used, const w5_json **value)
{
    w5_str rest = text;
    rest = w5_json_skip_space(rest);
    size_t extent = w5_json_extent(rest, DEPTH_MAX);
    if (extent == 0)
        return W5_MISS;
    w5_str body = w5_str_head(rest, extent);
    if (!is_utf8(body))
        body = repaired(arena, body);
    json_t *tree = json_loadb(body.ptr, body.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!tree)
        return W5_MISS;
    w5_json *made = W5_NEW(arena, w5_json);
    build(arena, tree, made);
    json_decref(tree);
    *used = text.len - rest.len + extent;
    *value = made;
    return W5_OK;
}

/* --- questions ------------------------------------------------------------------------------- */
w5_json_type w5_json_what(const w5_json *v)
{
    return v ? v->type : W5_JSON_NULL;
}

w5_str w5_json_str(const w5_json *v)
{
    return w5_json_what(v) == W5_JSON_STRING ? v->text : W5_STR("");
}

bool w5_json_number(const w5_json *v, double *number)
{
    if (w5_json_what(v) != W5_JSON_NUMBER)
        return false;
    *number = v->number;
    return true;
}

static bool int_of_digits(w5_str s, int64_t *number)
{
    uint64_t digits;
    bool minus = w5_str_take(&s, W5_STR("-"));
    if (!w5_str_u64(s, &digits) || digits > INT64_MAX)
        return false;
    *number = minus ? -(int64_t)digits : (int64_t)digits;
    return true;
}

bool w5_json_int(const w5_json *v, int64_t *number)
{
    if (w5_json_what(v) == W5_JSON_STRING)
        return int_of_digits(v->text, number);
    if (w5_json_what(v) != W5_JSON_NUMBER || !v->whole)
        return false;
    *number = v->integer;
    return true;
}

bool w5_json_true(const w5_json *v)
{
    return w5_json_what(v) == W5_JSON_BOOL && v->yes;
}

const w5_json *w5_json_get(const w5_json *object, const char *key)
{
    w5_str wanted = w5_str_of(key);
    for (size_t i = 0; w5_json_what(object) == W5_JSON_OBJECT && i < object->count; i++)
        if (w5_str_eq(object->keys[i], wanted))
            return &object->items[i];
    return NULL;
}

size_t w5_json_count(const w5_json *array_or_object)
{
    return array_or_object ? array_or_object->count : 0;
}

const w5_json *w5_json_at(const w5_json *array, size_t i)
{
    return i < w5_json_count(array) ? &array->items[i] : NULL;
}

bool w5_json_member(const w5_json *object, size_t i, w5_str *key, const w5_json **value)
{
    if (w5_json_what(object) != W5_JSON_OBJECT || i >= object->count)
        return false;
    *key = object->keys[i];
    *value = &object->items[i];
    return true;
}
