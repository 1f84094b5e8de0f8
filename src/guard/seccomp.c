/* seccomp.c -- which system calls are left, for all threads of the process.
 *
 * A list of what is allowed. What is not on it answers EPERM rather than death: a new glibc may use
 * a call that nobody knew (glibc 2.38's fchmodat2 broke such filters), and a report with a gap is
 * better than none. The groups below were measured on Debian 12 with every kind of input. */
#include "seccomp.h"

#if W5_HAVE_SECCOMP
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <seccomp.h>

/* Calls by name: libseccomp passes over those that this architecture does not have. */
static const char *const always[] = {
    /* what is open already */
    "read",
    "readv",
    "pread64",
    "preadv",
    "preadv2",
    "write",
    "writev",
    "pwrite64",
    "lseek",
    "_llseek",
    "close",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "fcntl64",
    "fstat",
    "fstat64",
    "newfstatat",
    "fstatat64",
    "statx",
    "stat",
    "stat64",
    "lstat",
    "lstat64",
    "fstatfs",
    "fstatfs64",
    "fadvise64",
    "fadvise64_64",
    "poll",
    "ppoll",
    "ppoll_time64",
    "select",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "eventfd2",
    "recvmsg",
    "recvfrom",
    "inotify_init1",
    "inotify_rm_watch",
    /* memory */
    "brk",
    "mmap",
    "mmap2",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    /* time, and who we are */
    "clock_gettime",
    "clock_gettime64",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "getpid",
    "gettid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "uname",
    "sysinfo",
    "getrusage",
    "getrlimit",
    "ugetrlimit",
    "sched_getaffinity",
    "sched_yield",
    "getcpu",
    "getrandom",
    /* threads that run already, signals, the end */
    "futex",
    "futex_time64",
    "set_robust_list",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigreturn",
    "sigaltstack",
    "restart_syscall",
    "tgkill",
    "exit",
    "exit_group",
};

/* Looking files up by name again: rotation. */
static const char *const following[] = {
    "getdents64", "readlink", "readlinkat",        "access", "faccessat",
    "faccessat2", "getcwd",   "inotify_add_watch", "statfs", "statfs64",
};

/* A state database and reports that are renamed into place. */
static const char *const writing[] = {
    "open",  "openat",    "unlink",    "unlinkat",    "rename",    "renameat", "renameat2",
    "fsync", "fdatasync", "ftruncate", "ftruncate64", "fallocate", "fchmod",   "fchown",
    "flock", "umask",     "utimensat", "pwritev",     "mkdir",     "mkdirat",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool allow(scmp_filter_ctx filter, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number != __NR_SCMP_ERROR && seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) != 0)
            return false;
    }
    return true;
}

/* Opening to read alone: neither write access, nor creation, nor truncation. */
static bool allow_reading_opens(scmp_filter_ctx filter)
{
    const scmp_datum_t mask = O_ACCMODE | O_CREAT | O_TRUNC;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, mask, O_RDONLY)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, mask, O_RDONLY)) == 0;
}

/* clone3 hides its flags in memory, so glibc is told to use clone, whose flags can be seen. */
static bool allow_threads(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) == 0;
}

/* Is this a terminal, and how wide? How much is there to read? */
static bool allow_questions(scmp_filter_ctx filter)
{
    static const unsigned long questions[] = {TCGETS, TIOCGWINSZ, FIONREAD};
    for (size_t i = 0; i < COUNT(questions); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                             SCMP_A1(SCMP_CMP_EQ, questions[i], 0)) != 0)
            return false;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                            SCMP_A2(SCMP_CMP_EQ, 0, 0)) == 0; /* limits are asked, not set */
}

static bool build(scmp_filter_ctx filter, const w5_guard_plan *plan)
{
    bool reads = plan->read_below && *plan->read_below;
    bool writes = plan->write_below && *plan->write_below;
    return allow(filter, always, COUNT(always)) && allow_questions(filter) &&
           (!(reads || writes) || allow(filter, following, COUNT(following))) &&
           (!reads || writes || allow_reading_opens(filter)) &&
           (!writes || allow(filter, writing, COUNT(writing))) &&
           (!plan->threads || allow_threads(filter));
}

w5_rc w5_seccomp_close(const w5_guard_plan *plan, w5_err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return w5_fail(err, W5_MISS, ENOMEM, "seccomp");
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (rc == 0 && !build(filter, plan))
        rc = -EINVAL;
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0 ? W5_OK : w5_fail(err, W5_MISS, -rc, "seccomp");
}

#else

w5_rc w5_seccomp_close(const w5_guard_plan *plan, w5_err *err)
{
    (void)plan;
    return w5_fail(err, W5_MISS, 0, "this why502 was built without seccomp");
}
#endif
