/* identity.c -- which file is this.
 *
 * Almost every pair of logs differs in its first kilobyte, which is at hand; only pairs that agree
 * there are read again and compared to the end. */
#include "identity.h"

#include <stdlib.h>
#include <unistd.h>

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
uint64_t w5_identity_hash(w5_str text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* --- a second reader of an opened file ------------------------------------------------------ */
typedef struct rereader {
    w5_file file;
    w5_unpack *unpack;
} rereader;

static w5_rc reread_begin(rereader *r, const w5_slot *slot)
{
    *r = (rereader){0};
    r->file = (w5_file){slot->file.fd, slot->base};
    if (!slot->unpack)
        return W5_OK;
    return w5_unpack_new(w5_unpack_decoder(slot->unpack), W5_NONE, w5_file_read, &r->file,
                         &r->unpack, NULL);
}

/* Fills `out` as far as the file goes: less than `room` means its end (or a failure). */
static size_t reread(rereader *r, char *out, size_t room)
{
    size_t have = 0;
    w5_rc rc = W5_OK;
    while (have < room && rc == W5_OK) {
        size_t got = 0;
        rc = r->unpack ? w5_unpack_read(r->unpack, out + have, room - have, &got, NULL)
                       : w5_file_read(&r->file, out + have, room - have, &got, NULL);
        have += got;
    }
    return have;
}

static void reread_end(rereader *r)
{
    w5_unpack_free(r->unpack);
}

/* --- the head ------------------------------------------------------------------------------- */
void w5_identity_read(w5_slot *slot)
{
    rereader r;
    if (!slot->head)
        slot->head = w5_xmalloc(W5_HEAD_MAX);
    if (reread_begin(&r, slot) == W5_OK)
        slot->head_len = reread(&r, slot->head, W5_HEAD_MAX);
    reread_end(&r);
    slot->source.identity.fingerprint = w5_identity_hash((w5_str){slot->head, slot->head_len});
    slot->source.identity.fingerprinted = (uint32_t)slot->head_len;
}

void w5_identity_take(w5_slot *slot, w5_str first)
{
    first = w5_str_head(first, W5_HEAD_MAX);
    memcpy(slot->head, first.ptr, first.len);
    slot->head_len = first.len;
    slot->source.identity.fingerprint = w5_identity_hash(first);
    slot->source.identity.fingerprinted = (uint32_t)first.len;
}

bool w5_identity_holds(const w5_slot *slot)
{
    char now[W5_HEAD_MAX];
    ssize_t n = pread(slot->file.fd, now, slot->head_len, (off_t)slot->base);
    return n == (ssize_t)slot->head_len && memcmp(now, slot->head, slot->head_len) == 0;
}

bool w5_identity_fits(const w5_slot *slot, const w5_identity *was)
{
    return was->fingerprinted > 0 && slot->head_len >= was->fingerprinted &&
           w5_identity_hash((w5_str){slot->head, was->fingerprinted}) == was->fingerprint;
}

/* --- two whole files ------------------------------------------------------------------------ */
static w5_sameness by_length(size_t first, size_t second)
{
    if (first == second)
        return W5_SAME_ALL;
    return first < second ? W5_SAME_FIRST : W5_SAME_SECOND;
}

static w5_sameness compare_texts(rereader *a, rereader *b)
{
    static const size_t piece = 64 * 1024;
    char *text = w5_xmalloc(2 * piece);
    w5_sameness same;
    size_t had;
    do {
        had = reread(a, text, piece);
        size_t other = reread(b, text + piece, piece);
        size_t shared = had < other ? had : other;
        bool equal = memcmp(text, text + piece, shared) == 0;
        same = equal ? by_length(had, other) : W5_SAME_NOT;
    } while (same == W5_SAME_ALL && had == piece);
    free(text);
    return same;
}

static w5_sameness compare_all(const w5_slot *first, const w5_slot *second)
{
    rereader a = {0};
    rereader b = {0};
    w5_sameness same = W5_SAME_NOT;
    if (reread_begin(&a, first) == W5_OK && reread_begin(&b, second) == W5_OK)
        same = compare_texts(&a, &b);
    reread_end(&a);
    reread_end(&b);
    return same;
}

w5_sameness w5_identity_compare(const w5_slot *first, const w5_slot *second)
{
    const w5_identity *a = &first->source.identity;
    const w5_identity *b = &second->source.identity;
    if (a->device == b->device && a->inode == b->inode)
        return W5_SAME_ALL;
    size_t shared = first->head_len < second->head_len ? first->head_len : second->head_len;
    if (shared == 0 || memcmp(first->head, second->head, shared) != 0)
        return W5_SAME_NOT;
    if (shared < W5_HEAD_MAX)
        return by_length(first->head_len, second->head_len);
    return compare_all(first, second);
}
