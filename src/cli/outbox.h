/* outbox.h -- mails that a state keeps until they are taken. */
#ifndef W5_CLI_OUTBOX_H
#define W5_CLI_OUTBOX_H

#include "post.h"

/* Hands over every mail of the state; each is marked before and leaves when it was taken, so that one
 * that may have left already says so when it comes again. The exit status; failures are told. */
int outbox_send(w5_state *state, const post *p);
/* The same while the run goes on: they leave when the state was saved and post_turn is called. */
void outbox_send_later(w5_state *state, post *p);
/* why502 --outbox send: hands over what waits, and reads no log. */
int cmd_outbox(const options *o);

#endif
