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
import shutil
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
         "mmap poll epoll_wait inotify_add_watch posix_spawn waitpid ftruncate close stat lseek mkostemp "
         "memfd_create pthread_create opendir readdir mkdir inotify_init1 getrandom fchmod socketpair fork").split()
MEMORY = ("malloc", "calloc", "realloc", "strdup")
# The first is what most often happens; "+": from there on, as on a full disk.
ERRNOS = {"open": "EMFILE", "openat": "EMFILE", "read": "EIO EINTR EAGAIN ESTALE +EIO", "pread": "EIO EINTR ESTALE +EIO",
          "write": "ENOSPC EIO EDQUOT EINTR +ENOSPC", "pwrite": "ENOSPC EIO EDQUOT EINTR +ENOSPC",
          "fsync": "EIO ENOSPC EDQUOT +EIO", "ftruncate": "EIO ENOSPC EDQUOT", "rename": "EACCES", "unlink": "EACCES",
          "mmap": "ENOMEM +ENOMEM", "poll": "ENOMEM EINTR", "epoll_wait": "EINVAL", "inotify_add_watch": "ENOSPC +ENOSPC",
          "inotify_init1": "EMFILE", "posix_spawn": "EAGAIN", "waitpid": "ECHILD", "stat": "EACCES", "mkostemp": "EACCES",
          "memfd_create": "EMFILE", "pthread_create": "EAGAIN +EAGAIN", "opendir": "EACCES", "mkdir": "EACCES",
          "getrandom": "EAGAIN", "fchmod": "EPERM", "socketpair": "EMFILE", "fork": "EAGAIN"}
ROOT = os.geteuid() == 0
# The program waits with poll; SQLite truncates a database only when it shrinks by a vacuum.
UNUSED = {"epoll_wait", "ftruncate"} | (set() if ROOT else {"openat"})
LONG = "--long" in sys.argv
PIECES = 5 << 20
EACH = 10**9 if LONG else 3  # of one kind of call
LINE = ('2026/11/20 10:00:%02d [error] 7#7: *%d connect() failed (111: Connection refused) while '
        'connecting to upstream, client: 10.0.0.1, server: a.example, request: "GET /p%d HTTP/1.1", '
        'upstream: "http://127.0.0.1:8000/p%d", host: "a.example"\n')
LOG = "".join(LINE % (n, n, n, n) for n in range(20))


class Broken(Exception):
    """What must hold does not."""


class Run:
    """One run in a folder of its own; `fault` is (call, number, how)."""

    def __init__(self, arguments, fault=None, until=None, stdin=None):
        counts = "counts"
        with open(counts, "wb") as file:
            file.write(bytes(8 * (len(CALLS) + 1)))
        environment = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": os.getcwd(),
                       "STATE_DIRECTORY": os.getcwd() + "/var/why502", "SOURCE_DATE_EPOCH": "1795183200",
                       "LD_PRELOAD": FAULTS, "FAULT_COUNTS": counts}
        if fault:
            environment |= {"FAULT_CALL": fault[0], "FAULT_NUMBER": str(fault[1]), "FAULT_HOW": fault[2]}
        with open("out", "wb") as out, open("err", "wb") as err:
            p = subprocess.Popen([WHY502, "--host", "h", *arguments], env=environment, stdout=out, stderr=err,
                                 stdin=stdin or subprocess.DEVNULL)
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
    most = 10**9  # calls of one kind that fail in turn

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


class Pipe(Batch):
    """From another program, which has written all of it."""
    arguments = ["--no-config", "-o", "json", "-"]

    def run(self, fault=None):
        read, write = os.pipe()
        os.write(write, LOG.encode())
        os.close(write)
        with open(read, "rb") as stdin:
            return Run(self.arguments, fault, stdin=stdin)

    def right(self, run, good):
        return json.loads(run.out)["upstream_errors"] == 20


class Threads(Batch):
    """As large as it takes for a file to be cut into pieces and a packed one to be read ahead."""
    arguments = ["--no-config", "-j", "2", "-o", "json", "e.log", "p.log.gz"]
    most = 12

    def prepare(self):
        with open("e.log", "w", encoding="ascii") as log:
            log.write(LOG * (PIECES // len(LOG) + 1))
        with gzip.open("p.log.gz", "wt", compresslevel=0) as log:
            log.write(LOG.replace(":8000", ":9000") * (PIECES // len(LOG) + 1))


class Packed(Batch):
    """A folder with a log of each kind of packing, and configuration with files that it includes."""
    arguments = ["-j", "1", "--config", "nginx.conf", "-o", "json", "logs"]
    PACKERS = {"bz2": ["bzip2"], "xz": ["xz"], "zst": ["zstd", "-q", "--rm"], "lz4": ["lz4", "-q", "--rm"], "gz": ["gzip"]}

    def prepare(self):
        os.makedirs("logs")
        os.makedirs("conf.d")
        for n, (end, packer) in enumerate(self.PACKERS.items()):
            with open(f"logs/{end}.log", "w", encoding="ascii") as log:
                log.write(LOG.replace(":8000", f":900{n}"))
            if shutil.which(packer[0]):
                subprocess.run([*packer, f"logs/{end}.log"] + [f"logs/{end}.log.lz4"] * (end == "lz4"), check=True)
        if ROOT:  # a link of root in somebody else's folder, which is looked at twice
            with open("e.log", "w", encoding="ascii") as log:
                log.write(LOG)
            os.symlink("../e.log", "logs/link.log")
            os.chown("logs", 12345, 12345)
        with open("nginx.conf", "w", encoding="ascii") as conf:
            conf.write("http { include conf.d/*.conf; }\n")
        for n in range(2):
            with open(f"conf.d/{n}.conf", "w", encoding="ascii") as conf:
                conf.write(("proxy_read_timeout 30s;\n", "proxy_connect_timeout 5s;\n")[n])

    def right(self, run, good):
        """Of configuration that cannot be read the report tells; then it knows less, and of logs the same."""
        if "could not be understood" in json.dumps(json.loads(run.out)["blind_spots"]):
            return json.loads(run.out)["upstream_errors"] == json.loads(good.out)["upstream_errors"]
        return super().right(run, good)


class Journal(Batch):
    """libsystemd's own calls."""
    arguments = ["--no-config", "-j", "1", "-o", "json", "e.log", "journal:./a.journal"]
    REMOTE = "/lib/systemd/systemd-journal-remote"

    def prepare(self):
        super().prepare()
        fields = {"__CURSOR": "s=00;i=1", "__REALTIME_TIMESTAMP": 1795183200000000, "__MONOTONIC_TIMESTAMP": 1000,
                  "_BOOT_ID": "1" * 32, "_MACHINE_ID": "2" * 32, "_HOSTNAME": "h", "PRIORITY": 6, "_PID": 19,
                  "_TRANSPORT": "stdout", "SYSLOG_IDENTIFIER": "gunicorn", "_SYSTEMD_UNIT": "gunicorn.service",
                  "MESSAGE": "[2026-11-20 10:00:00 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:19)"}
        text = "".join(f"{key}={value}\n" for key, value in fields.items()) + "\n"
        subprocess.run([self.REMOTE, "-o", "a.journal", "-"], input=text, text=True, check=True, capture_output=True)


class Home(Batch):
    """A state below the home, in folders that are still to be made."""
    arguments = ["--no-config", "-j", "1", "-o", "json", "--cron", "e.log"]

    def right(self, run, good):
        return json.loads(run.out)["upstream_errors"] == 20


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


STORIES = {"batch": Batch, "file": File, "pipe": Pipe, "threads": Threads, "packed": Packed, "journal": Journal, "home": Home, "cron": Cron, "mail": Mail, "follow": Follow}
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
        if fault[2] == str(errno.EINTR) and run.status != good.status:
            raise Broken(f"an interrupted call ends it: {run.err[-200:]!r}")
        if run.status != 0 and not run.err and fault[0] != "write":  # that of the message
            raise Broken(f"status {run.status} without a message")
        if run.status not in (0, 1, 2, 3, 4, 70, 75):
            raise Broken(f"status {run.status}")
        story.afterwards(run, good)
    in_folder(story, work)


def some(count, most=EACH):
    """Numbers of calls to fail: all of them, or the first, the last, and some between."""
    most = min(most, EACH)
    if most == 1:
        return [(count + 1) // 2]
    if count <= most:
        return range(1, count + 1)
    return sorted({1 + i * (count - 1) // (most - 1) for i in range(most)})


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


def ways(call):
    """How a call may fail, for FAULT_HOW, and in words."""
    for word in ("ENOMEM +ENOMEM" if call in MEMORY else ERRNOS.get(call, "EIO")).split():
        number = getattr(errno, word.lstrip("+"))
        yield f"+{number}" if word[0] == "+" else str(number), word.replace("+", "from there on ")


def faults(name, reached):
    story = STORIES[name]()
    if name == "journal" and not os.path.exists(story.REMOTE):
        print("skipped journal: systemd-journal-remote is not here", flush=True)
        return
    good = in_folder(story, story.run)
    for call in CALLS:
        count = good.count[call]
        if count:
            reached.add(call)
        if name == "threads":  # how often is as many as they like
            count = (count + 1) // 2
        if name == "follow":  # waits are as many as the machine likes
            count = min(count, 3 if call in ("poll", "epoll_wait", "fstat", "stat", "lseek") else count)
        for n_way, (how, words) in enumerate(ways(call)):
            if count:
                most = 1 if n_way and not LONG else story.most
                attempt(f"{name}: {call} fails, {words}", list(some(count, most)),
                        lambda n: check(story, good, (call, n, how)))


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
    reached = set()
    for name in STORIES:
        if not wanted or name in wanted:
            faults(name, reached)
    if not wanted:
        never = [call for call in CALLS if call not in reached | UNUSED]
        print("FAIL no run makes the call: " + " ".join(never) if never else "ok every call is made by some run")
    for name in ("cron", "mail"):
        if not wanted or f"kill-{name}" in wanted:
            kills(name)


main()
