/* post.h -- mails and commands of a run (--mail, --exec), through a courier. */
#ifndef W5_CLI_POST_H
#define W5_CLI_POST_H

#include "errands.h"
#include "options.h"
#include "setup.h"

#include <why502/deliver.h>
#include <why502/state.h>

typedef struct post {
    w5_courier *courier; /* NULL: nothing is handed over by this run */
    const setup *setup;
    const char *address; /* NULL: no mail */
    w5_arena *letter;    /* of the last post_write */
    bool executes;
    bool waits_not;  /* a live run: what is to be done is done while it reads on */
    errands errands;
    struct {
        w5_str message_id; /* "": no mail has ended that nobody asked for yet */
        bool taken;
    } mailed;
} post;

/* Before the sandbox closes. */
w5_rc post_open(post *p, const options *o, const setup *s, w5_err *err);
void post_close(post *p);
/* The report of a run as a mail; valid until the next one. */
w5_mail post_write(post *p, const w5_run *run);
/* Hands a mail over. W5_EIO. */
w5_rc post_send(const post *p, const w5_mail *mail, w5_err *err);
/* The same while the run goes on. What became of it is told in `mailed`. */
void post_send_later(post *p, const w5_mail *mail);
/* Tells failures of what was done meanwhile. True when a mail waits in `mailed`: until post_settle
 * nothing else is begun. */
bool post_turn(post *p, w5_time patience);
void post_settle(post *p);
bool post_has_mails(const post *p);
/* --exec: tells a failure and goes on. */
void post_news(void *context, const char *what, const w5_diagnosis *d, const w5_run *run);

#endif
