/* traceback.h -- Python's tracebacks: which lines belong to one, and what it tells.
 *
 * A logger writes the message with its prefix and the traceback bare below it; the interpreter
 * writes it without any message. Formats ask the first half line by line (their parse), the second
 * half once with all lines (their finish). */
#ifndef W5_RECORD_TRACEBACK_H
#define W5_RECORD_TRACEBACK_H

#include <why502/record.h>

/* --- line by line: lives in a format's memo, zero is "outside" --- */
typedef struct w5_trace_lines {
    enum {
        W5_TRACE_NONE,
        W5_TRACE_MAYBE,
        W5_TRACE_FRAMES,
        W5_TRACE_ENDED,
        W5_TRACE_LINKED
    } state;
    uint64_t
        text; /* hash of what the final line says behind "Type: " (gunicorn >= 24 repeats it) */
} w5_trace_lines;
/* Does this line belong to the record before it? `MAYBE` is the state after a line that a traceback
 * may follow. */
bool w5_trace_continues(w5_trace_lines *t, w5_str line);
/* "Traceback (most recent call last):", "  + Exception Group Traceback …" */
bool w5_trace_begins(w5_str line);

/* --- as a whole --- */
typedef struct w5_traceback {
    w5_str exception; /* "Type: text", the final line of the last one of a chain: the one that
                         counts */
    w5_str root;      /* the final line of the first one */
    w5_str frame;     /* innermost frame of the application: "/srv/app/views.py:42 in report" */
    w5_str library; /* whom it waited for or failed in: "MySQLdb", "urllib3", "time.sleep", …; "" */
    bool aborted;   /* gunicorn's SIGABRT handler ended it: the worker time-out */
    bool quit;      /* its SIGQUIT handler did: a fast shutdown */
} w5_traceback;
/* false when there is no traceback in the text. */
bool w5_traceback_read(w5_str text, w5_arena *arena, w5_traceback *t);

/* "(1040, 'Too many connections')" behind the type: the number MySQL gave, as written. */
bool w5_mysql_error(w5_str exception, w5_str *number);

/* Sets exception, frame, library, reason (abort, quit), db_errno of a record from the traceback in
 * `text`. The message of a record whose exception is MySQL's, or tells of a full disk, becomes that
 * exception, so that patterns see it, unless `keep` says that its own message matters more. */
void w5_traceback_tell(w5_record *r, w5_str text, bool keep, w5_arena *arena);

#endif
