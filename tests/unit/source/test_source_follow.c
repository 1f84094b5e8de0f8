#include "source/source_follow.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "gzip.h"
#include "source/identity.h"
#include "scene.h"

static void follow(scene *s, bool poll_only)
{
    start(s, (w5_source_options){
                 .follow = true, .poll = poll_only, .since = W5_TIME_NONE, .until = W5_TIME_NONE});
}

/* Reads until `want` came, or for `patience`. */
static void comes(scene *s, const char *want, w5_time patience)
{
    w5_time deadline = w5_monotonic() + patience;
    size_t len = strlen(want);
    while (s->len < len && w5_monotonic() < deadline)
        read_block(s, W5_SECOND / 10);
    assert_str(((w5_str){s->text, s->len}), w5_str_of(want));
    s->len = 0;
}

/* Nothing comes for a moment. */
static void silence(scene *s)
{
    assert_int_equal(read_block(s, W5_SECOND / 4), W5_WAIT);
}

static void what_is_there_and_what_is_appended(void **state)
{
    scene *s = *state;
    put(s, "a.log", "one\n");
    follow(s, false);
    const w5_source *source = add(s, at(s, "a.log"));
    assert_str(source->kind, W5_STR("file"));
    assert_false(source->seekable);
    comes(s, "one\n", W5_SECOND);
    silence(s);
    append(s, "a.log", "two\nthr");
    comes(s, "two\n", W5_SECOND);
    silence(s);
    append(s, "a.log", "ee\n");
    comes(s, "three\n", W5_SECOND);
    assert_false(source->done);
    assert_int_equal(source->bytes, 14);
}

static void a_line_is_told_within_a_second(void **state)
{
    scene *s = *state;
    for (int poll_only = 0; poll_only < 2; poll_only++) {
        put(s, "a.log", "one\n");
        follow(s, poll_only);
        add(s, at(s, "a.log"));
        comes(s, "one\n", W5_SECOND);
        silence(s);
        w5_time before = w5_monotonic();
        append(s, "a.log", "two\n");
        comes(s, "two\n", 2 * W5_SECOND);
        assert_true(w5_monotonic() - before < W5_SECOND);
    }
}

/* Rename and create; the writer goes on in the old file until it reopens. */
static void renamed_and_created(void **state)
{
    scene *s = *state;
    for (int poll_only = 0; poll_only < 2; poll_only++) {
        put(s, "a.log", "1\n");
        follow(s, poll_only);
        add(s, at(s, "a.log"));
        comes(s, "1\n", W5_SECOND);
        int writer = open(at(s, "a.log"), O_WRONLY | O_APPEND);
        rename(at(s, "a.log"), at(s, "a.log.1"));
        assert_int_equal(write(writer, "2\n", 2), 2);
        put(s, "a.log", "3\n");
        comes(s, "2\n3\n", 3 * W5_SECOND);
        assert_int_equal(write(writer, "4\n", 2), 2);
        comes(s, "4\n", 3 * W5_SECOND);
        append(s, "a.log", "5\n");
        comes(s, "5\n", 3 * W5_SECOND);
        close(writer);
    }
}

/* A file that never stood under the name when we looked: it stands beside it now. */
static void two_rotations_between_two_looks(void **state)
{
    scene *s = *state;
    put(s, "a.log.1", "older\n");
    put(s, "a.log", "1\n");
    usleep(20000);
    follow(s, true);
    add(s, at(s, "a.log"));
    comes(s, "1\n", W5_SECOND);
    rename(at(s, "a.log"), at(s, "a.log-20261120"));
    put(s, "a.log", "2\n");
    rename(at(s, "a.log"), at(s, "a.log-20261121"));
    put(s, "a.log", "3\n");
    comes(s, "2\n3\n", 3 * W5_SECOND);
    silence(s);
}

static void emptied_in_place(void **state)
{
    scene *s = *state;
    put(s, "a.log", "one line of the old text\nanother line of the old text\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    comes(s, "one line of the old text\nanother line of the old text\n", W5_SECOND);
    put(s, "a.log", "short\n");
    comes(s, "short\n", 3 * W5_SECOND);
    append(s, "a.log", "more\n");
    comes(s, "more\n", 3 * W5_SECOND);
}

/* Copied, emptied, and longer than before when we look again. */
static void emptied_in_place_and_grown_past_the_old_end(void **state)
{
    static const char grown[] = "new line 1 of the new text\nnew line 2 of the new text\n"
                                "new line 3 of the new text\nnew line 4 of the new text\n";
    scene *s = *state;
    put(s, "a.log", "old line 1 of the old text\n");
    follow(s, true);
    add(s, at(s, "a.log"));
    comes(s, "old line 1 of the old text\n", W5_SECOND);
    put(s, "a.log", grown);
    comes(s, grown, 3 * W5_SECOND);
}

static void rewritten_with_equal_length(void **state)
{
    scene *s = *state;
    put(s, "a.log", "old line 1\n");
    follow(s, true);
    add(s, at(s, "a.log"));
    comes(s, "old line 1\n", W5_SECOND);
    usleep(20000); /* the clock of file systems ticks every few milliseconds */
    put(s, "a.log", "new line 2\n");
    comes(s, "new line 2\n", 3 * W5_SECOND);
}

static void removed_and_written_anew(void **state)
{
    scene *s = *state;
    put(s, "a.log", "1\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    comes(s, "1\n", W5_SECOND);
    unlink(at(s, "a.log"));
    silence(s);
    put(s, "a.log", "2\n");
    comes(s, "2\n", 3 * W5_SECOND);
}

static void a_file_may_appear_late(void **state)
{
    scene *s = *state;
    follow(s, false);
    const w5_source *source = add(s, at(s, "late.log"));
    assert_int_equal(source->error.code, W5_EIO);
    assert_false(source->done);
    silence(s);
    put(s, "late.log", "here\n");
    comes(s, "here\n", 3 * W5_SECOND);
    assert_int_equal(source->error.code, W5_OK);
}

/* Half a line, a rotation, the other half: in the old file, in the new one, in the emptied one. */
static void half_a_line_finds_its_other_half(void **state)
{
    scene *s = *state;
    for (int way = 0; way < 3; way++) {
        put(s, "a.log", "2026/11/20 10:00:00 first\n2026/11/20 10:00:01 sec");
        follow(s, false);
        add(s, at(s, "a.log"));
        comes(s, "2026/11/20 10:00:00 first\n", W5_SECOND);
        if (way == 2) {
            put(s, "a.log", "");
            silence(s);
            append(s, "a.log", "ond\n2026/11/20 10:00:02 third\n");
        } else {
            rename(at(s, "a.log"), at(s, "a.log.1"));
            if (way == 0)
                append(s, "a.log.1", "ond\n");
            put(s, "a.log",
                way == 0 ? "2026/11/20 10:00:02 third\n" : "ond\n2026/11/20 10:00:02 third\n");
        }
        comes(s, "2026/11/20 10:00:01 second\n2026/11/20 10:00:02 third\n", 3 * W5_SECOND);
    }
}

static void half_a_line_alone_is_given_out_at_last(void **state)
{
    scene *s = *state;
    put(s, "a.log", "2026/11/20 10:00:00 first\n2026/11/20 10:00:01 sec");
    follow(s, false);
    add(s, at(s, "a.log"));
    comes(s, "2026/11/20 10:00:00 first\n", W5_SECOND);
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log", "2026/11/20 10:00:02 third\n");
    comes(s, "2026/11/20 10:00:02 third\n", 2 * W5_SECOND);
    comes(s, "2026/11/20 10:00:01 sec", 8 * W5_SECOND);
}

/* What takes the name for a while is neither read nor waited for. */
static void other_things_under_the_name_are_passed_over(void **state)
{
    scene *s = *state;
    put(s, "a.log", "1\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    comes(s, "1\n", W5_SECOND);
    int writer = open(at(s, "a.log"), O_WRONLY | O_APPEND);
    unlink(at(s, "a.log"));
    assert_int_equal(mkfifo(at(s, "a.log"), 0600), 0);
    assert_int_equal(write(writer, "2\n", 2), 2);
    comes(s, "2\n", 3 * W5_SECOND);
    unlink(at(s, "a.log"));
    assert_int_equal(mkdir(at(s, "a.log"), 0700), 0);
    assert_int_equal(write(writer, "3\n", 2), 2);
    comes(s, "3\n", 3 * W5_SECOND);
    rmdir(at(s, "a.log"));
    assert_int_equal(symlink("nowhere", at(s, "a.log")), 0);
    silence(s);
    unlink(at(s, "a.log"));
    put(s, "a.log", "4\n");
    comes(s, "4\n", 3 * W5_SECOND);
    close(writer);
}

/* logrotate's names given beside the log: what moves there was read already. */
static void a_rotated_name_is_read_once(void **state)
{
    scene *s = *state;
    put(s, "a.log", "now\n");
    put(s, "a.log.1", "before\n");
    follow(s, false);
    const w5_source *old = add(s, at(s, "a.log.1"));
    add(s, at(s, "a.log"));
    comes(s, "before\nnow\n", 2 * W5_SECOND);
    assert_true(old->done);
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log", "next\n");
    comes(s, "next\n", 3 * W5_SECOND);
    silence(s);
}

/* Two names, both followed: a file that moves from one to the other is not read twice. */
static void a_file_that_changes_names_is_one_file(void **state)
{
    scene *s = *state;
    put(s, "a.log", "a1\n");
    put(s, "b.log", "b1\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    add(s, at(s, "b.log"));
    comes(s, "a1\nb1\n", 2 * W5_SECOND);
    rename(at(s, "a.log"), at(s, "b.log"));
    put(s, "a.log", "a2\n");
    comes(s, "a2\n", 3 * W5_SECOND);
    silence(s);
    append(s, "b.log", "late\n");
    comes(s, "late\n", 3 * W5_SECOND);
    for (int i = 0; i < 8; i++) /* a.log's source leaves it, b.log's takes over */
        read_block(s, W5_SECOND);
    append(s, "b.log", "later\n");
    comes(s, "later\n", 3 * W5_SECOND);
}

static void a_file_that_comes_back_is_read_on(void **state)
{
    scene *s = *state;
    put(s, "a.log", "1\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    comes(s, "1\n", W5_SECOND);
    rename(at(s, "a.log"), at(s, "away"));
    put(s, "a.log", "2\n");
    comes(s, "2\n", 3 * W5_SECOND);
    rename(at(s, "away"), at(s, "a.log"));
    append(s, "a.log", "3\n");
    comes(s, "3\n", 3 * W5_SECOND);
}

static void logs_that_appear_in_a_folder_are_followed(void **state)
{
    scene *s = *state;
    put(s, "app-2026-11-20.log", "1\n");
    follow(s, false);
    add(s, s->folder);
    comes(s, "1\n", W5_SECOND);
    put(s, "app-2026-11-21.log", "2\n");
    put(s, "notes.txt", "no\n");
    comes(s, "2\n", 4 * W5_SECOND);
    rename(at(s, "app-2026-11-21.log"), at(s, "renamed.log"));
    silence(s);
    read_block(s, W5_SECOND);
    append(s, "renamed.log", "3\n");
    comes(s, "3\n", 4 * W5_SECOND);
}

static void when_stopped_it_gives_out_what_it_holds(void **state)
{
    scene *s = *state;
    put(s, "a.log", "one\nhalf");
    follow(s, false);
    const w5_source *source = add(s, at(s, "a.log"));
    comes(s, "one\n", W5_SECOND);
    w5_sources_stop(s->sources);
    assert_str(read_all(s, W5_SECOND), W5_STR("half"));
    assert_int_equal(read_block(s, 0), W5_END);
    assert_true(source->done);
}

static void an_earlier_run_is_continued(void **state)
{
    scene *s = *state;
    w5_err err;
    put(s, "a.log", "one\ntwo\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    assert_int_equal(w5_sources_skip(s->sources, 0, 4, &err), W5_OK);
    comes(s, "two\n", W5_SECOND);
}

static w5_before grown(void *context, const w5_sources *sources, size_t i)
{
    const w5_identity *was = context;
    bool is = w5_sources_is(sources, i, was, 4);
    return (w5_before){is ? 4 : 0, is};
}

/* A run begins while copytruncate copies: the copy is empty yet, or half of it is there. */
static void a_copy_in_the_making_is_no_log(void **state)
{
    static const char *const begun[] = {"", "fir", "first\nse", "first\nsecond\n"};
    scene *s = *state;
    for (size_t i = 0; i < COUNT(begun); i++) {
        put(s, "a.log", "one\n");
        follow(s, false);
        w5_identity was = add(s, at(s, "a.log"))->identity;
        rename(at(s, "a.log"), at(s, "a.log.2"));
        put(s, "a.log.1", begun[i]);
        put(s, "a.log", "first\nsecond\n");
        follow(s, false);
        add(s, at(s, "a.log"));
        assert_int_equal(w5_sources_add_rotated(s->sources, 0, grown, &was), W5_OK);
        comes(s, "first\nsecond\n", W5_SECOND);
        put(s, "a.log.1", "first\nsecond\n");
        silence(s);
        put(s, "a.log", "third\n");
        comes(s, "third\n", 3 * W5_SECOND);
        silence(s);
        unlink(at(s, "a.log.1"));
        unlink(at(s, "a.log.2"));
    }
}

/* What was written to the log before it was emptied, and not read yet, is in the copy alone. */
static void what_only_the_copy_has_is_read_there(void **state)
{
    scene *s = *state;
    put(s, "a.log", "first\n");
    follow(s, true);
    add(s, at(s, "a.log"));
    comes(s, "first\n", W5_SECOND);
    usleep(700000); /* the name is looked at after the copy's time */
    append(s, "a.log", "second\n");
    put(s, "a.log.1", "first\nsecond\n");
    struct timespec past[2] = {{1000000000, 0}, {1000000000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, at(s, "a.log.1"), past, 0), 0);
    put(s, "a.log", "3\n");
    comes(s, "3\nsecond\n", 3 * W5_SECOND);
    silence(s);
}

static void what_a_packer_writes_beside_the_log_is_no_log(void **state)
{
    scene *s = *state;
    put(s, "a.log", "one\n");
    follow(s, true);
    add(s, at(s, "a.log"));
    comes(s, "one\n", W5_SECOND);
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log.1.gz.part", "\x1f\x8b\x08packed\nbytes\n");
    put(s, "a.log", "two\n");
    comes(s, "two\n", 3 * W5_SECOND);
    silence(s);
}

/* The packer is done, and has not removed the plain file yet; its name is another by now. */
static void packed_and_plain_are_read_once(void **state)
{
    char packed[256];
    scene *s = *state;
    put(s, "a.log", "one\n");
    follow(s, false);
    w5_identity was = add(s, at(s, "a.log"))->identity;
    rename(at(s, "a.log"), at(s, "a.log.4"));
    usleep(20000);
    put_bytes(s, "a.log.2.gz", O_TRUNC,
              (w5_str){packed, gzip(W5_STR("two\n"), packed, sizeof packed)});
    usleep(20000);
    put(s, "a.log.3", "two\n");
    put(s, "a.log", "three\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    assert_int_equal(w5_sources_add_rotated(s->sources, 0, grown, &was), W5_OK);
    comes(s, "two\nthree\n", W5_SECOND);
    silence(s);
}

/* The log itself was opened, and was rotated away and packed before its rotations were looked for. */
static void packed_since_it_was_opened_is_read_once(void **state)
{
    static const char *const begun[] = {"", "tw", "two\n"};
    char packed[256];
    scene *s = *state;
    for (size_t i = 0; i < COUNT(begun); i++) {
        put(s, "a.log", "one\n");
        follow(s, false);
        w5_identity was = add(s, at(s, "a.log"))->identity;
        rename(at(s, "a.log"), at(s, "a.log.2"));
        usleep(20000);
        put(s, "a.log", begun[i]);
        follow(s, false);
        add(s, at(s, "a.log"));
        append(s, "a.log", &"two\n"[strlen(begun[i])]);
        unlink(at(s, "a.log"));
        put_bytes(s, "a.log.1.gz", O_TRUNC,
                  (w5_str){packed, gzip(W5_STR("two\n"), packed, sizeof packed)});
        put(s, "a.log", "three\n");
        assert_int_equal(w5_sources_add_rotated(s->sources, 0, grown, &was), W5_OK);
        comes(s, "two\nthree\n", 3 * W5_SECOND);
        silence(s);
    }
}

/* A run begins between rename and create: what was not written since stands there for long. */
static void what_stands_beside_an_absent_log_is_old(void **state)
{
    scene *s = *state;
    put(s, "a.log", "one\n");
    follow(s, false);
    w5_identity was = add(s, at(s, "a.log"))->identity;
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log.2", "ancient\n");
    usleep(20000);
    append(s, "a.log.1", "two\n");
    usleep(20000);
    follow(s, false);
    add(s, at(s, "a.log"));
    assert_int_equal(w5_sources_add_rotated(s->sources, 0, grown, &was), W5_OK);
    comes(s, "two\n", W5_SECOND);
    put(s, "a.log", "three\n");
    comes(s, "three\n", 3 * W5_SECOND);
    silence(s);
}

static void what_an_earlier_run_read_is_read_on(void **state)
{
    scene *s = *state;
    w5_identity was = {.fingerprint = w5_identity_hash(W5_STR("one\n")), .fingerprinted = 4};
    put(s, "a.log", "now\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    w5_sources_know(s->sources, &was, 4);
    comes(s, "now\n", W5_SECOND);
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log", "one\ntwo\n");
    comes(s, "two\n", 3 * W5_SECOND);
    silence(s);
}

/* The log is read on from where an earlier run left it, and so is not its copy as well. */
static void a_copy_of_what_an_earlier_run_began_is_no_log(void **state)
{
    scene *s = *state;
    w5_identity was = {.fingerprint = w5_identity_hash(W5_STR("one\n")), .fingerprinted = 4};
    put(s, "a.log", "one\ntwo\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    w5_sources_know(s->sources, &was, 4);
    assert_int_equal(w5_sources_skip(s->sources, 0, 4, NULL), W5_OK);
    comes(s, "two\n", W5_SECOND);
    usleep(20000);
    put(s, "a.log.3", "one\ntwo\n");
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log", "three\n");
    comes(s, "three\n", 3 * W5_SECOND);
    silence(s);
}

/* A place inside the new file is one of its own bytes. */
static void half_a_line_carried_over_is_none_of_the_new_file(void **state)
{
    static const char half[] = "2026/11/20 10:00:01 sec";
    scene *s = *state;
    w5_block block;
    put(s, "a.log", "2026/11/20 10:00:00 first\n");
    append(s, "a.log", half);
    follow(s, false);
    add(s, at(s, "a.log"));
    comes(s, "2026/11/20 10:00:00 first\n", W5_SECOND);
    w5_identity old = w5_sources_at(s->sources, 0)->identity;
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log", "ond\n2026/11/20 10:00:02 third\n");
    assert_int_equal(w5_sources_next(s->sources, 3 * W5_SECOND, &block), W5_OK);
    assert_int_equal(block.offset, 0);
    assert_int_equal(block.carried, strlen(half));
    assert_int_equal(block.carrier.inode, old.inode);
    assert_int_equal(block.bytes.len - block.carried, strlen("ond\n2026/11/20 10:00:02 third\n"));
}

/* --- a writer that rotates in every way, at its own pace
 * ------------------------------------------ */
typedef struct writing {
    scene *s;
    unsigned lines, rotations, seed;
} writing;

static unsigned dice(writing *w, unsigned sides)
{
    w->seed = w->seed * 1103515245u + 12345u;
    return (w->seed >> 16) % sides;
}

static int reopen(const writing *w)
{
    return open(at(w->s, "a.log"), O_WRONLY | O_APPEND | O_CREAT, 0644);
}

/* Renames away and goes on for a while in the old file, as nginx does until it gets USR1. */
static void rotate(const writing *w, unsigned turn)
{
    char old[32];
    snprintf(old, sizeof old, "a.log-%08u", turn);
    rename(at(w->s, "a.log"), at(w->s, old));
}

static void *write_lines(void *context)
{
    writing *w = context;
    int fd = reopen(w);
    int old = -1;
    char line[64];
    for (unsigned i = 0, turn = 0; i < w->lines; i++) {
        int n = snprintf(line, sizeof line, "2026/11/20 10:00:00 [error] line %08u\n", i);
        int to = old >= 0 ? old : fd;
        if (dice(w, 8) == 0) {
            assert_int_equal(write(to, line, 7), 7);
            usleep(500);
            assert_int_equal(write(to, line + 7, (size_t)n - 7), n - 7);
        } else {
            assert_int_equal(write(to, line, (size_t)n), n);
        }
        if (old >= 0 && dice(w, 3) == 0) {
            close(old);
            old = -1;
        }
        if (old < 0 && turn < w->rotations && i >= (turn + 1) * (w->lines / (w->rotations + 1))) {
            rotate(w, turn++);
            old = fd;
            fd = reopen(w);
        }
        if (dice(w, 16) == 0)
            usleep(dice(w, 4000));
    }
    close(fd);
    if (old >= 0)
        close(old);
    return NULL;
}

static void count_lines(scene *s, unsigned *seen, unsigned lines, unsigned *strange)
{
    w5_str text = {s->text, s->len};
    w5_str line;
    while (w5_str_cut(text, '\n', &line, &text)) {
        uint64_t number;
        size_t at_number;
        if (line.len == 41 && w5_str_find(line, W5_STR(" line "), &at_number) &&
            w5_str_u64(w5_str_skip(line, at_number + 6), &number) && number < lines)
            seen[number]++;
        else
            (*strange)++;
    }
    *strange += text.len > 0;
    s->len = 0;
}

/* Every line once, whatever the moments at which its file was renamed. */
static void no_rotation_loses_or_repeats_a_line(void **state)
{
    scene *s = *state;
    writing w = {s, 6000, 30, 502};
    unsigned *seen = calloc(w.lines, sizeof *seen);
    unsigned strange = 0;
    size_t wrong = 0;
    pthread_t thread;
    put(s, "a.log", "");
    follow(s, false);
    add(s, at(s, "a.log"));
    scene of_writer = *s; /* paths from an arena of its own */
    of_writer.arena = w5_arena_new();
    w.s = &of_writer;
    assert_int_equal(pthread_create(&thread, NULL, write_lines, &w), 0);
    for (unsigned idle = 0; idle<12; idle = s->len> 0 ? 0 : idle + 1) {
        count_lines(s, seen, w.lines, &strange);
        for (int i = 0; i < 100 && read_block(s, W5_SECOND / 4) == W5_OK; i++)
            ;
    }
    pthread_join(thread, NULL);
    for (unsigned i = 0; i < w.lines; i++)
        wrong += seen[i] != 1;
    w5_arena_free(of_writer.arena);
    free(seen);
    assert_int_equal(strange, 0);
    assert_int_equal(wrong, 0);
}

static void idle_it_uses_next_to_nothing(void **state)
{
    scene *s = *state;
    struct timespec before;
    struct timespec after;
    put(s, "a.log", "1\n");
    follow(s, false);
    add(s, at(s, "a.log"));
    comes(s, "1\n", W5_SECOND);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    read_block(s, 3 * W5_SECOND);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    long used = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
    assert_true(used < 30000); /* a hundredth of a core even under valgrind's cousins */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_there_and_what_is_appended),
        TEST(a_line_is_told_within_a_second),
        TEST(renamed_and_created),
        TEST(two_rotations_between_two_looks),
        TEST(emptied_in_place),
        TEST(emptied_in_place_and_grown_past_the_old_end),
        TEST(rewritten_with_equal_length),
        TEST(removed_and_written_anew),
        TEST(a_file_may_appear_late),
        TEST(half_a_line_finds_its_other_half),
        TEST(half_a_line_alone_is_given_out_at_last),
        TEST(other_things_under_the_name_are_passed_over),
        TEST(a_rotated_name_is_read_once),
        TEST(a_file_that_changes_names_is_one_file),
        TEST(a_file_that_comes_back_is_read_on),
        TEST(logs_that_appear_in_a_folder_are_followed),
        TEST(when_stopped_it_gives_out_what_it_holds),
        TEST(an_earlier_run_is_continued),
        TEST(a_copy_in_the_making_is_no_log),
        TEST(what_only_the_copy_has_is_read_there),
        TEST(what_a_packer_writes_beside_the_log_is_no_log),
        TEST(packed_and_plain_are_read_once),
        TEST(packed_since_it_was_opened_is_read_once),
        TEST(what_stands_beside_an_absent_log_is_old),
        TEST(what_an_earlier_run_read_is_read_on),
        TEST(a_copy_of_what_an_earlier_run_began_is_no_log),
        TEST(half_a_line_carried_over_is_none_of_the_new_file),
        TEST(no_rotation_loses_or_repeats_a_line),
        TEST(idle_it_uses_next_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
