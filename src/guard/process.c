/* process.c -- what a process gives up of itself. */
#include "process.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* "nobody" of every distribution, and the kernel's overflow id. The user data base is not asked: it
 * may stand behind a socket, and nscd's would be asked first. */
#define NOBODY 65534

/* A name space may know no other user, a container may forbid the change: then it stays undone, and
 * root keeps none of its rights all the same. */
static bool is_impossible(int reason)
{
    return reason == EPERM || reason == EINVAL;
}

/* Groups first: afterwards there is no right to change them. */
static w5_rc become_nobody(w5_err *err)
{
    if (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
        setresuid(NOBODY, NOBODY, NOBODY) == 0)
        return W5_OK;
    return w5_fail(err, is_impossible(errno) ? W5_MISS : W5_EINTERNAL, errno, "cannot give up root");
}

/* A report or a state that root keeps in the folder of a user. */
static bool writes_with_others(const char *const *folders)
{
    struct stat st;
    for (; folders && *folders; folders++)
        if (stat(*folders, &st) == 0 && (st.st_uid != 0 || !(st.st_mode & S_IWUSR)))
            return true;
    return false;
}

/* Root without capabilities is a user who owns root's files. Reading on after a rotation needs one, to
 * open what the logs' owners keep from others; renaming in the folder of a user needs two. */
static uint32_t capabilities_for(const w5_guard_plan *plan)
{
    uint32_t kept = 0;
    if (plan->read_below && *plan->read_below)
        kept |= 1u << CAP_DAC_READ_SEARCH;
    if (writes_with_others(plan->write_below))
        kept |= 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER;
    return kept;
}

static void keep_only(uint32_t capabilities)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct kept[2] = {
        {0, 0, 0},
        {0, 0, 0}
    };
    kept[0].effective = kept[0].permitted = capabilities;
    syscall(SYS_capset, &header, kept);
}

/* That it worked is asked. */
static w5_rc stayed_nobody(w5_err *err)
{
    uid_t is[3] = {0, 0, 0};
    if (getresuid(&is[0], &is[1], &is[2]) == 0 && is[0] == NOBODY && is[1] == NOBODY &&
        is[2] == NOBODY && setuid(0) != 0)
        return W5_OK;
    return w5_fail(err, W5_EINTERNAL, 0, "root was given up, but it came back");
}

static w5_rc drop_root(const w5_guard_plan *plan, w5_err *err)
{
    uint32_t kept = capabilities_for(plan);
    if (!plan->drop_root) {
        keep_only(kept);
        return W5_OK;
    }
    prctl(PR_SET_KEEPCAPS, kept != 0, 0, 0, 0);
    w5_rc rc = become_nobody(err);
    if (rc < 0)
        return rc;
    keep_only(kept);
    return rc == W5_MISS ? W5_OK : stayed_nobody(err);
}

w5_rc w5_process_close(const w5_guard_plan *plan, w5_err *err)
{
    const struct rlimit nothing = {0, 0};
    w5_rc rc = W5_OK;
    setrlimit(RLIMIT_CORE, &nothing);
    if (!plan->spawn && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return w5_fail(err, W5_MISS, errno, "no_new_privs");
    if (geteuid() == 0 && !plan->spawn)
        rc = drop_root(plan, err);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* setresuid has just set it to what the system likes */
    return rc;
}
