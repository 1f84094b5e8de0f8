#include "source/open.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "scene.h"

enum {
    STRANGER = 65534
};

static w5_rc try_open(const char *path, w5_err *err)
{
    int fd;
    struct stat st;
    w5_rc rc = w5_open_log(path, &fd, &st, err);
    if (rc == W5_OK)
        close(fd);
    return rc;
}

static void what_is_not_there_is_said(void **state)
{
    scene *s = *state;
    w5_err err;
    assert_int_equal(try_open(at(s, "nothing"), &err), W5_EIO);
    assert_int_equal(err.sys, ENOENT);
    assert_non_null(strstr(err.text, "nothing': No such file or directory"));
    assert_int_equal(try_open(at(s, "no/such/folder"), &err), W5_EIO);
    assert_int_equal(err.sys, ENOENT);
}

static void odd_names_are_refused_and_no_more(void **state)
{
    scene *s = *state;
    char name[5000];
    w5_err err;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(try_open(name, &err), W5_EIO);
    assert_int_equal(err.sys, ENAMETOOLONG);
    name[2000] = '/';
    assert_int_equal(try_open(name, &err), W5_EIO);
    assert_int_equal(symlink("loop", at(s, "loop")), 0);
    assert_int_equal(try_open(at(s, "loop"), &err), W5_EIO);
    assert_int_equal(err.sys, ELOOP);
    assert_int_equal(symlink("nowhere", at(s, "dangling")), 0);
    assert_int_equal(try_open(at(s, "dangling"), &err), W5_EIO);
    assert_int_equal(err.sys, ENOENT);
    assert_int_equal(try_open(at(s, "bell\a\x1b[31m"), &err), W5_EIO);
    assert_null(strchr(err.text, '\x1b'));
}

static void a_fifo_without_writer_does_not_block(void **state)
{
    scene *s = *state;
    w5_err err;
    assert_int_equal(mkfifo(at(s, "fifo"), 0600), 0);
    assert_int_equal(try_open(at(s, "fifo"), &err), W5_OK);
}

static void a_socket_is_no_log(void **state)
{
    scene *s = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    w5_err err;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", s->folder);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(try_open(at(s, "sock"), &err), W5_EIO);
    close(fd);
}

/* As root, in a folder of another user: whose link, whose file, how many names. */
static void root_is_not_led_by_a_strangers_link(void **state)
{
    static const struct {
        const char *name;
        w5_rc rc;
    } cases[] = {
        {"own.log",         W5_OK }, /* the stranger's file */
        {"roots.log",       W5_OK }, /* root's file */
        {"to-secret.log",   W5_EIO}, /* the stranger's link to root's file elsewhere */
        {"to-own.log",      W5_OK }, /* the stranger's link to the stranger's file */
        {"by-root.log",     W5_OK }, /* root's link */
        {"second-name.log", W5_EIO}, /* another name of root's file */
    };
    scene *s = *state;
    w5_err err;
    if (geteuid() != 0)
        skip();
    put(s, "secret", "secret\n");
    assert_int_equal(mkdir(at(s, "theirs"), 0755), 0);
    put(s, "theirs/own.log", "own\n");
    put(s, "theirs/roots.log", "root's\n");
    assert_int_equal(symlink("../secret", at(s, "theirs/to-secret.log")), 0);
    assert_int_equal(symlink("own.log", at(s, "theirs/to-own.log")), 0);
    assert_int_equal(symlink("../secret", at(s, "theirs/by-root.log")), 0);
    assert_int_equal(link(at(s, "secret"), at(s, "theirs/second-name.log")), 0);
    static const char *const theirs[] = {"theirs", "theirs/own.log", "theirs/to-secret.log",
                                         "theirs/to-own.log"};
    for (size_t i = 0; i < COUNT(theirs); i++)
        assert_int_equal(lchown(at(s, theirs[i]), STRANGER, STRANGER), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *path = w5_arena_fmt(s->arena, "%s/theirs/%s", s->folder, cases[i].name).ptr;
        if (try_open(path, &err) != cases[i].rc)
            fail_msg("%s", cases[i].name);
    }
}

static void in_its_own_folder_root_follows_links(void **state)
{
    scene *s = *state;
    w5_err err;
    put(s, "a.log", "a\n");
    assert_int_equal(symlink("a.log", at(s, "link.log")), 0);
    assert_int_equal(link(at(s, "a.log"), at(s, "hard.log")), 0);
    assert_int_equal(try_open(at(s, "link.log"), &err), W5_OK);
    assert_int_equal(try_open(at(s, "hard.log"), &err), W5_OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_not_there_is_said),
        TEST(odd_names_are_refused_and_no_more),
        TEST(a_fifo_without_writer_does_not_block),
        TEST(a_socket_is_no_log),
        TEST(root_is_not_led_by_a_strangers_link),
        TEST(in_its_own_folder_root_follows_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
