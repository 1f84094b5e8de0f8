/* lanes.h -- one incident as parallel lanes over time: what failed, what was answered, and what
 * happened meanwhile to the application, the database, the machine and nginx.
 *
 * The same for every report that draws it; how it is drawn is theirs. Lives in the show's arena. */
#ifndef W5_REPORT_LANES_H
#define W5_REPORT_LANES_H

#include "common.h"

typedef struct w5_sign { /* a kind of life event as it is drawn */
    const char *kind;
    char letter;       /* in characters */
    const char *rune;  /* the same where more than ASCII may be used, NULL: the letter */
    const char *words; /* for the legend; a msgid */
    int weight; /* the weightiest of a column is drawn; 0: only when it is about to be alone */
} w5_sign;

typedef enum w5_track {
    W5_TRACK_APP,
    W5_TRACK_DB,
    W5_TRACK_SYSTEM,
    W5_TRACK_NGINX,
    W5_TRACKS
} w5_track;

typedef struct w5_mark_at { /* one event */
    const w5_cell *cell;
    const w5_sign *sign;
    w5_time until; /* of a query: its end */
} w5_mark_at;

typedef struct w5_lanes {
    w5_time from, span; /* of the first column; of each */
    size_t columns;
    uint64_t *failed, *answered;
    uint64_t failed_sum, answered_sum, peak; /* peak: most failures in a column */
    w5_time last_answer;                     /* inside the window, W5_TIME_NONE */
    bool traffic; /* an access log covers it, so that "answered" says something */
    struct {
        w5_str name;          /* translated: "gunicorn", "db" … */
        const w5_sign **sign; /* per column, NULL: nothing */
        w5_mark_at *mark;
        size_t marks;
    } track[W5_TRACKS];
} w5_lanes;

/* At most `columns` columns. The window begins and ends a little outside the incident where causes
 * of it stand there. */
w5_lanes *w5_lanes_of(const w5_show *show, const w5_diagnosis *d, size_t columns);
/* Adds `count` to the columns between two instants, evenly. */
void w5_lanes_spread(const w5_lanes *l, uint64_t *columns, w5_time at, w5_time until,
                     uint64_t count);
const w5_sign *w5_sign_of(w5_str kind, w5_track *track);

#endif
