/* fields_nginx.h -- what stands behind "pid#tid: *conn " in a line of nginx's error log.
 *
 * Enters that rest of the line; leaves message, errno, phase and context, and on demand the context's
 * fields. Only the message's own fixed words can be trusted: request, host, referrer, paths and what
 * an upstream said are written unescaped (nginx, src/core/ngx_log.c), so the context is read from
 * left to right in nginx's own order, and the split is preferred whose walk leaves nothing over. */
#ifndef W5_RECORD_FIELDS_NGINX_H
#define W5_RECORD_FIELDS_NGINX_H

#include <why502/record.h>

/* Sets message, errno, phase and context of *r. */
void w5_nginx_split(w5_str rest, w5_record *r);
/* The same for `FastCGI sent in stderr: "…"`, in whose text nothing can pose as phase or context; the
 * whole of it, when it has several lines. False, and *r untouched, when the text is not closed. */
bool w5_nginx_split_stderr(w5_str rest, w5_record *r);
/* Reads r->context into fields; chooses another split when this one leaves a residue. */
void w5_nginx_walk(w5_record *r);

/* Whether a line begins as nginx's lines do; then *rest is what stands behind "*conn ". */
bool w5_nginx_head(w5_str line, w5_str *rest);

/* What stands in front of a message. */
typedef struct w5_nginx_front {
    w5_time at;
    w5_str level, pid, tid, connection; /* "" where there is no connection */
    const char *message;
} w5_nginx_front;
/* Reads it from a line in [p, end), which has room for it, if all is as the parser of the format reads it
 * most often: then `memo` is as if that had read the line. False: let the parser look. */
bool w5_nginx_plain(void *memo, const char *p, const char *end, w5_nginx_front *front);
/* At least so many bytes has a line that has a head. */
#define W5_NGINX_SHORTEST 32

/* Where a field of the context begins: ", client: " and what stands in its place in lines without a
 * client; s.len when there is none. */
size_t w5_nginx_context_at(w5_str s);
/* How a context ends. */
typedef enum w5_nginx_end {
    W5_NGINX_CLEAN,   /* behind a whole field */
    W5_NGINX_OPEN,    /* inside a quoted field, or inside a name */
    W5_NGINX_RESIDUE, /* something follows that is no field */
} w5_nginx_end;
w5_nginx_end w5_nginx_end_of(w5_str context, bool *request);

/* "http://127.0.0.1:8000/x" -> "127.0.0.1:8000", "uwsgi://unix:/run/u.sock:" -> "unix:/run/u.sock",
 * "10.0.3.9:3306" as it is. `whole` is false when the line was cut inside: then "" unless the address
 * is complete. */
w5_str w5_nginx_upstream(w5_str url, bool whole);
/* The target of a request line without scheme and host: "/x?y=1". */
w5_str w5_nginx_without_host(w5_str target);
/* Splits a request line: method and path (the target without scheme, host, query). `whole` as above. */
void w5_nginx_request(w5_record *r, w5_str request, bool whole);

#endif
