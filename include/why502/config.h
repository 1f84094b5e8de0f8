/* config.h -- what is set now: nginx.conf, systemd units, gunicorn.conf.py, my.cnf, php-fpm.conf.
 *
 * Enters the text of configuration files; leaves settings, each with its value, file and line.
 * Nothing is executed: Python files are read as literals only. Texts live in the arena given. */
#ifndef W5_CONFIG_H
#define W5_CONFIG_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>
#include <why502/base/time.h>

typedef struct w5_setting {
    w5_str program;  /* nginx, gunicorn, systemd, mysql, php-fpm, uwsgi */
    w5_str name;     /* proxy_read_timeout, timeout, workers, bind, max_connections, Restart, … */
    w5_str value;    /* as written (quotes removed) */
    w5_str file;
    unsigned line;
    w5_str scope;    /* nginx: "http", "server shop.example", "location /report"; else unit or group */
    w5_str upstream; /* nginx: the upstream (host:port or unix:/path, or block name) this location passes to */
    bool in_force;   /* after inheritance and overriding; false: shadowed by a later one */
} w5_setting;

typedef struct w5_upstream_block { w5_str name; const w5_str *server; size_t servers; w5_str file; unsigned line; } w5_upstream_block;
typedef struct w5_named_format { w5_str name, text; } w5_named_format; /* log_format, pieces joined */
typedef struct w5_config_trouble { w5_str file; unsigned line; w5_str what; } w5_config_trouble;

typedef struct w5_config w5_config;
w5_config *w5_config_new(w5_arena *arena);
/* Reads a file (and what it includes, with the file system unless `text` is `nginx -T` output), or a
 * text. The kind is told by content and name. A mistake is kept as trouble and is no failure; W5_EIO when the file
 * itself cannot be read. */
w5_rc w5_config_read_file(w5_config *c, const char *path, w5_err *err);
w5_rc w5_config_read(w5_config *c, w5_str file, w5_str text, w5_err *err);
/* Resolves inheritance; call once after the last read. */
void w5_config_seal(w5_config *c);

/* The setting in force: for nginx the innermost one that applies to requests passed to `upstream` and
 * `path` ("" = any); "proxy_read_timeout" asked of a location that passes by uwsgi gives its
 * uwsgi_read_timeout. Of several units or pools the one that listens on `upstream` is meant. The value
 * may be text that cannot be known ("multiprocessing.cpu_count() * 2 + 1"): then it is no number, and a
 * trouble says so. W5_MISS when it is nowhere set, or several might be meant. */
w5_rc w5_config_get(const w5_config *c, const char *program, const char *name, w5_str upstream,
                    w5_str path, w5_setting *setting);
bool w5_config_known(const w5_config *c, const char *program); /* some file of it was read */
size_t w5_config_settings(const w5_config *c, const w5_setting **all);
size_t w5_config_upstreams(const w5_config *c, const w5_upstream_block **all);
size_t w5_config_formats(const w5_config *c, const w5_named_format **all);
size_t w5_config_troubles(const w5_config *c, const w5_config_trouble **all);
size_t w5_config_files(const w5_config *c, const w5_str **all);

/* Values: nginx "300", "5m", "1h 30m"; sizes "4k", "16m"; gunicorn seconds. W5_TIME_NONE / -1 when
 * it is none. */
w5_time w5_config_duration(const w5_setting *s);
int64_t w5_config_bytes(const w5_setting *s);
int64_t w5_config_integer(const w5_setting *s);

#endif
