/* source_pipe.c -- standard input and FIFOs: bytes come when they come.
 *
 * The first bytes decide whether they are compressed. Nothing blocks here: a descriptor is read
 * only when poll(2) says that there is something, and standard input keeps the flags it had (they
 * belong to the process at its other end, too). A FIFO that nobody writes to ends after a while:
 * reading it would otherwise wait for ever. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "kind.h"
#include "source_pipe.h"

#define WRITER_PATIENCE (5 * W5_SECOND)

typedef struct pipe_state {
    bool named; /* a FIFO by its path */
    bool spoke; /* a byte came */
    bool known; /* plain or compressed is settled */
    w5_time opened;
    char first[W5_DECODER_SNIFF];
    size_t first_len;
} pipe_state;

void w5_pipe_begin(w5_slot *slot, bool named)
{
    pipe_state *p = w5_xmalloc(sizeof *p);
    *p = (pipe_state){.named = named, .opened = w5_monotonic()};
    slot->own = p;
    w5_lines_init(&slot->lines, 0);
}

static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

static w5_rc read_pipe(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    w5_slot *slot = from;
    pipe_state *p = slot->own;
    if (!readable(slot->file.fd))
        return W5_WAIT;
    ssize_t n = read(slot->file.fd, out, room);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return W5_WAIT;
    if (n < 0)
        return w5_fail(err, W5_EIO, errno, "reading stopped");
    p->spoke = true;
    slot->source.consumed += (uint64_t)n;
    *got = (size_t)n;
    return n == 0 ? W5_END : W5_OK;
}

static bool has_newline(w5_str text)
{
    size_t at;
    return w5_str_find_char(text, '\n', &at);
}

/* Reads until the first bytes tell what follows. */
static w5_rc read_first(w5_slot *slot, char *out, size_t room, size_t *got, w5_err *err)
{
    pipe_state *p = slot->own;
    bool more = false;
    memcpy(out, p->first, p->first_len);
    w5_rc rc = read_pipe(slot, out + p->first_len, room - p->first_len, got, err);
    if (rc == W5_WAIT || rc < 0)
        return rc;
    w5_str head = {out, *got + p->first_len};
    const w5_decoder *d = w5_decoder_for(head, &more);
    if (!d && more && rc == W5_OK && head.len < sizeof p->first && !has_newline(head)) {
        memcpy(p->first, out, head.len);
        p->first_len = head.len;
        return read_first(slot, out, room, got, err);
    }
    p->known = true;
    *got = head.len;
    if (!d)
        return head.len > 0 ? W5_OK : rc;
    slot->source.compression = d->name;
    rc = w5_unpack_new(d, head, read_pipe, slot, &slot->unpack, err);
    return rc == W5_OK ? w5_unpack_read(slot->unpack, out, room, got, err) : rc;
}

static w5_rc read_slot(void *from, char *out, size_t room, size_t *got, w5_err *err)
{
    w5_slot *slot = from;
    const pipe_state *p = slot->own;
    if (!p->known)
        return read_first(slot, out, room, got, err);
    return slot->unpack ? w5_unpack_read(slot->unpack, out, room, got, err)
                        : read_pipe(slot, out, room, got, err);
}

/* A FIFO without a writer reads as empty, one whose writer is silent as "try again". */
static bool abandoned(w5_slot *slot)
{
    pipe_state *p = slot->own;
    if (!p->named || p->spoke || w5_monotonic() - p->opened < WRITER_PATIENCE)
        return false;
    ssize_t n = read(slot->file.fd, p->first, sizeof p->first);
    p->first_len = n > 0 ? (size_t)n : 0;
    p->spoke = n != 0;
    return n == 0;
}

static w5_rc next(w5_slot *slot, w5_block *block, w5_err *err)
{
    w5_rc rc = w5_lines_next(&slot->lines, read_slot, slot, block, err);
    if (rc == W5_WAIT && slot->stopping)
        rc = w5_lines_rest(&slot->lines, block) == W5_OK ? W5_OK : W5_END;
    if (rc == W5_WAIT && abandoned(slot))
        rc = w5_fail(err, W5_EIO, 0, "nobody writes to it");
    slot->source.bytes = w5_lines_offset(&slot->lines);
    return rc;
}

static int wait(const w5_slot *slot, w5_time *due)
{
    const pipe_state *p = slot->own;
    if (p->named && !p->spoke)
        *due = p->opened + WRITER_PATIENCE;
    return slot->file.fd;
}

static void close_pipe(w5_slot *slot)
{
    free(slot->own);
    slot->own = NULL;
}

const w5_source_kind w5_kind_pipe = {W5_LIT("pipe"), true, next, wait, close_pipe};
