/* courier.c -- frames to a child, statuses back.
 *
 * A frame is {command, length} and the bytes. The input becomes a file in memory, so that a program
 * that does not read it blocks nobody. Programs get a clean environment, default signals and a
 * process group of their own: a time-out ends all that they started. */
#include <why502/deliver.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    TOO_LATE = 1000,  /* beside exit codes and 128 + signals */
    NOT_STARTED = 2000 /* + errno */
};

struct w5_courier {
    int fd;
    pid_t pid;
    char *const *const *command;
    size_t commands, running;
};

typedef struct frame {
    uint64_t command, len;
} frame;

static bool send_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool take_all(int fd, void *bytes, size_t n)
{
    char *p = bytes;
    while (n > 0) {
        ssize_t done = read(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* --- in the child ---------------------------------------------------------------------------- */
static int memory_file(int from, uint64_t len)
{
    char block[65536];
    int fd = memfd_create("why502", MFD_CLOEXEC);
    while (len > 0) {
        size_t n = len < sizeof(block) ? (size_t)len : sizeof(block);
        if (!take_all(from, block, n))
            _exit(0); /* the reader has gone */
        if (fd >= 0 && !send_all(fd, block, n)) {
            close(fd);
            fd = -1;
        }
        len -= n;
    }
    if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        fd = -1; /* an empty mail must not count as sent */
    }
    return fd;
}

static int await(pid_t pid)
{
    const struct timespec nap = {0, 10 * 1000 * 1000};
    w5_time deadline = w5_monotonic() + W5_COURIER_PATIENCE;
    int status;
    pid_t ended;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && w5_monotonic() < deadline)
        nanosleep(&nap, NULL);
    if (ended == 0) {
        kill(-pid, SIGKILL);
        waitpid(pid, &status, 0);
        return TOO_LATE;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Who starts us does not choose whose programs we start. */
static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static int start(char *const *words, int input)
{
    static char language[] = "LC_ALL=C.UTF-8";
    char *const environment[] = {path, language, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t all;
    sigset_t none;
    pid_t pid;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_init(&how);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETPGROUP);
    int rc = posix_spawnp(&pid, words[0], &files, &how, words, environment);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return rc == 0 ? await(pid) : NOT_STARTED + rc;
}

static void serve(const w5_courier *c)
{
    frame f;
    putenv(path); /* where a command without a slash is looked for, too */
    signal(SIGINT, SIG_IGN); /* the reader ends us by closing the socket */
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    while (take_all(c->fd, &f, sizeof(f)) && f.command < c->commands) {
        int input = memory_file(c->fd, f.len);
        int32_t status = input < 0 ? NOT_STARTED + ENOMEM : start(c->command[f.command], input);
        if (input >= 0)
            close(input);
        if (!send_all(c->fd, &status, sizeof(status)))
            break;
    }
}

/* --- in the parent --------------------------------------------------------------------------- */
w5_courier *w5_courier_start(char *const *const *command, size_t n, w5_err *err)
{
    int pair[2];
    w5_courier *c = w5_xmalloc(sizeof(*c));
    *c = (w5_courier){.fd = -1, .command = command, .commands = n};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 || (c->pid = fork()) < 0) {
        w5_fail(err, W5_EIO, errno, "cannot start a process");
        free(c);
        return NULL;
    }
    if (c->pid == 0) {
        close(pair[0]);
        c->fd = pair[1];
        serve(c);
        _exit(0);
    }
    close(pair[1]);
    c->fd = pair[0];
    return c;
}

static w5_rc has_gone(const w5_courier *c, w5_err *err)
{
    return w5_fail(err, W5_EIO, 0, "'%s': the process that starts programs has gone",
                   c->command[c->running][0]);
}

w5_rc w5_courier_begin(w5_courier *c, size_t command, w5_str input, w5_err *err)
{
    frame f = {command, input.len};
    c->running = command;
    if (!send_all(c->fd, &f, sizeof(f)) || !send_all(c->fd, input.ptr, input.len))
        return has_gone(c, err);
    return W5_OK;
}

static w5_rc judge(const char *name, int32_t status, w5_err *err)
{
    if (status == 0)
        return W5_OK;
    if (status >= NOT_STARTED)
        return w5_fail(err, W5_EIO, status - NOT_STARTED, "cannot start '%s'", name);
    if (status == TOO_LATE)
        return w5_fail(err, W5_EIO, 0, "'%s' took longer than 30 s and was killed", name);
    if (status > 128)
        return w5_fail(err, W5_EIO, 0, "'%s' died of signal %d", name, (int)status - 128);
    return w5_fail(err, W5_EIO, 0, "'%s' failed with exit code %d", name, (int)status);
}

w5_rc w5_courier_end(w5_courier *c, w5_time patience, w5_err *err)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    int32_t status = 0;
    if (poll(&p, 1, (int)(patience / 1000)) <= 0)
        return W5_WAIT;
    if (!take_all(c->fd, &status, sizeof(status)))
        return has_gone(c, err);
    return judge(c->command[c->running][0], status, err);
}

w5_rc w5_courier_run(w5_courier *c, size_t command, w5_str input, w5_err *err)
{
    w5_rc rc = w5_courier_begin(c, command, input, err);
    if (rc < 0)
        return rc;
    do
        rc = w5_courier_end(c, W5_COURIER_PATIENCE, err);
    while (rc == W5_WAIT);
    return rc;
}

void w5_courier_stop(w5_courier *c)
{
    if (!c)
        return;
    close(c->fd);
    free(c);
}

char **w5_command_words(w5_arena *arena, w5_str text, const char *const *more)
{
    size_t n = 0, extra = 0;
    while (more && more[extra])
        extra++;
    char **words = W5_NEW_N(arena, char *, text.len / 2 + extra + 2);
    char *copy = w5_arena_alloc(arena, text.len + 1);
    memcpy(copy, text.ptr, text.len);
    for (char *save, *word = strtok_r(copy, " \t", &save); word; word = strtok_r(NULL, " \t", &save))
        words[n++] = word;
    for (size_t i = 0; i < extra; i++) {
        words[n] = w5_arena_alloc(arena, strlen(more[i]) + 1);
        memcpy(words[n++], more[i], strlen(more[i]));
    }
    return words;
}
