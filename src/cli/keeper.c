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

w5_time keeper_due(const keeper *k)
{
    return k->post->mailed.message_id.len ? 0 : k->due;
}

void keeper_settle(keeper *k)
{
    w5_state *state = k->memory->state;
    w5_str id = k->post->mailed.message_id;
    bool taken = k->post->mailed.taken;
    w5_time again = w5_now() + AGAIN;
    if (!id.len)
        return;
    if (state && taken)
        w5_state_drop_mail(state, id);
    else if (state)
        w5_state_try_mail(state, id, false); /* it certainly did not leave */
    else if (!taken)
        k->status = EXIT_OUTPUT;
    if (state && !taken && k->due > again)
        k->due = again;
    post_settle(k->post);
}

/* Of a run with a state it is kept there until it was handed over. */
static void mail_what_is_new(keeper *k, const w5_run *run)
{
    w5_state *state = k->memory->state;
    w5_mail mail = keeper_last_mail(k, run);
    k->news = false;
    k->due = W5_TIME_MAX;
    k->last = w5_now();
    if (state && mail.body.len)
        w5_state_add_mail(state, &mail);
    if (state && k->post->courier)
        outbox_send_later(state, k->post);
    else if (!state && mail.body.len)
        post_send_later(k->post, &mail);
}

w5_rc keeper_keep(keeper *k, const w5_run *run, w5_err *err)
{
    keeper_settle(k);
    if (k->post->address && w5_now() >= k->due && !post_has_mails(k->post))
        mail_what_is_new(k, run);
    return k->memory->state ? memory_save(k->memory, run, err) : W5_OK;
}
