/* keeper.h -- what a live run does besides telling: it remembers, and it writes mails.
 *
 * A mail waits some seconds for the news that follow the first (most causes become clear then), and
 * there is at most one a minute. What the state calls told is what the mails have told, where there
 * are mails, else what was written. */
#ifndef W5_CLI_KEEPER_H
#define W5_CLI_KEEPER_H

#include "memory.h"
#include "post.h"

typedef struct keeper {
    memory *memory; /* its state is NULL: nothing is remembered */
    post *post;
    told_list *told; /* what the mails have told */
    bool news;       /* somebody was told something since the last mail */
    w5_time due;     /* on the wall clock: the next mail; W5_TIME_MAX: none */
    w5_time last;    /* when the last mail left */
    size_t mails;
    int status; /* exit status of what failed */
} keeper;

keeper keeper_begin(memory *m, post *p, told_list *mailed);
/* Something was told. */
void keeper_note(keeper *k);
/* When it wants to keep next, by the wall clock. */
w5_time keeper_due(const keeper *k);
/* What a mail of this run that has ended, well or not, means for the state. */
void keeper_settle(keeper *k);
/* Everything that was read is in `run`, everything that was to be written is out. W5_EIO: the state
 * could not be saved. */
w5_rc keeper_keep(keeper *k, const w5_run *run, w5_err *err);
/* The mail about what no mail has told; body "": there is nothing new. */
w5_mail keeper_last_mail(keeper *k, const w5_run *run);

#endif
