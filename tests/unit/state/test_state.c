/* test_state.c -- what one run remembers for the next. */
#include "check.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <why502/state.h>

static char folder[] = "/tmp/why502-state-XXXXXX";
static char path[sizeof(folder) + 16];

/* A folder of its own: root takes a state only from where nobody else may write. */
static int fresh(void **state)
{
    (void)state;
    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof(path), "%s/state.db", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd < 0 || close(fd) != 0;
}

/* The state, and what was set aside. */
static int gone(void **state)
{
    (void)state;
    char pattern[sizeof(path) + 1];
    glob_t found;
    snprintf(pattern, sizeof(pattern), "%s*", path);
    int failed = glob(pattern, 0, NULL, &found);
    for (size_t i = 0; !failed && i < found.gl_pathc; i++)
        failed = unlink(found.gl_pathv[i]);
    globfree(&found);
    return rmdir(folder) != 0 || failed;
}

#if W5_HAVE_SQLITE
/* By another program. */
static bool changed_by_hand(const char *sql)
{
    char command[256];
    snprintf(command, sizeof(command), "sqlite3 %s 2> /dev/null || python3 -c 'import sqlite3, sys;"
             "sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())' %s 2> /dev/null", path, path);
    FILE *shell = popen(command, "w");
    assert_non_null(shell);
    fputs(sql, shell);
    return pclose(shell) == 0;
}
#endif

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
    assert_non_null(strstr(err.text, "the state was damaged; it is '/tmp/why502-state-"));
    assert_non_null(strstr(err.text, ".damaged-"));
}

#if W5_HAVE_SQLITE
/* What opens and could never be saved would stop each run to come. */
static void what_no_version_of_ours_writes_is_set_aside(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "CREATE TRIGGER t BEFORE INSERT ON position BEGIN SELECT RAISE(FAIL, 'no'); END;",
        "DROP TABLE day; CREATE VIEW day AS SELECT 1 AS day, 2 AS errors;",
        "DROP TABLE day; CREATE TABLE day (day INTEGER PRIMARY KEY, errors INTEGER CHECK (errors < 0));",
        "DROP TABLE kept;",
        "CREATE TABLE another (x);",
        "CREATE UNIQUE INDEX one ON position (seen);",
        "INSERT INTO position VALUES ('x', 1, 2, 3, 4, -5, 6, '', 7);",
        "INSERT INTO position VALUES ('x', 1, 2, 3, 4, 'five', 6, '', 7);",
        "INSERT INTO told VALUES ('x', 'y', 'z', 1, -1, 0, 0, 0);",
        "INSERT INTO kept VALUES (-9, 'x', 'y', 1, 2, x'00');",
        "INSERT INTO counter VALUES ('x', 'y', 'z', 1.5);",
        "INSERT INTO day VALUES (1, 'many');",
        "PRAGMA user_version = 99;",
        "PRAGMA user_version = 1;",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        unlink(path);
        w5_state_close(opened(W5_OK));
        w5_state *s = opened(W5_OK);
        assert_int_equal(w5_state_save(s, w5_now(), NULL), W5_OK);
        w5_state_close(s);
        assert_true(changed_by_hand(cases[i]));
        w5_err err = {0};
        w5_rc rc = w5_state_open(&s, path, &err);
        if (rc != W5_MISS)
            fail_msg("%s: %d %s", cases[i], (int)rc, err.text);
        assert_int_equal(w5_state_save(s, w5_now(), NULL), W5_OK);
        w5_state_close(s);
        w5_state_close(opened(W5_OK));
    }
}

/* A disk gives back a page of zeros, of ones, or another page. */
static void a_page_that_was_lost_is_damage(void **state)
{
    (void)state;
    enum {
        PAGE = 4096
    };
    static char good[64 * PAGE], bad[sizeof(good)];
    w5_time now = w5_now();
    w5_state *s = opened(W5_OK);
    for (int i = 0; i < 400; i++)
        w5_state_keep(s, &(w5_kept){.text = W5_STR("a line of some length, to fill pages"), .at = now});
    assert_int_equal(w5_state_save(s, now, NULL), W5_OK);
    w5_state_close(s);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = read(fd, good, sizeof(good));
    close(fd);
    assert_true(size > 12 * PAGE && size < (ssize_t)sizeof(good));
    for (ssize_t page = 0; page < size / PAGE; page++) {
        memcpy(bad, good, sizeof(bad));
        memset(bad + page * PAGE, page % 2 ? 0xff : 0, PAGE);
        fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_int_equal(write(fd, bad, (size_t)size), size);
        close(fd);
        w5_state_close(opened(W5_MISS));
    }
}
#endif

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
    static char sql[8192];
    snprintf(sql, sizeof(sql), "%s%s", first_version,
             "INSERT INTO position VALUES ('e.log', 1, 2, 3, 4, 55, 6, '', 9000000000000000000);"
             "INSERT INTO outbox VALUES ('x@y', 'root', 1, 'body');");
    assert_true(changed_by_hand(sql));
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

#if W5_HAVE_SQLITE
static void refused(const char *why)
{
    w5_state *s = NULL;
    w5_err err = {0};
    w5_rc rc = w5_state_open(&s, path, &err);
    if (rc >= 0)
        fail_msg("not refused: %s", why);
    assert_true(err.text[0] != '\0');
}

/* Another user could put a database or a journal of his own there. */
static void root_takes_no_state_that_others_may_exchange(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(folder, 0777), 0);
    refused("everybody may write in the folder");
    assert_int_equal(chmod(folder, 01777), 0);
    char journal[sizeof(path) + 16];
    snprintf(journal, sizeof(journal), "%s-journal", path);
    int planted = open(journal, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(planted >= 0);
    close(planted);
    assert_int_equal(chown(journal, 12345, 0), 0);
    refused("somebody has put a journal there");
    assert_int_equal(unlink(journal), 0);
    w5_state_close(opened(W5_OK)); /* as in /tmp: nobody else can remove or replace it */
    unlink(journal);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(chown(folder, 12345, 0), 0);
    refused("the folder is somebody else's");
    assert_int_equal(chown(path, 12345, 0), 0);
    w5_state_close(opened(W5_OK)); /* the state of a user, all of it */
    assert_int_equal(chown(folder, 0, 0), 0);
    refused("the file is somebody else's");
    assert_int_equal(chown(path, 0, 0), 0);
    w5_state_close(opened(W5_OK));
}

/* A victim behind another name, as a link or as a second name, keeps its bytes. */
static void a_state_has_one_name_and_is_no_link(void **state)
{
    char victim[sizeof(path) + 8];
    char text[16] = "";
    (void)state;
    snprintf(victim, sizeof(victim), "%s-victim", path);
    for (int hard = 0; hard < 2; hard++) {
        FILE *file = fopen(victim, "w");
        assert_non_null(file);
        fputs("precious", file);
        fclose(file);
        unlink(path);
        assert_int_equal(hard ? link(victim, path) : symlink(victim, path), 0);
        refused(hard ? "a second name" : "a link");
        file = fopen(victim, "r");
        assert_non_null(file);
        assert_non_null(fgets(text, sizeof(text), file));
        fclose(file);
        assert_string_equal(text, "precious");
    }
}

/* Who opens a state that is held reads in it first, and a commit has to wait for that. */
static void a_reader_is_waited_for(void **state)
{
    (void)state;
    char command[512];
    char word[8] = "";
    w5_state *s = opened(W5_OK);
    snprintf(command, sizeof(command),
             "/usr/bin/python3 -c 'import sqlite3, time\n"
             "c = sqlite3.connect(\"%s\", isolation_level=None)\n"
             "c.execute(\"BEGIN\"); c.execute(\"SELECT count(*) FROM sqlite_master\").fetchall()\n"
             "print(\"held\", flush=True); time.sleep(0.3)'",
             path);
    FILE *reader = popen(command, "r");
    assert_non_null(reader);
    bool held = fgets(word, sizeof(word), reader) && strcmp(word, "held\n") == 0;
    w5_err err = {0};
    w5_rc rc = w5_state_save(s, w5_now(), &err);
    w5_state_close(s);
    bool ended = pclose(reader) == 0;
    if (!held || !ended)
        skip();
    if (rc != W5_OK)
        fail_msg("%s", err.text);
}

static void a_state_is_for_its_owner_alone(void **state)
{
    struct stat st;
    (void)state;
    assert_int_equal(chmod(path, 0666), 0);
    w5_state_close(opened(W5_OK));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}
#endif

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
#if W5_HAVE_SQLITE
        cmocka_unit_test_setup_teardown(what_no_version_of_ours_writes_is_set_aside, fresh, gone),
        cmocka_unit_test_setup_teardown(a_page_that_was_lost_is_damage, fresh, gone),
        cmocka_unit_test_setup_teardown(root_takes_no_state_that_others_may_exchange, fresh, gone),
        cmocka_unit_test_setup_teardown(a_state_has_one_name_and_is_no_link, fresh, gone),
        cmocka_unit_test_setup_teardown(a_state_is_for_its_owner_alone, fresh, gone),
        cmocka_unit_test_setup_teardown(a_reader_is_waited_for, fresh, gone),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
