/* source_follow.c -- a log followed by its name, across every way of rotating it.
 *
 * What stood under the name, one file after the other, are its generations. When the name means
 * another file the old one is not left at once: its writer goes on until it is told to reopen its
 * logs, so an old generation is read until it has been silent for five seconds.
 *
 * A file can also be emptied in place (copytruncate), and be longer than before when we look again.
 * So what is remembered of a file is not only how far it was read but also its first 256 bytes and
 * the last 64 before that place; after each read both are looked at again. If they are others by
 * then, the piece just read is old text (it is no longer there) or new text (it still is, and will
 * be read again from the front).
 *
 * Half a line at the end of a generation waits for its other half, in the same file or at the front
 * of the next (continuation.c), at most five seconds; then it is given out as it is. */
#include "source_follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "continuation.h"
#include "decoder.h"
#include "folder.h"
#include "identity.h"
#include "open.h"

#define PATIENCE    (5 * W5_SECOND)
#define SWEEP       W5_SECOND
#define POLLING     (W5_SECOND / 2)
#define FIRST_BYTES 256
#define LAST_BYTES  64
#define SAMPLE      32
#define OLD_MAX     64 /* generations that are drained at once; more than a rotation every 80 ms */

typedef struct generation {
    struct generation *younger;
    w5_file file;
    w5_lines lines;
    w5_identity identity;
    struct timespec modified; /* as of the last look */
    char first[FIRST_BYTES], last[LAST_BYTES];
    size_t first_len, last_len;
    char sample[SAMPLE]; /* the beginning of a whole line */
    size_t sample_len;
    w5_time grew;   /* when it last did */
    bool rewritten; /* its text is another one: begin again from the front */
    bool undecided; /* whether its beginning ends the line of the generation before it */
    w5_identity carrier; /* the file that its first line began in, where that is another one */
    bool unproven;  /* it stood beside the name: its text may be a copy, or become one */
} generation;

typedef struct follow {
    generation *oldest, *current; /* a chain; current is the youngest, or NULL */
    bool ready;                   /* there may be something to read */
    bool look;                    /* the name may mean another file */
    bool file_watched, folder_watched;
    bool overtaken;       /* the name changed again while we opened it: a file may be missed */
    struct timespec seen; /* when the name was last known to mean the current file */
    w5_time sweep;        /* look at everything then */
} follow;

/* --- what is remembered of a file's text ---------------------------------------------------- */
static size_t read_at(const generation *g, char *out, size_t n, uint64_t at)
{
    ssize_t got;
    do
        got = pread(g->file.fd, out, n, (off_t)at);
    while (got < 0 && errno == EINTR);
    return got < 0 ? 0 : (size_t)got;
}

/* Is the text before `end` still the one that was read? */
static bool same_text(const generation *g, uint64_t end)
{
    char now[FIRST_BYTES];
    if (read_at(g, now, g->first_len, 0) != g->first_len ||
        memcmp(now, g->first, g->first_len) != 0)
        return false;
    return read_at(g, now, g->last_len, end - g->last_len) == g->last_len &&
           memcmp(now, g->last, g->last_len) == 0;
}

static void remember_first(generation *g, uint64_t at, const char *bytes, size_t n)
{
    if (at > g->first_len || at + n <= g->first_len || g->first_len == FIRST_BYTES)
        return;
    size_t known = g->first_len - (size_t)at;
    size_t more = FIRST_BYTES - g->first_len < n - known ? FIRST_BYTES - g->first_len : n - known;
    memcpy(g->first + g->first_len, bytes + known, more);
    g->first_len += more;
    g->identity.fingerprint = w5_identity_hash((w5_str){g->first, g->first_len});
    g->identity.fingerprinted = (uint32_t)g->first_len;
}

static void remember_last(generation *g, const char *bytes, size_t n)
{
    size_t keep = n >= LAST_BYTES ? 0 : LAST_BYTES - n;
    keep = keep < g->last_len ? keep : g->last_len;
    memmove(g->last, g->last + g->last_len - keep, keep);
    size_t take = n < LAST_BYTES ? n : LAST_BYTES;
    memcpy(g->last + keep, bytes + n - take, take);
    g->last_len = keep + take;
}

/* Does the place where a piece was read hold the same bytes now? */
static bool still_there(const generation *g, const char *piece, size_t n, uint64_t at)
{
    char now[4096];
    for (size_t done = 0; done < n;) {
        size_t part = n - done < sizeof now ? n - done : sizeof now;
        if (read_at(g, now, part, at + done) != part || memcmp(now, piece + done, part) != 0)
            return false;
        done += part;
    }
    return true;
}

static bool changed_in_place(generation *g)
{
    struct stat st;
    if (fstat(g->file.fd, &st) != 0)
        return false;
    bool touched =
        st.st_mtim.tv_sec != g->modified.tv_sec || st.st_mtim.tv_nsec != g->modified.tv_nsec;
    g->modified = st.st_mtim;
    return (uint64_t)st.st_size < g->file.at || (touched && !same_text(g, g->file.at));
}

/* A w5_read: what was appended since the last one. */
static w5_rc read_on(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    generation *g = from;
    uint64_t at = g->file.at;
    if (g->rewritten)
        return W5_WAIT;
    w5_rc rc = w5_file_read(&g->file, out, room, got, err);
    if (rc == W5_END) {
        g->rewritten = changed_in_place(g);
        if (g->rewritten)
            g->grew = w5_monotonic();
        return W5_WAIT;
    }
    if (rc != W5_OK)
        return rc;
    g->grew = w5_monotonic();
    g->rewritten = !same_text(g, at);
    if (g->rewritten && still_there(g, out, *got, at)) {
        g->file.at = at;
        return W5_WAIT;
    }
    remember_first(g, at, out, *got);
    remember_last(g, out, *got);
    return W5_OK;
}

/* --- generations ---------------------------------------------------------------------------- */
/* What it begins with is known before any of it is read: it may be emptied before that. */
static void read_from(generation *g, uint64_t at)
{
    char text[FIRST_BYTES];
    size_t n = at < LAST_BYTES ? (size_t)at : LAST_BYTES;
    g->file.at = at;
    w5_lines_init(&g->lines, at);
    remember_last(g, text, read_at(g, text, n, at - n));
    remember_first(g, 0, text, read_at(g, text, sizeof text, 0));
}

static generation *generation_new(int fd, const struct stat *st, uint64_t at)
{
    generation *g = w5_xmalloc(sizeof *g);
    *g = (generation){
        .file = {fd, at},
          .modified = st->st_mtim, .grew = w5_monotonic()
    };
    g->identity.device = st->st_dev;
    g->identity.inode = st->st_ino;
    read_from(g, at);
    return g;
}

static void generation_free(generation *g)
{
    w5_lines_done(&g->lines);
    close(g->file.fd);
    free(g);
}

static void retire(w5_shared *shared, const generation *g)
{
    w5_retired *r = &shared->retired[shared->retirements++ % W5_RETIRED_MAX];
    *r = (w5_retired){.identity = g->identity,
                      .offset = g->file.at - w5_lines_held(&g->lines).len,
                      .end = g->file.at,
                      .last_len = g->last_len};
    memcpy(r->last, g->last, g->last_len);
}

/* What a file begins with. Most of what is known has as many bytes: their hash is made once. */
typedef struct opening {
    int fd;
    uint64_t size;
    char text[W5_HEAD_MAX];
    size_t len, hashed;
    uint64_t hash;
} opening;

static bool begins_like(opening *o, const w5_identity *was)
{
    if (was->fingerprinted == 0 || o->len < was->fingerprinted)
        return false;
    if (o->hashed != was->fingerprinted) {
        o->hashed = was->fingerprinted;
        o->hash = w5_identity_hash((w5_str){o->text, o->hashed});
    }
    return o->hash == was->fingerprint;
}

/* Is this, up to where it was read, the text of one that went? Its file may be another: copytruncate
 * leaves a copy. */
static bool is_retired(const w5_retired *r, opening *o)
{
    char last[LAST_BYTES];
    return r->end >= r->last_len && o->size >= r->end && begins_like(o, &r->identity) &&
           pread(o->fd, last, r->last_len, (off_t)(r->end - r->last_len)) ==
               (ssize_t)r->last_len &&
           memcmp(last, r->last, r->last_len) == 0;
}

static bool find_retired(const w5_retired *all, size_t n, opening *o, uint64_t *read)
{
    bool known = false;
    for (size_t i = 0; i < n; i++) {
        if (all[i].offset < *read || !is_retired(&all[i], o))
            continue;
        known = true;
        *read = all[i].offset;
    }
    return known;
}

static bool find_in(const w5_retired *all, size_t n, int fd, const struct stat *st, uint64_t *read)
{
    opening o = {.fd = fd, .size = (uint64_t)st->st_size};
    ssize_t got = n > 0 ? pread(fd, o.text, sizeof o.text, 0) : 0;
    o.len = got > 0 ? (size_t)got : 0;
    *read = 0;
    return find_retired(all, n, &o, read);
}

bool w5_follow_retired(const w5_shared *shared, int fd, const struct stat *st, uint64_t *read)
{
    size_t n = shared->retirements < W5_RETIRED_MAX ? shared->retirements : W5_RETIRED_MAX;
    return find_in(shared->retired, n, fd, st, read);
}

/* How far an earlier run read this text. Only of one that no generation holds: it may have read on. */
static uint64_t known_place(const w5_shared *shared, int fd, const struct stat *st)
{
    uint64_t read;
    return find_in(shared->known, shared->knowns, fd, st, &read) ? read : 0;
}

static bool is_file_of(const generation *g, const struct stat *st)
{
    return g->identity.device == st->st_dev && g->identity.inode == st->st_ino;
}

bool w5_follow_holds(const w5_slot *slot, const struct stat *st)
{
    const follow *f = slot->kind == &w5_kind_follow ? slot->own : NULL;
    for (const generation *g = f ? f->oldest : NULL; g; g = g->younger)
        if (is_file_of(g, st))
            return true;
    return false;
}

static bool reads(const follow *f, w5_str head, bool proven)
{
    char text[FIRST_BYTES];
    head = w5_str_head(head, sizeof text);
    for (const generation *g = f ? f->oldest : NULL; g && head.len > 0; g = g->younger)
        if (!(proven && g->unproven) && read_at(g, text, head.len, 0) == head.len &&
            memcmp(text, head.ptr, head.len) == 0)
            return true;
    return false;
}

static bool holds_text(const follow *f, int fd)
{
    char text[FIRST_BYTES];
    ssize_t n = pread(fd, text, sizeof text, 0);
    return n > 0 && reads(f, (w5_str){text, (size_t)n}, false);
}

bool w5_follow_reads(const w5_slot *slot, w5_str head)
{
    return reads(slot->kind == &w5_kind_follow ? slot->own : NULL, head, false);
}

static void append(follow *f, generation *g)
{
    if (f->current) {
        f->current->younger = g;
        f->current->grew = w5_monotonic(); /* its writer has five seconds from now on */
    } else {
        f->oldest = g;
    }
    f->current = g;
}

static void take_out(follow *f, generation *g)
{
    generation *older = NULL;
    for (generation *p = f->oldest; p != g; p = p->younger)
        older = p;
    if (older)
        older->younger = g->younger;
    else
        f->oldest = g->younger;
    if (f->current == g)
        f->current = older;
    g->younger = NULL;
}

/* --- the name ------------------------------------------------------------------------------- */
/* A file that another source still reads becomes ours only when that one has left it. */
static bool held_by_another(const w5_slot *slot, const struct stat *st)
{
    for (size_t i = 0; i < slot->shared->count; i++)
        if (slot->shared->slot[i] != slot && w5_follow_holds(slot->shared->slot[i], st))
            return true;
    return false;
}

static generation *find_own(const follow *f, const struct stat *st)
{
    generation *g = f->oldest;
    while (g && !is_file_of(g, st))
        g = g->younger;
    return g;
}

static generation *adopt(w5_slot *slot, int fd, const struct stat *st, uint64_t at)
{
    follow *f = slot->own;
    generation *g = generation_new(fd, st, at);
    g->undecided = at == 0 && f->current != NULL;
    append(f, g);
    slot->source.size = (uint64_t)st->st_size;
    slot->source.modified = (w5_time)st->st_mtim.tv_sec * W5_SECOND + st->st_mtim.tv_nsec / 1000;
    slot->source.error = (w5_err){0};
    f->file_watched = w5_watch_file(slot->shared->watch, slot->path, slot->source.index);
    return g;
}

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec >= b.tv_nsec;
}

static bool same_bytes(int a, int b, size_t n, uint64_t at)
{
    char one[FIRST_BYTES];
    char two[FIRST_BYTES];
    return pread(a, one, n, (off_t)at) == (ssize_t)n && pread(b, two, n, (off_t)at) == (ssize_t)n &&
           memcmp(one, two, n) == 0;
}

/* The same text, and perhaps more of it, in another file (an editor, sed -i): read on where we are. */
static generation *text_copied(const follow *f, int fd, const struct stat *st)
{
    generation *g = NULL;
    struct stat own;
    for (generation *p = f->oldest; p; p = p->younger)
        g = p->unproven ? g : p;
    if (!g || fstat(g->file.fd, &own) != 0 || own.st_size == 0 || own.st_size > st->st_size)
        return NULL;
    uint64_t size = (uint64_t)own.st_size;
    size_t first = size < FIRST_BYTES ? (size_t)size : FIRST_BYTES;
    return same_bytes(g->file.fd, fd, first, 0) && same_bytes(g->file.fd, fd, first, size - first)
               ? g
               : NULL;
}

static void adopt_copy(w5_slot *slot, generation *g, int fd, const struct stat *st)
{
    follow *f = slot->own;
    struct stat own;
    bool ours = !g->rewritten && fstat(g->file.fd, &own) == 0 &&
                (uint64_t)own.st_size >= g->file.at && same_text(g, g->file.at);
    uint64_t at = ours ? g->file.at - w5_lines_held(&g->lines).len : 0; /* or emptied meanwhile */
    take_out(f, g);
    retire(slot->shared, g);
    generation_free(g);
    adopt(slot, fd, st, at);
}

/* What was emptied before all of it was read is read on in its copy, which keeps the old time. */
static void adopt_if_missed(w5_slot *slot, const char *path)
{
    const follow *f = slot->own;
    int fd;
    struct stat st;
    uint64_t read;
    if (w5_open_log(path, &fd, &st, NULL) < 0)
        return;
    bool known = w5_follow_retired(slot->shared, fd, &st, &read);
    bool later = is_later(st.st_mtim, f->seen);
    bool other = S_ISREG(st.st_mode) && !w5_follow_holds(slot, &st) && !held_by_another(slot, &st);
    generation *copied = other && later ? text_copied(f, fd, &st) : NULL;
    if (copied)
        adopt_copy(slot, copied, fd, &st);
    else if (other && (known ? (uint64_t)st.st_size > read : later))
        adopt(slot, fd, &st, read)->unproven = read == 0;
    else
        close(fd);
}

/* Two rotations between two looks: the file between them never stood under the name when we looked,
 * but it stands beside it now, and was written since. */
static void adopt_missed(w5_slot *slot)
{
    w5_arena *scratch = w5_arena_new();
    const w5_str *path;
    size_t count;
    if (w5_folder_siblings(scratch, slot->path, &path, &count) == W5_OK)
        for (size_t i = 0; i < count; i++)
            adopt_if_missed(slot, path[i].ptr);
    w5_arena_free(scratch);
}

/* False when the name means yet another file than it did for `looked`. */
static bool open_name(w5_slot *slot, const struct stat *looked)
{
    int fd;
    struct stat st;
    uint64_t read;
    w5_err err = {0};
    if (w5_open_log(slot->path, &fd, &st, &err) < 0) {
        slot->source.error = err;
        return false;
    }
    generation *copied = S_ISREG(st.st_mode) ? text_copied(slot->own, fd, &st) : NULL;
    if (!S_ISREG(st.st_mode) || w5_follow_holds(slot, &st) || held_by_another(slot, &st))
        close(fd);
    else if (copied)
        adopt_copy(slot, copied, fd, &st);
    else {
        if (!w5_follow_retired(slot->shared, fd, &st, &read) && !holds_text(slot->own, fd))
            read = known_place(slot->shared, fd, &st);
        adopt(slot, fd, &st, read);
    }
    return st.st_dev == looked->st_dev && st.st_ino == looked->st_ino;
}

/* Whatever stands under the name now: nothing, the same file, one of ours that came back, a new
 * one, or something that is no file: then we keep what we have. */
static void look_at_name(w5_slot *slot)
{
    follow *f = slot->own;
    struct stat st;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now); /* the clock of st_mtim */
    f->look = false;
    if (stat(slot->path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    generation *own = find_own(f, &st);
    if (f->current && (!own || f->overtaken))
        adopt_missed(slot);
    if (own && own != f->current) {
        take_out(f, own);
        append(f, own);
    }
    f->overtaken = !own && !open_name(slot, &st);
    f->look = f->overtaken;
    if (!f->overtaken)
        f->seen = now;
}

static void watch_folder(w5_slot *slot)
{
    follow *f = slot->own;
    char folder[4096];
    const char *slash = strrchr(slot->path, '/');
    size_t len = !slash ? 1 : slash == slot->path ? 1 : (size_t)(slash - slot->path);
    if (len >= sizeof folder)
        return;
    memcpy(folder, slash ? slot->path : ".", len);
    folder[len] = '\0';
    f->folder_watched = w5_watch_folder(slot->shared->watch, folder, slot->source.index);
}

/* --- copies --------------------------------------------------------------------------------- */
typedef enum proof {
    OWN,
    FOREIGN,
    UNSURE
} proof;

/* copytruncate: while a log is copied, the copy is empty or its beginning; then the log is emptied. The
 * copy is looked at first: what the log holds after that is no shorter. */
static proof compare(const generation *log, w5_str text)
{
    char now[FIRST_BYTES];
    w5_str own = {now, read_at(log, now, sizeof now, 0)};
    w5_str was = {log->first, log->first_len};
    bool emptied = !w5_str_starts(own, was);
    if (emptied)
        own = was;
    if (text.len == 0 || own.len == 0)
        return OWN;
    if (text.len <= own.len && memcmp(text.ptr, own.ptr, text.len) == 0)
        return text.len == own.len && !emptied ? FOREIGN : UNSURE;
    return emptied && w5_str_starts(text, own) ? UNSURE : OWN;
}

/* Foreign is a copy of what is read elsewhere, and what a packer writes beside its log. An emptied log
 * is retired when its turn comes; then it is known how far its copy was read. */
static proof prove(const w5_slot *slot, generation *g)
{
    const follow *f = slot->own;
    char first[FIRST_BYTES];
    w5_str text = {first, read_at(g, first, sizeof first, 0)};
    proof answer = text.len == 0 ? UNSURE : OWN;
    struct stat st;
    uint64_t read;
    bool more;
    if (w5_decoder_for(text, &more))
        return FOREIGN;
    if (fstat(g->file.fd, &st) == 0 && w5_follow_retired(slot->shared, g->file.fd, &st, &read) &&
        read > 0) {
        read_from(g, read);
        return OWN;
    }
    for (const generation *log = f->oldest; log && answer != FOREIGN; log = log->younger) {
        proof p = log == g ? OWN : compare(log, text);
        answer = p == OWN ? answer : p;
    }
    read = answer == OWN && fstat(g->file.fd, &st) == 0
               ? known_place(slot->shared, g->file.fd, &st)
               : 0;
    if (read > 0)
        read_from(g, read);
    bool stalled = w5_monotonic() - g->grew >= PATIENCE && text.len > 0; /* nobody copies so slowly */
    return answer == UNSURE && stalled ? OWN : answer;
}

/* --- reading -------------------------------------------------------------------------------- */
/* Keeps the beginning of the last whole line that went out. */
static void keep_sample(generation *g, w5_str bytes)
{
    const char *end = memrchr(bytes.ptr, '\n', bytes.len);
    const char *before =
        end && end > bytes.ptr ? memrchr(bytes.ptr, '\n', (size_t)(end - bytes.ptr)) : NULL;
    const char *line = before ? before + 1 : bytes.ptr;
    if (!end)
        return;
    g->sample_len = (size_t)(end - line) < SAMPLE ? (size_t)(end - line) : SAMPLE;
    memcpy(g->sample, line, g->sample_len);
}

static w5_rc give(w5_slot *slot, generation *g, w5_block *block)
{
    if (block->offset > INT64_MAX) { /* begins with half a line that stood before its own text */
        block->carried = (size_t)(0 - block->offset);
        block->carrier = g->carrier;
        block->offset = 0;
    }
    keep_sample(g, block->bytes);
    slot->source.bytes += block->bytes.len;
    slot->source.consumed = slot->source.bytes;
    slot->source.identity = g->identity;
    return W5_OK;
}

static w5_rc give_rest(w5_slot *slot, generation *g, w5_block *block)
{
    return w5_lines_rest(&g->lines, block) == W5_OK ? give(slot, g, block) : W5_MISS;
}

static bool expired(const w5_slot *slot, const generation *g)
{
    return slot->stopping || w5_monotonic() - g->grew >= PATIENCE;
}

static bool continues(const generation *g, w5_str piece, const char *next, size_t n)
{
    return w5_continues(piece, (w5_str){next, n}, (w5_str){g->sample, g->sample_len});
}

/* The text is another one. W5_OK: half a line of the old text went out; W5_WAIT: nothing tells yet
 * whether it goes on in the new one; W5_MISS: read on from the front. */
static w5_rc begin_again(w5_slot *slot, generation *g, w5_block *block)
{
    char next[SAMPLE];
    size_t n = read_at(g, next, sizeof next, 0);
    w5_str piece = w5_lines_held(&g->lines);
    if (piece.len > 0 && n == 0 && !expired(slot, g))
        return W5_WAIT;
    if (piece.len > 0 && (n == 0 || !continues(g, piece, next, n)))
        return give_rest(slot, g, block);
    follow *f = slot->own;
    f->look = f->overtaken = true; /* its copy stands beside it */
    retire(slot->shared, g);
    g->file.at = 0;
    g->first_len = g->last_len = 0;
    g->carrier = (w5_identity){0};
    g->rewritten = false;
    w5_lines_rebase(&g->lines, 0);
    return W5_MISS;
}

/* Whether a new file begins with the other half of the line that its elder ends in. W5_WAIT: the
 * file is still empty. */
static w5_rc decide_beginning(const w5_slot *slot, generation *elder, generation *g)
{
    char next[SAMPLE];
    w5_str piece = elder ? w5_lines_held(&elder->lines) : W5_NONE;
    size_t n = piece.len > 0 ? read_at(g, next, sizeof next, 0) : 0;
    if (piece.len > 0 && n == 0 && !expired(slot, elder))
        return W5_WAIT;
    if (n > 0 && continues(elder, piece, next, n)) {
        w5_lines_prepend(&g->lines, piece);
        g->carrier = elder->identity;
        w5_lines_forget(&elder->lines);
    }
    g->undecided = false;
    return W5_MISS;
}

static w5_rc read_generation(w5_slot *slot, generation *elder, generation *g, w5_block *block,
                             w5_err *err)
{
    w5_rc rc = g->undecided ? decide_beginning(slot, elder, g) : W5_MISS;
    if (rc == W5_MISS)
        rc = w5_lines_next(&g->lines, read_on, g, block, err);
    while (rc == W5_WAIT && g->rewritten) {
        rc = begin_again(slot, g, block);
        if (rc == W5_OK)
            return rc;
        if (rc == W5_WAIT)
            break;
        rc = w5_lines_next(&g->lines, read_on, g, block, err);
    }
    return rc == W5_OK ? give(slot, g, block) : rc;
}

/* An old generation that was silent for long, or whose turn to be forgotten has come. */
static w5_rc finish(w5_slot *slot, generation *g, w5_block *block)
{
    follow *f = slot->own;
    if (give_rest(slot, g, block) == W5_OK)
        return W5_OK;
    if (!g->unproven)
        retire(slot->shared, g);
    take_out(f, g);
    generation_free(g);
    return W5_MISS;
}

static size_t count_old(const follow *f)
{
    size_t n = 0;
    for (const generation *g = f->oldest; g && g != f->current; g = g->younger)
        n++;
    return n;
}

static w5_rc read_all(w5_slot *slot, w5_block *block, w5_err *err)
{
    follow *f = slot->own;
    generation *elder = NULL;
    generation *younger;
    for (generation *g = f->oldest; g; g = younger) {
        proof p = g->unproven ? prove(slot, g) : OWN;
        younger = g->younger;
        if (p == FOREIGN) {
            take_out(f, g);
            generation_free(g);
            continue;
        }
        g->unproven = p == UNSURE;
        w5_rc rc = g->unproven ? W5_WAIT : read_generation(slot, elder, g, block, err);
        if (rc == W5_OK)
            return rc;
        bool leave = g != f->current && (expired(slot, g) || count_old(f) > OLD_MAX);
        if (rc < 0 || leave || (slot->stopping && rc == W5_WAIT)) {
            if (rc < 0)
                w5_slot_fail(slot, err);
            if (finish(slot, g, block) == W5_OK)
                return W5_OK;
        } else {
            elder = g;
        }
    }
    return slot->stopping ? W5_END : W5_WAIT;
}

static follow *own_of(w5_slot *slot)
{
    if (!slot->own) {
        slot->own = w5_xmalloc(sizeof(follow));
        *(follow *)slot->own = (follow){.ready = true};
    }
    return slot->own;
}

void w5_follow_elder(w5_slot *slot, int fd, uint64_t at)
{
    struct stat st;
    own_of(slot);
    if (fstat(fd, &st) == 0 && !w5_follow_holds(slot, &st)) /* names move while we look at them */
        adopt(slot, fd, &st, at)->unproven = at == 0;
    else
        close(fd);
}

/* The log was emptied since it was opened: what it held goes on in its copy. */
static void emptied_before(w5_slot *slot)
{
    follow *f = slot->own;
    w5_str head = w5_str_head((w5_str){slot->head, slot->head_len}, FIRST_BYTES);
    w5_retired *r = &slot->shared->retired[slot->shared->retirements++ % W5_RETIRED_MAX];
    *r = (w5_retired){.offset = slot->skip, .end = slot->skip};
    r->identity.fingerprint = w5_identity_hash(head);
    r->identity.fingerprinted = (uint32_t)head.len;
    f->look = f->overtaken = true;
}

static void begin(w5_slot *slot)
{
    follow *f = own_of(slot);
    struct stat st;
    slot->begun = true;
    f->seen = slot->opened; /* older files beside the name are none that was missed */
    if (slot->file.fd >= 0 && fstat(slot->file.fd, &st) == 0) {
        bool same = w5_identity_holds(slot);
        if (!same)
            emptied_before(slot);
        if (w5_follow_holds(slot, &st) ||
            (same && reads(f, (w5_str){slot->head, slot->head_len}, true)))
            close(slot->file.fd); /* rotated away since it was opened, and found as an elder */
        else
            adopt(slot, slot->file.fd, &st, same ? slot->skip : 0);
        slot->file.fd = -1;
    }
    watch_folder(slot);
}

/* Everything that only time tells, once in a while. */
static void sweep(w5_slot *slot, w5_time now)
{
    follow *f = slot->own;
    watch_folder(slot);
    look_at_name(slot);
    f->ready = true;
    f->sweep = now + (f->file_watched && f->folder_watched ? SWEEP : POLLING);
}

static void rest(w5_slot *slot)
{
    const follow *f = slot->own;
    for (generation *g = f->oldest; g; g = g->younger)
        w5_lines_shrink(&g->lines);
}

static w5_rc next(w5_slot *slot, w5_block *block, w5_err *err)
{
    w5_time now = w5_monotonic();
    if (!slot->begun)
        begin(slot);
    follow *f = slot->own;
    bool due = now >= f->sweep;
    if (due)
        sweep(slot, now);
    else if (f->look)
        look_at_name(slot);
    if (!f->ready && !slot->stopping)
        return W5_WAIT;
    w5_rc rc = read_all(slot, block, err);
    f->ready = rc == W5_OK;
    if (rc == W5_WAIT && due)
        rest(slot);
    return rc;
}

void w5_follow_hint(w5_slot *slot, bool name)
{
    follow *f = slot->kind == &w5_kind_follow ? slot->own : NULL;
    if (!f)
        return;
    f->ready = true;
    f->look |= name;
}

static int wait(const w5_slot *slot, w5_time *due)
{
    const follow *f = slot->own;
    *due = f ? f->sweep : 0;
    return w5_watch_fd(slot->shared->watch);
}

static void close_follow(w5_slot *slot)
{
    follow *f = slot->own;
    for (generation *g = f ? f->oldest : NULL; g;) {
        generation *younger = g->younger;
        generation_free(g);
        g = younger;
    }
    free(f);
    slot->own = NULL;
}

const w5_source_kind w5_kind_follow = {W5_LIT("file"), true, next, wait, close_follow};
