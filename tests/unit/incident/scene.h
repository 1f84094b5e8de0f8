/* scene.h -- a ledger with the logs of one small site, and lines for them. */
#ifndef W5_TESTS_INCIDENT_SCENE_H
#define W5_TESTS_INCIDENT_SCENE_H

#include "build.h"

#define AT(seconds) (NOON + (w5_time)(seconds)*W5_SECOND)

typedef enum which {
    ERROR_LOG,
    ACCESS_LOG,
    APP_LOG,
    LOGS
} which;

typedef struct scene {
    w5_ledger *l;
    w5_stream *log[LOGS];
    uint64_t line[LOGS];
    w5_time gap;
} scene;

static inline scene begin(void)
{
    return (scene){
        .l = w5_ledger_new(catalogue()),
        .log = {stream(0, "error.log", "nginx-error"), stream(1, "access.log", "nginx-access"),
                stream(2, "gunicorn.log", "gunicorn")},
        .gap = W5_MINUTE
    };
}

static inline void say(scene *s, which log, int second, const char *klass, const char *code,
                       const char *fields)
{
    put(s->l, event(s->log[log], ++s->line[log], klass, code, AT(second), fields));
}

/* A failed request of its own on upstream u. */
static inline void fails(scene *s, int second, const char *klass, const char *u)
{
    say(s, ERROR_LOG, second, klass, "XX-1",
        w5_arena_fmt(made_in,
                     "pid=7|connection=%u|server=shop|request=GET /a HTTP/1.1|upstream=%s|text=x",
                     (unsigned)s->line[ERROR_LOG] + 1, u)
            .ptr);
}

static inline void answer(scene *s, int second, unsigned status, const char *u)
{
    say(s, ACCESS_LOG, second, "access", "",
        w5_arena_fmt(made_in, "status=%03u|request=GET /a HTTP/1.1|upstream_addr=%s|text=%u",
                     status, u, (unsigned)s->line[ACCESS_LOG] + 1)
            .ptr);
}

/* A 5xx that the upstream itself answered. */
static inline void five(scene *s, int second, const char *u)
{
    say(s, ACCESS_LOG, second, "upstream-5xx", "HU-500",
        w5_arena_fmt(made_in, "status=500|request=GET /b HTTP/1.1|upstream_addr=%s|text=%u", u,
                     (unsigned)s->line[ACCESS_LOG] + 1)
            .ptr);
}

static inline void life(scene *s, int second, const char *kind)
{
    say(s, APP_LOG, second, kind, "",
        w5_arena_fmt(made_in, "pid=5|subject=%u|text=life", 100 + (unsigned)s->line[APP_LOG]).ptr);
}

/* A line of no interest: the log covers that time. */
static inline void goes_on(scene *s, which log, int second)
{
    say(s, log, second, NULL, "", "text=noise");
}

static inline const w5_timeline *scene_timeline(scene *s, w5_time now)
{
    w5_timeline_options o = {.gap = s->gap,
                             .since = W5_TIME_NONE,
                             .until = W5_TIME_NONE,
                             .now = now,
                             .zone = {.fixed = true},
                             .host = W5_STR("web1")};
    return w5_timeline_build(s->l, s->log, LOGS, NULL, &o, made_in);
}

static inline w5_incidents scene_end(scene *s)
{
    w5_incidents all = w5_incidents_build(scene_timeline(s, W5_TIME_NONE), made_in);
    w5_ledger_free(s->l);
    return all;
}

#endif
