#include "source/watch.h"

#include <poll.h>

#include "scene.h"

typedef struct heard {
    unsigned data, name;
} heard;

static void hear(void *context, uint32_t owner, bool name)
{
    heard *h = context;
    if (name)
        h[owner].name++;
    else
        h[owner].data++;
}

static void owners_hear_of_their_files_and_folders(void **state)
{
    scene *s = *state;
    heard h[3] = {
        {0, 0},
        {0, 0},
        {0, 0}
    };
    w5_watch *w = w5_watch_new();
    if (!w)
        skip();
    put(s, "a.log", "");
    put(s, "b.log", "");
    assert_true(w5_watch_file(w, at(s, "a.log"), 0));
    assert_true(w5_watch_file(w, at(s, "a.log"), 0));
    assert_true(w5_watch_file(w, at(s, "b.log"), 1));
    assert_true(w5_watch_folder(w, s->folder, 1));
    assert_false(w5_watch_file(w, at(s, "none"), 2));
    append(s, "a.log", "x");
    w5_watch_read(w, hear, h);
    assert_true(h[0].data > 0);
    assert_int_equal(h[1].data + h[1].name + h[2].data, 0);
    put(s, "c.log", "");
    w5_watch_read(w, hear, h);
    assert_true(h[1].name > 0);
    assert_int_equal(h[0].name, 0);
    h[0].name = 0;
    assert_int_equal(rename(at(s, "a.log"), at(s, "a.log.1")), 0);
    w5_watch_read(w, hear, h);
    assert_true(h[0].name > 0);
    w5_watch_free(w);
}

static void hear_everybody(void *context, uint32_t owner, bool name)
{
    if (owner == UINT32_MAX)
        *(bool *)context = name;
}

/* The kernel keeps some thousand events (fs.inotify.max_queued_events); behind them anything may
 * have happened. */
static void an_overflow_concerns_everybody(void **state)
{
    scene *s = *state;
    bool everybody = false;
    unsigned most = 0;
    w5_watch *w = w5_watch_new();
    FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    if (f && fscanf(f, "%u", &most) != 1)
        most = 0;
    if (f)
        fclose(f);
    if (!w || most == 0 || most > 100000)
        skip();
    put(s, "a.log", "");
    w5_watch_file(w, at(s, "a.log"), 0);
    int fd = open(at(s, "a.log"), O_WRONLY | O_APPEND);
    for (unsigned i = 0; i < most; i++) { /* two kinds in turn: equal ones in a row are one */
        assert_int_equal(write(fd, "x", 1), 1);
        assert_int_equal(fchmod(fd, i % 2 ? 0600 : 0644), 0);
    }
    close(fd);
    w5_watch_read(w, hear_everybody, &everybody);
    assert_true(everybody);
    w5_watch_free(w);
}

static void what_is_gone_is_forgotten(void **state)
{
    scene *s = *state;
    heard h[3] = {
        {0, 0},
        {0, 0},
        {0, 0}
    };
    w5_watch *w = w5_watch_new();
    if (!w)
        skip();
    put(s, "a.log", "");
    w5_watch_file(w, at(s, "a.log"), 0);
    unlink(at(s, "a.log"));
    w5_watch_read(w, hear, h);
    assert_true(h[0].name > 0);
    put(s, "a.log", "");
    assert_true(w5_watch_file(w, at(s, "a.log"), 1));
    h[0] = (heard){0, 0};
    append(s, "a.log", "x");
    w5_watch_read(w, hear, h);
    assert_int_equal(h[0].data + h[0].name, 0);
    assert_true(h[1].data > 0);
    w5_watch_free(w);
}

static void nothing_new_is_nothing_to_read(void **state)
{
    scene *s = *state;
    w5_watch *w = w5_watch_new();
    if (!w)
        skip();
    put(s, "a.log", "");
    w5_watch_file(w, at(s, "a.log"), 0);
    struct pollfd p = {.fd = w5_watch_fd(w), .events = POLLIN};
    assert_int_equal(poll(&p, 1, 0), 0);
    append(s, "a.log", "x");
    assert_int_equal(poll(&p, 1, 1000), 1);
    w5_watch_free(w);
}

static void where_there_is_none_nothing_happens(void **state)
{
    (void)state;
    w5_watch_free(NULL);
    w5_watch_read(NULL, hear, NULL);
    assert_int_equal(w5_watch_fd(NULL), -1);
    assert_false(w5_watch_file(NULL, "/tmp", 0));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(owners_hear_of_their_files_and_folders),
        TEST(an_overflow_concerns_everybody),
        TEST(what_is_gone_is_forgotten),
        TEST(nothing_new_is_nothing_to_read),
        cmocka_unit_test(where_there_is_none_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
