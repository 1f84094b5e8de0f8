/* cmd_diagnose.c -- what why502 does without a sub-command. */
#include "commands.h"
#include "deliverable.h"
#include "dry.h"
#include "host.h"
#include "live.h"
#include "memory.h"
#include "news.h"
#include "outbox.h"
#include "post.h"
#include "progress.h"
#include "say.h"
#include "setup.h"
#include "signals.h"
#include "standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct session {
    const options *o;
    setup s;
    deliverable d;
    w5_event_log *events; /* -o events */
    w5_engine *engine;
    live live;
    keeper keeper;
    bool is_live;
    memory memory;
    post post;
    told_list mailed;  /* by a live run without a state */
    told_list written; /* of a live run that mails */
    told_list before;  /* what the state knew at the beginning */
    w5_mail mail; /* body "": none */
    const w5_run *run; /* the last */
    progress progress;
    bool silent; /* nothing is new */
    bool failed; /* there is no report: what stood in the output file stays */
    bool partial; /* interrupted, and told all the same */
    bool own;  /* this host's logs were asked for */
    host host; /* what of them was found */
} session;

static void put_event(void *context, const w5_event *event)
{
    session *it = context;
    if (it->memory.state && !it->memory.reading)
        return; /* an earlier run has told it */
    if (it->memory.state)
        memory_keep(&it->memory, event);
    bool tells = event->klass || event->record->told.len > 0 ||
                 event->record->have >> W5_F_worker_class & 1;
    if (it->events && (tells || it->s.view.verbose))
        w5_event_log_put(it->events, event);
}

static bool go_on(void *context, const w5_engine *e)
{
    session *it = context;
    (void)e;
    progress_tell(&it->progress, it->engine);
    return signals_came() == 0;
}

/* "expalin x" is a file to us, and so is "nginx-eror:error.log": who meant something else is told. */
static void tell_nearest(const session *it, w5_str name)
{
    static const char *const commands[] = {"explain", "list", "demo", "catalogue"};
    w5_str prefix;
    char word[32];
    if (w5_str_cut(name, ':', &prefix, &name)) {
        w5_str near = w5_catalogue_nearest(it->s.catalogue, prefix);
        if (w5_format_find(near))
            say("did you mean '%.*s:%.*s'?", W5_ARG(near), W5_ARG(name));
        return;
    }
    snprintf(word, sizeof(word), "%.*s", W5_ARG(name));
    const char *near = options_nearest(word, commands, 4);
    if (near && strlen(word) >= 3 && !strpbrk(word, "./"))
        say("did you mean 'why502 %s'?", near);
}

static int tell_troubles(const session *it, const w5_run *run)
{
    int status = EXIT_FINE;
    for (size_t i = 0; i < run->troubles; i++) {
        const w5_run_source *s = &run->trouble[i];
        if (s->duplicate_of != UINT32_MAX) {
            say("%.*s: the same log as another source; it was read once", W5_ARG(s->name));
            continue;
        }
        if (w5_str_find(s->error, s->name, &(size_t){0}))
            say("%.*s", W5_ARG(s->error));
        else
            say("%.*s: %.*s", W5_ARG(s->name), W5_ARG(s->error));
        if (w5_str_find(s->error, W5_STR("No such file"), &(size_t){0}))
            tell_nearest(it, s->name);
        status = EXIT_INPUT;
    }
    return status;
}

/* A costly expression of the user's own; a hostile line may bring one of ours there, too. */
static void tell_limits(const w5_run *run)
{
    for (size_t i = 0; i < run->limits; i++) {
        const w5_pattern *p = run->limit[i].pattern;
        say("pattern '%.*s' (%.*s:%u) was given up at its limits on %ju lines", W5_ARG(p->id),
            W5_ARG(p->stanza->file), p->stanza->line, (uintmax_t)run->limit[i].count);
    }
}

/* Nobody named the units that a host may have; one that it has not is no fault. */
static void pass_over_absent(session *it)
{
    w5_sources *sources = w5_engine_sources(it->engine);
    w5_source *last = w5_sources_at(sources, w5_sources_count(sources) - 1);
    if (last->absent)
        last->error = (w5_err){0};
}

static w5_rc add_sources(session *it, w5_err *err)
{
    w5_rc rc = W5_OK;
    for (size_t i = 0; rc >= 0 && i < it->o->operands; i++)
        rc = w5_engine_add(it->engine, it->o->operand[i], err);
    for (size_t i = 0; rc >= 0 && i < it->host.sources; i++) {
        rc = w5_engine_add(it->engine, it->host.source[i], err);
        if (rc >= 0 && i >= it->o->given[OPT_UNIT])
            pass_over_absent(it);
    }
    if (rc >= 0 && it->o->operands == 0 && !it->own)
        rc = w5_engine_add(it->engine, "-", err);
    return rc;
}

static bool same_file(const struct stat *st, const char *path)
{
    struct stat other;
    return stat(path, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* The report would take the place of a log. */
static w5_rc spare_sources(const session *it, w5_err *err)
{
    const char *path = it->s.output_file;
    w5_sources *all = w5_engine_sources(it->engine);
    struct stat st;
    if (!path || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return W5_OK;
    bool read = false;
    for (size_t i = 0; i < it->o->operands && !read; i++)
        read = same_file(&st, it->o->operand[i]);
    for (size_t i = 0; i < w5_sources_count(all) && !read; i++) {
        const w5_identity *is = &w5_sources_at(all, i)->identity;
        read = is->device == st.st_dev && is->inode == st.st_ino;
    }
    return read ? w5_fail(err, W5_EINVAL, 0, "--output-file: '%s' is a log that is read here", path)
                : W5_OK;
}

/* A pipe may be alive; a file ends. */
static bool has_pipe(w5_sources *sources)
{
    for (size_t i = 0; i < w5_sources_count(sources); i++)
        if (w5_str_eq(w5_sources_at(sources, i)->kind, W5_STR("pipe")) &&
            !w5_sources_at(sources, i)->done && !w5_sources_at(sources, i)->size)
            return true;
    return false;
}

/* Mails and lines are told at different times: each has a list of its own, and of the two the mails'
 * is kept in the state. */
static void choose_memory(session *it)
{
    live *l = &it->live;
    told_list *known = it->memory.state ? &it->memory.told : &it->mailed;
    told_copy(&it->before, &it->memory.told);
    told_copy(&it->written, &it->memory.told);
    l->told = it->memory.state && !it->post.address ? known : &it->written;
    it->keeper = keeper_begin(&it->memory, &it->post, known);
    if (it->memory.state || it->post.address)
        l->keeper = &it->keeper;
}

static void choose_life(session *it)
{
    live *l = &it->live;
    const char *output = options_last(it->o, OPT_OUTPUT, "text");
    bool text = strcmp(output, "text") == 0;
    bool json = strcmp(output, "json") == 0;
    bool follow = it->s.engine.follow;
    *l = (live){.setup = &it->s,
                .engine = it->engine,
                .out = &it->d,
                .bar = &it->progress,
                .post = &it->post,
                .follow = follow};
    l->json = follow && json;
    l->rewrites = follow && it->s.report && !json && it->s.output_file && it->d.temporary[0];
    l->lines = (text && !it->s.output_file) || l->json;
    it->is_live = follow || has_pipe(w5_engine_sources(it->engine));
    it->post.waits_not = it->is_live;
    if (it->is_live)
        foot_begin(&l->foot, it->o, &it->s);
    choose_memory(it);
}

/* Everything that was held back comes out: half a line, a record that might have gone on. Who writes
 * without end is not read to the end: whoever sent the signal waits. */
static w5_rc drain(session *it, w5_err *err)
{
    w5_rc rc;
    w5_time end = w5_monotonic() + W5_SECOND;
    w5_sources_stop(w5_engine_sources(it->engine));
    do
        rc = w5_engine_turn(it->engine, 0, err);
    while (rc == W5_OK && w5_monotonic() < end);
    w5_engine_settle(it->engine);
    return rc < 0 ? rc : W5_OK;
}

static w5_rc read_all(session *it, w5_err *err)
{
    if (!it->is_live)
        return w5_engine_read(it->engine, err);
    w5_rc rc = live_read(&it->live, err);
    if (rc >= 0 && it->live.clocked)
        rc = drain(it, err);
    while (rc >= 0 && (post_turn(&it->post, W5_COURIER_PATIENCE) || it->post.errands.first))
        keeper_settle(&it->keeper);
    bool clock = it->live.clocked || it->live.ended; /* what was told stays true */
    w5_engine_clock(it->engine, clock ? w5_now() : W5_TIME_NONE);
    return rc;
}

static void write_report(session *it, const w5_run *run)
{
    if (it->events)
        w5_event_log_end(it->events, run);
    else if (it->live.json)
        w5_report_live(it->d.out, "summary", NULL, run, &it->s.view, true);
    else if (it->s.report)
        it->s.report->write(run, &it->s.view, it->d.out);
}

/* --exec of a run that ends: what opened and what is over. */
static void execute(session *it, const w5_run *news)
{
    for (size_t i = 0; i < news->findings->n; i++) {
        const char *word = news->change ? news->change[i] : "new";
        post_news(&it->post, strcmp(word, "new") == 0 ? "opened" : word, news->findings->at[i], news);
    }
}

static void tell_all(session *it, const w5_run *run)
{
    if (!it->is_live)
        execute(it, run);
    if (it->post.address && it->keeper.mails)
        it->mail = keeper_last_mail(&it->keeper, run);
    else if (it->post.address)
        it->mail = post_write(&it->post, run);
    if (!it->post.address || it->s.output_file || it->s.engine.follow)
        write_report(it, run);
}

/* What a live run has told already is in its summary all the same. */
static w5_run news_for_report(session *it, const w5_run *run)
{
    return news_take(run, it->is_live ? &it->before : &it->memory.told, it->s.arena);
}

/* With a state the news alone; from cron not a byte when there are none. */
static void tell_news_alone(session *it, const w5_run *run)
{
    w5_run counted = memory_count(&it->memory, run);
    w5_run news = news_for_report(it, &counted);
    bool metrics = it->s.report && w5_str_eq(w5_str_of(it->s.report->name), W5_STR("metrics"));
    it->silent = it->o->given[OPT_CRON] && news.findings->n == 0 && !metrics;
    if (!it->is_live)
        execute(it, &news);
    if (!it->silent && (!it->post.address || it->s.output_file || it->s.engine.follow))
        write_report(it, metrics ? &counted : &news);
    if (it->post.address && it->is_live)
        it->mail = keeper_last_mail(&it->keeper, run);
    else if (it->post.address && news.findings->n > 0)
        it->mail = post_write(&it->post, &news);
    if (it->mail.body.len)
        w5_state_add_mail(it->memory.state, &it->mail);
}

/* With a state the mails of earlier runs, too. */
static int send_mails(session *it)
{
    w5_err err = {0};
    if (!it->post.courier || !it->post.address)
        return EXIT_FINE;
    if (it->memory.state)
        return outbox_send(it->memory.state, &it->post);
    if (!it->mail.body.len || post_send(&it->post, &it->mail, &err) >= 0)
        return EXIT_FINE;
    say_failure(W5_NONE, &err);
    return EXIT_OUTPUT;
}

/* Who waits at a terminal is told what is known so far. What lasts -- a file, a mail, a state -- keeps
 * what it had. */
static int cut_short(session *it)
{
    it->partial = !it->s.output_file && !it->memory.state && !it->post.address &&
                  !it->o->given[OPT_DRY_RUN];
    if (it->partial) {
        w5_progress how = w5_engine_progress(it->engine);
        progress_cut(&how);
        write_report(it, w5_engine_run(it->engine));
    }
    return EXIT_SIGNAL + signals_came();
}

/* No sandbox is no failure, unless it is required: then the failure is told. */
static void tell_sandbox(const session *it)
{
    if (it->o->given[OPT_VERBOSE] && strcmp(w5_guard_word(), "landlock+seccomp") != 0)
        say("sandbox: %s", w5_guard_word());
}

static int read_and_report(session *it)
{
    w5_err err = {0};
    int status = it->s.status;
    w5_rc rc = add_sources(it, &err);
    if (rc >= 0 && it->memory.state)
        memory_recall(&it->memory, it->engine);
    if (rc >= 0)
        rc = spare_sources(it, &err);
    choose_life(it);
    standing_ground(&it->s, w5_engine_sources(it->engine));
    if (rc >= 0)
        rc = w5_guard_close(&it->s.engine.guard, &err);
    if (rc >= 0)
        tell_sandbox(it);
    if (rc >= 0)
        rc = read_all(it, &err);
    progress_end(&it->progress);
    if (rc < 0) {
        it->failed = true;
        say_failure(W5_NONE, &err);
        return exit_worse(status, exit_of(rc));
    }
    if (signals_came() && !it->is_live)
        return cut_short(it);
    if (it->live.gone)
        return status;
    if (it->o->given[OPT_DRY_RUN]) {
        dry_tell(&it->s, w5_engine_sources(it->engine), w5_engine_run(it->engine), it->d.out);
        return status;
    }
    if (it->memory.state)
        w5_engine_clock(it->engine, w5_now());
    const w5_run *run = w5_engine_run(it->engine);
    if (it->memory.state)
        tell_news_alone(it, run);
    else
        tell_all(it, run);
    it->run = run;
    status = exit_worse(status, tell_troubles(it, run));
    if (!it->silent)
        tell_limits(run);
    if (it->o->given[OPT_EXIT_CODE] && run->findings->status == W5_SEVERITY_ERROR)
        status = exit_worse(status, EXIT_INCIDENT);
    return status;
}

/* What a ledger tells is all of it, but with a state only what is new is told, and a follower tells it
 * at once. */
static bool folds(const session *it)
{
    return it->o->given[OPT_FOLD] && !it->s.report && !it->memory.state && !it->s.engine.follow;
}

static void open_events(session *it)
{
    it->events =
        w5_event_log_new(it->d.out, &it->s.view, w5_engine_host(it->engine), folds(it));
    w5_event_log_window(it->events, it->s.engine.since, it->s.engine.until);
}

static int run_session(session *it)
{
    w5_err err = {0};
    it->s.engine.context = it;
    it->s.engine.progress = go_on;
    it->s.engine.all_fields = it->s.engine.all_fields && !folds(it);
    if ((!it->s.report && !folds(it)) || it->memory.state)
        it->s.engine.event = put_event;
    it->engine = w5_engine_new(it->s.catalogue, it->s.config, &it->s.engine);
    if (!it->s.report)
        open_events(it);
    int status = read_and_report(it);
    w5_event_log_free(it->events);
    if ((status > EXIT_SIGNAL && !it->partial) || it->silent || it->failed) {
        deliverable_drop(&it->d);
    } else if (deliverable_finish(&it->d, &err) < 0) {
        say_failure(W5_NONE, &err);
        status = exit_worse(status, EXIT_OUTPUT);
    }
    bool out = it->run && status < EXIT_SIGNAL && status != EXIT_OUTPUT && status != EXIT_USAGE;
    status = exit_worse(status, it->keeper.status);
    if (it->memory.state && out && memory_save(&it->memory, it->run, &err) < 0) {
        say_failure(W5_NONE, &err);
        status = exit_worse(status, EXIT_OUTPUT);
        out = false;
    }
    if (out)
        status = exit_worse(status, send_mails(it));
    w5_engine_free(it->engine);
    return status;
}

/* Which logs, which configuration, since when. */
static void find_sources(session *it)
{
    const options *o = it->o;
    it->own = host_is_meant(o);
    host_find(&it->host, o, it->own, it->s.arena);
    setup_config(&it->s, o, it->host.config, it->host.configs);
    if (!it->own)
        return;
    if (!o->given[OPT_CRON] || it->host.denials)
        host_tell(&it->host);
    if (it->s.engine.since == W5_TIME_NONE && it->s.engine.until == W5_TIME_NONE)
        it->s.engine.since = w5_now() - W5_DAY;
    if (it->host.denials)
        it->s.status = exit_worse(it->s.status, EXIT_INPUT);
}

/* Before anything is written: a run that may not go on leaves no trace. */
static int open_memory(session *it, w5_err *err)
{
    if ((!it->o->given[OPT_CRON] && !it->o->given[OPT_STATE]) || it->o->given[OPT_DRY_RUN])
        return EXIT_FINE;
    w5_rc rc = memory_open(&it->memory, it->o, &it->s, err);
    if (rc == W5_MISS) {
        say_failure(W5_NONE, err);
        it->s.status = exit_worse(it->s.status, EXIT_INPUT);
    }
    return rc >= 0 ? EXIT_FINE : rc == W5_EBUSY ? EXIT_BUSY : rc == W5_ENOTSUP ? EXIT_USAGE
                                                                               : EXIT_OUTPUT;
}

int cmd_diagnose(const options *o)
{
    session it = {.o = o};
    w5_err err = {0};
    if (o->given[OPT_DRY_RUN] && o->given[OPT_MAIL])
        return cmd_demo(o);
    if (strcmp(options_last(o, OPT_OUTBOX, ""), "send") == 0)
        return cmd_outbox(o);
    signals_watch();
    int status = EXIT_USAGE;
    if (setup_make(&it.s, o, &err) >= 0) {
        status = progress_begin(&it.progress, o, &err) < 0 ? EXIT_USAGE : EXIT_FINE;
        if (status == EXIT_FINE) {
            find_sources(&it);
            status = open_memory(&it, &err);
        }
        if (status == EXIT_FINE && post_open(&it.post, o, &it.s, &err) < 0)
            status = exit_of(err.code) == EXIT_USAGE ? EXIT_USAGE : EXIT_OUTPUT;
        if (status == EXIT_FINE)
            status = deliverable_open(&it.d, it.s.output_file, &err) < 0 ? EXIT_OUTPUT : EXIT_FINE;
    }
    if (status == EXIT_FINE)
        status = run_session(&it);
    else
        say_failure(W5_NONE, &err);
    told_done(&it.mailed);
    told_done(&it.written);
    told_done(&it.before);
    post_close(&it.post);
    memory_close(&it.memory);
    setup_free(&it.s);
    return status;
}
