#include "setup.h"

#include "say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <why502/base/words.h>

#define SYSTEM_CATALOGUE "/etc/why502/catalogue.d"

static w5_rc load_if_there(w5_catalogue *c, const char *path, w5_err *err)
{
    struct stat st;
    return stat(path, &st) == 0 ? w5_catalogue_load_path(c, path, err) : W5_OK;
}

static w5_rc load_users_own(setup *s, w5_err *err)
{
    const char *base = secure_getenv("XDG_CONFIG_HOME");
    const char *home = secure_getenv("HOME");
    w5_str path = W5_NONE;
    if (base && *base)
        path = w5_arena_fmt(s->arena, "%s/why502/catalogue.d", base);
    else if (home && *home)
        path = w5_arena_fmt(s->arena, "%s/.config/why502/catalogue.d", home);
    return path.len ? load_if_there(s->catalogue, path.ptr, err) : W5_OK;
}

w5_rc setup_catalogue(setup *s, const options *o, w5_err *err)
{
    s->arena = s->arena ? s->arena : w5_arena_new();
    s->catalogue = w5_catalogue_new(s->arena);
    w5_rc rc = w5_catalogue_load_builtin(s->catalogue, err);
    if (rc >= 0)
        rc = load_if_there(s->catalogue, SYSTEM_CATALOGUE, err);
    if (rc >= 0)
        rc = load_users_own(s, err);
    for (size_t i = 0; rc >= 0 && i < o->given[OPT_CATALOGUE]; i++)
        rc = w5_catalogue_load_path(s->catalogue, o->value[OPT_CATALOGUE][i], err);
    if (rc >= 0)
        rc = w5_catalogue_seal(s->catalogue, err);
    if (rc >= 0)
        rc = w5_declared_read(s->catalogue, s->arena, &s->engine.declared, &s->engine.declared_n,
                              err);
    return rc;
}

/* Which of the words was given; -1 and a message when none. */
static int choice(const options *o, option_id id, const char *name, const char *const *words,
                  size_t n, w5_err *err)
{
    const char *given = options_last(o, id, words[0]);
    for (size_t i = 0; i < n; i++)
        if (strcmp(given, words[i]) == 0)
            return (int)i;
    char all[128] = "";
    for (size_t i = 0; i < n; i++)
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? ", " : "", words[i]);
    w5_fail(err, W5_EINVAL, 0, "--%s: '%s' is none of its words (%s)", name, given, all);
    return -1;
}

static w5_rc number(const options *o, option_id id, const char *name, uint64_t least, uint64_t most,
                    uint64_t *value, w5_err *err)
{
    const char *given = options_last(o, id, NULL);
    if (!given)
        return W5_OK;
    if (!w5_str_u64(w5_str_of(given), value) || *value < least || *value > most)
        return w5_fail(err, W5_EINVAL, 0, "--%s: '%s' is no number from %ju to %ju", name, given,
                       (uintmax_t)least, (uintmax_t)most);
    return W5_OK;
}

static bool wants_color(int when)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (when)
        return when == 1;
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

/* A terminal that was told to speak no UTF-8 shows rubbish in place of a drawing. */
static bool speaks_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < 3 && !(locale && *locale); i++)
        locale = getenv(names[i]);
    return locale && (strcasestr(locale, "utf-8") || strcasestr(locale, "utf8"));
}

static unsigned terminal_width(void)
{
    struct winsize size;
    uint64_t columns;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    const char *given = getenv("COLUMNS");
    if (given && w5_str_u64(w5_str_of(given), &columns) && columns >= 40 && columns <= 400)
        return (unsigned)columns;
    return 80;
}

static w5_rc read_zones(setup *s, const options *o, w5_err *err)
{
    size_t n = o->given[OPT_TZ];
    struct w5_zone_rule *rule = W5_NEW_N(s->arena, struct w5_zone_rule, n ? n : 1);
    /* the host's zone is a file: it must be read before the sandbox closes */
    w5_zone_parse(W5_STR("local"), &s->engine.zone, NULL);
    s->view.zone = s->engine.zone;
    for (size_t i = 0; i < n; i++) {
        w5_str text = w5_str_of(o->value[OPT_TZ][i]);
        w5_str what = W5_NONE;
        w5_str_cut(text, '=', &what, &text);
        w5_zone zone;
        w5_rc rc = w5_zone_parse(text, &zone, err);
        if (rc < 0)
            return rc;
        rule[s->engine.zone_rules++] = (struct w5_zone_rule){.what = what, .zone = zone};
        if (what.len == 0)
            s->engine.zone = s->view.zone = zone;
    }
    s->engine.zones = rule;
    return W5_OK;
}

w5_rc setup_view(setup *s, const options *o, w5_err *err)
{
    static const char *const whens[] = {"auto", "always", "never"};
    static const char *const whats[] = {"secrets", "all", "none"};
    s->arena = s->arena ? s->arena : w5_arena_new();
    int color = choice(o, OPT_COLOR, "color", whens, 3, err);
    int redact = choice(o, OPT_REDACT, "redact", whats, 3, err);
    uint64_t width = terminal_width(), top = 10;
    if (color < 0 || redact < 0)
        return W5_EINVAL;
    w5_rc rc = number(o, OPT_WIDTH, "width", 40, 1000, &width, err);
    if (rc >= 0)
        rc = number(o, OPT_TOP, "top", 1, 10000, &top, err);
    if (rc < 0)
        return rc;
    const char *language = options_last(o, OPT_LANG, NULL);
    if (!w5_words_language(language) && language)
        return w5_fail(err, W5_EINVAL, 0, "--lang: no words in '%s'; there are en, ja, ko",
                       language);
    bool plain = o->given[OPT_OUTPUT_FILE] || o->given[OPT_CRON] || o->given[OPT_MAIL];
    s->view.width = (unsigned)width;
    s->view.top = (size_t)top;
    s->view.color = wants_color(color) && (color == 1 || !plain);
    s->view.ascii = o->given[OPT_ASCII] > 0 || (!o->given[OPT_LANG] && !speaks_utf8());
    s->view.verbose = o->given[OPT_VERBOSE] > 0;
    s->view.quiet = o->given[OPT_QUIET] > 0;
    s->view.redact = (w5_redaction)redact;
    return W5_OK;
}

static w5_rc read_times(setup *s, const options *o, w5_err *err)
{
    static const struct {
        option_id id;
        size_t at;
    } instants[] =
        {
            {OPT_SINCE,   offsetof(w5_engine_options, since)  },
            {OPT_UNTIL,   offsetof(w5_engine_options, until)  },
            {OPT_COMPARE, offsetof(w5_engine_options, compare)}
    },
      spans[] = {{OPT_GAP, offsetof(w5_engine_options, gap)},
                 {OPT_LATENESS, offsetof(w5_engine_options, lateness)}};
    for (size_t i = 0; i < sizeof(instants) / sizeof(*instants); i++) {
        const char *text = options_last(o, instants[i].id, NULL);
        w5_time *at = (w5_time *)(void *)((char *)&s->engine + instants[i].at);
        *at = W5_TIME_NONE;
        w5_rc rc =
            text ? w5_time_human(w5_str_of(text), &s->engine.zone, w5_now(), at, err) : W5_OK;
        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i < 2; i++) {
        const char *text = options_last(o, spans[i].id, NULL);
        w5_time *span = (w5_time *)(void *)((char *)&s->engine + spans[i].at);
        w5_rc rc = text ? w5_duration(w5_str_of(text), span, err) : W5_OK;
        if (rc < 0)
            return rc;
    }
    return W5_OK;
}

/* What was found in nginx.conf, then what was given by hand (which is tried first). */
static void take_log_formats(setup *s, const options *o)
{
    const w5_named_format *named = NULL;
    size_t n = s->config ? w5_config_formats(s->config, &named) : 0;
    size_t own = o->given[OPT_LOG_FORMAT];
    w5_log_format *formats = W5_NEW_N(s->arena, w5_log_format, n + own + 1);
    for (size_t i = 0; i < own; i++)
        formats[i] =
            (w5_log_format){W5_STR("--log-format"), w5_str_of(o->value[OPT_LOG_FORMAT][i])};
    for (size_t i = 0; i < n; i++)
        formats[own + i] = (w5_log_format){named[i].name, named[i].text};
    s->engine.log_formats = formats;
    s->engine.log_formats_n = own + n;
}

static void read_config(setup *s, const char *path)
{
    w5_err err = {0};
    if (w5_config_read_file(s->config, path, &err) >= 0)
        return;
    say_failure(w5_str_of(path), &err);
    s->status = exit_worse(s->status, EXIT_INPUT);
}

/* Zones that "env TZ=…" and Environment=TZ=… name are files, too. */
static void know_zones(const w5_config *config)
{
    const w5_setting *all;
    size_t n = w5_config_settings(config, &all), at;
    for (size_t i = 0; i < n; i++) {
        w5_zone zone;
        w5_err err;
        if (!w5_str_find(all[i].value, W5_STR("TZ="), &at))
            continue;
        w5_str name = w5_str_skip(all[i].value, at + 3), rest;
        w5_str_cut(name, ' ', &name, &rest);
        w5_zone_parse(name, &zone, &err);
    }
}

void setup_config(setup *s, const options *o, const char *const *found, size_t n)
{
    s->config = w5_config_new(s->arena);
    for (size_t i = 0; i < o->given[OPT_CONFIG]; i++)
        read_config(s, o->value[OPT_CONFIG][i]);
    for (size_t i = 0; i < n; i++)
        read_config(s, found[i]);
    w5_config_seal(s->config);
    know_zones(s->config);
    take_log_formats(s, o);
}

static w5_rc choose_report(setup *s, const options *o, w5_err *err)
{
    const char *name = options_last(o, OPT_OUTPUT, "text");
    if (strcmp(name, "events") == 0)
        return W5_OK;
    s->report = w5_report_find(w5_str_of(name));
    if (s->report)
        return W5_OK;
    const w5_report *const *all;
    size_t n = w5_reports(&all);
    const char *words[32] = {"events"};
    size_t m = 1;
    for (size_t i = 0; i < n && m < 32; i++)
        words[m++] = all[i]->name;
    const char *near = options_nearest(name, words, m);
    return w5_fail(err, W5_EINVAL, 0, "--output: no report is named '%s'; did you mean '%s'?", name,
                   near ? near : "text");
}

static w5_rc read_machine(setup *s, const options *o, w5_err *err)
{
    static const char *const whens[] = {"auto", "require", "off"};
    uint64_t jobs = 0;
    int guard = choice(o, OPT_SANDBOX, "sandbox", whens, 3, err);
    if (guard < 0)
        return W5_EINVAL;
    s->engine.guard.when = (w5_guard_when)guard;
    w5_rc rc = number(o, OPT_JOBS, "jobs", 1, 64, &jobs, err);
    s->engine.jobs = (unsigned)jobs;
    s->engine.host = w5_str_of(options_last(o, OPT_HOST, ""));
    s->engine.all_fields = !s->report;
    s->engine.follow = o->given[OPT_FOLLOW] > 0;
    s->engine.poll = o->given[OPT_POLL] > 0;
    s->engine.guard.threads = jobs != 1 && !s->engine.follow;
    return rc;
}

w5_rc setup_make(setup *s, const options *o, w5_err *err)
{
    *s = (setup){.arena = w5_arena_new()};
    s->output_file = options_last(o, OPT_OUTPUT_FILE, NULL);
    w5_rc rc = setup_view(s, o, err);
    if (rc >= 0)
        rc = read_zones(s, o, err);
    if (rc >= 0)
        rc = read_times(s, o, err);
    if (rc >= 0)
        rc = choose_report(s, o, err);
    if (rc >= 0)
        rc = read_machine(s, o, err);
    if (rc >= 0)
        rc = setup_catalogue(s, o, err);
    return rc;
}

void setup_free(setup *s)
{
    w5_catalogue_free(s->catalogue);
    if (s->arena)
        w5_arena_free(s->arena);
    *s = (setup){0};
}
