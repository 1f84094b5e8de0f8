/* progress.c -- "[#######      ]  52 %  1.2 of 2.4 GiB  310 MiB/s  4 s left  2 incidents so far".
 *
 * Incidents so far cost a diagnosis, so the bar is drawn the more seldom the more that takes: looking
 * may use a twentieth of the time. */
#include "progress.h"

#include "say.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>
#include <why502/base/out.h>
#include <why502/base/words.h>

#define PATIENCE W5_SECOND       /* a shorter run needs no bar */
#define BREATH   (W5_SECOND / 5) /* between two looks */
#define SHARE    20              /* looking may take a twentieth of the time */
#define BAR_MAX  30
#define BAR_MIN  8               /* a shorter one tells nothing */

w5_rc progress_begin(progress *p, const options *o, w5_err *err)
{
    const char *when = options_last(o, OPT_PROGRESS, "auto");
    bool always = strcmp(when, "always") == 0;
    bool never = strcmp(when, "never") == 0;
    if (!always && !never && strcmp(when, "auto") != 0)
        return w5_fail(err, W5_EINVAL, 0, "--progress: '%s' is none of its words (auto, always, never)",
                       when);
    bool live = o->given[OPT_CRON] || o->given[OPT_FOLLOW];
    w5_time now = w5_monotonic();
    *p = (progress){.wanted = always || (!never && !live && terminal_can_redraw()),
                    .width = terminal_columns(),
                    .began = now,
                    .next = always ? now : now + PATIENCE};
    return W5_OK;
}

/* --- the words ------------------------------------------------------------------------------- */
typedef struct line {
    char text[256];
} line;

typedef struct unit {
    const char *name;
    double bytes;
    int decimals;
} unit;

static unit unit_of(uint64_t bytes)
{
    static const unit units[] = {
        {"GiB", 1 << 30, 1}, {"MiB", 1 << 20, 0}, {"KiB", 1 << 10, 0}};
    for (size_t i = 0; i < 2; i++)
        if ((double)bytes >= units[i].bytes)
            return units[i];
    return units[2];
}

static void add(line *l, const char *more)
{
    size_t n = strlen(l->text);
    snprintf(l->text + n, sizeof(l->text) - n, "%s%s", n ? "  " : "", more);
}

static void add_amount(line *l, const w5_progress *at)
{
    char text[96];
    unit u = unit_of(at->size ? at->size : at->done);
    if (at->size)
        snprintf(text, sizeof(text), W5_("%.*f of %.*f %s"), u.decimals, (double)at->done / u.bytes,
                 u.decimals, (double)at->size / u.bytes, u.name);
    else
        snprintf(text, sizeof(text), "%.*f %s", u.decimals, (double)at->done / u.bytes, u.name);
    add(l, text);
}

static void add_rate(line *l, double rate)
{
    char text[64];
    unit u = unit_of((uint64_t)rate);
    snprintf(text, sizeof(text), "%.0f %s/s", rate / u.bytes, u.name);
    add(l, text);
}

static void add_time_left(line *l, const w5_progress *at, double rate)
{
    char text[64];
    unsigned long s = (unsigned long)((double)(at->size - at->done) / rate) + 1;
    if (s < 60)
        snprintf(text, sizeof(text), W5_("%lu s left"), s);
    else
        snprintf(text, sizeof(text), W5_("%lu:%02lu min left"), s / 60, s % 60);
    add(l, text);
}

static void add_incidents(line *l, size_t incidents)
{
    char text[96];
    snprintf(text, sizeof(text),
             W5_N("%lu incident so far", "%lu incidents so far", (unsigned long)incidents),
             (unsigned long)incidents);
    add(l, incidents ? text : W5_("no incident so far"));
}

static line words_of(const w5_progress *at, w5_time elapsed)
{
    line l = {""};
    double rate = elapsed > 0 ? (double)at->done * 1e6 / (double)elapsed : 0;
    if (at->size)
        snprintf(l.text, sizeof(l.text), "%3u %%", (unsigned)(at->done * 100 / at->size));
    add_amount(&l, at);
    if (rate >= 1024)
        add_rate(&l, rate);
    if (rate >= 1024 && at->size > at->done)
        add_time_left(&l, at, rate);
    add_incidents(&l, at->incidents);
    return l;
}

/* "[####      ]  words"; the bar yields to the words, and the words to the terminal. */
static void draw(const progress *p, w5_time now)
{
    char text[512], bar[] = "[                              ] ";
    line words = words_of(&p->last, now - p->began);
    size_t taken = sizeof("[] ") + w5_out_width(w5_str_of(words.text));
    size_t room = p->width > taken ? p->width - taken : 0;
    if (room > BAR_MAX)
        room = BAR_MAX;
    bool drawn = p->last.size && room >= BAR_MIN;
    if (drawn) {
        memset(bar + 1, '#', (size_t)(p->last.done * room / p->last.size));
        memcpy(bar + 1 + room, "] ", sizeof("] "));
    }
    snprintf(text, sizeof(text), "%s%s", drawn ? bar : "", words.text);
    text[w5_out_fit(w5_str_of(text), p->width - 1).len] = '\0';
    terminal_put(w5_str_of(text));
}

void progress_tell(progress *p, w5_engine *e)
{
    w5_time before = p->wanted ? w5_monotonic() : 0;
    if (!p->wanted || before < p->next)
        return;
    p->last = w5_engine_progress(e);
    w5_time now = w5_monotonic();
    w5_time rest = (now - before) * SHARE;
    draw(p, now);
    p->next = now + (rest > BREATH ? rest : BREATH);
    p->shown = true;
}

void progress_end(progress *p)
{
    if (p->shown)
        terminal_put(W5_NONE);
    p->wanted = p->shown = false;
}

void progress_cut(const w5_progress *how)
{
    line l = {""};
    add_amount(&l, how);
    say(W5_("interrupted: what is told is of the first %s alone"), l.text);
}
