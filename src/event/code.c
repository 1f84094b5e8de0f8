#include "code.h"

#define ERRNO_MAX 4095 /* include/linux/err.h: MAX_ERRNO */

/* Actions of src/http/ngx_http_upstream.c, src/stream/ngx_stream_proxy_module.c and
 * src/core/ngx_resolver.c; everything after the header is B. */
static const struct {
    w5_str action;
    char letter;
} phases[] = {
    {W5_LIT("reading response header from upstream"), 'H'},
    {W5_LIT("connecting to upstream"),                'C'},
    {W5_LIT("sending request to upstream"),           'S'},
    {W5_LIT("reading upstream"),                      'B'},
    {W5_LIT("SSL handshaking to upstream"),           'T'},
    {W5_LIT("resolving"),                             'R'},
    {W5_LIT("sending to client"),                     'B'},
    {W5_LIT("sending early hints to client"),         'H'},
    {W5_LIT("proxying upgraded connection"),          'B'},
    {W5_LIT("proxying connection"),                   'B'},
    {W5_LIT("proxying and reading from upstream"),    'B'},
    {W5_LIT("proxying and sending to upstream"),      'B'},
    {W5_LIT("proxying and reading from client"),      'B'},
    {W5_LIT("proxying and sending to client"),        'B'},
};

char w5_phase_letter(w5_str phase)
{
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
        if (w5_str_eq(phases[i].action, phase))
            return phases[i].letter;
    return 'H';
}

static w5_str fill_one(w5_str text, w5_str name, w5_str value, w5_arena *arena)
{
    w5_str head, tail;
    if (!w5_str_cut_at(text, name, &head, &tail))
        return text;
    return w5_arena_fmt(arena, "%.*s%.*s%.*s", W5_ARG(head), W5_ARG(value), W5_ARG(tail));
}

w5_str w5_code_fill(w5_str template, char letter, int number, w5_arena *arena)
{
    w5_str code = fill_one(template, W5_STR("{P}"), (w5_str){&letter, 1}, arena);
    w5_str errno_text =
        number > 0 && number <= ERRNO_MAX ? w5_arena_fmt(arena, "%d", number) : W5_STR("OTHER");
    return fill_one(code, W5_STR("{errno}"), errno_text, arena);
}
