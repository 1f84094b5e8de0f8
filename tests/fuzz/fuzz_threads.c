/* fuzz_threads.c -- a large file, the input again and again, tells the same by one thread and by
 * three. */
#include <fcntl.h>

#include "engine/pieces.h"
#include "river.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const size_t replay_prefixes;
const size_t replay_prefixes = 0;

static void write_large(const char *path, w5_str log)
{
    static char block[W5_PIECES_FROM + (1 << 20)];
    size_t at = 0;
    while (at + log.len <= sizeof block) {
        memcpy(block + at, log.ptr, log.len);
        at += log.len;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    DEMAND(fd >= 0 && write(fd, block, at) == (ssize_t)at);
    close(fd);
}

static w5_out *report(const char *path, unsigned jobs)
{
    w5_err err;
    w5_engine *e = river_begin((w5_engine_options){.jobs = jobs});
    w5_engine_add(e, path, &err);
    DEMAND(w5_engine_read(e, &err) == W5_OK);
    w5_out *told = river_told(e, "json");
    w5_engine_free(e);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    w5_str log = {(const char *)data, size};
    if (size < 40 || size > 1 << 16 || data[0] < ' ')
        return 0;
    write_large(river_path(path, "large.log"), log);
    w5_out *one = report(path, 1);
    w5_out *three = report(path, 3);
    unlink(path);
    river_equal(one, three);
    w5_out_done(one, NULL);
    w5_out_done(three, NULL);
    return 0;
}
