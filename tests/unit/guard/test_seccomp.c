#include "guard/seccomp.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include "inside.h"

static int closed(const w5_guard_plan *plan)
{
    w5_err err = {0};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return w5_seccomp_close(plan, &err) == W5_OK;
}

static void *answer(void *argument)
{
    *(int *)argument = 502;
    return argument;
}

static int with_nothing(void)
{
    const w5_guard_plan plan = {.when = W5_GUARD_AUTO};
    int fd = open("/etc/passwd", O_RDONLY);
    char bytes[16];
    struct stat st;
    if (!closed(&plan))
        return ABSENT;
    EXPECT(pread(fd, bytes, sizeof bytes, 0) > 0);
    EXPECT(fstat(fd, &st) == 0);
    EXPECT(lseek(fd, 0, SEEK_SET) == 0);
    EXPECT(!opens("/etc/passwd", O_RDONLY));
    EXPECT(errno == EPERM);
    EXPECT(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
    EXPECT(socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM);
    EXPECT(fork() < 0 && errno == EPERM);
    EXPECT(unlink("/tmp/no-such-file") < 0 && errno == EPERM);
    EXPECT(kill(1, 0) < 0 && errno == EPERM);
    execl("/bin/true", "true", (char *)NULL);
    EXPECT(errno == EPERM);
    pthread_t thread;
    int value = 0;
    EXPECT(pthread_create(&thread, NULL, answer, &value) != 0);
    void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(memory != MAP_FAILED);
    EXPECT(munmap(memory, 1 << 20) == 0);
    EXPECT(time(NULL) > 0);
    return 0;
}

static void what_is_open_can_be_read_and_no_more(void **state)
{
    (void)state;
    inside(with_nothing);
}

static int with_threads(void)
{
    const w5_guard_plan plan = {.threads = true};
    pthread_t thread;
    int value = 0;
    if (!closed(&plan))
        return ABSENT;
    EXPECT(pthread_create(&thread, NULL, answer, &value) == 0);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(value == 502);
    EXPECT(fork() < 0 && errno == EPERM);
    return 0;
}

static void threads_start_if_the_plan_says_so(void **state)
{
    (void)state;
    inside(with_threads);
}

static int with_reading(void)
{
    const char *const reads[] = {"/etc", NULL};
    const w5_guard_plan plan = {.read_below = reads};
    if (!closed(&plan))
        return ABSENT;
    EXPECT(opens("/etc/passwd", O_RDONLY));
    EXPECT(!opens("/etc/passwd", O_WRONLY) && errno == EPERM);
    EXPECT(!opens("/etc/passwd", O_RDWR) && errno == EPERM);
    EXPECT(!opens("/tmp/.why502-test", O_RDONLY | O_CREAT) && errno == EPERM);
    EXPECT(!opens("/tmp/.why502-test", O_WRONLY | O_CREAT | O_TRUNC) && errno == EPERM);
    return 0;
}

static void following_opens_to_read_alone(void **state)
{
    (void)state;
    inside(with_reading);
}

static int with_writing(void)
{
    const char *const writes[] = {"/tmp", NULL};
    const w5_guard_plan plan = {.write_below = writes};
    char name[] = "/tmp/w5-seccomp-XXXXXX";
    char other[64];
    if (!closed(&plan))
        return ABSENT;
    int fd = mkstemp(name);
    EXPECT(fd >= 0);
    EXPECT(write(fd, "x", 1) == 1);
    EXPECT(fsync(fd) == 0);
    snprintf(other, sizeof other, "%s.new", name);
    EXPECT(rename(name, other) == 0);
    EXPECT(unlink(other) == 0);
    EXPECT(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
    return 0;
}

static void a_state_can_be_written_if_the_plan_says_so(void **state)
{
    (void)state;
    inside(with_writing);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_open_can_be_read_and_no_more),
        cmocka_unit_test(threads_start_if_the_plan_says_so),
        cmocka_unit_test(following_opens_to_read_alone),
        cmocka_unit_test(a_state_can_be_written_if_the_plan_says_so),
    };
    if (is_emulated())
        return puts("ok 1 - seccomp # SKIP under qemu-user") < 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
