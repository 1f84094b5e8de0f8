/* source.h -- bytes into blocks of whole lines.
 *
 * Enters: paths, "-", "journal:…" as people type them. Leaves: blocks of bytes that end at a line
 * end (decompressed where needed), each with its source and offset. A w5_sources owns descriptors,
 * buffers and decoders; a block is valid until the next call on the same source. A source that fails
 * is closed, its error kept and shown; it never stops the others. */
#ifndef W5_SOURCE_H
#define W5_SOURCE_H

#include <why502/base/arena.h>
#include <why502/base/err.h>
#include <why502/base/str.h>
#include <why502/base/time.h>

#define W5_LINE_MAX  (1u << 20)   /* a longer line is cut here and counted */
#define W5_BLOCK_MAX (256u << 10) /* usual size of a block; a long line makes it larger, up to W5_LINE_MAX */

/* Who a file is: the same file under two names, before and after a rename, is one. */
typedef struct w5_identity {
    uint64_t device, inode;
    uint64_t fingerprint;      /* hash of the first `fingerprinted` bytes, decoded */
    uint32_t fingerprinted;    /* at most 1024 */
} w5_identity;

typedef struct w5_source {
    uint32_t index;
    w5_str name;        /* as given: "error.log", "-", "journal:gunicorn" */
    w5_str log;         /* of what w5_sources_add_rotated found: the name it was rotated away from */
    w5_str format;      /* forced format id, "" to detect */
    w5_str kind;        /* file, pipe, journal */
    w5_str compression; /* "", gzip, bzip2, xz, zstd, lz4 */
    uint64_t size;      /* bytes on disk, 0 when not known */
    w5_time modified;   /* of a file; W5_TIME_NONE otherwise: the year of stamps that carry none */
    uint64_t bytes;     /* decoded bytes handed out so far */
    uint64_t consumed;  /* bytes on disk read so far: with `size` the progress, compressed or not */
    w5_identity identity;
    bool seekable;      /* plain regular file: w5_source_at may read any range */
    bool done;          /* its end was reached, or it failed */
    bool absent;        /* a pattern of units, and no unit in the journal fits */
    uint32_t duplicate_of; /* index of the source with the same content, else UINT32_MAX */
    w5_err error;       /* code < 0: why it could not be read, or not to its end */
} w5_source;

typedef struct w5_block {
    uint32_t source;
    uint64_t offset; /* of the first byte, decoded */
    w5_str bytes;    /* whole lines; the last line of a source may lack its newline */
    const w5_identity *identity; /* of the file that the bytes came from: a followed name has many */
    bool cut;        /* the last line was longer than W5_LINE_MAX: the rest was skipped */
    /* Of a followed name: so many bytes at the beginning, half a line, are the end of another file and
     * come before `offset`. */
    size_t carried;
    w5_identity carrier; /* that file; fingerprinted 0: this one, before it was emptied */
} w5_block;

typedef struct w5_sources w5_sources;

typedef struct w5_source_options {
    bool follow;    /* keep reading by name as files grow, across rotation */
    bool poll;      /* follow without inotify */
    bool ahead;     /* compressed files are decompressed in a thread of their own */
    /* Is this the beginning of a known format? Asked of the files of a folder (spec §2), of which the
     * others are left out; NULL: all are read. */
    bool (*known)(w5_str head);
    w5_time since, until; /* for journals, which can seek; W5_TIME_NONE: open */
} w5_source_options;

w5_sources *w5_sources_new(const w5_source_options *options);
void w5_sources_free(w5_sources *s);

/* Adds what the user named: a file, a directory (its logs, see spec §2), "-", "journal:…", each with
 * an optional "FORMAT:" prefix ("journal:" all of it, "journal:kernel", "journal:UNIT" or a pattern
 * of units, "journal:PATH"); `is_format` answers whether a word is a format id. What cannot be
 * opened becomes a source with an error (W5_OK all the same). */
w5_rc w5_sources_add(w5_sources *s, w5_str uri, bool (*is_format)(w5_str id), w5_err *err);
/* The same, of a format that the caller knows; "": to be detected. `format` is borrowed. */
w5_rc w5_sources_add_as(w5_sources *s, w5_str uri, w5_str format, w5_err *err);
size_t w5_sources_count(const w5_sources *s);
w5_source *w5_sources_at(w5_sources *s, size_t index);

/* The next block of any source. W5_OK; W5_WAIT: nothing for `patience` (live sources only);
 * W5_END: all are done. Files are read one after the other, live sources as they speak. */
w5_rc w5_sources_next(w5_sources *s, w5_time patience, w5_block *block);

/* Finds the sources that are duplicates of others (w5_sources_next does so, too). Call it before
 * reading ranges. */
void w5_sources_settle(w5_sources *s);
/* Live sources end: what they hold is given out, a last line without its newline included, then
 * w5_sources_next answers W5_END. */
void w5_sources_stop(w5_sources *s);

/* Reads a range of a seekable source into `buffer` (for threads: pread, no state). Returns the
 * number of bytes, 0 at the end; W5_EIO in *err. */
size_t w5_source_pread(const w5_source *s, uint64_t offset, char *buffer, size_t size, w5_err *err);

/* Says where to go on: bytes before `offset` of a source were consumed by an earlier run, or, of a
 * seekable source that is being read, by w5_source_pread. */
w5_rc w5_sources_skip(w5_sources *s, size_t index, uint64_t offset, w5_err *err);
/* Is a source the file that an earlier run knew as `was` and read up to `offset`, perhaps grown since?
 * False after a rotation, and when it was written anew. */
bool w5_sources_is(const w5_sources *s, size_t index, const w5_identity *was, uint64_t offset);
/* An earlier run read this text up to `offset`. Should a followed name come to it by a rotation that
 * nobody saw, it is read on from there. */
void w5_sources_know(w5_sources *s, const w5_identity *was, uint64_t offset);
/* What an earlier run knows of a file that was rotated away: how far it was read (0: never), and whether
 * it may have grown since. */
typedef struct w5_before {
    uint64_t offset;
    bool grows;
} w5_before;
/* Asked of a file that was just added as the last source. */
typedef w5_before (*w5_ask_before)(void *context, const w5_sources *s, size_t index);
/* Adds what stood under the name of a source before, and stands beside it now as NAME.1 or NAME-DATE,
 * perhaps packed: from the oldest file on that may have grown, all of them, each from where it was read.
 * Of a followed log the plain ones become part of that source: their writer may not have let go of them
 * yet. W5_MISS: none may have grown; what was written to such a file since is gone with it. */
w5_rc w5_sources_add_rotated(w5_sources *s, size_t index, w5_ask_before known, void *context);
/* The same for journals: the cursor of the last entry given out ("" before any; valid until the next
 * block), and to go on behind it. */
w5_str w5_sources_cursor(const w5_sources *s, size_t index);
w5_rc w5_sources_seek(w5_sources *s, size_t index, w5_str cursor, w5_err *err);

#endif
