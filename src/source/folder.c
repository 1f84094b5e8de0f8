/* folder.c -- which files of a folder are logs.
 *
 * Names decide here, contents later. Sub-folders are not entered. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static const w5_str endings[] = {
    W5_LIT(".log"),
    W5_LIT(".err"),
    W5_LIT(".ndjson"),
    W5_LIT(".journal"),
};
static const w5_str names[] = {
    W5_LIT("syslog"),
    W5_LIT("messages"),
    W5_LIT("error_log"),
    W5_LIT("access_log"),
};
static const w5_str compressions[] = {
    W5_LIT(".gz"), W5_LIT(".bz2"), W5_LIT(".xz"), W5_LIT(".zst"), W5_LIT(".lz4"),
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

bool w5_folder_wants_live(w5_str name)
{
    for (size_t i = 0; i < COUNT(endings); i++)
        if (w5_str_ends(name, endings[i]) && name.len > endings[i].len)
            return true;
    for (size_t i = 0; i < COUNT(names); i++)
        if (w5_str_eq(name, names[i]))
            return true;
    return false;
}

static w5_str without_compression(w5_str name)
{
    for (size_t i = 0; i < COUNT(compressions); i++)
        if (w5_str_ends(name, compressions[i]))
            return w5_str_head(name, name.len - compressions[i].len);
    return name;
}

/* Without ".3" or "-20261120" or "-2026-11-20" (logrotate's dateext, also with an hour or a second
 * behind it). */
static w5_str without_rotation(w5_str name)
{
    size_t end = name.len;
    while (end > 0 &&
           ((name.ptr[end - 1] >= '0' && name.ptr[end - 1] <= '9') || name.ptr[end - 1] == '-'))
        end--;
    if (end == name.len)
        return name;
    if (end > 0 && name.ptr[end - 1] == '.')
        return w5_str_head(name, end - 1);
    return name.ptr[end] == '-' ? w5_str_head(name, end) : name;
}

bool w5_folder_wants(w5_str name)
{
    return w5_folder_wants_live(without_rotation(without_compression(name)));
}

bool w5_folder_rotated(w5_str path)
{
    size_t slash;
    w5_str name = w5_str_rfind_char(path, '/', &slash) ? w5_str_skip(path, slash + 1) : path;
    return w5_folder_wants(name) && !w5_folder_wants_live(name);
}

static w5_str join(w5_arena *arena, const char *folder, const char *name)
{
    w5_str f = w5_str_of(folder);
    bool slash = w5_str_ends(f, W5_STR("/"));
    return w5_arena_fmt(arena, "%s%s%s", folder, slash ? "" : "/", name);
}

typedef struct found {
    w5_str path;
    struct timespec written;
} found;

typedef struct list {
    found *entry;
    size_t count;
} list;

/* NULL with errno: the folder could not be read to its end. */
static const struct dirent *next_entry(DIR *d)
{
    errno = 0;
    return readdir(d);
}

/* Of what cannot be looked at opening it will tell why; a link to nothing is nothing. */
static bool may_be_log(DIR *d, const char *name, struct stat *st)
{
    if (fstatat(dirfd(d), name, st, 0) == 0)
        return S_ISREG(st->st_mode);
    *st = (struct stat){0};
    return errno != ENOENT && errno != ELOOP;
}

/* All files of a folder whose names are wanted. */
static w5_rc read_folder(w5_arena *arena, const char *folder, bool (*wants)(w5_str, w5_str),
                         w5_str of, list *l, w5_err *err)
{
    struct stat st;
    DIR *d = opendir(folder);
    *l = (list){NULL, 0};
    if (!d)
        return w5_fail(err, W5_EIO, errno, "cannot open '%s'", folder);
    const struct dirent *e;
    while ((e = next_entry(d)) != NULL) {
        if (!wants(w5_str_of(e->d_name), of) || !may_be_log(d, e->d_name, &st))
            continue;
        l->entry = w5_xrealloc(l->entry, l->count + 1, sizeof *l->entry);
        l->entry[l->count++] = (found){join(arena, folder, e->d_name), st.st_mtim};
    }
    int sys = errno;
    closedir(d);
    if (sys == 0)
        return W5_OK;
    free(l->entry);
    *l = (list){NULL, 0};
    return w5_fail(err, W5_EIO, sys, "cannot read all of '%s'", folder);
}

static const w5_str *paths_of(w5_arena *arena, list *l, int (*order)(const void *, const void *))
{
    w5_str *paths = W5_NEW_N(arena, w5_str, l->count ? l->count : 1);
    if (l->count > 0)
        qsort(l->entry, l->count, sizeof *l->entry, order);
    for (size_t i = 0; i < l->count; i++)
        paths[i] = l->entry[i].path;
    free(l->entry);
    return paths;
}

static int by_name(const void *a, const void *b)
{
    const found *first = a;
    const found *second = b;
    return w5_str_cmp(first->path, second->path);
}

static int by_time(const void *a, const void *b)
{
    const found *first = a;
    const found *second = b;
    if (first->written.tv_sec != second->written.tv_sec)
        return first->written.tv_sec < second->written.tv_sec ? -1 : 1;
    if (first->written.tv_nsec != second->written.tv_nsec)
        return first->written.tv_nsec < second->written.tv_nsec ? -1 : 1;
    return by_name(a, b);
}

static bool wants_log(w5_str name, w5_str of)
{
    (void)of;
    return w5_folder_wants(name);
}

w5_rc w5_folder_list(w5_arena *arena, const char *folder, const w5_str **paths, size_t *count,
                     w5_err *err)
{
    list l;
    w5_rc rc = read_folder(arena, folder, wants_log, W5_NONE, &l, err);
    if (rc != W5_OK)
        return rc;
    *count = l.count;
    *paths = paths_of(arena, &l, by_name);
    return W5_OK;
}

static bool wants_sibling(w5_str name, w5_str of)
{
    return w5_str_take(&name, of) && name.len > 1 && (name.ptr[0] == '.' || name.ptr[0] == '-') &&
           without_compression(name).len == name.len;
}

static bool wants_rotation(w5_str name, w5_str of)
{
    return w5_str_eq(without_rotation(without_compression(name)), of) && !w5_str_eq(name, of);
}

static w5_rc read_beside(w5_arena *arena, const char *log, bool (*wants)(w5_str, w5_str),
                         const w5_str **paths, size_t *count)
{
    list l;
    const char *slash = strrchr(log, '/');
    size_t len = slash == log ? 1 : slash ? (size_t)(slash - log) : 0;
    w5_str folder = slash ? w5_arena_fmt(arena, "%.*s", (int)len, log) : W5_STR(".");
    w5_rc rc = read_folder(arena, folder.ptr, wants, w5_str_of(slash ? slash + 1 : log), &l, NULL);
    if (rc != W5_OK)
        return rc;
    *count = l.count;
    *paths = paths_of(arena, &l, by_time);
    return W5_OK;
}

w5_rc w5_folder_siblings(w5_arena *arena, const char *log, const w5_str **paths, size_t *count)
{
    return read_beside(arena, log, wants_sibling, paths, count);
}

w5_rc w5_folder_rotations(w5_arena *arena, const char *log, const w5_str **paths, size_t *count)
{
    return read_beside(arena, log, wants_rotation, paths, count);
}
