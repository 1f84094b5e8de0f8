#include "keeper.h"

#include "news.h"
#include "outbox.h"
#include "say.h"

#define COLLECT (5 * W5_SECOND) /* news that come together */
#define APART   W5_MINUTE       /* two mails */
#define AGAIN   (10 * W5_MINUTE) /* a mail that was not taken */

keeper keeper_begin(memory *m, post *p, told_list *mailed)
{
    return (keeper){.memory = m,
                    .post = p,
                    .told = mailed,
                    .due = W5_TIME_MAX,
                    .last = W5_TIME_NONE,
                    .status = EXIT_FINE};
}

void keeper_note(keeper *k)
{
    w5_time soonest = w5_now() + COLLECT;
    if (!k->post->address || k->news)
        return;
    k->news = true;
    k->due = k->last != W5_TIME_NONE && k->last + APART > soonest ? k->last + APART : soonest;
}

w5_mail keeper_last_mail(keeper *k, const w5_run *run)
{
    w5_mail mail = {0};
    w5_arena *arena = w5_arena_new();
    w5_run counted = k->memory->state ? memory_count(k->memory, run) : *run;
    w5_run news = news_take(&counted, k->told, arena);
    if (news.findings->n > 0)
        mail = post_write(k->post, &news);
    w5_arena_free(arena);
    k->mails += mail.body.len > 0;
    return mail;
}

static void send_alone(keeper *k, const w5_mail *mail)
{
    w5_err err = {0};
    if (post_send(k->post, mail, &err) >= 0)
        return;
    say_failure(W5_NONE, &err);
    k->status = EXIT_OUTPUT;
}

/* Kept with the mail inside, then handed over, then kept without it. */
static w5_rc mail_what_is_new(keeper *k, const w5_run *run, w5_err *err)
{
    w5_rc rc = W5_OK;
    w5_mail mail = keeper_last_mail(k, run);
    k->news = false;
    k->due = W5_TIME_MAX;
    k->last = w5_now();
    if (!k->memory->state && mail.body.len)
        send_alone(k, &mail);
    if (!k->memory->state)
        return rc;
    if (mail.body.len)
        w5_state_add_mail(k->memory->state, &mail);
    rc = memory_save(k->memory, run, err);
    if (rc >= 0 && k->post->courier && outbox_send(k->memory->state, k->post) != EXIT_FINE)
        k->due = k->last + AGAIN;
    return rc;
}

w5_rc keeper_keep(keeper *k, const w5_run *run, w5_err *err)
{
    if (k->post->address && w5_now() >= k->due)
        return mail_what_is_new(k, run, err);
    return k->memory->state ? memory_save(k->memory, run, err) : W5_OK;
}
