/* nginx_blocks.h -- the blocks of nginx.conf, and which of them serves a request. */
#ifndef W5_CONFIG_NGINX_BLOCKS_H
#define W5_CONFIG_NGINX_BLOCKS_H

#include "reading.h"

struct w5_nginx_block {
    w5_nginx_block *next;   /* in the order of the files */
    w5_nginx_block *parent; /* NULL: the top of a file that nothing includes */
    w5_nginx_block *first_child, *last_child;
    w5_nginx_block *sibling; /* the next one with the same parent */
    w5_str kind;            /* http, server, location, upstream, if …; "" at the top */
    w5_str args;            /* "= /x", "~ \.php$", the upstream's name */
    w5_str names;           /* server: its server_name */
    w5_str target;          /* where it passes requests, as written */
    w5_str protocol;        /* proxy, fastcgi, uwsgi, scgi, grpc: by which directive */
    w5_str pass;            /* the target as an upstream; filled in by the seal */
    w5_str scope;           /* filled in by the seal */
    size_t last;            /* one more than the index of its last setting, 0: none */
    unsigned depth;         /* how many blocks stand around it */
    bool opaque;            /* its lines are no directives (types, map) */
};

bool w5_block_is(const w5_nginx_block *b, const char *kind);

/* The last setting of that name among those of one block, from b->last or an `earlier` on: one more
 * than its index, 0: none. */
size_t w5_block_find(const w5_config *c, w5_str name, size_t from);

/* Before anything is asked of upstreams: they are found by name. */
void w5_nginx_note_upstreams(w5_config *c);

/* The upstream that the target of a pass directive means: "http://app:8000/x" -> "app:8000",
 * "http://unix:/run/a.sock:/" -> "unix:/run/a.sock", "http://app" -> "app" where a block has that
 * name, else "app:80". Variables stay ("$backend") unless `set` gives them a plain value. */
w5_str w5_nginx_block_upstream(const w5_config *c, const w5_nginx_block *b);

/* How surely requests that a block passes to `pass` go to `upstream` (as nginx logs it). */
typedef enum w5_likeness {
    W5_LIKE_NOT,
    W5_LIKE_VARIABLE, /* known only when nginx runs */
    W5_LIKE_PORT,     /* a name that DNS resolves, and the port is the same */
    W5_LIKE_LOCAL,    /* localhost and its addresses */
    W5_LIKE_SAME,
} w5_likeness;
w5_likeness w5_nginx_likeness(const w5_config *c, w5_str pass, w5_str upstream);

/* The location of a server that nginx would choose for a path, through try_files; NULL: none. */
const w5_nginx_block *w5_nginx_location(const w5_config *c, const w5_nginx_block *server,
                                        w5_str path);

#endif
