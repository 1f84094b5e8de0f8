/* out.h -- the only way out for bytes that came from a log.
 *
 * w5_out buffers bytes for a descriptor or for memory. Our own words leave through w5_out_fmt and
 * w5_out_lit; foreign bytes only through w5_out_text with the escape of the sink. A failed write
 * is remembered (w5_out_done), later output is dropped. */
#ifndef W5_BASE_OUT_H
#define W5_BASE_OUT_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>

typedef enum w5_escape {
    W5_TTY,      /* control and format characters as \xNN or \u{XXXX}, bad UTF-8 as \xNN */
    W5_JSON,     /* inside a string; bad UTF-8 as U+FFFD */
    W5_HTML,     /* & < > " ' ` as entities, the rest as W5_TTY */
    W5_MARKDOWN, /* punctuation that GitHub gives a meaning is back-slashed, the rest as W5_TTY */
    W5_CODE,     /* inside a Markdown code span or fence: as W5_TTY, "`" and "|" as \xNN too */
    W5_METRIC,   /* inside an OpenMetrics label value */
} w5_escape;

typedef struct w5_out w5_out;

w5_out *w5_out_fd(int fd);              /* does not own the descriptor */
w5_out *w5_out_memory(void);            /* collects; see w5_out_bytes */
w5_str w5_out_bytes(const w5_out *out); /* of a memory out, valid until the next write */
void w5_out_reset(w5_out *out);         /* a memory out becomes empty */
void w5_out_lit(w5_out *out, const char *ours);
void w5_out_fmt(w5_out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void w5_out_text(w5_out *out, w5_escape how, w5_str foreign);
/* For bytes already made safe by another w5_out (a memory out that is copied into this one). */
void w5_out_copy(w5_out *out, const w5_out *from);
void w5_out_repeat(w5_out *out, const char *ours, size_t times);
w5_rc w5_out_flush(w5_out *out, w5_err *err);
w5_rc w5_out_done(w5_out *out, w5_err *err); /* flush, report the first failure, free */

/* Columns that text takes on a terminal once escaped with W5_TTY: wide characters count 2,
 * combining ones 0. */
size_t w5_out_width(w5_str foreign);
/* The longest prefix of s that takes at most `columns`, cut between characters. */
w5_str w5_out_fit(w5_str s, size_t columns);

#endif
