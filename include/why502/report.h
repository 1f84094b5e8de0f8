/* report.h -- a finished run into text for people or machines.
 *
 * Enters a w5_run (everything that is known), leaves bytes in a w5_out. A report never decides
 * anything: it orders, redacts, escapes, translates. One w5_report per src/report/report_<name>.c,
 * registered by the folder listing. */
#ifndef W5_REPORT_H
#define W5_REPORT_H

#include <why502/base/out.h>
#include <why502/base/redact.h>
#include <why502/catalogue.h>
#include <why502/config.h>
#include <why502/diagnosis.h>
#include <why502/event.h>
#include <why502/incident.h>
#include <why502/record.h>

typedef struct w5_run_source { /* a physical source that could not be read, or not to its end */
    w5_str name, format, error;
    uint32_t duplicate_of;     /* UINT32_MAX */
} w5_run_source;

typedef struct w5_run_limit { /* a pattern whose expression ran into its limits */
    const w5_pattern *pattern;
    uint64_t count;
} w5_run_limit;

typedef struct w5_trend {              /* with a state: upstream errors a day */
    unsigned days;                     /* full days before today that are known, at most 7; 0: none */
    uint64_t today, before;            /* today's, and those of these days together */
} w5_trend;

typedef struct w5_run {
    const w5_catalogue *catalogue;
    w5_ledger *ledger;                 /* what it was made of (-o events --fold) */
    const w5_timeline *timeline;
    const w5_findings *findings;
    const w5_config *config;
    w5_ledger_totals totals;
    const w5_str *code; const uint64_t *code_count; size_t codes;
    w5_stream *const *stream; size_t streams;
    const w5_run_source *trouble; size_t troubles; /* sources with an error, duplicates */
    const w5_run_limit *limit; size_t limits;
    uint64_t lines, bytes, outside_window;
    w5_time window_start, window_end;  /* asked for, else covered; W5_TIME_NONE */
    w5_time generated_at;
    w5_str sandbox;                    /* "landlock+seccomp", "none: …" */
    w5_str host;
    const w5_comparison *comparison;   /* of --compare, else NULL */
    const char *const *change;         /* with a state, per diagnosis: "new", "worse", "cause", "over"; else NULL */
    const w5_counter *counter; size_t counters; /* with a state: over all runs; else NULL */
    w5_trend trend;
} w5_run;

typedef struct w5_view {               /* how it is shown */
    unsigned width;                    /* columns, 80 */
    bool color, ascii, verbose, quiet;
    size_t top;                        /* rows a table, 10 */
    w5_redaction redact;
    w5_zone zone;                      /* for people; machines get UTC */
    w5_str mail_to, mail_from, message_id, in_reply_to;
} w5_view;

typedef struct w5_report {
    const char *name, *summary;
    void (*write)(const w5_run *run, const w5_view *view, w5_out *out);
} w5_report;

const w5_report *w5_report_find(w5_str name); /* NULL: unknown */
size_t w5_reports(const w5_report *const **all);

/* What -o metrics counts, of this run alone: families without "why502_" and "_total". */
const w5_counter *w5_report_counters(const w5_run *run, w5_arena *arena, size_t *n);

/* A sentence in the chosen language, redacted and escaped for the sink. */
void w5_sentence_put(w5_out *out, w5_escape how, const w5_sentence *s, const w5_view *view);
/* The same in English for machines. */
void w5_sentence_json(w5_out *out, const w5_sentence *s, const w5_view *view);

/* -o events: one classified record (spec §6.3); with `all` every understood record. */
void w5_report_event(w5_out *out, const w5_event *event, const w5_view *view);
/* The same as a log of them: equal lines of one second get ids of their own. With `fold` nothing is
 * put: the end writes the rows of the run's ledger, equal events of a span of time as one with a count.
 * Then comes a `coverage` record a source. `host`: for lines that name none. */
typedef struct w5_event_log w5_event_log;
w5_event_log *w5_event_log_new(w5_out *out, const w5_view *view, w5_str host, bool fold);
/* Events outside are left out, as far as this host knows what their stamps mean. */
void w5_event_log_window(w5_event_log *log, w5_time since, w5_time until);
void w5_event_log_put(w5_event_log *log, const w5_event *event);
void w5_event_log_end(w5_event_log *log, const w5_run *run);
void w5_event_log_free(w5_event_log *log);
/* -o follow: see spec §7. */
void w5_report_live(w5_out *out, const char *what, const w5_diagnosis *d, const w5_run *run, const w5_view *view, bool json);

/* For the foot of a terminal, of at most view->width columns and without a line end: when each log spoke
 * last, errors a minute, incidents that are open. `now`: by the clock. */
void w5_report_status(w5_out *out, const w5_run *run, const w5_view *view, w5_time now);

/* Pages of `why502 explain` and `why502 list`, from the catalogue. */
w5_rc w5_explain_page(const w5_catalogue *c, w5_str what, const w5_view *view, w5_out *out, w5_err *err);
w5_rc w5_list_page(const w5_catalogue *c, w5_str what, const w5_view *view, w5_out *out, w5_err *err);

#endif
