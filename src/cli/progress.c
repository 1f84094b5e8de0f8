#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <why502/base/out.h>

#define PATIENCE W5_SECOND       /* a shorter run needs no bar */
#define BREATH   (W5_SECOND / 5) /* between two looks */

w5_rc progress_begin(progress *p, const options *o, w5_err *err)
{
    const char *when = options_last(o, OPT_PROGRESS, "auto");
    bool always = strcmp(when, "always") == 0;
    bool never = strcmp(when, "never") == 0;
    if (!always && !never && strcmp(when, "auto") != 0)
        return w5_fail(err, W5_EINVAL, 0, "--progress: '%s' is none of its words (auto, always, never)",
                       when);
    bool live = o->given[OPT_CRON] || o->given[OPT_FOLLOW];
    *p = (progress){.wanted = always || (!never && !live && isatty(STDERR_FILENO)),
                    .next = w5_monotonic() + PATIENCE};
    return W5_OK;
}

static void put(const char *text)
{
    w5_out *out = w5_out_fd(STDERR_FILENO);
    w5_out_fmt(out, "\r%s\033[K", text);
    w5_out_done(out, NULL); /* a bar that cannot be drawn is none */
}

/* Of a log that is packed the bytes on disk count; of one that is cut for threads those taken in. */
static uint64_t bytes_done(w5_engine *e, uint64_t size)
{
    uint64_t done = 0;
    w5_sources *sources = w5_engine_sources(e);
    for (size_t i = 0; i < w5_sources_count(sources); i++)
        done += w5_sources_at(sources, i)->consumed;
    uint64_t taken = w5_engine_bytes(e) < size ? w5_engine_bytes(e) : size;
    return done > taken ? done : taken;
}

void progress_tell(progress *p, w5_engine *e)
{
    enum {
        WIDTH = 30
    };
    char text[128];
    w5_time now = p->wanted ? w5_monotonic() : 0;
    uint64_t size = w5_engine_size(e);
    if (!p->wanted || now < p->next || size == 0)
        return;
    uint64_t done = bytes_done(e, size);
    size_t filled = done >= size ? WIDTH : (size_t)(done * WIDTH / size);
    snprintf(text, sizeof(text), "why502 [%.*s%*s] %3u %% of %.1f MiB", (int)filled,
             "##############################", (int)(WIDTH - filled), "",
             (unsigned)(done >= size ? 100 : done * 100 / size), (double)size / (1 << 20));
    put(text);
    p->next = now + BREATH;
    p->shown = true;
}

void progress_end(progress *p)
{
    if (p->shown)
        put("");
    p->shown = false;
}
