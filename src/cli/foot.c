#include "foot.h"

#include "terminal.h"

#include <string.h>
#include <unistd.h>

#define BREATH W5_SECOND

void foot_begin(foot *f, const options *o, const setup *set_up)
{
    bool never = strcmp(options_last(o, OPT_PROGRESS, "auto"), "never") == 0;
    bool aside = set_up->output_file || isatty(STDOUT_FILENO);
    *f = (foot){0};
    if (never || !aside || o->given[OPT_CRON] || !set_up->report || !terminal_can_redraw())
        return;
    f->setup = set_up;
    f->text = w5_out_memory();
    f->last = w5_out_memory();
}

static bool says_what_it_said(foot *f)
{
    bool same = f->shown && w5_str_eq(w5_out_bytes(f->text), w5_out_bytes(f->last));
    w5_out_reset(f->last);
    w5_out_copy(f->last, f->text);
    return same;
}

void foot_draw(foot *f, const w5_run *run)
{
    w5_time now = f->setup && run ? w5_monotonic() : 0;
    if (!f->setup || !run || (f->shown && now < f->next))
        return;
    w5_view view = f->setup->view;
    view.width = terminal_columns() - 1; /* a full line would wrap */
    w5_out_reset(f->text);
    w5_report_status(f->text, run, &view, w5_now());
    f->next = now + BREATH;
    if (!says_what_it_said(f))
        terminal_put(w5_out_bytes(f->text));
    f->shown = true;
}

void foot_clear(foot *f)
{
    if (f->shown)
        terminal_put(W5_NONE);
    f->shown = false;
}

void foot_end(foot *f)
{
    foot_clear(f);
    if (!f->setup)
        return;
    w5_out_done(f->text, NULL);
    w5_out_done(f->last, NULL);
    f->setup = NULL;
}
