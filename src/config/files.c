/* files.c -- reading configuration files, and the files that they name. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reading.h"

#define FILE_MAX (16u << 20)

/* --- paths and lines ------------------------------------------------------------------------ */
w5_str w5_folder_of(w5_str path)
{
    size_t at;
    if (!w5_str_rfind_char(path, '/', &at))
        return W5_STR(".");
    return w5_str_head(path, at == 0 ? 1 : at);
}

w5_str w5_name_of(w5_str path)
{
    size_t at;
    return w5_str_rfind_char(path, '/', &at) ? w5_str_skip(path, at + 1) : path;
}

w5_str w5_below(w5_arena *arena, w5_str folder, w5_str path)
{
    if (w5_str_starts(path, W5_STR("/")) || folder.len == 0)
        return w5_arena_str(arena, path);
    bool slash = w5_str_ends(folder, W5_STR("/"));
    return w5_arena_fmt(arena, "%.*s%s%.*s", W5_ARG(folder), slash ? "" : "/", W5_ARG(path));
}

bool w5_next_line(w5_str *text, w5_str *line)
{
    if (text->len == 0)
        return false;
    if (!w5_str_cut(*text, '\n', line, text)) {
        *line = *text;
        *text = w5_str_skip(*text, text->len);
    }
    if (w5_str_ends(*line, W5_STR("\r")))
        line->len--;
    return true;
}

/* --- files ---------------------------------------------------------------------------------- */
static w5_rc read_fd(w5_config *c, const char *path, int fd, w5_str *text, w5_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return w5_fail(err, W5_EIO, 0, "cannot read '%s': it is no file", path);
    if (st.st_size > (off_t)FILE_MAX)
        return w5_fail(err, W5_EIO, EFBIG, "cannot read '%s'", path);
    size_t size = (size_t)st.st_size;
    char *bytes = w5_arena_alloc(c->arena, size + 1);
    size_t have = 0;
    ssize_t n = 1;
    while (have < size && n > 0) {
        n = read(fd, bytes + have, size - have);
        have += n > 0 ? (size_t)n : 0;
        if (n < 0 && errno == EINTR)
            n = 1;
    }
    if (n < 0)
        return w5_fail(err, W5_EIO, errno, "cannot read '%s'", path);
    *text = (w5_str){bytes, have};
    return W5_OK;
}

w5_rc w5_slurp(w5_config *c, const char *path, w5_str *text, w5_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return w5_fail(err, W5_EIO, errno, "cannot open '%s'", path);
    w5_rc rc = read_fd(c, path, fd, text, err);
    close(fd);
    return rc;
}

bool w5_world_writable(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && (st.st_mode & S_IWOTH) != 0;
}

static bool find_virtual(const w5_config *c, w5_str path, w5_str *text)
{
    for (size_t i = 0; i < c->virtual_files; i++)
        if (w5_str_eq(c->virtual_file[i].name, path)) {
            *text = c->virtual_file[i].text;
            return true;
        }
    return false;
}

static bool find_text(w5_config *c, w5_str path, w5_place at, w5_str *text)
{
    w5_err err = {0};
    if (c->virtual_files > 0) {
        if (!find_virtual(c, path, text))
            w5_trouble(c, at.file, at.line, "'%.*s' is not in this output", W5_ARG(path));
        return find_virtual(c, path, text);
    }
    if (w5_slurp(c, path.ptr, text, &err) == W5_OK)
        return true;
    w5_trouble(c, at.file, at.line, "%s", err.text);
    return false;
}

static void say_enough(w5_config *c, w5_place at)
{
    if (!c->enough)
        w5_trouble(c, at.file, at.line, "too much is included: from here on it is not read");
    c->enough = true;
}

void w5_read_included(w5_config *c, w5_str path, w5_reader reader, w5_place at)
{
    w5_str text = W5_NONE;
    path = w5_arena_str(c->arena, path);
    if (c->depth >= W5_INCLUDE_DEPTH) {
        w5_trouble(c, at.file, at.line, "'%.*s' is included too deep, perhaps by itself",
                   W5_ARG(path));
        return;
    }
    if (c->includes == W5_INCLUDES_MAX || c->include_bytes > W5_INCLUDE_BYTES_MAX) {
        say_enough(c, at);
        return;
    }
    if (!find_text(c, path, at, &text))
        return;
    c->includes++;
    c->include_bytes += text.len;
    c->depth++;
    reader(c, path, text);
    c->depth--;
}

/* --- patterns ------------------------------------------------------------------------------- */
static int by_path(const void *a, const void *b)
{
    const w5_str *first = a;
    const w5_str *second = b;
    return w5_str_cmp(*first, *second);
}

static size_t glob_virtual(w5_config *c, const char *pattern, w5_str *found)
{
    size_t n = 0;
    for (size_t i = 0; i < c->virtual_files; i++)
        if (fnmatch(pattern, c->virtual_file[i].name.ptr, FNM_PATHNAME | FNM_PERIOD) == 0)
            found[n++] = c->virtual_file[i].name;
    qsort(found, n, sizeof *found, by_path);
    return n;
}

size_t w5_glob(w5_config *c, w5_str pattern, const w5_str **paths)
{
    glob_t g = {0};
    const char *text = w5_arena_str(c->arena, pattern).ptr;
    if (c->virtual_files > 0) {
        w5_str *found = W5_NEW_N(c->arena, w5_str, c->virtual_files);
        *paths = found;
        return glob_virtual(c, text, found);
    }
    size_t n = glob(text, 0, NULL, &g) == 0 ? g.gl_pathc : 0;
    w5_str *found = W5_NEW_N(c->arena, w5_str, n + 1);
    for (size_t i = 0; i < n; i++)
        found[i] = w5_arena_str(c->arena, w5_str_of(g.gl_pathv[i]));
    globfree(&g);
    qsort(found, n, sizeof *found, by_path);
    *paths = found;
    return n;
}
