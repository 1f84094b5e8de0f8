#include "guard/landlock.h"

#include <sys/prctl.h>

#include "inside.h"

static int closed(const w5_guard_plan *plan)
{
    w5_err err = {0};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return w5_landlock_close(plan, &err) == W5_OK;
}

static int with_nothing(void)
{
    const w5_guard_plan plan = {.when = W5_GUARD_AUTO};
    int before = open("/etc/passwd", O_RDONLY);
    char byte;
    if (!closed(&plan))
        return ABSENT;
    EXPECT(!opens("/etc/passwd", O_RDONLY));
    EXPECT(errno == EACCES);
    EXPECT(!opens("/tmp/.why502-test", O_WRONLY | O_CREAT));
    EXPECT(read(before, &byte, 1) == 1); /* what is open stays open */
    execl("/bin/true", "true", (char *)NULL);
    EXPECT(errno == EACCES);
    return 0;
}

static void without_folders_nothing_opens(void **state)
{
    (void)state;
    inside(with_nothing);
}

static char folder[] = "/tmp/w5-guard-XXXXXX";

static int with_folders(void)
{
    char logs[64];
    char out[64];
    char later[64];
    char file[80];
    snprintf(logs, sizeof logs, "%s/logs", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(later, sizeof later, "%s/logs/later/deep", folder);
    const char *const reads[] = {logs, later, "/no/such/folder", NULL};
    const char *const writes[] = {out, NULL};
    const w5_guard_plan plan = {.read_below = reads, .write_below = writes};
    if (!closed(&plan))
        return ABSENT;
    snprintf(file, sizeof file, "%s/a.log", logs);
    EXPECT(opens(file, O_RDONLY));
    EXPECT(!opens(file, O_WRONLY));
    snprintf(file, sizeof file, "%s/new", logs);
    EXPECT(!opens(file, O_WRONLY | O_CREAT));
    snprintf(file, sizeof file, "%s/new", out);
    EXPECT(opens(file, O_RDWR | O_CREAT));
    char other[80];
    snprintf(other, sizeof other, "%s/renamed", out);
    EXPECT(rename(file, other) == 0);
    EXPECT(opens(other, O_RDWR | O_TRUNC));
    EXPECT(unlink(other) == 0);
    EXPECT(!opens("/etc/passwd", O_RDONLY));
    return 0;
}

static void folders_of_the_plan_stay_open(void **state)
{
    char path[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/logs", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/logs/a.log", folder);
    assert_true(opens(path, O_WRONLY | O_CREAT));
    snprintf(path, sizeof path, "%s/out", folder);
    mkdir(path, 0700);
    inside(with_folders);
    rmdir(path);
    snprintf(path, sizeof path, "%s/logs/a.log", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/logs", folder);
    rmdir(path);
    rmdir(folder);
}

static int with_a_file(void)
{
    const char *const reads[] = {"/etc/passwd", NULL};
    const w5_guard_plan plan = {.read_below = reads};
    if (!closed(&plan))
        return ABSENT;
    EXPECT(opens("/etc/passwd", O_RDONLY));
    EXPECT(!opens("/etc/group", O_RDONLY));
    return 0;
}

static void a_plan_may_name_one_file(void **state)
{
    (void)state;
    inside(with_a_file);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_folders_nothing_opens),
        cmocka_unit_test(folders_of_the_plan_stay_open),
        cmocka_unit_test(a_plan_may_name_one_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
