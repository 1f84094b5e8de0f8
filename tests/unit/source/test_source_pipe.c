#include "source/source_pipe.h"

#include "scene.h"

/* Standard input becomes the reading end of a pipe; its writing end is returned. */
static int pipe_in(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    return ends[1];
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void standard_input_is_read_to_its_end(void **state)
{
    scene *s = *state;
    int in = pipe_in();
    say(in, "one\ntwo");
    close(in);
    const w5_source *source = add(s, "-");
    assert_str(read_all(s, W5_SECOND), W5_STR("one\ntwo"));
    assert_str(source->kind, W5_STR("pipe"));
    assert_int_equal(source->bytes, 7);
    assert_true(source->done);
}

static void half_a_line_waits_for_its_other_half(void **state)
{
    scene *s = *state;
    int in = pipe_in();
    add(s, "-");
    say(in, "one\nha");
    assert_str(read_all(s, 0), W5_STR("one\n"));
    say(in, "lf\n");
    assert_str(read_all(s, 0), W5_STR("one\nhalf\n"));
    close(in);
    assert_int_equal(read_block(s, 0), W5_END);
}

static void bytes_one_by_one_are_lines_all_the_same(void **state)
{
    static const char text[] = "one\n\ntwo\n";
    scene *s = *state;
    int in = pipe_in();
    add(s, "-");
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        assert_int_equal(write(in, text + i, 1), 1);
        read_all(s, 0);
    }
    close(in);
    assert_str(read_all(s, 0), w5_str_of(text));
}

static void text_that_begins_like_an_archive_is_text(void **state)
{
    static const char *const texts[] = {"B", "BZh", "BZh9 is no archive\n", "(", "\x1f\x8b", "7"};
    scene *s = *state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        int in = pipe_in();
        start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
        add(s, "-");
        for (const char *c = texts[i]; *c; c++) {
            assert_int_equal(write(in, c, 1), 1);
            read_all(s, 0);
        }
        close(in);
        assert_str(read_all(s, 0), w5_str_of(texts[i]));
    }
}

static void a_silent_pipe_keeps_nobody_longer_than_asked(void **state)
{
    scene *s = *state;
    int in = pipe_in();
    add(s, "-");
    w5_time before = w5_monotonic();
    assert_int_equal(read_block(s, W5_SECOND / 20), W5_WAIT);
    w5_time took = w5_monotonic() - before;
    assert_true(took >= W5_SECOND / 25 && took < W5_SECOND);
    close(in);
}

static void when_stopped_it_gives_out_what_it_holds(void **state)
{
    scene *s = *state;
    int in = pipe_in();
    add(s, "-");
    say(in, "one\nhalf");
    w5_sources_stop(s->sources);
    assert_str(read_all(s, W5_SECOND), W5_STR("one\nhalf"));
    assert_int_equal(read_block(s, 0), W5_END);
    close(in);
}

static void a_named_pipe_waits_for_its_writer(void **state)
{
    scene *s = *state;
    assert_int_equal(mkfifo(at(s, "fifo"), 0600), 0);
    const w5_source *source = add(s, at(s, "fifo"));
    assert_int_equal(read_block(s, W5_SECOND / 50), W5_WAIT);
    int in = open(at(s, "fifo"), O_WRONLY | O_NONBLOCK);
    assert_true(in >= 0);
    say(in, "late but here\n");
    close(in);
    assert_str(read_all(s, W5_SECOND), W5_STR("late but here\n"));
    assert_int_equal(source->error.code, W5_OK);
}

static void a_named_pipe_without_writer_ends_and_says_so(void **state)
{
    scene *s = *state;
    assert_int_equal(mkfifo(at(s, "fifo"), 0600), 0);
    const w5_source *source = add(s, at(s, "fifo"));
    w5_time before = w5_monotonic();
    assert_int_equal(read_block(s, 20 * W5_SECOND), W5_END);
    assert_true(w5_monotonic() - before < 8 * W5_SECOND);
    assert_int_equal(source->error.code, W5_EIO);
    assert_non_null(strstr(source->error.text, "nobody writes to it"));
}

static void a_file_as_standard_input_begins_where_it_stands(void **state)
{
    scene *s = *state;
    put(s, "error.log", "one\ntwo\n");
    int fd = open(at(s, "error.log"), O_RDONLY);
    assert_int_equal(lseek(fd, 4, SEEK_SET), 4);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    const w5_source *source = add(s, "/dev/stdin");
    assert_str(source->kind, W5_STR("file"));
    assert_str(read_all(s, 0), W5_STR("two\n"));
}

static void a_closed_standard_input_is_said(void **state)
{
    scene *s = *state;
    int kept = dup(STDIN_FILENO);
    close(STDIN_FILENO);
    const w5_source *source = add(s, "-");
    assert_int_equal(source->error.code, W5_EIO);
    assert_int_equal(read_block(s, 0), W5_END);
    if (kept >= 0)
        dup2(kept, STDIN_FILENO);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(standard_input_is_read_to_its_end),
        TEST(half_a_line_waits_for_its_other_half),
        TEST(bytes_one_by_one_are_lines_all_the_same),
        TEST(text_that_begins_like_an_archive_is_text),
        TEST(a_silent_pipe_keeps_nobody_longer_than_asked),
        TEST(when_stopped_it_gives_out_what_it_holds),
        TEST(a_named_pipe_waits_for_its_writer),
        TEST(a_named_pipe_without_writer_ends_and_says_so),
        TEST(a_file_as_standard_input_begins_where_it_stands),
        TEST(a_closed_standard_input_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
