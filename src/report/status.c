/* status.c -- one line for a terminal while logs are followed: "last line: error.log 2s,
 * gunicorn.log 14m3s | 12 errors/min | 1 open".
 *
 * Which logs are shown: those that spoke last, in the order of the sources; the rest is a number. */
#include "common.h"

enum {
    SHOWN = 8
};

typedef struct shown {
    const w5_stream *stream[SHOWN];
    size_t n, left_out;
} shown;

static w5_time last_of(const w5_stream *s)
{
    return w5_stream_utc(s, s->last);
}

static void leave_out(shown *all, size_t i)
{
    for (; i + 1 < all->n; i++)
        all->stream[i] = all->stream[i + 1];
    all->n--;
    all->left_out++;
}

static size_t stalest(const shown *all)
{
    size_t at = 0;
    for (size_t i = 1; i < all->n; i++)
        if (last_of(all->stream[i]) <= last_of(all->stream[at]))
            at = i;
    return at;
}

static shown choose(const w5_run *run)
{
    shown all = {0};
    for (size_t i = 0; i < run->streams; i++) {
        const w5_stream *s = run->stream[i];
        if (s->lines == 0 || s->last == W5_TIME_NONE)
            continue;
        if (all.n == SHOWN && last_of(s) < last_of(all.stream[stalest(&all)])) {
            all.left_out++;
            continue;
        }
        if (all.n == SHOWN)
            leave_out(&all, stalest(&all));
        all.stream[all.n++] = s;
    }
    return all;
}

static w5_str ages(const w5_show *show, const shown *all, w5_time now)
{
    w5_str text = W5_NONE;
    for (size_t i = 0; i < all->n; i++) {
        w5_time age = now - last_of(all->stream[i]);
        w5_str name = w5_show_short_source(show, all->stream[i]->index);
        w5_str one = w5_show_join(show, w5_show_middle(show, name, 24), " ",
                                  w5_show_span(show, age > 0 ? age : 0));
        text = w5_show_join(show, text, ", ", one);
    }
    if (all->left_out)
        text = w5_arena_fmt(show->arena, "%.*s, +%zu", W5_ARG(text), all->left_out);
    return text.len ? W5_TELL(show, "last line: %1$s", text) : text;
}

/* A balancer's or application's 5xx counts where nginx's own errors are not at hand. */
static uint64_t errors_since(const w5_run *run, w5_time since)
{
    const w5_timeline *t = run->timeline;
    const w5_class *answered = w5_catalogue_class(run->catalogue, W5_STR("upstream-5xx"));
    uint64_t errors = 0, answers = 0;
    for (size_t i = w5_timeline_seek(t, since); i < t->cells; i++) {
        const w5_class *k = w5_show_class(run, &t->cell[i]);
        if (k == answered)
            answers += t->cell[i].count;
        else if (k && k->family == W5_UPSTREAM)
            errors += t->cell[i].count;
    }
    return errors ? errors : answers;
}

static uint64_t count_open(const w5_findings *f)
{
    uint64_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += f->at[i]->incident->over != W5_OVER_YES;
    return n;
}

static w5_str figures(const w5_show *show, w5_time now)
{
    const w5_run *run = show->run;
    uint64_t errors = errors_since(run, now - W5_MINUTE);
    uint64_t open = count_open(run->findings);
    w5_str text = W5_TELL_N(show, errors, "%1$s error/min", "%1$s errors/min",
                            w5_show_count(show, errors));
    if (open == 0)
        return text;
    return w5_show_join(show, text, " | ",
                        W5_TELL(show, "%1$s open", w5_show_count(show, open)));
}

void w5_report_status(w5_out *out, const w5_run *run, const w5_view *view, w5_time now)
{
    w5_show show = w5_show_begin(run, view);
    shown all = choose(run);
    w5_str tail = figures(&show, now);
    size_t room = view->width > w5_out_width(tail) + 3 ? view->width - w5_out_width(tail) - 3 : 0;
    w5_str head = ages(&show, &all, now);
    while (all.n > 0 && w5_out_width(head) > room) {
        leave_out(&all, stalest(&all));
        head = all.n ? ages(&show, &all, now) : W5_NONE;
    }
    w5_str line = w5_show_join(&show, head, " | ", tail);
    w5_out_text(out, W5_TTY, w5_show_cut(&show, line, view->width));
    w5_show_end(&show);
}
