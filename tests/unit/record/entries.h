/* entries.h -- what tests of layers with several lines an entry share: feed lines, collect entries.
 */
#ifndef W5_TESTS_ENTRIES_H
#define W5_TESTS_ENTRIES_H

#include <stdio.h>

#include "peeled.h"

typedef struct entries {
    w5_arena *arena;
    w5_wrapped at[64];
    w5_peel answer[64];
    size_t n, refused; /* lines that were not of the layer */
} entries;

static inline void collect(entries *all, w5_peel answer, const w5_wrapped *w)
{
    assert_true(all->n < COUNT(all->at));
    w5_wrapped *kept = &all->at[all->n];
    *kept = *w;
    kept->inner = w5_arena_str(all->arena, w->inner);
    kept->host = w5_arena_str(all->arena, w->host);
    kept->ident = w5_arena_str(all->arena, w->ident);
    kept->pid = w5_arena_str(all->arena, w->pid);
    kept->unit = w5_arena_str(all->arena, w->unit);
    kept->level = w5_arena_str(all->arena, w->level);
    all->answer[all->n++] = answer;
}

static inline w5_peel feed_line(entries *all, w5_wrap_lines peel, w5_entry *e, w5_str line)
{
    w5_record record = {.at = W5_TIME_NONE};
    w5_arena *scratch = w5_arena_new();
    w5_wrapped w = {.scratch = scratch, .record = &record, .at = W5_TIME_NONE, .count = 1};
    w5_peel answer = peel(e, line, &w);
    if (answer == W5_PEEL_YES || answer == W5_PEEL_NEXT) {
        collect(all, answer, &w);
        w5_arena_free(e->arena);
        *e = (w5_entry){.arena = w5_arena_new()};
    }
    all->refused += answer == W5_PEEL_NO && line.ptr;
    w5_arena_free(scratch);
    return answer;
}

/* Every line is copied to where nothing readable lies behind it. */
static inline void feed_exact(entries *all, w5_wrap_lines peel, w5_entry *e, w5_str line)
{
    char *exact = malloc(line.len ? line.len : 1);
    memcpy(exact, line.ptr, line.len);
    if (feed_line(all, peel, e, (w5_str){exact, line.len}) == W5_PEEL_NEXT)
        feed_line(all, peel, e, (w5_str){exact, line.len});
    free(exact);
}

static inline void feed_text(entries *all, w5_wrap_lines peel, w5_str text)
{
    w5_entry e = {.arena = w5_arena_new()};
    w5_str line;
    *all = (entries){.arena = w5_arena_new()};
    while (w5_str_cut(text, '\n', &line, &text))
        feed_exact(all, peel, &e, line);
    if (text.len > 0)
        feed_exact(all, peel, &e, text);
    feed_line(all, peel, &e, W5_NONE);
    w5_arena_free(e.arena);
}

static inline w5_str read_fixture(w5_arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    char *bytes = w5_arena_alloc(arena, 64 << 10);
    size_t n = fread(bytes, 1, 64 << 10, file);
    fclose(file);
    return (w5_str){bytes, n};
}

/* The entries of fixtures/formats/journal, as journalctl -o json tells them. */
static inline void read_story(entries *all)
{
    w5_str line;
    *all = (entries){.arena = w5_arena_new()};
    w5_str text = read_fixture(all->arena, "fixtures/formats/journal/json.log");
    while (w5_str_cut(text, '\n', &line, &text)) {
        w5_record record = {.at = W5_TIME_NONE};
        w5_wrapped w = {.scratch = all->arena, .record = &record, .at = W5_TIME_NONE, .count = 1};
        assert_true(w5_wrap_journal_json(line, &w));
        collect(all, W5_PEEL_YES, &w);
    }
    assert_int_equal(all->n, 33);
}

/* `blobs`: the mode shows texts with odd bytes as "[17B blob data]". */
static inline void check_same_story(const entries *told, bool blobs)
{
    entries story;
    read_story(&story);
    assert_int_equal(told->n, story.n);
    for (size_t i = 0; i < story.n; i++) {
        const w5_wrapped *a = &told->at[i];
        const w5_wrapped *b = &story.at[i];
        if (!blobs || !w5_str_ends(a->inner, W5_STR(" blob data]")))
            assert_str(a->inner, b->inner);
        assert_str(a->host, b->host);
        assert_str(a->ident, b->ident);
        assert_str(a->pid, b->pid);
        assert_str(a->unit, b->unit);
        assert_str(a->level, b->level);
        assert_int_equal(a->at, b->at);
        assert_true(a->zoned);
    }
    w5_arena_free(story.arena);
}

#endif
