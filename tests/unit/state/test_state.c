/* test_state.c -- what one run remembers for the next. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <why502/state.h>

static char path[] = "/tmp/why502-state-XXXXXX";

static int fresh(void **state)
{
    (void)state;
    memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int gone(void **state)
{
    (void)state;
    return unlink(path);
}

static w5_state *opened(w5_rc expected)
{
    w5_state *s = NULL;
    assert_int_equal(w5_state_open(&s, path, NULL), expected);
    return s;
}

static void what_was_saved_is_there_again(void **state)
{
    (void)state;
    const w5_position *p;
    const w5_told *t;
    const w5_kept *k;
    const w5_mail *m;
    w5_time now = w5_now();
    w5_state *s = opened(W5_OK);
    w5_position place = {.name = W5_STR("e.log"), .offset = 77, .lines = 5, .seen = now};
    place.identity = (w5_identity){1, 2, UINT64_MAX - 3, 256};
    w5_state_set_position(s, &place);
    w5_state_set_told(s, &(w5_told){.id = "0123456789abcdef", .count = 9, .over = true}, 1);
    w5_state_keep(s, &(w5_kept){.name = W5_STR("e.log"), .text = W5_STR("a\0b\n"), .at = now});
    w5_state_add_mail(s, &(w5_mail){.message_id = W5_STR("x@y"), .body = W5_STR("hello")});
    assert_int_equal(w5_state_save(s, now, NULL), W5_OK);
    w5_state_close(s);
    s = opened(W5_OK);
    assert_int_equal(w5_state_positions(s, &p), 1);
    assert_true(p->offset == 77 && p->lines == 5 && p->identity.fingerprint == UINT64_MAX - 3);
    assert_int_equal(w5_state_told(s, &t), 1);
    assert_true(t->count == 9 && t->over && strcmp(t->id, "0123456789abcdef") == 0);
    assert_int_equal(w5_state_kept(s, &k), 1);
    assert_str(k->text, W5_STR("a\0b\n"));
    assert_int_equal(w5_state_mails(s, &m), 1);
    w5_state_drop_mail(s, W5_STR("x@y"));
    assert_int_equal(w5_state_mails(s, &m), 0);
    w5_state_close(s);
}

static void what_was_not_saved_is_forgotten(void **state)
{
    (void)state;
    const w5_told *t;
    w5_state *s = opened(W5_OK);
    w5_state_set_told(s, &(w5_told){.id = "a"}, 1);
    w5_state_close(s);
    s = opened(W5_OK);
    assert_int_equal(w5_state_told(s, &t), 0);
    w5_state_close(s);
}

static void old_lines_and_files_are_forgotten(void **state)
{
    (void)state;
    const w5_kept *k;
    const w5_position *p;
    w5_time now = w5_now();
    w5_state *s = opened(W5_OK);
    w5_state_keep(s, &(w5_kept){.text = W5_STR("old"), .at = now - W5_STATE_KEPT_FOR - 1});
    w5_state_keep(s, &(w5_kept){.text = W5_STR("young"), .at = now});
    w5_state_set_position(s, &(w5_position){.seen = now - W5_STATE_SEEN_FOR - 1});
    assert_int_equal(w5_state_save(s, now, NULL), W5_OK);
    assert_int_equal(w5_state_kept(s, &k), 1);
    assert_str(k->text, W5_STR("young"));
    assert_int_equal(w5_state_positions(s, &p), 0);
    w5_state_close(s);
}

static void a_second_run_finds_it_busy(void **state)
{
    (void)state;
    w5_state *s = opened(W5_OK);
    opened(W5_EBUSY);
    assert_int_equal(w5_state_save(s, w5_now(), NULL), W5_OK);
    opened(W5_EBUSY);
    w5_state_close(s);
    w5_state_close(opened(W5_OK));
}

static void a_damaged_one_is_set_aside(void **state)
{
    (void)state;
    w5_err err = {0};
    w5_state *s = NULL;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("this was never a database, whatever it may be called", file);
    fclose(file);
    assert_int_equal(w5_state_open(&s, path, &err), W5_MISS);
    w5_state_close(s);
    char *from = strchr(err.text, '\'');
    assert_non_null(from);
    char *to = strchr(from + 1, '\'');
    assert_non_null(to);
    *to = '\0';
    assert_int_equal(unlink(from + 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_saved_is_there_again, fresh, gone),
        cmocka_unit_test_setup_teardown(what_was_not_saved_is_forgotten, fresh, gone),
        cmocka_unit_test_setup_teardown(old_lines_and_files_are_forgotten, fresh, gone),
        cmocka_unit_test_setup_teardown(a_second_run_finds_it_busy, fresh, gone),
        cmocka_unit_test_setup_teardown(a_damaged_one_is_set_aside, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
