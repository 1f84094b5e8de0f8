#include "source/kind.h"

#include <errno.h>
#include <sys/resource.h>

#include "scene.h"

static void what_is_no_log_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *name, *why;
        w5_str content;
    } cases[] = {
        {"a.zip", "it is a zip archive: unpack it first", W5_LIT("PK\x03\x04 and so on")},
        {"a.7z",  "it is a 7z archive: unpack it first",  W5_LIT("7z\xbc\xaf\x27\x1c..")},
    };
    scene *s = *state;
    char tar[512] = "logs/error.log";
    memcpy(tar + 257, "ustar", 5);
    put_bytes(s, "a.tar", 0, (w5_str){tar, sizeof tar});
    assert_non_null(strstr(add(s, at(s, "a.tar"))->error.text, "it is a tar archive"));
    for (size_t i = 0; i < COUNT(cases); i++) {
        put_bytes(s, cases[i].name, 0, cases[i].content);
        const w5_source *source = add(s, at(s, cases[i].name));
        assert_int_equal(source->error.code, W5_ENOTSUP);
        assert_non_null(strstr(source->error.text, cases[i].why));
        assert_true(source->done);
    }
    assert_int_equal(read_all(s, 0).len, 0);
}

static void the_time_of_a_file_is_kept(void **state)
{
    scene *s = *state;
    put(s, "a.log", "x\n");
    struct timespec times[2] = {
        {1795183200, 0        },
        {1795183200, 500000000}
    };
    assert_int_equal(utimensat(AT_FDCWD, at(s, "a.log"), times, 0), 0);
    assert_true(add(s, at(s, "a.log"))->modified == INT64_C(1795183200500000));
    assert_true(add(s, at(s, "none"))->modified == W5_TIME_NONE);
}

/* More files than descriptors: those that found none get theirs when others are closed. */
static void files_wait_for_a_descriptor(void **state)
{
    scene *s = *state;
    struct rlimit had;
    struct rlimit few;
    char name[32];
    getrlimit(RLIMIT_NOFILE, &had);
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "%02d.log", i);
        put(s, name, name);
    }
    int next = dup(0);
    close(next);
    few = had;
    few.rlim_cur = (rlim_t)next + 5;
    setrlimit(RLIMIT_NOFILE, &few);
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "%02d.log", i);
        add(s, at(s, name));
    }
    read_all(s, 0);
    setrlimit(RLIMIT_NOFILE, &had);
    assert_int_equal(s->len, 60 * 6);
    for (size_t i = 0; i < 60; i++)
        assert_int_equal(w5_sources_at(s->sources, i)->error.code, W5_OK);
}

static void when_no_descriptor_ever_comes_it_is_said(void **state)
{
    scene *s = *state;
    struct rlimit had;
    struct rlimit few;
    getrlimit(RLIMIT_NOFILE, &had);
    put(s, "a.log", "x\n");
    few = had;
    few.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &few);
    const w5_source *source = add(s, at(s, "a.log"));
    read_all(s, 0);
    setrlimit(RLIMIT_NOFILE, &had);
    assert_true(source->done);
    assert_int_equal(source->error.sys, EMFILE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_no_log_is_refused_with_a_reason),
        TEST(the_time_of_a_file_is_kept),
        TEST(files_wait_for_a_descriptor),
        TEST(when_no_descriptor_ever_comes_it_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
