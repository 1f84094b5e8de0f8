/* wrap.h -- one layer that something put around another program's line, and how it comes off.
 *
 * Enters a line, leaves the line inside it with what the layer told: when, from which machine, unit,
 * program, process. A wrapper is a function w5_wrap_<name> in src/record/wrap_<name>.c, listed in
 * wrap.def (strict shapes before loose ones); the stage (records.c) peels as many layers as it finds.
 *
 * What the stage does with the answer, so that formats need not:
 *  - ident, pid, unit, level, message_id and host are put into the record before a format's parse is
 *    asked; parse sees them (w5_record_get) and may overwrite them with what the line itself says.
 *  - r->at is W5_TIME_NONE when parse is called. If parse leaves it so, the layer's stamp is taken. If
 *    parse finds a stamp without zone and the layer's has one, the zone is the difference of the two
 *    rounded to a quarter of an hour.
 *  - a stamp without a year gets the year that lies nearest before the stream's year_hint.
 *  - partial pieces (CRI "P", docker's 16 KiB) are joined; lines of different writers (`key`) are
 *    joined into records separately, so that two processes' tracebacks may interleave.
 *  - a parse that answers W5_FIT_NO must leave its memo as it was; what it wrote to *r is undone.
 *  - a memo never keeps a slice: blocks go away. */
#ifndef W5_RECORD_WRAP_H
#define W5_RECORD_WRAP_H

#include <why502/record.h>

typedef struct w5_wrapped {
    w5_arena *scratch;   /* in: room for unescaped bytes, valid as long as the line */
    w5_record *record;   /* in: further fields (exit_code, signal, …) may be set directly */
    w5_str inner;        /* the line inside; "" is a blank line */
    w5_time at;          /* the layer's stamp, W5_TIME_NONE when it has none */
    bool zoned;          /* false: `at` is civil time read as UTC */
    bool year_missing;   /* `at` was computed in the leap year W5_YEARLESS */
    bool partial;        /* the line goes on in the next line with the same key */
    bool nothing;        /* a line of the layer itself ("-- Boot … --"): understood, holds no record */
    uint8_t digits;      /* of fraction */
    uint64_t count;      /* 1; "message repeated 3 times: [ … ]": 3 */
    w5_str host, ident, pid, unit, message_id; /* "" when not told */
    w5_str level;        /* in nginx's words: emerg alert crit error warn notice info debug; "" */
    w5_str key;          /* whose line it is: any bytes that tell writers apart, "" for a single one */
} w5_wrapped;

/* Peels one layer off a line (CR and newline removed). *w comes with scratch and record set, at =
 * W5_TIME_NONE, count = 1, all else zero; when the answer is false nothing in it is looked at. */
typedef bool (*w5_wrap)(w5_str line, w5_wrapped *w);

/* Layers of several lines an entry (journalctl -o verbose, export, json-pretty): the wrapper keeps
 * what it needs of an unfinished entry in *e. */
typedef enum w5_peel {
    W5_PEEL_NO,   /* not this layer */
    W5_PEEL_MORE, /* the line belongs to an entry that is not complete yet */
    W5_PEEL_YES,  /* the line completes an entry: *w tells it, slices live until the next call */
    W5_PEEL_NEXT, /* the entry before this line is complete: *w tells it; then ask again with the line */
} w5_peel;
typedef struct w5_entry {
    w5_arena *arena;     /* for bytes of the entry; rewound by the stage after YES and NEXT */
    _Alignas(16) unsigned char memo[512]; /* zeroed at start and after YES and NEXT */
    bool boot_told;      /* a boot mark was told, and the entry behind it may tell the same */
} w5_entry;
/* The line is raw (a CR at its end is still there: binary values of `export` may hold any byte, and a
 * newline inside one arrives as the end of a line). A NULL line is the end of the input: YES when an
 * entry was pending, else NO. */
typedef w5_peel (*w5_wrap_lines)(w5_entry *e, w5_str line, w5_wrapped *w);

typedef struct w5_wrapper {
    w5_str name;             /* as -v shows it */
    w5_wrap peel;            /* one of the two */
    w5_wrap_lines peel_lines;
} w5_wrapper;

/* All wrappers, in the order in which they are tried. */
size_t w5_wrappers(const w5_wrapper **all);

#define W5_WRAP_LINE(name)  bool w5_wrap_##name(w5_str line, w5_wrapped *w);
#define W5_WRAP_LINES(name) w5_peel w5_wrap_##name(w5_entry *e, w5_str line, w5_wrapped *w);
#include "wrap.def"
#undef W5_WRAP_LINE
#undef W5_WRAP_LINES

/* "==> name <==" of tail -f a b: the name. A blank line stands before it but for the first. */
bool w5_wrap_tail(w5_str line, w5_str *name);

#endif
