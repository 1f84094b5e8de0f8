#include "address.h"

static w5_str unix_path(w5_str text, w5_arena *arena)
{
    size_t end;
    if (w5_str_find_char(text, ' ', &end))
        text = w5_str_head(text, end);
    return w5_arena_fmt(arena, "unix:%.*s", W5_ARG(text));
}

w5_str w5_python_address(w5_str text, w5_arena *arena)
{
    w5_str host, rest;
    uint64_t number;
    if (w5_str_starts(text, W5_STR("/")))
        return unix_path(text, arena);
    if (!w5_str_take(&text, W5_STR("('")) || !w5_str_cut_at(text, W5_STR("', "), &host, &rest))
        return W5_NONE;
    w5_str port = rest;
    if (!w5_str_take_u64(&rest, &number))
        return W5_NONE;
    port.len -= rest.len;
    if (memchr(host.ptr, ':', host.len))
        return w5_arena_fmt(arena, "[%.*s]:%.*s", W5_ARG(host), W5_ARG(port));
    return w5_arena_fmt(arena, "%.*s:%.*s", W5_ARG(host), W5_ARG(port));
}

static w5_str without_scheme(w5_str text)
{
    static const w5_str schemes[] = {W5_LIT("http://"), W5_LIT("https://"), W5_LIT("tcp://"),
                                     W5_LIT("ssl://"),  W5_LIT("unix://"),  W5_LIT("unix:")};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (w5_str_take(&text, schemes[i]))
            break;
    return text;
}

w5_str w5_listen_address(w5_str text, w5_arena *arena)
{
    uint64_t port;
    w5_str where = without_scheme(text);
    if (w5_str_starts(where, W5_STR("/")))
        return unix_path(where, arena);
    if (w5_str_take(&where, W5_STR(":::")))
        return w5_arena_fmt(arena, "[::]:%.*s", W5_ARG(where));
    if (!w5_str_take(&where, W5_STR("*:")))
        w5_str_take(&where, W5_STR(":"));
    if (w5_str_u64(where, &port))
        return w5_arena_fmt(arena, "0.0.0.0:%.*s", W5_ARG(where));
    return where;
}
