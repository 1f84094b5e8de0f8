#include <why502/source.h>

#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "gzip.h"
#include "scene.h"

static bool is_format(w5_str id)
{
    return w5_str_eq(id, W5_STR("nginx-error"));
}

static w5_source *add_typed(scene *s, const char *uri)
{
    w5_err err = {0};
    size_t index = w5_sources_count(s->sources);
    assert_int_equal(w5_sources_add(s->sources, w5_str_of(uri), is_format, &err), W5_OK);
    return w5_sources_at(s->sources, index);
}

static void only_a_formats_id_is_a_prefix(void **state)
{
    scene *s = *state;
    char here[256];
    start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
    put(s, "a.log", "a\n");
    put(s, "x:y", "b\n");
    const w5_source *forced =
        add_typed(s, w5_arena_fmt(s->arena, "nginx-error:%s", at(s, "a.log")).ptr);
    assert_str(forced->format, W5_STR("nginx-error"));
    assert_string_equal(forced->name.ptr, at(s, "a.log"));
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(s->folder), 0);
    const w5_source *colon = add_typed(s, "x:y");
    assert_int_equal(chdir(here), 0);
    assert_str(colon->format, W5_STR(""));
    assert_str(colon->name, W5_STR("x:y"));
    assert_str(read_all(s, 0), W5_STR("a\nb\n"));
}

static void what_cannot_be_opened_is_a_source_with_an_error(void **state)
{
    scene *s = *state;
    put(s, "good.log", "good\n");
    const w5_source *missing = add(s, at(s, "missing.log"));
    const w5_source *nothing = add(s, "");
    add(s, at(s, "good.log"));
    assert_int_equal(missing->error.code, W5_EIO);
    assert_int_equal(missing->error.sys, ENOENT);
    assert_true(missing->done);
    assert_int_equal(nothing->error.code, W5_EIO);
    assert_str(read_all(s, 0), W5_STR("good\n"));
}

static void an_unreadable_file_is_said(void **state)
{
    scene *s = *state;
    if (geteuid() == 0)
        skip();
    put(s, "a.log", "x\n");
    chmod(at(s, "a.log"), 0);
    assert_int_equal(add(s, at(s, "a.log"))->error.sys, EACCES);
}

static void a_folder_becomes_its_logs(void **state)
{
    scene *s = *state;
    char packed[256];
    put(s, "b.log", "b\n");
    size_t n = gzip(W5_STR("old\n"), packed, sizeof packed);
    put_bytes(s, "b.log.1.gz", 0, (w5_str){packed, n});
    put(s, "picture.png", "no\n");
    add(s, s->folder);
    assert_int_equal(w5_sources_count(s->sources), 2);
    assert_str(read_all(s, 0), W5_STR("b\nold\n"));
}

static bool begins_with_a_year(w5_str head)
{
    return w5_str_starts(head, W5_STR("2026/"));
}

static void of_a_folder_only_known_contents_are_read(void **state)
{
    scene *s = *state;
    put(s, "error.log", "2026/11/20 one\n");
    put(s, "install.log", "Preparing to unpack\n");
    put(s, "empty.log", "");
    start(s, (w5_source_options){
                 .known = begins_with_a_year, .since = W5_TIME_NONE, .until = W5_TIME_NONE});
    add(s, s->folder);
    assert_int_equal(w5_sources_count(s->sources), 2);
    add(s, at(s, "install.log")); /* named: read */
    assert_str(read_all(s, 0), W5_STR("2026/11/20 one\nPreparing to unpack\n"));
}

static void a_folder_without_logs_is_said(void **state)
{
    scene *s = *state;
    const w5_source *folder = add(s, s->folder);
    assert_int_equal(folder->error.code, W5_EIO);
    assert_non_null(strstr(folder->error.text, "no log in folder"));
}

/* Which of two sources is read, for each way to give one text twice. */
static void the_same_file_twice_is_read_once(void **state)
{
    static const struct {
        const char *first, *second;
        int dropped; /* index of the duplicate, -1: none */
    } cases[] = {
        {"a.log",    "a.log",     1 },
        {"a.log",    "link.log",  1 },
        {"a.log",    "hard.log",  1 },
        {"a.log",    "copy.log",  1 },
        {"a.log",    "a.log.gz",  1 },
        {"a.log.gz", "a.log",     1 },
        {"part.log", "a.log",     0 },
        {"a.log",    "part.log",  1 },
        {"a.log",    "other.log", -1},
        {"a.log",    "empty.log", -1},
        {"part.log", "a.log.gz",  0 },
    };
    scene *s = *state;
    char packed[256];
    put(s, "a.log", "one\ntwo\n");
    put(s, "copy.log", "one\ntwo\n");
    put(s, "part.log", "one\n");
    put(s, "other.log", "one\nthree\n");
    put(s, "empty.log", "");
    size_t n = gzip(W5_STR("one\ntwo\n"), packed, sizeof packed);
    put_bytes(s, "a.log.gz", 0, (w5_str){packed, n});
    assert_int_equal(symlink("a.log", at(s, "link.log")), 0);
    assert_int_equal(link(at(s, "a.log"), at(s, "hard.log")), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
        add(s, at(s, cases[i].first));
        add(s, at(s, cases[i].second));
        read_all(s, 0);
        for (int k = 0; k < 2; k++) {
            uint32_t of = w5_sources_at(s->sources, (size_t)k)->duplicate_of;
            if (of != (cases[i].dropped == k ? (uint32_t)(1 - k) : UINT32_MAX))
                fail_msg("%s %s", cases[i].first, cases[i].second);
        }
    }
}

static void standard_input_may_be_a_file_given_twice(void **state)
{
    scene *s = *state;
    put(s, "a.log", "one\n");
    int fd = open(at(s, "a.log"), O_RDONLY);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    add(s, at(s, "a.log"));
    const w5_source *in = add(s, "-");
    assert_str(read_all(s, 0), W5_STR("one\n"));
    assert_int_equal(in->duplicate_of, 0);
}

static void blocks_say_whose_they_are(void **state)
{
    scene *s = *state;
    w5_block block;
    put(s, "a.log", "a\n");
    put(s, "b.log", "b\n");
    add(s, at(s, "a.log"));
    add(s, at(s, "b.log"));
    assert_int_equal(w5_sources_next(s->sources, 0, &block), W5_OK);
    assert_int_equal(block.source, 0);
    assert_int_equal(w5_sources_next(s->sources, 0, &block), W5_OK);
    assert_int_equal(block.source, 1);
    assert_int_equal(block.offset, 0);
    assert_int_equal(w5_sources_next(s->sources, 0, &block), W5_END);
    assert_int_equal(w5_sources_next(s->sources, 0, &block), W5_END);
}

static void ring(int signal)
{
    (void)signal;
}

/* Whoever asked wants to look at his flags. */
static void a_signal_ends_the_waiting(void **state)
{
    scene *s = *state;
    int ends[2];
    struct sigaction quiet = {.sa_handler = ring};
    struct itimerval soon = {
        {0, 0    },
        {0, 50000}
    };
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    add(s, "-");
    sigaction(SIGALRM, &quiet, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    w5_time before = w5_monotonic();
    assert_int_equal(read_block(s, 20 * W5_SECOND), W5_WAIT);
    assert_true(w5_monotonic() - before < 5 * W5_SECOND);
    close(ends[1]);
}

static void no_source_at_all_is_the_end(void **state)
{
    scene *s = *state;
    start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
    assert_int_equal(read_block(s, W5_SECOND), W5_END);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(only_a_formats_id_is_a_prefix),
        TEST(what_cannot_be_opened_is_a_source_with_an_error),
        TEST(an_unreadable_file_is_said),
        TEST(a_folder_becomes_its_logs),
        TEST(of_a_folder_only_known_contents_are_read),
        TEST(a_folder_without_logs_is_said),
        TEST(the_same_file_twice_is_read_once),
        TEST(standard_input_may_be_a_file_given_twice),
        TEST(blocks_say_whose_they_are),
        TEST(a_signal_ends_the_waiting),
        TEST(no_source_at_all_is_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
