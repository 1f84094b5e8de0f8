#include "source/source_journal.h"

#include "scene.h"

static void a_journals_file_is_known_by_its_beginning(void **state)
{
    (void)state;
    assert_true(w5_journal_is(W5_STR("LPKSHHRH and more")));
    assert_false(w5_journal_is(W5_STR("LPKSHHR")));
    assert_false(w5_journal_is(W5_STR("2026/11/20 10:00:00 [error]")));
}

static void a_journal_that_is_not_there_is_said(void **state)
{
    scene *s = *state;
    const w5_source *source = add(s, w5_arena_fmt(s->arena, "journal:%s", at(s, "none")).ptr);
    assert_str(source->kind, W5_STR("journal"));
    assert_int_equal(source->error.code, W5_HAVE_JOURNAL ? W5_EIO : W5_ENOTSUP);
    assert_true(source->done);
    assert_non_null(strstr(source->error.text, "cannot read all of 'journal:/"));
}

static void a_file_that_is_no_journal_is_said(void **state)
{
    scene *s = *state;
    put(s, "x.journal", "LPKSHHRH but nothing behind it\n");
    const w5_source *source = add(s, at(s, "x.journal"));
    read_all(s, 0);
    assert_true(source->error.code < 0);
}

#if W5_HAVE_JOURNAL
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#define WRITER "/usr/lib/systemd/systemd-journal-remote"
#define FIRST  UINT64_C(1795183200000000)

/* Entries a second apart, in journalctl's export format (systemd.io/JOURNAL_EXPORT_FORMATS). */
static const char *const entries[] = {
    "MESSAGE=WORKER TIMEOUT (pid:19)\n_SYSTEMD_UNIT=gunicorn.service\nSYSLOG_IDENTIFIER=gunicorn\n"
    "_PID=7\n_HOSTNAME=web1\nPRIORITY=2\n_TRANSPORT=stdout\n_COMM=gunicorn\nOTHER=left out\n",
    "MESSAGE=gunicorn.service: Failed with result 'exit-code'.\nUNIT=gunicorn.service\n_PID=1\n"
    "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c\nSYSLOG_IDENTIFIER=systemd\n",
    "MESSAGE=forged\nUNIT=gunicorn.service\n_PID=99\n_SYSTEMD_UNIT=evil.service\n",
    "MESSAGE=say \"x\\y\"\t\x01\n_SYSTEMD_UNIT=gunicorn-blue.service\n_PID=8\n",
    "MESSAGE=Out of memory: Killed process 19\n_TRANSPORT=kernel\n",
};

static const char *const lines[] = {
    "{\"__REALTIME_TIMESTAMP\":\"1795183200000000\",",
    "{\"__REALTIME_TIMESTAMP\":\"1795183201000000\",",
    "{\"__REALTIME_TIMESTAMP\":\"1795183202000000\",",
    "{\"__REALTIME_TIMESTAMP\":\"1795183203000000\",",
    "{\"__REALTIME_TIMESTAMP\":\"1795183204000000\",",
};

/* Writes a journal; the test is skipped where systemd's own writer is not installed. */
static void put_journal(scene *s, const char *name)
{
    const char *out = w5_arena_fmt(s->arena, "--output=%s", at(s, name)).ptr;
    const char *text = at(s, "export");
    FILE *f = fopen(text, "w");
    if (access(WRITER, X_OK) != 0)
        skip();
    for (size_t i = 0; i < COUNT(entries); i++) {
        unsigned long long at_second = i * 1000000;
        fprintf(f,
                "__CURSOR=c%zu\n__REALTIME_TIMESTAMP=%llu\n__MONOTONIC_TIMESTAMP=%llu\n"
                "_BOOT_ID=0123456789abcdef0123456789abcdef\n%s\n",
                i, FIRST + at_second, 1000000 + at_second, entries[i]);
    }
    fclose(f);
    pid_t child = fork();
    if (child == 0) {
        int in = open(text, O_RDONLY);
        int quiet = open("/dev/null", O_WRONLY);
        dup2(in, STDIN_FILENO);
        dup2(quiet, STDERR_FILENO);
        execl(WRITER, WRITER, out, "-", (char *)NULL);
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static size_t count_lines(w5_str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n';
    return n;
}

static bool holds(w5_str text, const char *part)
{
    size_t where;
    return w5_str_find(text, w5_str_of(part), &where);
}

static void entries_become_lines_that_journalctl_would_write(void **state)
{
    scene *s = *state;
    put_journal(s, "x.journal");
    const w5_source *source = add(s, w5_arena_fmt(s->arena, "journal:%s", at(s, "x.journal")).ptr);
    w5_str text = read_all(s, 0);
    assert_int_equal(source->error.code, W5_OK);
    assert_int_equal(count_lines(text), COUNT(entries));
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_true(holds(text, lines[i]));
    assert_true(holds(text, "\"MESSAGE\":\"WORKER TIMEOUT (pid:19)\""));
    assert_true(holds(text, "\"_SYSTEMD_UNIT\":\"gunicorn.service\""));
    assert_true(holds(text, "\"MESSAGE\":\"say \\\"x\\\\y\\\"\\t\\u0001\""));
    assert_false(holds(text, "OTHER"));
    assert_int_equal(source->bytes, text.len);
}

static void a_journal_is_known_without_its_prefix(void **state)
{
    scene *s = *state;
    put_journal(s, "x.journal");
    const w5_source *source = add(s, at(s, "x.journal"));
    assert_str(source->kind, W5_STR("journal"));
    assert_int_equal(count_lines(read_all(s, 0)), COUNT(entries));
    start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
    add(s, w5_arena_fmt(s->arena, "journal:%s", s->folder).ptr);
    assert_int_equal(count_lines(read_all(s, 0)), COUNT(entries));
}

static void since_and_until_bound_it(void **state)
{
    static const struct {
        int since, until; /* seconds from the first, -1: open */
        size_t entries;
    } cases[] = {
        {-1, -1, 5},
        {2,  -1, 3},
        {-1, 2,  3},
        {1,  3,  3},
        {9,  -1, 0}
    };
    scene *s = *state;
    put_journal(s, "x.journal");
    for (size_t i = 0; i < COUNT(cases); i++) {
        w5_source_options options = {.since = W5_TIME_NONE, .until = W5_TIME_NONE};
        if (cases[i].since >= 0)
            options.since = (w5_time)FIRST + cases[i].since * W5_SECOND;
        if (cases[i].until >= 0)
            options.until = (w5_time)FIRST + cases[i].until * W5_SECOND;
        start(s, options);
        add(s, at(s, "x.journal"));
        assert_int_equal(count_lines(read_all(s, 0)), cases[i].entries);
    }
}

static void a_cursor_says_where_to_go_on(void **state)
{
    scene *s = *state;
    w5_err err;
    put_journal(s, "x.journal");
    w5_source_options half = {.since = W5_TIME_NONE, .until = (w5_time)FIRST + W5_SECOND};
    start(s, half);
    add(s, at(s, "x.journal"));
    assert_str(w5_sources_cursor(s->sources, 0), W5_STR(""));
    assert_int_equal(read_block(s, 0), W5_OK);
    w5_str cursor = w5_arena_str(s->arena, w5_sources_cursor(s->sources, 0));
    assert_true(cursor.len > 0);
    start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
    add(s, at(s, "x.journal"));
    assert_int_equal(w5_sources_seek(s->sources, 0, cursor, &err), W5_OK);
    w5_str text = read_all(s, 0);
    assert_int_equal(count_lines(text), 3);
    assert_true(w5_str_starts(text, w5_str_of(lines[2])));
}

/* Every entry fits some cursor; a strange one is an error and no crash. */
static void a_strange_cursor_is_refused(void **state)
{
    scene *s = *state;
    w5_err err;
    put_journal(s, "x.journal");
    add(s, at(s, "x.journal"));
    assert_int_equal(w5_sources_seek(s->sources, 0, W5_STR("rubbish"), &err), W5_EIO);
    put(s, "a.log", "x\n");
    add(s, at(s, "a.log"));
    assert_int_equal(w5_sources_seek(s->sources, 1, W5_STR("x"), &err), W5_ENOTSUP);
    assert_int_equal(w5_sources_skip(s->sources, 0, 5, &err), W5_ENOTSUP);
}

static void a_followed_journal_waits_at_its_end(void **state)
{
    scene *s = *state;
    put_journal(s, "x.journal");
    start(s, (w5_source_options){.follow = true, .since = W5_TIME_NONE, .until = W5_TIME_NONE});
    add(s, at(s, "x.journal"));
    assert_int_equal(read_block(s, W5_SECOND), W5_OK);
    assert_int_equal(read_block(s, W5_SECOND / 10), W5_WAIT);
    w5_sources_stop(s->sources);
    assert_int_equal(read_block(s, W5_SECOND), W5_END);
}

/* This machine's journal, in a mount namespace where it is ours: which entries belong to what. */
static int match_inside(scene *s)
{
    static const struct {
        const char *uri;
        size_t entries;
    } cases[] = {
        {"journal:",                 5},
        {"journal:gunicorn",         2}, /* its own and the manager's, not the forged one */
        {"journal:gunicorn.service", 2},
        {"journal:gunicorn*",        3},
        {"journal:kernel",           1},
        {"journal:nothing",          0},
    };
    char id[64] = "";
    FILE *f = fopen("/etc/machine-id", "r");
    if (!f || fscanf(f, "%32s", id) != 1 || unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/var/log", "tmpfs", 0, NULL) != 0) /* nothing is left on this machine */
        return 42;
    fclose(f);
    mkdir("/var/log/journal", 0755);
    mkdir(at(s, id), 0755);
    rename(at(s, "x.journal"), at(s, w5_arena_fmt(s->arena, "%s/system.journal", id).ptr));
    if (mount(s->folder, "/var/log/journal", NULL, MS_BIND, NULL) != 0)
        return 42;
    for (size_t i = 0; i < COUNT(cases); i++) {
        start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
        const w5_source *source = add(s, cases[i].uri);
        size_t n = count_lines(read_all(s, 0));
        if (n != cases[i].entries || source->error.code != W5_OK) {
            dprintf(2, "%s: %zu entries, %s\n", cases[i].uri, n, source->error.text);
            return 1;
        }
    }
    start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
    return add(s, "journal:none*")->error.code == W5_EIO ? 0 : 1;
}

static void units_have_their_own_word_and_the_managers(void **state)
{
    scene *s = *state;
    int status = 0;
    put_journal(s, "x.journal");
    pid_t child = fork();
    if (child == 0)
        _exit(match_inside(s));
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 42)
        skip();
    assert_int_equal(status, 0);
}
#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journals_file_is_known_by_its_beginning),
        TEST(a_journal_that_is_not_there_is_said),
        TEST(a_file_that_is_no_journal_is_said),
#if W5_HAVE_JOURNAL
        TEST(entries_become_lines_that_journalctl_would_write),
        TEST(a_journal_is_known_without_its_prefix),
        TEST(since_and_until_bound_it),
        TEST(a_cursor_says_where_to_go_on),
        TEST(a_strange_cursor_is_refused),
        TEST(a_followed_journal_waits_at_its_end),
        TEST(units_have_their_own_word_and_the_managers),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
