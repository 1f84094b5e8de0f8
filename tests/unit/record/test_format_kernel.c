#include "classified.h"

#define RSS "total-vm:912340kB, anon-rss:801220kB, file-rss:0kB, shmem-rss:0kB"

static void one_kill_is_one_event_whatever_the_kernel(void **state)
{
    tells(state,
          "Mar 15 09:47:15 w kernel: gunicorn invoked oom-killer: gfp_mask=0x1(GFP), order=0, "
          "oom_score_adj=0\n"
          "Mar 15 09:47:15 w kernel: Task in /system.slice/gunicorn.service killed as a result of "
          "limit of "
          "/system.slice\n"
          "Mar 15 09:47:15 w kernel: Memory cgroup out of memory: Kill process 1300 (gunicorn) "
          "score 1002 or "
          "sacrifice child\n"
          "Mar 15 09:47:15 w kernel: Killed process 1300 (gunicorn) " RSS "\n"
          "Mar 15 09:47:16 w kernel: oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,"
          "mems_allowed=0,global_oom,task_memcg=/system.slice/"
          "gunicorn.service,task=gunicorn,pid=1301,uid=33\n"
          "Mar 15 09:47:16 w kernel: Out of memory: Killed process 1301 (gunicorn: w (1)) " RSS
          ", UID:33 pgtables:1700kB oom_score_adj:0\n"
          "Mar 15 09:47:17 w kernel: oom_reaper: reaped process 1301 (gunicorn), now anon-rss:0kB\n"
          "Mar 15 09:47:18 w kernel: Killed process 918 (mysqld), UID 27, " RSS "\n",
          "- comm=gunicorn\n- ident=kernel\n- ident=kernel\n"
          "oom-kill subject=1300|comm=gunicorn|rss=801220kB|reason=memcg|memcg=/system.slice\n"
          "- ident=kernel\n"
          "oom-kill subject=1301|comm=gunicorn: w (1)|reason=global|unit=gunicorn.service|"
          "memcg=/system.slice/gunicorn.service\n"
          "- ident=kernel\n"
          "oom-kill subject=918|comm=mysqld|reason=global|memcg=\n");
}

static void dmesg_in_all_its_forms(void **state)
{
    tells(state,
          "[ 5005.500000] Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "[Sun Mar 15 09:47:15 2026] Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "2026-03-15T09:47:15,123456+01:00 Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "kern  :err   : [ 5005.500000] Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "<3>[ 5005.500000] Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "3,1234,5005500000,-;Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "[ 5005.500000][ T1300] Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "Mar 15 09:47:15 w kernel: [ 5005.500000] Out of memory: Killed process 1300 "
          "(gunicorn) " RSS "\n",
          "oom-kill at=none|subject=1300\n"
          "oom-kill at=2026-03-15T09:47:15Z?|subject=1300\n"
          "oom-kill at=2026-03-15T08:47:15.123456Z|subject=1300\n"
          "oom-kill level=error|subject=1300\n"
          "oom-kill level=error|subject=1300\n"
          "oom-kill level=error|subject=1300\n"
          "oom-kill subject=1300\n"
          "oom-kill at=2026-03-15T09:47:15Z?|subject=1300\n");
}

static void priorities_of_kmsg_end_with_191(void **state)
{
    tells(state,
          "191,1234,5005500000,-;Out of memory: Killed process 1300 (gunicorn) " RSS "\n"
          "184,1236,5005700000,-;Out of memory: Killed process 1302 (gunicorn) " RSS "\n",
          "oom-kill level=debug|subject=1300\n"
          "oom-kill subject=1302\n");
}

static void a_line_with_both_clocks_dates_the_others(void **state)
{
    tells(state,
          "[    1.500000] rtc_cmos 00:00: setting system clock to 2026-03-15T08:24:00 UTC "
          "(1773563040)\n"
          "[   61.500000] INFO: task gunicorn:1300 blocked for more than 120 seconds.\n"
          "[  100.000000] audit: type=1400 audit(1773563142.250:45): apparmor=\"DENIED\"\n"
          "[  101.000000] nf_conntrack: nf_conntrack: table full, dropping packet\n",
          "- at=2026-03-15T08:24:00.000000Z\n"
          "hung-task at=2026-03-15T08:25:00.000000Z|comm=gunicorn|subject=1300|duration=120\n"
          "- at=2026-03-15T08:25:42.250000Z\n"
          "syn-flood at=2026-03-15T08:25:43.250000Z|reason=conntrack-full\n");
}

static void crashes_name_the_library(void **state)
{
    tells(state,
          "[ 1.000000] gunicorn[1300]: segfault at 0 ip 00007f sp 00007f error 4 in "
          "_mysql.so[7f+12000] likely "
          "on CPU 1 (core 0, socket 0)\n"
          "[ 1.000000] gunicorn[1300]: segfault at 0 ip 00007f sp 00007f error 14\n"
          "[ 1.000000] traps: gunicorn[1300] general protection fault ip:7f sp:7f error:0 in "
          "libssl.so.3[7f+1]\n"
          "[ 1.000000] traps: gunicorn[1300] trap invalid opcode ip:7f sp:7f error:0 in "
          "_core.so[7f+1]\n",
          "segfault subject=1300|comm=gunicorn|module=_mysql.so\n"
          "segfault subject=1300|module=\n"
          "segfault subject=1300|module=libssl.so.3\n"
          "segfault subject=1300|module=_core.so\n");
}

static void queues_disks_and_boots(void **state)
{
    tells(state,
          "[ 1.000000] TCP: request_sock_TCP: Possible SYN flooding on port 127.0.0.1:8000. "
          "Sending cookies.\n"
          "[ 1.000000] TCP: Possible SYN flooding on port 80. Dropping request.  Check SNMP "
          "counters.\n"
          "[ 1.000000] EXT4-fs error (device nvme0n1p1): ext4_find_entry:1455: inode #2: comm "
          "gunicorn\n"
          "[ 1.000000] I/O error, dev nvme0n1, sector 123456 op 0x1:(WRITE)\n"
          "[ 1.000000] EXT4-fs (sda1): mounted filesystem with ordered data mode\n"
          "[ 1.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 23s! [gunicorn:1300]\n"
          "[ 0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)\n",
          "syn-flood address=127.0.0.1:8000|reason=Sending cookies\n"
          "syn-flood address=80|reason=Dropping request\n"
          "io-error reason=EXT4-fs error\n"
          "io-error reason=I/O error, dev \n"
          "- at=none\n"
          "hung-task subject=1300|reason=soft-lockup\n"
          "host-boot version=6.1.0-18-amd64\n");
}

static void guardians_of_memory(void **state)
{
    tells(state,
          "Mar 15 09:47:15 w earlyoom[412]: sending SIGTERM to process 1300 uid 33 \"gunicorn\": "
          "badness 900, "
          "VmRSS 780 MiB\n"
          "Mar 15 09:47:15 w earlyoom[412]: low memory! at or below SIGTERM limits: mem 10.00%\n"
          "Mar 15 09:47:15 w systemd-oomd[412]: Killed /system.slice/gunicorn.service due to "
          "memory pressure "
          "for /system.slice being 68.09% > 60.00% for > 20s with reclaim activity\n",
          "oom-kill subject=1300|comm=gunicorn|rss=780 MiB|reason=SIGTERM|pid=412\n"
          "- ident=earlyoom\n"
          "oom-kill memcg=/system.slice/gunicorn.service|unit=gunicorn.service\n");
}

static void brackets_of_others(void **state)
{
    static const char *const lines[] = {
        "[ 5005.5] x",
        "[5005] x",

        "<3> x",
        "3,1234;x",
        "kern  :loud  : x",
        "[Sun Mar 35 09:47:15 2026] x",
        "2026-03-15T09:47:15.123456+00:00 x",
    };
    tells_nothing(state, lines, COUNT(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(priorities_of_kmsg_end_with_191),
        cmocka_unit_test(one_kill_is_one_event_whatever_the_kernel),
        cmocka_unit_test(dmesg_in_all_its_forms),
        cmocka_unit_test(a_line_with_both_clocks_dates_the_others),
        cmocka_unit_test(crashes_name_the_library),
        cmocka_unit_test(queues_disks_and_boots),
        cmocka_unit_test(guardians_of_memory),
        cmocka_unit_test(brackets_of_others),
    };
    return cmocka_run_group_tests(tests, knowledge_open, knowledge_close);
}
