/* test_courier.c -- a process that starts programs for one that may not. */
#include "check.h"

#include <string.h>
#include <why502/deliver.h>

static w5_rc deliver(const char *command, const char *const *more, w5_str input, w5_err *err)
{
    w5_arena *arena = w5_arena_new();
    char *const **commands = W5_NEW_N(arena, char *const *, 1);
    commands[0] = w5_command_words(arena, w5_str_of(command), more);
    w5_courier *c = w5_courier_start((char *const *const *)commands, 1, err);
    assert_non_null(c);
    w5_rc rc = w5_courier_run(c, 0, input, err);
    w5_courier_stop(c);
    w5_arena_free(arena);
    return rc;
}

static void the_program_gets_the_input(void **state)
{
    (void)state;
    w5_err err = {0};
    assert_int_equal(deliver("grep -q hello", NULL, W5_STR("hello\n"), &err), W5_OK);
    assert_int_equal(deliver("grep -q hello", NULL, W5_STR("world\n"), &err), W5_EIO);
    assert_non_null(strstr(err.text, "exit code 1"));
}

static void one_need_not_wait_for_the_end(void **state)
{
    (void)state;
    static char program[] = "sleep", seconds[] = "0.3";
    static char *const slow[] = {program, seconds, NULL};
    static char *const *const commands[] = {slow};
    w5_err err = {0};
    w5_courier *c = w5_courier_start(commands, 1, &err);
    w5_time before = w5_monotonic();
    assert_int_equal(w5_courier_begin(c, 0, W5_STR("hello\n"), &err), W5_OK);
    assert_int_equal(w5_courier_end(c, 0, &err), W5_WAIT);
    assert_true(w5_monotonic() - before < W5_SECOND / 4);
    assert_int_equal(w5_courier_end(c, 20 * W5_SECOND, &err), W5_OK);
    assert_int_equal(w5_courier_run(c, 0, W5_NONE, &err), W5_OK);
    w5_courier_stop(c);
}

static void a_program_need_not_read(void **state)
{
    (void)state;
    static char large[1 << 20];
    assert_int_equal(deliver("true", NULL, (w5_str){large, sizeof(large)}, NULL), W5_OK);
}

static void what_is_not_there_is_told(void **state)
{
    (void)state;
    if (is_emulated())
        skip();
    w5_err err = {0};
    assert_int_equal(deliver("/nowhere/sendmail", NULL, W5_STR(""), &err), W5_EIO);
    assert_non_null(strstr(err.text, "cannot start '/nowhere/sendmail'"));
}

static void words_stand_between_blanks_and_no_shell_reads_them(void **state)
{
    (void)state;
    static const char *const more[] = {"-t", NULL};
    w5_arena *arena = w5_arena_new();
    char **words = w5_command_words(arena, W5_STR("  msmtp -a\t$(x)  "), more);
    static const char *const expected[] = {"msmtp", "-a", "$(x)", "-t"};
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(words[i], expected[i]);
    assert_null(words[4]);
    w5_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_gets_the_input),
        cmocka_unit_test(one_need_not_wait_for_the_end),
        cmocka_unit_test(a_program_need_not_read),
        cmocka_unit_test(what_is_not_there_is_told),
        cmocka_unit_test(words_stand_between_blanks_and_no_shell_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
