/* guard.c -- the door: process, then Landlock, then seccomp.
 *
 * Each step is one that the step behind it would forbid. A kernel or a container without one of
 * them is no fault (xz 5.4.0 refused to run there and was useless): what holds is said by
 * w5_guard_word, and only `require` insists. */
#include <why502/guard.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "landlock.h"
#include "process.h"
#include "seccomp.h"

/* Sanitizers read /proc and attach to threads when the program ends. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* What holds in this process: there is one door a process, and it opens no more. */
static char word[512] = "off";

const char *w5_guard_word(void)
{
    return word;
}

static w5_rc none(const w5_guard_plan *plan, const char *why, w5_err *err)
{
    snprintf(word, sizeof word, "none: %s", why);
    if (plan->when == W5_GUARD_REQUIRE)
        return w5_fail(err, W5_ENOTSUP, 0, "no sandbox: %s", why);
    return w5_fail(err, W5_MISS, 0, "no sandbox: %s", why);
}

/* One of the two is missing: said, and enough unless both are required. */
static w5_rc half(const w5_guard_plan *plan, const char *has, const char *lacks, w5_err *err)
{
    snprintf(word, sizeof word, "%s (%s)", has, lacks);
    if (plan->when == W5_GUARD_REQUIRE)
        return w5_fail(err, W5_ENOTSUP, 0, "only half a sandbox: %s", lacks);
    return W5_OK;
}

static w5_rc close_both(const w5_guard_plan *plan, w5_err *err)
{
    w5_err files = {0};
    w5_err calls = {0};
    w5_rc landlock = w5_landlock_close(plan, &files);
    w5_rc seccomp = w5_seccomp_close(plan, &calls);
    if (landlock == W5_OK && seccomp == W5_OK) {
        snprintf(word, sizeof word, "landlock+seccomp");
        return W5_OK;
    }
    if (landlock != W5_OK && seccomp != W5_OK)
        return none(plan, calls.text, err);
    return landlock == W5_OK ? half(plan, "landlock", calls.text, err)
                             : half(plan, "seccomp", files.text, err);
}

w5_rc w5_guard_close(const w5_guard_plan *plan, w5_err *err)
{
    if (plan->when == W5_GUARD_OFF) {
        snprintf(word, sizeof word, "off");
        return W5_OK;
    }
    if (SANITIZED)
        return none(plan, "left out of builds with sanitizers", err);
    w5_rc rc = w5_process_close(plan, err);
    if (rc < 0)
        return rc;
    if (rc == W5_MISS)
        return none(plan, "no_new_privs is not allowed here", err);
    /* sendmail is setuid or setgid (exim4, postfix): below no_new_privs it could not work */
    if (plan->spawn)
        return none(plan, "another program has to be started", err);
    return close_both(plan, err);
}

/* --- what is tried from inside --------------------------------------------------------------- */
static bool can_open(void)
{
    static const struct {
        const char *path;
        int flags;
    } tries[] = {
        {"/etc/passwd", O_RDONLY            },
        {"/etc/passwd", O_WRONLY            },
        {"/tmp",        O_WRONLY | O_TMPFILE}, /* a file that has no name */
    };
    bool opened = false;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        int fd = open(tries[i].path, tries[i].flags | O_CLOEXEC, 0600);
        opened |= fd >= 0;
        if (fd >= 0)
            close(fd);
    }
    return opened;
}

static bool can_connect(void)
{
    const struct sockaddr_in discard = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno != EPERM && errno != EACCES;
    int rc = connect(fd, (const struct sockaddr *)&discard, sizeof discard);
    bool refused = rc != 0 && (errno == EPERM || errno == EACCES);
    close(fd);
    return !refused;
}

/* In a child, because a program that may be executed would take our place. */
static bool can_execute(void)
{
    enum {
        REFUSED = 77
    };
    int status = 0;
    pid_t child = fork();
    if (child < 0)
        return errno != EPERM;
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(REFUSED);
    }
    waitpid(child, &status, 0);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == REFUSED);
}

const w5_guard_try *w5_guard_tries(size_t *n)
{
    static const w5_guard_try tries[] = {
        {"opening a file",     can_open   },
        {"connecting",         can_connect},
        {"starting a program", can_execute},
    };
    *n = sizeof tries / sizeof *tries;
    return tries;
}

w5_rc w5_guard_self_test(w5_err *err)
{
    size_t n;
    const w5_guard_try *tries = w5_guard_tries(&n);
    for (size_t i = 0; i < n; i++)
        if (tries[i].succeeds())
            return w5_fail(err, W5_EINTERNAL, 0, "%s is not refused from inside the sandbox",
                           tries[i].what);
    return W5_OK;
}
