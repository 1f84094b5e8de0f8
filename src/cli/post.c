#include "post.h"

#include "say.h"

#include <string.h>
#include <unistd.h>

enum {
    SENDMAIL,
    COMMAND
};

static w5_str sendmail_path(const options *o)
{
    static const char *const places[] = {"/usr/sbin/sendmail", "/usr/lib/sendmail"};
    if (o->given[OPT_SENDMAIL])
        return w5_str_of(options_last(o, OPT_SENDMAIL, ""));
    for (size_t i = 0; i < 2; i++)
        if (access(places[i], X_OK) == 0)
            return w5_str_of(places[i]);
    say("there is no /usr/sbin/sendmail here; install one, for example: apt install msmtp-mta "
        "(to a relay) or apt install postfix");
    return w5_str_of(places[0]);
}

w5_rc post_open(post *p, const options *o, const setup *s, w5_err *err)
{
    static const char *const arguments[] = {"-t", "-oi", NULL};
    const char *outbox = options_last(o, OPT_OUTBOX, "");
    bool sends = strcmp(outbox, "send") == 0, fills = strcmp(outbox, "fill") == 0;
    *p = (post){.setup = s, .address = options_last(o, OPT_MAIL, NULL)};
    p->executes = o->given[OPT_EXEC] > 0;
    if (outbox[0] && !sends && !fills)
        return w5_fail(err, W5_EINVAL, 0, "--outbox: '%s' is none of its words (fill, send)", outbox);
    if (fills && (!p->address || !s->state_file))
        return w5_fail(err, W5_EINVAL, 0, "--outbox fill goes with --mail and --cron or --state");
    if (p->address && strpbrk(p->address, "\r\n"))
        return w5_fail(err, W5_EINVAL, 0, "--mail: there is a line end in the address");
    sends |= p->address && !fills;
    if (!sends && !p->executes)
        return W5_OK;
    char *const **command = W5_NEW_N(s->arena, char *const *, 2);
    command[SENDMAIL] = w5_command_words(s->arena, sends ? sendmail_path(o) : W5_NONE, arguments);
    command[COMMAND] = w5_command_words(s->arena, w5_str_of(options_last(o, OPT_EXEC, "")), NULL);
    if (p->executes && !command[COMMAND][0])
        return w5_fail(err, W5_EINVAL, 0, "--exec: there is no command in it");
    p->courier = w5_courier_start((char *const *const *)command, 2, err);
    return p->courier ? W5_OK : W5_EIO;
}

void post_close(post *p)
{
    while (p->errands.first)
        errands_drop(&p->errands);
    w5_courier_stop(p->courier);
    w5_arena_free(p->letter);
    p->courier = NULL;
    p->letter = NULL;
}

static w5_str mail_id(const post *p, const w5_run *run, const char *what)
{
    const w5_findings *f = run->findings;
    return w5_arena_fmt(p->letter, "%s.%s.%lld@%.*s", what,
                        f->n ? f->at[0]->incident->id : "0",
                        (long long)(run->generated_at / W5_SECOND), W5_ARG(run->host));
}

/* Mails about one incident hang together: all of them answer one id that is made of it. */
static w5_str thread_id(const post *p, const w5_run *run)
{
    if (!run->findings->n)
        return W5_NONE;
    return w5_arena_fmt(p->letter, "incident.%s@%.*s", run->findings->at[0]->incident->id,
                        W5_ARG(run->host));
}

w5_mail post_write(post *p, const w5_run *run)
{
    w5_view view = p->setup->view;
    w5_arena_free(p->letter);
    w5_arena *arena = p->letter = w5_arena_new();
    w5_out *out = w5_out_memory();
    view.mail_to = w5_str_of(p->address);
    view.message_id = mail_id(p, run, "why502");
    view.in_reply_to = thread_id(p, run);
    w5_report_find(W5_STR("mail"))->write(run, &view, out);
    w5_mail mail = {.message_id = view.message_id,
                    .address = view.mail_to,
                    .body = w5_arena_str(arena, w5_out_bytes(out)),
                    .made = run->generated_at};
    w5_out_done(out, NULL);
    return mail;
}

w5_rc post_send(const post *p, const w5_mail *mail, w5_err *err)
{
    w5_err why = {0};
    if (w5_courier_run(p->courier, SENDMAIL, mail->body, &why) >= 0)
        return W5_OK;
    return w5_fail(err, W5_EIO, 0, "the mail to '%.*s' was not handed over: %s",
                   W5_ARG(mail->address), why.text);
}

void post_send_later(post *p, const w5_mail *mail)
{
    if (!errands_add(&p->errands, SENDMAIL, mail->message_id, mail->body))
        say("--mail: more than %d mails and commands wait; one was left out", ERRANDS_MAX);
}

bool post_has_mails(const post *p)
{
    for (const errand *e = p->errands.first; e; e = e->next)
        if (e->command == SENDMAIL)
            return true;
    return false;
}

static void tell_failure(const post *p, const errand *e, const w5_err *err)
{
    if (e->command == SENDMAIL)
        say("the mail to '%s' was not handed over: %s", p->address, err->text);
    else
        say_failure(W5_STR("--exec"), err);
}

bool post_turn(post *p, w5_time patience)
{
    w5_err err = {0};
    while (!p->mailed.message_id.len) {
        w5_rc rc = errands_turn(&p->errands, p->courier, patience, &err);
        const errand *e = p->errands.first;
        if (rc == W5_WAIT)
            return false;
        if (rc < 0)
            tell_failure(p, e, &err);
        if (e->command == SENDMAIL) {
            p->mailed.message_id = e->subject;
            p->mailed.taken = rc >= 0;
        } else {
            errands_drop(&p->errands);
        }
    }
    return true;
}

void post_settle(post *p)
{
    if (p->mailed.message_id.len)
        errands_drop(&p->errands);
    p->mailed.message_id = W5_NONE;
}

static void execute(post *p, w5_str news)
{
    w5_err err = {0};
    if (p->waits_not && !errands_add(&p->errands, COMMAND, W5_NONE, news))
        say("--exec: more than %d mails and commands wait; one was left out", ERRANDS_MAX);
    if (!p->waits_not && w5_courier_run(p->courier, COMMAND, news, &err) < 0)
        say_failure(W5_STR("--exec"), &err);
}

void post_news(void *context, const char *what, const w5_diagnosis *d, const w5_run *run)
{
    post *p = context;
    if (!p->executes || (strcmp(what, "opened") != 0 && strcmp(what, "over") != 0))
        return;
    w5_out *out = w5_out_memory();
    w5_report_live(out, what, d, run, &p->setup->view, true);
    execute(p, w5_out_bytes(out));
    w5_out_done(out, NULL);
}
