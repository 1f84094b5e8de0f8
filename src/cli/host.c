#include "host.h"

#include "say.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <why502/config.h>

#define MOST 512 /* sources, and configuration files, of one host */

/* Where Debian and RHEL keep them. The previous file of each is looked for, too. */
static const char *const database_logs[] = {
    "/var/log/mysql/error.log",    "/var/log/mysql/mysql-slow.log", "/var/log/mysql/mariadb-slow.log",
    "/var/log/mysql/slow.log",     "/var/log/mysql.err",            "/var/log/mysqld.log",
    "/var/log/mariadb/mariadb.log", "/var/log/mariadb/mariadb-slow.log",
    "/var/log/mysql/mysqld.log",   "/var/lib/mysql/*-slow.log",     "/var/lib/mysql/*.err",
};

static const char *const application_logs[] = {
    "/var/log/gunicorn/*.log",
    "/var/log/gunicorn*.log",
    "/var/log/uwsgi/*.log",
    "/var/log/uwsgi/app/*.log",
    "/var/log/php*-fpm.log",
    "/var/log/php-fpm/*.log",
};

/* Where there is no journal: what syslogd makes of the application's, systemd's and the kernel's lines. */
static const char *const system_logs[] = {"/var/log/messages", "/var/log/syslog",
                                          "/var/log/kern.log"};

/* Units may have any name; what they run has one of these. */
static const char *const unit_files[] = {"/etc/systemd/system/*.service"};
static const char *const servers[] = {"gunicorn", "uwsgi", "uvicorn", "php-fpm"};

static const char *const configuration[] = {
    "/etc/nginx/nginx.conf",
    "/etc/gunicorn/*.py",
    "/etc/gunicorn.conf.py",
    "/etc/mysql/my.cnf",
    "/etc/my.cnf",
    "/etc/php/*/fpm/php-fpm.conf",
    "/etc/php-fpm.conf",
};

static const char *const units[] = {
    "journal:nginx",    "journal:gunicorn*", "journal:uwsgi*",   "journal:uvicorn*",
    "journal:php*-fpm", "journal:mysql*",    "journal:mariadb*", "journal:kernel",
};

static const char *const journals[] = {"/var/log/journal", "/run/log/journal"};
static const char *const journal_files[] = {"/var/log/journal/*/*.journal",
                                            "/run/log/journal/*/*.journal"};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* --- is it meant? ---------------------------------------------------------------------------- */
static bool is_null_device(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* A pipe that ended, a file of no bytes. Waits until one of them is sure. */
static bool ends_empty(const struct stat *st)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    int there = 0;
    if (S_ISREG(st->st_mode))
        return st->st_size <= lseek(STDIN_FILENO, 0, SEEK_CUR);
    if (!S_ISFIFO(st->st_mode) && !S_ISSOCK(st->st_mode))
        return false;
    if (poll(&p, 1, -1) <= 0)
        return false;
    return ioctl(STDIN_FILENO, FIONREAD, &there) == 0 && there == 0;
}

bool host_is_meant(const options *o)
{
    struct stat st;
    if (o->operands)
        return false;
    if (o->given[OPT_CRON] || o->given[OPT_FOLLOW] || o->given[OPT_UNIT] || o->given[OPT_KERNEL])
        return true;
    if (isatty(STDIN_FILENO) || fstat(STDIN_FILENO, &st) != 0 || is_null_device(&st))
        return true;
    if (!ends_empty(&st))
        return false;
    say("standard input was empty: reading this host's own logs");
    return true;
}

/* --- finding --------------------------------------------------------------------------------- */
typedef struct finding {
    host *h;
    w5_arena *arena;
} finding;

static bool among(const char *const *list, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], what) == 0)
            return true;
    return false;
}

static void keep(const finding *f, const char **list, size_t *n, const char *what)
{
    if (*n < MOST && !among(list, *n, what))
        list[(*n)++] = w5_arena_str(f->arena, w5_str_of(what)).ptr;
}

/* A log in a folder that nobody may look into is there as well, for all we know. */
static void add_log(const finding *f, const char *path)
{
    struct stat st;
    host *h = f->h;
    if (stat(path, &st) != 0) {
        if (errno == EACCES)
            keep(f, h->denied, &h->denials, path);
        return;
    }
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return;
    if (access(path, R_OK) == 0)
        keep(f, h->source, &h->sources, path);
    else
        keep(f, h->denied, &h->denials, path);
}

static bool is_packed(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".gz") == 0 || strcmp(dot, ".xz") == 0 || strcmp(dot, ".bz2") == 0 ||
                   strcmp(dot, ".zst") == 0);
}

/* The youngest of PATH-20261120, which RHEL's logrotate makes. */
static void add_dated(const finding *f, const char *path)
{
    glob_t found;
    int rc = glob(w5_arena_fmt(f->arena, "%s-[0-9]*", path).ptr, 0, NULL, &found);
    size_t i = rc == 0 ? found.gl_pathc : 0;
    while (i > 0 && is_packed(found.gl_pathv[i - 1]))
        i--;
    if (i > 0)
        add_log(f, found.gl_pathv[i - 1]);
    if (rc == 0)
        globfree(&found);
}

/* The current file and the one before it, which delaycompress leaves plain. */
static void add_pair(const finding *f, const char *path)
{
    struct stat st;
    w5_str before = w5_arena_fmt(f->arena, "%s.1", path);
    if (stat(before.ptr, &st) == 0 || errno == EACCES)
        add_log(f, before.ptr);
    else
        add_dated(f, path);
    add_log(f, path);
}

static void each(const finding *f, const char *pattern, void (*add)(const finding *, const char *))
{
    glob_t found;
    int rc = glob(pattern, 0, NULL, &found);
    for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
        add(f, found.gl_pathv[i]);
    if (rc == 0)
        globfree(&found);
    else if (!strpbrk(pattern, "*?["))
        add(f, pattern);
}

static bool matches(const char *pattern)
{
    glob_t found;
    int rc = glob(pattern, GLOB_NOSORT, NULL, &found);
    if (rc == 0)
        globfree(&found);
    return rc == 0;
}

static void add_config(const finding *f, const char *path)
{
    if (access(path, R_OK) == 0)
        keep(f, f->h->config, &f->h->configs, path);
    else if (errno == EACCES)
        keep(f, f->h->denied, &f->h->denials, path);
}

/* "error_log /var/log/nginx/error.log warn;", "access_log off;", "access_log syslog:server=…" */
static void add_nginx_log(const finding *f, const w5_setting *s)
{
    w5_str path = s->value;
    w5_str rest;
    bool names_log = w5_str_eq(s->name, W5_STR("error_log")) ||
                     w5_str_eq(s->name, W5_STR("access_log"));
    if (!names_log || !w5_str_eq(s->program, W5_STR("nginx")))
        return;
    w5_str_cut(s->value, ' ', &path, &rest);
    size_t at;
    if (path.len && path.ptr[0] == '/' && !w5_str_find_char(path, '$', &at))
        add_pair(f, w5_arena_str(f->arena, path).ptr);
}

static void find_nginx(const finding *f)
{
    const w5_setting *all;
    w5_config *config = w5_config_new(f->arena);
    size_t had = f->h->sources + f->h->denials;
    if (w5_config_read_file(config, "/etc/nginx/nginx.conf", NULL) >= 0) {
        w5_config_seal(config);
        size_t n = w5_config_settings(config, &all);
        for (size_t i = 0; i < n; i++)
            add_nginx_log(f, &all[i]);
    }
    if (f->h->sources + f->h->denials == had)
        each(f, "/var/log/nginx/*.log", add_pair);
    if (f->h->sources + f->h->denials == had)
        add_log(f, "/var/log/nginx/error.log");
}

/* The line of a unit file that says what it runs. */
static bool runs_a_server(w5_str text)
{
    w5_str line;
    size_t at;
    while (w5_str_cut(text, '\n', &line, &text))
        for (size_t i = 0; w5_str_starts(line, W5_STR("ExecStart")) && i < COUNT(servers); i++)
            if (w5_str_find(line, w5_str_of(servers[i]), &at))
                return true;
    return false;
}

static void add_unit(const finding *f, const char *path)
{
    char text[16384];
    host *h = f->h;
    w5_str name = w5_str_of(strrchr(path, '/') + 1);
    FILE *file = fopen(path, "re");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[n] = '\n'; /* its last line may lack it */
    if (!runs_a_server((w5_str){text, n + 1}))
        return;
    keep(f, h->config, &h->configs, path);
    name.len -= strlen(".service");
    keep(f, h->unit, &h->units, w5_arena_fmt(f->arena, "journal:%.*s", W5_ARG(name)).ptr);
}

/* The patterns read it already. */
static bool is_known_unit(const char *unit)
{
    for (size_t i = 0; i < COUNT(units); i++)
        if (fnmatch(units[i], unit, 0) == 0)
            return true;
    return false;
}

static void find_journals(const finding *f)
{
    bool readable = false, closed = false;
    for (size_t i = 0; i < COUNT(journals); i++) {
        closed |= access(journals[i], R_OK | X_OK) != 0 && errno == EACCES;
        readable |= matches(journal_files[i]);
    }
    if (closed && !readable)
        keep(f, f->h->denied, &f->h->denials, "the journal");
    for (size_t i = 0; W5_HAVE_JOURNAL && readable && i < COUNT(units); i++)
        keep(f, f->h->source, &f->h->sources, units[i]);
    for (size_t i = 0; W5_HAVE_JOURNAL && readable && i < f->h->units; i++)
        if (!is_known_unit(f->h->unit[i]))
            keep(f, f->h->source, &f->h->sources, f->h->unit[i]);
    for (size_t i = 0; !readable && i < COUNT(system_logs); i++)
        add_pair(f, system_logs[i]);
}

void host_find(host *h, const options *o, bool everything, w5_arena *arena)
{
    *h = (host){.source = W5_NEW_N(arena, const char *, MOST),
                .config = W5_NEW_N(arena, const char *, MOST),
                .denied = W5_NEW_N(arena, const char *, MOST),
                .unit = W5_NEW_N(arena, const char *, MOST)};
    finding f = {h, arena};
    for (size_t i = 0; i < o->given[OPT_UNIT]; i++)
        keep(&f, h->source, &h->sources,
             w5_arena_fmt(arena, "journal:%s", o->value[OPT_UNIT][i]).ptr);
    if (o->given[OPT_KERNEL])
        keep(&f, h->source, &h->sources, "journal:kernel");
    if (!everything)
        return;
    find_nginx(&f);
    for (size_t i = 0; i < COUNT(unit_files); i++)
        each(&f, unit_files[i], add_unit);
    find_journals(&f);
    for (size_t i = 0; i < COUNT(database_logs); i++)
        each(&f, database_logs[i], add_pair);
    for (size_t i = 0; i < COUNT(application_logs); i++)
        each(&f, application_logs[i], add_pair);
    for (size_t i = 0; i < COUNT(configuration); i++)
        each(&f, configuration[i], add_config);
    if (o->given[OPT_NO_CONFIG])
        h->configs = 0;
}

/* --- telling --------------------------------------------------------------------------------- */
static void tell_list(const char *words, const char *const *list, size_t n, w5_arena *arena)
{
    enum {
        SHOWN = 8
    };
    w5_str text = w5_str_of(n ? list[0] : "nothing");
    for (size_t i = 1; i < n && i < SHOWN; i++)
        text = w5_arena_fmt(arena, "%.*s, %s", W5_ARG(text), list[i]);
    if (n > SHOWN)
        text = w5_arena_fmt(arena, "%.*s and %zu more", W5_ARG(text), n - SHOWN);
    say("%s %.*s", words, W5_ARG(text));
}

void host_tell(const host *h)
{
    w5_arena *arena = w5_arena_new();
    tell_list("this host's logs:", h->source, h->sources, arena);
    if (h->denials) {
        tell_list("cannot read", h->denied, h->denials, arena);
        say("run it with sudo, or join the groups adm and systemd-journal");
    } else if (!h->sources) {
        say("no log of nginx, gunicorn or MySQL stands where Debian and RHEL keep them; "
            "name the files: why502 FILE...");
    }
    w5_arena_free(arena);
}
