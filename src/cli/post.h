/* post.h -- mails and commands of a run (--mail, --exec), through a courier. */
#ifndef W5_CLI_POST_H
#define W5_CLI_POST_H

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
} post;

/* Before the sandbox closes. */
w5_rc post_open(post *p, const options *o, const setup *s, w5_err *err);
void post_close(post *p);
/* The report of a run as a mail; valid until the next one. */
w5_mail post_write(post *p, const w5_run *run);
/* Hands a mail over. W5_EIO. */
w5_rc post_send(const post *p, const w5_mail *mail, w5_err *err);
/* --exec: tells a failure and goes on. */
void post_news(void *context, const char *what, const w5_diagnosis *d, const w5_run *run);

#endif
