#include "guard/process.h"

#include <grp.h>
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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_privilege_comes_back_and_no_core_is_left),
        cmocka_unit_test(who_starts_sendmail_keeps_setuid_working),
        cmocka_unit_test(root_becomes_nobody_for_good),
        cmocka_unit_test(root_that_follows_keeps_the_right_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
