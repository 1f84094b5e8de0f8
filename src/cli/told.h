/* told.h -- what was told of each incident, so that only news are.
 *
 * Enters the findings of a run, leaves news in the order of time: an incident opened, its cause is
 * another or surer one, it is three times as large as when it was last told, it is over. Live runs
 * keep this in memory, runs with a state in the database. */
#ifndef W5_CLI_TOLD_H
#define W5_CLI_TOLD_H

#include <why502/diagnosis.h>
#include <why502/state.h>

typedef w5_told told;

typedef struct told_list {
    told *at;
    size_t n, room;
} told_list;

/* "opened", "worse", "cause", "over" */
typedef void (*tell_news)(void *context, const char *what, const w5_diagnosis *d);

void told_news(told_list *list, const w5_findings *f, tell_news tell, void *context);
/* Nobody needs to be told of incidents that ended before. */
void told_forget(told_list *list, w5_time before);
/* When the first incident that is going on will have been silent for `gap`; W5_TIME_MAX: none. */
w5_time told_due(const told_list *list, w5_time gap);
told *told_add(told_list *list);
void told_copy(told_list *to, const told_list *from);
void told_done(told_list *list);

#endif
