/* fuzz_river.c -- a log is the same as a file, through a pipe, packed, and as bytes in memory, and when
 * somebody asks for every event, so that no line is only counted: the reports are equal byte for byte. */
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "river.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const size_t replay_prefixes;
const size_t replay_prefixes = 6;

static void write_whole(int fd, const void *bytes, size_t size)
{
    DEMAND(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
}

static void as_file(const char *path, w5_str log)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    write_whole(fd, log.ptr, log.len);
    close(fd);
}

static void as_gzip(const char *path, w5_str log)
{
    gzFile file = gzopen(path, "wb1");
    DEMAND(file && gzwrite(file, log.ptr, (unsigned)log.len) == (int)log.len);
    gzclose(file);
}

static w5_out *report(const char *path, int writer)
{
    w5_err err;
    w5_engine *e = river_begin((w5_engine_options){0});
    w5_engine_add(e, path, &err);
    if (writer >= 0)
        close(writer);
    DEMAND(w5_engine_read(e, &err) == W5_OK);
    w5_out *told = river_told(e, "json");
    w5_engine_free(e);
    return told;
}

static w5_out *through_pipe(const char *path, w5_str log)
{
    unlink(path);
    DEMAND(mkfifo(path, 0600) == 0);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    write_whole(fd, log.ptr, log.len);
    return report(path, fd);
}

static void ignore(void *context, const w5_event *event)
{
    (void)context;
    (void)event;
}

static w5_out *from_memory(const char *path, w5_str log)
{
    w5_engine *e = river_begin((w5_engine_options){.event = ignore});
    w5_engine_feed(e, w5_str_of(path), W5_STR(""), log);
    w5_out *told = river_told(e, "json");
    w5_engine_free(e);
    return told;
}

/* What begins like a packed file is unpacked from a file and not in memory. */
static bool is_plain(w5_str log)
{
    return log.len > 2 && log.len <= 60000 && log.ptr[0] >= ' ' && log.ptr[0] < 0x7f &&
           !w5_str_starts(log, W5_STR("BZh"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    w5_str log = {(const char *)data, size};
    if (!is_plain(log))
        return 0;
    river_path(path, "x.log");
    as_file(path, log);
    w5_out *file = report(path, -1);
    as_gzip(path, log);
    w5_out *packed = report(path, -1);
    w5_out *piped = through_pipe(path, log);
    w5_out *memory = from_memory(path, log);
    unlink(path);
    river_equal(file, packed);
    river_equal(file, piped);
    river_equal(file, memory);
    w5_out_done(file, NULL);
    w5_out_done(packed, NULL);
    w5_out_done(piped, NULL);
    w5_out_done(memory, NULL);
    return 0;
}
