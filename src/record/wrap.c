/* wrap.c -- the list of layers, and tail's headers, which are no layer but a change of log. */
#include "wrap.h"

static const w5_wrapper wrappers[] = {
#define W5_WRAP_LINE(x)  {.name = W5_LIT(#x), .peel = w5_wrap_##x},
#define W5_WRAP_LINES(x) {.name = W5_LIT(#x), .peel_lines = w5_wrap_##x},
#include "wrap.def"
#undef W5_WRAP_LINE
#undef W5_WRAP_LINES
};

size_t w5_wrappers(const w5_wrapper **all)
{
    *all = wrappers;
    return sizeof(wrappers) / sizeof(*wrappers);
}

/* coreutils tail(1), write_header: "%s==> %s <==\n", a newline before all but the first. */
bool w5_wrap_tail(w5_str line, w5_str *name)
{
    static const w5_str front = W5_LIT("==> ");
    static const w5_str back = W5_LIT(" <==");
    if (line.len <= front.len + back.len || !w5_str_starts(line, front) || !w5_str_ends(line, back))
        return false;
    *name = (w5_str){line.ptr + front.len, line.len - front.len - back.len};
    return true;
}
