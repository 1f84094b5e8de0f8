/* engine.h -- the river, joined: the library's front door.
 *
 * Enters options and sources; leaves a w5_run that reports can show. The engine owns everything it
 * hands out until w5_engine_free. It never prints, never exits, keeps no global state. */
#ifndef W5_ENGINE_H
#define W5_ENGINE_H

#include <why502/base/err.h>
#include <why502/base/time.h>
#include <why502/guard.h>
#include <why502/report.h>
#include <why502/source.h>

typedef struct w5_engine w5_engine;

typedef struct w5_engine_options {
    w5_time gap, lateness;       /* 0: the defaults, 60 s and 5 s */
    w5_time since, until;        /* 0 or W5_TIME_NONE: open */
    w5_time compare;             /* of a change: before and after it are compared; 0 or W5_TIME_NONE */
    w5_zone zone;                /* of stamps without one, and of --since */
    const struct w5_zone_rule *zones;
    size_t zone_rules;
    w5_str host;                 /* "" this machine's */
    const w5_log_format *log_formats;
    size_t log_formats_n;
    const w5_declared *declared; /* formats of the catalogue (w5_declared_read) */
    size_t declared_n;
    unsigned jobs;               /* 0: the cores, at most 8 */
    bool follow, poll;
    bool whole_lines;            /* a last line without its newline is left for the next run */
    w5_guard_plan guard;
    bool all_fields;
    /* Called for every event in the order of lines (-o events), NULL otherwise. */
    void (*event)(void *context, const w5_event *event);
    /* Called now and then while reading; false stops the reading early (what was read is diagnosed). */
    bool (*progress)(void *context, const w5_engine *e);
    void *context;
    w5_diagnose_options machine;
} w5_engine_options;

/* `c` is a sealed catalogue, `config` may be NULL; both outlive the engine. */
w5_engine *w5_engine_new(const w5_catalogue *c, const w5_config *config,
                         const w5_engine_options *options);
void w5_engine_free(w5_engine *e);
w5_rc w5_engine_add(w5_engine *e, const char *uri, w5_err *err);
/* Reads bytes from memory as if they were a file of this name; `format` is an id or "". */
void w5_engine_feed(w5_engine *e, w5_str name, w5_str format, w5_str bytes);
/* A record of an earlier run, as it stood at `line` of the source of this name. Afterwards, once:
 * w5_engine_recalled, and what was recalled is no more counted in a run's lines and errors. Call both
 * before anything is read. */
void w5_engine_recall(w5_engine *e, w5_str name, w5_str format, uint64_t line, w5_str text);
void w5_engine_recalled(w5_engine *e);
/* How far a file was read: a followed name has one for each that stood under it, the youngest last. */
typedef struct w5_place {
    w5_identity identity, was; /* as it is now; as the state knows it */
    uint64_t offset, lines; /* decoded bytes and lines from its beginning */
    w5_time at;             /* when it was last read; W5_TIME_NONE: not by this run */
} w5_place;
/* What will be read of a source's file begins at this place. */
void w5_engine_begin_at(w5_engine *e, size_t source, const w5_place *place);
size_t w5_engine_places(w5_engine *e, size_t source, w5_place **all);
/* Reads every source to its end (or until progress says stop). */
w5_rc w5_engine_read(w5_engine *e, w5_err *err);
/* One turn of follow mode: reads what is there or waits up to `patience`. W5_OK something was read,
 * W5_WAIT nothing came, W5_END all sources ended. */
w5_rc w5_engine_turn(w5_engine *e, w5_time patience, w5_err *err);
/* Records that wait for the lines behind them wait no longer: everything that was read is counted. */
void w5_engine_settle(w5_engine *e);
/* A live run tells the time before it asks for a diagnosis, so that silence can end an incident;
 * W5_TIME_NONE (as at the beginning): the logs alone tell what is over. */
void w5_engine_clock(w5_engine *e, w5_time now);
/* The diagnosis of all that was read so far; valid until the next call. */
const w5_run *w5_engine_run(w5_engine *e);
w5_str w5_engine_host(const w5_engine *e); /* as given, else this machine's name */
w5_sources *w5_engine_sources(w5_engine *e);
uint64_t w5_engine_bytes(const w5_engine *e);
uint64_t w5_engine_size(const w5_engine *e); /* of all files, 0 when not known */
/* How far the reading is and what it has found so far, for a bar. Costs what w5_engine_run costs, and
 * what that one told before is no longer valid: ask seldom. */
typedef struct w5_progress {
    uint64_t done, size; /* bytes on disk; size is 0 when a pipe may still go on */
    size_t incidents;
} w5_progress;
w5_progress w5_engine_progress(w5_engine *e);

#endif
