/* hosts.c -- the host of a log whose lines do not name one. */
#include "hosts.h"

#include <stdlib.h>
#include <why502/base/map.h>

typedef struct naming { /* what the logs of one reader name */
    w5_str host;
    bool several;
} naming;

static void hear(naming *n, w5_str host, bool several)
{
    if (host.len == 0)
        return;
    n->several |= several || (n->host.len > 0 && !w5_str_eq(n->host, host));
    n->host = host;
}

static bool is_log(const w5_stream *s)
{
    return !s->told && s->format && !w5_str_eq(s->format->id, W5_STR("why502"));
}

w5_str w5_hosts_own(w5_stream *const *stream, size_t n, w5_str machine)
{
    naming own = {.several = false}, theirs = own;
    size_t logs = 0;
    for (size_t i = 0; i < n; i++) {
        logs += is_log(stream[i]);
        hear(stream[i]->told ? &theirs : &own, stream[i]->told ? stream[i]->host : stream[i]->named,
             stream[i]->named_several);
    }
    if (logs == 0)
        own = theirs;
    return own.host.len > 0 && !own.several ? own.host : machine;
}

static bool has_told(w5_stream *const *stream, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (stream[i]->told)
            return true;
    return false;
}

void w5_hosts_conclude(w5_stream *const *stream, size_t n)
{
    if (!has_told(stream, n))
        return;
    w5_intern *readers = w5_intern_new(n + 2, SIZE_MAX / 2);
    naming *of = w5_xrealloc(NULL, n + 2, sizeof(*of));
    memset(of, 0, (n + 2) * sizeof(*of));
    for (size_t i = 0; i < n; i++)
        if (stream[i]->told)
            hear(&of[w5_intern_put(readers, stream[i]->reader)], stream[i]->named,
                 stream[i]->named_several);
    for (size_t i = 0; i < n; i++) {
        const naming *its = &of[w5_intern_find(readers, stream[i]->reader)];
        if (stream[i]->told)
            stream[i]->host = its->host.len > 0 && !its->several ? its->host : stream[i]->reader;
    }
    free(of);
    w5_intern_free(readers);
}
