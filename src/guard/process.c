/* process.c -- what a process gives up of itself. */
#include "process.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534 /* where the user data base has no such name */

static void find_nobody(uid_t *user, gid_t *group)
{
    char buffer[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    *user = NOBODY;
    *group = NOBODY;
    if (getpwnam_r("nobody", &entry, buffer, sizeof buffer, &found) == 0 && found) {
        *user = found->pw_uid;
        *group = found->pw_gid;
    }
}

/* Groups first: afterwards there is no right to change them. That it worked is asked. */
static w5_rc drop_root(w5_err *err)
{
    uid_t user;
    gid_t group;
    uid_t is[3] = {0, 0, 0};
    find_nobody(&user, &group);
    if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 ||
        setresuid(user, user, user) != 0)
        return w5_fail(err, W5_EINTERNAL, errno, "cannot give up root");
    if (getresuid(&is[0], &is[1], &is[2]) != 0 || is[0] != user || is[1] != user || is[2] != user ||
        setuid(0) == 0)
        return w5_fail(err, W5_EINTERNAL, 0, "root was given up, but it came back");
    return W5_OK;
}

/* Root without capabilities is a user who owns root's files. Reading on after a rotation needs one:
 * to open what the logs' owners keep from others. */
static void keep_only_reading(bool reads)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct kept[2] = {
        {0, 0, 0},
        {0, 0, 0}
    };
    if (reads)
        kept[0].effective = kept[0].permitted = 1u << CAP_DAC_READ_SEARCH;
    syscall(SYS_capset, &header, kept);
}

w5_rc w5_process_close(const w5_guard_plan *plan, w5_err *err)
{
    const struct rlimit nothing = {0, 0};
    w5_rc rc = W5_OK;
    setrlimit(RLIMIT_CORE, &nothing);
    if (!plan->spawn && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return w5_fail(err, W5_MISS, errno, "no_new_privs");
    if (geteuid() == 0 && plan->drop_root)
        rc = drop_root(err);
    else if (geteuid() == 0 && !plan->spawn)
        keep_only_reading(plan->read_below && *plan->read_below);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* setresuid has just set it to what the system likes */
    return rc;
}
