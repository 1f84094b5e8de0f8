/* landlock.c -- the kernel's file and network rights for this thread and all it starts.
 *
 * Called by number: glibc has no wrappers. Rights are told to the kernel only as far as its version
 * knows them (landlock(7), "Landlock ABI versions"); an unknown one would fail the whole call. */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#define W5_LANDLOCK 1
#endif
#endif

#ifdef W5_LANDLOCK

/* The numbers are the same on every architecture (since Linux 5.13). */
#define CREATE_RULESET 444
#define ADD_RULE       445
#define RESTRICT_SELF  446

/* Rights that older headers do not name. */
#define FS_REFER     (1ull << 13) /* ABI 2 */
#define FS_TRUNCATE  (1ull << 14) /* ABI 3 */
#define FS_IOCTL_DEV (1ull << 15) /* ABI 5 */

/* As of ABI 6; older kernels are given the part that they know. */
typedef struct ruleset {
    uint64_t fs, net, scoped;
} ruleset;

static const struct {
    long abi;
    uint64_t fs, net, scoped;
    size_t size;
} abis[] = {
    {1, FS_REFER - 1, 0, 0, 8 },
    {2, FS_REFER,     0, 0, 8 },
    {3, FS_TRUNCATE,  0, 0, 8 },
    {4, 0,            3, 0, 16}, /* bind and connect by TCP */
    {5, FS_IOCTL_DEV, 0, 0, 16},
    {6, 0,            0, 3, 24}, /* abstract unix sockets, signals */
};

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                                    \
    (READING | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                       \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_TRUNCATE)
#define OF_A_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

static ruleset rights_of(long abi, size_t *size)
{
    ruleset rights = {0};
    for (size_t i = 0; i < sizeof abis / sizeof *abis && abis[i].abi <= abi; i++) {
        rights.fs |= abis[i].fs;
        rights.net |= abis[i].net;
        rights.scoped |= abis[i].scoped;
        *size = abis[i].size;
    }
    return rights;
}

/* A folder that is still to come: the nearest one above it, but never the root. */
static int open_nearest(const char *path)
{
    char nearest[PATH_MAX];
    size_t len = strlen(path);
    if (len >= sizeof nearest)
        return -1;
    memcpy(nearest, path, len + 1);
    int fd = open(nearest, O_PATH | O_CLOEXEC);
    while (fd < 0 && errno == ENOENT) {
        char *slash = strrchr(nearest, '/');
        if (!slash || slash == nearest)
            return -1;
        *slash = '\0';
        fd = open(nearest, O_PATH | O_CLOEXEC);
    }
    return fd;
}

static bool is_folder(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool allow(int rules, const char *const *paths, uint64_t rights)
{
    for (; paths && *paths; paths++) {
        struct landlock_path_beneath_attr rule = {.allowed_access = rights};
        rule.parent_fd = open_nearest(*paths);
        if (rule.parent_fd < 0)
            continue; /* what cannot be opened now could not be opened later, either */
        if (!is_folder(rule.parent_fd))
            rule.allowed_access &= OF_A_FILE;
        long rc = syscall(ADD_RULE, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(rule.parent_fd);
        if (rc != 0)
            return false;
    }
    return true;
}

w5_rc w5_landlock_close(const w5_guard_plan *plan, w5_err *err)
{
    size_t size = 0;
    long abi = syscall(CREATE_RULESET, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return w5_fail(err, W5_MISS, errno, "landlock");
    ruleset rights = rights_of(abi, &size);
    int rules = (int)syscall(CREATE_RULESET, &rights, size, 0);
    if (rules < 0)
        return w5_fail(err, W5_MISS, errno, "landlock");
    bool done = allow(rules, plan->read_below, READING & rights.fs) &&
                allow(rules, plan->write_below, WRITING & rights.fs) &&
                syscall(RESTRICT_SELF, rules, 0) == 0;
    int reason = errno;
    close(rules);
    return done ? W5_OK : w5_fail(err, W5_MISS, reason, "landlock");
}

#else

w5_rc w5_landlock_close(const w5_guard_plan *plan, w5_err *err)
{
    (void)plan;
    return w5_fail(err, W5_MISS, 0, "this why502 was built without landlock");
}
#endif
