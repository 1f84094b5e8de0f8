#include <why502/guard.h>

#include <string.h>

#include "inside.h"

static int both(void)
{
    const w5_guard_plan plan = {.when = W5_GUARD_AUTO, .threads = true};
    w5_err err = {0};
    w5_rc rc = w5_guard_close(&plan, &err);
    if (strcmp(w5_guard_word(), "landlock+seccomp") != 0)
        return ABSENT;
    EXPECT(rc == W5_OK);
    EXPECT(w5_guard_self_test(&err) == W5_OK);
    return 0;
}

static void behind_the_door_nothing_works(void **state)
{
    (void)state;
    inside(both);
}

static int with_folders(void)
{
    const char *const reads[] = {"/var/log", NULL};
    const char *const writes[] = {"/var/tmp", NULL};
    const w5_guard_plan plan = {.read_below = reads, .write_below = writes};
    w5_err err = {0};
    w5_guard_close(&plan, &err);
    if (strcmp(w5_guard_word(), "landlock+seccomp") != 0)
        return ABSENT;
    EXPECT(opens("/var/log", O_RDONLY | O_DIRECTORY));
    EXPECT(w5_guard_self_test(&err) == W5_OK);
    return 0;
}

static void folders_of_the_plan_do_not_open_others(void **state)
{
    (void)state;
    inside(with_folders);
}

static int open_door(void)
{
    const w5_guard_plan plan = {.when = W5_GUARD_OFF};
    w5_err err = {0};
    EXPECT(w5_guard_close(&plan, &err) == W5_OK);
    EXPECT(strcmp(w5_guard_word(), "off") == 0);
    EXPECT(w5_guard_self_test(&err) == W5_EINTERNAL);
    EXPECT(strstr(err.text, "opening a file is not refused") != NULL);
    return 0;
}

static void an_open_door_fails_its_test(void **state)
{
    (void)state;
    inside(open_door);
}

static int spawning(void)
{
    const w5_guard_plan automatic = {.when = W5_GUARD_AUTO, .spawn = true};
    const w5_guard_plan required = {.when = W5_GUARD_REQUIRE, .spawn = true};
    w5_err err = {0};
    EXPECT(w5_guard_close(&automatic, &err) == W5_MISS);
    EXPECT(strncmp(w5_guard_word(), "none: ", 6) == 0);
    EXPECT(err.text[0] != '\0');
    EXPECT(w5_guard_close(&required, &err) == W5_ENOTSUP);
    return 0;
}

static void who_starts_programs_has_no_sandbox_and_says_so(void **state)
{
    (void)state;
    inside(spawning);
}

static int required(void)
{
    const w5_guard_plan plan = {.when = W5_GUARD_REQUIRE};
    w5_err err = {0};
    w5_rc rc = w5_guard_close(&plan, &err);
    bool holds = strcmp(w5_guard_word(), "landlock+seccomp") == 0;
    EXPECT(rc == (holds ? W5_OK : W5_ENOTSUP));
    EXPECT(holds || err.text[0] != '\0');
    return 0;
}

static void require_means_both_or_nothing(void **state)
{
    (void)state;
    inside(required);
}

#if W5_HAVE_SECCOMP
#include <seccomp.h>

/* A container's filter that answers Landlock's first call with an error. */
static int in_container(int error)
{
    const w5_guard_plan plan = {.when = W5_GUARD_AUTO};
    const w5_guard_plan strict = {.when = W5_GUARD_REQUIRE};
    w5_err err = {0};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint16_t)error), 444, 0);
    EXPECT(seccomp_load(filter) == 0);
    EXPECT(w5_guard_close(&strict, &err) == W5_ENOTSUP);
    EXPECT(err.text[0] != '\0');
    if (strncmp(w5_guard_word(), "seccomp (landlock", 17) != 0)
        return ABSENT;
    EXPECT(w5_guard_close(&plan, &err) >= 0);
    EXPECT(!opens("/etc/passwd", O_RDONLY));
    return 0;
}

static int enosys(void)
{
    return in_container(ENOSYS);
}

static int eperm(void)
{
    return in_container(EPERM);
}

static int einval(void)
{
    return in_container(EINVAL);
}

static void a_container_without_landlock_leaves_half_a_door(void **state)
{
    (void)state;
    inside(enosys);
    inside(eperm);
    inside(einval);
}
#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(behind_the_door_nothing_works),
        cmocka_unit_test(folders_of_the_plan_do_not_open_others),
        cmocka_unit_test(an_open_door_fails_its_test),
        cmocka_unit_test(who_starts_programs_has_no_sandbox_and_says_so),
        cmocka_unit_test(require_means_both_or_nothing),
#if W5_HAVE_SECCOMP
        cmocka_unit_test(a_container_without_landlock_leaves_half_a_door),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
