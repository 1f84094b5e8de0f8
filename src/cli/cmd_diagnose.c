/* cmd_diagnose.c -- what why502 does without a sub-command. */
#include "commands.h"
#include "deliverable.h"
#include "say.h"
#include "setup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct event_sink {
    w5_out *out;
    const w5_view *view;
} event_sink;

static void put_event(void *context, const w5_event *event)
{
    event_sink *sink = context;
    w5_report_event(sink->out, event, sink->view);
}

static int tell_troubles(const w5_run *run)
{
    int status = EXIT_FINE;
    for (size_t i = 0; i < run->troubles; i++) {
        const w5_run_source *s = &run->trouble[i];
        if (s->duplicate_of != UINT32_MAX) {
            say("%.*s: the same log as another source; it was read once", W5_ARG(s->name));
            continue;
        }
        say("%.*s: %.*s", W5_ARG(s->name), W5_ARG(s->error));
        status = EXIT_INPUT;
    }
    return status;
}

static w5_rc add_sources(w5_engine *e, const options *o, w5_err *err)
{
    w5_rc rc = W5_OK;
    for (size_t i = 0; rc >= 0 && i < o->operands; i++)
        rc = w5_engine_add(e, o->operand[i], err);
    if (rc >= 0 && o->operands == 0)
        rc = w5_engine_add(e, "-", err);
    return rc;
}

static int read_and_report(setup *s, w5_engine *e, deliverable *d, const options *o)
{
    w5_err err = {0};
    int status = s->status;
    w5_rc rc = add_sources(e, o, &err);
    if (rc >= 0)
        rc = w5_guard_close(&s->engine.guard, &err);
    if (rc >= 0)
        rc = w5_engine_read(e, &err);
    if (rc < 0) {
        say_failure(W5_NONE, &err);
        return exit_worse(status, exit_of(rc));
    }
    const w5_run *run = w5_engine_run(e);
    if (s->report)
        s->report->write(run, &s->view, d->out);
    status = exit_worse(status, tell_troubles(run));
    if (o->given[OPT_EXIT_CODE] && run->findings->status == W5_SEVERITY_ERROR)
        status = exit_worse(status, EXIT_INCIDENT);
    return status;
}

int cmd_diagnose(const options *o)
{
    setup s;
    w5_err err = {0};
    w5_rc rc = setup_make(&s, o, &err);
    if (rc < 0) {
        say_failure(W5_NONE, &err);
        setup_free(&s);
        return EXIT_USAGE;
    }
    deliverable d;
    if (deliverable_open(&d, s.output_file, &err) < 0) {
        say_failure(W5_NONE, &err);
        setup_free(&s);
        return EXIT_OUTPUT;
    }
    event_sink sink = {.out = d.out, .view = &s.view};
    if (!s.report) {
        s.engine.event = put_event;
        s.engine.context = &sink;
    }
    w5_engine *e = w5_engine_new(s.catalogue, s.config, &s.engine);
    int status = read_and_report(&s, e, &d, o);
    w5_engine_free(e);
    if (deliverable_finish(&d, &err) < 0) {
        say_failure(W5_NONE, &err);
        status = exit_worse(status, EXIT_OUTPUT);
    }
    setup_free(&s);
    return status;
}
