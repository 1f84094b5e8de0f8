/* diagnosis.h -- incidents into causes with evidence, and remedies in the order that helps here.
 *
 * Enters a timeline and its incidents; leaves diagnoses. A pure function: the same timeline, the
 * same answer. What it knows about causes and remedies stands in the catalogue; the arithmetic is
 * in score.c. Everything lives in the arena handed in. */
#ifndef W5_DIAGNOSIS_H
#define W5_DIAGNOSIS_H

#include <why502/base/arena.h>
#include <why502/base/time.h>
#include <why502/catalogue.h>
#include <why502/config.h>
#include <why502/incident.h>

typedef enum w5_confidence {
    W5_UNKNOWN,
    W5_POSSIBLE,
    W5_LIKELY,
    W5_PROVEN
} w5_confidence;
extern const w5_str w5_confidence_word[]; /* "unknown", "possible", "likely", "proven" */
typedef enum w5_severity {
    W5_SEVERITY_OK,
    W5_SEVERITY_WARNING,
    W5_SEVERITY_ERROR
} w5_severity;
extern const w5_str w5_severity_word[]; /* "ok", "warning", "error" */

/* A whole sentence for people: English words (a msgid, with %1$s … %8$s) and its arguments, which
 * are raw log text or numbers already formatted; and the evidence it rests on. A report translates,
 * redacts and escapes. */
typedef struct w5_sentence {
    const char *words;  /* NULL: no sentence */
    const char *plural; /* for every `number` but 1; NULL: the words stand for all */
    uint64_t number;
    const w5_str *arg; /* `args` of them, at most 8 */
    uint16_t cite[6];  /* indices into w5_diagnosis.evidence */
    uint8_t args, cites;
    uint8_t
        translate; /* bit i: arg[i] is English words of ours (a cause's title): look it up, too */
    const struct w5_sentence *then; /* said behind it, without citations; NULL: nothing */
} w5_sentence;

typedef enum w5_role {
    W5_FOR,
    W5_AGAINST,
    W5_CONTEXT
} w5_role;
extern const w5_str w5_role_word[]; /* "for", "against", "context" */

typedef struct w5_evidence {
    const w5_cell *cell; /* time, stream, first line, count, kind, text */
    uint64_t last_line;  /* of the run of equal lines it stands for */
    uint64_t count;
    w5_role role;
    w5_sentence note; /* what it shows; words NULL: the line speaks for itself */
} w5_evidence;

typedef struct w5_finding { /* one cause, weighed */
    const w5_cause *cause;
    w5_confidence confidence;
    double score;        /* 0..1 */
    uint64_t explains;   /* failed requests */
    w5_sentence summary; /* why it is (or, for a rival, is not) */
    w5_sentence against;
} w5_finding;

typedef struct w5_change { /* one setting to change */
    w5_str file;
    unsigned line;
    w5_str setting, now, to; /* now "" when not known */
} w5_change;

typedef enum w5_advice_state {
    W5_ADVISED,
    W5_IN_PLACE,
    W5_NO_HELP,
    W5_HARMFUL
} w5_advice_state;
extern const w5_str w5_advice_word[]; /* "advised", "in-place", "no-help", "harmful" */

typedef struct w5_advice {
    const w5_remedy *remedy;
    unsigned rank; /* 1.. among the advised; goes on through the others */
    w5_advice_state state;
    w5_sentence why; /* why here, why moved, why it cannot help */
    const w5_change *change;
    size_t changes;
    const w5_str *command;
    size_t commands;
    w5_str verify, undo; /* placeholders filled; English, looked up as msgid before filling */
    w5_sentence risk;
} w5_advice;

typedef struct w5_settle { /* a log that would settle the matter */
    w5_str source;         /* would_settle.source of spec §6.2 */
    w5_sentence why;
    w5_str command; /* to paste, times filled in */
} w5_settle;

typedef struct w5_rung { /* of the time-out or keep-alive ladder */
    w5_str name;         /* "nginx proxy_read_timeout" */
    w5_time value;       /* W5_TIME_NONE: not known */
    w5_str file;
    unsigned line;
    bool wrong; /* shorter than the rung below it */
} w5_rung;

/* What an incident has to do with the machines it was on. */
typedef enum w5_fleet {
    W5_ALONE, /* one machine is all there is */
    W5_ONE_HOST,
    W5_ONE_OF_MANY,   /* its fellows were well meanwhile */
    W5_SEVERAL_HOSTS,
    W5_ONE_DATABASE,  /* several blame it */
    W5_ONE_UPSTREAM,  /* several name it */
    W5_ONE_DEPLOY     /* it went over several */
} w5_fleet;
extern const w5_str w5_fleet_word[]; /* "", "one-host", "one-of-many", "several-hosts", … */

typedef struct w5_diagnosis {
    const w5_incident *incident;
    w5_fleet fleet;
    w5_severity severity;
    w5_str pattern; /* premature-close, connection-refused, cascade, recurring-light-load, "" */
    w5_sentence verdict; /* can be read aloud */
    w5_str over_by;
    w5_finding cause;
    const w5_finding *chain; /* other causes at work in the same incident, first in time first */
    size_t chains;
    const w5_finding *alternative; /* weighed and not chosen */
    size_t alternatives;
    const w5_evidence *evidence; /* in time order */
    size_t evidences;
    const w5_sentence *ruled_out; /* "nginx's timers: 0 of 106 lines" */
    size_t ruled_outs;
    const w5_advice *advice; /* advised first, then in-place, no-help, harmful */
    size_t advices;
    const w5_settle *settle;
    size_t settles;
} w5_diagnosis;

typedef struct w5_findings {
    w5_diagnosis *
        *at; /* as reports show them: going on first, then severity, requests failed, start */
    size_t n;
    size_t folded; /* beyond W5_INCIDENTS_MAX: in `at`, but without evidence and remedies */
    const struct w5_background_finding {
        const w5_background *what;
        w5_finding cause;
        const w5_advice *advice;
        size_t advices;
    } * background;
    size_t backgrounds;
    const w5_rung *timeouts, *keepalives;
    size_t timeout_rungs, keepalive_rungs;
    const w5_sentence *blind; /* blind spots: logs that were not given, spans not covered */
    size_t blinds;
    const w5_sentence
        *setup; /* remarks on configuration (workers against memory, pools against connections) */
    size_t setups;
    w5_severity status;
    w5_sentence verdict; /* of the whole run */
    uint64_t ignored;    /* errors muted by `ignore` stanzas */
} w5_findings;

typedef struct w5_diagnose_options {
    unsigned cores;  /* of the machine that served, 0 unknown */
    uint64_t memory; /* bytes, 0 unknown */
    w5_str instance; /* cloud's product name, "" unknown */
    w5_str unit;     /* application's systemd unit, "" unknown */
} w5_diagnose_options;

/* --- before and after a change (--compare) --- */
typedef enum w5_outcome {
    W5_NOTHING_BEFORE, /* nothing failed: nothing to compare */
    W5_CURED,
    W5_NOT_YET, /* no failure since, but too few requests to rule out chance */
    W5_MOVED,   /* from one status to another */
    W5_BETTER,
    W5_WORSE,
    W5_UNCHANGED
} w5_outcome;
extern const w5_str w5_outcome_word[]; /* "nothing-before", "cured", "not-provable-yet", … */

typedef struct w5_path_outcome {
    w5_outcome outcome;
    uint64_t needed;
} w5_path_outcome;

typedef struct w5_comparison {
    const w5_halves *halves;
    w5_outcome outcome;
    double chance;   /* of so many, or so few, failures since, had nothing changed */
    uint64_t needed; /* more requests (without an access log: seconds) without a failure to be sure */
    w5_str from, to; /* statuses of W5_MOVED */
    const w5_path_outcome *path; /* of halves->path */
    w5_sentence said[4];         /* the verdict first; as many as have words */
} w5_comparison;

/* Of the timeline of a ledger that was split at `at`. */
const w5_comparison *w5_compare(const w5_timeline *t, w5_time at, w5_arena *arena);

w5_findings *w5_diagnose(const w5_timeline *t, const w5_incidents *incidents,
                         const w5_diagnose_options *options, w5_arena *arena);

#endif
