/* scene.h -- a configuration from texts or from files in a folder of one's own. */
#ifndef W5_TESTS_CONFIG_SCENE_H
#define W5_TESTS_CONFIG_SCENE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <why502/config.h>

#include "check.h"

typedef struct scene {
    char folder[64];
    w5_arena *arena;
    w5_config *config;
} scene;

static inline int begin(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    strcpy(s->folder, "/tmp/w5-config-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    s->arena = w5_arena_new();
    s->config = w5_config_new(s->arena);
    *state = s;
    return 0;
}

static inline int remove_one(const char *path, const struct stat *st, int type,
                             struct FTW *at_level)
{
    (void)st, (void)type, (void)at_level;
    return remove(path);
}

static inline int end(void **state)
{
    scene *s = *state;
    nftw(s->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    w5_arena_free(s->arena);
    free(s);
    return 0;
}

static inline const char *at(scene *s, const char *name)
{
    return w5_arena_fmt(s->arena, "%s/%s", s->folder, name).ptr;
}

/* Writes a file; folders on the way are made. */
static inline const char *put(scene *s, const char *name, const char *text)
{
    const char *path = at(s, name);
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/'))
        mkdir(w5_arena_fmt(s->arena, "%s/%.*s", s->folder, (int)(slash - name), name).ptr, 0755);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static inline void read_text(scene *s, const char *file, const char *text)
{
    assert_int_equal(w5_config_read(s->config, w5_str_of(file), w5_str_of(text), NULL), W5_OK);
}

static inline void read_file(scene *s, const char *path)
{
    w5_err err = {0};
    if (w5_config_read_file(s->config, path, &err) != W5_OK)
        fail_msg("%s", err.text);
}

/* The value in force, NULL when there is none. */
static inline const char *get(scene *s, const char *program, const char *name, const char *upstream,
                              const char *path)
{
    w5_setting setting;
    w5_rc rc =
        w5_config_get(s->config, program, name, w5_str_of(upstream), w5_str_of(path), &setting);
    return rc == W5_OK ? w5_arena_str(s->arena, setting.value).ptr : NULL;
}

static inline void want(scene *s, const char *program, const char *name, const char *upstream,
                        const char *path, const char *value)
{
    const char *is = get(s, program, name, upstream, path);
    if ((is || value) && (!is || !value || strcmp(is, value) != 0))
        fail_msg("%s %s of '%s' '%s' is %s, should be %s", program, name, upstream, path,
                 is ? is : "(not set)", value ? value : "(not set)");
}

/* The one trouble, or the first that holds `part`. */
static inline const w5_config_trouble *trouble(scene *s, const char *part)
{
    const w5_config_trouble *all;
    size_t n = w5_config_troubles(s->config, &all);
    for (size_t i = 0; i < n; i++)
        if (strstr(all[i].what.ptr, part))
            return &all[i];
    fail_msg("no trouble says '%s'", part);
    return NULL;
}

static inline void no_trouble(scene *s)
{
    const w5_config_trouble *all;
    if (w5_config_troubles(s->config, &all) > 0)
        fail_msg("%.*s:%u: %s", W5_ARG(all[0].file), all[0].line, all[0].what.ptr);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
