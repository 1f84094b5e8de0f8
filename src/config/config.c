/* config.c -- one table of settings from files of many kinds. */
#include <stdarg.h>
#include <stdio.h>

#include "reading.h"

w5_config *w5_config_new(w5_arena *arena)
{
    w5_config *c = W5_NEW(arena, w5_config);
    c->arena = arena;
    return c;
}

/* --- adding --------------------------------------------------------------------------------- */
void *w5_grow(w5_arena *arena, void *old, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return old;
    size_t more = *room ? 2 * *room : 8;
    void *grown = w5_arena_alloc_n(arena, more, size);
    if (count > 0)
        memcpy(grown, old, count * size);
    *room = more;
    return grown;
}

void w5_trouble(w5_config *c, w5_str file, unsigned line, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    c->trouble = w5_grow(c->arena, c->trouble, c->troubles, &c->trouble_room, sizeof *c->trouble);
    c->trouble[c->troubles++] =
        (w5_config_trouble){file, line, w5_arena_str(c->arena, (w5_str){text, len})};
}

/* One that does not fit takes the place of the last. */
static void make_room(w5_config *c, w5_place place)
{
    if (c->settings == W5_SETTINGS_MAX) {
        if (!c->overflown)
            w5_trouble(c, place.file, place.line, "too many settings: the rest was not read");
        c->overflown = true;
        c->settings--;
    }
    c->setting = w5_grow(c->arena, c->setting, c->settings, &c->setting_room, sizeof *c->setting);
    c->extra = w5_grow(c->arena, c->extra, c->settings, &c->extra_room, sizeof *c->extra);
}

size_t w5_set(w5_config *c, const char *program, w5_str name, w5_str value, w5_place place)
{
    make_room(c, place);
    c->extra[c->settings] = (w5_extra){0};
    c->setting[c->settings] = (w5_setting){
        .program = w5_str_of(program),
        .name = name,
        .value = value,
        .file = place.file,
        .line = place.line,
        .scope = place.scope,
        .in_force = true,
    };
    return c->settings++;
}

bool w5_file_known(const w5_config *c, w5_str file)
{
    for (size_t i = 0; i < c->files; i++)
        if (w5_str_eq(c->file[i], file))
            return true;
    return false;
}

void w5_know(w5_config *c, const char *program, w5_str file)
{
    if (!w5_file_known(c, file)) {
        c->file = w5_grow(c->arena, c->file, c->files, &c->file_room, sizeof *c->file);
        c->file[c->files++] = file;
    }
    if (!w5_config_known(c, program)) {
        c->known = w5_grow(c->arena, c->known, c->knowns, &c->known_room, sizeof *c->known);
        c->known[c->knowns++] = w5_str_of(program);
    }
}

/* --- what kind of file it is ---------------------------------------------------------------- */
static bool in_name(w5_str name, const char *part)
{
    size_t at;
    return w5_str_find(name, w5_str_of(part), &at);
}

/* Names that leave no doubt; the first that fits. */
static const struct {
    w5_str ending;
    const char *within; /* the whole path holds this, NULL: anything */
    w5_reader reader;
} by_name[] = {
    {W5_LIT(".service"),        NULL,          w5_read_systemd },
    {W5_LIT(".socket"),         NULL,          w5_read_systemd },
    {W5_LIT(".conf"),           ".service.d",  w5_read_systemd },
    {W5_LIT(".conf"),           ".socket.d",   w5_read_systemd },
    {W5_LIT(".py"),             NULL,          w5_read_gunicorn},
    {W5_LIT(".cnf"),            NULL,          w5_read_mysql   },
    {W5_LIT("mysqld-auto.cnf"), NULL,          w5_read_mysql   },
    {W5_LIT("php-fpm.conf"),    NULL,          w5_read_phpfpm  },
    {W5_LIT(".conf"),           "/pool.d/",    w5_read_phpfpm  },
    {W5_LIT(".conf"),           "/php-fpm.d/", w5_read_phpfpm  },
    {W5_LIT("nginx.conf"),      NULL,          w5_read_nginx   },
};

static w5_reader reader_by_name(w5_str file)
{
    for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++)
        if (w5_str_ends(file, by_name[i].ending) &&
            (!by_name[i].within || in_name(file, by_name[i].within)))
            return by_name[i].reader;
    return NULL;
}

/* Groups that only one kind of file has. */
static const struct {
    w5_str group;
    w5_reader reader;
} by_group[] = {
    {W5_LIT("[Unit]"),          w5_read_systemd},
    {W5_LIT("[Service]"),       w5_read_systemd},
    {W5_LIT("[Socket]"),        w5_read_systemd},
    {W5_LIT("[Install]"),       w5_read_systemd},
    {W5_LIT("[mysqld]"),        w5_read_mysql  },
    {W5_LIT("[server]"),        w5_read_mysql  },
    {W5_LIT("[mariadb]"),       w5_read_mysql  },
    {W5_LIT("[mariadbd]"),      w5_read_mysql  },
    {W5_LIT("[mysqld_safe]"),   w5_read_mysql  },
    {W5_LIT("[client]"),        w5_read_mysql  },
    {W5_LIT("[client-server]"), w5_read_mysql  },
    {W5_LIT("[mysql]"),         w5_read_mysql  },
    {W5_LIT("[uwsgi]"),         w5_read_uwsgi  },
    {W5_LIT("!include"),        w5_read_mysql  },
    {W5_LIT("!includedir"),     w5_read_mysql  },
};

static w5_reader reader_by_group(w5_str line)
{
    for (size_t i = 0; i < sizeof by_group / sizeof *by_group; i++)
        if (w5_str_starts(line, by_group[i].group))
            return by_group[i].reader;
    return NULL;
}

static bool is_comment(w5_str line)
{
    return line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';';
}

/* nginx ends what it says with ';', '{' or '}', php-fpm names pools, Python assigns. */
static w5_reader reader_by_content(w5_str text)
{
    w5_reader guess = NULL;
    w5_str line;
    if (in_name(w5_str_head(text, 4096), "# configuration file "))
        return w5_read_nginx;
    while (w5_next_line(&text, &line)) {
        size_t at;
        line = w5_str_trim(line);
        w5_reader certain = reader_by_group(line);
        if (certain)
            return certain;
        if (guess || is_comment(line))
            continue;
        char last = line.ptr[line.len - 1];
        if (line.ptr[0] == '[' && last == ']')
            guess = w5_read_phpfpm;
        else if (last == ';' || last == '{' || last == '}')
            guess = w5_read_nginx;
        else if (w5_str_find_char(line, '=', &at))
            guess = w5_read_gunicorn;
    }
    return guess;
}

static bool is_blank(w5_str text)
{
    w5_str line;
    while (w5_next_line(&text, &line))
        if (!is_comment(w5_str_trim(line)))
            return false;
    return true;
}

w5_rc w5_config_read(w5_config *c, w5_str file, w5_str text, w5_err *err)
{
    (void)err;
    if (w5_file_known(c, file))
        return W5_OK;
    file = w5_arena_str(c->arena, file);
    text = w5_arena_str(c->arena, text);
    if (w5_str_starts(text, W5_STR("\xef\xbb\xbf")))
        text = w5_str_skip(text, 3);
    w5_reader reader = reader_by_name(file);
    if (!reader)
        reader = reader_by_content(text);
    if (reader)
        reader(c, file, text);
    else if (!is_blank(text))
        w5_trouble(c, file, 1, "this is no configuration that is known here");
    return W5_OK;
}

w5_rc w5_config_read_file(w5_config *c, const char *path, w5_err *err)
{
    w5_str text;
    w5_rc rc = w5_slurp(c, path, &text, err);
    return rc == W5_OK ? w5_config_read(c, w5_str_of(path), text, err) : rc;
}

void w5_config_seal(w5_config *c)
{
    w5_seal_nginx(c);
    w5_seal_gunicorn(c);
}

/* --- asking --------------------------------------------------------------------------------- */
bool w5_config_known(const w5_config *c, const char *program)
{
    for (size_t i = 0; i < c->knowns; i++)
        if (w5_str_eq(c->known[i], w5_str_of(program)))
            return true;
    return false;
}

size_t w5_config_settings(const w5_config *c, const w5_setting **all)
{
    *all = c->setting;
    return c->settings;
}

size_t w5_config_upstreams(const w5_config *c, const w5_upstream_block **all)
{
    *all = c->upstream;
    return c->upstreams;
}

size_t w5_config_formats(const w5_config *c, const w5_named_format **all)
{
    *all = c->format;
    return c->formats;
}

size_t w5_config_troubles(const w5_config *c, const w5_config_trouble **all)
{
    *all = c->trouble;
    return c->troubles;
}

size_t w5_config_files(const w5_config *c, const w5_str **all)
{
    *all = c->file;
    return c->files;
}

/* --- the setting in force ------------------------------------------------------------------- */
static bool is_set(const w5_config *c, size_t i, w5_str program, w5_str name)
{
    const w5_setting *s = &c->setting[i];
    return s->in_force && w5_str_eq(s->program, program) && w5_str_eq(s->name, name);
}

static bool is_listener(w5_str name)
{
    static const w5_str names[] = {W5_LIT("bind"), W5_LIT("listen"), W5_LIT("socket"),
                                   W5_LIT("http-socket")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (w5_str_eq(name, names[i]))
            return true;
    return false;
}

/* Where a program listens ties one of its scopes (a unit, a pool) to an upstream. A gunicorn that
 * binds nowhere listens on 127.0.0.1:8000 (gunicorn/config.py). */
static bool scope_serves(const w5_config *c, w5_str program, w5_str scope, w5_str upstream)
{
    bool listens = false;
    for (size_t i = 0; i < c->settings; i++) {
        const w5_setting *s = &c->setting[i];
        if (!s->in_force || !w5_str_eq(s->program, program) || !w5_str_eq(s->scope, scope) ||
            !is_listener(s->name))
            continue;
        listens = true;
        if (w5_serves(s->value, upstream))
            return true;
    }
    return !listens && w5_str_eq(program, W5_STR("gunicorn")) &&
           w5_serves(W5_STR("127.0.0.1:8000"), upstream);
}

/* Units are systemd's scopes; what they listen on is known of those that start gunicorn. */
static w5_str tied_by(w5_str program)
{
    return w5_str_eq(program, W5_STR("systemd")) ? W5_STR("gunicorn") : program;
}

static bool find_serving(const w5_config *c, w5_str program, w5_str upstream, w5_str *scope)
{
    w5_str ties = tied_by(program);
    for (size_t i = 0; i < c->settings && upstream.len > 0; i++)
        if (c->setting[i].in_force && w5_str_eq(c->setting[i].program, ties) &&
            scope_serves(c, ties, c->setting[i].scope, upstream)) {
            *scope = c->setting[i].scope;
            return true;
        }
    return false;
}

/* The only scope there is; false when there are several: nobody can tell which is meant. */
static bool find_only(const w5_config *c, w5_str program, w5_str *scope)
{
    bool found = false;
    for (size_t i = 0; i < c->settings; i++) {
        const w5_setting *s = &c->setting[i];
        if (!s->in_force || !w5_str_eq(s->program, program) ||
            w5_str_eq(s->scope, W5_STR("global")) || (found && w5_str_eq(s->scope, *scope)))
            continue;
        if (found)
            return false;
        *scope = s->scope;
        found = true;
    }
    return found;
}

static w5_rc get_last(const w5_config *c, w5_str program, w5_str name, const w5_str *scope,
                      w5_setting *setting)
{
    for (size_t i = c->settings; i-- > 0;)
        if (is_set(c, i, program, name) && (!scope || w5_str_eq(c->setting[i].scope, *scope))) {
            *setting = c->setting[i];
            return W5_OK;
        }
    return W5_MISS;
}

w5_rc w5_config_get(const w5_config *c, const char *program, const char *name, w5_str upstream,
                    w5_str path, w5_setting *setting)
{
    w5_str of = w5_str_of(program);
    w5_str what = w5_str_of(name);
    w5_str scope;
    w5_str global = W5_STR("global");
    if (w5_str_eq(of, W5_STR("nginx")))
        return w5_nginx_get(c, what, upstream, path, setting);
    if (w5_str_eq(of, W5_STR("mysql")))
        return get_last(c, of, what, NULL, setting);
    bool known = find_serving(c, of, upstream, &scope) || find_only(c, tied_by(of), &scope) ||
                 find_only(c, of, &scope);
    if (known && get_last(c, of, what, &scope, setting) == W5_OK)
        return W5_OK;
    return get_last(c, of, what, &global, setting); /* php-fpm's own settings */
}
