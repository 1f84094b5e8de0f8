/* wrap_kubectl.c -- prefixes of kubectl logs, docker logs -t and stern.
 *
 * kubectl logs --prefix: "[pod/web-7d9f/app] text"; --timestamps and docker logs -t: an RFC 3339
 * stamp in front, behind the prefix if both are asked for; stern: "pod container text" or
 * "namespace pod container text" (its default template). */
#include "wrap.h"

#include <limits.h>

static bool take_prefix(w5_str *rest, w5_wrapped *w)
{
    w5_str inside;
    if (!w5_str_starts(*rest, W5_STR("[pod/")) || !w5_str_cut(*rest, ']', &inside, rest))
        return false;
    w->key = w5_str_skip(inside, 5);
    w5_str_take(rest, W5_STR(" "));
    return true;
}

static bool take_stamp(w5_str *rest, w5_wrapped *w)
{
    w5_str s = *rest;
    int offset;
    unsigned digits;
    if (s.len < 21 || s.ptr[4] != '-' || s.ptr[10] != 'T' ||
        !w5_take_iso(&s, &w->at, &offset, &digits) || offset == INT_MIN)
        return false;
    if (s.len > 0 && !w5_str_take(&s, W5_STR(" ")))
        return false;
    w->zoned = true;
    w->digits = (uint8_t)digits;
    *rest = s;
    return true;
}

bool w5_wrap_kubectl(w5_str line, w5_wrapped *w)
{
    w5_str rest = line;
    bool prefix = take_prefix(&rest, w);
    bool stamp = take_stamp(&rest, w);
    w->inner = rest;
    return prefix || stamp;
}

/* A word of the shape of a Kubernetes name (RFC 1123 label or subdomain) and the blank behind it.
 */
static bool take_name(w5_str *rest, w5_str *name, bool *dashed)
{
    size_t n = 0;
    *dashed = false;
    for (; n < rest->len && rest->ptr[n] != ' '; n++) {
        char c = rest->ptr[n];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        *dashed = *dashed || c == '-';
        if (!plain && (n == 0 || (c != '-' && c != '.')))
            return false;
    }
    if (n == 0 || n == rest->len || n > 253)
        return false;
    *name = w5_str_head(*rest, n);
    *rest = w5_str_skip(*rest, n + 1);
    return true;
}

/* The pod's name is the one with a dash (owner, hash); the container's follows it. */
bool w5_wrap_stern(w5_str line, w5_wrapped *w)
{
    w5_str rest = line;
    w5_str name;
    bool dashed;
    if (!take_name(&rest, &name, &dashed))
        return false;
    w5_str behind = rest;
    w5_str second;
    bool second_dashed;
    if (!take_name(&behind, &second, &second_dashed))
        return false;
    if (!dashed && !second_dashed)
        return false;
    w5_str third;
    w5_str last = behind;
    bool third_dashed;
    if (second_dashed && take_name(&last, &third, &third_dashed))
        behind = last;
    w->key = (w5_str){line.ptr, (size_t)(behind.ptr - line.ptr)};
    w->inner = behind;
    return true;
}
