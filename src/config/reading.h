/* reading.h -- what the readers of all kinds share: where settings go, and how files are read.
 *
 * A reader (config_<kind>.c) gets a file's name and text and adds settings, in the order in which
 * they stand. What shadows what is settled by each reader's own seal. Everything lives in the
 * arena of the w5_config. */
#ifndef W5_CONFIG_READING_H
#define W5_CONFIG_READING_H

#include <why502/config.h>

#define W5_SETTINGS_MAX  200000
#define W5_INCLUDE_DEPTH 10 /* files that include files; mysqld's own limit, nginx has none */
/* How often files are included and how much they hold: files that include each other multiply. */
#define W5_INCLUDES_MAX      10000
#define W5_INCLUDE_BYTES_MAX (32u << 20)

typedef struct w5_nginx_block w5_nginx_block;

/* What is private about a setting; extra[i] belongs to setting[i]. */
typedef struct w5_extra {
    const w5_nginx_block *block; /* nginx: the block it stands in */
    size_t earlier;              /* one more than the index of the one before it in that block;
                                    systemd: of the one of its name that it adds to */
    unsigned rank;               /* gunicorn: file < environment < command line */
} w5_extra;

/* A slot of the table of latest.c. */
typedef struct w5_latest {
    w5_str key[3]; /* program, scope, name: they live as long as the arena */
    uint64_t hash;
    size_t index; /* one more than that of the setting (or the upstream), 0: none */
    bool taken;
} w5_latest;

/* One file of `nginx -T` output: its include lines mean the others, not this machine's files. */
typedef struct w5_virtual {
    w5_str name, text;
} w5_virtual;

struct w5_config {
    w5_arena *arena;
    w5_setting *setting;
    w5_extra *extra;
    size_t settings, setting_room, extra_room;
    w5_upstream_block *upstream;
    size_t upstreams, upstream_room;
    w5_named_format *format;
    size_t formats, format_room;
    w5_config_trouble *trouble;
    size_t troubles, trouble_room;
    w5_str *file;
    size_t files, file_room;
    w5_str *known; /* programs of which a file was read */
    size_t knowns, known_room;
    w5_nginx_block *first_block, *last_block;
    w5_nginx_block *inside;         /* of which block the file being included is a part */
    const w5_virtual *virtual_file; /* while `nginx -T` output is read */
    size_t virtual_files;
    w5_str prefix;  /* of nginx.conf: the folder that relative includes start from */
    unsigned depth; /* of includes */
    size_t includes, include_bytes;
    w5_latest *latest;
    size_t latests, latest_room;
    bool overflown; /* there were more settings than fit */
    bool enough;    /* of includes; it was said */
};

/* Where a setting was found. */
typedef struct w5_place {
    w5_str file;
    unsigned line;
    w5_str scope;
} w5_place;

/* Room for one more element at the end of an array in the arena. */
void *w5_grow(w5_arena *arena, void *old, size_t count, size_t *room, size_t size);
/* Adds a setting in force; its index. `value` must live as long as the arena. */
size_t w5_set(w5_config *c, const char *program, w5_str name, w5_str value, w5_place place);
/* What was last noted under program, scope and name: one more than an index, 0: nothing. It is the
 * caller's to set, and stands there until the next call. */
size_t *w5_latest_of(w5_config *c, const char *program, w5_str scope, w5_str name);
size_t w5_latest_seen(const w5_config *c, const char *program, w5_str scope, w5_str name);
void w5_trouble(w5_config *c, w5_str file, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void w5_know(w5_config *c, const char *program, w5_str file);
bool w5_file_known(const w5_config *c, w5_str file);

/* Reads a whole file into the arena. W5_EIO; no regular file and more than 16 MiB are that, too. */
w5_rc w5_slurp(w5_config *c, const char *path, w5_str *text, w5_err *err);
/* Is the file there, and may everybody write it? */
bool w5_world_writable(const char *path);
/* Reads a file that another one names; a failure becomes trouble at the place that names it. The
 * file of a kind is read by its own reader: `nginx` reads snippets that look like nothing. */
typedef void (*w5_reader)(w5_config *c, w5_str file, w5_str text);
void w5_read_included(w5_config *c, w5_str path, w5_reader reader, w5_place at);
/* Paths that match a pattern, sorted; with `nginx -T` output, among its files. */
size_t w5_glob(w5_config *c, w5_str pattern, const w5_str **paths);

/* Paths: "/etc/nginx/nginx.conf" -> "/etc/nginx", "x" -> "."; and one below a folder unless it is
 * absolute. */
w5_str w5_folder_of(w5_str path);
w5_str w5_name_of(w5_str path);
w5_str w5_below(w5_arena *arena, w5_str folder, w5_str path);

/* Lines: takes the next one off *text, without its newline (and carriage return). */
bool w5_next_line(w5_str *text, w5_str *line);

/* The readers. */
void w5_read_nginx(w5_config *c, w5_str file, w5_str text);
void w5_read_systemd(w5_config *c, w5_str file, w5_str text);
void w5_read_gunicorn(w5_config *c, w5_str file, w5_str text);
void w5_read_mysql(w5_config *c, w5_str file, w5_str text);
void w5_read_phpfpm(w5_config *c, w5_str file, w5_str text);
void w5_read_uwsgi(w5_config *c, w5_str file, w5_str text);
void w5_seal_nginx(w5_config *c);
void w5_seal_gunicorn(w5_config *c);

/* Who answers w5_config_get. */
w5_rc w5_nginx_get(const w5_config *c, w5_str name, w5_str upstream, w5_str path,
                   w5_setting *setting);
/* Does an address that a server listens on serve this upstream of nginx's? "0.0.0.0:80", ":80",
 * "80", "unix:/run/x.sock" and "/run/x.sock" are understood. */
bool w5_serves(w5_str listens, w5_str upstream);

#endif
