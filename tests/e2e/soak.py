#!/usr/bin/python3
"""soak.py -- numbered errors, every way of rotating, kill -9 at any instant: each is counted once.

usage: WHY502=PROGRAM python3 tests/e2e/soak.py [--rotations N] [--kills N] [--seed N] [STORY...]

A writer appends numbered lines at random speed and rotates its log in every way that logrotate knows.
Meanwhile why502 runs with a state, again and again, or follows, and is killed at random instants. At
the end the counters in the state, and the union of the reports, hold every number exactly once. A
report counts when the state moved with it: a run that was killed between its report and its state
says the same again, and one whose state moved must have said everything.
Prints "ok STORY" or "FAIL STORY: why"; a failure names the seed and keeps the folder."""
import argparse
import collections
import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

WHY502 = os.path.abspath(os.environ["WHY502"])
ENV = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
KEPT = 300  # rotations until a log is removed
KEEP = "SOAK_KEEP" in os.environ  # the state after every run, to look into a failure


class Writer(threading.Thread):
    """Writes e.log in its folder, and rotates it."""

    def __init__(self, folder, rotations, pace, dice):
        super().__init__(daemon=True)
        self.path = os.path.join(folder, "e.log")
        self.rotations, self.pace, self.dice = rotations, pace, dice
        self.lines = self.turned = 0
        self.ways = [self.create, self.late_file, self.copytruncate, self.delaycompress,
                     self.dateext, self.replaced, self.twice]
        self.old = []  # what was rotated away, youngest first, numbered
        self.count = collections.Counter()
        self.ended = threading.Event()
        self.log = open(self.path, "ab", buffering=0)

    def line(self):
        at = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime())
        n = self.lines
        self.lines += 1
        return (f"{at} [error] 7#7: *{n} connect() failed (111: Connection refused) while connecting "
                f'to upstream, client: 10.0.0.1, server: a.example, request: "GET /p{n % 50} '
                f'HTTP/1.1", upstream: "http://127.0.0.1:8000/p", host: "a.example"\n').encode()

    def write(self, most):
        for _ in range(self.dice.randint(0, most)):
            if self.dice.random() < 0.05:  # in two pieces
                text = self.line()
                cut = self.dice.randrange(1, len(text))
                self.log.write(text[:cut])
                time.sleep(self.dice.random() * 0.01)
                self.log.write(text[cut:])
            else:
                self.log.write(b"".join(self.line() for _ in range(self.dice.randint(1, 4))))

    def shift(self):
        """e.log.1 becomes e.log.2, and so on."""
        for n in range(len(self.old), 0, -1):
            name = self.old[n - 1]
            ending = ".gz" if name.endswith(".gz") else ""
            moved = f"{self.path}.{n + 1}{ending}"
            os.rename(name, moved)
            self.old[n - 1] = moved
        while len(self.old) > KEPT:
            os.unlink(self.old.pop())

    def move_away(self):
        self.shift()
        os.rename(self.path, self.path + ".1")
        self.old.insert(0, self.path + ".1")

    def reopen(self):
        self.log.close()
        self.log = open(self.path, "ab", buffering=0)

    def compress(self, n):
        if len(self.old) <= n or self.old[n].endswith(".gz"):
            return
        name = self.old[n]
        with open(name, "rb") as plain, gzip.open(name + ".part", "wb") as packed:
            shutil.copyfileobj(plain, packed)
        shutil.copystat(name, name + ".part")
        os.rename(name + ".part", name + ".gz")
        os.unlink(name)
        self.old[n] = name + ".gz"

    def create(self):  # logrotate makes the new file, the writer learns of it later
        self.move_away()
        open(self.path, "ab").close()
        self.write(3)
        self.reopen()

    def late_file(self):  # the writer makes it, when it is told
        self.move_away()
        self.write(3)
        time.sleep(self.dice.random() * 0.02)
        self.reopen()

    def copytruncate(self):  # what is written between the two is lost by its nature: nothing is
        self.shift()
        shutil.copy2(self.path, self.path + ".1")
        self.old.insert(0, self.path + ".1")
        self.log.truncate(0)

    def delaycompress(self):
        self.create()
        self.compress(1)

    def dateext(self):
        day = time.strftime("%Y%m%d", time.gmtime(1e9 + 86400 * self.turned))
        os.rename(self.path, f"{self.path}-{day}")
        self.write(2)
        self.reopen()

    def replaced(self):  # as an editor does it: the same text, and more, in another file
        shutil.copy2(self.path, self.path + "~")
        self.log.close()
        self.log = open(self.path + "~", "ab", buffering=0)
        self.log.write(self.line())
        os.rename(self.path + "~", self.path)

    def twice(self):
        self.late_file()
        self.write(2)
        self.create()
        self.compress(1)

    def run(self):
        while self.turned < self.rotations:
            self.write(12)
            time.sleep(self.dice.random() * self.pace)
            if self.dice.random() < 0.5:
                way = self.dice.choice(self.ways)
                way()
                self.count[way.__name__] += 1
                self.turned += 1
        self.log.close()
        self.ended.set()


def counted(state):
    if not os.path.exists(state):
        return 0
    db = sqlite3.connect(state, isolation_level=None, timeout=10)
    try:
        row = db.execute("SELECT sum(value) FROM counter WHERE family = 'upstream_errors'").fetchone()
        return row[0] or 0
    except sqlite3.OperationalError:  # killed before there was a table
        return 0
    finally:
        db.close()


def numbers(text):
    """The errors that a report tells, and whether it is whole (its last record is a coverage)."""
    found, whole = [], False
    for line in text.split(b"\n"):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        whole = event.get("kind") == "coverage" or "connection" not in event
        if event.get("class") == "connection-refused":
            assert event.get("count", 1) == 1
            found.append((int(event["connection"]), event["source"], event["offset"]))
    return found, whole


class Session:
    """Runs one after the other with one state."""

    def __init__(self, args, dice):
        self.args, self.dice = args, dice
        self.told = collections.defaultdict(list)  # number: where it was found, by which run
        self.kills = self.runs = 0
        self.usual = 0.1

    def end(self, before, text, status):
        """What a run said counts as the state moved."""
        found, whole = numbers(text)
        moved = counted("s.db") - before
        if moved:
            assert len(found) == moved, f"the state moved by {moved}, the report told {len(found)}"
            for number, *place in found:
                self.told[number].append((self.runs, *place))
        else:
            assert status != 0 or not found, f"{len(found)} told, none kept"

    def run(self, kill):
        before = counted("s.db")
        began = time.monotonic()
        with open("out", "wb") as out, open("err", "wb") as err:
            p = subprocess.Popen([WHY502, *self.args], env=ENV, stdout=out, stderr=err,
                                 stdin=subprocess.DEVNULL)
            try:
                p.wait(self.dice.random() * 1.3 * self.usual if kill else 120)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        if p.returncode == 0:
            self.usual = 0.8 * self.usual + 0.2 * (time.monotonic() - began)
        said = open("err").read()
        absent = p.returncode == 3 and "No such file" in said  # it stands between two rotations
        assert absent or p.returncode in (0, -signal.SIGKILL), (p.returncode, said[:500])
        self.kills += p.returncode < 0
        self.runs += 1
        if KEEP:
            shutil.copy("s.db", f"s.db.{self.runs}")
            shutil.copy("out", f"out.{self.runs}")
        self.end(before, open("out", "rb").read(), p.returncode)

    def check(self, lines):
        total = counted("s.db")
        twice = [n for n, places in self.told.items() if len(places) > 1]
        lost = [n for n in range(lines) if n not in self.told]
        assert not twice, f"{len(twice)} told twice: {twice[0]} at {self.told[twice[0]]}"
        assert not lost, f"{len(lost)} of {lines} lost: {lost[:8]}"
        assert total == lines, f"{total} counted of {lines}"
        assert not os.path.exists("s.db-journal") or os.path.getsize("s.db-journal") == 0
        db = sqlite3.connect("s.db")
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def cron(source, options, dice):
    os.mkdir("logs")
    w = Writer("logs", options.rotations, options.pace, dice)
    s = Session(["--state", "s.db", "-o", "events", source], dice)
    w.log.write(w.line())
    s.run(False)  # from here on every log that is rotated away is known
    w.start()
    while not w.ended.is_set() or s.kills < options.kills:
        s.run(s.kills < options.kills and dice.random() < 0.7)
        time.sleep(dice.random() * 0.05)
        assert not w.ended.is_set() or s.runs < 40 * options.kills + 100
    w.join()
    s.run(False)
    s.check(w.lines)
    return w, s


def runs_on_a_file(options, dice):
    return cron("logs/e.log", options, dice)


def runs_on_a_folder(options, dice):
    return cron("logs", options, dice)


def follow(options, dice):
    """Told at once, kept soon after: what was told since may come again, with the same id."""
    os.mkdir("logs")
    w = Writer("logs", options.rotations, options.pace, dice)
    s = Session(["-f", "--state", "s.db", "-o", "events", "logs/e.log"], dice)
    told = set()
    w.log.write(w.line())
    follow_for(s, told, 1, signal.SIGTERM)
    w.start()
    while not w.ended.is_set() or s.kills < options.kills:
        follow_for(s, told, dice.random() ** 2 * 1.2, signal.SIGKILL)
    w.join()
    before = -1
    while before < counted("s.db") < w.lines:  # a slow machine needs more than one
        before = counted("s.db")
        follow_for(s, told, 7, signal.SIGTERM)  # what was rotated away is given up after five seconds
    lost = [n for n in range(w.lines) if n not in told]
    assert not lost, f"{len(lost)} of {w.lines} lost: {lost[:8]}"
    assert counted("s.db") == w.lines, f"{counted('s.db')} counted of {w.lines}"
    return w, s


def follow_for(s, told, seconds, end):
    with open("out", "wb") as out, open("err", "wb") as err:
        p = subprocess.Popen([WHY502, *s.args], env=ENV, stdout=out, stderr=err,
                             stdin=subprocess.DEVNULL)
    time.sleep(seconds)
    assert p.poll() is None, open("err").read()[:500]
    p.send_signal(end)
    p.wait(120)
    assert p.returncode in (0, -signal.SIGKILL), open("err").read()[:500]
    s.kills += end == signal.SIGKILL
    s.runs += 1
    if KEEP:
        shutil.copy("s.db", f"s.db.{s.runs}")
        shutil.copy("out", f"out.{s.runs}")
    took_in(told)


def took_in(told):
    found, _ = numbers(open("out", "rb").read())
    places = collections.defaultdict(list)
    for number, *place in found:
        places[number].append(place)
    twice = [n for n in places if len(places[n]) > 1]
    assert not twice, f"one run told {len(twice)} twice: {twice[0]} at {places[twice[0]]}"
    told.update(places)


STORIES = {"runs_on_a_file": runs_on_a_file, "runs_on_a_folder": runs_on_a_folder, "follow": follow}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rotations", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--pace", type=float, default=0.02, help="longest rest of the writer, seconds")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("story", nargs="*", default=list(STORIES))
    options = parser.parse_args()
    for name in options.story:
        folder = tempfile.mkdtemp(prefix="why502-soak-")
        os.chdir(folder)
        began = time.monotonic()
        try:
            w, s = STORIES[name](options, random.Random(options.seed))
            print(f"ok {name}: {w.lines} errors, {w.turned} rotations, {s.runs} runs, {s.kills} kills, "
                  f"{time.monotonic() - began:.0f} s", flush=True)
            os.chdir("/")
            shutil.rmtree(folder)
        except AssertionError as why:
            print(f"FAIL {name}: {why} (seed {options.seed}, {folder})", flush=True)
        os.chdir("/")


main()
