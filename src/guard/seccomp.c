/* seccomp.c -- which system calls are left, for all threads of the process.
 *
 * A list of what is allowed. What is not on it answers EPERM rather than death: a new glibc may use
 * a call that nobody knew (glibc 2.38's fchmodat2 broke such filters), and a report with a gap is
 * better than none. The groups below were measured on Debian 12 with every kind of input. */
#include "seccomp.h"

#if W5_HAVE_SECCOMP
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/* Calls by name; those that this architecture does not have are passed over. */
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

/* The program is put together here: libseccomp 2.5 frees what it did not get when memory runs out, so
 * it is asked only what a call's number is, which takes none. */
enum {
    ROOM = 512
};

typedef struct program {
    struct sock_filter at[ROOM];
    unsigned short n;
    bool full;
} program;

static void add(program *p, struct sock_filter instruction)
{
    if (p->n < ROOM)
        p->at[p->n++] = instruction;
    else
        p->full = true;
}

static void load(program *p, size_t offset)
{
    add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(program *p, uint32_t what)
{
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

/* What is loaded is `value`: the next instruction; otherwise `skip` of them are passed over. */
static void unless_skip(program *p, uint32_t value, uint8_t skip)
{
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip));
}

#define LOW_HALF(argument)                                                                         \
    (offsetof(struct seccomp_data, args[argument]) + (__BYTE_ORDER == __BIG_ENDIAN ? 4 : 0))
#define HIGH_HALF(argument)                                                                        \
    (offsetof(struct seccomp_data, args[argument]) + (__BYTE_ORDER == __BIG_ENDIAN ? 0 : 4))

static void allow(program *p, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number < 0)
            continue; /* not on this architecture */
        unless_skip(p, (uint32_t)number, 1);
        answer(p, SECCOMP_RET_ALLOW);
    }
}

/* A call whose argument, under a mask, is a value; the last word about this call. */
static void allow_if(program *p, const char *name, unsigned argument, uint32_t mask, uint32_t value)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number < 0)
        return;
    unless_skip(p, (uint32_t)number, 5);
    load(p, LOW_HALF(argument));
    add(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
    unless_skip(p, value, 1);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, SECCOMP_RET_ERRNO | EPERM);
}

/* Opening to read alone: neither write access, nor creation, nor truncation. */
static void allow_reading_opens(program *p)
{
    allow_if(p, "open", 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
    allow_if(p, "openat", 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
}

/* clone3 hides its flags in memory, so glibc is told to use clone, whose flags can be seen. */
static void allow_threads(program *p)
{
    int hidden = seccomp_syscall_resolve_name("clone3");
    if (hidden >= 0) {
        unless_skip(p, (uint32_t)hidden, 1);
        answer(p, SECCOMP_RET_ERRNO | ENOSYS);
    }
    allow_if(p, "clone", 0, CLONE_THREAD, CLONE_THREAD);
}

/* Is this a terminal, and how wide? How much is there to read? And which limits are set? */
static void allow_questions(program *p)
{
    static const uint32_t questions[] = {TCGETS, TIOCGWINSZ, FIONREAD};
    unless_skip(p, (uint32_t)seccomp_syscall_resolve_name("ioctl"), 2 + 2 * COUNT(questions));
    load(p, LOW_HALF(1));
    for (size_t i = 0; i < COUNT(questions); i++) {
        unless_skip(p, questions[i], 1);
        answer(p, SECCOMP_RET_ALLOW);
    }
    answer(p, SECCOMP_RET_ERRNO | EPERM);
    unless_skip(p, (uint32_t)seccomp_syscall_resolve_name("prlimit64"), 6);
    load(p, LOW_HALF(2));
    unless_skip(p, 0, 3);
    load(p, HIGH_HALF(2));
    unless_skip(p, 0, 1);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, SECCOMP_RET_ERRNO | EPERM);
}

static void build(program *p, const w5_guard_plan *plan)
{
    bool reads = plan->read_below && *plan->read_below;
    bool writes = plan->write_below && *plan->write_below;
    load(p, offsetof(struct seccomp_data, arch));
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native(), 1, 0));
    answer(p, SECCOMP_RET_ERRNO | EPERM);
    load(p, offsetof(struct seccomp_data, nr));
    allow(p, always, COUNT(always));
    allow_questions(p);
    if (reads || writes)
        allow(p, following, COUNT(following));
    if (writes)
        allow(p, writing, COUNT(writing));
    else if (reads)
        allow_reading_opens(p);
    if (plan->threads)
        allow_threads(p);
    answer(p, SECCOMP_RET_ERRNO | EPERM);
}

w5_rc w5_seccomp_close(const w5_guard_plan *plan, w5_err *err)
{
    program p = {.n = 0};
    build(&p, plan);
    struct sock_fprog filter = {p.n, p.at};
    if (p.full)
        return w5_fail(err, W5_MISS, E2BIG, "seccomp");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return w5_fail(err, W5_MISS, errno, "seccomp");
    long rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    /* positive: a thread that could not be made to obey */
    return rc == 0 ? W5_OK : w5_fail(err, W5_MISS, rc < 0 ? errno : EBUSY, "seccomp");
}

#else

w5_rc w5_seccomp_close(const w5_guard_plan *plan, w5_err *err)
{
    (void)plan;
    return w5_fail(err, W5_MISS, 0, "this why502 was built without seccomp");
}
#endif
