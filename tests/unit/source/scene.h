/* scene.h -- a folder of one's own for each test, and what a list of sources says. */
#ifndef W5_TESTS_SOURCE_SCENE_H
#define W5_TESTS_SOURCE_SCENE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <why502/source.h>

#include "check.h"

#define TEXT_MAX (8u << 20)

typedef struct scene {
    char folder[64];
    w5_arena *arena; /* of paths */
    w5_sources *sources;
    char *text; /* all that was read */
    size_t len;
} scene;

static inline int begin(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    strcpy(s->folder, "/tmp/w5-source-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    s->text = malloc(TEXT_MAX);
    s->arena = w5_arena_new();
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
    w5_sources_free(s->sources);
    nftw(s->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    w5_arena_free(s->arena);
    free(s->text);
    free(s);
    return 0;
}

static inline const char *at(scene *s, const char *name)
{
    return w5_arena_fmt(s->arena, "%s/%s", s->folder, name).ptr;
}

static inline void put_bytes(scene *s, const char *name, int flags, w5_str bytes)
{
    int fd = open(at(s, name), O_WRONLY | O_CREAT | flags, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
    close(fd);
}

static inline void put(scene *s, const char *name, const char *text)
{
    put_bytes(s, name, O_TRUNC, w5_str_of(text));
}

static inline void append(scene *s, const char *name, const char *text)
{
    put_bytes(s, name, O_APPEND, w5_str_of(text));
}

static inline void start(scene *s, w5_source_options options)
{
    w5_sources_free(s->sources);
    s->sources = w5_sources_new(&options);
    s->len = 0;
}

static inline w5_source *add(scene *s, const char *uri)
{
    w5_err err = {0};
    if (!s->sources)
        start(s, (w5_source_options){.since = W5_TIME_NONE, .until = W5_TIME_NONE});
    size_t index = w5_sources_count(s->sources);
    assert_int_equal(w5_sources_add(s->sources, w5_str_of(uri), NULL, &err), W5_OK);
    assert_true(w5_sources_count(s->sources) > index);
    return w5_sources_at(s->sources, index);
}

/* One block into s->text: what w5_sources_next answered. Cut lines end in "<cut>". */
static inline w5_rc read_block(scene *s, w5_time patience)
{
    w5_block block;
    w5_rc rc = w5_sources_next(s->sources, patience, &block);
    if (rc != W5_OK)
        return rc;
    assert_true(s->len + block.bytes.len + 8 < TEXT_MAX);
    memcpy(s->text + s->len, block.bytes.ptr, block.bytes.len);
    s->len += block.bytes.len;
    if (block.cut) {
        memcpy(s->text + s->len, "<cut>\n", 6);
        s->len += 6;
    }
    return rc;
}

/* Everything until the end, or until nothing comes for `patience`. */
static inline w5_str read_all(scene *s, w5_time patience)
{
    while (read_block(s, patience) == W5_OK)
        ;
    return (w5_str){s->text, s->len};
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
