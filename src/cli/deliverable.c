#include "deliverable.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static w5_rc open_directly(deliverable *d, w5_err *err)
{
    d->fd = open(d->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return d->fd < 0 ? w5_fail(err, W5_EIO, errno, "cannot write '%s'", d->path) : W5_OK;
}

/* The sandbox will not let it be opened later. */
static int open_folder(const char *path)
{
    char name[PATH_MAX];
    if (strlen(path) >= sizeof(name))
        return -1;
    memcpy(name, path, strlen(path) + 1);
    return open(dirname(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Beside the target, so that the rename stays within one file system. */
static w5_rc open_beside(deliverable *d, w5_err *err)
{
    int n = snprintf(d->temporary, sizeof(d->temporary), "%s.XXXXXX", d->path);
    if (n < 0 || (size_t)n >= sizeof(d->temporary))
        return w5_fail(err, W5_EIO, ENAMETOOLONG, "cannot write '%s'", d->path);
    d->fd = mkostemp(d->temporary, O_CLOEXEC);
    if (d->fd < 0)
        return w5_fail(err, W5_EIO, errno, "cannot write beside '%s'", d->path);
    d->folder = open_folder(d->path);
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(d->fd, 0644 & ~mask) != 0)
        return w5_fail(err, W5_EIO, errno, "cannot set the mode of '%s'", d->temporary);
    return W5_OK;
}

w5_rc deliverable_open(deliverable *d, const char *path, w5_err *err)
{
    *d = (deliverable){.fd = STDOUT_FILENO, .folder = -1, .path = path};
    struct stat st;
    w5_rc rc = W5_OK;
    if (path)
        rc = stat(path, &st) == 0 && !S_ISREG(st.st_mode) ? open_directly(d, err)
                                                          : open_beside(d, err);
    if (rc >= 0)
        d->out = w5_out_fd(d->fd);
    return rc;
}

static w5_rc settle(deliverable *d, w5_err *err)
{
    if (!d->temporary[0])
        return W5_OK;
    if (fsync(d->fd) != 0)
        return w5_fail(err, W5_EIO, errno, "cannot write '%s'", d->path);
    if (rename(d->temporary, d->path) != 0)
        return w5_fail(err, W5_EIO, errno, "cannot rename to '%s'", d->path);
    d->temporary[0] = '\0';
    if (d->folder >= 0 && fsync(d->folder) != 0 && errno != EINVAL)
        return w5_fail(err, W5_EIO, errno, "cannot sync the folder of '%s'", d->path);
    return W5_OK;
}

static void close_folder(deliverable *d)
{
    if (d->folder >= 0)
        close(d->folder);
    d->folder = -1;
}

w5_rc deliverable_finish(deliverable *d, w5_err *err)
{
    w5_err own = {0};
    w5_rc rc = w5_out_done(d->out, &own);
    if (rc < 0 && own.sys == EPIPE && !d->path)
        rc = W5_OK;
    else if (rc < 0 && err)
        *err = own;
    if (rc >= 0)
        rc = settle(d, err);
    if (d->temporary[0])
        unlink(d->temporary);
    close_folder(d);
    if (d->path && close(d->fd) != 0 && rc >= 0)
        rc = w5_fail(err, W5_EIO, errno, "cannot write '%s'", d->path);
    return rc;
}

void deliverable_drop(deliverable *d)
{
    w5_out_done(d->out, NULL); /* what was written goes away with its file */
    if (d->temporary[0])
        unlink(d->temporary);
    close_folder(d);
    if (d->path)
        close(d->fd);
}
