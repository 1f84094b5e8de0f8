/* path.c -- a catalogue file, or every *.w5 of a folder in the order of their names. */
#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stanza.h"

/* *bytes is the caller's to free, also on failure. */
static w5_rc read_all(int fd, const char *path, char **bytes, size_t *len, w5_err *err)
{
    size_t room = 0;
    while (*len <= W5_CATALOGUE_FILE_MAX) {
        if (*len == room) {
            room = room == 0 ? 1 << 16 : 2 * room;
            *bytes = w5_xrealloc(*bytes, room, 1);
        }
        ssize_t n = read(fd, *bytes + *len, room - *len);
        if (n < 0 && errno != EINTR)
            return w5_fail(err, W5_EIO, errno, "cannot read '%s'", path);
        if (n == 0)
            break;
        *len += n < 0 ? 0 : (size_t)n;
    }
    return W5_OK;
}

static w5_rc load_file(w5_catalogue *c, const char *path, w5_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return w5_fail(err, W5_EIO, errno, "cannot open '%s'", path);
    char *bytes = NULL;
    size_t len = 0;
    w5_rc rc = read_all(fd, path, &bytes, &len, err);
    close(fd);
    if (rc == W5_OK)
        rc = w5_catalogue_read(c, w5_arena_str(c->arena, w5_str_of(path)),
                               w5_arena_str(c->arena, (w5_str){bytes, len}), err);
    free(bytes);
    return rc;
}

static int is_catalogue(const struct dirent *entry)
{
    w5_str name = w5_str_of(entry->d_name);
    return name.len > 3 && name.ptr[0] != '.' && w5_str_ends(name, W5_STR(".w5"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static w5_rc load_folder(w5_catalogue *c, const char *path, w5_err *err)
{
    struct dirent **entry;
    int n = scandir(path, &entry, is_catalogue, by_name);
    if (n < 0)
        return w5_fail(err, W5_EIO, errno, "cannot read folder '%s'", path);
    w5_rc rc = W5_OK;
    for (int i = 0; i < n; i++) {
        if (rc == W5_OK) {
            w5_str file = w5_arena_fmt(c->arena, "%s/%s", path, entry[i]->d_name);
            rc = load_file(c, file.ptr, err);
        }
        free(entry[i]);
    }
    free(entry);
    return rc;
}

w5_rc w5_catalogue_load_path(w5_catalogue *c, const char *path, w5_err *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return w5_fail(err, W5_EIO, errno, "cannot open '%s'", path);
    w5_catalogue_layer(c);
    return S_ISDIR(st.st_mode) ? load_folder(c, path, err) : load_file(c, path, err);
}
