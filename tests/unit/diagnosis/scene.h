/* scene.h -- stories told line by line, and what the diagnosis makes of them.
 *
 * A line is "LOG SECOND[xN@STEP] CLASS[/CODE] name=value|name=value": at that second after noon (N
 * times, every STEP seconds) this log said an event of that class, with these fields. Lines of
 * nginx get a connection and a request of their own where they have none; access lines become the
 * traffic, too. LOG is error, access, gunicorn, kernel, systemd, mysql, slow, uwsgi, php-fpm or
 * alb. */
#ifndef W5_TESTS_DIAGNOSIS_SCENE_H
#define W5_TESTS_DIAGNOSIS_SCENE_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <why502/diagnosis.h>

#define NOON   (w5_civil(2026, 11, 20, 12, 0, 0, 0))
#define APP    "upstream=127.0.0.1:8000"
#define SCENES 12

typedef struct scene {
    w5_arena *arena;
    w5_catalogue *catalogue;
    w5_config *config;
    w5_ledger *ledger;
    w5_stream *stream[SCENES];
    size_t streams;
    uint64_t line[SCENES], connection;
    const w5_timeline *timeline;
    w5_incidents incidents;
    w5_findings *findings;
    w5_diagnose_options options;
    w5_time now;
} scene;

static const struct {
    const char *log, *format;
} scene_formats[] = {
    {"error",    "nginx-error" },
    {"access",   "nginx-access"},
    {"gunicorn", "gunicorn"    },
    {"kernel",   "kernel"      },
    {"systemd",  "systemd"     },
    {"mysql",    "mysql-error" },
    {"slow",     "mysql-slow"  },
    {"uwsgi",    "uwsgi"       },
    {"php-fpm",  "php-fpm"     },
    {"alb",      "alb"         },
    {"other",    "gunicorn"    },
    {"journal",  "systemd"     },
};

static inline scene *scene_new(void)
{
    scene *s = calloc(1, sizeof(*s));
    w5_err err;
    s->arena = w5_arena_new();
    s->catalogue = w5_catalogue_new(s->arena);
    if (w5_catalogue_load_builtin(s->catalogue, &err) != W5_OK ||
        w5_catalogue_seal(s->catalogue, &err) != W5_OK)
        fail_msg("%s", err.text);
    s->config = w5_config_new(s->arena);
    s->ledger = w5_ledger_new(s->catalogue);
    s->now = W5_TIME_NONE;
    return s;
}

static inline void scene_free(scene *s)
{
    w5_ledger_free(s->ledger);
    w5_catalogue_free(s->catalogue);
    w5_arena_free(s->arena);
    free(s);
}

static inline void scene_config(scene *s, const char *file, const char *text)
{
    w5_err err;
    if (w5_config_read(s->config, w5_str_of(file), w5_str_of(text), &err) != W5_OK)
        fail_msg("%s", err.text);
}

static inline w5_stream *scene_stream(scene *s, w5_str log)
{
    for (size_t i = 0; i < s->streams; i++)
        if (w5_str_eq(s->stream[i]->name, log))
            return s->stream[i];
    w5_stream *new = W5_NEW(s->arena, w5_stream);
    w5_format *format = W5_NEW(s->arena, w5_format);
    for (size_t i = 0; i < COUNT(scene_formats); i++)
        if (w5_str_eq(w5_str_of(scene_formats[i].log), log))
            format->id = w5_str_of(scene_formats[i].format);
    if (!format->id.len)
        fail_msg("no such log: %.*s", W5_ARG(log));
    *new = (w5_stream){.index = (uint32_t)s->streams,
                       .name = w5_arena_str(s->arena, log),
                       .format = format,
                       .first = W5_TIME_NONE,
                       .last = W5_TIME_NONE,
                       .zoned = true,
                       .year_hint = NOON};
    s->stream[s->streams++] = new;
    return new;
}

static inline void scene_fields(scene *s, w5_record *r, w5_str rest)
{
    w5_str pair, name, value;
    while (rest.len > 0) {
        pair = rest;
        rest = W5_NONE;
        w5_str_cut(pair, '|', &pair, &rest);
        if (!w5_str_cut(pair, '=', &name, &value))
            fail_msg("no field: %.*s", W5_ARG(pair));
        int f = w5_field_find(name);
        if (f >= 0)
            w5_record_set(r, (w5_field)f, w5_arena_str(s->arena, value));
        else if (w5_str_eq(name, W5_STR("text")))
            r->text = r->message = w5_arena_str(s->arena, value);
        else if (w5_str_eq(name, W5_STR("host")))
            r->host = w5_arena_str(s->arena, value);
        else
            fail_msg("unknown field %.*s", W5_ARG(name));
    }
}

static inline void scene_put(scene *s, w5_stream *log, w5_time at, w5_str klass, w5_str code,
                             w5_str fields)
{
    w5_record r = {.stream = log,
                   .format = log->format,
                   .at = at,
                   .zoned = true,
                   .lines = 1,
                   .count = 1,
                   .line = ++s->line[log->index],
                   .text = W5_STR("a line")};
    w5_event e = {.record = &r, .klass = w5_catalogue_class(s->catalogue, klass), .code = code};
    if (!e.klass && !w5_str_eq(klass, W5_STR("-")))
        fail_msg("unknown class %.*s", W5_ARG(klass));
    scene_fields(s, &r, fields);
    if (w5_str_eq(log->name, W5_STR("error")) && !(r.have >> W5_F_connection & 1)) {
        w5_record_set(&r, W5_F_connection,
                      w5_arena_fmt(s->arena, "%ju", (uintmax_t)++s->connection));
        w5_record_set(&r, W5_F_pid, W5_STR("5"));
    }
    log->first = log->first == W5_TIME_NONE || at < log->first ? at : log->first;
    log->last = at > log->last ? at : log->last;
    log->records++;
    log->lines++;
    log->understood++;
    w5_ledger_put(s->ledger, &e);
}

static inline double scene_number(w5_str text)
{
    char buf[32];
    snprintf(buf, sizeof(buf), "%.*s", W5_ARG(text));
    return atof(buf);
}

/* One line of a story. */
static inline void scene_say(scene *s, const char *line)
{
    w5_str log = W5_NONE, when = W5_NONE, what, rest, fields = W5_NONE, code = W5_NONE;
    w5_str times = W5_NONE, step = W5_STR("1");
    if (!w5_str_cut(w5_str_of(line), ' ', &log, &rest) || !w5_str_cut(rest, ' ', &when, &rest))
        fail_msg("cannot read: %s", line);
    if (!w5_str_cut(rest, ' ', &what, &fields))
        what = rest;
    w5_str_cut(what, '/', &what, &code);
    if (w5_str_cut(when, 'x', &when, &times))
        w5_str_cut(times, '@', &times, &step);
    double second = scene_number(when), every = scene_number(step);
    unsigned n = times.len ? (unsigned)scene_number(times) : 1;
    for (unsigned i = 0; i < n; i++) {
        double at = second + every * i;
        w5_time whole = (w5_time)at * W5_SECOND; /* nginx and gunicorn write whole seconds */
        bool fine = w5_str_starts(log, W5_STR("slow"));
        scene_put(s, scene_stream(s, log), NOON + (fine ? (w5_time)(at * 1e6) : whole), what, code,
                  fields);
    }
}

static inline void scene_tell(scene *s, const char *const *lines)
{
    for (; *lines; lines++)
        scene_say(s, *lines);
}

static inline w5_findings *scene_diagnose(scene *s)
{
    w5_timeline_options options = {.gap = W5_MINUTE,
                                   .lateness = 5 * W5_SECOND,
                                   .since = W5_TIME_NONE,
                                   .until = W5_TIME_NONE,
                                   .now = s->now,
                                   .zone = {.fixed = true},
                                   .host = W5_STR("web1")};
    w5_config_seal(s->config);
    s->timeline =
        w5_timeline_build(s->ledger, s->stream, s->streams, s->config, &options, s->arena);
    s->incidents = w5_incidents_build(s->timeline, s->arena);
    s->findings = w5_diagnose(s->timeline, &s->incidents, &s->options, s->arena);
    return s->findings;
}

/* The story, told and diagnosed: the diagnosis of its only incident. */
static inline const w5_diagnosis *scene_only(scene *s, const char *const *lines)
{
    scene_tell(s, lines);
    scene_diagnose(s);
    if (s->findings->n != 1)
        fail_msg("%zu incidents, should be one", s->findings->n);
    return s->findings->at[0];
}

static inline const w5_finding *scene_link(const w5_diagnosis *d, const char *cause)
{
    for (size_t i = 0; i < d->chains; i++)
        if (w5_str_eq(d->chain[i].cause->id, w5_str_of(cause)))
            return &d->chain[i];
    return NULL;
}

static inline const w5_advice *scene_advice(const w5_diagnosis *d, const char *remedy)
{
    for (size_t i = 0; i < d->advices; i++)
        if (w5_str_eq(d->advice[i].remedy->id, w5_str_of(remedy)))
            return &d->advice[i];
    return NULL;
}

static inline bool scene_asks_for(const w5_diagnosis *d, const char *source)
{
    for (size_t i = 0; i < d->settles; i++)
        if (w5_str_eq(d->settle[i].source, w5_str_of(source)))
            return true;
    return false;
}

/* A sentence with its arguments put in. */
static inline const char *scene_text(const w5_sentence *said)
{
    static char text[2048];
    size_t n = 0;
    const char *words = said->plural && said->number != 1 ? said->plural : said->words;
    for (const char *p = words ? words : ""; *p && n + 300 < sizeof(text); p++)
        if (p[0] == '%' && p[1] >= '1' && p[1] <= '8' && p[2] == '$') {
            n += (size_t)snprintf(text + n, 300, "%.*s", W5_ARG(said->arg[p[1] - '1']));
            p += 3;
        } else {
            text[n++] = *p;
        }
    text[n] = '\0';
    return text;
}

#define assert_cause(diagnosis, named, word)                                                       \
    do {                                                                                           \
        const w5_finding *check_f = &(diagnosis)->cause;                                           \
        if (!w5_str_eq(check_f->cause->id, w5_str_of(named)) ||                                    \
            !w5_str_eq(w5_confidence_word[check_f->confidence], w5_str_of(word)))                  \
            fail_msg("is %.*s, %.*s, should be %s, %s: %s", W5_ARG(check_f->cause->id),            \
                     W5_ARG(w5_confidence_word[check_f->confidence]), named, word,                 \
                     scene_text(&check_f->summary));                                               \
    } while (0)

/* The cause is not `named`. */
#define assert_not_cause(diagnosis, named)                                                         \
    do {                                                                                           \
        if (w5_str_eq((diagnosis)->cause.cause->id, w5_str_of(named)))                             \
            fail_msg("should not be %s: %s", named, scene_text(&(diagnosis)->cause.summary));      \
    } while (0)

#define assert_first(diagnosis, wanted)                                                            \
    do {                                                                                           \
        if (!(diagnosis)->advices || (diagnosis)->advice[0].state != W5_ADVISED)                   \
            fail_msg("nothing is advised, should be %s", wanted);                                  \
        if (!w5_str_eq((diagnosis)->advice[0].remedy->id, w5_str_of(wanted)))                      \
            fail_msg("first is %.*s, should be %s", W5_ARG((diagnosis)->advice[0].remedy->id),     \
                     wanted);                                                                      \
    } while (0)

#endif
