#include "guard/process.h"

#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "inside.h"

/* The value of a line of /proc/self/status, read through a descriptor that is open already. */
static int status_of(int fd, const char *key, char *value, size_t size)
{
    char text[8192];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, key);
    if (!at)
        return 0;
    snprintf(value, size, "%.*s", (int)strcspn(at + strlen(key), "\n"), at + strlen(key));
    return 1;
}

static int as_anybody(void)
{
    const w5_guard_plan plan = {.when = W5_GUARD_AUTO};
    struct rlimit core;
    w5_err err = {0};
    EXPECT(w5_process_close(&plan, &err) == W5_OK);
    EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    EXPECT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    EXPECT(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0);
    return 0;
}

static void no_privilege_comes_back_and_no_core_is_left(void **state)
{
    (void)state;
    inside(as_anybody);
}

static int for_mail(void)
{
    const w5_guard_plan plan = {.spawn = true};
    w5_err err = {0};
    EXPECT(w5_process_close(&plan, &err) == W5_OK);
    EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
    return 0;
}

/* Debian's sendmail is setuid or setgid and would lose that. */
static void who_starts_sendmail_keeps_setuid_working(void **state)
{
    (void)state;
    inside(for_mail);
}

static int as_root(void)
{
    const w5_guard_plan plan = {.drop_root = true};
    w5_err err = {0};
    char value[64];
    int fd = open("/proc/self/status", O_RDONLY);
    EXPECT(w5_process_close(&plan, &err) == W5_OK);
    EXPECT(getuid() != 0 && geteuid() != 0 && getgid() != 0);
    EXPECT(getgroups(0, NULL) == 0);
    EXPECT(setuid(0) != 0);
    EXPECT(status_of(fd, "CapEff:\t", value, sizeof value));
    EXPECT(strcmp(value, "0000000000000000") == 0);
    EXPECT(!opens("/etc/shadow", O_RDONLY));
    return 0;
}

static void root_becomes_nobody_for_good(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    inside(as_root);
}

static int staying_root(void)
{
    const char *const reads[] = {"/var/log", NULL};
    const w5_guard_plan plan = {.read_below = reads};
    w5_err err = {0};
    char value[64];
    int fd = open("/proc/self/status", O_RDONLY);
    EXPECT(w5_process_close(&plan, &err) == W5_OK);
    EXPECT(geteuid() == 0);
    EXPECT(status_of(fd, "CapEff:\t", value, sizeof value));
    EXPECT(strcmp(value, "0000000000000004") == 0); /* CAP_DAC_READ_SEARCH */
    return 0;
}

static void root_that_follows_keeps_the_right_to_read(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    inside(staying_root);
}

static int following_as_nobody(void)
{
    const char *const reads[] = {"/var/log", NULL};
    const w5_guard_plan plan = {.read_below = reads, .drop_root = true};
    w5_err err = {0};
    char value[64];
    int fd = open("/proc/self/status", O_RDONLY);
    EXPECT(w5_process_close(&plan, &err) == W5_OK);
    EXPECT(geteuid() != 0 && setuid(0) != 0);
    EXPECT(status_of(fd, "CapEff:\t", value, sizeof value));
    EXPECT(strcmp(value, "0000000000000004") == 0);
    EXPECT(opens("/etc/shadow", O_RDONLY)); /* Landlock comes next */
    EXPECT(!opens("/etc/shadow", O_WRONLY));
    return 0;
}

static void nobody_that_follows_may_still_read_every_log(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    inside(following_as_nobody);
}

static char theirs[] = "/tmp/w5-guard-XXXXXX";

static int writing_with_a_user(void)
{
    const char *const writes[] = {theirs, NULL};
    const w5_guard_plan plan = {.write_below = writes};
    char from[80];
    char to[80];
    w5_err err = {0};
    snprintf(from, sizeof from, "%s/report.new", theirs);
    snprintf(to, sizeof to, "%s/report", theirs);
    EXPECT(opens(from, O_WRONLY | O_CREAT));
    EXPECT(w5_process_close(&plan, &err) == W5_OK);
    EXPECT(rename(from, to) == 0);
    EXPECT(unlink(to) == 0);
    EXPECT(chown("/etc/shadow", 1, 1) != 0);
    return 0;
}

static void root_can_write_its_report_in_a_users_folder(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_non_null(mkdtemp(theirs));
    assert_int_equal(chown(theirs, 12345, 12345), 0);
    inside(writing_with_a_user);
    rmdir(theirs);
}

static int dropping(void)
{
    const w5_guard_plan plan = {.drop_root = true};
    w5_err err = {0};
    EXPECT(w5_process_close(&plan, &err) == W5_OK);
    return 0;
}

/* A name space that knows one user alone: rootless containers. */
static int alone(void)
{
    if (unshare(CLONE_NEWUSER) != 0)
        return ABSENT;
    int map = open("/proc/self/uid_map", O_WRONLY);
    if (write(map, "0 0 1", 5) != 5)
        return ABSENT;
    close(map);
    return dropping();
}

static void where_there_is_no_nobody_root_gives_up_its_rights_alone(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    inside(alone);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_privilege_comes_back_and_no_core_is_left),
        cmocka_unit_test(who_starts_sendmail_keeps_setuid_working),
        cmocka_unit_test(root_becomes_nobody_for_good),
        cmocka_unit_test(root_that_follows_keeps_the_right_to_read),
        cmocka_unit_test(nobody_that_follows_may_still_read_every_log),
        cmocka_unit_test(root_can_write_its_report_in_a_users_folder),
        cmocka_unit_test(where_there_is_no_nobody_root_gives_up_its_rights_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
