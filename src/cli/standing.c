#include "standing.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct folders {
    w5_arena *arena;
    const char **at;
    size_t n, room;
} folders;

static void add(folders *f, const char *folder)
{
    struct stat st;
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->at[i], folder) == 0)
            return;
    if (f->n + 1 < f->room && stat(folder, &st) == 0)
        f->at[f->n++] = w5_arena_str(f->arena, w5_str_of(folder)).ptr;
}

static void add_parent(folders *f, const char *path)
{
    char name[PATH_MAX];
    if (strlen(path) >= sizeof(name))
        return;
    memcpy(name, path, strlen(path) + 1);
    add(f, dirname(name));
}

/* The folder that the name stands in, and the one that it leads to. */
static void add_log(folders *f, const char *path)
{
    char real[PATH_MAX];
    add_parent(f, path);
    if (realpath(path, real))
        add_parent(f, real);
}

static void add_journals(folders *f)
{
    static const char *const places[] = {"/var/log/journal", "/run/log/journal"};
    for (size_t i = 0; i < 2; i++)
        add(f, places[i]);
}

static folders begin(w5_arena *arena, size_t room)
{
    return (folders){.arena = arena, .at = W5_NEW_N(arena, const char *, room), .room = room};
}

static void ground_to_read(setup *s, w5_sources *sources)
{
    size_t n = w5_sources_count(sources);
    folders f = begin(s->arena, 2 * n + 4);
    for (size_t i = 0; i < n; i++) {
        const w5_source *source = w5_sources_at(sources, i);
        if (w5_str_eq(source->kind, W5_STR("journal")))
            add_journals(&f);
        else if (!w5_str_eq(source->name, W5_STR("-")))
            add_log(&f, source->name.ptr);
    }
    s->engine.guard.read_below = f.at;
}

void standing_ground(setup *s, w5_sources *sources)
{
    folders writes = begin(s->arena, 4);
    if (s->output_file)
        add_parent(&writes, s->output_file);
    if (s->state_file)
        add_parent(&writes, s->state_file);
    if (writes.n)
        s->engine.guard.write_below = writes.at;
    s->engine.guard.drop_root = writes.n == 0; /* the state of root is root's */
    if (s->engine.follow)
        ground_to_read(s, sources);
}
