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
    w5_state_set_position(s, &place.identity, &place);
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
    w5_state_set_position(s, &(w5_identity){0}, &(w5_position){.seen = now - W5_STATE_SEEN_FOR - 1});
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

static void counters_and_days_go_on(void **state)
{
    (void)state;
    const w5_counter *c;
    const w5_day *d;
    w5_counter errors = {.family = W5_STR("upstream_errors"),
                         .label = {W5_STR("read-timeout"), W5_STR("127.0.0.1:1")},
                         .value = 7};
    w5_state *s = opened(W5_OK);
    w5_state_set_counters(s, &errors, 1);
    w5_state_count_errors(s, 20000, 4);
    assert_int_equal(w5_state_save(s, w5_now(), NULL), W5_OK);
    w5_state_close(s);
    s = opened(W5_OK);
    assert_int_equal(w5_state_counters(s, &c), 1);
    assert_true(c->value == 7 && w5_str_eq(c->label[1], W5_STR("127.0.0.1:1")));
    w5_state_count_errors(s, 20000, 5);
    for (int64_t day = 20001; day < 20000 + W5_STATE_DAYS + 3; day++)
        w5_state_count_errors(s, day, 0);
    assert_true(w5_state_days(s, &d) > 0 && d->errors == 9);
    assert_int_equal(w5_state_save(s, w5_now(), NULL), W5_OK);
    assert_int_equal(w5_state_days(s, &d), W5_STATE_DAYS);
    assert_int_equal(d->day, 20003);
    w5_state_close(s);
}

/* Saved twice in one run, lines forgotten in between: the database holds what memory holds. */
static void lines_are_written_once(void **state)
{
    (void)state;
    const w5_kept *k;
    w5_time now = w5_now();
    w5_state *s = opened(W5_OK);
    w5_state_keep(s, &(w5_kept){.text = W5_STR("old"), .at = now - W5_STATE_KEPT_FOR + W5_SECOND});
    w5_state_keep(s, &(w5_kept){.text = W5_STR("first"), .at = now});
    assert_int_equal(w5_state_save(s, now, NULL), W5_OK);
    w5_state_keep(s, &(w5_kept){.text = W5_STR("second"), .at = now});
    assert_int_equal(w5_state_save(s, now + W5_MINUTE, NULL), W5_OK);
    w5_state_close(s);
    s = opened(W5_OK);
    assert_int_equal(w5_state_kept(s, &k), 2);
    assert_str(k[0].text, W5_STR("first"));
    assert_str(k[1].text, W5_STR("second"));
    w5_state_close(s);
}

/* What version 1 wrote: no counters, no column "tried". */
static const char first_version[] = {
#include "state/data/schema-1.sql.inc"
    0};

static void a_database_of_the_first_version_is_brought_up(void **state)
{
    (void)state;
#if W5_HAVE_SQLITE
    const w5_position *p;
    const w5_mail *m;
    char command[256];
    snprintf(command, sizeof(command), "sqlite3 %s 2> /dev/null || python3 -c 'import sqlite3, sys;"
             "sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())' %s", path, path);
    FILE *shell = popen(command, "w");
    assert_non_null(shell);
    fputs(first_version, shell);
    fputs("INSERT INTO position VALUES ('e.log', 1, 2, 3, 4, 55, 6, '', 9000000000000000000);"
          "INSERT INTO outbox VALUES ('x@y', 'root', 1, 'body');", shell);
    assert_int_equal(pclose(shell), 0);
    w5_state *s = opened(W5_OK);
    assert_int_equal(w5_state_positions(s, &p), 1);
    assert_int_equal(p->offset, 55);
    assert_int_equal(w5_state_mails(s, &m), 1);
    assert_false(m->tried);
    w5_state_try_mail(s, W5_STR("x@y"), true);
    assert_int_equal(w5_state_save(s, w5_now(), NULL), W5_OK);
    w5_state_close(s);
    s = opened(W5_OK);
    assert_int_equal(w5_state_mails(s, &m), 1);
    assert_true(m->tried);
    w5_state_close(s);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_saved_is_there_again, fresh, gone),
        cmocka_unit_test_setup_teardown(what_was_not_saved_is_forgotten, fresh, gone),
        cmocka_unit_test_setup_teardown(old_lines_and_files_are_forgotten, fresh, gone),
        cmocka_unit_test_setup_teardown(counters_and_days_go_on, fresh, gone),
        cmocka_unit_test_setup_teardown(lines_are_written_once, fresh, gone),
        cmocka_unit_test_setup_teardown(a_database_of_the_first_version_is_brought_up, fresh, gone),
        cmocka_unit_test_setup_teardown(a_second_run_finds_it_busy, fresh, gone),
        cmocka_unit_test_setup_teardown(a_damaged_one_is_set_aside, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
