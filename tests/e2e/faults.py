#!/usr/bin/python3
"""faults.py -- every allocation and every system call of a run fails once, and nothing breaks.

usage: WHY502=PROGRAM FAULTS=LIBRARY python3 tests/e2e/faults.py [--long] [STORY...]

A run is made once without a fault and its calls are counted; then each call in turn is made to fail
(the short form takes a few of each kind). What must hold: no signal, the right answer or an exit code
other than 0 with a message, and the run after it tells what this one did not. A fault that was never
reached is a failure of the test. Kills: the same at each call that changes a file, until a run
survives. Prints "ok NAME" or "FAIL NAME: why" for each story and call."""
import errno
import gzip
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
FAULTS = os.path.abspath(os.environ["FAULTS"])
CALLS = ("malloc calloc realloc strdup open openat read pread write pwrite fsync rename unlink fstat "
         "mmap poll epoll_wait inotify_add_watch posix_spawn waitpid ftruncate close").split()
ERRNO = {"malloc": errno.ENOMEM, "calloc": errno.ENOMEM, "realloc": errno.ENOMEM, "strdup": errno.ENOMEM,
         "open": errno.EMFILE, "openat": errno.EMFILE, "write": errno.ENOSPC, "pwrite": errno.ENOSPC,
         "rename": errno.EACCES, "unlink": errno.EACCES, "mmap": errno.ENOMEM, "poll": errno.ENOMEM,
         "epoll_wait": errno.EINVAL, "inotify_add_watch": errno.ENOSPC, "posix_spawn": errno.EAGAIN,
         "waitpid": errno.ECHILD}
LONG = "--long" in sys.argv
EACH = 10**9 if LONG else 4  # of one kind of call
LINE = ('2026/11/20 10:00:%02d [error] 7#7: *%d connect() failed (111: Connection refused) while '
        'connecting to upstream, client: 10.0.0.1, server: a.example, request: "GET /p%d HTTP/1.1", '
        'upstream: "http://127.0.0.1:8000/p%d", host: "a.example"\n')
LOG = "".join(LINE % (n, n, n, n) for n in range(20))


class Broken(Exception):
    """What must hold does not."""


class Run:
    """One run in a folder of its own; `fault` is (call, number, how)."""

    def __init__(self, arguments, fault=None, until=None):
        counts = "counts"
        with open(counts, "wb") as file:
            file.write(bytes(8 * (len(CALLS) + 1)))
        environment = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": os.getcwd(),
                       "SOURCE_DATE_EPOCH": "1795183200", "LD_PRELOAD": FAULTS, "FAULT_COUNTS": counts}
        if fault:
            environment |= {"FAULT_CALL": fault[0], "FAULT_NUMBER": str(fault[1]), "FAULT_HOW": fault[2]}
        with open("out", "wb") as out, open("err", "wb") as err:
            p = subprocess.Popen([WHY502, "--host", "h", *arguments], env=environment, stdout=out, stderr=err,
                                 stdin=subprocess.DEVNULL)
            if until:
                until(p)
            try:
                self.status = p.wait(timeout=60)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
                raise Broken("it hangs") from None
        with open("out", "rb") as file:
            self.out = file.read()
        with open("err", "rb") as file:
            self.err = file.read()
        with open(counts, "rb") as file:
            *numbers, reached = struct.unpack(f"{len(CALLS) + 1}Q", file.read())
        self.count = dict(zip(CALLS, numbers))
        self.reached = reached == 1


def plain(out):
    """A report without what is another in every run."""
    report = json.loads(out)
    for key in ("generated_at", "sandbox"):
        report.pop(key, None)
    return report


# --- stories: what is run, and what must hold behind a fault ---------------------------------------
class Batch:
    arguments = ["--no-config", "-j", "1", "-o", "json", "e.log", "p.log.gz"]

    def prepare(self):
        with open("e.log", "w", encoding="ascii") as log:
            log.write(LOG)
        with gzip.open("p.log.gz", "wt") as log:
            log.write(LOG.replace(":8000", ":9000"))

    def run(self, fault=None):
        return Run(self.arguments, fault)

    def right(self, run, good):
        return plain(run.out) == plain(good.out)

    def afterwards(self, run, good):
        pass


class File(Batch):
    """Into a file, with two threads, as a page."""
    arguments = ["--no-config", "-j", "2", "-o", "html", "-O", "page.html", "e.log", "p.log.gz"]

    def right(self, run, good):
        with open("page.html", "rb") as page:
            return page.read().endswith(b"</html>\n")

    def afterwards(self, run, good):
        if run.status != 0 and os.path.exists("page.html"):
            with open("page.html", "rb") as page:
                if not page.read().endswith(b"</html>\n"):
                    raise Broken("half a page was left")


class Cron(Batch):
    """With a state: what this run did not tell, the next one does; what it told is not told again."""
    arguments = ["--no-config", "-j", "1", "-o", "json", "--cron", "--state", "s.db", "e.log"]

    def told(self, out):
        return sum(i["requests_failed"] for i in json.loads(out)["incidents"]) if out else 0

    def right(self, run, good):
        return self.told(run.out) == self.told(good.out)

    def afterwards(self, run, good):
        try:
            told = self.told(run.out)
        except ValueError:
            told = 0
        again = Run(self.arguments)
        if again.status not in (0, 3):
            raise Broken(f"the next run ends with {again.status}: {again.err[-200:]!r}")
        if told == 0 and self.told(again.out) != 20:
            raise Broken(f"lost: {self.told(again.out)} told by the next run")
        if told and run.status == 0 and again.out:
            raise Broken("told twice")
        if os.path.exists("s.db"):
            db = sqlite3.connect("s.db")
            if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Broken("the state is damaged")
            db.close()


class Mail(Cron):
    """To a sendmail that keeps what it gets."""
    arguments = ["--no-config", "-j", "1", "--cron", "--state", "s.db", "--mail", "ops@example.com",
                 "--sendmail", "./sendmail", "e.log"]

    def prepare(self):
        super().prepare()
        with open("sendmail", "w", encoding="ascii") as script:
            script.write('#!/bin/sh\ncat >> mails || exit 75\n')
        os.chmod("sendmail", 0o755)

    def mails(self):
        try:
            with open("mails", "rb") as file:
                return file.read().count(b"\nMessage-ID:")
        except FileNotFoundError:
            return 0

    def right(self, run, good):
        return self.mails() == 1

    def afterwards(self, run, good):
        before = self.mails()
        again = Run(self.arguments)
        if again.status not in (0, 3):
            raise Broken(f"the next run ends with {again.status}: {again.err[-200:]!r}")
        if self.mails() == 0:
            raise Broken("no mail, and none by the next run")
        if run.status == 0 and before and self.mails() != before:
            raise Broken("mailed twice")


class Follow(Batch):
    """A log that is followed and grows, until a signal."""
    arguments = ["--no-config", "-f", "-o", "json", "e.log"]

    def until(self, p):
        end = time.monotonic() + 20
        while p.poll() is None and not os.path.getsize("out") and time.monotonic() < end:
            time.sleep(0.01)
        with open("e.log", "a", encoding="ascii") as log:
            log.write(LINE % (30, 30, 30, 30))
        time.sleep(0.15)
        if p.poll() is None:
            p.send_signal(signal.SIGTERM)

    def run(self, fault=None):
        return Run(self.arguments, fault, self.until)

    def right(self, run, good):
        last = json.loads(run.out.splitlines()[-1])
        return last["event"] == "summary" and last["upstream_errors"] >= 20


STORIES = {"batch": Batch, "file": File, "cron": Cron, "mail": Mail, "follow": Follow}
KILLS = ("write", "pwrite", "fsync", "rename", "unlink", "ftruncate", "close")


def in_folder(story, work):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            story.prepare()
            return work()
        finally:
            os.chdir("/")


def check(story, good, fault):
    def work():
        run = story.run(fault)
        if not run.reached:
            raise Broken("the fault was not reached")
        if run.status < 0:
            raise Broken(f"signal {-run.status}: {run.err[-300:]!r}")
        try:
            right = story.right(run, good)
        except (ValueError, LookupError, OSError):
            right = False
        if run.status == 0 and not right:
            raise Broken(f"a wrong answer with status 0: {run.out[-200:]!r} {run.err[-200:]!r}")
        if run.status != 0 and not run.err and fault[0] not in ("write", "malloc"):
            raise Broken(f"status {run.status} without a message")
        if run.status not in (0, 1, 2, 3, 4, 70, 75):
            raise Broken(f"status {run.status}")
        story.afterwards(run, good)
    in_folder(story, work)


def some(count):
    """Numbers of calls to fail: all of them, or the first, the last, and some between."""
    if count <= EACH:
        return range(1, count + 1)
    return sorted({1 + i * (count - 1) // (EACH - 1) for i in range(EACH)})


def attempt(name, numbers, test):
    broken = []
    for number in numbers:
        try:
            test(number)
        except Broken as why:
            broken.append(f"{number}: {why}")
    if broken:
        print(f"FAIL {name}: {len(broken)} of {len(numbers)}; " + "; ".join(broken[:4 if not LONG else 20]), flush=True)
    else:
        print(f"ok {name} ({len(numbers)})", flush=True)


def faults(name):
    story = STORIES[name]()
    good = in_folder(story, story.run)
    for call in CALLS:
        count = good.count[call]
        if name == "follow":  # waits are as many as the machine likes
            count = min(count, 3 if call in ("poll", "epoll_wait", "fstat") else count)
        for how in ([str(ERRNO.get(call, errno.EIO))] + (["+%d" % ERRNO[call]] if call in ("malloc", "realloc", "calloc") else [])):
            if count:
                label = f"{name}: {call} fails" + (" from there on" if how[0] == "+" else "")
                attempt(label, list(some(count)), lambda n: check(story, good, (call, n, how)))


def survives(story, good, call, number):
    def work():
        run = story.run((call, number, "killed" if number % 2 else "kill"))
        story.afterwards(run, good)
        return not run.reached
    return in_folder(story, work)


def kills(name):
    story = STORIES[name]()
    good = in_folder(story, story.run)
    for call in KILLS:
        if good.count[call]:
            attempt(f"{name}: killed at {call}", list(some(good.count[call])),
                    lambda n: survives(story, good, call, n))


def main():
    if sys.platform != "linux" or os.path.getsize(FAULTS) == 0:
        print("skipped: calls can be made to fail with glibc alone")
        return
    wanted = [a for a in sys.argv[1:] if not a.startswith("--")]
    for name in STORIES:
        if not wanted or name in wanted:
            faults(name)
    for name in ("cron", "mail"):
        if not wanted or f"kill-{name}" in wanted:
            kills(name)


main()
