#include "literal.h"

/* A bar outside of parentheses makes "^" hold for one branch only. */
static bool has_branches(w5_str e)
{
    int depth = 0;
    bool in_class = false;
    for (size_t i = 0; i < e.len; i++) {
        char c = e.ptr[i];
        if (c == '\\')
            i++;
        else if (in_class)
            in_class = c != ']';
        else if (c == '[')
            in_class = true;
        else if (c == '(' || c == ')')
            depth += c == '(' ? 1 : -1;
        else if (c == '|' && depth == 0)
            return true;
    }
    return false;
}

static bool is_in(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Takes one byte that stands for itself off *e. */
static bool take_byte(w5_str *e, char *byte)
{
    if (e->len == 0 || is_in("^$.[|()?*+{", e->ptr[0]))
        return false;
    bool escaped = e->ptr[0] == '\\';
    if (escaped && (e->len < 2 || !is_in("^$.[]|()?*+{}\\/\"'-#:<>=! ", e->ptr[1])))
        return false;
    *byte = e->ptr[escaped];
    *e = w5_str_skip(*e, escaped ? 2 : 1);
    return true;
}

w5_str w5_literal_prefix(w5_str expression, w5_arena *arena)
{
    w5_str e = expression;
    if (!w5_str_take(&e, W5_STR("^")) || has_branches(expression))
        return W5_STR("");
    char *bytes = w5_arena_alloc(arena, e.len + 1);
    size_t n = 0;
    while (take_byte(&e, &bytes[n]))
        n++;
    /* a quantifier behind the last byte may ask for none of it */
    if (n > 0 && e.len > 0 && is_in("?*+{", e.ptr[0]))
        n--;
    return (w5_str){bytes, n};
}
