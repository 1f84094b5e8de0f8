/* test_rotated.c -- tests sources.c: what became of a log between two runs. */
#include "gzip.h"
#include "scene.h"

typedef struct known {
    const w5_identity *was;
    uint64_t offset;
} known;

static w5_before ask(void *context, const w5_sources *sources, size_t i)
{
    const known *k = context;
    bool is = w5_sources_is(sources, i, k->was, k->offset);
    return (w5_before){is ? k->offset : 0, is};
}

static w5_rc add_rotated(scene *s, const w5_identity *was, uint64_t offset)
{
    known k = {was, offset};
    return w5_sources_add_rotated(s->sources, 0, ask, &k);
}

static void set_time(scene *s, const char *name, time_t when)
{
    struct timespec times[2] = {
        {when, 0},
        {when, 0}
    };
    assert_int_equal(utimensat(AT_FDCWD, at(s, name), times, 0), 0);
}

static void pack(scene *s, const char *name, const char *text)
{
    char packed[1024];
    size_t n = gzip(w5_str_of(text), packed, sizeof packed);
    put_bytes(s, name, O_TRUNC, (w5_str){packed, n});
}

static void fresh(scene *s)
{
    start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
}

/* A first run reads "one\n"; then the log grows by "two\n" and what the case says happens. */
static w5_identity first_run(scene *s)
{
    put(s, "a.log", "one\n");
    fresh(s);
    w5_identity was = add(s, at(s, "a.log"))->identity;
    append(s, "a.log", "two\n");
    fresh(s);
    return was;
}

static void a_file_that_grew_is_itself(void **state)
{
    scene *s = *state;
    w5_identity was = first_run(s);
    add(s, at(s, "a.log"));
    assert_true(w5_sources_is(s->sources, 0, &was, 4));
    assert_false(w5_sources_is(s->sources, 0, &was, 9)); /* shorter than what was read */
}

static void a_file_written_anew_is_another(void **state)
{
    static const char *const texts[] = {"two\n", "other and longer\n", "", "o"};
    scene *s = *state;
    w5_identity was = first_run(s);
    for (size_t i = 0; i < COUNT(texts); i++) {
        put(s, "a.log", texts[i]); /* the inode is the same */
        fresh(s);
        add(s, at(s, "a.log"));
        assert_false(w5_sources_is(s->sources, 0, &was, 4));
    }
}

static void the_rest_of_a_renamed_file_is_read(void **state)
{
    static const char *const names[] = {"a.log.1", "a.log-20261120"};
    scene *s = *state;
    for (size_t i = 0; i < COUNT(names); i++) {
        w5_identity was = first_run(s);
        rename(at(s, "a.log"), at(s, names[i]));
        put(s, "a.log", "three\n");
        add(s, at(s, "a.log"));
        assert_false(w5_sources_is(s->sources, 0, &was, 4));
        assert_int_equal(add_rotated(s, &was, 4), W5_OK);
        assert_str(read_all(s, 0), W5_STR("three\ntwo\n"));
        unlink(at(s, names[i]));
    }
}

static void packed_meanwhile_it_is_found_by_its_text(void **state)
{
    scene *s = *state;
    w5_identity was = first_run(s);
    pack(s, "a.log.1.gz", "one\ntwo\n");
    put(s, "a.log", "three\n");
    add(s, at(s, "a.log"));
    assert_int_equal(add_rotated(s, &was, 4), W5_OK);
    assert_str(read_all(s, 0), W5_STR("three\ntwo\n"));
}

static void of_two_rotations_nothing_is_left_out(void **state)
{
    scene *s = *state;
    w5_identity was = first_run(s);
    pack(s, "a.log.3.gz", "long ago\n");
    set_time(s, "a.log.3.gz", 1795000000);
    pack(s, "a.log.2.gz", "one\ntwo\n");
    set_time(s, "a.log.2.gz", 1795100000);
    put(s, "a.log.1", "three\n");
    set_time(s, "a.log.1", 1795200000);
    put(s, "a.log", "four\n");
    put(s, "a.log.bak", "no\n");
    add(s, at(s, "a.log"));
    assert_int_equal(add_rotated(s, &was, 4), W5_OK);
    assert_str(read_all(s, 0), W5_STR("four\ntwo\nthree\n"));
}

/* The clock of files ticks every few milliseconds. */
static void of_two_rotations_at_one_tick_nothing_is_left_out(void **state)
{
    scene *s = *state;
    w5_identity was = first_run(s);
    rename(at(s, "a.log"), at(s, "a.log.2"));
    put(s, "a.log.1", "three\n");
    set_time(s, "a.log.1", 1795200000);
    set_time(s, "a.log.2", 1795200000);
    put(s, "a.log", "four\n");
    add(s, at(s, "a.log"));
    assert_int_equal(add_rotated(s, &was, 4), W5_OK);
    assert_str(read_all(s, 0), W5_STR("four\nthree\ntwo\n"));
}

static void what_is_gone_is_said(void **state)
{
    scene *s = *state;
    w5_identity was = first_run(s);
    put(s, "a.log", "three\n");
    put(s, "a.log.1", "something else\n");
    add(s, at(s, "a.log"));
    assert_int_equal(add_rotated(s, &was, 4), W5_MISS);
    assert_int_equal(w5_sources_count(s->sources), 1);
}

static void an_empty_file_is_known_by_its_inode_alone(void **state)
{
    scene *s = *state;
    put(s, "a.log", "");
    fresh(s);
    w5_identity was = add(s, at(s, "a.log"))->identity;
    assert_int_equal(was.fingerprinted, 0);
    append(s, "a.log", "one\n");
    rename(at(s, "a.log"), at(s, "a.log.1"));
    put(s, "a.log", "two\n");
    fresh(s);
    add(s, at(s, "a.log"));
    assert_false(w5_sources_is(s->sources, 0, &was, 0));
    assert_int_equal(add_rotated(s, &was, 0), W5_OK);
    assert_str(read_all(s, 0), W5_STR("two\none\n"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_file_that_grew_is_itself),
        TEST(a_file_written_anew_is_another),
        TEST(the_rest_of_a_renamed_file_is_read),
        TEST(packed_meanwhile_it_is_found_by_its_text),
        TEST(of_two_rotations_nothing_is_left_out),
        TEST(of_two_rotations_at_one_tick_nothing_is_left_out),
        TEST(what_is_gone_is_said),
        TEST(an_empty_file_is_known_by_its_inode_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
