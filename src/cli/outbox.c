#include "outbox.h"

#include "memory.h"
#include "say.h"

#include <string.h>

/* Behind the head of the first part of its kind, before its text. Both sentences are fit for
 * quoted-printable as they stand. */
static const struct {
    const char *type, *behind, *words;
} notes[] = {
    {"Content-Type: text/plain", "\n\n",
     "Repeat: an earlier run may have sent this mail already (same Message-ID).\n\n"},
    {"Content-Type: text/html", "<body>\n",
     "<p>Repeat: an earlier run may have sent this mail already.</p>\n"},
};

static w5_str with_note(w5_arena *arena, w5_str body, size_t i)
{
    const char *part = memmem(body.ptr, body.len, notes[i].type, strlen(notes[i].type));
    size_t left = part ? (size_t)(body.ptr + body.len - part) : 0;
    const char *at = part ? memmem(part, left, notes[i].behind, strlen(notes[i].behind)) : NULL;
    if (!at)
        return body;
    size_t before = (size_t)(at - body.ptr) + strlen(notes[i].behind);
    return w5_arena_fmt(arena, "%.*s%s%.*s", (int)before, body.ptr, notes[i].words,
                        (int)(body.len - before), body.ptr + before);
}

static w5_mail to_send(const w5_mail *mail, w5_arena *arena)
{
    w5_mail sent = *mail;
    for (size_t i = 0; mail->tried && i < sizeof(notes) / sizeof(notes[0]); i++)
        sent.body = with_note(arena, sent.body, i);
    return sent;
}

static int send_one(w5_state *state, const post *p, const w5_mail *mail, w5_arena *arena)
{
    w5_err err = {0};
    w5_mail sent = to_send(mail, arena);
    w5_rc rc = post_send(p, &sent, &err);
    if (rc >= 0)
        w5_state_drop_mail(state, mail->message_id);
    else
        w5_state_try_mail(state, mail->message_id, false); /* it certainly did not leave */
    if (w5_state_save(state, w5_now(), rc < 0 ? NULL : &err) < 0)
        rc = W5_EIO;
    if (rc >= 0)
        return EXIT_FINE;
    say_failure(W5_NONE, &err);
    return EXIT_OUTPUT;
}

/* The rows of the state change with each save. From now on each may have left. */
static w5_mail *take_mails(w5_state *state, w5_arena *arena, size_t *n)
{
    const w5_mail *all;
    *n = w5_state_mails(state, &all);
    w5_mail *mails = W5_NEW_N(arena, w5_mail, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        mails[i] = all[i];
        mails[i].message_id = w5_arena_str(arena, all[i].message_id);
        mails[i].body = w5_arena_str(arena, all[i].body);
        mails[i].address = w5_arena_str(arena, all[i].address);
    }
    for (size_t i = 0; i < *n; i++)
        w5_state_try_mail(state, mails[i].message_id, true);
    return mails;
}

int outbox_send(w5_state *state, const post *p)
{
    w5_arena *arena = w5_arena_new();
    size_t n;
    const w5_mail *mails = take_mails(state, arena, &n);
    w5_err err = {0};
    int status = EXIT_FINE;
    if (n > 0 && w5_state_save(state, w5_now(), &err) < 0) {
        say_failure(W5_NONE, &err);
        status = EXIT_OUTPUT;
    }
    for (size_t i = 0; i < n && status == EXIT_FINE; i++)
        status = send_one(state, p, &mails[i], arena);
    w5_arena_free(arena);
    return status;
}

void outbox_send_later(w5_state *state, post *p)
{
    w5_arena *arena = w5_arena_new();
    size_t n;
    const w5_mail *mails = take_mails(state, arena, &n);
    for (size_t i = 0; i < n; i++) {
        w5_mail sent = to_send(&mails[i], arena);
        post_send_later(p, &sent);
    }
    w5_arena_free(arena);
}

int cmd_outbox(const options *o)
{
    setup s;
    post p = {0};
    memory m = {0};
    w5_err err = {0};
    int status = EXIT_USAGE;
    w5_rc rc = setup_make(&s, o, &err);
    if (rc >= 0 && o->operands)
        rc = w5_fail(&err, W5_EINVAL, 0, "--outbox send reads no log");
    if (rc >= 0) {
        rc = memory_open(&m, o, &s, &err);
        status = rc == W5_EBUSY ? EXIT_BUSY : EXIT_OUTPUT;
    }
    if (rc >= 0)
        rc = post_open(&p, o, &s, &err);
    if (rc >= 0)
        status = outbox_send(m.state, &p);
    if (err.code)
        say_failure(W5_NONE, &err);
    post_close(&p);
    memory_close(&m);
    setup_free(&s);
    return status;
}
