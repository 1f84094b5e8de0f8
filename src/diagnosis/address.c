#include "address.h"

bool w5_address_is_unix(w5_str a)
{
    return w5_str_starts(a, W5_STR("unix:"));
}

bool w5_address_is_ipv6(w5_str a)
{
    return w5_str_starts(a, W5_STR("["));
}

bool w5_address_is_loopback(w5_str a)
{
    return w5_str_starts(a, W5_STR("127.")) || w5_str_starts(a, W5_STR("[::1]")) ||
           w5_str_starts(a, W5_STR("localhost:"));
}

/* Without the scheme that gunicorn writes before it, and nginx's ":" behind a socket's path. */
static w5_str bare(w5_str address)
{
    if (!w5_str_take(&address, W5_STR("http://")))
        w5_str_take(&address, W5_STR("https://"));
    if (w5_address_is_unix(address) && w5_str_ends(address, W5_STR(":")))
        address.len--;
    return address;
}

static w5_str port_of(w5_str address)
{
    size_t at;
    if (w5_address_is_unix(address) || !w5_str_rfind_char(address, ':', &at))
        return W5_NONE;
    return w5_str_skip(address, at + 1);
}

bool w5_address_same_port(w5_str a, w5_str b)
{
    w5_str one = port_of(bare(a)), other = port_of(bare(b));
    return one.len && w5_str_eq(one, other);
}

bool w5_address_reaches(w5_str bound, w5_str upstream)
{
    bound = bare(bound);
    upstream = bare(upstream);
    if (w5_str_eq(bound, upstream))
        return true;
    if (!w5_address_same_port(bound, upstream))
        return false;
    if (w5_str_starts(bound, W5_STR("0.0.0.0:")))
        return !w5_address_is_ipv6(upstream);
    if (w5_str_starts(bound, W5_STR("[::]:")) || w5_str_starts(bound, W5_STR("*:")) ||
        w5_str_starts(bound, W5_STR(":")))
        return true;
    return w5_str_starts(bound, W5_STR("127.0.0.1:")) &&
           w5_str_starts(upstream, W5_STR("localhost:"));
}
