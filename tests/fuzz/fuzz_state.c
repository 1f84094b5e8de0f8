/* fuzz_state.c -- a state file with any bytes in it is read, refused or set aside; what was read
 * can always be saved, and is then read again: no state stops every run to come. */
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <why502/state.h>

#include "river.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const size_t replay_prefixes;
const size_t replay_prefixes = 16;

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    DEMAND(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

static uint64_t sum_of(w5_str s)
{
    uint64_t sum = s.len;
    for (size_t i = 0; i < s.len; i++)
        sum = sum * 31 + (unsigned char)s.ptr[i];
    return sum;
}

/* Reads every byte that a state hands out. */
static void touch(const w5_state *s)
{
    const w5_position *p;
    const w5_told *t;
    const w5_kept *k;
    const w5_mail *m;
    uint64_t sum = 0;
    for (size_t i = 0, n = w5_state_positions(s, &p); i < n; i++)
        sum += sum_of(p[i].name) + sum_of(p[i].cursor);
    for (size_t i = 0, n = w5_state_told(s, &t); i < n; i++)
        sum += strlen(t[i].id) + strlen(t[i].cause) + strlen(t[i].upstream);
    for (size_t i = 0, n = w5_state_kept(s, &k); i < n; i++)
        sum += sum_of(k[i].name) + sum_of(k[i].format) + sum_of(k[i].text);
    for (size_t i = 0, n = w5_state_mails(s, &m); i < n; i++)
        sum += sum_of(m[i].message_id) + sum_of(m[i].address) + sum_of(m[i].body);
    DEMAND(sum != 1); /* so that no compiler leaves it out */
}

/* A folder of its own: root takes a state only from where nobody else may write. */
static const char *place(char folder[64], char path[80])
{
    mkdir(river_path(folder, "state"), 0700);
    snprintf(path, 80, "%s/state.db", folder);
    return path;
}

static void remove_all(const char *folder)
{
    char pattern[80];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
    globfree(&found);
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[64];
    char path[80];
    w5_state *s = NULL;
    w5_err err = {0};
    write_file(place(folder, path), data, size);
    w5_rc rc = w5_state_open(&s, path, &err);
    DEMAND(rc == W5_OK || rc == W5_MISS || (s == NULL && err.text[0]));
    if (rc >= 0) {
        touch(s);
        DEMAND(w5_state_save(s, w5_now(), &err) == W5_OK);
        w5_state_close(s);
        DEMAND(w5_state_open(&s, path, &err) == W5_OK);
        touch(s);
        w5_state_close(s);
    }
    remove_all(folder);
    return 0;
}
