"""The machine under it all: its memory, its clock, its boot, clocks of two machines that differ."""
import signal
import time

from harness import Skipped, needs, story, wait_until
from stories_gunicorn import NO_TIMEOUTS, ONE_VIEW, PLAIN_CLOSE, SLOW_PAGE

NGINX_STARTED = "Started nginx.service - A high performance web server and a reverse proxy server."
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

ROWS = ONE_VIEW.format(imports="time", name="rows", path="/rows", body=(
    'rows = b"x" * (30 << 20)\n    time.sleep(0.2)'))
INDEXER = """\
import sys, time
kept = []
sys.stderr.write("indexing\\n")
while True:
    kept.append(b"x" * (1 << 20) + bytes([len(kept) % 256]))
    time.sleep(0.002)
"""
OOM = (r"invoked oom-killer|^memory: usage|^oom-kill:|Killed process \d+"
       r"|oom_reaper: reaped process")


@story(cause="memory-pressure", first_remedy="fewer-workers",
       near=("gunicorn-worker-timeout", "worker-oom-kill", "worker-starvation"),
       never_first=("gunicorn-workers", "gunicorn-timeout", "nginx-timeouts"))
def memory_pressure(rig):
    """An indexer beside gunicorn takes what memory there is (one memory cgroup of 200 MiB in which
    the kernel at first makes everybody wait): whichever worker wants a page of memory stands
    still, on quick pages too; nginx gives up after 2 s, gunicorn's --timeout of 3 s kills the
    workers, and at last the kernel kills the indexer."""
    rig.pages(ROWS)
    rig.nginx("http://127.0.0.1:8000", location="proxy_read_timeout 2s;\n")
    app = rig.gunicorn("--workers", "3", "--timeout", "3")
    wait_until(lambda: len(app.workers()) == 3, "the workers")
    group = rig.memory_limit(app, 200)
    control = group / "memory.oom_control"
    if not control.exists():
        raise Skipped("needs memory.oom_control of the first cgroups")
    (group.parent / "cgroup.procs").write_text(str(app.pid))  # the master and its next children
    control.write_text("1")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        for _ in range(3):
            traffic.every(0.3, "GET", "/rows/today")
        rig.sleep(4)
        indexer = rig.daemon("indexer", ["/usr/bin/python3", "-c", INDEXER])
        (group / "cgroup.procs").write_text(str(indexer.pid))
        rig.sleep(7)
        control.write_text("0")
        indexer.wait()
        rig.sleep(3)
    rig.write_kernel_log(rig.kernel_lines(OOM))


def first_words(booted):
    """What a kernel says first, with the name of Debian's (composed)."""
    return [(booted, "Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12 "
                     "(Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP "
                     "PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"),
            (booted, "Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-18-amd64 root=/dev/vda1 ro")]


@story(cause="host-reboot", first_remedy="check-logs", near=("deploy-restart", "app-down"),
       never_first=NO_TIMEOUTS)
def host_reboot(rig):
    """The machine is rebooted (in truth all daemons are stopped and started again 3 s later, and
    the journal is given another boot): nginx is up 5 s before gunicorn."""
    rig.nginx("http://127.0.0.1:8000")
    app = rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(4)
        front = rig.daemons[0]
        front.stop(signal.SIGTERM)
        rig.stop_unit(app)
        rig.unit("Reached target reboot.target - System Reboot.")
        rig.sleep(3)
        booted = time.time()
        rig.nginx("http://127.0.0.1:8000")
        rig.unit(NGINX_STARTED)
        rig.sleep(5)
        rig.gunicorn("--workers", "2", "--timeout", "5")
        rig.sleep(4)
    rig.write_journal(boots=[booted], kernel=first_words(booted))


@story(cause="deploy-restart", first_remedy="graceful-deploy", near=("host-reboot", "app-down"),
       never_first=("nginx-timeouts", "gunicorn-timeout", "db-optimize", "instance-upgrade"))
def deploy_restart_after_boot(rig):
    """The machine has just been booted and everything answers; 8 s later a deploy stops gunicorn
    and starts it again after 2 s. The boot has no part in it."""
    booted = time.time()
    rig.nginx("http://127.0.0.1:8000")
    rig.unit(NGINX_STARTED)
    app = rig.gunicorn("--workers", "2", "--timeout", "5")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(8)
        rig.stop_unit(app)
        rig.sleep(2)
        rig.gunicorn("--workers", "2", "--timeout", "5")
        rig.sleep(4)
    rig.unit("Reached target reboot.target - System Reboot.", at=booted - 40)
    rig.write_journal(boots=[booted], kernel=first_words(booted))


# libfaketime moves the clock, but not the stamps of files, by which gunicorn 20.1 knows its workers
OTHER_CLOCK = """\
import os

from gunicorn.workers.workertmp import WorkerTmp

CLOCK = os.environ["SHOP_CLOCK"]


def last_update(self):
    touched = os.fstat(self._tmp.fileno()).st_ctime
    with open(CLOCK) as clock:
        ahead = float(clock.read().strip("+s\\n"))
    return touched + ahead if touched >= os.stat(CLOCK).st_mtime else touched


WorkerTmp.last_update = last_update
"""


def other_clock(rig, seconds):
    """A clock of the rig's own: the file that says how far it is ahead, and the environment."""
    needs(FAKETIME)
    clock = rig.root / "run" / "clock"
    clock.write_text(f"+{seconds}s\n")
    (rig.root / "app" / "gunicorn_clock.py").write_text(OTHER_CLOCK)
    return clock, {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(clock),
                   "FAKETIME_NO_CACHE": "1", "SHOP_CLOCK": str(clock)}


CLOCKED = ("--config", "python:gunicorn_clock")


@story(cause="clock-step", pattern="premature-close", first_remedy="check-logs",
       near=("gunicorn-worker-timeout", "worker-starvation", "memory-pressure"),
       never_first=("gunicorn-timeout", "nginx-timeouts", "gunicorn-workers"))
def clock_step(rig):
    """The clock of the whole machine is set 5 minutes ahead (libfaketime for nginx and gunicorn,
    whose heartbeat files keep the stamps they had): gunicorn 20.1 takes all workers for dead and
    kills them in the middle of requests of 3 s, far below --timeout (20 s)."""
    clock, how = other_clock(rig, 0)
    rig.pages(SLOW_PAGE.format(seconds=3))
    rig.nginx("http://127.0.0.1:8000", env={**how, "DONT_FAKE_MONOTONIC": "1"},
              main="".join(f"env {name};\n" for name in how) + "env DONT_FAKE_MONOTONIC;\n")
    rig.leave_out("nginx.conf")
    app = rig.gunicorn("--workers", "4", "--timeout", "20", *CLOCKED, env=how)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        for _ in range(3):
            traffic.every(0.1, "GET", "/report/today")
        rig.sleep(5)
        clock.write_text("+300s\n")
        stepped = time.time() + 300
        app.wait_said("WORKER TIMEOUT")
        rig.sleep(5)
    rig.unit("Time has been changed", at=stepped)
    rig.unit("Starting logrotate.service - Rotate log files...", at=stepped - 304)
    rig.unit("Finished logrotate.service - Rotate log files.", at=stepped - 303.9)
    rig.write_units("system.log")


@story(cause="gunicorn-worker-timeout", first_remedy="gunicorn-timeout", never_first=PLAIN_CLOSE,
       near=("unknown", "nginx-read-timeout", "worker-killed"))
def gunicorn_worker_timeout_skewed(rig):
    """nginx and gunicorn on two machines, gunicorn's clock 7 s ahead (libfaketime): its WORKER
    TIMEOUT seems to come 7 s after nginx's line. A page of 12 s, --timeout 3 s, eight times."""
    how = other_clock(rig, 7)[1]
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "4", "--timeout", "3", *CLOCKED, env=how)
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        for pause in (1.3, 4.1, 2.2, 7.6, 3.4, 5.5, 1.7, 2.9):
            traffic.send("GET", "/report/export")
            rig.sleep(pause)
        traffic.settle()
        rig.sleep(8)
    return {"classes": {"premature-close": 8}}


@story(cause="gunicorn-worker-timeout", first_remedy="gunicorn-timeout", never_first=PLAIN_CLOSE,
       near=("clock-step", "memory-pressure"))
def gunicorn_worker_timeout_clock_set(rig):
    """The clock is set by a fraction of a second, as time servers do, 2 s before a page of 12 s
    meets --timeout (3 s): one worker times out, then another, and the clock has no part in it.
    The lines of systemd are composed."""
    rig.pages(SLOW_PAGE.format(seconds=12))
    rig.nginx("http://127.0.0.1:8000")
    rig.gunicorn("--workers", "3", "--timeout", "3")
    with rig.traffic() as traffic:
        rig.noise(traffic)
        rig.sleep(2)
        rig.unit("Starting systemd-timesyncd.service - Network Time Synchronization...")
        for _ in range(2):
            traffic.send("GET", "/report/export")
            rig.sleep(1.5)
            rig.unit("Time has been changed")
            traffic.settle()
            rig.sleep(1)
        rig.sleep(2)
    rig.write_units("system.log")
    return {"classes": {"premature-close": 2}}
