/* open.c -- opening what may be somebody else's trap.
 *
 * Root reads logs in folders of other users. Whoever owns such a folder can put a link to
 * /etc/shadow where the log was (CVE-2016-1247, CVE-2016-9566). As root, and only in a folder that
 * somebody else may write, a link counts only if root made it or if it leads to a file of the
 * link's own owner, and a file with several names only if it belongs to the folder's owner. Both
 * are judged on descriptors that are open already, so nothing can be exchanged in between. */
#include "open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static w5_rc cannot_open(const char *path, int sys, w5_err *err)
{
    return w5_fail(err, W5_EIO, sys, "cannot open '%s'", path);
}

/* The folder of a path and the name in it. */
static int open_folder(const char *path, const char **name)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if (!slash)
        return open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    size_t len = slash == path ? 1 : (size_t)(slash - path);
    if (len >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, len);
    folder[len] = '\0';
    return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool foreign(const struct stat *folder)
{
    return folder->st_uid != 0 || (folder->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/* Follows one link in a foreign folder: the text of root's links is trusted, others' links only as
 * far as their owner's own files. */
static int follow_link(int folder, const char *name, bool *refused)
{
    char target[PATH_MAX];
    struct stat link;
    struct stat file;
    int fd = -1;
    int self = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (self < 0)
        return -1;
    ssize_t len = readlinkat(self, "", target, sizeof target - 1);
    if (len > 0 && fstat(self, &link) == 0) {
        target[len] = '\0';
        fd = openat(folder, target, FLAGS);
        *refused =
            fd >= 0 && link.st_uid != 0 && (fstat(fd, &file) != 0 || file.st_uid != link.st_uid);
    }
    close(self);
    return fd;
}

static w5_rc open_as_root(const char *path, int folder, const char *name, const struct stat *around,
                          int *fd, struct stat *st, w5_err *err)
{
    bool refused = false;
    *fd = openat(folder, name, FLAGS | O_NOFOLLOW);
    bool is_link = *fd < 0 && errno == ELOOP;
    if (is_link)
        *fd = follow_link(folder, name, &refused);
    if (*fd < 0 || fstat(*fd, st) != 0)
        return cannot_open(path, errno, err);
    if (refused)
        return w5_fail(err, W5_EIO, EPERM,
                       "'%s' is a link made by a user who does not own the file behind it: name "
                       "that file itself",
                       path);
    bool shared = (around->st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (!is_link && S_ISREG(st->st_mode) && st->st_nlink > 1 &&
        (shared || st->st_uid != around->st_uid))
        return w5_fail(err, W5_EIO, EPERM,
                       "'%s' has a second name, and its folder may be written by others", path);
    return W5_OK;
}

static w5_rc open_plain(const char *path, int *fd, struct stat *st, w5_err *err)
{
    *fd = open(path, FLAGS);
    return *fd >= 0 && fstat(*fd, st) == 0 ? W5_OK : cannot_open(path, errno, err);
}

static w5_rc open_any(const char *path, int *fd, struct stat *st, w5_err *err)
{
    const char *name;
    struct stat around;
    /* Who we were at the start: the sandbox gives up root, but not its right to read every file. */
    if (getauxval(AT_EUID) != 0)
        return open_plain(path, fd, st, err);
    int folder = open_folder(path, &name);
    if (folder < 0)
        return cannot_open(path, errno, err);
    w5_rc rc = fstat(folder, &around) == 0 && foreign(&around)
                   ? open_as_root(path, folder, name, &around, fd, st, err)
                   : open_plain(path, fd, st, err);
    close(folder);
    return rc;
}

w5_rc w5_open_log(const char *path, int *fd, struct stat *st, w5_err *err)
{
    int opened = -1;
    w5_rc rc = open_any(path, &opened, st, err);
    if (rc == W5_OK)
        *fd = opened;
    else if (opened >= 0)
        close(opened);
    return rc;
}

w5_rc w5_open_stdin(int *fd, struct stat *st, w5_err *err)
{
    int opened = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (opened < 0)
        return w5_fail(err, W5_EIO, errno, "cannot read standard input");
    if (fstat(opened, st) != 0) {
        close(opened);
        return w5_fail(err, W5_EIO, errno, "cannot read standard input");
    }
    *fd = opened;
    return W5_OK;
}
