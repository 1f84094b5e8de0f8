/* cmd_demo.c -- the tool on a built-in real incident (fixtures/incidents/gunicorn-worker-timeout). */
#include "commands.h"
#include "deliverable.h"
#include "post.h"
#include "say.h"
#include "setup.h"

#include <stdio.h>

static const unsigned char error_log[] = {
#include "cli/data/demo-error.log.inc"
};
static const unsigned char access_log[] = {
#include "cli/data/demo-access.log.inc"
};
static const unsigned char gunicorn_log[] = {
#include "cli/data/demo-gunicorn.log.inc"
};
static const unsigned char nginx_conf[] = {
#include "cli/data/demo-nginx.conf.inc"
};
static const unsigned char unit[] = {
#include "cli/data/demo-gunicorn.service.inc"
};

static const struct {
    w5_str name, format;
    const unsigned char *bytes;
    size_t size;
} logs[] = {
    {W5_LIT("error.log"), W5_LIT("nginx-error"), error_log, sizeof(error_log)},
    {W5_LIT("access.log"), W5_LIT("nginx-access"), access_log, sizeof(access_log)},
    {W5_LIT("gunicorn.log"), W5_LIT("gunicorn"), gunicorn_log, sizeof(gunicorn_log)},
}, configs[] = {
    {W5_LIT("nginx.conf"), W5_LIT(""), nginx_conf, sizeof(nginx_conf)},
    {W5_LIT("gunicorn.service"), W5_LIT(""), unit, sizeof(unit)},
};

static w5_str bytes_of(const unsigned char *bytes, size_t size)
{
    return (w5_str){(const char *)bytes, size};
}

static w5_config *demo_config(setup *s)
{
    w5_config *config = w5_config_new(s->arena);
    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++)
        w5_config_read(config, configs[i].name, bytes_of(configs[i].bytes, configs[i].size), NULL);
    w5_config_seal(config);
    return config;
}

/* why502 --dry-run --mail ADDRESS: does a mail arrive? */
static int mail(const setup *s, const w5_run *run, const options *o)
{
    post p;
    w5_err err = {0};
    w5_rc rc = post_open(&p, o, s, &err);
    w5_mail test = {0};
    if (rc >= 0) {
        test = post_write(&p, run);
        rc = post_send(&p, &test, &err);
    }
    if (rc < 0)
        say_failure(W5_NONE, &err);
    else
        say("a test mail to %.*s was handed over", W5_ARG(test.address));
    post_close(&p);
    return rc < 0 ? EXIT_OUTPUT : EXIT_FINE;
}

static int show(setup *s, deliverable *d, const options *o)
{
    w5_config *config = demo_config(s);
    s->engine.since = s->engine.until = W5_TIME_NONE;
    w5_engine *e = w5_engine_new(s->catalogue, config, &s->engine);
    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
        w5_engine_feed(e, logs[i].name, logs[i].format, bytes_of(logs[i].bytes, logs[i].size));
    const w5_run *run = w5_engine_run(e);
    int status = o->given[OPT_MAIL] ? mail(s, run, o) : EXIT_FINE;
    if (!o->given[OPT_MAIL])
        s->report->write(run, &s->view, d->out);
    w5_engine_free(e);
    return status;
}

int cmd_demo(const options *o)
{
    setup s;
    w5_err err = {0};
    deliverable d;
    if (setup_make(&s, o, &err) < 0 || o->operands > 1 || !s.report) {
        if (err.code == W5_OK)
            w5_fail(&err, W5_EINVAL, 0, "demo takes no source, and every report but events");
        say_failure(W5_NONE, &err);
        setup_free(&s);
        return EXIT_USAGE;
    }
    int status = EXIT_OUTPUT;
    if (deliverable_open(&d, s.output_file, &err) >= 0) {
        status = show(&s, &d, o);
        if (deliverable_finish(&d, &err) < 0)
            status = EXIT_OUTPUT;
    }
    if (err.code < 0)
        say_failure(W5_NONE, &err);
    setup_free(&s);
    return status;
}
