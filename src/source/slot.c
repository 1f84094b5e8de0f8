/* slot.c -- one source: opened, judged by what it is, closed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"
#include "identity.h"
#include "open.h"
#include "source_journal.h"
#include "source_pipe.h"

void w5_slot_fail(w5_slot *slot, const w5_err *reason)
{
    if (slot->source.error.code != W5_OK)
        return;
    w5_fail(&slot->source.error, reason->code, 0, "cannot read all of '%.*s': %s",
            W5_ARG(slot->source.name), reason->text);
    slot->source.error.sys = reason->sys;
}

void w5_slot_close(w5_slot *slot)
{
    if (slot->kind && slot->kind->close)
        slot->kind->close(slot);
    w5_ahead_free(slot->ahead);
    slot->ahead = NULL;
    w5_unpack_free(slot->unpack);
    slot->unpack = NULL;
    w5_lines_done(&slot->lines);
    if (slot->file.fd >= 0)
        close(slot->file.fd);
    slot->file.fd = -1;
}

static w5_time micros(struct timespec at)
{
    return (w5_time)at.tv_sec * W5_SECOND + at.tv_nsec / 1000;
}

/* --- what kind of thing it is --------------------------------------------------------------- */
static const struct {
    mode_t type;
    const char *what;
} refusals[] = {
    {S_IFDIR,  "it is a folder"},
    {S_IFSOCK, "it is a socket"},
    {S_IFBLK,  "it is a disk"  },
};

static w5_rc refuse(const struct stat *st, w5_err *err)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if ((st->st_mode & S_IFMT) == refusals[i].type)
            return w5_fail(err, W5_ENOTSUP, 0, "%s", refusals[i].what);
    return W5_OK;
}

/* Archives are never unpacked: which of their members would be meant, and where would they go? */
static const struct {
    size_t at;
    w5_str magic;
    const char *what;
} archives[] = {
    {257, W5_LIT("ustar"),              "it is a tar archive: unpack it first"},
    {0,   W5_LIT("PK\x03\x04"),         "it is a zip archive: unpack it first"},
    {0,   W5_LIT("7z\xbc\xaf\x27\x1c"), "it is a 7z archive: unpack it first" },
    {0,   W5_LIT("Rar!\x1a\x07"),       "it is a rar archive: unpack it first"},
};

static w5_rc refuse_archive(const w5_slot *slot, w5_err *err)
{
    w5_str head = {slot->head, slot->head_len};
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++)
        if (w5_str_starts(w5_str_skip(head, archives[i].at), archives[i].magic))
            return w5_fail(err, W5_ENOTSUP, 0, "%s", archives[i].what);
    return W5_OK;
}

static w5_rc find_decoder(w5_slot *slot, w5_err *err)
{
    char raw[W5_DECODER_SNIFF];
    bool more;
    w5_file head = slot->file;
    size_t n = 0;
    head.at = slot->base;
    w5_rc rc = w5_file_read(&head, raw, sizeof raw, &n, err);
    if (rc < 0)
        return rc;
    const w5_decoder *d = w5_decoder_for((w5_str){raw, n}, &more);
    if (!d)
        return W5_OK;
    slot->source.compression = d->name;
    return w5_unpack_new(d, W5_NONE, w5_file_read, &slot->file, &slot->unpack, err);
}

/* What may still grow: neither packed, nor rotated by its name, nor standard input. */
static bool is_followed(const w5_slot *slot)
{
    return slot->shared->options.follow && slot->path[0] != '\0' && !slot->unpack &&
           !w5_folder_rotated(w5_str_of(slot->path));
}

/* A journal's file by its own name. */
static w5_rc become_journal(w5_slot *slot, w5_err *err)
{
    char path[PATH_MAX];
    w5_slot_close(slot);
    slot->source.seekable = false;
    slot->kind = NULL;
    if (!realpath(slot->path, path))
        return w5_fail(err, W5_EIO, errno, "the journal cannot be opened");
    return w5_journal_open(slot, w5_str_of(path), err);
}

static w5_rc begin_file(w5_slot *slot, const struct stat *st, w5_err *err)
{
    slot->kind = &w5_kind_file;
    slot->source.size = (uint64_t)st->st_size;
    slot->source.modified = micros(st->st_mtim);
    slot->source.identity.device = st->st_dev;
    slot->source.identity.inode = st->st_ino;
    if (slot->path[0] == '\0')
        slot->base = (uint64_t)lseek(slot->file.fd, 0, SEEK_CUR);
    slot->file.at = slot->base;
    w5_rc rc = find_decoder(slot, err);
    if (rc < 0)
        return rc;
    slot->source.seekable = !slot->unpack && slot->base == 0;
    if (is_followed(slot)) {
        slot->kind = &w5_kind_follow;
        slot->source.seekable = false;
    }
    w5_identity_read(slot);
    if (w5_journal_is((w5_str){slot->head, slot->head_len}))
        return become_journal(slot, err);
    return refuse_archive(slot, err);
}

static w5_rc begin_any(w5_slot *slot, const struct stat *st, w5_err *err)
{
    w5_rc rc = refuse(st, err);
    if (rc == W5_OK && S_ISREG(st->st_mode))
        rc = begin_file(slot, st, err);
    else if (rc == W5_OK) {
        slot->kind = &w5_kind_pipe;
        w5_pipe_begin(slot, S_ISFIFO(st->st_mode) && slot->path[0] != '\0');
    }
    if (slot->kind)
        slot->source.kind = slot->kind->name;
    return rc;
}

static bool no_descriptor_left(const w5_err *err)
{
    return err->sys == EMFILE || err->sys == ENFILE;
}

void w5_slot_open(w5_slot *slot)
{
    struct stat st;
    w5_err err = {0};
    slot->pending = false;
    clock_gettime(CLOCK_REALTIME_COARSE, &slot->opened);
    w5_rc rc = slot->path[0] ? w5_open_log(slot->path, &slot->file.fd, &st, &err)
                             : w5_open_stdin(&slot->file.fd, &st, &err);
    if (rc < 0) {
        slot->pending = no_descriptor_left(&err);
        slot->source.error = err;
        slot->awaited = !slot->pending && is_followed(slot);
        if (slot->awaited)
            slot->kind = &w5_kind_follow;
        return;
    }
    slot->source.error = (w5_err){0};
    if (begin_any(slot, &st, &err) < 0)
        w5_slot_fail(slot, &err);
}
