/* faults.c -- a library to preload that counts calls and lets one of them fail, or the process die.
 *
 * FAULT_COUNTS names a file of CALLS 64-bit numbers, shared by all processes of a run: how often each
 * call was made. FAULT_CALL, FAULT_NUMBER and FAULT_HOW choose: the N-th call of that name fails with
 * errno FAULT_HOW; "+5" lets all from there on fail; "kill" ends the process before it, "killed"
 * behind it. One number more than CALLS says that the fault was reached. Programs that are started do
 * not inherit it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_LIST(X)                                                                               \
    X(malloc) X(calloc) X(realloc) X(strdup) X(open) X(openat) X(read) X(pread) X(write) X(pwrite) \
    X(fsync) X(rename) X(unlink) X(fstat) X(mmap) X(poll) X(epoll_wait) X(inotify_add_watch)       \
    X(posix_spawn) X(waitpid) X(ftruncate) X(close) X(stat) X(lseek) X(mkostemp) X(memfd_create)   \
    X(pthread_create) X(opendir) X(readdir) X(mkdir) X(inotify_init1) X(getrandom) X(fchmod)       \
    X(socketpair) X(fork)

enum call {
#define NAME(name) CALL_##name,
    CALL_LIST(NAME)
#undef NAME
    CALLS
};

static uint64_t nowhere[CALLS + 1];
static uint64_t *count = nowhere;
static int fails = -1;
static uint64_t number;
static int how;
static bool for_good, kills, behind;

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void begin(void)
{
    static const char *const names[] = {
#define NAME(name) #name,
        CALL_LIST(NAME)
#undef NAME
    };
    const char *path = getenv("FAULT_COUNTS"), *call = getenv("FAULT_CALL");
    const char *n = getenv("FAULT_NUMBER"), *word = getenv("FAULT_HOW");
    int (*open_it)(const char *, int, ...) = real("open");
    void *(*map)(void *, size_t, int, int, int, off_t) = real("mmap");
    int fd = path ? open_it(path, O_RDWR | O_CLOEXEC) : -1;
    void *shared =
        fd < 0 ? MAP_FAILED : map(NULL, sizeof nowhere, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    for (int i = 0; call && i < CALLS; i++)
        if (strcmp(names[i], call) == 0)
            fails = i;
    number = n ? strtoull(n, NULL, 10) : 0;
    kills = word && strncmp(word, "kill", 4) == 0;
    behind = word && strcmp(word, "killed") == 0;
    for_good = word && word[0] == '+';
    how = word && !kills ? atoi(word) : EIO;
    unsetenv("LD_PRELOAD");
    if (shared != MAP_FAILED)
        count = shared;
}

/* Counts a call; true: it is to fail, errno is set. */
static bool fault(enum call call)
{
    uint64_t nth = __atomic_add_fetch(&count[call], 1, __ATOMIC_RELAXED);
    if ((int)call != fails || nth < number || (nth > number && !for_good))
        return false;
    count[CALLS] = 1;
    if (kills && !behind)
        kill(getpid(), SIGKILL);
    errno = how;
    return !kills;
}

/* The same behind a call that was made. */
static void after(enum call call)
{
    if (kills && behind && (int)call == fails && count[call] == number)
        kill(getpid(), SIGKILL);
}

/* --- memory ---------------------------------------------------------------------------------- */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    return fault(CALL_malloc) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fault(CALL_calloc) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fault(CALL_realloc) ? NULL : __libc_realloc(old, size);
}

char *strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = fault(CALL_strdup) ? NULL : __libc_malloc(n);
    return copy ? memcpy(copy, s, n) : NULL;
}

/* --- system calls ----------------------------------------------------------------------------- */
/* Each under both its names: with 64-bit offsets it has another. */
#define TWICE(type, name, name64, parameters, arguments, bad)                                      \
    type name parameters;                                                                          \
    type name64 parameters;                                                                        \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*was) parameters;                                                              \
        if (!was)                                                                                  \
            was = real(#name);                                                                     \
        if (fault(CALL_##name))                                                                    \
            return bad;                                                                            \
        type answer = was arguments;                                                               \
        after(CALL_##name);                                                                        \
        return answer;                                                                             \
    }                                                                                              \
    type name64 parameters                                                                         \
    {                                                                                              \
        return name arguments;                                                                     \
    }
#define ONCE(type, name, call, parameters, arguments, bad)                                         \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*was) parameters;                                                              \
        if (!was)                                                                                  \
            was = real(#name);                                                                     \
        if (fault(CALL_##call))                                                                    \
            return bad;                                                                            \
        type answer = was arguments;                                                               \
        after(CALL_##call);                                                                        \
        return answer;                                                                             \
    }

TWICE(ssize_t, pread, pread64, (int fd, void *to, size_t n, off_t at), (fd, to, n, at), -1)
TWICE(ssize_t, pwrite, pwrite64, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at), -1)
TWICE(int, ftruncate, ftruncate64, (int fd, off_t n), (fd, n), -1)
ONCE(int, fstat, fstat, (int fd, struct stat *st), (fd, st), -1)
ONCE(int, fstat64, fstat, (int fd, struct stat64 *st), (fd, st), -1)
TWICE(void *, mmap, mmap64, (void *at, size_t n, int protection, int flags, int fd, off_t offset),
      (at, n, protection, flags, fd, offset), MAP_FAILED)
ONCE(ssize_t, read, read, (int fd, void *to, size_t n), (fd, to, n), -1)
ONCE(ssize_t, write, write, (int fd, const void *from, size_t n), (fd, from, n), -1)
ONCE(int, fsync, fsync, (int fd), (fd), -1)
ONCE(int, fdatasync, fsync, (int fd), (fd), -1)
ONCE(int, rename, rename, (const char *from, const char *to), (from, to), -1)
ONCE(int, unlink, unlink, (const char *path), (path), -1)
ONCE(int, poll, poll, (struct pollfd *fds, nfds_t n, int patience), (fds, n, patience), -1)
ONCE(int, epoll_wait, epoll_wait, (int fd, struct epoll_event *to, int n, int patience),
     (fd, to, n, patience), -1)
ONCE(int, inotify_add_watch, inotify_add_watch, (int fd, const char *path, uint32_t mask),
     (fd, path, mask), -1)
ONCE(pid_t, waitpid, waitpid, (pid_t pid, int *status, int options), (pid, status, options), -1)
ONCE(int, close, close, (int fd), (fd), -1)
ONCE(int, posix_spawnp, posix_spawn,
     (pid_t * pid, const char *file, const posix_spawn_file_actions_t *files,
      const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]),
     (pid, file, files, attributes, argv, envp), how)

ONCE(int, stat, stat, (const char *path, struct stat *st), (path, st), -1)
ONCE(int, stat64, stat, (const char *path, struct stat64 *st), (path, st), -1)
ONCE(int, lstat, stat, (const char *path, struct stat *st), (path, st), -1)
ONCE(int, lstat64, stat, (const char *path, struct stat64 *st), (path, st), -1)
ONCE(int, fstatat, stat, (int fd, const char *path, struct stat *st, int flags), (fd, path, st, flags), -1)
ONCE(int, fstatat64, stat, (int fd, const char *path, struct stat64 *st, int flags),
     (fd, path, st, flags), -1)
TWICE(off_t, lseek, lseek64, (int fd, off_t to, int whence), (fd, to, whence), -1)
TWICE(int, mkostemp, mkostemp64, (char *name, int flags), (name, flags), -1)
ONCE(int, memfd_create, memfd_create, (const char *name, unsigned flags), (name, flags), -1)
ONCE(int, pthread_create, pthread_create,
     (pthread_t * thread, const pthread_attr_t *how_to, void *(*begin_at)(void *), void *with),
     (thread, how_to, begin_at, with), how)
ONCE(DIR *, opendir, opendir, (const char *path), (path), NULL)
ONCE(struct dirent *, readdir, readdir, (DIR * folder), (folder), NULL)
ONCE(struct dirent64 *, readdir64, readdir, (DIR * folder), (folder), NULL)
ONCE(int, mkdir, mkdir, (const char *path, mode_t mode), (path, mode), -1)
ONCE(int, inotify_init1, inotify_init1, (int flags), (flags), -1)
ONCE(ssize_t, getrandom, getrandom, (void *to, size_t n, unsigned flags), (to, n, flags), -1)
ONCE(int, fchmod, fchmod, (int fd, mode_t mode), (fd, mode), -1)
ONCE(int, socketpair, socketpair, (int domain, int type, int protocol, int pair[2]),
     (domain, type, protocol, pair), -1)
ONCE(pid_t, fork, fork, (void), (), -1)
/* What fortified programs call in their place. */
ONCE(ssize_t, __read_chk, read, (int fd, void *to, size_t n, size_t room), (fd, to, n, room), -1)
ONCE(ssize_t, __pread64_chk, pread, (int fd, void *to, size_t n, off_t at, size_t room),
     (fd, to, n, at, room), -1)
ONCE(int, __poll_chk, poll, (struct pollfd *fds, nfds_t n, int patience, size_t room),
     (fds, n, patience, room), -1)
ONCE(int, __open64_2, open, (const char *path, int flags), (path, flags), -1)
ONCE(int, __open_2, open, (const char *path, int flags), (path, flags), -1)

static mode_t mode_of(int flags, va_list more)
{
    return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(more, int) : 0;
}

#define OPENS(name, call, first, second)                                                           \
    int name first                                                                                 \
    {                                                                                              \
        static int (*was)(const char *, ...);                                                      \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = mode_of(flags, more);                                                        \
        va_end(more);                                                                              \
        if (!was)                                                                                  \
            was = real(#name);                                                                     \
        if (fault(CALL_##call))                                                                    \
            return -1;                                                                             \
        int fd = second;                                                                           \
        after(CALL_##call);                                                                        \
        return fd;                                                                                 \
    }
#define AS_OPEN   ((int (*)(const char *, int, ...))(void *)was)
#define AS_OPENAT ((int (*)(int, const char *, int, ...))(void *)was)
OPENS(open, open, (const char *path, int flags, ...), AS_OPEN(path, flags, mode))
OPENS(open64, open, (const char *path, int flags, ...), AS_OPEN(path, flags, mode))
OPENS(openat, openat, (int at, const char *path, int flags, ...), AS_OPENAT(at, path, flags, mode))
OPENS(openat64, openat, (int at, const char *path, int flags, ...), AS_OPENAT(at, path, flags, mode))
