/* errands.h -- mails and commands that a courier runs one after the other while the logs are read on.
 *
 * A sendmail may take half a minute; a line is told within a second all the same. Owns what it was
 * given to hand over. */
#ifndef W5_CLI_ERRANDS_H
#define W5_CLI_ERRANDS_H

#include <why502/deliver.h>

#define ERRANDS_MAX 256

typedef struct errand {
    struct errand *next;
    size_t command;
    w5_str subject; /* of a mail its id */
    w5_str input;
} errand;

typedef struct errands {
    errand *first, *last;
    size_t n;
    bool under_way; /* the first was handed over */
} errands;

/* False: too many wait already. */
bool errands_add(errands *all, size_t command, w5_str subject, w5_str input);
/* W5_WAIT: nothing has ended within `patience`, or nothing is to do; else the first has ended, well or
 * not, and wants to be dropped. */
w5_rc errands_turn(errands *all, w5_courier *c, w5_time patience, w5_err *err);
void errands_drop(errands *all); /* the first */

#endif
