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

static int by_name(const void *a, const void *b)
{
    const w5_str *first = a;
    const w5_str *second = b;
    return w5_str_cmp(*first, *second);
}

static bool is_file(int folder, const char *name)
{
    struct stat st;
    return fstatat(folder, name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

static w5_str join(w5_arena *arena, const char *folder, const char *name)
{
    w5_str f = w5_str_of(folder);
    bool slash = w5_str_ends(f, W5_STR("/"));
    return w5_arena_fmt(arena, "%s%s%s", folder, slash ? "" : "/", name);
}

w5_rc w5_folder_list(w5_arena *arena, const char *folder, const w5_str **paths, size_t *count,
                     w5_err *err)
{
    DIR *d = opendir(folder);
    w5_str *list = NULL;
    size_t n = 0;
    if (!d)
        return w5_fail(err, W5_EIO, errno, "cannot open '%s'", folder);
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (!w5_folder_wants(w5_str_of(e->d_name)) || !is_file(dirfd(d), e->d_name))
            continue;
        list = w5_xrealloc(list, n + 1, sizeof *list);
        list[n++] = join(arena, folder, e->d_name);
    }
    closedir(d);
    if (n > 0)
        qsort(list, n, sizeof *list, by_name);
    w5_str *kept = W5_NEW_N(arena, w5_str, n ? n : 1);
    if (n > 0)
        memcpy(kept, list, n * sizeof *list);
    free(list);
    *paths = kept;
    *count = n;
    return W5_OK;
}
