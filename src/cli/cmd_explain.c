/* cmd_explain.c -- why502 explain, why502 list. */
#include "commands.h"
#include "deliverable.h"
#include "say.h"
#include "setup.h"

#include <stdio.h>
#include <unistd.h>

typedef w5_rc page(const w5_catalogue *c, w5_str what, const w5_view *view, w5_out *out, w5_err *err);

static w5_rc each_line_of_input(const setup *s, page *show, w5_out *out, w5_err *err)
{
    static char line[65536];
    w5_rc rc = W5_OK;
    while (rc >= 0 && fgets(line, sizeof(line), stdin))
        rc = show(s->catalogue, w5_str_trim(w5_str_of(line)), &s->view, out, err);
    return rc;
}

static int show_pages(const options *o, page *show, const char *otherwise)
{
    setup s = {0};
    w5_err err = {0};
    deliverable d = {0};
    w5_rc rc = setup_view(&s, o, &err);
    if (rc >= 0)
        rc = setup_catalogue(&s, o, &err);
    if (rc >= 0)
        rc = deliverable_open(&d, options_last(o, OPT_OUTPUT_FILE, NULL), &err);
    if (rc >= 0 && o->operands == 1 && !otherwise)
        rc = each_line_of_input(&s, show, d.out, &err);
    else if (rc >= 0 && o->operands == 1)
        rc = show(s.catalogue, w5_str_of(otherwise), &s.view, d.out, &err);
    for (size_t i = 1; rc >= 0 && i < o->operands; i++)
        rc = show(s.catalogue, w5_str_of(o->operand[i]), &s.view, d.out, &err);
    int status = rc < 0 ? EXIT_USAGE : EXIT_FINE;
    if (rc < 0)
        say_failure(W5_NONE, &err);
    if (d.out && deliverable_finish(&d, &err) < 0) {
        say_failure(W5_NONE, &err);
        status = exit_worse(status, EXIT_OUTPUT);
    }
    setup_free(&s);
    return status;
}

int cmd_explain(const options *o)
{
    return show_pages(o, w5_explain_page, NULL);
}

int cmd_list(const options *o)
{
    return show_pages(o, w5_list_page, "");
}
