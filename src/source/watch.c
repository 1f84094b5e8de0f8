/* watch.c -- inotify's door.
 *
 * A watch belongs to an inode: of a file that was renamed away it goes on, which is what draining
 * wants; when the inode is gone the kernel says so and the entry goes, too. */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <why502/base/arena.h>

#define OF_FILE (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)
#define OF_FOLDER                                                                                  \
    (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF | IN_DELETE_SELF)

typedef struct entry {
    int wd;
    uint32_t owner;
    bool folder;
} entry;

struct w5_watch {
    int fd;
    entry *entry;
    size_t count, room;
};

w5_watch *w5_watch_new(void)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return NULL;
    w5_watch *w = w5_xmalloc(sizeof *w);
    *w = (w5_watch){.fd = fd};
    return w;
}

void w5_watch_free(w5_watch *w)
{
    if (!w)
        return;
    close(w->fd);
    free(w->entry);
    free(w);
}

int w5_watch_fd(const w5_watch *w)
{
    return w ? w->fd : -1;
}

static bool has(const w5_watch *w, entry e)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->entry[i].wd == e.wd && w->entry[i].owner == e.owner &&
            w->entry[i].folder == e.folder)
            return true;
    return false;
}

static bool add(w5_watch *w, const char *path, uint32_t mask, uint32_t owner, bool folder)
{
    int wd = w ? inotify_add_watch(w->fd, path, mask) : -1;
    entry e = {wd, owner, folder};
    if (wd < 0)
        return false;
    if (has(w, e))
        return true;
    if (w->count == w->room) {
        w->room = w->room ? 2 * w->room : 16;
        w->entry = w5_xrealloc(w->entry, w->room, sizeof *w->entry);
    }
    w->entry[w->count++] = e;
    return true;
}

bool w5_watch_file(w5_watch *w, const char *path, uint32_t owner)
{
    return add(w, path, OF_FILE, owner, false);
}

bool w5_watch_folder(w5_watch *w, const char *path, uint32_t owner)
{
    return add(w, path, OF_FOLDER | IN_ONLYDIR, owner, true);
}

static void forget(w5_watch *w, int wd)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->entry[i].wd != wd)
            w->entry[kept++] = w->entry[i];
    w->count = kept;
}

/* A file that moves or goes away changes what its name means, too. */
static void news(w5_watch *w, const struct inotify_event *e, w5_tell tell, void *context)
{
    bool moved = (e->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB | IN_UNMOUNT)) != 0;
    if (e->mask & IN_Q_OVERFLOW)
        tell(context, UINT32_MAX, true);
    for (size_t i = 0; i < w->count; i++)
        if (w->entry[i].wd == e->wd)
            tell(context, w->entry[i].owner, w->entry[i].folder || moved);
    if (e->mask & IN_IGNORED)
        forget(w, e->wd);
}

void w5_watch_read(w5_watch *w, w5_tell tell, void *context)
{
    _Alignas(struct inotify_event) char buffer[4096];
    ssize_t n;
    if (!w)
        return;
    while ((n = read(w->fd, buffer, sizeof buffer)) > 0) {
        const char *at = buffer;
        while (at < buffer + n) {
            struct inotify_event e;
            memcpy(&e, at, sizeof e);
            news(w, &e, tell, context);
            at += sizeof e + e.len;
        }
    }
}
