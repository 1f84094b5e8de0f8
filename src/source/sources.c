/* sources.c -- the list: what people type becomes sources, and sources take turns.
 *
 * Files are read one after the other in the order given; live sources speak when they have
 * something. Whoever has bytes keeps the turn for a while, because a reader that stays with one
 * log keeps its caches warm. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "identity.h"
#include "source_follow.h"
#include "source_journal.h"

#define TURN 64 /* blocks that one live source may give before the others are asked */

/* A folder that is followed: logs that appear in it later are, too. */
typedef struct folder {
    struct folder *next;
    const char *path;
    w5_str format;
    struct timespec modified;
} folder;

struct w5_sources {
    w5_shared shared;
    w5_arena *arena;
    size_t room;     /* for slots */
    size_t settled;  /* sources below are compared with each other */
    size_t file;     /* the next source that is no live one */
    size_t live;     /* whose turn it is among the live ones */
    unsigned blocks; /* given in this turn */
    folder *folders;
    bool stopping;
    w5_time rescan; /* when the folders are looked at again */
    struct pollfd *polls;
    size_t polls_room;
};

w5_sources *w5_sources_new(const w5_source_options *options)
{
    w5_sources *s = w5_xmalloc(sizeof *s);
    *s = (w5_sources){.shared.options = *options, .arena = w5_arena_new()};
    if (options->follow && !options->poll)
        s->shared.watch = w5_watch_new();
    return s;
}

static void slot_free(w5_slot *slot)
{
    w5_slot_close(slot);
    free(slot->head);
    free(slot->cursor);
    free(slot);
}

void w5_sources_free(w5_sources *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->shared.count; i++)
        slot_free(s->shared.slot[i]);
    free(s->shared.slot);
    free(s->shared.known);
    w5_watch_free(s->shared.watch);
    free(s->polls);
    w5_arena_free(s->arena);
    free(s);
}

size_t w5_sources_count(const w5_sources *s)
{
    return s->shared.count;
}

w5_source *w5_sources_at(w5_sources *s, size_t index)
{
    return &s->shared.slot[index]->source;
}

/* --- adding --------------------------------------------------------------------------------- */
static w5_slot *slot_add(w5_sources *s, w5_str name, w5_str format)
{
    w5_slot *slot = w5_xmalloc(sizeof *slot);
    *slot = (w5_slot){.shared = &s->shared, .file = {.fd = -1}, .path = ""};
    slot->source = (w5_source){
        .index = (uint32_t)s->shared.count,
        .name = w5_arena_str(s->arena, name),
        .format = w5_arena_str(s->arena, format),
        .modified = W5_TIME_NONE,
        .duplicate_of = UINT32_MAX,
    };
    if (s->shared.count == s->room) {
        s->room = s->room ? 2 * s->room : 16;
        s->shared.slot = w5_xrealloc(s->shared.slot, s->room, sizeof(void *));
    }
    s->shared.slot[s->shared.count++] = slot;
    return slot;
}

static void add_failure(w5_sources *s, w5_str name, const w5_err *why)
{
    w5_slot *slot = slot_add(s, name, W5_NONE);
    slot->source.error = *why;
    slot->source.done = true;
}

static void add_file(w5_sources *s, w5_str path, w5_str format)
{
    w5_slot *slot = slot_add(s, path, format);
    slot->path = slot->source.name.ptr;
    slot->source.kind = W5_STR("file");
    w5_slot_open(slot);
    slot->source.done = slot->source.error.code != W5_OK && !slot->pending && !slot->awaited;
}

/* A file that nobody named but that stands in a folder: only if its content is known. */
static void add_found(w5_sources *s, w5_str path, w5_str format)
{
    add_file(s, path, format);
    w5_slot *slot = s->shared.slot[s->shared.count - 1];
    bool (*known)(w5_str) = s->shared.options.known;
    if (!known || slot->head_len == 0 || slot->kind == &w5_kind_journal ||
        known((w5_str){slot->head, slot->head_len}))
        return;
    slot_free(slot);
    s->shared.count--;
}

static void add_stdin(w5_sources *s, w5_str name, w5_str format)
{
    w5_slot *slot = slot_add(s, name, format);
    slot->source.kind = W5_STR("pipe");
    w5_slot_open(slot);
    slot->source.done = slot->source.error.code != W5_OK;
}

static void remember_folder(w5_sources *s, const char *path, w5_str format)
{
    folder *f = W5_NEW(s->arena, folder);
    *f = (folder){.next = s->folders, .path = path, .format = w5_arena_str(s->arena, format)};
    s->folders = f;
}

static void add_folder(w5_sources *s, const char *path, w5_str format)
{
    const w5_str *log;
    size_t count;
    w5_err err = {0};
    w5_rc rc = w5_folder_list(s->arena, path, &log, &count, &err);
    if (rc == W5_OK && s->shared.options.follow)
        remember_folder(s, path, format);
    else if (rc == W5_OK && count == 0)
        w5_fail(&err, W5_EIO, 0, "no log in folder '%s'", path);
    if (err.code != W5_OK)
        add_failure(s, w5_str_of(path), &err);
    for (size_t i = 0; err.code == W5_OK && i < count; i++)
        add_found(s, log[i], format);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const w5_str standard_input[] = {
    W5_LIT("-"),
    W5_LIT("/dev/stdin"),
    W5_LIT("/dev/fd/0"),
    W5_LIT("/proc/self/fd/0"),
};

static bool is_stdin(w5_str uri)
{
    for (size_t i = 0; i < sizeof standard_input / sizeof *standard_input; i++)
        if (w5_str_eq(uri, standard_input[i]))
            return true;
    return false;
}

/* `what` lives in the arena, NUL-terminated. */
static void add_journal(w5_sources *s, w5_str name, w5_str what, w5_str format)
{
    w5_slot *slot = slot_add(s, name, format);
    w5_err err = {0};
    slot->source.kind = W5_STR("journal");
    if (w5_journal_open(slot, what, &err) < 0) {
        w5_slot_fail(slot, &err);
        slot->source.done = true;
    }
}

static void add_path(w5_sources *s, w5_str path, w5_str format)
{
    size_t nul;
    w5_err err;
    const char *text = w5_arena_str(s->arena, path).ptr;
    if (path.len == 0 || w5_str_find_char(path, '\0', &nul)) {
        w5_fail(&err, W5_EIO, ENOENT, "cannot open '%.*s'", W5_ARG(path));
        add_failure(s, path, &err);
    } else if (is_stdin(path)) {
        add_stdin(s, path, format);
    } else if (is_folder(text)) {
        add_folder(s, text, format);
    } else {
        add_file(s, path, format);
    }
}

w5_rc w5_sources_add(w5_sources *s, w5_str uri, bool (*is_format)(w5_str id), w5_err *err)
{
    w5_str head;
    w5_str tail;
    if (w5_str_cut(uri, ':', &head, &tail) && is_format && is_format(head))
        return w5_sources_add_as(s, tail, head, err);
    return w5_sources_add_as(s, uri, W5_NONE, err);
}

w5_rc w5_sources_add_as(w5_sources *s, w5_str uri, w5_str format, w5_err *err)
{
    if (s->shared.count >= UINT32_MAX)
        return w5_fail(err, W5_ELIMIT, 0, "too many sources");
    w5_str what = w5_arena_str(s->arena, uri);
    w5_str name = what;
    if (w5_str_take(&what, W5_STR("journal:")))
        add_journal(s, name, what, format);
    else
        add_path(s, uri, format);
    return W5_OK;
}

/* --- the same file twice -------------------------------------------------------------------- */
static bool comparable(const w5_slot *slot)
{
    bool file = slot->kind == &w5_kind_file || slot->kind == &w5_kind_follow;
    return file && slot->base == 0 && slot->file.fd >= 0 && !slot->begun &&
           slot->source.duplicate_of == UINT32_MAX && slot->source.error.code == W5_OK;
}

static void mark_duplicate(w5_slot *slot, const w5_slot *of)
{
    slot->source.duplicate_of = of->source.index;
    slot->source.done = true;
    w5_slot_close(slot);
}

static bool same_inode(const w5_slot *a, const w5_slot *b)
{
    return a->source.identity.device == b->source.identity.device &&
           a->source.identity.inode == b->source.identity.inode;
}

/* Equal texts that are followed may go on differently: only one inode is one file then. Else the
 * shorter of the two is the one that is not read; of two equal ones the later. */
static void compare(w5_slot *earlier, w5_slot *later)
{
    if (!comparable(earlier) || !comparable(later))
        return;
    w5_sameness same = w5_identity_compare(earlier, later);
    if (later->kind == &w5_kind_follow && !same_inode(earlier, later))
        same = W5_SAME_NOT;
    switch (same) {
    case W5_SAME_FIRST:
        mark_duplicate(earlier, later);
        break;
    case W5_SAME_ALL:
    case W5_SAME_SECOND:
        mark_duplicate(later, earlier);
        break;
    case W5_SAME_NOT:
        break;
    }
}

void w5_sources_settle(w5_sources *s)
{
    for (; s->settled < s->shared.count; s->settled++)
        for (size_t i = 0; i < s->settled; i++)
            compare(s->shared.slot[i], s->shared.slot[s->settled]);
}

/* --- reading
 * -------------------------------------------------------------------------------------- */
static void finish(w5_slot *slot, w5_rc rc, const w5_err *err)
{
    if (rc < 0)
        w5_slot_fail(slot, err);
    slot->source.done = true;
    w5_slot_close(slot);
}

/* Asks one source: W5_OK with a block, W5_WAIT, or W5_END when it is over (a failure is kept). */
static w5_rc ask(w5_slot *slot, w5_block *block)
{
    w5_err err = {0};
    block->carried = 0;
    w5_rc rc = slot->kind->next(slot, block, &err);
    if (rc == W5_OK) {
        block->source = slot->source.index;
        block->identity = &slot->source.identity;
    }
    if (rc == W5_OK || rc == W5_WAIT)
        return rc;
    finish(slot, rc, &err);
    return W5_END;
}

/* A source for which there was no descriptor gets one now, when others have been closed. */
static bool ready(w5_slot *slot)
{
    if (slot->pending) {
        w5_slot_open(slot);
        slot->pending = false;
        slot->source.done = slot->source.error.code != W5_OK;
    }
    return !slot->source.done;
}

static bool is_live(const w5_slot *slot)
{
    return !slot->source.done && slot->kind && slot->kind->live;
}

static w5_rc next_of_files(w5_sources *s, w5_block *block)
{
    for (; s->file < s->shared.count; s->file++) {
        w5_slot *slot = s->shared.slot[s->file];
        if (ready(slot) && !is_live(slot) && ask(slot, block) == W5_OK)
            return W5_OK;
    }
    return W5_END;
}

/* --- what is followed ----------------------------------------------------------------------- */
static void tell(void *context, uint32_t owner, bool name)
{
    w5_sources *s = context;
    for (size_t i = 0; i < s->shared.count && owner == UINT32_MAX; i++)
        w5_follow_hint(s->shared.slot[i], name);
    if (owner < s->shared.count)
        w5_follow_hint(s->shared.slot[owner], name);
}

/* Is a file of a folder new to us? Not if it is one that was only renamed. */
static bool is_new(const w5_sources *s, w5_str path)
{
    struct stat st;
    if (w5_folder_rotated(path) || stat(path.ptr, &st) != 0)
        return false;
    for (size_t i = 0; i < s->shared.count; i++)
        if (w5_str_eq(s->shared.slot[i]->source.name, path) ||
            w5_follow_holds(s->shared.slot[i], &st))
            return false;
    int fd = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    uint64_t read = 0;
    bool known = fd >= 0 && w5_follow_retired(&s->shared, fd, &st, &read) && read > 0;
    if (fd >= 0)
        close(fd);
    return !known;
}

static void rescan_folder(w5_sources *s, folder *f)
{
    struct stat st;
    const w5_str *log;
    size_t count;
    w5_arena *scratch = w5_arena_new();
    bool changed = stat(f->path, &st) == 0 && (st.st_mtim.tv_sec != f->modified.tv_sec ||
                                               st.st_mtim.tv_nsec != f->modified.tv_nsec);
    if (changed && w5_folder_list(scratch, f->path, &log, &count, NULL) == W5_OK)
        for (size_t i = 0; i < count; i++)
            if (is_new(s, log[i]))
                add_found(s, log[i], f->format);
    if (changed)
        f->modified = st.st_mtim;
    w5_arena_free(scratch);
}

static void rescan(w5_sources *s)
{
    w5_time now = w5_monotonic();
    if (!s->folders || now < s->rescan)
        return;
    s->rescan = now + W5_SECOND;
    for (folder *f = s->folders; f; f = f->next)
        rescan_folder(s, f);
}

/* One round over the live sources, beginning with the one whose turn it is. */
static w5_rc next_of_live(w5_sources *s, w5_block *block)
{
    w5_rc answer = W5_END;
    for (size_t i = 0; i < s->shared.count; i++) {
        s->live %= s->shared.count;
        w5_slot *slot = s->shared.slot[s->live];
        w5_rc rc = is_live(slot) ? ask(slot, block) : W5_END;
        s->blocks = rc == W5_OK ? s->blocks + 1 : 0;
        if (rc != W5_OK || s->blocks >= TURN) {
            s->live++;
            s->blocks = 0;
        }
        if (rc == W5_OK)
            return rc;
        if (rc == W5_WAIT)
            answer = rc;
    }
    return answer;
}

static int milliseconds(w5_time left)
{
    w5_time ms = (left + 999) / 1000;
    return ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* Waits until a live source may have something, at the latest until `deadline`. False when a
 * signal came: whoever asked wants to look at his flags. */
static bool wait_for_live(w5_sources *s, w5_time deadline)
{
    nfds_t n = 0;
    if (s->polls_room < s->shared.count) {
        s->polls_room = s->room;
        s->polls = w5_xrealloc(s->polls, s->polls_room, sizeof *s->polls);
    }
    for (size_t i = 0; i < s->shared.count; i++) {
        const w5_slot *slot = s->shared.slot[i];
        w5_time due = W5_TIME_MAX;
        if (!is_live(slot))
            continue;
        int fd = slot->kind->wait(slot, &due);
        s->polls[n] = (struct pollfd){.fd = fd, .events = POLLIN};
        n += fd >= 0;
        deadline = due < deadline ? due : deadline;
    }
    if (s->folders && s->rescan < deadline)
        deadline = s->rescan;
    int patience = deadline == W5_TIME_MAX ? -1 : milliseconds(deadline - w5_monotonic());
    return poll(s->polls, n, patience) >= 0;
}

w5_rc w5_sources_next(w5_sources *s, w5_time patience, w5_block *block)
{
    w5_time now = w5_monotonic();
    w5_time deadline = patience > W5_TIME_MAX - now ? W5_TIME_MAX : now + patience;
    w5_sources_settle(s);
    w5_rc rc = next_of_files(s, block);
    while (rc == W5_END || rc == W5_WAIT) {
        rescan(s);
        w5_watch_read(s->shared.watch, tell, s);
        rc = next_of_live(s, block);
        if (rc == W5_END && s->folders && !s->stopping)
            rc = W5_WAIT; /* a log may appear */
        if (rc != W5_WAIT)
            return rc;
        if (w5_monotonic() >= deadline || !wait_for_live(s, deadline))
            return W5_WAIT;
    }
    return rc;
}

void w5_sources_stop(w5_sources *s)
{
    for (size_t i = 0; i < s->shared.count; i++)
        s->shared.slot[i]->stopping = true;
    s->stopping = true;
}

/* --- ranges and positions ------------------------------------------------------------------- */
size_t w5_source_pread(const w5_source *s, uint64_t offset, char *buffer, size_t size, w5_err *err)
{
    const w5_slot *slot = (const w5_slot *)s; /* its first member */
    w5_file file = {slot->file.fd, slot->base + offset};
    size_t have = 0;
    w5_rc rc = W5_OK;
    while (have < size && rc == W5_OK) {
        size_t got = 0;
        rc = w5_file_read(&file, buffer + have, size - have, &got, err);
        have += got;
    }
    return have;
}

bool w5_sources_is(const w5_sources *s, size_t index, const w5_identity *was, uint64_t offset)
{
    const w5_slot *slot = s->shared.slot[index];
    const w5_identity *is = &slot->source.identity;
    bool same = is->device == was->device && is->inode == was->inode;
    bool plain = slot->source.compression.len == 0;
    if (slot->source.error.code != W5_OK || (plain && slot->source.size < offset))
        return false;
    return was->fingerprinted == 0 ? same : w5_identity_fits(slot, was);
}

static void drop_last(w5_sources *s)
{
    slot_free(s->shared.slot[--s->shared.count]);
}

/* A log that was packed while we looked: both stand there, and names move. */
static bool is_packed_already(const w5_sources *s, const w5_slot *plain)
{
    for (size_t i = 0; i + 1 < s->shared.count; i++) {
        const w5_slot *slot = s->shared.slot[i];
        if (slot->unpack && slot->head_len > 0 && slot->head_len == plain->head_len &&
            w5_str_eq(slot->source.log, plain->source.log) &&
            memcmp(slot->head, plain->head, plain->head_len) == 0)
            return true;
    }
    return false;
}

/* The log itself, opened a moment ago (when it may have been empty), is this text: it was rotated away
 * and packed since. */
static bool is_opened_as(const w5_slot *slot, const w5_slot *packed)
{
    char now[W5_HEAD_MAX];
    ssize_t n = slot->begun || slot->file.fd < 0 ? -1 : pread(slot->file.fd, now, sizeof now, 0);
    return n > 0 && (size_t)n == packed->head_len && memcmp(now, packed->head, (size_t)n) == 0;
}

/* What it was opened as becomes a part of the followed log; what is packed stays a source, unless it
 * was packed while we looked. */
static void join_follow(w5_sources *s, w5_slot *slot, uint64_t offset)
{
    w5_slot *last = s->shared.slot[s->shared.count - 1];
    if (slot->kind != &w5_kind_follow || last->kind != &w5_kind_file ||
        last->source.error.code != W5_OK)
        return;
    if (last->unpack && !is_opened_as(slot, last) &&
        !w5_follow_reads(slot, (w5_str){last->head, last->head_len}))
        return;
    if (!last->unpack && !is_packed_already(s, last)) {
        w5_follow_elder(slot, last->file.fd, offset);
        last->file.fd = -1;
    }
    drop_last(s);
}

/* Given, too: what was read of it is its own source's affair. Or held already. */
static bool is_known(const w5_sources *s, const w5_slot *slot, w5_str path)
{
    struct stat st;
    if (stat(path.ptr, &st) == 0 && w5_follow_holds(slot, &st))
        return true;
    for (size_t i = 0; i < s->shared.count; i++)
        if (w5_str_eq(s->shared.slot[i]->source.name, path))
            return true;
    return false;
}

w5_rc w5_sources_add_rotated(w5_sources *s, size_t index, w5_ask_before known, void *context)
{
    const w5_str *path;
    size_t count;
    w5_slot *slot = s->shared.slot[index];
    w5_arena *scratch = w5_arena_new();
    w5_rc rc = W5_MISS;
    if (w5_folder_rotations(scratch, slot->path, &path, &count) != W5_OK)
        count = 0;
    w5_time modified = W5_TIME_NONE;
    size_t equal = 0; /* the first of those that were written at one tick of the clock */
    for (size_t i = 0; i < count; i++) { /* in the order of writing */
        if (is_known(s, slot, path[i]))
            continue;
        add_file(s, path[i], slot->source.format);
        size_t last = s->shared.count - 1;
        w5_source *source = &s->shared.slot[last]->source;
        source->log = slot->source.name;
        equal = source->modified == modified ? equal : i;
        modified = source->modified;
        w5_before before = known(context, s, last);
        if (rc == W5_MISS && (!before.grows || equal < i)) {
            drop_last(s);
            i = before.grows ? equal - 1 : i; /* all of them may be younger */
            rc = before.grows ? W5_OK : W5_MISS;
            continue;
        }
        rc = W5_OK;
        w5_sources_skip(s, last, before.offset, NULL);
        join_follow(s, slot, before.offset);
    }
    w5_arena_free(scratch);
    return rc;
}

void w5_sources_know(w5_sources *s, const w5_identity *was, uint64_t offset)
{
    w5_shared *shared = &s->shared;
    if (shared->knowns == shared->knowns_room) {
        shared->knowns_room = shared->knowns_room ? 2 * shared->knowns_room : 16;
        shared->known = w5_xrealloc(shared->known, shared->knowns_room, sizeof *shared->known);
    }
    shared->known[shared->knowns++] =
        (w5_retired){.identity = *was, .offset = offset, .end = offset};
}

w5_str w5_sources_cursor(const w5_sources *s, size_t index)
{
    return w5_journal_cursor(s->shared.slot[index]);
}

w5_rc w5_sources_seek(w5_sources *s, size_t index, w5_str cursor, w5_err *err)
{
    w5_slot *slot = s->shared.slot[index];
    if (slot->kind != &w5_kind_journal)
        return w5_fail(err, W5_ENOTSUP, 0, "'%.*s' is no journal", W5_ARG(slot->source.name));
    return w5_journal_seek(slot, cursor, err);
}

w5_rc w5_sources_skip(w5_sources *s, size_t index, uint64_t offset, w5_err *err)
{
    w5_slot *slot = s->shared.slot[index];
    if (slot->begun && slot->kind == &w5_kind_file && !slot->unpack) {
        w5_lines_done(&slot->lines);
        w5_lines_init(&slot->lines, offset);
        slot->file.at = slot->base + offset;
        return W5_OK;
    }
    if (slot->begun || slot->kind == &w5_kind_pipe || slot->kind == &w5_kind_journal)
        return w5_fail(err, W5_ENOTSUP, 0, "cannot go on at a place inside '%.*s'",
                       W5_ARG(slot->source.name));
    slot->skip = offset;
    return W5_OK;
}
