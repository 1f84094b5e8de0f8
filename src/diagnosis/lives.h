/* lives.h -- who lived when: the application's masters, their workers, and the times nobody
 * listened.
 *
 * A pid is a name that the kernel gives again; a life is a pid from its first line to its end.
 * Within a second the order of lines in one log is the order of things, so lives are read stream by
 * stream and line by line. Facts: gunicorn's own lines (facts/gunicorn-and-host.md §2, §3, §9). */
#ifndef W5_DIAGNOSIS_LIVES_H
#define W5_DIAGNOSIS_LIVES_H

#include "address.h"
#include "known.h"

#define W5_BINDS 4

typedef struct w5_worker {
    uint32_t pid;          /* 0: one that died without a line, betrayed by its successor */
    const w5_cell *first;  /* line that speaks of it */
    int32_t master;        /* index in w5_lives.master, -1 unknown */
    w5_time boot, end;     /* W5_TIME_NONE: before the log; W5_TIME_MAX: still alive */
    const w5_cell *booted; /* of a silent death: the line that booted the successor */
    const w5_cell *timeout, *killed, *exited, *recycle, *oom, *segfault;
    int signal, code; /* -1: not told */
    bool replaced;    /* its place was filled before a line told of its end */
    uint32_t elder;   /* 1 + index of one that bore a pid like it before (census.c) */
} w5_worker;

typedef enum w5_fate {
    W5_FATE_ALIVE,
    W5_FATE_STOPPED, /* asked to end (TERM, INT, QUIT), or said good-bye */
    W5_FATE_BOOT,    /* its workers could not boot, or it could not bind */
    W5_FATE_DIED,    /* without a word of its own */
} w5_fate;

typedef struct w5_master {
    uint32_t pid, stream;
    size_t log; /* that it writes to: a stream, or streams + lane (census.c) */
    w5_id address[W5_BINDS];
    size_t addresses;
    w5_id version, unit, class; /* class: of its workers, "sync", "gthread", … */
    int major, minor;           /* of gunicorn's version; -1 unknown */
    w5_time from, listen, end,
        last; /* first line, bound, listener gone, last line of it or its workers */
    w5_fate fate;
    const w5_cell *first, *started, *listening, *term, *stop, *reload, *boot_failure, *bind_failure;
    const w5_cell *oom;     /* a worker of it was killed for memory just before it was stopped */
    const w5_cell *sigkill; /* a worker of it died of SIGKILL just before it was stopped */
    size_t crew;            /* workers booted at once at the start; 0 unknown */
    size_t booted, vacant;  /* workers seen to begin; places not filled again */
} w5_master;

/* Nobody listened where somebody had. Inside, refusals need no other explanation. */
typedef struct w5_outage {
    w5_id address;        /* 0: not known */
    w5_id unit;           /* systemd's unit where only its lines tell of it */
    int32_t master, next; /* who went, who came; -1 */
    w5_time from, to;     /* to: W5_TIME_MAX while nobody came */
    w5_fate fate;
    bool certain; /* its beginning is told by a line, not only by the first refusal */
    const w5_cell *begin, *end, *boot_failure;
    const w5_cell *oom; /* the kernel's or systemd's word that memory began it */
    const w5_cell *reboot;
    int32_t moved; /* master that listens elsewhere instead, -1 */
} w5_outage;

typedef struct w5_lives {
    w5_master *master;
    size_t masters;
    w5_worker *worker; /* by end */
    size_t workers;
    w5_outage *outage; /* by begin */
    size_t outages;
} w5_lives;

w5_lives *w5_lives_new(const w5_known *k);

typedef enum w5_reach {
    W5_REACH_NO,
    W5_REACH_UNKNOWN,
    W5_REACH_YES
} w5_reach;
/* Does the master listen where nginx connects? UNKNOWN when one of the two was never told. */
w5_reach w5_master_reaches(const w5_known *k, const w5_master *m, w5_id upstream);
/* Does the application that wrote this line listen there? By the masters of its log and unit. */
w5_reach w5_lives_reach(const w5_known *k, const w5_cell *line, w5_id upstream);
/* Has any master ever listened there? */
bool w5_lives_listened(const w5_known *k, w5_id upstream);
/* First worker whose life ended at or after an instant: index into w5_lives.worker. */
size_t w5_lives_seek(const w5_lives *lives, w5_time end);
const w5_master *w5_worker_master(const w5_lives *lives, const w5_worker *w);

#endif
