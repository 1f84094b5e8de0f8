#include <why502/engine.h>

/* Of a log that is packed the bytes on disk count; of one that is cut for threads those taken in. */
static uint64_t bytes_done(w5_engine *e, uint64_t size)
{
    uint64_t done = 0;
    w5_sources *sources = w5_engine_sources(e);
    for (size_t i = 0; i < w5_sources_count(sources); i++)
        done += w5_sources_at(sources, i)->consumed;
    uint64_t taken = w5_engine_bytes(e);
    if (size > 0 && taken > size)
        taken = size;
    return done > taken ? done : taken;
}

/* Nobody knows the end of a pipe. */
static bool ends_somewhere(w5_engine *e)
{
    w5_sources *sources = w5_engine_sources(e);
    for (size_t i = 0; i < w5_sources_count(sources); i++) {
        const w5_source *s = w5_sources_at(sources, i);
        if (s->size == 0 && !s->done && s->error.code >= 0 && !w5_str_eq(s->kind, W5_STR("file")))
            return false;
    }
    return true;
}

w5_progress w5_engine_progress(w5_engine *e)
{
    uint64_t size = ends_somewhere(e) ? w5_engine_size(e) : 0;
    uint64_t done = bytes_done(e, size);
    return (w5_progress){.done = size > 0 && done > size ? size : done,
                         .size = size,
                         .incidents = w5_engine_run(e)->findings->n};
}
